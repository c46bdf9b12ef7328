/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The gates of a band on a day: the first that holds, and when that changes by itself. A certificate is held from the
 * day it was issued through its last day; one that takes over without a gap goes on holding it. Private to core/grade.
 */
#pragma once

#include "registry/core/inputs.h"
#include "registry/core/policy.h"

/* What of a file's records the gates of a band look at; every day until `until` it is so. */
struct grade_gate_facts {
        unsigned band;
        uint32_t certificates;      /* bits of the kinds that there are at all, held or not */
        struct day last_deduction;  /* the latest decision among those that cost points; DAY_NONE if none does */
        struct day until;           /* DAY_NONE: for ever */
};

/*
 * The first gate that holds; NULL if none does. `*ret_change` is the first later day before `until` on which it is
 * another answer, or `until`.
 */
const struct policy_gate *grade_gate_find(const struct policy *policy, const struct grade_inputs *inputs,
        const struct grade_gate_facts *facts, struct day today, struct day *ret_change);
