/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Words of an explanation for people, shared by its sections: types, rules and grades in the reader's language, days in
 * cells.
 */
#pragma once

#include "tools/explained.h"
#include "tools/show.h"

/* Appends what a word of records and rules is called; the word itself where this program has no name for it. */
void explained_add_name(struct buffer *to, struct slice word);
/* `penalty.fine.serious`: a fine, serious; `sampling.ordinary`: a sampling, ordinary. */
void explained_add_rule(struct buffer *to, const char *rule);
/* What the policy calls its grade, in the reader's language; "" if nothing. */
const char *explained_grade_name(const struct explained *e, const char *grade);

/* A section's title, on standard output. */
void explained_title(const char *text);
/* `words` with the day in place of their %s; an empty cell where there is no day. */
void explained_add_day(struct table *table, const char *words, struct day day);
