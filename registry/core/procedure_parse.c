/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/procedure_reading.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/code_table.h"
#include "registry/core/role.h"

/*
 * What a document of DOCUMENT_OCTETS_MAX can make at most is a fraction of it: an action, a field or a guard takes
 * 45 octets of JSON at least and 800 here at most.
 */
#define PROCEDURE_OCTETS (4u * 1024u * 1024u)
#define MONTHS_MAX 1200 /* a hundred years */
#define DAYS_MAX 3660   /* ten years */

/* Cases are officers' work: whoever keeps persons, rules or the audit takes no step of one. */
#define CASE_ROLES (ROLE_OFFICER | ROLE_REVIEWER | ROLE_SUPERIOR | ROLE_PUBLISHER)

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

static const char *const units[] = {
        [UNIT_WORKING - 1] = "working",
        [UNIT_DAYS - 1] = "days",
        [UNIT_MONTHS - 1] = "months",
        [UNIT_MONTHS] = NULL,
};

void *reading_room(struct procedure_reading *reading, size_t size)
{
        void *room = arena_alloc(&reading->procedure->arena, size);

        assert(room);
        return room;
}

const char *reading_keep(struct procedure_reading *reading, const char *text)
{
        const char *kept = arena_text(&reading->procedure->arena, slice_text(text));

        assert(kept);
        return kept;
}

const char *reading_text(struct procedure_reading *reading, const struct place *at, const char *key)
{
        char text[RULE_NAME];

        place_text(at, key, text, sizeof(text));
        return reading_keep(reading, text);
}

const char *reading_word(struct procedure_reading *reading, const struct place *at, const char *key, char joint)
{
        char word[PROCEDURE_WORD_OCTETS + 1];

        place_text(at, key, word, sizeof(word));
        if (!rule_word_is_sound(word, joint))
                place_refuse(at, key, DOCUMENT_VALUE, joint == '-'
                        ? "small letters and digits joined by single hyphens are wanted"
                        : "small letters and digits joined by single underscores are wanted");
        return reading_keep(reading, word);
}

bool reading_flag(const struct place *at, const char *key)
{
        return place_has(at, key) && place_boolean(at, key);
}

unsigned reading_choice(const struct place *at, const char *key, const char *const *words, const char *reason)
{
        char text[PROCEDURE_WORD_OCTETS + 1];

        place_text(at, key, text, sizeof(text));
        for (unsigned i = 0; words[i]; i++)
                if (strcmp(words[i], text) == 0)
                        return i;
        place_refuse(at, key, DOCUMENT_VALUE, reason);
        return 0;
}

enum procedure_unit reading_unit(const struct place *at, const char *key)
{
        return (enum procedure_unit)(UNIT_WORKING +
                reading_choice(at, key, units, "working, days or months is wanted"));
}

unsigned reading_action(const struct procedure_reading *reading, const struct place *at, const char *key)
{
        char word[PROCEDURE_WORD_OCTETS + 1];
        unsigned action;

        place_text(at, key, word, sizeof(word));
        action = procedure_action_find(reading->procedure, slice_text(word));
        if (action == PROCEDURE_NONE)
                place_refuse(at, key, DOCUMENT_VALUE, "no such action");
        return action;
}

unsigned reading_window(const struct procedure_reading *reading, const struct place *at, const char *key)
{
        char word[PROCEDURE_WORD_OCTETS + 1];

        place_text(at, key, word, sizeof(word));
        for (unsigned i = 0; i < reading->procedure->window_count; i++)
                if (strcmp(reading->windows[i].word, word) == 0)
                        return i;
        place_refuse(at, key, DOCUMENT_VALUE, "no such window");
        return PROCEDURE_NONE;
}

unsigned reading_action_list(const struct procedure_reading *reading, const struct place *at, const char *key,
        size_t least, unsigned ret[PROCEDURE_ACTIONS_MAX])
{
        struct place list = place_array(at, key, least, PROCEDURE_ACTIONS_MAX);
        unsigned count = 0;

        for (size_t i = 0; i < place_count(&list); i++) {
                struct place item = place_item(&list, i);
                unsigned action = procedure_action_find(reading->procedure, slice_text(place_string(&item)));

                if (action == PROCEDURE_NONE)
                        place_refuse(&item, NULL, DOCUMENT_VALUE, "no such action");
                for (unsigned k = 0; k < count; k++)
                        if (ret[k] == action)
                                place_refuse(&item, NULL, DOCUMENT_VALUE, "is there already");
                ret[count++] = action;
        }
        return count;
}

