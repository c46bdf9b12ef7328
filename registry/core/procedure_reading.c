/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/procedure_reading.h"

#include <assert.h>
#include <string.h>

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
