/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/procedure_reading.h"

#include <string.h>

#define MONTHS_MAX 1200 /* a hundred years */
#define DAYS_MAX 3660   /* ten years */

/* ---------------------------------------------------------------- windows and deadlines */

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

void reading_windows(struct procedure_reading *reading, const struct place *root)
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

/* A day field that one of the steps it is counted from must have: another would be counted from its own day unseen. */
static const char *read_deadline_day(struct procedure_reading *reading, const struct place *at,
        const struct procedure_deadline *deadline)
{
        const char *word = reading_word(reading, at, "day", '_');

        for (unsigned i = 0; i < deadline->from_count; i++) {
                const struct procedure_action *action =
                        deadline->from[i] == PROCEDURE_NONE ? NULL : &reading->procedure->actions[deadline->from[i]];
                const struct procedure_field *field = action ? procedure_field_find(action, slice_text(word)) : NULL;

                if (!field || field->type != FIELD_DAY) {
                        place_refuse(at, "day", DOCUMENT_VALUE, "is no day field of an action it is counted from");
                        return NULL;
                }
        }
        return word;
}

static void read_deadline_start(struct procedure_reading *reading, const struct place *at,
        struct procedure_deadline *deadline)
{
        bool is_opened = false;

        deadline->from_count = reading_action_list(reading, at, "from", 1, deadline->from);
        deadline->window = PROCEDURE_NONE;
        if (place_has(at, "day"))
                deadline->day_field = read_deadline_day(reading, at, deadline);
        if (!place_has(at, "window"))
                return;
        if (deadline->day_field)
                place_refuse(at, "day", DOCUMENT_VALUE, "a window has a day of its own");
        deadline->window = reading_window(reading, at, "window");
        deadline->from_window = true;
        for (unsigned i = 0; deadline->window != PROCEDURE_NONE && i < deadline->from_count; i++)
                is_opened |= deadline->from[i] == reading->windows[deadline->window].opens;
        if (!is_opened)
                place_refuse(at, "window", DOCUMENT_VALUE, "is opened by none of the actions it is counted from");
}

void reading_deadlines(struct procedure_reading *reading, const struct place *root)
{
        struct procedure *procedure = reading->procedure;
        struct place deadlines = place_array(root, "deadlines", 0, PROCEDURE_DEADLINES_MAX);
        size_t count = place_count(&deadlines);

        procedure->deadlines = reading->deadlines = reading_room(reading, count * sizeof(*reading->deadlines));
        for (size_t i = 0; i < count; i++) {
                struct place at = place_item(&deadlines, i);
                struct procedure_deadline *deadline = &reading->deadlines[i];

                place_only(&at, KEYS("deadline", "zh", "en", "article", "valid", "when", "from", "day", "until", "days",
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

void reading_listing(struct procedure_reading *reading, const struct place *root)
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
