/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/simulation.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum simulation_direction direction_of(const struct simulation *s, const char *before, const char *after)
{
        unsigned from = policy_scale_place(&s->scale_after, before);
        unsigned to = policy_scale_place(&s->scale_after, after);
        unsigned unrated = s->scale_after.count - 1;

        if (strcmp(before, after) == 0)
                return SIMULATION_STAYS;
        if (from >= unrated || to >= unrated)
                return SIMULATION_OTHER;
        return to < from ? SIMULATION_UP : SIMULATION_DOWN;
}

/* -------------------------------------------------------------------- rules */

static const struct grade_reason *first_of(const struct grade_outcome *outcome, enum grade_effect effect)
{
        for (uint32_t i = 0; i < outcome->count; i++)
                if (outcome->reasons[i].effect == effect)
                        return &outcome->reasons[i];
        return NULL;
}

static int64_t points_of(const struct grade_outcome *outcome, const char *rule)
{
        int64_t points = 0;

        for (uint32_t i = 0; i < outcome->count; i++)
                if (outcome->reasons[i].effect == GRADE_COUNTED && strcmp(outcome->reasons[i].rule, rule) == 0)
                        points += outcome->reasons[i].points;
        return points;
}

/* The rule of one outcome's reasons whose points differ most from the other's; `*most` is by how much. */
static void most_different(const struct grade_outcome *of, const struct grade_outcome *other, int64_t *most,
        const char **ret)
{
        for (uint32_t i = 0; i < of->count; i++) {
                int64_t difference;

                if (of->reasons[i].effect != GRADE_COUNTED)
                        continue;
                difference = points_of(of, of->reasons[i].rule) - points_of(other, of->reasons[i].rule);
                if (llabs(difference) > *most) {
                        *most = llabs(difference);
                        *ret = of->reasons[i].rule;
                }
        }
}

/* The band that a veto asks for. */
static unsigned band_of_veto(const struct policy *policy, const struct grade_reason *reason)
{
        for (unsigned i = 0; i < policy->repeats_count; i++)
                if (strcmp(policy->repeats[i].word, reason->rule) == 0)
                        return policy->repeats[i].band;
        return policy->veto;
}

/* The veto that holds an outcome below the grade of its score, of several the one that asks for the lowest; or NULL. */
static const struct grade_reason *veto_of(const struct policy *policy, const struct grade_outcome *outcome)
{
        unsigned lowest = outcome->score < 0 ? 0 : policy_band_of(policy, outcome->score);
        const struct grade_reason *veto = NULL;

        for (uint32_t i = 0; i < outcome->count && outcome->reasons[i].effect == GRADE_VETO; i++) {
                unsigned band = band_of_veto(policy, &outcome->reasons[i]);

                if (band <= lowest)
                        continue;
                veto = &outcome->reasons[i];
                lowest = band;
        }
        return veto;
}

/* Is the grade before the better one? Of a grade that the tried policy does not have nobody can say. */
static bool was_better(const struct simulation *s, const struct grade_outcome *before, const struct grade_outcome *after)
{
        return policy_scale_place(&s->scale_after, before->grade) < policy_scale_place(&s->scale_after, after->grade);
}

/* The veto that decides; NULL if none does. */
static const struct grade_reason *deciding_veto(const struct simulation *s, const struct grade_outcome *before,
        const struct grade_outcome *after)
{
        const struct grade_reason *was = veto_of(s->before, before), *is = veto_of(s->after, after);

        /* Who is vetoed is rated, with however few records. */
        if (before->score < 0)
                return first_of(after, GRADE_VETO);
        if (after->score < 0)
                return first_of(before, GRADE_VETO);
        if (policy_scale_place(&s->scale_after, before->grade) == s->scale_after.count)
                return is ? is : was;
        return was_better(s, before, after) ? is : was;
}

/* The grade of the gate that decides; NULL if none does. */
static const char *deciding_gate(const struct simulation *s, const struct grade_outcome *before,
        const struct grade_outcome *after)
{
        bool was = first_of(before, GRADE_LIFTED), is = first_of(after, GRADE_LIFTED);

        if (!was && !is)
                return NULL;
        if (strcmp(s->before->bands[policy_band_of(s->before, before->score)].grade,
                    s->after->bands[policy_band_of(s->after, after->score)].grade) != 0)
                return NULL;
        return was && (!is || was_better(s, before, after)) ? before->grade : after->grade;
}

