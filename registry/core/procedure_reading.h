/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Reading a procedure: what the parts of its reader (procedure_parse and the files it calls) share. Things refer to
 * each other by word, so the order is: states, actions with their fields, windows, deadlines, the listing; then
 * everything that speaks of another action's fields; then what only the whole can contradict.
 *
 * Private to the reader; everybody else uses core/procedure.
 */
#pragma once

#include "registry/core/procedure.h"
#include "registry/core/rule_head.h"

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

struct procedure_reading {
        struct procedure *procedure;
        /* its arrays, while they are written */
        struct procedure_state *states;
        struct procedure_action *actions;
        struct procedure_field *fields[PROCEDURE_ACTIONS_MAX]; /* of each action */
        struct procedure_window *windows;
        struct procedure_deadline *deadlines;
};

#define FIELD_TYPE_BIT(type) (1u << (type))

/* Room in the procedure's arena, zeroed; never NULL. */
void *reading_room(struct procedure_reading *reading, size_t size);
const char *reading_keep(struct procedure_reading *reading, const char *text);
/* One line of text; kept. */
const char *reading_text(struct procedure_reading *reading, const struct place *at, const char *key);
/* A word whose parts `joint` joins (core/rule_head); kept. */
const char *reading_word(struct procedure_reading *reading, const struct place *at, const char *key, char joint);
/* False when it is not there. */
bool reading_flag(const struct place *at, const char *key);
/* The index of the text in the list, which ends with NULL; refused, and 0, when it is none of them. */
unsigned reading_choice(const struct place *at, const char *key, const char *const *words, const char *reason);
enum procedure_unit reading_unit(const struct place *at, const char *key);
/* An action, a window, a state of this procedure; PROCEDURE_NONE once something was wrong. */
unsigned reading_action(const struct procedure_reading *reading, const struct place *at, const char *key);
unsigned reading_window(const struct procedure_reading *reading, const struct place *at, const char *key);
/* At least `least` actions, none twice. Returns how many. */
unsigned reading_action_list(const struct procedure_reading *reading, const struct place *at, const char *key,
        size_t least, unsigned ret[PROCEDURE_ACTIONS_MAX]);
/* A field of the action (NULL: none was found) that has one of the types; NULL once something was wrong. */
const struct procedure_field *reading_field(const struct place *at, const char *key,
        const struct procedure_action *action, unsigned types, const char *reason);
/* The action of that index; NULL for PROCEDURE_NONE. */
const struct procedure_action *reading_action_at(const struct procedure_reading *reading, unsigned index);

/* ---------------------------------------------------------------- procedure_action_parse */

/* Actions and their fields, but for what speaks of other actions; and then that: `when`, guards. */
void reading_actions(struct procedure_reading *reading, const struct place *actions);
void reading_conditions(struct procedure_reading *reading, const struct place *actions);

/* ---------------------------------------------------------------- procedure_time_parse */

void reading_windows(struct procedure_reading *reading, const struct place *root);
void reading_deadlines(struct procedure_reading *reading, const struct place *root);
void reading_listing(struct procedure_reading *reading, const struct place *root);

/* ---------------------------------------------------------------- procedure_guard_parse */

/* `when`, `valid`: the place has the member. `self` is the action whose step it is; NULL: an action must be named. */
void reading_when(struct procedure_reading *reading, const struct place *at, const char *key,
        const struct procedure_action *self, struct procedure_when *ret);
void reading_validity(const struct place *at, const char *key, struct procedure_validity *ret);
/* The words of a `words` list that the field can have. */
unsigned reading_words(struct procedure_reading *reading, const struct place *at, const char *key,
        const struct procedure_field *field, const char *ret[PROCEDURE_WORDS_MAX]);
/* The guards of one action. */
void reading_guards(struct procedure_reading *reading, const struct place *action, struct procedure_action *ret);

/* ---------------------------------------------------------------- procedure_check */

/* What no part contradicts but the whole does. */
void procedure_check(const struct procedure_reading *reading, const struct place *root);