const struct procedure_action *reading_action_at(const struct procedure_reading *reading, unsigned index)
{
        return index < reading->procedure->action_count ? &reading->actions[index] : NULL;
}

const struct procedure_field *reading_field(const struct place *at, const char *key,
        const struct procedure_action *action, unsigned types_wanted, const char *reason)
{
        char word[PROCEDURE_WORD_OCTETS + 1];
        const struct procedure_field *field;

        place_text(at, key, word, sizeof(word));
        field = action ? procedure_field_find(action, slice_text(word)) : NULL;
        if (!field)
                place_refuse(at, key, DOCUMENT_VALUE, "the action has no such field");
        else if (!(FIELD_TYPE_BIT(field->type) & types_wanted))
                place_refuse(at, key, DOCUMENT_VALUE, reason);
        return document_is_sound(at->document) ? field : NULL;
}

/* ---------------------------------------------------------------- states */

static void read_states(struct procedure_reading *reading, const struct place *root)
{
        struct procedure *procedure = reading->procedure;
        struct place states = place_array(root, "states", 1, PROCEDURE_STATES_MAX);
        size_t count = place_count(&states);

        procedure->states = reading->states = reading_room(reading, count * sizeof(*reading->states));
        for (size_t i = 0; i < count; i++) {
                struct place at = place_item(&states, i);
                struct procedure_state *state = &reading->states[i];

                place_only(&at, KEYS("state", "zh", "en", "end"));
                state->word = reading_word(reading, &at, "state", '-');
                state->zh = reading_text(reading, &at, "zh");
                state->en = reading_text(reading, &at, "en");
                state->is_end = reading_flag(&at, "end");
                if (procedure_state_find(procedure, slice_text(state->word)) != PROCEDURE_NONE)
                        place_refuse(&at, "state", DOCUMENT_VALUE, "is there already");
                procedure->state_count++;
        }
}

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

/* ---------------------------------------------------------------- actions */

