/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/work_calendar.h"

#include <check.h>
#include <string.h>

#include "tests/support/share_file.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct work_calendar calendar;
static struct document_error error;

static struct day day_at(const char *text)
{
        struct day day;

        ck_assert_msg(day_parse(slice_text(text), &day), "%s", text);
        return day;
}

static void load_shipped(void)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        source_read("share/calendars/cn-workdays.json", &text);
        ck_assert_msg(work_calendar_parse(buffer_slice(&text), &calendar, &error) == DOCUMENT_SOUND, "%s: %s",
                error.path, error.reason);
}

/* ---------------------------------------------------------------- refusals */

#define HEAD "\"format\":\"qcr-calendar/1\",\"id\":\"c\",\"version\":1,\"names\":{\"zh\":\"历\",\"en\":\"c\"}"
#define YEAR(year, holidays, workdays)                                                                       \
        "{\"year\":" year ",\"document\":\"d\",\"holidays\":[" holidays "],\"workdays\":[" workdays "]}"
#define WITH(years) "{" HEAD ",\"years\":[" years "]}"
#define NEW_YEAR "\"2026-01-01\""

static const struct {
        const char *json;
        enum document_flaw flaw;
        const char *path;
} refused[] = {
        {"", DOCUMENT_SYNTAX, ""},
        {"[]", DOCUMENT_TYPE, ""},
        {"{}", DOCUMENT_MISSING, "names"},
        {"{" HEAD "}", DOCUMENT_MISSING, "years"},
        {WITH(""), DOCUMENT_VALUE, "years"},
        {WITH("1"), DOCUMENT_TYPE, "years[0]"},
        {WITH("{}"), DOCUMENT_MISSING, "years[0].year"},
        {WITH(YEAR("1949", NEW_YEAR, "")), DOCUMENT_VALUE, "years[0].year"},
        {WITH(YEAR("9999", NEW_YEAR, "")), DOCUMENT_VALUE, "years[0].year"},
        {WITH(YEAR("\"2026\"", NEW_YEAR, "")), DOCUMENT_TYPE, "years[0].year"},
        {WITH("{\"year\":2026,\"holidays\":[" NEW_YEAR "],\"workdays\":[]}"), DOCUMENT_MISSING, "years[0].document"},
        {WITH("{\"year\":2026,\"document\":\"d\",\"workdays\":[]}"), DOCUMENT_MISSING, "years[0].holidays"},
        {WITH("{\"year\":2026,\"document\":\"d\",\"holidays\":[" NEW_YEAR "]}"), DOCUMENT_MISSING,
                "years[0].workdays"},
        {WITH("{\"year\":2026,\"document\":\"d\",\"holidays\":[" NEW_YEAR "],\"workdays\":[],\"more\":1}"),
                DOCUMENT_UNKNOWN, "years[0].more"},
        {WITH(YEAR("2026", NEW_YEAR, "") "," YEAR("2026", NEW_YEAR, "")), DOCUMENT_VALUE, "years[1].year"},
        {WITH(YEAR("2026", NEW_YEAR, "") "," YEAR("2025", "\"2025-01-01\"", "")), DOCUMENT_VALUE, "years[1].year"},
        {WITH(YEAR("2026", "", "")), DOCUMENT_VALUE, "years[0].holidays"},
        {WITH(YEAR("2026", "1", "")), DOCUMENT_TYPE, "years[0].holidays[0]"},
        {WITH(YEAR("2026", "\"2026-02-29\"", "")), DOCUMENT_VALUE, "years[0].holidays[0]"},
        {WITH(YEAR("2026", "\"2026-1-1\"", "")), DOCUMENT_VALUE, "years[0].holidays[0]"},
        {WITH(YEAR("2026", NEW_YEAR ",\"2025-12-31\"", "")), DOCUMENT_VALUE, "years[0].holidays[1]"},
        {WITH(YEAR("2026", NEW_YEAR "," NEW_YEAR, "")), DOCUMENT_VALUE, "years[0].holidays[1]"},
        /* Saturday the 3rd is either */
        {WITH(YEAR("2026", NEW_YEAR ",\"2026-01-03\"", "\"2026-01-03\"")), DOCUMENT_VALUE, "years[0].workdays[0]"},
        {WITH(YEAR("2026", NEW_YEAR, "\"2026-01-04\",\"2026-01-04\"")), DOCUMENT_VALUE, "years[0].workdays[1]"},
        {WITH(YEAR("2026", NEW_YEAR, "\"2027-01-02\"")), DOCUMENT_VALUE, "years[0].workdays[0]"},
        {WITH(YEAR("2026", NEW_YEAR, "\"2026-01-05\"")), DOCUMENT_VALUE, "years[0].workdays[0]"}, /* a Monday */
        {"{" HEAD ",\"years\":[" YEAR("2026", NEW_YEAR, "") "],\"source\":\"s\"}", DOCUMENT_UNKNOWN, "source"},
};

