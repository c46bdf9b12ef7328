/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/procedure_reading.h"

#include <string.h>

#include "registry/core/role.h"

static const char *const effects[] = {
        [EFFECT_NONE] = "",
        [EFFECT_START] = "start",
        [EFFECT_SERVE] = "serve",
        [EFFECT_PUBLISH] = "publish",
        [EFFECT_UNPUBLISH] = "unpublish",
        [EFFECT_SUSPEND] = "suspend",
        [EFFECT_RESUME] = "resume",
        [EFFECT_END] = "end",
        [EFFECT_RESTORE] = "restore",
        [EFFECT_QUASH] = "quash",
        [EFFECT_CONFIRM] = "confirm",
        [EFFECT_CONFIRM + 1] = NULL,
};

static const char *const types[] = {
        [FIELD_TEXT - 1] = "text",
        [FIELD_DAY - 1] = "day",
        [FIELD_WORD - 1] = "word",
        [FIELD_CODE - 1] = "code",
        [FIELD_NUMBER - 1] = "number",
        [FIELD_FILE - 1] = "file",
        [FIELD_PERSON - 1] = "person",
        [FIELD_CERTIFICATE_NUMBER - 1] = "certificate",
        [FIELD_CERTIFICATE_NUMBER] = NULL,
};

/* ---------------------------------------------------------------- where it leads, and who takes it */

static uint32_t read_from(const struct procedure_reading *reading, const struct place *at)
{
        struct place from = place_array(at, "from", 0, PROCEDURE_STATES_MAX);
        uint32_t states = 0;

        for (size_t i = 0; i < place_count(&from); i++) {
                struct place item = place_item(&from, i);
                unsigned state = procedure_state_find(reading->procedure, slice_text(place_string(&item)));

                if (state == PROCEDURE_NONE) {
                        place_refuse(&item, NULL, DOCUMENT_VALUE, "no such state");
                        return 0;
                }
                if (states & 1u << state)
                        place_refuse(&item, NULL, DOCUMENT_VALUE, "is there already");
                states |= 1u << state;
        }
        return states ? states : PROCEDURE_FROM_NONE;
}

static unsigned read_to(const struct procedure_reading *reading, const struct place *at, uint32_t from)
{
        char word[PROCEDURE_WORD_OCTETS + 1];
        unsigned state;

        if (!place_has(at, "to")) {
                if (from & PROCEDURE_FROM_NONE)
                        place_refuse(at, "to", DOCUMENT_MISSING, "an action that opens a case leads to a state");
                return PROCEDURE_NONE;
        }
        place_text(at, "to", word, sizeof(word));
        state = procedure_state_find(reading->procedure, slice_text(word));
        if (state == PROCEDURE_NONE)
                place_refuse(at, "to", DOCUMENT_VALUE, "no such state");
        return state;
}

static uint32_t read_roles(const struct place *at, const char *key)
{
        struct place list = place_array(at, key, 1, ROLE_COUNT);
        uint32_t roles = 0;

        for (size_t i = 0; i < place_count(&list); i++) {
                struct place item = place_item(&list, i);
                uint32_t role = 0;

                if (!role_parse(place_string(&item), &role) || !(role & ROLES_OF_CASES))
                        place_refuse(&item, NULL, DOCUMENT_VALUE,
                                "officer, reviewer, superior or publisher is wanted");
                if (roles & role)
                        place_refuse(&item, NULL, DOCUMENT_VALUE, "is there already");
                roles |= role;
        }
        return roles;
}

