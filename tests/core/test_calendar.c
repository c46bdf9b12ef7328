/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/calendar.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/suite.h"

static struct day day_must(const char *text)
{
        struct day day;

        ck_assert_msg(day_parse(slice_text(text), &day), "%s does not parse", text);
        return day;
}

static const char *const refused_days[] = {
        "", "-", "2024", "2024-01", "2024-1-31", "2024-01-3", "24-01-31", "2024-01-31 ", " 2024-01-31",
        "2024-01-31T", "2024/01/31", "2024.01.31", "20240131", "2024-00-10", "2024-13-10", "2024-01-00",
        "2024-01-32", "2024-04-31", "2023-02-29", "1900-02-29", "2100-02-29", "0001-01-01", "0000-00-00",
        "1599-12-31", "10000-01-01", "+024-01-31", "2024--1-31", "2024-01-3a", "２０２４-01-31",
};

START_TEST(a_day_that_is_not_exactly_an_iso_date_is_refused)
{
        struct day day = {7};

        ck_assert_msg(!day_parse(slice_text(refused_days[_i]), &day), "%s", refused_days[_i]);
        ck_assert_int_eq(day.number, 7);
}
END_TEST

START_TEST(a_nul_inside_a_day_is_refused)
{
        struct day day;

        ck_assert(!day_parse(slice_of("2024-01-31\0", 11), &day));
        ck_assert(!day_parse(slice_of("2024-01\0-31", 11), &day));
}
END_TEST

static const struct {
        const char *text;
        const char *day; /* NULL: refused */
} lenient_days[] = {
        {"2024-01-31", "2024-01-31"}, {"2024-1-31", "2024-01-31"}, {"2024/1/3", "2024-01-03"},
        {"2024/01/03", "2024-01-03"}, {"2024-1-3", "2024-01-03"},  {"2024.1.31", NULL},
        {"2024-1/31", NULL},          {"2024/1-31", NULL},         {"24/1/31", NULL},
        {"2024/1/", NULL},            {"2024//31", NULL},          {"2024/001/3", NULL},
        {"2024/2/30", NULL},          {"2024/1/31 ", NULL},        {"2024年1月31日", NULL},
        {"31/1/2024", NULL},          {"", NULL},
};

START_TEST(departments_may_leave_out_zeros_and_use_slashes_but_nothing_else)
{
        struct day day = DAY_NONE;
        bool parsed = day_parse_lenient(slice_text(lenient_days[_i].text), &day);

        ck_assert_msg(parsed == (lenient_days[_i].day != NULL), "%s", lenient_days[_i].text);
        if (parsed)
                ck_assert_int_eq(day.number, day_must(lenient_days[_i].day).number);
}
END_TEST

START_TEST(every_day_of_the_calendar_follows_the_one_before)
{
        static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        int32_t number = DAY_FIRST.number;
        char text[DAY_TEXT], expected[40];

        for (int year = 1600; year <= 9999; year++) {
                for (int month = 1; month <= 12; month++) {
                        bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
                        int length = lengths[month - 1] + (month == 2 && leap ? 1 : 0);
                        struct day day, again;

                        for (int date = 1; date <= length; date++, number++) {
                                int y, m, d;

                                if (!day_of(year, month, date, &day) || day.number != number)
                                        ck_abort_msg("%d-%d-%d is not %d", year, month, date, number);
                                day_parts(day, &y, &m, &d);
                                if (y != year || m != month || d != date)
                                        ck_abort_msg("%d is not %d-%d-%d", number, year, month, date);
                        }
                        ck_assert(!day_of(year, month, length + 1, &day));
                        day_format(day, text);
                        snprintf(expected, sizeof(expected), "%04d-%02d-%02d", year, month, length);
                        ck_assert_str_eq(text, expected);
                        ck_assert(day_parse(slice_text(text), &again) && again.number == day.number);
                }
        }
        ck_assert_int_eq(number - 1, DAY_LAST.number);
}
END_TEST

