/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/procedure_reading.h"

#include <string.h>

#define MONTHS_MAX 1200 /* a hundred years */
#define DAYS_MAX 3660   /* ten years */

/* The members that guards have beside those all have. */
enum guard_key {
        KEY_ACTION,
        KEY_SINCE,
        KEY_WINDOW,
        KEY_WAIVER,
        KEY_MONTHS,
        KEY_HAND,
        KEY_ACTIONS,
        KEY_FIELD,
        KEY_OTHER,
        KEY_WORDS,
        KEY_ATTRIBUTE,
        KEY_VALUE,
        KEY_DAYS,
        KEY_UNIT,
        KEY_COUNT,
};

static const char *const key_words[KEY_COUNT] = {
        [KEY_ACTION] = "action",
        [KEY_SINCE] = "since",
        [KEY_WINDOW] = "window",
        [KEY_WAIVER] = "waiver",
        [KEY_MONTHS] = "months",
        [KEY_HAND] = "hand",
        [KEY_ACTIONS] = "actions",
        [KEY_FIELD] = "field",
        [KEY_OTHER] = "other",
        [KEY_WORDS] = "words",
        [KEY_ATTRIBUTE] = "attribute",
        [KEY_VALUE] = "value",
        [KEY_DAYS] = "days",
        [KEY_UNIT] = "unit",
};

#define BIT(key) (1u << KEY_##key)

/* What each kind asks for, what it may have, and whether it looks at nothing but the step itself. */
static const struct guard_shape {
        const char *word;
        uint32_t needs;
        uint32_t may;
        bool is_of_step;
} shapes[] = {
        [GUARD_DONE] = {"done", BIT(ACTION), BIT(SINCE), false},
        [GUARD_NOT_DONE] = {"not-done", BIT(ACTION), BIT(SINCE), false},
        [GUARD_WINDOW] = {"window", BIT(WINDOW), BIT(WAIVER), false},
        [GUARD_TERM] = {"term", BIT(ACTION) | BIT(MONTHS), 0, false},
        [GUARD_IN_FORCE] = {"in-force", 0, 0, false},
        [GUARD_LISTED] = {"listed", 0, 0, false},
        [GUARD_ENDED] = {"ended", 0, 0, false},
        [GUARD_PERSON] = {"person", BIT(HAND), BIT(ACTIONS) | BIT(FIELD), true},
        [GUARD_FIELD] = {"field", BIT(FIELD) | BIT(WORDS), BIT(ACTION), true},
        [GUARD_CODE] = {"code", BIT(ACTION) | BIT(FIELD) | BIT(ATTRIBUTE) | BIT(VALUE), 0, false},
        [GUARD_LEAD] = {"lead", BIT(FIELD) | BIT(OTHER) | BIT(DAYS) | BIT(UNIT), 0, true},
        [GUARD_OVER] = {"over", BIT(ACTION) | BIT(FIELD), 0, false},
        [GUARD_ORDER] = {"order", BIT(ACTION), 0, false},
};
#define GUARD_LAST GUARD_ORDER

static const char *const hands[] = {
        [HAND_FIRST] = "first",
        [HAND_SECOND] = "second",
        [HAND_BOTH] = "both",
        [HAND_NAMED] = "named",
        [HAND_NAMED + 1] = NULL,
};

static enum procedure_guard_kind read_kind(const struct place *at)
{
        char word[PROCEDURE_WORD_OCTETS + 1];

        place_text(at, "guard", word, sizeof(word));
        for (unsigned kind = GUARD_DONE; kind <= GUARD_LAST; kind++)
                if (strcmp(word, shapes[kind].word) == 0)
                        return (enum procedure_guard_kind)kind;
        place_refuse(at, "guard", DOCUMENT_VALUE, "no such kind of guard");
        return GUARD_DONE;
}

static void check_keys(const struct place *at, const struct guard_shape *shape)
{
        const char *keys[6 + KEY_COUNT + 1] = {"guard", "article", "zh", "en", "valid", "when"};
        size_t count = 6;

        for (unsigned key = 0; key < KEY_COUNT; key++)
                if ((shape->needs | shape->may) & 1u << key)
                        keys[count++] = key_words[key];
        place_only(at, keys);
}

static bool is_asked(const struct place *at, const struct guard_shape *shape, enum guard_key key)
{
        return shape->needs & 1u << key || (shape->may & 1u << key && place_has(at, key_words[key]));
}

