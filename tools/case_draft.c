/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_draft.h"

#include <stdio.h>
#include <string.h>

#include "registry/core/calendar.h"
#include "tools/case_rules.h"
#include "tools/case_text.h"

/* -------------------------------------------------------------------- tables */

static const struct code_table *find_table(const struct case_draft *d, const char *id)
{
        for (size_t i = 0; i < d->table_count; i++)
                if (strcmp(d->tables[i]->id, id) == 0)
                        return d->tables[i];
        return NULL;
}

static int fetch_table(struct qcr *qcr, const char *id, struct case_draft *d)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        struct document_error error;
        const Qcr__Rules *rules;
        int status = case_rules_ask(qcr, RULE_CODES, id, &answer);

        if (status)
                return status;
        rules = answer.reply->rules;
        if (rules->n_rule == 1 && rules->rule[0]->has_document &&
                code_table_parse(client_slice(rules->rule[0]->document), &d->tables[d->table_count], &error) ==
                        DOCUMENT_SOUND)
                d->table_count++;
        return 0;
}

int case_draft_init(struct qcr *qcr, const struct case_reading *reading, const struct field_list *given,
        struct case_draft *ret)
{
        const struct procedure *procedure = reading->procedure;

        *ret = (struct case_draft){.reading = reading, .given = given};
        for (unsigned i = 0; i < procedure->action_count; i++)
                for (unsigned k = 0; k < procedure->actions[i].field_count; k++) {
                        const struct procedure_field *field = &procedure->actions[i].fields[k];
                        int status;

                        if (field->type != FIELD_CODE || find_table(ret, field->table) ||
                                ret->table_count == CASE_DRAFT_TABLES_MAX)
                                continue;
                        status = fetch_table(qcr, field->table, ret);
                        if (status)
                                return status;
                }
        return 0;
}

void case_draft_done(struct case_draft *draft)
{
        for (size_t i = 0; i < draft->table_count; i++)
                code_table_free(draft->tables[i]);
        *draft = (struct case_draft){0};
}

void case_draft_cleanup(struct case_draft *draft)
{
        case_draft_done(draft);
}

/* -------------------------------------------------------------------- values */

/* `2026年9月1日`, as official documents have it. */
static void add_day(struct slice text, struct buffer *to)
{
        struct day day;
        int year, month, date;

        if (!day_parse(text, &day)) {
                buffer_add_slice(to, text);
                return;
        }
        day_parts(day, &year, &month, &date);
        buffer_add_format(to, "%d年%d月%d日", year, month, date);
}

static void add_code(const struct code_table *table, struct slice code, struct buffer *to)
{
        const struct code_row *row = table ? code_table_newest(table, code) : NULL;

        if (row)
                buffer_add_text(to, row->zh);
        else
                buffer_add_slice(to, code);
}

static void add_word(const struct procedure_field *field, struct slice word, struct buffer *to)
{
        for (unsigned i = 0; i < field->word_count; i++)
                if (slice_equal(slice_text(field->words[i]), word)) {
                        buffer_add_text(to, field->words_zh[i]);
                        return;
                }
        buffer_add_slice(to, word);
}

static void add_value(const struct case_draft *d, const struct procedure_field *field, struct slice value,
        struct buffer *to)
{
        switch (field->type) {
        case FIELD_DAY:
                add_day(value, to);
                return;
        case FIELD_CODE:
                add_code(find_table(d, field->table), value, to);
                return;
        case FIELD_WORD:
                add_word(field, value, to);
                return;
        case FIELD_FILE:
                buffer_add_text(to, "附件，SHA-256：");
                buffer_add_slice(to, value);
                return;
        case FIELD_TEXT:
        case FIELD_NUMBER:
        case FIELD_PERSON:
        case FIELD_CERTIFICATE_NUMBER:
                buffer_add_slice(to, value);
                return;
        }
}

/* The last step of that action; several values of one field stand beside each other. */
static bool add_field(const struct case_draft *d, const struct procedure_action *action,
        const struct procedure_field *field, struct buffer *to)
{
        const Qcr__CaseEvent *event = NULL;
        bool has_value = false;

        for (size_t i = 0; i < d->reading->event_count; i++)
                if (slice_equal(client_slice(d->reading->events[i]->action), slice_text(action->word)))
                        event = d->reading->events[i];
        for (size_t i = 0; event && i < event->n_field; i++) {
                if (!slice_equal(client_slice(event->field[i]->name), slice_text(field->word)))
                        continue;
                buffer_add_text(to, has_value ? "；" : "");
                add_value(d, field, client_slice(event->field[i]->value), to);
                has_value = true;
        }
        return has_value;
}

/* ------------------------------------------------------------ words in braces */

