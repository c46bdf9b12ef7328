/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The calendar of working days: which days the State Council's notices make holidays (节假日) and which weekends
 * they make working days (调休). Terms of two to seven days in the Administrative Penalty Law are working days
 * (行政处罚法 art. 85), and no formula gives them: each year's notice comes late in the year before.
 *
 * The calendar is data (a rule document of kind `calendar`). In a year that is not loaded Monday to Friday are
 * taken as working days and whatever was reckoned through it is provisional: said as such, never as settled.
 */
#pragma once

#include "registry/core/calendar.h"
#include "registry/core/document.h"

#define WORK_CALENDAR_FORMAT "qcr-calendar/1"
#define WORK_CALENDAR_YEARS_MAX 32u
#define WORK_CALENDAR_ID 33

struct work_calendar_year {
        int32_t year;
        uint32_t idle[12]; /* by month, bit of the date - 1: not a working day; weekends among them */
};

struct work_calendar {
        char id[WORK_CALENDAR_ID];
        int32_t version;
        unsigned count;
        struct work_calendar_year years[WORK_CALENDAR_YEARS_MAX]; /* ascending */
        uint8_t hash[32]; /* SHA-256 of the canonical document */
};

/* DOCUMENT_SOUND with `ret` set; or the flaw, `ret` untouched. */
enum document_flaw work_calendar_parse(struct slice json, struct work_calendar *ret,
        struct document_error *ret_error) MUST_CHECK;

/* Below, a calendar that is NULL is one without any year. */
/* Is the day's year loaded? */
bool work_calendar_has(const struct work_calendar *calendar, struct day day);
bool work_calendar_is_working(const struct work_calendar *calendar, struct day day);
/*
 * The `count`-th working day after `day`, which itself does not count (民法典 art. 201); `count` >= 0, and 0 gives
 * the day itself. `*ret_provisional` becomes true when a day of a year that is not loaded was passed over or
 * reached; it is never made false. May be NULL.
 */
struct day work_calendar_add(const struct work_calendar *calendar, struct day day, int32_t count,
        bool *ret_provisional);
/* The day itself if it is a working day, else the next one: a term that ends on a holiday ends on the day after. */
struct day work_calendar_settle(const struct work_calendar *calendar, struct day day, bool *ret_provisional);
