/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A record's encoding: what decodes encodes to the same octets, and its details to the same lines. */
#include "registry/core/record.h"

#include <stdlib.h>

#include "registry/core/record_detail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct walk {
        struct record_detail_value values[RECORD_DETAILS_MAX];
        size_t count;
};

static void take(void *closure, struct slice name, struct slice value)
{
        struct walk *walk = closure;

        if (walk->count == RECORD_DETAILS_MAX)
                abort();
        walk->values[walk->count++] = (struct record_detail_value){name, value};
}

/* Valid lines, backwards, are written as they were; each is found by its name. */
static void check_details(const struct record *record)
{
        CLEANUP(buffer) struct buffer lines = BUFFER_INIT;
        struct record_detail_value backwards[RECORD_DETAILS_MAX];
        struct walk walk = {.count = 0};
        struct slice name;

        record_details_each(slice_text(record->details), take, &walk);
        for (size_t i = 0; i < walk.count; i++)
                backwards[i] = walk.values[walk.count - 1 - i];
        if (record_details_format(record->type, backwards, walk.count, &lines, &name) ||
                !slice_equal(buffer_slice(&lines), slice_text(record->details)) || lines.length > RECORD_DETAILS_OCTETS)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        struct record record;
        enum record_flaw flaw;

        if (!record_decode(slice_of(data, size), &text, &record))
                return 0;
        record_encode(&again, &record);
        if (!slice_equal(slice_of(data, size), buffer_slice(&again)))
                abort();
        flaw = record_check(&record);
        if ((flaw != RECORD_SOUND) != (record_flaw_field(flaw) != NULL))
                abort();
        if (record_details_is_valid(record.type, slice_text(record.details)))
                check_details(&record);
        return 0;
}
