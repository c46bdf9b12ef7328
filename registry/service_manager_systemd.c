/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service_manager.h"

#include <systemd/sd-daemon.h>

unsigned service_manager_sockets(void)
{
        int n = sd_listen_fds(1);

        return n > 0 ? (unsigned)n : 0;
}

void service_manager_tell(const char *state)
{
        (void)sd_notify(0, state); /* nobody listening is no fault */
}
