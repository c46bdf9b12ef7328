/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The last lines of every unit test program: one suite, its cases, an exit status.
 */
#pragma once

#include <check.h>
#include <stdlib.h>

/* Runs the suite and returns what main returns. Takes the suite. */
static inline int suite_run(Suite *suite)
{
        SRunner *runner = srunner_create(suite);
        int failed;

        srunner_run_all(runner, CK_NORMAL);
        failed = srunner_ntests_failed(runner);
        srunner_free(runner);
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