void reading_validity(const struct place *at, const char *key, struct procedure_validity *ret)
{
        struct place valid = place_object(at, key);

        *ret = (struct procedure_validity){DAY_NONE, DAY_NONE};
        place_only(&valid, KEYS("from", "to"));
        if (place_has(&valid, "from"))
                ret->from = place_day(&valid, "from");
        if (place_has(&valid, "to"))
                ret->to = place_day(&valid, "to");
        if (!place_has(&valid, "from") && !place_has(&valid, "to"))
                place_refuse(at, key, DOCUMENT_VALUE, "from or to is wanted");
        if (!day_is_none(ret->to) && day_is_before(ret->to, ret->from))
                place_refuse(&valid, "to", DOCUMENT_VALUE, "comes before from");
}

/* Can a field have it? A code's rows stand in its table, which changes by itself; here it need only be a code. */
static bool can_have(const struct procedure_field *field, const char *word)
{
        if (field->type != FIELD_WORD)
                return true;
        for (unsigned i = 0; i < field->word_count; i++)
                if (strcmp(field->words[i], word) == 0)
                        return true;
        return false;
}

unsigned reading_words(struct procedure_reading *reading, const struct place *at, const char *key,
        const struct procedure_field *field, const char *ret[PROCEDURE_WORDS_MAX])
{
        struct place words = place_array(at, key, 1, PROCEDURE_WORDS_MAX);
        unsigned count = 0;

        for (size_t i = 0; i < place_count(&words); i++) {
                struct place item = place_item(&words, i);
                const char *word = reading_keep(reading, place_string(&item));

                if (*word == '\0' || (field && !can_have(field, word)))
                        place_refuse(&item, NULL, DOCUMENT_VALUE, "is none of the field's words");
                for (unsigned k = 0; k < count; k++)
                        if (strcmp(ret[k], word) == 0)
                                place_refuse(&item, NULL, DOCUMENT_VALUE, "is there already");
                ret[count++] = word;
        }
        return count;
}

#define WORDED (FIELD_TYPE_BIT(FIELD_WORD) | FIELD_TYPE_BIT(FIELD_CODE))

void reading_when(struct procedure_reading *reading, const struct place *at, const char *key,
        const struct procedure_action *self, struct procedure_when *ret)
{
        struct place when = place_object(at, key);
        const struct procedure_action *of = self;

        *ret = (struct procedure_when){.is_there = true, .action = PROCEDURE_NONE};
        place_only(&when, KEYS("action", "field", "words", "in_time"));
        if (place_has(&when, "action") || !self) {
                ret->action = reading_action(reading, &when, "action");
                of = reading_action_at(reading, ret->action);
                ret->in_time = reading_flag(&when, "in_time");
        } else if (place_has(&when, "in_time")) {
                place_refuse(&when, "in_time", DOCUMENT_VALUE, "an action is wanted whose last step was in time");
        }
        if (ret->action == PROCEDURE_NONE || place_has(&when, "field") || place_has(&when, "words")) {
                const struct procedure_field *field =
                        reading_field(&when, "field", of, WORDED, "a field of words or codes is wanted");

                ret->field = field ? field->word : NULL;
                ret->word_count = reading_words(reading, &when, "words", field, ret->words);
        }
}

/* Who is kept out, and of what. */
static void read_hand(struct procedure_reading *reading, const struct place *at,
        const struct procedure_action *self, struct procedure_guard *guard)
{
        const struct procedure_field *field;

        guard->hand = (enum procedure_hand)(HAND_FIRST +
                reading_choice(at, "hand", hands + HAND_FIRST, "first, second, both or named is wanted"));
        if (guard->hand == HAND_NAMED) {
                field = reading_field(at, "field", self, FIELD_TYPE_BIT(FIELD_PERSON), "a person field is wanted");
                guard->field = field ? field->word : NULL;
        } else if (place_has(at, "field")) {
                place_refuse(at, "field", DOCUMENT_VALUE, "only a named hand has a field");
        }
        /* A person that is named is never who takes the step, so that one needs no other action. */
        if (guard->hand != HAND_NAMED || place_has(at, "actions"))
                guard->action_count = reading_action_list(reading, at, "actions", 1, guard->actions);
}

