/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Publicity: until which day a penalty may be shown and used, by the regime in force on the day it was
 * decided. Regimes replace each other (SAMR Order 45, then 107, then NDRC Order 36), and each counts in its
 * own way, so they are a table, data with sources, and a decision keeps the regime of its day.
 *
 * The table gives the longest term a regime allows. Repair and early stop are decisions of their own, with
 * their own papers. A kind that a regime does not publish at all has no term, and no end is computed from it:
 * how long such a record counts is the policy's to say (core/policy, fallback).
 */
#pragma once

#include "registry/core/calendar.h"
#include "registry/core/document.h"
#include "registry/core/record_kind.h"

#define PUBLICITY_REGIMES_MAX 16u

struct publicity_regime {
        struct day from;
        struct day to;            /* the last day; DAY_NONE: still in force */
        uint8_t publication_days; /* counted from publicity: the last day on which a decision is published */
        uint16_t months[PENALTY_KINDS]; /* by kind; 0: not published */
};

struct publicity {
        unsigned count;
        struct publicity_regime regimes[PUBLICITY_REGIMES_MAX]; /* ascending, without overlap */
};

/* Reads share/publicity.json. False with the first error, `ret` untouched then. */
bool publicity_parse(struct slice json, struct publicity *ret, struct document_error *ret_error) MUST_CHECK;

/*
 * The end: the first day on which the record is no longer shown. Of several kinds in one decision the longest
 * term counts. DAY_NONE when no regime covers the day, or none of the kinds is published.
 */
struct day publicity_end(const struct publicity *publicity, struct day decided_on, uint16_t kinds);
