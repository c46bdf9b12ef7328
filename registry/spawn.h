/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Starts one process: this program once more, with its descriptors at their places (registry/process.h),
 * nothing else open, a process group of its own so that a terminal's interrupt reaches the parent alone.
 */
#pragma once

#include <sys/types.h>

#include "registry/base/bytes.h"
#include "registry/process.h"

/*
 * `fds` take their places from PROCESS_PARENT_FD on and stay the caller's. `handover` is written into a pipe
 * before the process exists.
 */
bool spawn(const struct process_identity *identity, struct slice handover, const int *fds, unsigned count,
        pid_t *ret_pid, struct fault *why) MUST_CHECK;
