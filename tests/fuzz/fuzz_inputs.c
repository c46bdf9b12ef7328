/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Packed grade inputs: what decodes encodes to the same bytes, and can be graded on any day. */
#include "registry/core/inputs.h"

#include <stdlib.h>

#include "registry/core/grade.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void set_policy(struct policy *policy)
{
        *policy = (struct policy){
                .base = 100,
                .bands_count = 2,
                .bands = {{.grade = "A", .least = 60}, {.grade = "D", .least = 0}},
                .window = POLICY_PUBLICITY,
                .window_months = 12,
                .heaviest_per_case = true,
                .records_ever = 1,
                .has_veto = true,
                .veto = 1,
                .gates_count = 1,
                .gates = {{.grade = "AA", .months_without_deduction = 6, .held_months = 12,
                        .certificates = 1u << CERTIFICATE_ISO9001}},
        };
        for (unsigned rule = 0; rule < POLICY_RULES; rule++)
                policy->points[rule] = (int32_t)rule * 5;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct grade_inputs inputs;
        static struct grade_outcome outcome;
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        struct policy policy;

        if (!inputs_decode(slice_of(data, size), &inputs))
                return 0;
        if (!inputs_encode(&inputs, &again) || !slice_equal(slice_of(data, size), buffer_slice(&again)))
                abort();
        set_policy(&policy);
        grade_evaluate(&policy, &inputs, (struct day){0}, &outcome);
        if (!day_is_none(outcome.next_change) && outcome.next_change.number <= 0)
                abort();
        grade_reasons_format(&outcome, &line);
        if (line.length > GRADE_REASONS_TEXT)
                abort();
        return 0;
}
