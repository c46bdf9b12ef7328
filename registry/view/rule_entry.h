/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Which rule documents hold, as the follower keeps it in the view: one of each kind and id, ascending by both.
 *
 *     rules   varint count: each u8 kind, counted id, varint version, 32 hash
 */
#pragma once

#include "registry/core/rule.h"

#define VIEW_RULES_MAX 128u /* procedures, tables and calendars in force at once: a registry has some ten */

struct view_rules {
        size_t count;
        struct rule rules[VIEW_RULES_MAX];
};

/* The one of that kind and id; NULL when none holds. */
const struct rule *view_rules_find(const struct view_rules *rules, enum rule_kind kind, struct slice id);
/*
 * It holds from now on, in place of the one before. False, with nothing changed: the one before is not older, or
 * there are VIEW_RULES_MAX of others.
 */
bool view_rules_set(struct view_rules *rules, const struct rule *rule) MUST_CHECK;

void view_rules_encode(struct buffer *to, const struct view_rules *rules);
bool view_rules_decode(struct slice value, struct view_rules *ret) MUST_CHECK;
