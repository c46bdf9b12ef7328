/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Values of the view: what decodes encodes to the same octets. The first octet says which value. */
#include "registry/view/view_recalc.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool encode_again(uint8_t which, struct slice value, struct buffer *again)
{
        struct view_party party = {.subject = "M000100Y4"};
        struct view_person person = {0};
        struct view_certificate certificate;
        struct view_grade grade;
        struct view_meta meta;
        struct view_run run;

        switch (which % 6) {
        case 0:
                if (!view_party_decode(value, &party))
                        return false;
                view_party_encode(again, &party);
                return true;
        case 1:
                if (!view_person_decode(value, &person))
                        return false;
                view_person_encode(again, &person);
                return true;
        case 2:
                if (!view_certificate_decode(value, &certificate))
                        return false;
                view_certificate_encode(again, &certificate);
                return true;
        case 3:
                if (!view_grade_decode(value, &grade))
                        return false;
                view_grade_encode(again, &grade);
                return true;
        case 4:
                if (!view_run_decode(value, &run))
                        return false;
                view_run_encode(again, &run);
                return true;
        default:
                if (!view_meta_decode(value, &meta))
                        return false;
                view_meta_encode(again, &meta);
                return true;
        }
}

static void try_coverage(struct slice bytes)
{
        CLEANUP(buffer) struct buffer key = BUFFER_INIT, value = BUFFER_INIT;
        size_t length = bytes.length / 2;
        struct view_coverage coverage;

        if (!view_coverage_decode(slice_of(bytes.data, length),
                    slice_of(bytes.data + length, bytes.length - length), &coverage))
                return;
        view_coverage_key(&key, &coverage);
        view_coverage_encode(&value, &coverage);
        if (!slice_equal(buffer_slice(&key), slice_of(bytes.data, length)) ||
                !slice_equal(buffer_slice(&value), slice_of(bytes.data + length, bytes.length - length)))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        struct slice value;

        if (size == 0)
                return 0;
        value = slice_of(data + 1, size - 1);
        if (encode_again(data[0], value, &again) && !slice_equal(value, buffer_slice(&again)))
                abort();
        try_coverage(value);
        return 0;
}
