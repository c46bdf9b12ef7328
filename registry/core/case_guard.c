/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/case_guard.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/case_field.h"
#include "registry/core/case_reckon.h"

/* Does it speak of the step that is asked about, not of the case before it? */
static bool is_about_step(const struct procedure_guard *guard)
{
        if (guard->when.is_there && guard->when.action == PROCEDURE_NONE)
                return true;
        if (guard->kind == GUARD_FIELD)
                return guard->action == PROCEDURE_NONE;
        return guard->kind == GUARD_PERSON || guard->kind == GUARD_LEAD;
}

bool case_guard_applies(const struct case_asking *asking, const struct procedure_guard *guard)
{
        if (!asking->step && is_about_step(guard))
                return false;
        return procedure_is_valid_on(&guard->validity, asking->day) &&
               case_when_in_time(&guard->when, asking->file, asking->rules, asking->step);
}

static const char *word_of(const struct case_asking *asking, unsigned action)
{
        return asking->file->procedure->actions[action].word;
}

static bool has_happened(const struct case_asking *asking, const struct procedure_guard *guard)
{
        const struct case_event *done = case_last(asking->file, guard->action);
        const struct case_event *since = case_last(asking->file, guard->since);

        return done && (!since || done->seq > since->seq);
}

static void not_before(const struct case_asking *asking, struct day first, struct case_answer *ret)
{
        if (!day_is_before(asking->day, first))
                return;
        ret->refusal = CASE_NOT_YET;
        ret->earliest = first;
}

static void ask_done(const struct case_asking *asking, const struct procedure_guard *guard, struct case_answer *ret)
{
        bool wanted = guard->kind == GUARD_DONE;

        if (has_happened(asking, guard) == wanted)
                return;
        ret->refusal = wanted ? CASE_NEEDS_STEP : CASE_DONE_ALREADY;
        ret->expected = word_of(asking, guard->action);
}

static void ask_window(const struct case_asking *asking, const struct procedure_guard *guard, struct case_answer *ret)
{
        unsigned opens = asking->file->procedure->windows[guard->window].opens;
        const struct case_event *waiver = case_last(asking->file, guard->waiver);
        struct case_window window;

        if (!case_window_of(asking->file, asking->rules, guard->window, &window)) {
                ret->refusal = CASE_NEEDS_STEP;
                ret->expected = word_of(asking, opens);
                return;
        }
        if (waiver && waiver->seq > case_last(asking->file, opens)->seq)
                return;
        ret->is_provisional = window.is_provisional;
        not_before(asking, day_add(window.last, 1), ret);
}

static void ask_term(const struct case_asking *asking, const struct procedure_guard *guard, struct case_answer *ret)
{
        const struct case_event *last = case_last(asking->file, guard->action);

        if (last)
                not_before(asking, day_add_months(case_event_day(asking->file, last), guard->months), ret);
}

static void ask_ended(const struct case_asking *asking, struct case_answer *ret)
{
        if (case_times_ended(asking->times, asking->day))
                return;
        ret->refusal = asking->times->life_count ? CASE_NOT_YET : CASE_NOT_LISTED;
        ret->earliest = case_times_end_after(asking->times, asking->day);
}

/* ---------------------------------------------------------------- persons */

/* Did that person propose or confirm the event, or does it name them? */
static bool had_hand_in(const struct case_file *file, const struct case_event *event, const char *person)
{
        const struct procedure_action *action = case_action(file, event);

        if (strcmp(event->proposer, person) == 0 || strcmp(event->actor, person) == 0)
                return true;
        for (size_t i = 0; i < event->value_count && action; i++) {
                const struct procedure_field *field = procedure_field_find(action, slice_text(event->values[i].name));

                if (field && field->type == FIELD_PERSON && strcmp(event->values[i].value, person) == 0)
                        return true;
        }
        return false;
}

static void keep_out(
        const struct case_asking *asking, const struct procedure_guard *guard, const char *person,
        struct case_answer *ret)
{
        const struct case_file *file = asking->file;

        for (size_t i = 0; i < file->count && ret->refusal == CASE_GRANTED; i++)
                for (unsigned k = 0; k < guard->action_count; k++)
                        if (strcmp(file->events[i].action, word_of(asking, guard->actions[k])) == 0 &&
                                had_hand_in(file, &file->events[i], person)) {
                                ret->refusal = CASE_PERSON_EXCLUDED;
                                ret->value = person;
                        }
}

/* Every person the field names: none of them takes this step, and none had a hand. */
static void ask_named(const struct case_asking *asking, const struct procedure_guard *guard, struct case_answer *ret)
{
        for (size_t i = 0; i < asking->step->value_count && ret->refusal == CASE_GRANTED; i++) {
                const struct case_value *value = &asking->step->values[i];

                if (strcmp(value->name, guard->field) != 0)
                        continue;
                ret->field = guard->field;
                if (strcmp(value->value, asking->proposer->id) == 0 ||
                        (asking->second && strcmp(value->value, asking->second->id) == 0)) {
                        ret->refusal = CASE_PERSON_EXCLUDED;
                        ret->value = value->value;
                } else {
                        keep_out(asking, guard, value->value, ret);
                }
        }
}

