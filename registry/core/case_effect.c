/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/case_effect.h"

#include <string.h>

/* What the step changes. */
struct change {
        enum procedure_effect effect; /* EFFECT_NONE as well while its condition does not hold */
        bool moves;                   /* the case to another state */
        bool is_said;                 /* when it lists, or that its effect is stayed */
        bool is_stayed;               /* afterwards */
};

/* Does it hang on fields of a step that is not known? */
static bool is_unknowable(const struct case_asking *asking, const struct procedure_when *when)
{
        return !asking->step && when->is_there && when->action == PROCEDURE_NONE;
}

/* The times the case has once the step is an event. */
static void times_after(const struct case_asking *asking, const struct procedure_action *action,
        struct case_times *ret)
{
        struct case_event events[CASE_EVENTS_MAX];
        struct case_file after = *asking->file;
        struct case_event plain = {
                .seq = (uint32_t)after.count + 1, .recorded_ms = instant_of_day(asking->day), .action = action->word};

        memcpy(events, asking->file->events, after.count * sizeof(*events));
        events[after.count++] = asking->step ? *asking->step : plain;
        after.events = events;
        case_times_reckon(&after, ret);
}

static bool is_same(const struct case_times *a, const struct case_times *b)
{
        return a->is_stayed == b->is_stayed && case_listings_equal(a->listings, a->count, b->listings, b->count);
}

/* How many places of a case's events it must leave free; one more for the resumption while a stay is open after it. */
static size_t kept_from(const struct change *change)
{
        if (!change->moves && (!change->is_said || change->effect == EFFECT_CONFIRM))
                return CASE_EVENTS_KEPT;
        switch (change->effect) {
        case EFFECT_END:
        case EFFECT_QUASH:
        case EFFECT_UNPUBLISH:
                return 0;
        case EFFECT_NONE:
        case EFFECT_START:
        case EFFECT_SERVE:
        case EFFECT_PUBLISH:
        case EFFECT_SUSPEND:
        case EFFECT_RESUME:
        case EFFECT_RESTORE:
        case EFFECT_CONFIRM:
                break;
        }
        return CASE_EVENTS_KEPT_FOR_THE_END + change->is_stayed;
}

enum case_refusal case_effect_ask(const struct case_asking *asking, const struct procedure_action *action)
{
        size_t left = CASE_EVENTS_MAX - asking->file->count;
        struct change change = {
                .moves = action->to != PROCEDURE_NONE && action->to != case_state(asking->file),
                .is_stayed = asking->times->is_stayed,
        };

        if (action->effect && is_unknowable(asking, &action->effect_when)) {
                change.effect = action->effect;
                change.is_said = true;
        } else if (action->effect && case_when(&action->effect_when, asking->file, asking->step)) {
                struct case_times after;

                if (action->effect == EFFECT_RESTORE && asking->times->is_quashed)
                        return CASE_NOT_LISTED;
                if (left == 0)
                        return CASE_FULL;
                times_after(asking, action, &after);
                if (after.is_full)
                        return CASE_FULL;
                change.effect = action->effect;
                change.is_said = !is_same(asking->times, &after);
                change.is_stayed = after.is_stayed;
        }
        return left > kept_from(&change) ? CASE_GRANTED : CASE_FULL;
}