static void read_persons(const struct place *at, struct procedure_action *action)
{
        bool opens = action->from & PROCEDURE_FROM_NONE;

        action->roles = read_roles(at, "roles");
        if (place_has(at, "second"))
                action->second_roles = read_roles(at, "second");
        if (place_has(at, "second_when_name_differs"))
                action->name_second_roles = read_roles(at, "second_when_name_differs");
        action->excludes_opener = reading_flag(at, "excludes_opener");
        action->is_any_office = reading_flag(at, "any_office");
        if (action->name_second_roles && !opens)
                place_refuse(at, "second_when_name_differs", DOCUMENT_VALUE, "only opening a case names the party");
        if (action->excludes_opener && (!action->second_roles || opens))
                place_refuse(at, "excludes_opener", DOCUMENT_VALUE,
                        "a later step with a second person is wanted");
        if (action->is_any_office && opens)
                place_refuse(at, "any_office", DOCUMENT_VALUE, "a case has no office before it is opened");
}

/* ---------------------------------------------------------------- fields */

static void read_field_words(struct procedure_reading *reading, const struct place *at, struct procedure_field *field)
{
        struct place words = place_array(at, "words", 1, PROCEDURE_WORDS_MAX);

        for (size_t i = 0; i < place_count(&words); i++) {
                struct place item = place_item(&words, i);

                place_only(&item, KEYS("word", "zh", "en"));
                field->words[i] = reading_word(reading, &item, "word", '-');
                field->words_zh[i] = reading_text(reading, &item, "zh");
                field->words_en[i] = reading_text(reading, &item, "en");
                for (size_t k = 0; k < i; k++)
                        if (strcmp(field->words[k], field->words[i]) == 0)
                                place_refuse(&item, "word", DOCUMENT_VALUE, "is there already");
                field->word_count++;
        }
}

/* Members that one type alone has. */
static void read_type(struct procedure_reading *reading, const struct place *at, struct procedure_field *field)
{
        char table[RULE_ID];

        if (field->type == FIELD_WORD)
                read_field_words(reading, at, field);
        else if (place_has(at, "words"))
                place_refuse(at, "words", DOCUMENT_VALUE, "only a field of type word has words");
        if (field->type == FIELD_CODE) {
                place_text(at, "table", table, sizeof(table));
                if (!rule_word_is_sound(table, '-'))
                        place_refuse(at, "table", DOCUMENT_VALUE, "the id of a code table is wanted");
                field->table = reading_keep(reading, table);
        } else if (place_has(at, "table")) {
                place_refuse(at, "table", DOCUMENT_VALUE, "only a field of type code has a table");
        }
        if (place_has(at, "attribute")) {
                if (field->type != FIELD_CODE)
                        place_refuse(at, "attribute", DOCUMENT_VALUE, "only a field of type code asks for one");
                field->attribute = reading_word(reading, at, "attribute", '_');
        }
        if (field->is_unique && field->type != FIELD_NUMBER)
                place_refuse(at, "unique", DOCUMENT_VALUE, "only a field of type number can be");
        if (field->may_be_future && field->type != FIELD_DAY)
                place_refuse(at, "future", DOCUMENT_VALUE, "only a field of type day can be");
}

/* All of a field but `when`, which may speak of fields that are not read yet. */
static void read_field(struct procedure_reading *reading, const struct place *at, struct procedure_field *field)
{
        place_only(at, KEYS("field", "zh", "en", "type", "required", "many", "unique", "future", "when", "words",
                "table", "attribute"));
        field->word = reading_word(reading, at, "field", '_');
        field->zh = reading_text(reading, at, "zh");
        field->en = reading_text(reading, at, "en");
        field->type = (enum procedure_field_type)(FIELD_TEXT + reading_choice(at, "type", types,
                "text, day, word, code, number, file, person or certificate is wanted"));
        field->is_required = reading_flag(at, "required");
        field->is_many = reading_flag(at, "many");
        field->is_unique = reading_flag(at, "unique");
        field->may_be_future = reading_flag(at, "future");
        read_type(reading, at, field);
        if (place_has(at, "when") && !field->is_required)
                place_refuse(at, "when", DOCUMENT_VALUE, "says when it is required, which it never is");
}

static struct procedure_field *read_fields(struct procedure_reading *reading, const struct place *at,
        struct procedure_action *action)
{
        struct place fields = place_array(at, "fields", 0, PROCEDURE_FIELDS_MAX);
        size_t count = place_count(&fields);
        struct procedure_field *all = reading_room(reading, count * sizeof(*all));

