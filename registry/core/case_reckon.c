/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/case_reckon.h"

#include <stdlib.h>
#include <string.h>

struct day case_count_on(struct day day, int32_t days, enum procedure_unit unit, const struct case_rules *rules,
        bool *ret_provisional)
{
        switch (unit) {
        case UNIT_WORKING:
                return work_calendar_add(rules->calendar, day, days, ret_provisional);
        case UNIT_DAYS:
                return day_add(day, days);
        case UNIT_MONTHS:
                return day_add_months(day, days);
        }
        abort();
}

/* The last day of a time limit: one that would end on a holiday ends on the next working day (民法典 art. 203). */
static struct day limit_of(struct day day, int32_t days, enum procedure_unit unit, const struct case_rules *rules,
        bool *ret_provisional)
{
        struct day last = case_count_on(day, days, unit, rules, ret_provisional);

        return unit == UNIT_WORKING ? last : work_calendar_settle(rules->calendar, last, ret_provisional);
}

/* When did the window open that this event opens? */
static struct day opened_by(
        const struct case_file *file, const struct procedure_window *window, const struct case_event *event)
{
        const char *method = window->method_field ? case_event_value(event, window->method_field) : NULL;
        struct day day = case_event_day(file, event);

        return method && strcmp(method, window->deemed_word) == 0 ? day_add(day, window->deemed_days) : day;
}

bool case_window_of(
        const struct case_file *file, const struct case_rules *rules, unsigned window, struct case_window *ret)
{
        const struct procedure_window *w = &file->procedure->windows[window];
        const struct case_event *event = case_last(file, w->opens);
        struct case_window found = {.window = w};

        if (!event)
                return false;
        found.opened = opened_by(file, w, event);
        found.last = limit_of(found.opened, w->days, w->unit, rules, &found.is_provisional);
        *ret = found;
        return true;
}

struct day case_effective_day(const struct case_file *file, const struct case_event *event)
{
        for (unsigned i = 0; i < file->procedure->window_count; i++) {
                const struct procedure_window *window = &file->procedure->windows[i];

                if (window->method_field && strcmp(file->procedure->actions[window->opens].word, event->action) == 0)
                        return opened_by(file, window, event);
        }
        return case_event_day(file, event);
}

/* The event it is counted from; NULL while it does not run. */
static const struct case_event *runs_from(const struct case_file *file, const struct procedure_deadline *deadline)
{
        const struct case_event *from = case_last_of(file, deadline->from, deadline->from_count);

        return from && procedure_is_valid_on(&deadline->validity, case_event_day(file, from)) &&
                               case_when(&deadline->when, file, from)
                       ? from
                       : NULL;
}

/* Its last day, counted from that event. */
static struct day last_day(const struct case_file *file, const struct case_rules *rules,
        const struct procedure_deadline *deadline, const struct case_event *from, bool *ret_provisional)
{
        const char *text = deadline->day_field ? case_event_value(from, deadline->day_field) : NULL;
        struct day day;

        if (deadline->from_window)
                day = opened_by(file, &file->procedure->windows[deadline->window], from);
        else if (!text || !day_parse(slice_text(text), &day))
                day = case_event_day(file, from);
        return limit_of(day, deadline->days, deadline->unit, rules, ret_provisional);
}

static bool is_until(
        const struct case_file *file, const struct procedure_deadline *deadline, const struct case_event *event)
{
        for (unsigned i = 0; i < deadline->until_count; i++)
                if (strcmp(file->procedure->actions[deadline->until[i]].word, event->action) == 0)
                        return true;
        return false;
}

bool case_is_late(const struct case_file *file, const struct case_rules *rules, const struct case_event *event,
        bool *ret_provisional)
{
        struct day day = case_event_day(file, event);
        bool is_late = false;

        for (unsigned i = 0; i < file->procedure->deadline_count; i++) {
                const struct procedure_deadline *deadline = &file->procedure->deadlines[i];
                const struct case_event *from =
                        is_until(file, deadline, event) ? runs_from(file, deadline) : NULL;

                if (from && day_is_before(last_day(file, rules, deadline, from, ret_provisional), day))
                        is_late = true;
        }
        return is_late;
}

bool case_when_in_time(const struct procedure_when *when, const struct case_file *file,
        const struct case_rules *rules, const struct case_event *step)
{
        const struct case_event *event;
        struct case_file before;
        bool is_provisional;

        if (!case_when(when, file, step))
                return false;
        event = when->is_there && when->in_time ? case_last(file, when->action) : NULL;
        if (!event)
                return true;
        before = case_before(file, event);
        return !case_is_late(&before, rules, event, &is_provisional);
}

size_t case_deadlines(const struct case_file *file, const struct case_rules *rules,
        struct case_deadline ret[PROCEDURE_DEADLINES_MAX])
{
        size_t count = 0;

        for (unsigned i = 0; i < file->procedure->deadline_count; i++) {
                const struct procedure_deadline *deadline = &file->procedure->deadlines[i];
                const struct case_event *from = runs_from(file, deadline);
                struct case_deadline *found = &ret[count];

                if (!from)
                        continue;
                *found = (struct case_deadline){.deadline = deadline, .done_on = DAY_NONE};
                found->day = last_day(file, rules, deadline, from, &found->is_provisional);
                for (const struct case_event *e = from + 1; e < file->events + file->count && !found->is_done; e++)
                        if (is_until(file, deadline, e)) {
                                found->is_done = true;
                                found->done_on = case_event_day(file, e);
                        }
                found->is_late = day_is_before(found->day, found->is_done ? found->done_on : rules->today);
                count++;
        }
        return count;
}