START_TEST(no_day_is_written_as_a_dash_and_comes_before_every_day)
{
        char text[DAY_TEXT];

        day_format(DAY_NONE, text);
        ck_assert_str_eq(text, "-");
        ck_assert(day_is_none(DAY_NONE));
        ck_assert(!day_is_valid(DAY_NONE));
        ck_assert(day_is_before(DAY_NONE, DAY_FIRST));
        ck_assert_int_eq(day_compare(DAY_FIRST, DAY_LAST), -1);
        ck_assert_int_eq(day_compare(DAY_LAST, DAY_LAST), 0);
}
END_TEST

static const struct {
        const char *from;
        int32_t months;
        const char *to;
} months[] = {
        {"2024-01-31", 1, "2024-02-29"},   {"2023-01-31", 1, "2023-02-28"},  {"2024-02-29", 12, "2025-02-28"},
        {"2024-02-29", 48, "2028-02-29"},  {"2024-02-29", -12, "2023-02-28"},{"2024-03-31", -1, "2024-02-29"},
        {"2024-12-31", 2, "2025-02-28"},   {"2024-11-30", 3, "2025-02-28"},  {"2024-05-15", 0, "2024-05-15"},
        {"2024-01-15", -1, "2023-12-15"},  {"2096-02-29", 48, "2100-02-28"}, {"2024-10-01", 36, "2027-10-01"},
        {"2099-12-31", 36, "2102-12-31"},  {"9999-12-31", 1, "9999-12-31"},  {"9998-12-31", 12, "9999-12-31"},
        {"1600-01-31", -1, "1600-01-01"},  {"2024-01-01", INT32_MAX, "9999-12-31"},
        {"2024-01-01", INT32_MIN, "1600-01-01"},
};

START_TEST(months_are_held_to_the_end_of_a_shorter_month)
{
        struct day to = day_add_months(day_must(months[_i].from), months[_i].months);
        char text[DAY_TEXT];

        day_format(to, text);
        ck_assert_str_eq(text, months[_i].to);
}
END_TEST

START_TEST(adding_days_stops_at_the_ends_of_the_calendar)
{
        ck_assert_int_eq(day_add(DAY_LAST, 1).number, DAY_LAST.number);
        ck_assert_int_eq(day_add(DAY_FIRST, -1).number, DAY_FIRST.number);
        ck_assert_int_eq(day_add(DAY_FIRST, INT32_MAX).number, DAY_LAST.number);
        ck_assert_int_eq(day_add(day_must("2024-02-28"), 2).number, day_must("2024-03-01").number);
}
END_TEST

static const char *const refused_instants[] = {
        "", "2026-11-24", "2026-11-24T01:02:03Z", "2026-11-24T01:02:03.12Z", "2026-11-24T01:02:03.1234Z",
        "2026-11-24t01:02:03.123Z", "2026-11-24 01:02:03.123Z", "2026-11-24T01:02:03.123z",
        "2026-11-24T01:02:03.123+00:00", "2026-11-24T01:02:03.123", "2026-11-24T24:00:00.000Z",
        "2026-11-24T01:60:00.000Z", "2026-06-30T23:59:60.000Z", "2026-02-29T00:00:00.000Z",
        "2026-11-24T01:02:03,123Z", "2026-11-24T01:02:03.123Z ", "1599-12-31T15:59:59.999Z",
        "9999-12-31T16:00:00.000Z", "0000-01-01T00:00:00.000Z", "2026-11-24T1:02:03.123Z",
};

START_TEST(an_instant_in_any_other_form_is_refused)
{
        int64_t at_ms = 5;

        ck_assert_msg(!instant_parse(slice_text(refused_instants[_i]), &at_ms), "%s", refused_instants[_i]);
        ck_assert_int_eq(at_ms, 5);
}
END_TEST

