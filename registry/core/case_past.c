/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/case_past.h"

#include <string.h>

const struct procedure_action *case_action(const struct case_file *file, const struct case_event *event)
{
        unsigned index = procedure_action_find(file->procedure, slice_text(event->action));

        return index == PROCEDURE_NONE ? NULL : &file->procedure->actions[index];
}

const struct case_event *case_last_of(const struct case_file *file, const unsigned *actions, unsigned count)
{
        for (size_t i = file->count; i-- > 0;)
                for (unsigned k = 0; k < count; k++)
                        if (strcmp(file->events[i].action, file->procedure->actions[actions[k]].word) == 0)
                                return &file->events[i];
        return NULL;
}

const struct case_event *case_last(const struct case_file *file, unsigned action)
{
        return action == PROCEDURE_NONE ? NULL : case_last_of(file, &action, 1);
}

struct case_file case_before(const struct case_file *file, const struct case_event *event)
{
        struct case_file before = *file;

        before.count = (size_t)(event - file->events);
        return before;
}

bool case_word_is_in(const char *word, const char *const *words, unsigned count)
{
        for (unsigned i = 0; i < count; i++)
                if (strcmp(words[i], word) == 0)
                        return true;
        return false;
}

bool case_when(const struct procedure_when *when, const struct case_file *file, const struct case_event *step)
{
        const struct case_event *event = when->action == PROCEDURE_NONE ? step : case_last(file, when->action);
        const char *value;

        if (!when->is_there)
                return true;
        if (!event)
                return false;
        if (!when->field)
                return true;
        value = case_event_value(event, when->field);
        return value && case_word_is_in(value, when->words, when->word_count);
}