static uint32_t read_roles(const struct place *at, const char *key)
{
        struct place list = place_array(at, key, 1, ROLE_COUNT);
        uint32_t roles = 0;

        for (size_t i = 0; i < place_count(&list); i++) {
                struct place item = place_item(&list, i);
                uint32_t role = 0;

                if (!role_parse(place_string(&item), &role) || !(role & CASE_ROLES))
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

static void read_actions(struct procedure_reading *reading, const struct place *actions)
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

static void read_conditions(struct procedure_reading *reading, const struct place *actions)
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

static void read_deemed(struct procedure_reading *reading, const struct place *at, struct procedure_window *window)
{
        const struct procedure_field *field;
        unsigned i = 0;

        if (!place_has(at, "method_field") && !place_has(at, "deemed_word") && !place_has(at, "deemed_days"))
                return;
        field = reading_field(at, "method_field", reading_action_at(reading, window->opens),
                FIELD_TYPE_BIT(FIELD_WORD), "a field of words is wanted");
        window->deemed_word = reading_word(reading, at, "deemed_word", '-');
        window->deemed_days = place_integer(at, "deemed_days", 1, DAYS_MAX);
        if (!field)
                return;
        window->method_field = field->word;
        while (i < field->word_count && strcmp(field->words[i], window->deemed_word) != 0)
                i++;
        if (i == field->word_count)
                place_refuse(at, "deemed_word", DOCUMENT_VALUE, "is none of the field's words");
}

static void read_windows(struct procedure_reading *reading, const struct place *root)
{
        struct procedure *procedure = reading->procedure;
        struct place windows = place_array(root, "windows", 0, PROCEDURE_WINDOWS_MAX);
        size_t count = place_count(&windows);

        procedure->windows = reading->windows = reading_room(reading, count * sizeof(*reading->windows));
        for (size_t i = 0; i < count; i++) {
                struct place at = place_item(&windows, i);
                struct procedure_window *window = &reading->windows[i];

                place_only(&at, KEYS("window", "zh", "en", "article", "opens", "method_field", "deemed_word",
                        "deemed_days", "days", "unit"));
                window->word = reading_word(reading, &at, "window", '-');
                window->zh = reading_text(reading, &at, "zh");
                window->en = reading_text(reading, &at, "en");
                window->article = reading_text(reading, &at, "article");
                window->opens = reading_action(reading, &at, "opens");
                window->days = place_integer(&at, "days", 1, DAYS_MAX);
                window->unit = reading_unit(&at, "unit");
                read_deemed(reading, &at, window);
                for (size_t k = 0; k < i; k++)
                        if (strcmp(reading->windows[k].word, window->word) == 0)
                                place_refuse(&at, "window", DOCUMENT_VALUE, "is there already");
                procedure->window_count++;
        }
}

static void read_deadline_start(struct procedure_reading *reading, const struct place *at,
        struct procedure_deadline *deadline)
{
        bool is_opened = false;

        deadline->from_count = reading_action_list(reading, at, "from", 1, deadline->from);
        deadline->window = PROCEDURE_NONE;
        if (!place_has(at, "window"))
                return;
        deadline->window = reading_window(reading, at, "window");
        deadline->from_window = true;
        for (unsigned i = 0; deadline->window != PROCEDURE_NONE && i < deadline->from_count; i++)
                is_opened |= deadline->from[i] == reading->windows[deadline->window].opens;
        if (!is_opened)
                place_refuse(at, "window", DOCUMENT_VALUE, "is opened by none of the actions it is counted from");
}

static void read_deadlines(struct procedure_reading *reading, const struct place *root)
{
        struct procedure *procedure = reading->procedure;
        struct place deadlines = place_array(root, "deadlines", 0, PROCEDURE_DEADLINES_MAX);
        size_t count = place_count(&deadlines);

        procedure->deadlines = reading->deadlines = reading_room(reading, count * sizeof(*reading->deadlines));
        for (size_t i = 0; i < count; i++) {
                struct place at = place_item(&deadlines, i);
                struct procedure_deadline *deadline = &reading->deadlines[i];

                place_only(&at, KEYS("deadline", "zh", "en", "article", "valid", "when", "from", "until", "days",
                        "unit", "window"));
                deadline->word = reading_word(reading, &at, "deadline", '-');
                deadline->zh = reading_text(reading, &at, "zh");
                deadline->en = reading_text(reading, &at, "en");
                deadline->article = reading_text(reading, &at, "article");
                deadline->validity = (struct procedure_validity){DAY_NONE, DAY_NONE};
                if (place_has(&at, "valid"))
                        reading_validity(&at, "valid", &deadline->validity);
                if (place_has(&at, "when"))
                        reading_when(reading, &at, "when", NULL, &deadline->when);
                read_deadline_start(reading, &at, deadline);
                deadline->until_count = reading_action_list(reading, &at, "until", 1, deadline->until);
                deadline->days = place_integer(&at, "days", 1, DAYS_MAX);
                deadline->unit = reading_unit(&at, "unit");
                for (size_t k = 0; k < i; k++)
                        if (strcmp(reading->deadlines[k].word, deadline->word) == 0)
                                place_refuse(&at, "deadline", DOCUMENT_VALUE, "is there already");
                procedure->deadline_count++;
        }
}

/* ---------------------------------------------------------------- the listing */

/* A day without a term would be a listing without end, which nobody meant: together they cover every day. */
static void check_term(const struct place *at, const struct procedure_term *terms, size_t index, size_t count)
{
        const struct procedure_validity *validity = &terms[index].validity;

        if (index == 0 && place_has(at, "from"))
                place_refuse(at, "from", DOCUMENT_VALUE, "the first term holds from ever");
        if (index + 1 == count && place_has(at, "to"))
                place_refuse(at, "to", DOCUMENT_VALUE, "the last term holds for good");
        if (index == 0)
                return;
        if (day_is_none(terms[index - 1].validity.to))
                place_refuse(at, NULL, DOCUMENT_VALUE, "the term before has no last day");
        else if (day_compare(validity->from, day_add(terms[index - 1].validity.to, 1)) != 0)
                place_refuse(at, place_has(at, "from") ? "from" : NULL, DOCUMENT_VALUE,
                        "must begin on the day after the term before");
        if (!day_is_none(validity->to) && day_is_before(validity->to, validity->from))
                place_refuse(at, "to", DOCUMENT_VALUE, "comes before from");
}

static void read_terms(struct procedure_reading *reading, const struct place *at)
{
        struct procedure *procedure = reading->procedure;
        struct place terms = place_array(at, "terms", 1, PROCEDURE_TERMS_MAX);
        size_t count = place_count(&terms);
        struct procedure_term *all = reading_room(reading, count * sizeof(*all));

        for (size_t i = 0; i < count; i++) {
                struct place item = place_item(&terms, i);

                place_only(&item, KEYS("from", "to", "months"));
                all[i].validity.from = place_has(&item, "from") ? place_day(&item, "from") : DAY_NONE;
                all[i].validity.to = place_has(&item, "to") ? place_day(&item, "to") : DAY_NONE;
                all[i].months = place_integer(&item, "months", 1, MONTHS_MAX);
                check_term(&item, all, i, count);
        }
        procedure->terms = all;
        procedure->term_count = (unsigned)count;
}

static const char *read_listing_field(struct procedure_reading *reading, const struct place *at, const char *key)
{
        return place_has(at, key) ? reading_word(reading, at, key, '_') : NULL;
}

static void read_listing(struct procedure_reading *reading, const struct place *root)
{
        static const char *const starts[] = {"decision", "service", NULL};
        struct procedure *procedure = reading->procedure;
        struct place at = place_object(root, "listing");

        place_only(&at, KEYS("starts", "terms", "longer_field", "until_field", "seen_field", "lapse_days", "public"));
        procedure->starts_with_service =
                reading_choice(&at, "starts", starts, "decision or service is wanted") == 1;
        if (place_has(&at, "terms"))
                read_terms(reading, &at);
        procedure->longer_field = read_listing_field(reading, &at, "longer_field");
        procedure->until_field = read_listing_field(reading, &at, "until_field");
        procedure->seen_field = read_listing_field(reading, &at, "seen_field");
        if (place_has(&at, "lapse_days"))
                procedure->lapse_days = place_integer(&at, "lapse_days", 1, DAYS_MAX);
        procedure->is_public = reading_flag(&at, "public");
}

/* ---------------------------------------------------------------- the whole */

static void read_procedure(struct procedure_reading *reading, const struct place *root)
{
        struct procedure *procedure = reading->procedure;
        struct rule_head head = {0};
        struct place actions = place_array(root, "actions", 1, PROCEDURE_ACTIONS_MAX);

        place_only(root, KEYS("format", "id", "version", "names", "basis", "states", "windows", "listing", "actions",
                "deadlines"));
        rule_head_read(root, PROCEDURE_FORMAT, &head);
        memcpy(procedure->id, head.id, sizeof(procedure->id));
        procedure->version = head.version;
        procedure->zh = reading_keep(reading, head.zh);
        procedure->en = reading_keep(reading, head.en);
        procedure->basis = reading_text(reading, root, "basis");
        read_states(reading, root);
        read_actions(reading, &actions);
        read_windows(reading, root);
        read_deadlines(reading, root);
        read_listing(reading, root);
        read_conditions(reading, &actions);
        procedure_check(reading, root);
}

enum document_flaw procedure_parse(struct slice json, struct procedure **ret, struct document_error *ret_error)
{
        struct procedure *procedure = must_alloc(sizeof(*procedure));
        struct procedure_reading reading = {.procedure = procedure};
        struct document document;
        struct place root;

        arena_init(&procedure->arena, PROCEDURE_OCTETS);
        document_init(&document, json);
        root = document_root(&document);
        read_procedure(&reading, &root);
        if (document_is_sound(&document)) {
                document_hash(&document, procedure->hash);
        } else {
                procedure_free(procedure);
                procedure = NULL;
        }
        *ret = procedure;
        *ret_error = document.error;
        document_done(&document);
        return ret_error->flaw;
}
