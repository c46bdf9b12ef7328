/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/calendar.h"

#include <assert.h>
#include <stdio.h>

#define MS_PER_DAY INT64_C(86400000)
#define LEGAL_OFFSET_MS (INT64_C(8) * 3600 * 1000) /* UTC+8 */

#define YEAR_FIRST 1600
#define YEAR_LAST 9999

bool day_is_none(struct day day)
{
        return day.number == DAY_NONE.number;
}

bool day_is_valid(struct day day)
{
        return day.number >= DAY_FIRST.number && day.number <= DAY_LAST.number;
}

int day_compare(struct day a, struct day b)
{
        return (a.number > b.number) - (a.number < b.number);
}

bool day_is_before(struct day a, struct day b)
{
        return a.number < b.number;
}

static int days_in_month(int year, int month)
{
        static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

        return days[month - 1] + (month == 2 && is_leap);
}

/*
 * Years are counted from 1 March, so that the leap day is the last of its year
 * and the days before a month are (153 * m + 2) / 5; 719468 days lie between
 * 0000-03-01 and 1970-01-01. Years here are never negative.
 */
static int32_t number_of(int year, int month, int date)
{
        int y = month <= 2 ? year - 1 : year;
        int m = (month + 9) % 12;

        return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + date - 1 - 719468;
}

bool day_of(int year, int month, int date, struct day *ret)
{
        if (year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12)
                return false;
        if (date < 1 || date > days_in_month(year, month))
                return false;
        ret->number = number_of(year, month, date);
        return true;
}

/* Any day from 0000-03-01 on: instants of the first legal day lie in the UTC year before. */
static void parts_of(int32_t number, int *ret_year, int *ret_month, int *ret_date)
{
        int32_t days = number + 719468;
        int32_t in_cycle = days % 146097; /* of 400 years */
        int32_t year_of_cycle = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
        int32_t day_of_year = in_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        int32_t m = (5 * day_of_year + 2) / 153;

        *ret_date = day_of_year - (153 * m + 2) / 5 + 1;
        *ret_month = m < 10 ? m + 3 : m - 9;
        *ret_year = days / 146097 * 400 + year_of_cycle + (*ret_month <= 2);
}

void day_parts(struct day day, int *ret_year, int *ret_month, int *ret_date)
{
        assert(day_is_valid(day));
        parts_of(day.number, ret_year, ret_month, ret_date);
}

/* Takes `least` to `most` decimal digits; false if there are fewer. */
static bool take_number(struct reader *r, size_t least, size_t most, int *ret)
{
        size_t count = 0;
        int value = 0;

        while (count < most && r->left > 0 && *r->data >= '0' && *r->data <= '9') {
                value = value * 10 + (reader_u8(r) - '0');
                count++;
        }
        *ret = value;
        return count >= least;
}

static bool take_character(struct reader *r, char wanted)
{
        return reader_u8(r) == (uint8_t)wanted && !r->failed;
}

static bool take_date(struct reader *r, char separator, size_t least, int *ret_year, int *ret_month,
        int *ret_date)
{
        return take_number(r, 4, 4, ret_year) && take_character(r, separator) &&
               take_number(r, least, 2, ret_month) && take_character(r, separator) &&
               take_number(r, least, 2, ret_date);
}

bool day_parse(struct slice text, struct day *ret)
{
        struct reader r = reader_of(text);
        int year, month, date;

        return take_date(&r, '-', 2, &year, &month, &date) && reader_is_done(&r) &&
               day_of(year, month, date, ret);
}

bool day_parse_lenient(struct slice text, struct day *ret)
{
        struct reader r = reader_of(text);
        char separator = text.length > 4 && text.data[4] == '/' ? '/' : '-';
        int year, month, date;

        return take_date(&r, separator, 1, &year, &month, &date) && reader_is_done(&r) &&
               day_of(year, month, date, ret);
}

static void put_digits(char *to, int value, size_t count)
{
        while (count-- > 0) {
                to[count] = (char)('0' + value % 10);
                value /= 10;
        }
}

static void put_date(char *to, int32_t number)
{
        int year, month, date;

        parts_of(number, &year, &month, &date);
        put_digits(to, year, 4);
        to[4] = '-';
        put_digits(to + 5, month, 2);
        to[7] = '-';
        put_digits(to + 8, date, 2);
}

