/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Packed grade inputs: what decodes encodes to the same bytes, and can be graded on any day, by every rule that there is.
 * Up to the next change nothing changes, and reduced to what may be shown they say the same.
 */
#include "registry/core/inputs.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/grade.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void set_policy(struct policy *policy)
{
        *policy = (struct policy){
                .base = 100,
                .bands_count = 2,
                .bands = {{.grade = "A", .least = 60}, {.grade = "D", .least = 0}},
                .tiers_count = {1, 1},
                .tiers = {{{.from_fen = 500000, .points = 90}}, {{.from_fen = 1, .points = 95}}},
                .window = POLICY_PUBLICITY,
                .window_months = 12,
                .type_months = {[RECORD_SAMPLING] = 3},
                .heaviest_per_case = true,
                .records_ever = 2,
                .has_veto = true,
                .veto = 1,
                .repeats_count = 2,
                .repeats = {{.word = "repeat.two", .types = UINT32_MAX, .count = 2, .months = 24, .band = 1},
                        {.word = "repeat.serious", .types = 1u << RECORD_PENALTY, .severity = SEVERITY_SERIOUS,
                                .count = 1, .months = 6}},
                .gates_count = 2,
                .gates = {{.grade = "AAA", .held_months = 36,
                                .certificates = 1u << CERTIFICATE_ISO9001 | 1u << CERTIFICATE_GMP},
                        {.grade = "AA", .months_without_deduction = 6, .held_months = 12,
                                .certificates = 1u << CERTIFICATE_ISO9001}},
        };
        for (unsigned rule = 0; rule < POLICY_RULES; rule++)
                policy->points[rule] = (int32_t)rule * 3;
}

static bool is_same(const struct grade_outcome *a, const struct grade_outcome *b)
{
        CLEANUP(buffer) struct buffer left = BUFFER_INIT;
        CLEANUP(buffer) struct buffer right = BUFFER_INIT;

        grade_reasons_format(a, &left);
        grade_reasons_format(b, &right);
        if (left.length > GRADE_REASONS_TEXT)
                abort();
        return strcmp(a->grade, b->grade) == 0 && a->score == b->score &&
               day_compare(a->next_change, b->next_change) == 0 &&
               slice_equal(buffer_slice(&left), buffer_slice(&right));
}

static void grade(const struct policy *policy, struct grade_inputs *inputs, struct day today)
{
        static struct grade_inputs reduced;
        static struct grade_outcome now, other;

        grade_evaluate(policy, inputs, today, &now);
        inputs_reduce(inputs, policy, today, &reduced);
        if (!inputs_is_valid(&reduced))
                abort();
        grade_evaluate(policy, &reduced, today, &other);
        if (!is_same(&now, &other))
                abort();
        if (day_is_none(now.next_change))
                return;
        if (!day_is_before(today, now.next_change))
                abort();
        grade_evaluate(policy, inputs, day_add(now.next_change, -1), &other);
        if (!is_same(&now, &other))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct grade_inputs inputs;
        static struct policy policy;
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;

        if (!inputs_decode(slice_of(data, size), &inputs))
                return 0;
        if (!inputs_encode(&inputs, &again) || !slice_equal(slice_of(data, size), buffer_slice(&again)))
                abort();
        set_policy(&policy);
        grade(&policy, &inputs, (struct day){0});
        if (inputs.count > 0)
                grade(&policy, &inputs, inputs.records[inputs.count / 2].decided_on);
        return 0;
}
