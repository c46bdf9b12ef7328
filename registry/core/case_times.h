/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The times in which a case lists, reckoned from its events' effects. Internal to the core; others have
 * case_listings(). When a listing begins, ends and is quashed follows the order in which that was done; stays are
 * intervals of their days, and of the days on which the source was seen the last one counts, whatever the order they
 * were written down in. The times are then cut from all that, so that two effects on one day never give an empty or a
 * doubled time.
 */
#pragma once

#include "registry/core/case_past.h"

/* From what began a listing to the day on which it was over, by whatever came first: its term, removal, quashing. */
struct case_life {
        struct day from;
        struct day over;        /* DAY_NONE without end */
};

struct case_times {
        size_t count;
        struct grade_listing listings[CASE_LISTINGS_MAX];
        bool is_full;           /* more than fit, or may become so by nothing but resuming and reading the source */
        bool is_stayed;         /* a stay has not been ended yet */
        bool is_quashed;        /* the last decision has been: nothing it listed is restored */
        size_t life_count;
        struct case_life lives[CASE_EVENTS_MAX];
        struct day term_end;    /* of the last: the first day it is over, DAY_NONE without end */
};

void case_times_reckon(const struct case_file *file, struct case_times *ret);
/* In force on that day, neither suspended nor unknown? */
bool case_times_in_force(const struct case_times *times, struct day day);
/* Decided and neither ended, quashed nor expired on that day? Suspended and unknown count. */
bool case_times_listed(const struct case_times *times, struct day day);
/*
 * Has it listed, and is every listing over by that day, one restored later too? What follows an ending, such as
 * stopping the display, is of all that is said as soon as it is recorded, whatever its day.
 */
bool case_times_ended(const struct case_times *times, struct day day);
/* The first day from `day` on on which it has; DAY_NONE when there is none. */
struct day case_times_end_after(const struct case_times *times, struct day day);
