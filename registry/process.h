/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A process of qcrd other than the parent: what it is, what it is given, and its whole life.
 *
 * The parent starts each by executing the program anew, so that nothing of its own memory, least of all keys,
 * is inherited. What the process is to know comes through a pipe at descriptor 3, read to its end (a pipe's
 * pages are never swapped); a key is in it only for the one process that needs it. Its sockets have fixed
 * numbers:
 *
 *     4  the parent: reloads come in, one octet goes out when a worker is ready; its end means the parent is gone
 *     5  worker: the listening socket         sealer, follower: the channel to worker 0
 *     6  worker: the channel to the sealer    ...               the channel to worker 1, and so on
 *     7  worker: the channel to the follower
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "registry/base/fault.h"

enum process_role {
        PROCESS_WORKER,
        PROCESS_SEALER,
        PROCESS_FOLLOWER,
};
#define PROCESS_ROLES 3u

#define PROCESS_HANDOVER_FD 3
#define PROCESS_PARENT_FD 4
#define PROCESS_FIRST_FD 5
#define PROCESS_LISTEN_FD 5
#define PROCESS_SEALER_FD 6
#define PROCESS_FOLLOWER_FD 7

/* Exit statuses with a meaning for the parent (sysexits.h). */
#define PROCESS_EXIT_AGAIN 75  /* start me again: what I had open was replaced */
#define PROCESS_EXIT_CONFIG 78 /* what I was given cannot be used */

/* Octets a worker sends its parent. */
#define PROCESS_READY 'R'      /* it answers */
#define PROCESS_UNUSABLE 'U'   /* it serves, but the view is not usable yet: answers say so */

struct process_identity {
        enum process_role role;
        unsigned slot;       /* of workers; 0 for the others */
        unsigned generation; /* lives of this slot, from 1 */
        long parent;         /* its pid, to notice that it died while this process was starting */
        int64_t ahead_ms;    /* the wall clock before CLOCK_BOOTTIME, when the parent began (service/clock) */
};

const char *process_role_word(enum process_role role);
bool process_role_parse(const char *word, enum process_role *ret) MUST_CHECK;

/* The life of a started process, from reading descriptor 3 on. Returns its exit status. */
int process_run(const struct process_identity *identity);
