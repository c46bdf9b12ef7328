/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/clock.h"

#include <stdlib.h>
#include <time.h>

#include "registry/base/log.h"

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

int64_t clock_ahead_ms(void)
{
        return clock_now_ms() - clock_boot_ms();
}

bool clock_watch_agrees(struct clock_watch *watch, int64_t said_ms, int64_t since_ms)
{
        int64_t now_ms = clock_now_ms();
        int64_t apart_ms = said_ms > now_ms ? said_ms - now_ms : said_ms < since_ms ? said_ms - since_ms : 0;
        bool is_apart = watch->step_ms > 0 && (apart_ms > watch->step_ms || apart_ms < -watch->step_ms);

        if (is_apart != watch->is_apart) {
                watch->is_apart = is_apart;
                if (is_apart)
                        log_event(LOG_ALERT, "clock.apart", "ms", LOG_NUMBER(apart_ms));
                else
                        log_event(LOG_NOTICE, "clock.together", "ms", LOG_NUMBER(apart_ms));
        }
        return !is_apart;
}

bool clock_watch_is_steady(struct clock_watch *watch)
{
        int64_t moved_ms = clock_ahead_ms() - watch->ahead_ms;
        bool has_stepped = watch->step_ms > 0 && (moved_ms > watch->step_ms || moved_ms < -watch->step_ms);

        if (has_stepped != watch->has_stepped) {
                watch->has_stepped = has_stepped;
                if (has_stepped)
                        log_event(LOG_ALERT, "clock.stepped", "ms", LOG_NUMBER(moved_ms));
                else
                        log_event(LOG_NOTICE, "clock.back", "ms", LOG_NUMBER(moved_ms));
        }
        return !has_stepped;
}
