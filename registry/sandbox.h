/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a process gives up, step by step, and what is left to it: the table of processes in docs/OPERATIONS,
 * enforced. Every step is one way.
 *
 *     sandbox_drop      another user, no new privileges, no core dumps, nobody may look into its memory,
 *                       ends with its parent
 *     sandbox_confine   files by Landlock, system calls by a list
 *     sandbox_seal      the sealer, once key and view are open: no file, no socket, no new code
 *
 * A system call that is not on the list fails in workers and follower (a library's optional call must not
 * cost the service) and kills the sealer; starting a program or looking into another process kills
 * everybody. A kernel without Landlock is logged and lived with: users and rights of files still hold.
 */
#pragma once

#include <sys/types.h>

#include "registry/base/fault.h"
#include "registry/process.h"

struct sandbox {
        enum process_role role;
        bool changes_user;      /* started as root */
        uid_t uid;
        gid_t gid;
        long parent;            /* pid */
        const char *view_directory;
        const char *spool_directory;
        const char *evidence_directory;
        const char *conninfo;   /* its certificate and password files may be read */
};

bool sandbox_drop(const struct sandbox *sandbox, struct fault *why) MUST_CHECK;
bool sandbox_confine(const struct sandbox *sandbox, struct fault *why) MUST_CHECK;
bool sandbox_seal(struct fault *why) MUST_CHECK;

/* The parent's part, once its sockets are bound: keeps what it needs to start, signal and re-read as root. */
bool sandbox_parent(struct fault *why) MUST_CHECK;
