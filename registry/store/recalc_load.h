/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a recalculation reads: the policy, what earlier runs did, where the key space may be split, and enterprises page
 * by page in the order of their subjects. A page is read in one snapshot that is short, so that no old row is kept alive
 * for it, and knows the ledger's serial it saw.
 *
 * Subjects are nine digits and capitals, which every collation the database may have orders as their octets do; that it
 * does is checked of each row. '~' is behind them all, here and where octets are compared, and is never compared elsewhere.
 */
#pragma once

#include "registry/core/policy.h"
#include "registry/core/run_header.h"
#include "registry/store/copy_out.h"

#define RECALC_SUBJECT 10 /* and its NUL */
#define RECALC_FIRST ""
#define RECALC_LAST "~"

/* Behind `after`, up to `last`. */
struct recalc_range {
        char after[RECALC_SUBJECT];
        char last[RECALC_SUBJECT];
};

struct recalc_ranges {
        struct recalc_range *items;
        size_t count, room;
};

/* Ascending. */
struct recalc_subjects {
        char (*items)[RECALC_SUBJECT];
        size_t count, room;
};

void recalc_ranges_add(struct recalc_ranges *ranges, const char *after, const char *last);
void recalc_ranges_done(struct recalc_ranges *ranges);
void recalc_subjects_done(struct recalc_subjects *subjects);

/* The database's clock: entries have their time from it, and who runs a recalculation may be on any machine. */
bool recalc_load_now(struct link *link, int64_t *ret_ms, struct fault *why) MUST_CHECK;

/* ---------------------------------------------------------------- policies */

struct recalc_activation {
        uint64_t serial;
        uint8_t policy_hash[32];
        uint64_t run_serial; /* 0: the founding's, no run */
        uint64_t through;    /* of that run */
        struct day day;      /* of that run; DAY_NONE */
};

bool recalc_load_activation(struct link *link, struct recalc_activation *ret, struct fault *why) MUST_CHECK;
/* FAULT_INPUT if there is no such policy. */
bool recalc_load_policy(struct link *link, const uint8_t hash[32], struct policy *ret, struct fault *why) MUST_CHECK;
bool recalc_load_policy_named(
        struct link *link, struct slice id, int64_t version, struct policy *ret, struct fault *why) MUST_CHECK;

/* -------------------------------------------------------------------- runs */

struct recalc_known {
        uint64_t serial; /* of its beginning; 0: there is none */
        char run[RUN_ID_TEXT];
        char person[33];
        uint8_t certificate[32]; /* with which its beginning was signed, and everything of it is */
        int64_t at_ms;           /* of its beginning */
        uint8_t policy_hash[32];
        struct day day;
        bool is_shadow, only_due, is_ended;
        uint64_t through; /* of an ended shadow run */
        uint64_t evaluated, changed;
        uint64_t chunks;
};

/* The newest recalculation, of whatever kind, or the newest shadow run. */
bool recalc_load_newest(struct link *link, bool only_shadow, struct recalc_known *ret, struct fault *why) MUST_CHECK;
/*
 * The newest without an end that may be gone on with: a shadow run, or one in place under the policy in force. One that was
 * left (another began, other than for what is due) is none, nor is one over what is due before another such one.
 */
bool recalc_load_unfinished(struct link *link, struct recalc_known *ret, struct fault *why) MUST_CHECK;
bool recalc_load_run(struct link *link, const char *run, struct recalc_known *ret, struct fault *why) MUST_CHECK;
/* What it has not evaluated yet, ascending. */
bool recalc_load_gaps(struct link *link, const char *run, struct recalc_ranges *ret, struct fault *why) MUST_CHECK;
/* Numbers below its highest chunk's that no chunk has, as many as there is room for. */
bool recalc_load_free_chunks(
        struct link *link, const char *run, int32_t *ret, size_t room, size_t *ret_count, struct fault *why) MUST_CHECK;
/* The serial all of its ranges have seen at least. */
bool recalc_load_through(struct link *link, const char *run, uint64_t *ret, struct fault *why) MUST_CHECK;
/* Has any enterprise changed behind that serial? */
bool recalc_load_is_changed(struct link *link, uint64_t through, bool *ret, struct fault *why) MUST_CHECK;
/* The last day that a recalculation in place under the policy in force, since it is, has ended for; DAY_NONE: there is none. */
bool recalc_load_since(
        struct link *link, const struct recalc_activation *held, struct day *ret, struct fault *why) MUST_CHECK;

/* About how many enterprises there are, as far as it is known without counting them. */
bool recalc_load_population(struct link *link, uint64_t *ret, struct fault *why) MUST_CHECK;
/* Subjects that split the key space into about so many parts alike in size, ascending; `last` of each but the last part. */
bool recalc_load_bounds(struct link *link, unsigned parts, struct recalc_ranges *ret, struct fault *why) MUST_CHECK;

/* ------------------------------------------------------------------- pages */

enum recalc_source {
        RECALC_ALL = 1,     /* of a shadow run: every enterprise, with the standing's own outcome */
        RECALC_CHANGED,     /* of a shadow run: who changed behind `through`, unless its outcome is there already */
        RECALC_LIVE,        /* in place: every enterprise, with the outcome that holds */
        RECALC_DUE,         /* in place: of `subjects` whose outcome ends by the day or is not of the policy in force */
};

struct recalc_reading {
        enum recalc_source source;
        struct recalc_range range;           /* not of DUE */
        unsigned limit;                      /* not of DUE */
        char (*subjects)[RECALC_SUBJECT];    /* DUE: ascending */
        size_t subjects_count;
        uint64_t run_serial;                 /* CHANGED */
        uint64_t through;                    /* CHANGED */
        struct recalc_activation activation; /* LIVE, DUE */
        struct day day;                      /* DUE */
};

/* What is due on a day. */
struct recalc_due {
        struct recalc_activation activation;
        struct day day;
        struct day since; /* what was due by then has been dealt with; DAY_NONE */
};

#define RECALC_DUE_MAX 100000u
/* The first so many of them behind `after`, so that what is due is looked for a few times only, however many pages it has. */
bool recalc_load_due(struct link *link, const struct recalc_due *due, const char *after, struct recalc_subjects *ret,
        struct fault *why) MUST_CHECK;

struct recalc_party {
        char subject[RECALC_SUBJECT];
        uint64_t version;
        struct slice inputs; /* until the next one */
        char grade[GRADE_TEXT];
        int32_t score; /* -1 when unrated */
        struct day next_change;
        struct day graded_on; /* in place: evaluated for this day under the policy in force; DAY_NONE: under another one */
};

typedef bool (*recalc_party_fn)(void *closure, const struct recalc_party *party, struct fault *why);

/* `*ret_count` rows were told, by ascending subject, as of the ledger's serial `*ret_through`. */
bool recalc_read(struct link *link, const struct recalc_reading *reading, recalc_party_fn each, void *closure,
        uint64_t *ret_count, uint64_t *ret_through, struct fault *why) MUST_CHECK;