static bool add_today(struct buffer *to)
{
        char text[DAY_TEXT];

        day_format(day_of_instant(qcr_now_ms()), text);
        add_day(slice_text(text), to);
        return true;
}

static bool add_case(const struct case_draft *d, struct buffer *to)
{
        char name[CASE_REF_TEXT];

        case_ref_format(&d->reading->ref, name);
        buffer_add_text(to, name);
        return true;
}

static bool add_bytes(ProtobufCBinaryData text, struct buffer *to)
{
        buffer_add_slice(to, client_slice(text));
        return text.len > 0;
}

static bool add_term_end(const struct case_draft *d, struct buffer *to)
{
        if (d->reading->head->has_term_end)
                add_day(client_slice(d->reading->head->term_end), to);
        return d->reading->head->has_term_end;
}

static bool add_given(const struct case_draft *d, struct slice word, struct buffer *to)
{
        for (unsigned i = 0; i < d->given->count; i++)
                if (slice_equal(slice_text(d->given->words[i]), word)) {
                        struct slice value = slice_text(d->given->values[i]);
                        struct day day;

                        if (day_parse(value, &day))
                                add_day(value, to);
                        else
                                buffer_add_slice(to, value);
                        return true;
                }
        return false;
}

/* `ACTION.FIELD`; NULLs when it is none of this procedure's. */
static void find_field(const struct case_draft *d, struct slice word, const struct procedure_action **ret_action,
        const struct procedure_field **ret_field)
{
        const uint8_t *point = memchr(word.data, '.', word.length);
        const size_t length = point ? (size_t)(point - word.data) : 0;

        *ret_field = NULL;
        *ret_action = point ? case_text_action_of(d->reading->procedure, slice_of(word.data, length)) : NULL;
        if (*ret_action)
                *ret_field = procedure_field_find(
                        *ret_action, slice_of(word.data + length + 1, word.length - length - 1));
}

static const struct {
        const char *word;
        const char *label;
} plain_words[] = {
        {"today", "日期"},
        {"case", "案件编号"},
        {"party.name", "当事人名称"},
        {"party.code", "统一社会信用代码"},
        {"office", "机关名称"},
        {"term.end", "期满日"},
};

static bool add_plain(const struct case_draft *d, struct slice word, struct buffer *to)
{
        if (slice_equal(word, slice_text("today")))
                return add_today(to);
        if (slice_equal(word, slice_text("case")))
                return add_case(d, to);
        if (slice_equal(word, slice_text("party.name")))
                return add_bytes(d->reading->head->name, to);
        if (slice_equal(word, slice_text("party.code")))
                return add_bytes(d->reading->head->code, to);
        return slice_equal(word, slice_text("term.end")) && add_term_end(d, to);
}

static void add_missing(struct case_draft *d, struct slice word, const struct procedure_field *field, struct buffer *to)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        const char *label = field ? field->zh : NULL;

        for (size_t i = 0; !label && i < sizeof(plain_words) / sizeof(plain_words[0]); i++)
                if (slice_equal(slice_text(plain_words[i].word), word))
                        label = plain_words[i].label;
        buffer_add_text(to, "（待填写：");
        if (label)
                buffer_add_text(to, label);
        else
                buffer_add_slice(to, word);
        buffer_add_text(to, "）");
        buffer_add_slice(&line, word);
        buffer_add_format(&line, "%s%s", label ? "  " : "", label ? label : "");
        for (size_t i = 0; i < d->missing_count; i++)
                if (strcmp(d->missing[i], buffer_text(&line)) == 0)
                        return;
        if (d->missing_count < CASE_DRAFT_MISSING_MAX)
                snprintf(d->missing[d->missing_count++], sizeof(d->missing[0]), "%s", buffer_text(&line));
}

static void add_braces(struct case_draft *d, struct slice word, struct buffer *to)
{
        const struct procedure_action *action;
        const struct procedure_field *field;

        find_field(d, word, &action, &field);
        if (add_given(d, word, to) || add_plain(d, word, to) || (field && add_field(d, action, field, to)))
                return;
        add_missing(d, word, field, to);
}

bool case_draft_render(struct case_draft *draft, struct slice template, struct buffer *to)
{
        while (template.length) {
                const uint8_t *open = memmem(template.data, template.length, "{{", 2);
                const size_t before = open ? (size_t)(open - template.data) : template.length;
                const uint8_t *close;

                buffer_add(to, template.data, before);
                if (!open)
                        return true;
                template = slice_of(open + 2, template.length - before - 2);
                close = memmem(template.data, template.length, "}}", 2);
                if (!close)
                        return false;
                add_braces(draft, slice_of(template.data, (size_t)(close - template.data)), to);
                template = slice_of(close + 2, template.length - (size_t)(close - template.data) - 2);
        }
        return true;
}
