/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The sealer: the one process that holds the lookup-signing key. It is asked questions, never facts: it reads
 * the view itself, decides (core/verdict), and signs all answers of a batch with one signature.
 *
 * It refuses rather than guesses: data older than the bound, a serial not reached, a refused view, a
 * certificate out of its days, or a wall clock that went back more than five seconds against CLOCK_BOOTTIME
 * while it ran, are answered as what they are, unsigned. Signatures are rationed, not questions: while the ration
 * lasts an answer is signed at once, then answers wait for the next slot together.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

struct sealer_options {
        const char *view_directory;
        const char *origin;
        struct slice key_pem;           /* wiped by the caller, once `lock_down` has been called */
        struct slice certificates_pem;  /* signing certificate first, then intermediates; a root is left out of answers */
        const int *channels;            /* one SOCK_SEQPACKET end a worker, non-blocking (service/channel.h) */
        size_t channel_count;
        uint32_t stale_ms;              /* bound on the data's age when a question asks for none */
        uint32_t stale_cap_ms;          /* the most a question may ask for */
        int64_t ahead_ms;               /* service/clock: the first reading, and what it may move by */
        int64_t clock_step_ms;
        uint32_t signatures_per_second; /* 1,000: 7 % of a core for Ed25519 */
        uint32_t batch_max;             /* answers under one signature, at most MERKLE_BATCH_LIMIT */
        /*
         * Called once, when key and view are open and before the first question is read: from here on the
         * process opens no file and no socket. NULL: nothing to lock.
         */
        bool (*lock_down)(void *closure, struct fault *why);
        void *closure;
};

/*
 * Runs until SIGTERM or SIGINT and returns the exit status: 0 when asked to stop, 75 (EX_TEMPFAIL) when the
 * view has a new generation (start again at once), 78 (EX_CONFIG) when key, certificates or options cannot be
 * used. System calls needed behind lock_down: recvmmsg, sendmmsg, epoll, timerfd, clock_gettime, getrandom,
 * readlink, futex, memory, exit.
 */
int sealer_run(const struct sealer_options *options);
