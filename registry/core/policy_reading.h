/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Reading a policy: what the parts of its reader (policy_parse and the files it calls) share. Bands come first, since
 * gates, vetoes and repeat rules speak of them; then everything a part can see by itself; then what only the whole can
 * contradict.
 *
 * Private to the reader; everybody else uses core/policy.
 */
#pragma once

#include "registry/core/policy.h"

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The index of the band of that grade; false, with `ret` untouched, if there is none. */
bool policy_find_band(const struct policy *policy, const char *grade, unsigned *ret) MUST_CHECK;
/* The band that the member names; refused, and 0, if it is none. */
unsigned policy_read_band(const struct place *at, const char *key, const struct policy *policy);
/* `id`: 1 to `size` - 1 small letters, digits and hyphens. */
void policy_read_id(const struct place *at, char *ret, size_t size);

/* ---------------------------------------------------------------- policy_points_parse */

/* `deductions`: what costs how many points. */
void policy_read_deductions(const struct place *root, struct policy *policy);

/* ---------------------------------------------------------------- policy_time_parse */

/* `window` and `veto`: how long records count, and what they hold down while they do. */
void policy_read_window(const struct place *root, struct policy *policy);
void policy_read_veto(const struct place *root, struct policy *policy);

/* ---------------------------------------------------------------- policy_check */

/* What no part contradicts but the whole does: grades that nothing leads to, rules that can never hold. */
void policy_check(const struct place *root, const struct policy *policy);
