/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/case_effect.h"

#include <string.h>

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

enum case_refusal case_effect_ask(const struct case_asking *asking, const struct procedure_action *action)
{
        struct case_times after;

        if (action->effect == EFFECT_NONE || is_unknowable(asking, &action->effect_when) ||
                !case_when(&action->effect_when, asking->file, asking->step))
                return CASE_GRANTED;
        if (action->effect == EFFECT_RESTORE && asking->times->is_quashed)
                return CASE_NOT_LISTED;
        times_after(asking, action, &after);
        return after.is_full ? CASE_FULL : CASE_GRANTED;
}
