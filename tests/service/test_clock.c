/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/clock.h"

#include <check.h>

#include "tests/support/suite.h"

/* What a process was told by a parent that began before, or after, the clock was set. */
static const struct {
        int64_t moved_ms;
        int64_t step_ms;
        bool is_steady;
} readings[] = {
        {0, 60000, true},
        {50000, 60000, true},
        {-50000, 60000, true},
        {70000, 60000, false},            /* set ahead: terms would run out */
        {-70000, 60000, false},           /* set back: what is over would come back */
        {40ll * 24 * 3600 * 1000, 0, true}, /* nobody doubts it */
};

START_TEST(a_process_started_after_a_jump_sees_it_by_its_parents_first_reading)
{
        struct clock_watch watch = {
                .ahead_ms = clock_ahead_ms() - readings[_i].moved_ms,
                .step_ms = readings[_i].step_ms,
        };

        ck_assert(clock_watch_is_steady(&watch) == readings[_i].is_steady);
        ck_assert(watch.has_stepped == !readings[_i].is_steady);
}
END_TEST

START_TEST(a_clock_that_is_back_is_believed_again)
{
        struct clock_watch watch = {.ahead_ms = clock_ahead_ms() - 100000, .step_ms = 60000};

        ck_assert(!clock_watch_is_steady(&watch));
        watch.ahead_ms += 100000;
        ck_assert(clock_watch_is_steady(&watch) && !watch.has_stepped);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("clock");
        TCase *tcase = tcase_create("clock");

        tcase_add_loop_test(tcase, a_process_started_after_a_jump_sees_it_by_its_parents_first_reading, 0,
                (int)(sizeof(readings) / sizeof(readings[0])));
        tcase_add_test(tcase, a_clock_that_is_back_is_believed_again);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
