/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What has happened in a case: its events looked up by action. Internal to the core; others have case_file.h.
 *
 * "The last" is always the one recorded last (greatest seq): the order of the procedure is the order in which its
 * steps were taken, while their papers may be of any day.
 */
#pragma once

#include "registry/core/case_file.h"

/* The event's action; NULL when the procedure has none of that word. */
const struct procedure_action *case_action(const struct case_file *file, const struct case_event *event);
/* The last event of the action with that index; NULL when it has not happened. */
const struct case_event *case_last(const struct case_file *file, unsigned action);
/* The last event of any of them. */
const struct case_event *case_last_of(const struct case_file *file, const unsigned *actions, unsigned count);
/* The same file as it was before that event of it. */
struct case_file case_before(const struct case_file *file, const struct case_event *event);

/* Is it one of the words? */
bool case_word_is_in(const char *word, const char *const *words, unsigned count);
/*
 * Does `when` hold, but for its `in_time`? `step`: the event or step itself, whose own field it may ask for; NULL
 * when there is none.
 */
bool case_when(const struct procedure_when *when, const struct case_file *file, const struct case_event *step);
