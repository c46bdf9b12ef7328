/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What people look at: the diagram of states and actions, and who may take which step from where. */
#include "registry/core/procedure.h"

#include <string.h>

#include "registry/core/role.h"

/* Two persons' steps, in the diagram. */
#define TWO_PERSONS "²"

/* A label, without what ends one in the diagram or a table. */
static void add_label(struct buffer *to, const char *text)
{
        static const char special[] = "\":;#<>|";
        static const char *const instead[] = {"'", "：", "；", "＃", "＜", "＞", "｜"};

        for (; *text; text++) {
                const char *at = strchr(special, *text);

                if (at)
                        buffer_add_text(to, instead[at - special]);
                else
                        buffer_add_u8(to, (uint8_t)*text);
        }
}

/* A state's name inside the diagram. Its language has words of its own, and no hyphens in names. */
static void add_state(struct buffer *to, const struct procedure_state *state)
{
        buffer_add_text(to, "s_");
        for (const char *c = state->word; *c; c++)
                buffer_add_u8(to, (uint8_t)(*c == '-' ? '_' : *c));
}

static void add_action(struct buffer *to, const struct procedure_action *action, bool is_chinese)
{
        add_label(to, is_chinese ? action->zh : action->word);
        if (action->second_roles)
                buffer_add_text(to, TWO_PERSONS);
}

static void add_openings(struct buffer *to, const struct procedure *procedure, bool is_chinese)
{
        for (unsigned i = 0; i < procedure->action_count; i++) {
                const struct procedure_action *action = &procedure->actions[i];

                if (!(action->from & PROCEDURE_FROM_NONE))
                        continue;
                buffer_add_text(to, "    [*] --> ");
                add_state(to, &procedure->states[action->to]);
                buffer_add_text(to, " : ");
                add_action(to, action, is_chinese);
                buffer_add_text(to, "\n");
        }
}

/* One arrow for all actions that lead from one state to the other. */
static void add_arrow(struct buffer *to, const struct procedure *procedure, unsigned from, unsigned target,
        bool is_chinese)
{
        bool is_drawn = false;

        for (unsigned i = 0; i < procedure->action_count; i++) {
                const struct procedure_action *action = &procedure->actions[i];

                if (!(action->from & 1u << from) ||
                        (action->to == PROCEDURE_NONE ? from : action->to) != target)
                        continue;
                if (!is_drawn) {
                        buffer_add_text(to, "    ");
                        add_state(to, &procedure->states[from]);
                        buffer_add_text(to, " --> ");
                        add_state(to, &procedure->states[target]);
                        buffer_add_text(to, " : ");
                } else {
                        buffer_add_text(to, is_chinese ? "、" : ", ");
                }
                add_action(to, action, is_chinese);
                is_drawn = true;
        }
        if (is_drawn)
                buffer_add_text(to, "\n");
}

void procedure_diagram(const struct procedure *procedure, bool is_chinese, struct buffer *to)
{
        buffer_add_text(to, "stateDiagram-v2\n");
        for (unsigned i = 0; i < procedure->state_count; i++) {
                buffer_add_text(to, "    state \"");
                add_label(to, is_chinese ? procedure->states[i].zh : procedure->states[i].en);
                buffer_add_text(to, "\" as ");
                add_state(to, &procedure->states[i]);
                buffer_add_text(to, "\n");
        }
        add_openings(to, procedure, is_chinese);
        for (unsigned from = 0; from < procedure->state_count; from++)
                for (unsigned target = 0; target < procedure->state_count; target++)
                        add_arrow(to, procedure, from, target, is_chinese);
        for (unsigned i = 0; i < procedure->state_count; i++) {
                if (!procedure->states[i].is_end)
                        continue;
                buffer_add_text(to, "    ");
                add_state(to, &procedure->states[i]);
                buffer_add_text(to, " --> [*]\n");
        }
}

/* ---------------------------------------------------------------- the matrix */

static void add_roles(struct buffer *to, uint32_t roles)
{
        bool is_first = true;

        for (uint32_t role = 1; role < 1u << ROLE_COUNT; role <<= 1) {
                if (!(roles & role))
                        continue;
                buffer_add_text(to, is_first ? "" : ", ");
                buffer_add_text(to, role_word(role));
                is_first = false;
        }
}

static void add_second(struct buffer *to, const struct procedure_action *action)
{
        if (action->second_roles)
                add_roles(to, action->second_roles);
        else if (!action->name_second_roles)
                buffer_add_text(to, "-");
        if (action->excludes_opener)
                buffer_add_text(to, "; not the opener");
        if (!action->name_second_roles)
                return;
        buffer_add_text(to, action->second_roles ? "; another name: " : "another name: ");
        add_roles(to, action->name_second_roles);
}

static void add_line(struct buffer *to, const struct procedure *procedure, const struct procedure_action *action,
        const char *from)
{
        const char *target = action->to == PROCEDURE_NONE ? from : procedure->states[action->to].word;
        bool opens = action->from & PROCEDURE_FROM_NONE;

        buffer_add_format(to, "| %s | %s | %s | ", action->word, from, target);
        add_roles(to, action->roles);
        buffer_add_text(to, " | ");
        add_second(to, action);
        buffer_add_text(to, opens || action->is_any_office ? " | any |\n" : " | the case's |\n");
}

void procedure_matrix(const struct procedure *procedure, struct buffer *to)
{
        buffer_add_text(to, "| action | from | to | acts or proposes | confirms | office |\n");
        buffer_add_text(to, "|---|---|---|---|---|---|\n");
        for (unsigned i = 0; i < procedure->action_count; i++) {
                const struct procedure_action *action = &procedure->actions[i];

                if (action->from & PROCEDURE_FROM_NONE)
                        add_line(to, procedure, action, "-");
                for (unsigned state = 0; state < procedure->state_count; state++)
                        if (action->from & 1u << state)
                                add_line(to, procedure, action, procedure->states[state].word);
        }
}
