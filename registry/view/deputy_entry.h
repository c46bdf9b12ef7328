/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Whom a person stands in for, as the follower keeps it in the view under the deputy's id: what two administrators
 * signed, with its days.
 *
 *     deputy   varint count (not 0): each counted person id, signed varint from, varint to - from
 */
#pragma once

#include "registry/base/arena.h"
#include "registry/core/calendar.h"

#define VIEW_DEPUTY_MAX 1024u /* times one person may still have before them; those past are dropped as others come */

struct view_deputy_time {
        const char *person_id; /* who is away */
        struct day from, to;   /* first and last day */
};

struct view_deputy {
        size_t count;
        struct view_deputy_time *times; /* in the order in which they were granted */
};

/* Only one that has times, each with a person and days in order, may be encoded. */
bool view_deputy_is_valid(const struct view_deputy *deputy);
void view_deputy_encode(struct buffer *to, const struct view_deputy *deputy);
/* Texts and times live in `arena`. */
bool view_deputy_decode(struct slice value, struct arena *arena, struct view_deputy *ret) MUST_CHECK;