        action->fields = all;
        for (size_t i = 0; i < count; i++) {
                struct place item = place_item(&fields, i);

                read_field(reading, &item, &all[i]);
                if (procedure_field_find(action, slice_text(all[i].word)))
                        place_refuse(&item, "field", DOCUMENT_VALUE, "is there already");
                action->field_count++;
        }
        return all;
}

/* ---------------------------------------------------------------- actions */

/* The event's day comes from a field that is always there, once, and no later than today. */
static void read_day(const struct place *at, struct procedure_action *action)
{
        const struct procedure_field *field;

        if (!place_has(at, "day"))
                return;
        field = reading_field(at, "day", action, FIELD_TYPE_BIT(FIELD_DAY), "a day field is wanted");
        if (!field)
                return;
        action->day_field = field->word;
        if (!field->is_required || field->is_many || field->may_be_future)
                place_refuse(at, "day", DOCUMENT_VALUE, "the field must be required, single and not in the future");
}

static void read_action(struct procedure_reading *reading, const struct place *at, unsigned index)
{
        struct procedure_action *action = &reading->actions[index];

        place_only(at, KEYS("action", "zh", "en", "article", "from", "to", "roles", "second",
                "second_when_name_differs", "excludes_opener", "any_office", "effect", "effect_when", "day", "fields",
                "guards"));
        action->word = reading_word(reading, at, "action", '-');
        action->zh = reading_text(reading, at, "zh");
        action->en = reading_text(reading, at, "en");
        action->article = reading_text(reading, at, "article");
        action->from = read_from(reading, at);
        action->to = read_to(reading, at, action->from);
        read_persons(at, action);
        if (place_has(at, "effect"))
                action->effect = (enum procedure_effect)(EFFECT_START + reading_choice(at, "effect",
                        effects + EFFECT_START, "start, serve, publish, unpublish, suspend, resume, end, restore, "
                        "quash or confirm is wanted"));
        reading->fields[index] = read_fields(reading, at, action);
        read_day(at, action);
}

void reading_actions(struct procedure_reading *reading, const struct place *actions)
{
        struct procedure *procedure = reading->procedure;
        unsigned count = (unsigned)place_count(actions);

        procedure->actions = reading->actions = reading_room(reading, count * sizeof(*reading->actions));
        for (unsigned i = 0; i < count; i++) {
                struct place at = place_item(actions, i);

                read_action(reading, &at, i);
                if (procedure_action_find(procedure, slice_text(reading->actions[i].word)) != PROCEDURE_NONE)
                        place_refuse(&at, "action", DOCUMENT_VALUE, "is there already");
                procedure->action_count++;
        }
}

/* ---------------------------------------------------------------- what speaks of other actions */

static void read_field_whens(struct procedure_reading *reading, const struct place *at, size_t index)
{
        struct place fields = place_array(at, "fields", 0, PROCEDURE_FIELDS_MAX);

        for (size_t i = 0; i < place_count(&fields); i++) {
                struct place item = place_item(&fields, i);

                if (place_has(&item, "when"))
                        reading_when(reading, &item, "when", &reading->actions[index],
                                &reading->fields[index][i].when);
        }
}

void reading_conditions(struct procedure_reading *reading, const struct place *actions)
{
        for (size_t i = 0; i < place_count(actions); i++) {
                struct place at = place_item(actions, i);
                struct procedure_action *action = &reading->actions[i];

                read_field_whens(reading, &at, i);
                if (place_has(&at, "effect_when") && !action->effect)
                        place_refuse(&at, "effect_when", DOCUMENT_VALUE, "the action has no effect");
                if (place_has(&at, "effect_when"))
                        reading_when(reading, &at, "effect_when", action, &action->effect_when);
                if (place_has(&at, "guards"))
                        reading_guards(reading, &at, action);
        }
}
