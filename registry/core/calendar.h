/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Days and instants. A legal day is a date in UTC+8, whatever the machine's
 * time zone is called; an instant is a number of milliseconds since
 * 1970-01-01T00:00:00Z. They are different types on purpose: a term runs in
 * days, an audit in instants, and the only bridges are day_of_instant() and
 * instant_of_day().
 *
 * Days are those of the years 1600 to 9999 of the Gregorian calendar; anything
 * else (0001-01-01 as "no date", a slip of the keyboard) does not parse.
 * China has kept UTC+8 without summer time since 1991; the law counts its days
 * in it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

struct day {
        int32_t number; /* days since 1970-01-01 */
};

#define DAY_NONE ((struct day){INT32_MIN})
#define DAY_FIRST ((struct day){-135140}) /* 1600-01-01 */
#define DAY_LAST ((struct day){2932896})  /* 9999-12-31 */

#define DAY_TEXT 11     /* "2026-11-24" and its NUL */
#define INSTANT_TEXT 25 /* "2026-11-24T01:02:03.123Z" and its NUL */

bool day_is_none(struct day day);
/* Between DAY_FIRST and DAY_LAST; DAY_NONE is not. */
bool day_is_valid(struct day day);
/* Below, equal or above 0; DAY_NONE is before every day. */
int day_compare(struct day a, struct day b);
bool day_is_before(struct day a, struct day b);

/* False if there is no such day; `ret` untouched then. */
bool day_of(int year, int month, int date, struct day *ret) MUST_CHECK;
/* `day` must be valid. */
void day_parts(struct day day, int *ret_year, int *ret_month, int *ret_date);

/* Exactly `2024-01-31`. */
bool day_parse(struct slice text, struct day *ret) MUST_CHECK;
/* As departments write it: `2024-01-31`, `2024-1-31`, `2024/1/31`; one separator throughout. */
bool day_parse_lenient(struct slice text, struct day *ret) MUST_CHECK;
/* `2024-01-31`, or `-` for DAY_NONE. */
void day_format(struct day day, char ret[DAY_TEXT]);

/* A valid day `count` days on, held at DAY_FIRST and DAY_LAST. */
struct day day_add(struct day day, int32_t count);
/*
 * The same date `months` on; where that month is shorter, its last day
 * (2024-02-29 + 12 = 2025-02-28). Held at DAY_FIRST and DAY_LAST, so that a term
 * without end stays one. `day` must be valid.
 */
struct day day_add_months(struct day day, int32_t months);

/* Does it lie within the days above, as UTC+8 has them? */
bool instant_is_valid(int64_t at_ms);
/* The legal day (UTC+8) that a valid instant falls in. */
struct day day_of_instant(int64_t at_ms);
/* The first millisecond of a valid legal day. */
int64_t instant_of_day(struct day day);
/* RFC 3339 in UTC with three digits: `2026-11-24T01:02:03.123Z`. `at_ms` must be valid. */
void instant_format(int64_t at_ms, char ret[INSTANT_TEXT]);
/* Exactly what instant_format() writes; a leap second (RFC 3339 5.7) has no number here and is refused. */
bool instant_parse(struct slice text, int64_t *ret_at_ms) MUST_CHECK;
