/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * System-call lists (seccomp). Filters add up: a later one can only take more away.
 */
#pragma once

#include "registry/base/fault.h"

enum syscalls {
        SYSCALLS_SERVING, /* worker, follower: files, sockets; no programs, no other processes */
        SYSCALLS_OPENING, /* sealer until its view is open: files, no sockets */
        SYSCALLS_SEALED,  /* sealer: what it has open; anything else kills it */
};

/* `sanitized`: also what a sanitizer's runtime does at its end. */
bool syscalls_confine(enum syscalls which, bool sanitized, struct fault *why) MUST_CHECK;
