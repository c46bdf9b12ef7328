/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/case_field.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/case_reckon.h"
#include "registry/core/character.h"
#include "registry/core/founding.h"
#include "registry/core/record.h"

#define SHA256_OCTETS 32u
#define CERTIFICATE_NUMBER_OCTETS 40u

static bool is_alphanumeric(char c)
{
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* 1 to `most` letters, digits and characters of `others`. */
static bool is_token(const char *text, size_t most, const char *others)
{
        size_t length = strlen(text);

        if (length == 0 || length > most)
                return false;
        for (const char *c = text; *c; c++)
                if (!is_alphanumeric(*c) && !strchr(others, *c))
                        return false;
        return true;
}

/* Can it be read, and says something: nothing hidden, no controls but line feeds where there may be lines? */
static bool is_readable(const char *text, size_t most, bool has_lines)
{
        struct reader r = reader_of(slice_text(text));
        bool says_something = false;

        if (r.left > most)
                return false;
        while (r.left > 0) {
                int32_t c = character_next(&r);
                enum character_class class;

                if (c == CHARACTER_MALFORMED)
                        return false;
                if (c == '\n' && has_lines)
                        continue;
                class = character_class(c);
                if (class == CHARACTER_CONTROL || class == CHARACTER_HIDDEN)
                        return false;
                says_something |= class == CHARACTER_PLAIN;
        }
        return says_something;
}

static bool is_number(const char *text)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;

        return is_readable(text, CASE_NUMBER_OCTETS, false) && record_document_normalise(slice_text(text), &norm);
}

static bool is_hash(const char *text)
{
        uint8_t hash[SHA256_OCTETS];

        return hex_decode(text, strlen(text), hash, sizeof(hash));
}

static enum case_refusal check_day(const struct procedure_field *field, const char *text, struct day today)
{
        struct day day;

        if (!day_parse(slice_text(text), &day))
                return CASE_FIELD_INVALID;
        return !field->may_be_future && day_is_before(today, day) ? CASE_DATE_IN_FUTURE : CASE_GRANTED;
}

static bool is_of_type(const struct procedure_field *field, const char *text)
{
        switch (field->type) {
        case FIELD_TEXT:
                return is_readable(text, CASE_TEXT_OCTETS, true);
        case FIELD_WORD:
                return case_word_is_in(text, field->words, field->word_count);
        case FIELD_CODE:
                return is_token(text, CODE_WORD_OCTETS - 1, ".-");
        case FIELD_NUMBER:
                return is_number(text);
        case FIELD_FILE:
                return is_hash(text);
        case FIELD_PERSON:
                return founding_id_is_valid(slice_text(text));
        case FIELD_CERTIFICATE_NUMBER:
                return is_token(text, CERTIFICATE_NUMBER_OCTETS, "-");
        case FIELD_DAY:
                break; /* check_day() */
        }
        abort();
}

static bool is_unique(const struct procedure_field *field)
{
        return field && field->type == FIELD_NUMBER && field->is_unique;
}

/* Is that number, however it is written, in a unique field of the step before? `at` is in such a field, and sound. */
static bool is_number_there(const struct procedure_action *action, const struct case_event *event, size_t at)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
        bool is_there = false;

        if (!record_document_normalise(slice_text(event->values[at].value), &norm))
                return false;
        for (size_t i = 0; i < at && !is_there; i++) {
                CLEANUP(buffer) struct buffer other = BUFFER_INIT;

                is_there = is_unique(procedure_field_find(action, slice_text(event->values[i].name))) &&
                           record_document_normalise(slice_text(event->values[i].value), &other) &&
                           slice_equal(buffer_slice(&norm), buffer_slice(&other));
        }
        return is_there;
}

static enum case_refusal check_value(const struct case_rules *rules, const struct procedure_action *action,
        const struct case_event *event, size_t at)
{
        const struct case_value *value = &event->values[at];
        const struct procedure_field *field = procedure_field_find(action, slice_text(value->name));

        if (!field)
                return CASE_FIELD_UNKNOWN;
        for (size_t i = 0; i < at && !field->is_many; i++)
                if (strcmp(event->values[i].name, value->name) == 0)
                        return CASE_FIELD_TWICE;
        if (field->type == FIELD_DAY)
                return check_day(field, value->value, rules->today);
        if (!is_of_type(field, value->value))
                return CASE_FIELD_INVALID;
        return is_unique(field) && is_number_there(action, event, at) ? CASE_FIELD_TWICE : CASE_GRANTED;
}

const struct code_table *case_table(const struct case_rules *rules, const char *id)
{
        for (size_t i = 0; i < rules->table_count; i++)
                if (strcmp(rules->tables[i]->id, id) == 0)
                        return rules->tables[i];
        return NULL;
}

static bool is_in_force(
        const struct case_rules *rules, const struct procedure_field *field, const char *code, struct day day)
{
        const struct code_table *table = case_table(rules, field->table);
        const struct code_row *row = table ? code_table_find(table, slice_text(code), day) : NULL;

        return row && (!field->attribute || *code_row_attribute(row, field->attribute));
}

enum case_refusal case_fields_check(const struct case_file *file, const struct case_rules *rules,
        const struct procedure_action *action, const struct case_event *event, const char **ret_field,
        const char **ret_value)
{
        for (size_t i = 0; i < event->value_count; i++) {
                enum case_refusal refusal = i < CASE_VALUES_MAX ? check_value(rules, action, event, i)
                                                                : CASE_FIELD_INVALID;

                *ret_field = event->values[i].name;
                *ret_value = event->values[i].value;
                if (refusal != CASE_GRANTED)
                        return refusal;
        }
        *ret_value = NULL;
        for (unsigned i = 0; i < action->field_count; i++) {
                const struct procedure_field *field = &action->fields[i];

                *ret_field = field->word;
                if (field->is_required && !case_event_value(event, field->word) &&
                        case_when_in_time(&field->when, file, rules, event))
                        return CASE_FIELD_MISSING;
        }
        for (size_t i = 0; i < event->value_count; i++) {
                const struct procedure_field *field = procedure_field_find(action, slice_text(event->values[i].name));

                *ret_field = event->values[i].name;
                *ret_value = event->values[i].value;
                if (field->type == FIELD_CODE &&
                        !is_in_force(rules, field, event->values[i].value, case_event_day(file, event)))
                        return CASE_CODE_NOT_IN_FORCE;
        }
        *ret_field = *ret_value = NULL;
        return CASE_GRANTED;
}
