/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A simulation: what another policy would make of the population, before anybody is graded by it. Each enterprise is
 * evaluated under the policy in force and under the other one, for one day; counted is who has which grade and would
 * have which, in all and by kind of enterprise, township and industry; and of each one who would move, the rule that
 * decides it. Pure: it counts what it is given.
 */
#pragma once

#include "registry/core/grade.h"

#define SIMULATION_RULE (POLICY_ID + 16)
#define SIMULATION_GROUPS_MAX 4096 /* of a grouping: an import may bring a word of its own for everybody */
#define SIMULATION_OTHERS "(other)" /* all that come once there are so many */

enum simulation_direction {
        SIMULATION_STAYS = 0,
        SIMULATION_UP,    /* both grades are the other policy's, and the new one is the better */
        SIMULATION_DOWN,
        SIMULATION_OTHER, /* to or from unrated, or from a grade that the other policy does not have */
};

enum simulation_grouping {
        SIMULATION_BY_KIND = 0,
        SIMULATION_BY_TOWNSHIP,
        SIMULATION_BY_INDUSTRY,
};
#define SIMULATION_GROUPINGS 3

/* One kind, township or industry. */
struct simulation_group {
        char *name;
        uint64_t total;
        uint64_t moves[SIMULATION_OTHER + 1];
        uint64_t after[POLICY_GRADES_MAX]; /* by place on the other policy's scale */
};

struct simulation_groups {
        size_t count, room;
        struct simulation_group *groups; /* ascending by name; one more than the most with SIMULATION_OTHERS */
};

struct simulation {
        const struct policy *before, *after;
        struct policy_scale scale_before, scale_after;
        uint64_t total;
        uint64_t matrix[POLICY_GRADES_MAX][POLICY_GRADES_MAX]; /* [before][after] */
        uint64_t moves[SIMULATION_OTHER + 1];
        struct simulation_groups groups[SIMULATION_GROUPINGS];
};

/* The policies must outlive it. */
void simulation_init(struct simulation *simulation, const struct policy *before, const struct policy *after);
void simulation_done(struct simulation *simulation);

/*
 * Counts one enterprise by its two outcomes of the same inputs and day. `names` are its kind, township and industry. If it
 * would move, `ret_rule` is set to what decides it, the first of these: a veto or `minimum` where only one policy rates it; the veto that
 * holds the lower of both grades below that of its score; the gate that lifts it, of two the better one, if the score has
 * the same grade under both; the rule whose points differ most, `base`, or `bands` where the same score has another grade.
 */
enum simulation_direction simulation_count(struct simulation *simulation, const struct grade_outcome *before,
        const struct grade_outcome *after, const struct slice names[SIMULATION_GROUPINGS], char ret_rule[SIMULATION_RULE]);

/* `stays`, `up`, `down`, `other`; `kind`, `township`, `industry`. */
const char *simulation_direction_word(enum simulation_direction direction);
const char *simulation_grouping_word(enum simulation_grouping grouping);
