/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/clock.h"

#include <stdlib.h>
#include <time.h>

static int64_t ask(clockid_t clock)
{
        struct timespec now;

        if (clock_gettime(clock, &now) != 0)
                abort(); /* a kernel without these clocks cannot run this program */
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
        return ask(CLOCK_REALTIME);
}

int64_t clock_boot_ms(void)
{
        return ask(CLOCK_BOOTTIME);
}
