/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Time limits of a case: windows that must pass, deadlines that should be kept, and whether a step kept them.
 * Internal to the core; what others may ask stands in case_file.h.
 *
 * A day on which something happens is day 0 and does not count (民法典 art. 201). Being late is a fact that is
 * computed, never a refusal: what the law makes of it is some guard's question (`in_time`).
 */
#pragma once

#include "registry/core/case_past.h"

/* The day `days` in `unit` after `day`. */
struct day case_count_on(struct day day, int32_t days, enum procedure_unit unit, const struct case_rules *rules,
        bool *ret_provisional);
/* The event's day, or the later one on which its service is deemed done where it opens such a window (公告送达). */
struct day case_effective_day(const struct case_file *file, const struct case_event *event);
/*
 * Was a deadline over that `event` answers to? `file` holds what happened before it. `*ret_provisional` becomes true
 * when that was reckoned through a year that is not loaded.
 */
bool case_is_late(const struct case_file *file, const struct case_rules *rules, const struct case_event *event,
        bool *ret_provisional);
/* case_when() whole: the last event asked for has also been in time where that is wanted. */
bool case_when_in_time(const struct procedure_when *when, const struct case_file *file,
        const struct case_rules *rules, const struct case_event *step);