START_TEST(a_calendar_that_is_not_understood_wholly_is_refused_with_the_place)
{
        memset(&calendar, 0x5a, sizeof(calendar));
        ck_assert_msg(work_calendar_parse(slice_text(refused[_i].json), &calendar, &error) == refused[_i].flaw,
                "%s: %s (%s)", refused[_i].json, document_flaw_word(error.flaw), error.path);
        ck_assert_str_eq(error.path, refused[_i].path);
        ck_assert_str_ne(error.reason, "");
        ck_assert_uint_eq(calendar.count, 0x5a5a5a5a);
}
END_TEST

/* ---------------------------------------------------------------- days */

static const struct {
        const char *day;
        bool is_working;
} days[] = {
        {"2024-02-04", true},  /* Sunday, worked before the Spring Festival */
        {"2024-02-09", true},  /* New Year's Eve: the notice only encourages leave */
        {"2024-02-10", false}, {"2024-02-16", false}, /* Friday */
        {"2024-02-18", true},
        {"2024-02-29", true},
        {"2025-01-27", true}, {"2025-01-28", false}, {"2025-10-08", false}, {"2025-10-09", true},
        {"2025-10-11", true},  /* Saturday */
        {"2025-10-12", false},
        {"2026-01-02", false}, {"2026-01-04", true}, {"2026-02-14", true}, {"2026-02-23", false},
        {"2026-02-24", true}, {"2026-02-28", true}, {"2026-05-09", true}, {"2026-05-10", false},
        {"2026-09-20", true}, {"2026-09-25", false}, {"2026-10-10", true}, {"2026-12-31", true},
        {"2027-01-01", true},  /* not loaded: a Friday, and nobody can know better */
        {"2027-01-02", false},
};

START_TEST(a_day_is_worked_as_the_notice_of_its_year_says)
{
        load_shipped();
        ck_assert_msg(work_calendar_is_working(&calendar, day_at(days[_i].day)) == days[_i].is_working, "%s",
                days[_i].day);
}
END_TEST

START_TEST(every_day_that_no_notice_names_is_worked_from_monday_to_friday)
{
        struct day day = day_at("1999-12-27"); /* a Monday */

        load_shipped();
        for (int i = 0; i < 7 * 60; i++)
                ck_assert_int_eq(work_calendar_is_working(&calendar, day_add(day, i)), i % 7 < 5);
        day = day_at("1969-12-22"); /* before 1970, whose days are negative */
        for (int i = 0; i < 7 * 4; i++)
                ck_assert_int_eq(work_calendar_is_working(NULL, day_add(day, i)), i % 7 < 5);
}
END_TEST

static const struct {
        const char *day;
        int32_t count;
        const char *last;
        bool is_provisional;
} terms[] = {
        {"2026-11-24", 0, "2026-11-24", false},
        {"2026-11-24", 1, "2026-11-25", false},
        {"2026-11-24", 5, "2026-12-01", false},
        {"2026-11-27", 2, "2026-12-01", false}, /* over a weekend */
        {"2026-11-28", 1, "2026-11-30", false}, /* from a Saturday: Sunday is none */
        {"2026-02-12", 5, "2026-02-26", false}, /* Friday, the worked Saturday, nine days off, then three */
        {"2026-02-27", 1, "2026-02-28", false}, /* the worked Saturday counts */
        {"2026-09-30", 3, "2026-10-10", false}, /* Thursday, Friday, the worked Saturday */
        {"2025-09-26", 5, "2025-10-10", false}, /* Sunday the 28th is worked */
        {"2024-02-08", 2, "2024-02-18", false}, /* Friday the 9th, then the worked Sunday */
        {"2024-12-31", 2, "2025-01-03", false}, /* from one loaded year into the next */
        {"2026-12-30", 1, "2026-12-31", false},
        {"2026-12-30", 2, "2027-01-01", true},
        {"2026-12-30", 3, "2027-01-04", true},
        {"2023-12-29", 1, "2024-01-02", true},  /* its weekend is of a year that is not loaded */
        {"2023-12-31", 1, "2024-01-02", false},
        {"2023-06-01", 5, "2023-06-08", true},
        {"2026-12-31", 261, "2027-12-31", true},
};

START_TEST(working_days_are_counted_from_the_day_after)
{
        bool is_provisional = false;
        char text[DAY_TEXT];

        load_shipped();
        day_format(work_calendar_add(&calendar, day_at(terms[_i].day), terms[_i].count, &is_provisional), text);
        ck_assert_str_eq(text, terms[_i].last);
        ck_assert_int_eq(is_provisional, terms[_i].is_provisional);
        day_format(work_calendar_add(&calendar, day_at(terms[_i].day), terms[_i].count, NULL), text);
        ck_assert_str_eq(text, terms[_i].last);
}
END_TEST

