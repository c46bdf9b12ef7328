/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/case_file.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/case_effect.h"
#include "registry/core/case_field.h"
#include "registry/core/case_guard.h"
#include "registry/core/case_options.h"
#include "registry/core/case_reckon.h"
#include "registry/core/case_times.h"

/* ---------------------------------------------------------------- reading a file */

unsigned case_state(const struct case_file *file)
{
        for (size_t i = file->count; i-- > 0;) {
                const struct procedure_action *action = case_action(file, &file->events[i]);

                if (action && action->to != PROCEDURE_NONE)
                        return action->to;
        }
        return PROCEDURE_NONE;
}

const char *case_state_word(const struct case_file *file)
{
        unsigned state = case_state(file);

        return state == PROCEDURE_NONE ? "" : file->procedure->states[state].word;
}

bool case_is_over(const struct case_file *file)
{
        unsigned state = case_state(file);

        return state != PROCEDURE_NONE && file->procedure->states[state].is_end;
}

struct day case_event_day(const struct case_file *file, const struct case_event *event)
{
        const struct procedure_action *action = case_action(file, event);
        const char *text = action && action->day_field ? case_event_value(event, action->day_field) : NULL;
        struct day day;

        return text && day_parse(slice_text(text), &day) ? day : day_of_instant(event->recorded_ms);
}

const char *case_event_value(const struct case_event *event, const char *field)
{
        for (size_t i = event->value_count; i-- > 0;)
                if (strcmp(event->values[i].name, field) == 0)
                        return event->values[i].value;
        return NULL;
}

const char *case_value_of(const struct case_file *file, const char *action, const char *field)
{
        const struct case_event *event = case_last(file, procedure_action_find(file->procedure, slice_text(action)));

        return event ? case_event_value(event, field) : NULL;
}

const char *case_refusal_word(enum case_refusal refusal)
{
        switch (refusal) {
        case CASE_GRANTED:
                return "granted";
        case CASE_ACTION_UNKNOWN:
                return "action-unknown";
        case CASE_ROLE:
                return "role";
        case CASE_OFFICE:
                return "office";
        case CASE_STATE:
                return "state";
        case CASE_FULL:
                return "full";
        case CASE_FIELD_UNKNOWN:
                return "field-unknown";
        case CASE_FIELD_MISSING:
                return "field-missing";
        case CASE_FIELD_INVALID:
                return "field-invalid";
        case CASE_FIELD_TWICE:
                return "field-twice";
        case CASE_DATE_IN_FUTURE:
                return "date-in-future";
        case CASE_CODE_NOT_IN_FORCE:
                return "code-not-in-force";
        case CASE_PERSON_EXCLUDED:
                return "person-excluded";
        case CASE_SELF_APPROVAL:
                return "self-approval";
        case CASE_NEEDS_STEP:
                return "needs-step";
        case CASE_DONE_ALREADY:
                return "done-already";
        case CASE_NOT_YET:
                return "not-yet";
        case CASE_NOT_LISTED:
                return "not-listed";
        case CASE_FIELD_RULE:
                return "field-rule";
        }
        abort();
}

/* ---------------------------------------------------------------- deciding about a step */

/* What is weighed, and what has been found out so far. */
struct weighing {
        const struct case_file *file;
        const struct case_step *step;
        const struct case_rules *rules;
        const struct case_person *proposer;
        const struct case_person *second; /* NULL: nobody has confirmed, or nobody needs to */
        const struct procedure_action *action;
        struct case_event event;          /* the step as if it were recorded today by one person */
        uint32_t second_roles;            /* whose confirmation it needs */
        struct case_verdict *verdict;
};

static bool refuse(struct weighing *w, enum case_refusal refusal)
{
        w->verdict->refusal = refusal;
        if (w->action)
                w->verdict->article = w->action->article;
        return false;
}

static bool refuse_roles(struct weighing *w, enum case_refusal refusal, uint32_t roles)
{
        w->verdict->roles = roles;
        return refuse(w, refusal);
}

static bool refuse_field(struct weighing *w, enum case_refusal refusal, const char *field, const char *value)
{
        w->verdict->field = field;
        w->verdict->value = value;
        return refuse(w, refusal);
}

static bool weigh_roles(struct weighing *w)
{
        if (!(w->action->roles & w->proposer->roles))
                return refuse_roles(w, CASE_ROLE, w->action->roles);
        if (w->second && !(w->second_roles & w->second->roles))
                return refuse_roles(w, CASE_ROLE, w->second_roles);
        return true;
}

/* The office is the case's, or that of who opens it. */
static bool weigh_offices(struct weighing *w)
{
        const char *office = w->file->count > 0 ? w->file->office : w->proposer->office;

        if (w->action->is_any_office)
                return true;
        if (strcmp(w->proposer->office, office) != 0 || (w->second && strcmp(w->second->office, office) != 0))
                return refuse(w, CASE_OFFICE);
        return true;
}

