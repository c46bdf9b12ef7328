/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What parses as a statement is written again octet by octet. */
#include <stdlib.h>

#include "registry/core/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        struct slice text = slice_of(data, size);
        struct statement s;

        if (statement_parse(text, &s) != STATEMENT_RIGHT)
                return 0;
        if (statement_format(&s, &again) != STATEMENT_RIGHT || !slice_equal(buffer_slice(&again), text))
                abort();
        return 0;
}
