/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Result codes: one table for server, client and docs. "The answer is no" (3xxx) and "we could not answer"
 * (5xxx) have different thousands and different exit statuses and never turn into each other.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum result_code {
#define RESULT(number, name, word, exit_status, retryable, meaning) RESULT_##name = number,
#include "proto/result.def"
#undef RESULT
};

struct result {
        enum result_code code;
        const char *word;
        int exit_status;
        bool retryable;
        const char *meaning;
};

/* The row of a code; NULL for a number that is none (it came from outside). */
const struct result *result_find(unsigned number);
/* The whole table, for docs and tests. */
const struct result *result_table(size_t *ret_count);
