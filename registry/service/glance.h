/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A worker's look at the view: opens it when it can be opened, opens it anew when the follower has put
 * another generation in its place, and never holds a read transaction beyond the caller's own lines.
 */
#pragma once

#include "registry/core/policy.h"
#include "registry/view/view.h"

struct glance {
        char *directory;
        struct view *view;
        int64_t checked_ms; /* CLOCK_BOOTTIME of the last look at which generation is current */
};

void glance_init(struct glance *glance, const char *directory);
void glance_done(struct glance *glance);

/* Begins a read transaction of the current view; FAULT_VIEW when there is none. End it with glance_end. */
bool glance_begin(struct glance *glance, struct fault *why) MUST_CHECK;
void glance_end(struct glance *glance);
/* Between the two: the policy in force, by which a record is over or not. */
bool glance_policy(struct glance *glance, struct policy *ret, struct fault *why) MUST_CHECK;
/* Only what the view says about itself, in a transaction of its own. */
bool glance_meta(struct glance *glance, struct view_meta *ret, struct fault *why) MUST_CHECK;

/* How old the view's data is, by CLOCK_BOOTTIME. */
int64_t glance_age_ms(const struct view_meta *meta);

/* Has the view this serial? False also when it cannot be read. */
bool glance_has(struct glance *glance, uint64_t serial);
