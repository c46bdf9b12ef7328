/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Words of a procedure for people. The word itself always stands first, because it is what one types; its name in
 * the reader's language stands beside it. A word the procedure does not know is shown as it is.
 */
#pragma once

#include <jansson.h>

#include "registry/core/procedure.h"

/* `zh` or `en`, by the language of messages. */
const char *case_text_pick(const char *zh, const char *en);
void case_text_action(const struct procedure *procedure, struct slice word, struct buffer *to);
void case_text_state(const struct procedure *procedure, struct slice word, struct buffer *to);
/* The name alone, for a column of its own; "" where it would only say the word again. */
const char *case_text_action_name(const struct procedure *procedure, struct slice word);
/* NULL when the procedure has none of that word. */
const struct procedure_deadline *case_text_deadline_of(const struct procedure *procedure, struct slice word);
/* Is it the end of a window, a time that is the party's to use or not? Then nobody is late when it has passed. */
bool case_text_is_partys(const struct procedure *procedure, const struct procedure_deadline *deadline);
const char *case_text_deadline_name(const struct procedure_deadline *deadline);
/* The field's name, or its word; the value with the name of a word's choice. */
void case_text_field(const struct procedure_action *action, struct slice word, struct buffer *to);
void case_text_value(const struct procedure_action *action, struct slice word, struct slice value, struct buffer *to);
const struct procedure_action *case_text_action_of(const struct procedure *procedure, struct slice word);

/* Sets a member to the instant, or null when it is none. */
void case_text_set_instant(json_t *document, const char *member, int64_t at_ms);