static const struct {
        const char *day;
        const char *settled;
        bool is_provisional;
} settled[] = {
        {"2026-11-24", "2026-11-24", false},
        {"2026-11-28", "2026-11-30", false},
        {"2026-10-01", "2026-10-08", false},
        {"2026-02-28", "2026-02-28", false}, /* a worked Saturday is no holiday */
        {"2026-02-15", "2026-02-24", false},
        {"2027-01-02", "2027-01-04", true},
        {"2027-01-04", "2027-01-04", true},  /* a Monday, as far as one knows */
        {"2023-12-30", "2024-01-02", true},
};

START_TEST(a_term_that_ends_on_a_holiday_ends_on_the_next_working_day)
{
        bool is_provisional = false;
        char text[DAY_TEXT];

        load_shipped();
        day_format(work_calendar_settle(&calendar, day_at(settled[_i].day), &is_provisional), text);
        ck_assert_str_eq(text, settled[_i].settled);
        ck_assert_int_eq(is_provisional, settled[_i].is_provisional);
}
END_TEST

START_TEST(what_was_provisional_before_stays_so)
{
        bool is_provisional = true;

        load_shipped();
        (void)work_calendar_add(&calendar, day_at("2026-11-24"), 3, &is_provisional);
        ck_assert(is_provisional);
        (void)work_calendar_settle(&calendar, day_at("2026-11-24"), &is_provisional);
        ck_assert(is_provisional);
}
END_TEST

START_TEST(without_any_calendar_every_term_is_provisional)
{
        bool is_provisional = false;
        char text[DAY_TEXT];

        ck_assert(!work_calendar_has(NULL, day_at("2026-10-01")));
        day_format(work_calendar_add(NULL, day_at("2026-09-30"), 3, &is_provisional), text);
        ck_assert_str_eq(text, "2026-10-05"); /* holidays that it does not know */
        ck_assert(is_provisional);
}
END_TEST

START_TEST(terms_stop_at_the_last_day_there_is)
{
        char text[DAY_TEXT];

        load_shipped();
        day_format(work_calendar_add(&calendar, day_at("9999-12-29"), 100, NULL), text);
        ck_assert_str_eq(text, "9999-12-31");
        day_format(work_calendar_settle(&calendar, DAY_LAST, NULL), text);
        ck_assert_str_eq(text, "9999-12-31");
}
END_TEST

START_TEST(three_years_are_shipped)
{
        load_shipped();
        ck_assert_str_eq(calendar.id, "cn-workdays");
        ck_assert_int_eq(calendar.version, 1);
        ck_assert_uint_eq(calendar.count, 3);
        ck_assert(work_calendar_has(&calendar, day_at("2024-01-01")));
        ck_assert(work_calendar_has(&calendar, day_at("2026-12-31")));
        ck_assert(!work_calendar_has(&calendar, day_at("2023-12-31")));
        ck_assert(!work_calendar_has(&calendar, day_at("2027-01-01")));
}
END_TEST

START_TEST(a_year_has_as_many_working_days_as_its_notice_leaves)
{
        static const struct {
                int year;
                int working;
        } years[] = {{2024, 251}, {2025, 248}, {2026, 248}};

        load_shipped();
        for (int i = 0; i < COUNT(years); i++) {
                int working = 0;
                struct day day, next;

                ck_assert(day_of(years[i].year, 1, 1, &day) && day_of(years[i].year + 1, 1, 1, &next));
                for (; day_is_before(day, next); day = day_add(day, 1))
                        working += work_calendar_is_working(&calendar, day);
                ck_assert_msg(working == years[i].working, "%d: %d", years[i].year, working);
        }
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("work_calendar");
        TCase *tcase = tcase_create("work_calendar");

        tcase_add_loop_test(
                tcase, a_calendar_that_is_not_understood_wholly_is_refused_with_the_place, 0, COUNT(refused));
        tcase_add_loop_test(tcase, a_day_is_worked_as_the_notice_of_its_year_says, 0, COUNT(days));
        tcase_add_test(tcase, every_day_that_no_notice_names_is_worked_from_monday_to_friday);
        tcase_add_loop_test(tcase, working_days_are_counted_from_the_day_after, 0, COUNT(terms));
        tcase_add_loop_test(tcase, a_term_that_ends_on_a_holiday_ends_on_the_next_working_day, 0, COUNT(settled));
        tcase_add_test(tcase, what_was_provisional_before_stays_so);
        tcase_add_test(tcase, without_any_calendar_every_term_is_provisional);
        tcase_add_test(tcase, terms_stop_at_the_last_day_there_is);
        tcase_add_test(tcase, three_years_are_shipped);
        tcase_add_test(tcase, a_year_has_as_many_working_days_as_its_notice_leaves);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
