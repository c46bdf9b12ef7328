/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A case told step by step, for tests: persons with their roles, a procedure of share/procedures or one written in
 * the test, the shipped code tables and calendar. A step says what matters; every other field that its action
 * requires gets some sound value, so that what a test names is what is tried.
 */
#pragma once

#include "registry/core/case_file.h"

#define STORY_TABLES 3u

struct story {
        struct arena arena;
        struct procedure *procedure;
        struct code_table *tables[STORY_TABLES];
        struct work_calendar calendar;
        struct case_rules rules;   /* today is the latest day that was told */
        struct case_event events[CASE_EVENTS_MAX];
        struct case_file file;
        bool name_differs;         /* of what is opened next */
};

/*
 * Officers an, bo, hu; reviewer cui; superiors du, er; publisher fu: all of office `o`. Officer gu and superior ji
 * are of office `p`; xu has every role.
 */
struct told {
        const char *action;
        const char *day;           /* of every day field it does not name */
        const char *by, *second;   /* NULL: nobody confirms */
        const char *with;          /* `field=value;field=value;-field`: given so, or left out; NULL: nothing special */
};

/* A procedure of share/procedures by its id. */
void story_begin(struct story *ret, const char *id);
/* A procedure as JSON with ' for ". */
void story_begin_json(struct story *ret, const char *json);
void story_end(struct story *story);

/* Decides; nothing is taken. */
struct case_verdict story_try(struct story *story, struct told told);
/* Must be granted, and happens. */
struct case_verdict story_do(struct story *story, struct told told);
/* Must be refused so. `says`: the other action, the earliest day, the field at fault, or NULL; `article`: its end, or NULL. */
void story_refused(struct story *story, enum case_refusal refusal, const char *says, const char *article,
        struct told told);

/* ACTION, DAY, BY[, SECOND[, WITH]] */
#define TOLD_PADDED(action, day, by, second, with, ...) ((struct told){action, day, by, second, with})
#define TOLD(...) TOLD_PADDED(__VA_ARGS__, NULL, NULL, NULL)
#define DO(...) story_do(story, TOLD(__VA_ARGS__))
#define TRY(...) story_try(story, TOLD(__VA_ARGS__))
#define REFUSED(refusal, says, ...) story_refused(story, refusal, says, NULL, TOLD(__VA_ARGS__))
#define FORBIDDEN(refusal, says, article, ...) story_refused(story, refusal, says, article, TOLD(__VA_ARGS__))

/* samr-44 up to a notice served in person on 2026-03-04, whose hearing window ends on 2026-03-11. */
void story_serve(struct story *story, const char *path);
/* And all that a decision needs, on 2026-03-12. */
void story_prepare(struct story *story, const char *path);
/* And decided on 2026-03-12. */
void story_decide(struct story *story, const char *path);

/* `in-force 2026-03-12 2029-03-12; suspended ...`, `+` behind the word when published, `-` for no end; "" for none. */
void story_listings(const struct story *story, const char *wanted);
/* The day of a text; the test fails if it is none. */
struct day story_day(const char *text);
