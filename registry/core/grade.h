/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A grade: what a policy makes of an enterprise's inputs on a day. A pure
 * function of the three, in whole points, whatever order the records are in, so
 * that the registry, a bulk run and a reader at home come to the same outcome.
 *
 * score = the policy's base less the points of the heaviest counting record of
 * each case, never below 0. A record counts from the day of its decision until
 * its publicity ends (or as the policy's window says): after that it is neither
 * shown nor used (NDRC Order 36 art. 3). The score finds a band; a listing in
 * force and a repeat rule hold the grade down; a gate may lift it. With too few
 * records ever an enterprise is unrated: no record is no proof of trust.
 *
 * One negative record more never makes a grade better, one less never worse: of
 * gates of one band the earlier is the better, and `unrated` is neither better
 * nor worse than a grade, since a file can get its first with any record.
 *
 * An outcome says when it ends: `next_change` is the first day on which, with
 * the same inputs, anything in it differs. So nobody has to ask every day.
 */
#pragma once

#include <stdint.h>

#include "registry/base/bytes.h"
#include "registry/core/calendar.h"
#include "registry/core/inputs.h"
#include "registry/core/policy.h"

#define GRADE_REASONS_MAX (GRADE_RECORDS_MAX + GRADE_LISTINGS_MAX + POLICY_REPEATS_MAX + 1)
#define GRADE_REASONS_TEXT 600 /* octets of the line of reasons */

enum grade_effect {
        GRADE_VETO = 1,   /* a listing in force, or a repeat rule that holds the grade down */
        GRADE_LIFTED,     /* a gate holds */
        GRADE_COUNTED,    /* a record takes its points off the score */
        GRADE_SUPERSEDED, /* it would, but a heavier one of its case counts */
        GRADE_EXPIRED,    /* it did once, and is shown to nobody: inputs_reduce() leaves its record out */
};

struct grade_reason {
        enum grade_effect effect;
        const char *rule;   /* `penalty.fine`, `listing`, `gate`: a constant; of a repeat rule its word in `policy` */
        uint32_t ordinal;   /* of the record; 0 if it is none */
        uint64_t case_ref;
        int32_t points;     /* of the record, whether they are taken off or not */
        struct day until;   /* the first day it has no effect; DAY_NONE if it is open, or of a gate */
};

struct grade_outcome {
        char grade[GRADE_TEXT];
        int32_t score;          /* -1 when unrated */
        struct day next_change; /* DAY_NONE if it stays so for ever */
        uint32_t count;
        /* Listings and repeat rules, or the gate; then records still in time by falling points, then the expired; each once. */
        struct grade_reason reasons[GRADE_REASONS_MAX];
};

/* `inputs` must be valid but for their order; `today` must be a valid day. Sets every field of `ret`. */
void grade_evaluate(const struct policy *policy, const struct grade_inputs *inputs, struct day today,
        struct grade_outcome *ret);

/*
 * Appends the reasons in effect as one line of at most GRADE_REASONS_TEXT
 * octets, `penalty.fine -10 until 2027-07-17; ...`, ending in `; ... and N more`
 * if not all fit. Nothing if there is none. What is superseded or expired is
 * left out, so that base and points give the score.
 */
void grade_reasons_format(const struct grade_outcome *outcome, struct buffer *to);

/* `veto`, `lifted`, `counted`, `superseded`, `expired`. */
const char *grade_effect_word(enum grade_effect effect);