static void ask_person(const struct case_asking *asking, const struct procedure_guard *guard, struct case_answer *ret)
{
        const struct case_person *second = asking->needs_second ? asking->second : asking->proposer;

        switch (guard->hand) {
        case HAND_FIRST:
                keep_out(asking, guard, asking->proposer->id, ret);
                return;
        case HAND_SECOND:
                if (second)
                        keep_out(asking, guard, second->id, ret);
                return;
        case HAND_BOTH:
                keep_out(asking, guard, asking->proposer->id, ret);
                if (second && ret->refusal == CASE_GRANTED)
                        keep_out(asking, guard, second->id, ret);
                return;
        case HAND_NAMED:
                ask_named(asking, guard, ret);
                return;
        }
        abort();
}

/* ---------------------------------------------------------------- fields */

static void ask_field(const struct case_asking *asking, const struct procedure_guard *guard, struct case_answer *ret)
{
        const struct case_event *event = guard->action == PROCEDURE_NONE ? asking->step
                                                                         : case_last(asking->file, guard->action);
        const char *value = event ? case_event_value(event, guard->field) : NULL;

        if (value && case_word_is_in(value, guard->words, guard->word_count))
                return;
        ret->refusal = CASE_FIELD_RULE;
        ret->field = guard->field;
        ret->value = value;
}

/* One value that has it is enough: a decision on two bases may be published if either allows it. */
static void ask_code(const struct case_asking *asking, const struct procedure_guard *guard, struct case_answer *ret)
{
        const struct case_event *event = case_last(asking->file, guard->action);
        const struct procedure_action *action = event ? case_action(asking->file, event) : NULL;
        const struct procedure_field *field = action ? procedure_field_find(action, slice_text(guard->field)) : NULL;
        const struct code_table *table = field ? case_table(asking->rules, field->table) : NULL;

        for (size_t i = 0; table && i < event->value_count; i++) {
                const struct case_value *value = &event->values[i];
                const struct code_row *row;

                if (strcmp(value->name, guard->field) != 0)
                        continue;
                row = code_table_find(table, slice_text(value->value), case_event_day(asking->file, event));
                if (row && strcmp(code_row_attribute(row, guard->attribute), guard->value) == 0)
                        return;
        }
        ret->refusal = CASE_FIELD_RULE;
        ret->field = guard->field;
        ret->value = event ? case_event_value(event, guard->field) : NULL;
}

/* The day in a field; false when there is none. */
static bool day_in(const struct case_event *event, const char *field, struct day *ret)
{
        const char *text = event ? case_event_value(event, field) : NULL;

        return text && day_parse(slice_text(text), ret);
}

static void ask_lead(const struct case_asking *asking, const struct procedure_guard *guard, struct case_answer *ret)
{
        struct day day, other;

        if (!day_in(asking->step, guard->field, &day) || !day_in(asking->step, guard->other, &other))
                return;
        other = case_count_on(other, guard->days, guard->unit, asking->rules, &ret->is_provisional);
        if (!day_is_before(day, other))
                return;
        ret->refusal = CASE_NOT_YET;
        ret->field = guard->field;
        ret->value = case_event_value(asking->step, guard->field);
        ret->earliest = other;
}

static void ask_over(const struct case_asking *asking, const struct procedure_guard *guard, struct case_answer *ret)
{
        struct day day;

        if (day_in(case_last(asking->file, guard->action), guard->field, &day))
                not_before(asking, day_add(day, 1), ret);
}

static void ask_order(const struct case_asking *asking, const struct procedure_guard *guard, struct case_answer *ret)
{
        const struct case_event *last = case_last(asking->file, guard->action);

        if (last)
                not_before(asking, case_event_day(asking->file, last), ret);
}

/* ---------------------------------------------------------------- all kinds */

void case_guard_ask(const struct case_asking *asking, const struct procedure_guard *guard, struct case_answer *ret)
{
        *ret = (struct case_answer){.earliest = DAY_NONE};
        switch (guard->kind) {
        case GUARD_DONE:
        case GUARD_NOT_DONE:
                ask_done(asking, guard, ret);
                return;
        case GUARD_WINDOW:
                ask_window(asking, guard, ret);
                return;
        case GUARD_TERM:
                ask_term(asking, guard, ret);
                return;
        case GUARD_IN_FORCE:
                if (!case_times_in_force(asking->times, asking->day))
                        ret->refusal = CASE_NOT_LISTED;
                return;
        case GUARD_LISTED:
                if (!case_times_listed(asking->times, asking->day))
                        ret->refusal = CASE_NOT_LISTED;
                return;
        case GUARD_ENDED:
                ask_ended(asking, ret);
                return;
        case GUARD_PERSON:
                ask_person(asking, guard, ret);
                return;
        case GUARD_FIELD:
                ask_field(asking, guard, ret);
                return;
        case GUARD_CODE:
                ask_code(asking, guard, ret);
                return;
        case GUARD_LEAD:
                ask_lead(asking, guard, ret);
                return;
        case GUARD_OVER:
                ask_over(asking, guard, ret);
                return;
        case GUARD_ORDER:
                ask_order(asking, guard, ret);
                return;
        }
        abort();
}
