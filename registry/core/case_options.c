/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/case_options.h"

#include "registry/core/case_effect.h"

bool case_action_starts_from(const struct procedure_action *action, unsigned state)
{
        return action->from & (state == PROCEDURE_NONE ? PROCEDURE_FROM_NONE : 1u << state);
}

static void ask_guards(const struct case_asking *asking, struct case_option *option)
{
        const struct procedure_action *action = option->action;

        for (unsigned i = 0; i < action->guard_count && option->refusal == CASE_GRANTED; i++) {
                const struct procedure_guard *guard = &action->guards[i];
                struct case_answer answer;

                if (!case_guard_applies(asking, guard))
                        continue;
                case_guard_ask(asking, guard, &answer);
                option->refusal = answer.refusal;
                option->article = answer.refusal == CASE_GRANTED ? "" : guard->article;
                option->expected = answer.expected;
                option->earliest = answer.earliest;
                option->is_provisional = answer.is_provisional;
        }
}

static void ask(const struct case_asking *asking, struct case_option *option)
{
        ask_guards(asking, option);
        if (option->refusal == CASE_GRANTED)
                option->refusal = case_effect_ask(asking, option->action);
        if (option->refusal != CASE_GRANTED && !*option->article)
                option->article = option->action->article;
}

size_t case_options(const struct case_file *file, const struct case_rules *rules,
        struct case_option ret[PROCEDURE_ACTIONS_MAX])
{
        struct case_times times;
        struct case_asking asking = {.file = file, .rules = rules, .times = &times, .day = rules->today};
        unsigned state = case_state(file);
        size_t count = 0;

        case_times_reckon(file, &times);
        for (unsigned i = 0; i < file->procedure->action_count; i++) {
                const struct procedure_action *action = &file->procedure->actions[i];

                if (!case_action_starts_from(action, state))
                        continue;
                ret[count] = (struct case_option){.action = action, .article = "", .earliest = DAY_NONE};
                ask(&asking, &ret[count++]);
        }
        return count;
}
