/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The parent: holds what outlives every other process (listening sockets, channels between workers, sealer and
 * follower, keys) and starts the others, again when they die. It reads signals, its own files and one octet
 * from each worker; nothing from outside.
 *
 *     RUNNING --TERM--> DRAINING (workers finish) --none left--> ENDING (sealer, follower) --none left--> exit
 *
 * Sealer and follower outlive the workers, which still owe answers. A second TERM ends at once.
 */
#pragma once

#include "registry/config.h"

struct processes_options {
        const char *config_path; /* in the working directory */
        int ready_fd;            /* told "ready port=N\n" once, then closed; -1: nobody asks */
};

/* Returns the exit status. */
int processes_run(const struct processes_options *options);
