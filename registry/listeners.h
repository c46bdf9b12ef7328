/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The listening sockets, one a worker on the same port (SO_REUSEPORT), so that the kernel shares connections
 * out and none wakes more than one worker. The parent keeps every one open for as long as it lives: what a
 * dead worker had not accepted waits for the next. A service manager may give the sockets instead.
 */
#pragma once

#include "registry/config.h"

struct listeners {
        int fd[CONFIG_WORKERS_MAX];
        unsigned count;
        unsigned port;
};

bool listeners_open(struct listeners *ret, const struct config *config, struct fault *why) MUST_CHECK;
void listeners_close(struct listeners *listeners);
