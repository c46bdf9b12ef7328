/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What one record weighs under a policy: its points, by which rule, and until when it counts. Days are compared by
 * number here: a bulk run asks for millions of records. Private to core/grade and core/inputs.
 */
#pragma once

#include "registry/core/inputs.h"
#include "registry/core/policy.h"

struct grade_weight {
        int32_t points;
        unsigned rule;  /* only if it has points */
        struct day end; /* the first day it does not count */
};

/* False if it is not negative: it never counts then, and `ret` is not set. */
bool grade_weigh(const struct policy *policy, const struct grade_record *record, struct grade_weight *ret);

/* Makes `*first` the earlier of itself and `day`, if `day` is after `after`. */
static inline void grade_consider(struct day *first, struct day day, struct day after)
{
        if (day.number > after.number && (day.number < first->number || first->number == DAY_NONE.number))
                *first = day;
}