static void read_fields(struct procedure_reading *reading, const struct place *at,
        const struct procedure_action *self, struct procedure_guard *guard)
{
        const unsigned day = FIELD_TYPE_BIT(FIELD_DAY);
        bool is_own = guard->action == PROCEDURE_NONE && !place_has(at, "action");
        const struct procedure_action *of = is_own ? self : reading_action_at(reading, guard->action);
        const struct procedure_field *field, *other;

        if (guard->kind == GUARD_FIELD)
                field = reading_field(at, "field", of, WORDED, "a field of words or codes is wanted");
        else if (guard->kind == GUARD_CODE)
                field = reading_field(at, "field", of, FIELD_TYPE_BIT(FIELD_CODE), "a field of codes is wanted");
        else
                field = reading_field(at, "field", of, day, "a day field is wanted");
        guard->field = field ? field->word : NULL;
        if (guard->kind == GUARD_FIELD)
                guard->word_count = reading_words(reading, at, "words", field, guard->words);
        if (guard->kind != GUARD_LEAD)
                return;
        other = reading_field(at, "other", of, day, "a day field is wanted");
        guard->other = other ? other->word : NULL;
        if (field && other == field)
                place_refuse(at, "other", DOCUMENT_VALUE, "is the same field");
        if ((field && !field->is_required) || (other && !other->is_required))
                place_refuse(at, NULL, DOCUMENT_VALUE, "both fields must be required");
}

static void read_guard(struct procedure_reading *reading, const struct place *at,
        const struct procedure_action *self, struct procedure_guard *guard)
{
        const struct guard_shape *shape;

        guard->kind = read_kind(at);
        shape = &shapes[guard->kind];
        check_keys(at, shape);
        guard->article = reading_text(reading, at, "article");
        guard->zh = reading_text(reading, at, "zh");
        guard->en = reading_text(reading, at, "en");
        guard->action = guard->since = guard->waiver = guard->window = PROCEDURE_NONE;
        guard->validity = (struct procedure_validity){DAY_NONE, DAY_NONE};
        if (place_has(at, "valid"))
                reading_validity(at, "valid", &guard->validity);
        if (place_has(at, "when"))
                reading_when(reading, at, "when", self, &guard->when);
        if (is_asked(at, shape, KEY_ACTION))
                guard->action = reading_action(reading, at, "action");
        if (is_asked(at, shape, KEY_SINCE))
                guard->since = reading_action(reading, at, "since");
        if (is_asked(at, shape, KEY_WINDOW))
                guard->window = reading_window(reading, at, "window");
        if (is_asked(at, shape, KEY_WAIVER))
                guard->waiver = reading_action(reading, at, "waiver");
        if (is_asked(at, shape, KEY_MONTHS))
                guard->months = place_integer(at, "months", 1, MONTHS_MAX);
        if (is_asked(at, shape, KEY_DAYS)) {
                guard->days = place_integer(at, "days", 1, DAYS_MAX);
                guard->unit = reading_unit(at, "unit");
        }
        if (is_asked(at, shape, KEY_ATTRIBUTE)) {
                guard->attribute = reading_word(reading, at, "attribute", '_');
                guard->value = reading_text(reading, at, "value");
        }
        if (guard->kind == GUARD_PERSON)
                read_hand(reading, at, self, guard);
        else if (shape->needs & BIT(FIELD))
                read_fields(reading, at, self, guard);
}

/* Does it ask for what a case that is only now opened cannot have? */
static bool looks_back(const struct procedure_guard *guard)
{
        return !shapes[guard->kind].is_of_step || guard->action != PROCEDURE_NONE || guard->action_count > 0 ||
               (guard->when.is_there && guard->when.action != PROCEDURE_NONE);
}

void reading_guards(struct procedure_reading *reading, const struct place *action, struct procedure_action *ret)
{
        struct place guards = place_array(action, "guards", 0, PROCEDURE_GUARDS_MAX);
        size_t count = place_count(&guards);
        struct procedure_guard *all = reading_room(reading, count * sizeof(*all));

        for (size_t i = 0; i < count; i++) {
                struct place at = place_item(&guards, i);

                read_guard(reading, &at, ret, &all[i]);
                if (ret->from & PROCEDURE_FROM_NONE && looks_back(&all[i]))
                        place_refuse(&at, NULL, DOCUMENT_VALUE, "a case that is only now opened has no earlier step");
        }
        ret->guards = all;
        ret->guard_count = (unsigned)count;
}
