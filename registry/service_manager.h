/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a service manager and the parent say to each other: sockets that are given, and how it goes. One file
 * speaks with systemd, the other is for builds without it.
 */
#pragma once

#define SERVICE_MANAGER_FIRST_FD 3

/* How many sockets were given, from SERVICE_MANAGER_FIRST_FD on; they are no longer announced to children. */
unsigned service_manager_sockets(void);
/* "READY=1", "STOPPING=1", ... */
void service_manager_tell(const char *state);