static const char *deciding_points(const struct grade_outcome *before, const struct grade_outcome *after)
{
        const char *rule = "base";
        int64_t most = 0;

        if (before->score == after->score)
                return "bands";
        most_different(before, after, &most, &rule);
        most_different(after, before, &most, &rule);
        return rule;
}

static void decide_rule(const struct simulation *s, const struct grade_outcome *before,
        const struct grade_outcome *after, char ret[SIMULATION_RULE])
{
        const struct grade_reason *veto = deciding_veto(s, before, after);
        const char *gate;

        if (veto)
                snprintf(ret, SIMULATION_RULE, "%s", veto->rule);
        else if (before->score < 0 || after->score < 0)
                snprintf(ret, SIMULATION_RULE, "minimum");
        else if ((gate = deciding_gate(s, before, after)))
                snprintf(ret, SIMULATION_RULE, "gate.%s", gate);
        else
                snprintf(ret, SIMULATION_RULE, "%s", deciding_points(before, after));
}

/* ------------------------------------------------------------------- groups */

static struct simulation_group *group_of(struct simulation_groups *groups, struct slice name)
{
        size_t low = 0, high = groups->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                const char *there = groups->groups[middle].name;
                size_t length = strlen(there), least = length < name.length ? length : name.length;
                int order = least ? memcmp(there, name.data, least) : 0;

                if (order == 0)
                        order = (length > name.length) - (length < name.length);
                if (order == 0)
                        return &groups->groups[middle];
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        if (groups->count >= SIMULATION_GROUPS_MAX && !slice_equal(name, slice_text(SIMULATION_OTHERS)))
                return group_of(groups, slice_text(SIMULATION_OTHERS));
        if (groups->count == groups->room) {
                groups->room = groups->room ? 2 * groups->room : 64;
                groups->groups = must_resize(groups->groups, groups->room * sizeof(*groups->groups));
        }
        memmove(&groups->groups[low + 1], &groups->groups[low], (groups->count - low) * sizeof(*groups->groups));
        groups->groups[low] = (struct simulation_group){.name = must_alloc(name.length + 1)};
        if (name.length)
                memcpy(groups->groups[low].name, name.data, name.length);
        groups->groups[low].name[name.length] = '\0';
        groups->count++;
        return &groups->groups[low];
}

void simulation_init(struct simulation *simulation, const struct policy *before, const struct policy *after)
{
        *simulation = (struct simulation){.before = before, .after = after};
        policy_scale(before, &simulation->scale_before);
        policy_scale(after, &simulation->scale_after);
}

void simulation_done(struct simulation *simulation)
{
        for (unsigned g = 0; g < SIMULATION_GROUPINGS; g++) {
                for (size_t i = 0; i < simulation->groups[g].count; i++)
                        free(simulation->groups[g].groups[i].name);
                free(simulation->groups[g].groups);
        }
}

enum simulation_direction simulation_count(struct simulation *simulation, const struct grade_outcome *before,
        const struct grade_outcome *after, const struct slice names[SIMULATION_GROUPINGS], char ret_rule[SIMULATION_RULE])
{
        enum simulation_direction direction = direction_of(simulation, before->grade, after->grade);
        unsigned from = policy_scale_place(&simulation->scale_before, before->grade);
        unsigned to = policy_scale_place(&simulation->scale_after, after->grade);

        assert(from < simulation->scale_before.count && to < simulation->scale_after.count);
        simulation->total++;
        simulation->matrix[from][to]++;
        simulation->moves[direction]++;
        for (unsigned g = 0; g < SIMULATION_GROUPINGS; g++) {
                struct simulation_group *group = group_of(&simulation->groups[g], names[g]);

                group->total++;
                group->moves[direction]++;
                group->after[to]++;
        }
        if (direction != SIMULATION_STAYS)
                decide_rule(simulation, before, after, ret_rule);
        return direction;
}

const char *simulation_direction_word(enum simulation_direction direction)
{
        static const char *const words[] = {
                [SIMULATION_STAYS] = "stays",
                [SIMULATION_UP] = "up",
                [SIMULATION_DOWN] = "down",
                [SIMULATION_OTHER] = "other",
        };

        return words[direction];
}

const char *simulation_grouping_word(enum simulation_grouping grouping)
{
        static const char *const words[] = {
                [SIMULATION_BY_KIND] = "kind",
                [SIMULATION_BY_TOWNSHIP] = "township",
                [SIMULATION_BY_INDUSTRY] = "industry",
        };

        return words[grouping];
}
