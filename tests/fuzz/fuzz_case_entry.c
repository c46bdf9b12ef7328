/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the follower keeps of cases: what decodes encodes to the same octets. The first octet says which value. */
#include <stdlib.h>

#include "registry/view/case_entry.h"
#include "registry/view/deputy_entry.h"
#include "registry/view/rule_entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool encode_again(uint8_t which, struct slice value, struct arena *arena, struct buffer *again)
{
        static struct view_rules rules;
        struct view_case entry;
        struct view_deputy deputy;

        switch (which % 3) {
        case 0:
                if (!view_case_decode(value, arena, &entry))
                        return false;
                view_case_encode(again, &entry);
                return true;
        case 1:
                if (!view_rules_decode(value, &rules))
                        return false;
                view_rules_encode(again, &rules);
                return true;
        default:
                if (!view_deputy_decode(value, arena, &deputy))
                        return false;
                view_deputy_encode(again, &deputy);
                return true;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        struct arena arena;
        struct slice value;

        if (size == 0)
                return 0;
        value = slice_of(data + 1, size - 1);
        arena_init(&arena, VIEW_CASE_ARENA);
        if (encode_again(data[0], value, &arena, &again) && !slice_equal(value, buffer_slice(&again)))
                abort();
        arena_done(&arena);
        return 0;
}
