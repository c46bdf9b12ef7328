/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/procedure.h"

#include <stdlib.h>

void procedure_free(struct procedure *procedure)
{
        if (!procedure)
                return;
        arena_done(&procedure->arena);
        free(procedure);
}

unsigned procedure_state_find(const struct procedure *procedure, struct slice word)
{
        for (unsigned i = 0; i < procedure->state_count; i++)
                if (slice_equal(slice_text(procedure->states[i].word), word))
                        return i;
        return PROCEDURE_NONE;
}

unsigned procedure_action_find(const struct procedure *procedure, struct slice word)
{
        for (unsigned i = 0; i < procedure->action_count; i++)
                if (slice_equal(slice_text(procedure->actions[i].word), word))
                        return i;
        return PROCEDURE_NONE;
}

const struct procedure_field *procedure_field_find(const struct procedure_action *action, struct slice word)
{
        for (unsigned i = 0; i < action->field_count; i++)
                if (slice_equal(slice_text(action->fields[i].word), word))
                        return &action->fields[i];
        return NULL;
}

bool procedure_is_valid_on(const struct procedure_validity *validity, struct day day)
{
        return !day_is_before(day, validity->from) &&
               (day_is_none(validity->to) || !day_is_before(validity->to, day));
}

struct each {
        const struct procedure *procedure;
        void (*call)(void *closure, const char *from, const char *action, const char *to, bool needs_second,
                bool excludes_opener);
        void *closure;
};

static void each_from(const struct each *each, const struct procedure_action *action, const char *from)
{
        const char *to = action->to == PROCEDURE_NONE ? from : each->procedure->states[action->to].word;
        bool always = action->second_roles;

        if (!always)
                each->call(each->closure, from, action->word, to, false, action->excludes_opener);
        if (always || action->name_second_roles)
                each->call(each->closure, from, action->word, to, true, action->excludes_opener);
}

void procedure_each_transition(const struct procedure *procedure,
        void (*each)(void *closure, const char *from, const char *action, const char *to, bool needs_second,
                bool excludes_opener), void *closure)
{
        const struct each all = {procedure, each, closure};

        for (unsigned i = 0; i < procedure->action_count; i++) {
                const struct procedure_action *action = &procedure->actions[i];

                if (action->from & PROCEDURE_FROM_NONE)
                        each_from(&all, action, NULL);
                for (unsigned state = 0; state < procedure->state_count; state++)
                        if (action->from & 1u << state)
                                each_from(&all, action, procedure->states[state].word);
        }
}
