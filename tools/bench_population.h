/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A population to measure with: enterprises whose packed inputs are the rows of the baseline's table bench_input, graded
 * under the first of two policies that say the baseline's rule. Written by a database superuser past all keys and
 * signatures, into a registry that was founded for this and serves nobody.
 */
#pragma once

#include "registry/core/policy.h"
#include "registry/store/link.h"

struct bench_policies {
        struct policy first, second; /* base 100 with bands 90, 70, 40; base 99 with 91, 71, 41 */
};

/* The two policies, in the registry, the first in force. */
bool bench_policies_put(struct link *superuser, struct bench_policies *ret, struct fault *why) MUST_CHECK;
/* `reader` is a second connection. `*ret_seconds` is what making it took. */
bool bench_population_put(struct link *superuser, struct link *reader, const struct policy *policy, struct day day,
        int64_t *ret_enterprises, double *ret_seconds, struct fault *why) MUST_CHECK;
