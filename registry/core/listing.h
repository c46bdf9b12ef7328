/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Whether an enterprise is listed on a day, from the times in its packed inputs. "Listed now" is never stored:
 * it is computed from days, so that no job has to run for a listing to begin or end.
 */
#pragma once

#include "registry/core/inputs.h"
#include "registry/core/statement.h"

struct listing_state {
        enum statement_listing listing; /* never NONE */
        struct day since;               /* DAY_NONE when not listed */
        struct day until;               /* the first day it is over; DAY_NONE while open or not listed */
        struct day next_change;         /* the first day after on which any of this differs; DAY_NONE: never */
        bool is_published;              /* false when not listed */
};

/*
 * Of several times that hold on the day the gravest speaks: in force, then suspended, then unknown (a source that
 * was not read in time may have listed), then quashed; of equally grave ones the first that began. It is published
 * if any of the equally grave is. A quashed one is said while its term would have run, for who asks may have seen
 * it listed.
 */
void listing_on(const struct grade_inputs *inputs, struct day day, struct listing_state *ret);
