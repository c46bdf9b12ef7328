/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a recalculation evaluates: enterprises page by page in the order of their subjects, and which of them are due. A page
 * is read in one snapshot that is short, so that no old row is kept alive for it, and knows the ledger's serial it saw.
 */
#pragma once

#include "registry/store/copy_out.h"
#include "registry/store/recalc_load.h"

/* Ascending. */
struct recalc_subjects {
        char (*items)[RECALC_SUBJECT];
        size_t count, room;
};

void recalc_subjects_done(struct recalc_subjects *subjects);

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

/* -------------------------------------------------------------- what is due */

/* What is due on a day. */
struct recalc_due {
        struct recalc_activation activation;
        struct day day;
        struct day since; /* what was due by then has been dealt with; DAY_NONE */
};

#define RECALC_DUE_MAX 100000u
/* The first so many of them behind `after`, so that what is due is looked for a few times only, however many pages it has. */
bool recalc_read_due(struct link *link, const struct recalc_due *due, const char *after, struct recalc_subjects *ret,
        struct fault *why) MUST_CHECK;