static bool weigh_state(struct weighing *w)
{
        if (!case_action_starts_from(w->action, w->verdict->from))
                return refuse_roles(w, CASE_STATE, w->action->roles);
        return true;
}

static bool weigh_fields(struct weighing *w)
{
        const char *field, *value;
        enum case_refusal refusal;

        if (w->step->name_differs && w->file->count == 0 && !w->verdict->needs_second)
                return refuse_field(w, CASE_FIELD_INVALID, "name", NULL);
        refusal = case_fields_check(w->file, w->rules, w->action, &w->event, &field, &value);
        return refusal == CASE_GRANTED || refuse_field(w, refusal, field, value);
}

/* Two persons are two, and where the procedure says so who confirms is not who opened the case. */
static bool weigh_persons(struct weighing *w)
{
        if (w->second && strcmp(w->second->id, w->proposer->id) == 0)
                return refuse_field(w, CASE_SELF_APPROVAL, NULL, w->second->id);
        if (w->action->excludes_opener && w->second && w->file->count > 0 &&
                strcmp(w->second->id, w->file->events[0].proposer) == 0)
                return refuse_field(w, CASE_PERSON_EXCLUDED, NULL, w->second->id);
        return true;
}

static bool weigh_guards(struct weighing *w, const struct case_asking *asking)
{
        for (unsigned i = 0; i < w->action->guard_count; i++) {
                const struct procedure_guard *guard = &w->action->guards[i];
                struct case_answer answer;

                if (!case_guard_applies(asking, guard))
                        continue;
                case_guard_ask(asking, guard, &answer);
                w->verdict->is_provisional |= answer.is_provisional;
                if (answer.refusal == CASE_GRANTED)
                        continue;
                w->verdict->is_provisional = answer.is_provisional;
                w->verdict->expected = answer.expected;
                w->verdict->earliest = answer.earliest;
                refuse_field(w, answer.refusal, answer.field, answer.value);
                w->verdict->article = guard->article;
                w->verdict->zh = guard->zh;
                w->verdict->en = guard->en;
                return false;
        }
        return true;
}

static bool weigh_effect(struct weighing *w, const struct case_asking *asking)
{
        enum case_refusal refusal = case_effect_ask(asking, w->action);

        return refusal == CASE_GRANTED || refuse(w, refusal);
}

static bool weigh_against_the_case(struct weighing *w)
{
        struct case_times times;
        struct case_asking asking = {
                .file = w->file, .rules = w->rules, .times = &times, .step = &w->event, .proposer = w->proposer,
                .second = w->second, .needs_second = w->verdict->needs_second, .day = w->verdict->day,
        };

        case_times_reckon(w->file, &times);
        return weigh_guards(w, &asking) && weigh_effect(w, &asking);
}

static bool weigh(struct weighing *w)
{
        if (!w->action)
                return refuse(w, CASE_ACTION_UNKNOWN);
        if (!weigh_roles(w) || !weigh_offices(w) || !weigh_state(w) || !weigh_fields(w))
                return false;
        w->verdict->day = case_event_day(w->file, &w->event);
        if (!weigh_persons(w) || !weigh_against_the_case(w))
                return false;
        w->verdict->is_late = case_is_late(w->file, w->rules, &w->event, &w->verdict->is_provisional);
        return true;
}

static void see_action(struct weighing *w)
{
        unsigned index = procedure_action_find(w->file->procedure, slice_text(w->step->action));

        if (index == PROCEDURE_NONE)
                return;
        w->action = &w->file->procedure->actions[index];
        w->second_roles = w->action->second_roles;
        if (w->step->name_differs && w->file->count == 0)
                w->second_roles = w->second_roles ? w->second_roles : w->action->name_second_roles;
        w->verdict->action = w->action;
        w->verdict->needs_second = w->second_roles;
        w->verdict->to = w->action->to == PROCEDURE_NONE ? w->verdict->from : w->action->to;
}

void case_decide(const struct case_file *file, const struct case_step *step, const struct case_rules *rules,
        const struct case_person *proposer, const struct case_person *second, struct case_verdict *ret)
{
        struct weighing w = {
                .file = file, .step = step, .rules = rules, .proposer = proposer, .verdict = ret,
                .event = {
                        .seq = (uint32_t)file->count + 1, .recorded_ms = instant_of_day(rules->today),
                        .action = step->action, .proposer = proposer->id, .actor = proposer->id,
                        .values = step->values, .value_count = step->value_count,
                },
        };

        *ret = (struct case_verdict){
                .from = case_state(file), .article = "", .zh = "", .en = "", .day = DAY_NONE, .earliest = DAY_NONE};
        ret->to = ret->from;
        see_action(&w);
        if (ret->needs_second)
                w.second = second;
        weigh(&w);
}
