/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A repeat rule on a day: do so many cases of its kind count that were decided within its months, and when does the
 * answer change by itself? Private to core/grade.
 */
#pragma once

#include "registry/core/inputs.h"
#include "registry/core/policy.h"

/* Is a negative record one of those that the rule counts, whenever that is? */
static inline bool grade_repeat_is_of(const struct policy_repeat *repeat, const struct grade_record *record)
{
        return repeat->types & 1u << record->type &&
               (repeat->severity != SEVERITY_SERIOUS || record->severity == SEVERITY_SERIOUS);
}

/* Does it hold? `*ret_change` is the first later day on which the answer is the other one; DAY_NONE if it stays. */
bool grade_repeat_holds(const struct policy *policy, const struct policy_repeat *repeat,
        const struct grade_inputs *inputs, struct day today, struct day *ret_change);
