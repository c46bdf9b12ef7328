/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Makes reports (core/report) of one state of the registry: which there are, by which dimensions, and the day they are of.
 * A year's report is of its last day, the present year's of today; what is known is what the registry knows now, so a year
 * that is over can be reported again with what was filed since.
 */
#pragma once

#include "registry/core/report.h"
#include "registry/core/report_config.h"
#include "registry/store/link.h"

#define REPORT_DIMENSIONS_MAX 6

struct report_request {
        const struct report_kind *kind;
        const char *by;
        const char *township; /* NULL: all */
        int32_t year;
        struct day today;
        const struct report_config *config;
};

/* What a report is made with, in the snapshot it is of. */
struct report_making {
        const struct report_request *request;
        struct link *link;
        struct policy *policy; /* in force */
        int32_t first_year;    /* the first with data */
        struct report *report;
};

struct report_kind {
        const char *word;
        const char *zh, *en;
        const char *by[REPORT_DIMENSIONS_MAX]; /* the first is the usual one; ends with NULL */
        const char *types;                     /* of the records it is about, as an array of the database's */
        bool (*make)(struct report_making *making, struct fault *why);
};

extern const struct report_kind report_kinds[];
extern const unsigned report_kinds_count;

/* NULL if there is none of that name. */
const struct report_kind *report_kind_find(const char *word);
bool report_kind_has(const struct report_kind *kind, const char *by);

/*
 * FAULT_INPUT: there is nothing of the year or the township. Initialises `ret` in either case. The link must be in no
 * transaction, and is in none afterwards.
 */
bool report_make(struct link *link, const struct report_request *request, struct report *ret, struct fault *why) MUST_CHECK;

/* ------------------------------------------------- for the functions that make one */

/* The year's last day, or today. */
struct day report_day_of(const struct report_request *request, int32_t year);
/* The row, with words for people where the key is one of the registry's. FAULT_LIMIT: there are too many. */
bool report_make_row(struct report_making *making, struct slice key, struct report_row **ret, struct fault *why) MUST_CHECK;
/* Columns for a target and whether it is reached. */
void report_add_target_columns(struct report *report);
/* Fills them, the first of them being `column`, for a share. */
void report_meet(const struct report_making *making, struct report_row *row, unsigned share, unsigned column,
        const char *indicator, int32_t year);
/* One definition a target of the request's year, or of all years up to it, whose indicator begins so. */
void report_define_targets(struct report_making *making, const char *indicator);

/* The kinds. */
bool report_make_grades(struct report_making *making, struct fault *why) MUST_CHECK;
bool report_make_certificates(struct report_making *making, struct fault *why) MUST_CHECK;
bool report_make_food(struct report_making *making, struct fault *why) MUST_CHECK;
bool report_make_sampling(struct report_making *making, struct fault *why) MUST_CHECK;
bool report_make_brands(struct report_making *making, struct fault *why) MUST_CHECK;
