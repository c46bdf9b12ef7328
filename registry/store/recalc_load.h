/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a recalculation must know before it begins: the policy, what earlier runs did, where the key space may be split.
 *
 * Subjects are nine digits and capitals, which every collation the database may have orders as their octets do; that it
 * does is checked of each row. '~' is behind them all, here and where octets are compared, and is never compared elsewhere.
 */
#pragma once

#include "registry/core/policy.h"
#include "registry/core/run_header.h"
#include "registry/store/link.h"

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

void recalc_ranges_add(struct recalc_ranges *ranges, const char *after, const char *last);
void recalc_ranges_done(struct recalc_ranges *ranges);

/* A query's one row of one serial; the query is consumed. */
bool recalc_load_serial(struct link *link, struct query *query, uint64_t *ret, struct fault *why) MUST_CHECK;
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
