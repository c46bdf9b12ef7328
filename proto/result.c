/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "proto/result.h"

static const struct result results[] = {
#define RESULT(number, name, word, exit_status, retryable, meaning)                                                  \
        {RESULT_##name, word, exit_status, retryable, meaning},
#include "proto/result.def"
#undef RESULT
};

const struct result *result_table(size_t *ret_count)
{
        *ret_count = sizeof(results) / sizeof(results[0]);
        return results;
}

const struct result *result_find(unsigned number)
{
        for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
                if ((unsigned)results[i].code == number)
                        return &results[i];
        return NULL;
}
