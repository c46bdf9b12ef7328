/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_text.h"

#include "tools/language.h"
#include "tools/output.h"

const char *case_text_pick(const char *zh, const char *en)
{
        return language_is_chinese() ? zh : en;
}

static void add_named(struct slice word, const char *zh, const char *en, struct buffer *to)
{
        const char *name = case_text_pick(zh, en);

        buffer_add_slice(to, word);
        if (!slice_equal(slice_text(name), word))
                buffer_add_format(to, "  %s", name);
}

const struct procedure_action *case_text_action_of(const struct procedure *procedure, struct slice word)
{
        unsigned i = procedure_action_find(procedure, word);

        return i == PROCEDURE_NONE ? NULL : &procedure->actions[i];
}

void case_text_action(const struct procedure *procedure, struct slice word, struct buffer *to)
{
        const struct procedure_action *action = case_text_action_of(procedure, word);

        if (action)
                add_named(word, action->zh, action->en, to);
        else
                buffer_add_slice(to, word);
}

void case_text_state(const struct procedure *procedure, struct slice word, struct buffer *to)
{
        unsigned i = procedure_state_find(procedure, word);

        if (i != PROCEDURE_NONE)
                add_named(word, procedure->states[i].zh, procedure->states[i].en, to);
        else
                buffer_add_slice(to, word);
}

static const char *name_beside(struct slice word, const char *zh, const char *en)
{
        const char *name = case_text_pick(zh, en);

        return slice_equal(slice_text(name), word) ? "" : name;
}

const char *case_text_action_name(const struct procedure *procedure, struct slice word)
{
        const struct procedure_action *action = case_text_action_of(procedure, word);

        return action ? name_beside(word, action->zh, action->en) : "";
}

const struct procedure_deadline *case_text_deadline_of(const struct procedure *procedure, struct slice word)
{
        for (unsigned i = 0; i < procedure->deadline_count; i++)
                if (slice_equal(slice_text(procedure->deadlines[i].word), word))
                        return &procedure->deadlines[i];
        return NULL;
}

bool case_text_is_partys(const struct procedure *procedure, const struct procedure_deadline *deadline)
{
        const struct procedure_window *window = deadline->from_window ? &procedure->windows[deadline->window] : NULL;

        return window && window->days == deadline->days && window->unit == deadline->unit;
}

const char *case_text_deadline_name(const struct procedure_deadline *deadline)
{
        return deadline ? name_beside(slice_text(deadline->word), deadline->zh, deadline->en) : "";
}

void case_text_field(const struct procedure_action *action, struct slice word, struct buffer *to)
{
        const struct procedure_field *field = action ? procedure_field_find(action, word) : NULL;

        if (field)
                buffer_add_text(to, case_text_pick(field->zh, field->en));
        else
                buffer_add_slice(to, word);
}

void case_text_value(const struct procedure_action *action, struct slice word, struct slice value, struct buffer *to)
{
        const struct procedure_field *field = action ? procedure_field_find(action, word) : NULL;

        for (unsigned i = 0; field && field->type == FIELD_WORD && i < field->word_count; i++)
                if (slice_equal(slice_text(field->words[i]), value)) {
                        add_named(value, field->words_zh[i], field->words_en[i], to);
                        return;
                }
        buffer_add_slice(to, value);
}

void case_text_set_instant(json_t *document, const char *member, int64_t at_ms)
{
        char text[INSTANT_TEXT] = "";

        if (instant_is_valid(at_ms))
                instant_format(at_ms, text);
        output_set_text(document, member, text);
}
