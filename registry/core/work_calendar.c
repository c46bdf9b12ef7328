/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/work_calendar.h"

#include <assert.h>
#include <string.h>

#include "registry/core/rule_head.h"

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define YEAR_FIRST 1950 /* no notice is older */
#define YEAR_LAST 9998
#define DAYS_MAX 366u   /* of a list */

static bool is_weekend(struct day day)
{
        /* 1970-01-01 was a Thursday. */
        int32_t from_thursday = (day.number % 7 + 7) % 7;

        return from_thursday == 2 || from_thursday == 3;
}

static uint32_t date_bit(int date)
{
        return 1u << (date - 1);
}

static void mark_weekends(struct work_calendar_year *year)
{
        struct day day, next;

        if (!day_of(year->year, 1, 1, &day) || !day_of(year->year + 1, 1, 1, &next))
                return;
        for (; day_is_before(day, next); day = day_add(day, 1)) {
                int unused, month, date;

                day_parts(day, &unused, &month, &date);
                if (is_weekend(day))
                        year->idle[month - 1] |= date_bit(date);
        }
}

/* One of a notice's days: the year's own, and in no list before. Notes it in `seen`. */
static bool read_date(const struct place *at, int32_t year, uint32_t seen[12], struct day *ret, int *ret_month,
        int *ret_date)
{
        const char *text = place_string(at);
        int of_year;

        if (!day_parse(slice_text(text), ret)) {
                place_refuse(at, NULL, DOCUMENT_VALUE, "a date like 2026-01-31 is wanted");
                return false;
        }
        day_parts(*ret, &of_year, ret_month, ret_date);
        if (of_year != year) {
                place_refuse(at, NULL, DOCUMENT_VALUE, "is a day of another year");
                return false;
        }
        if (seen[*ret_month - 1] & date_bit(*ret_date)) {
                place_refuse(at, NULL, DOCUMENT_VALUE, "is there already");
                return false;
        }
        seen[*ret_month - 1] |= date_bit(*ret_date);
        return true;
}

static void read_days(const struct place *at, struct work_calendar_year *year)
{
        struct place holidays = place_array(at, "holidays", 1, DAYS_MAX);
        struct place workdays = place_array(at, "workdays", 0, DAYS_MAX);
        uint32_t seen[12] = {0};
        int month, date;
        struct day day;

        for (size_t i = 0; i < place_count(&holidays); i++) {
                struct place item = place_item(&holidays, i);

                if (read_date(&item, year->year, seen, &day, &month, &date))
                        year->idle[month - 1] |= date_bit(date);
        }
        for (size_t i = 0; i < place_count(&workdays); i++) {
                struct place item = place_item(&workdays, i);

                if (!read_date(&item, year->year, seen, &day, &month, &date))
                        continue;
                if (!is_weekend(day))
                        place_refuse(&item, NULL, DOCUMENT_VALUE, "is no Saturday or Sunday: it is worked anyway");
                year->idle[month - 1] &= ~date_bit(date);
        }
}

static void read_years(const struct place *root, struct work_calendar *calendar)
{
        struct place years = place_array(root, "years", 1, WORK_CALENDAR_YEARS_MAX);

        for (size_t i = 0; i < place_count(&years); i++) {
                struct place at = place_item(&years, i);
                struct work_calendar_year *year = &calendar->years[i];
                char document[DOCUMENT_TEXT_OCTETS];

                place_only(&at, KEYS("year", "document", "holidays", "workdays"));
                year->year = place_integer(&at, "year", YEAR_FIRST, YEAR_LAST);
                if (i > 0 && year->year <= calendar->years[i - 1].year)
                        place_refuse(&at, "year", DOCUMENT_VALUE, "must come after the year before");
                place_text(&at, "document", document, sizeof(document));
                mark_weekends(year);
                read_days(&at, year);
                calendar->count++;
        }
}

enum document_flaw work_calendar_parse(struct slice json, struct work_calendar *ret, struct document_error *ret_error)
{
        struct work_calendar calendar = {0};
        struct document document;
        struct rule_head head = {0};
        struct place root;

        document_init(&document, json);
        root = document_root(&document);
        place_only(&root, KEYS("format", "id", "version", "names", "years"));
        rule_head_read(&root, WORK_CALENDAR_FORMAT, &head);
        read_years(&root, &calendar);
        if (document_is_sound(&document)) {
                memcpy(calendar.id, head.id, sizeof(calendar.id));
                calendar.version = head.version;
                document_hash(&document, calendar.hash);
                *ret = calendar;
        }
        *ret_error = document.error;
        document_done(&document);
        return ret_error->flaw;
}

/* NULL when it is not loaded. */
static const struct work_calendar_year *year_of(const struct work_calendar *calendar, int year)
{
        for (unsigned i = 0; calendar && i < calendar->count; i++)
                if (calendar->years[i].year == year)
                        return &calendar->years[i];
        return NULL;
}

bool work_calendar_has(const struct work_calendar *calendar, struct day day)
{
        int year, month, date;

        day_parts(day, &year, &month, &date);
        return year_of(calendar, year);
}

bool work_calendar_is_working(const struct work_calendar *calendar, struct day day)
{
        const struct work_calendar_year *loaded;
        int year, month, date;

        day_parts(day, &year, &month, &date);
        loaded = year_of(calendar, year);
        return loaded ? !(loaded->idle[month - 1] & date_bit(date)) : !is_weekend(day);
}

/* Is it one? Noting when nobody can know yet. */
static bool look_at(const struct work_calendar *calendar, struct day day, bool *ret_provisional)
{
        if (ret_provisional && !work_calendar_has(calendar, day))
                *ret_provisional = true;
        return work_calendar_is_working(calendar, day);
}

struct day work_calendar_add(const struct work_calendar *calendar, struct day day, int32_t count,
        bool *ret_provisional)
{
        assert(count >= 0);
        while (count > 0 && day_is_before(day, DAY_LAST)) {
                day = day_add(day, 1);
                if (look_at(calendar, day, ret_provisional))
                        count--;
        }
        return day;
}

struct day work_calendar_settle(const struct work_calendar *calendar, struct day day, bool *ret_provisional)
{
        while (!look_at(calendar, day, ret_provisional) && day_is_before(day, DAY_LAST))
                day = day_add(day, 1);
        return day;
}