static const struct {
        int64_t at_ms;
        const char *text;
        const char *legal_day;
} instants[] = {
        {0, "1970-01-01T00:00:00.000Z", "1970-01-01"},
        {-1, "1969-12-31T23:59:59.999Z", "1970-01-01"},
        {-28800001, "1969-12-31T15:59:59.999Z", "1969-12-31"},
        {-28800000, "1969-12-31T16:00:00.000Z", "1970-01-01"},
        {1795482123123, "2026-11-24T01:02:03.123Z", "2026-11-24"},
        {1795535999999, "2026-11-24T15:59:59.999Z", "2026-11-24"},
        {1795536000000, "2026-11-24T16:00:00.000Z", "2026-11-25"},
        {951782400000, "2000-02-29T00:00:00.000Z", "2000-02-29"},
        {-11676124800000, "1599-12-31T16:00:00.000Z", "1600-01-01"},
        {253402271999999, "9999-12-31T15:59:59.999Z", "9999-12-31"},
};

START_TEST(an_instant_is_written_in_utc_and_its_legal_day_is_that_of_utc_plus_eight)
{
        char text[INSTANT_TEXT], day[DAY_TEXT];
        int64_t again;

        ck_assert(instant_is_valid(instants[_i].at_ms));
        instant_format(instants[_i].at_ms, text);
        ck_assert_str_eq(text, instants[_i].text);
        ck_assert(instant_parse(slice_text(text), &again));
        ck_assert_int_eq(again, instants[_i].at_ms);
        day_format(day_of_instant(again), day);
        ck_assert_str_eq(day, instants[_i].legal_day);
}
END_TEST

START_TEST(the_time_zone_of_the_machine_changes_nothing)
{
        static const char *const zones[] = {"America/Los_Angeles", "Asia/Shanghai", "UTC",
                "Pacific/Kiritimati"};

        for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
                setenv("TZ", zones[i], 1);
                ck_assert_int_eq(day_of_instant(1795536000000).number, day_must("2026-11-25").number);
                ck_assert_int_eq(instant_of_day(day_must("2026-11-25")), 1795536000000);
        }
        unsetenv("TZ");
}
END_TEST

START_TEST(a_legal_day_begins_at_its_own_instant)
{
        for (int32_t n = DAY_FIRST.number; n <= DAY_LAST.number; n += 97) {
                int64_t start_ms = instant_of_day((struct day){n});

                ck_assert_int_eq(day_of_instant(start_ms).number, n);
                ck_assert_int_eq(day_of_instant(start_ms + 86399999).number, n);
        }
        ck_assert(!instant_is_valid(instant_of_day(DAY_FIRST) - 1));
        ck_assert(!instant_is_valid(instant_of_day(DAY_LAST) + 86400000));
        ck_assert(!instant_is_valid(INT64_MIN));
        ck_assert(!instant_is_valid(INT64_MAX));
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
        Suite *suite = suite_create("calendar");
        TCase *days = tcase_create("days");
        TCase *moments = tcase_create("instants");

        tcase_set_timeout(days, 60);
        tcase_add_loop_test(days, a_day_that_is_not_exactly_an_iso_date_is_refused, 0, COUNT(refused_days));
        tcase_add_test(days, a_nul_inside_a_day_is_refused);
        tcase_add_loop_test(days, departments_may_leave_out_zeros_and_use_slashes_but_nothing_else, 0,
                COUNT(lenient_days));
        tcase_add_test(days, every_day_of_the_calendar_follows_the_one_before);
        tcase_add_test(days, no_day_is_written_as_a_dash_and_comes_before_every_day);
        tcase_add_loop_test(days, months_are_held_to_the_end_of_a_shorter_month, 0, COUNT(months));
        tcase_add_test(days, adding_days_stops_at_the_ends_of_the_calendar);
        suite_add_tcase(suite, days);

        tcase_add_loop_test(moments, an_instant_in_any_other_form_is_refused, 0, COUNT(refused_instants));
        tcase_add_loop_test(moments,
                an_instant_is_written_in_utc_and_its_legal_day_is_that_of_utc_plus_eight, 0,
                COUNT(instants));
        tcase_add_test(moments, the_time_zone_of_the_machine_changes_nothing);
        tcase_add_test(moments, a_legal_day_begins_at_its_own_instant);
        suite_add_tcase(suite, moments);

        return suite_run(suite);
}