void day_format(struct day day, char ret[DAY_TEXT])
{
        if (day_is_none(day)) {
                snprintf(ret, DAY_TEXT, "-");
                return;
        }
        assert(day_is_valid(day));
        put_date(ret, day.number);
        ret[DAY_TEXT - 1] = '\0';
}

static struct day day_held(int64_t number)
{
        if (number < DAY_FIRST.number)
                return DAY_FIRST;
        if (number > DAY_LAST.number)
                return DAY_LAST;
        return (struct day){(int32_t)number};
}

struct day day_add(struct day day, int32_t count)
{
        assert(day_is_valid(day));
        return day_held((int64_t)day.number + count);
}

struct day day_add_months(struct day day, int32_t months)
{
        int year, month, date;
        int64_t index;
        int last;

        day_parts(day, &year, &month, &date);
        index = (int64_t)year * 12 + month - 1 + months;
        if (index < YEAR_FIRST * 12)
                return DAY_FIRST;
        if (index >= (YEAR_LAST + 1) * 12)
                return DAY_LAST;
        year = (int)(index / 12);
        month = (int)(index % 12) + 1;
        last = days_in_month(year, month);
        return (struct day){number_of(year, month, date < last ? date : last)};
}

bool instant_is_valid(int64_t at_ms)
{
        return at_ms >= instant_of_day(DAY_FIRST) && at_ms < instant_of_day(DAY_LAST) + MS_PER_DAY;
}

/* The day that holds a count of milliseconds, and how far into it; the day before 1970 too. */
static int32_t split_ms(int64_t ms, int64_t *ret_within)
{
        int64_t days = ms / MS_PER_DAY;
        int64_t within = ms % MS_PER_DAY;

        if (within < 0) {
                within += MS_PER_DAY;
                days--;
        }
        *ret_within = within;
        return (int32_t)days;
}

struct day day_of_instant(int64_t at_ms)
{
        int64_t within;

        assert(instant_is_valid(at_ms));
        return (struct day){split_ms(at_ms + LEGAL_OFFSET_MS, &within)};
}

int64_t instant_of_day(struct day day)
{
        assert(day_is_valid(day));
        return day.number * MS_PER_DAY - LEGAL_OFFSET_MS;
}

void instant_format(int64_t at_ms, char ret[INSTANT_TEXT])
{
        int64_t within;
        int seconds;

        assert(instant_is_valid(at_ms));
        put_date(ret, split_ms(at_ms, &within));
        seconds = (int)(within / 1000);
        ret[10] = 'T';
        put_digits(ret + 11, seconds / 3600, 2);
        ret[13] = ':';
        put_digits(ret + 14, seconds / 60 % 60, 2);
        ret[16] = ':';
        put_digits(ret + 17, seconds % 60, 2);
        ret[19] = '.';
        put_digits(ret + 20, (int)(within % 1000), 3);
        ret[23] = 'Z';
        ret[24] = '\0';
}

bool instant_parse(struct slice text, int64_t *ret_at_ms)
{
        struct reader r = reader_of(text);
        int year, month, date, hour, minute, second, ms;
        int64_t at_ms;

        if (!take_date(&r, '-', 2, &year, &month, &date) || !take_character(&r, 'T') ||
                !take_number(&r, 2, 2, &hour) || !take_character(&r, ':') ||
                !take_number(&r, 2, 2, &minute) || !take_character(&r, ':') ||
                !take_number(&r, 2, 2, &second) || !take_character(&r, '.') ||
                !take_number(&r, 3, 3, &ms) || !take_character(&r, 'Z') || !reader_is_done(&r))
                return false;
        if (year < YEAR_FIRST - 1 || month < 1 || month > 12 || date < 1 || date > days_in_month(year, month))
                return false;
        if (hour > 23 || minute > 59 || second > 59)
                return false;
        at_ms = number_of(year, month, date) * MS_PER_DAY +
                ((int64_t)hour * 3600 + minute * 60 + second) * 1000 + ms;
        if (!instant_is_valid(at_ms))
                return false;
        *ret_at_ms = at_ms;
        return true;
}
