/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The fields of a step: are they those of its action, each in the one form its type has? Internal to the core.
 *
 * One value has one text: a day is YYYY-MM-DD, a hash lower case, a code as its table writes it. What is signed is
 * stored and compared as it stands, so that nothing here normalises, it only refuses.
 */
#pragma once

#include "registry/core/case_past.h"

/*
 * CASE_GRANTED; or the refusal with the field at fault and, unless it is missing, its value. Codes are asked for on
 * the event's day. `file` holds what happened before.
 */
enum case_refusal case_fields_check(const struct case_file *file, const struct case_rules *rules,
        const struct procedure_action *action, const struct case_event *event, const char **ret_field,
        const char **ret_value);
/* The table of that id; NULL when it is not loaded. */
const struct code_table *case_table(const struct case_rules *rules, const char *id);
