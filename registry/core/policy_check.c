/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/policy_reading.h"

#include <stdio.h>

/* A place inside the object's array `key`, for an error. */
static struct place item_of(const struct place *at, const char *key, unsigned index)
{
        struct place array = place_array(at, key, 0, SIZE_MAX);

        return place_item(&array, index);
}

/* ---------------------------------------------------------------- bands */

/* What one record can cost. */
struct prices {
        int32_t points[POLICY_RULES + 2 * POLICY_TIERS_MAX];
        size_t count;
};

static void list_prices(const struct policy *p, struct prices *ret)
{
        ret->count = 0;
        for (unsigned rule = 0; rule < POLICY_RULES; rule++)
                if (p->points[rule] > 0)
                        ret->points[ret->count++] = p->points[rule];
        for (unsigned table = 0; table < 2; table++)
                for (unsigned i = 0; i < p->tiers_count[table]; i++)
                        ret->points[ret->count++] = p->tiers[table][i].points;
}

/* Can records of so many cases as one likes cost that much together? `sums` holds the answers below it. */
static bool is_sum(const struct prices *prices, const bool *sums, int32_t sum)
{
        for (size_t i = 0; i < prices->count; i++)
                if (prices->points[i] <= sum && sums[sum - prices->points[i]])
                        return true;
        return sum == 0;
}

/* The bands of every score that there can be. */
static uint32_t scored_bands(const struct policy *p)
{
        bool sums[POLICY_POINTS_MAX + 1];
        struct prices prices;
        uint32_t scored = 0;

        list_prices(p, &prices);
        for (int32_t sum = 0; sum <= p->base; sum++) {
                sums[sum] = is_sum(&prices, sums, sum);
                if (sums[sum])
                        scored |= 1u << policy_band_of(p, p->base - sum);
        }
        /* What costs anything costs more than the base when it is there often enough. */
        if (prices.count > 0)
                scored |= 1u << (p->bands_count - 1);
        return scored;
}

static void check_bands(const struct place *root, const struct policy *p, uint32_t scored)
{
        uint32_t reached = scored;

        if (p->has_veto)
                reached |= 1u << p->veto;
        for (unsigned i = 0; i < p->repeats_count; i++)
                reached |= 1u << p->repeats[i].band;
        for (unsigned i = 0; i < p->bands_count; i++) {
                struct place at = item_of(root, "bands", i);

                if (!(reached & 1u << i))
                        place_refuse(&at, "min", DOCUMENT_VALUE,
                                "no sum of deductions leads to a score of this band, and no veto to its grade");
        }
}

/* ---------------------------------------------------------------- gates */

static bool costs_points(const struct policy *p, enum record_type type)
{
        if (record_type_is_finding(type))
                return p->points[policy_rule_finding(type, SEVERITY_ORDINARY)] > 0 ||
                       p->points[policy_rule_finding(type, SEVERITY_SERIOUS)] > 0;
        for (unsigned kind = 0; kind < PENALTY_KINDS && type == RECORD_PENALTY; kind++)
                if (p->points[POLICY_RULE_SERIOUS_PENALTY(kind)] > 0)
                        return true;
        return type == RECORD_PENALTY && (p->tiers_count[0] > 0 || p->tiers_count[1] > 0);
}

/* The months after which nothing that costs points counts any more; INT32_MAX if its publicity alone ends it. */
static int32_t longest_window(const struct policy *p)
{
        int32_t longest = 0;

        for (enum record_type type = RECORD_PENALTY; type <= RECORD_TYPE_LAST; type++) {
                int32_t months = p->window == POLICY_MONTHS ? p->window_months : INT32_MAX;

                if (p->type_months[type])
                        months = p->type_months[type];
                if (costs_points(p, type) && months > longest)
                        longest = months;
        }
        return longest;
}

static int32_t least(int32_t a, int32_t b)
{
        return a < b ? a : b;
}

/* Does every file for which `late` holds let `early` hold as well? */
static bool is_implied(const struct policy_gate *early, const struct policy_gate *late, int32_t window)
{
        return early->of == late->of && (early->certificates & ~late->certificates) == 0 &&
               early->held_months <= late->held_months &&
               least(early->months_without_deduction, window) <= least(late->months_without_deduction, window);
}

static void check_gate(const struct place *at, const struct policy *p, unsigned index, uint32_t scored, int32_t window)
{
        const struct policy_gate *gate = &p->gates[index];
        char reason[80];

        if (!(scored & 1u << gate->of))
                place_refuse(at, "of", DOCUMENT_VALUE, "no score falls into that band");
        if (gate->of > 0 && gate->months_without_deduction >= window)
                place_refuse(at, "months_without_deduction", DOCUMENT_VALUE,
                        "a file of that band has a deduction that counts, and none counts for longer");
        for (unsigned i = 0; i < index; i++) {
                snprintf(reason, sizeof(reason), "where it holds, the gate of %s before it does", p->gates[i].grade);
                if (is_implied(&p->gates[i], gate, window))
                        place_refuse(at, "grade", DOCUMENT_VALUE, reason);
        }
}

/* ---------------------------------------------------------------- repeats */

/* Where `narrow` holds, does `wide`, and hold the grade as low? */
static bool is_covered(const struct policy_repeat *narrow, const struct policy_repeat *wide)
{
        return (narrow->types & ~wide->types) == 0 && wide->count <= narrow->count && wide->months >= narrow->months &&
               (wide->severity == SEVERITY_NONE || narrow->severity == SEVERITY_SERIOUS) && wide->band >= narrow->band;
}

static void check_repeat(const struct place *at, const struct policy *p, unsigned index)
{
        const struct policy_repeat *repeat = &p->repeats[index];
        char reason[80];

        for (unsigned i = 0; i < p->repeats_count; i++) {
                const struct policy_repeat *other = &p->repeats[i];

                if (i == index || !is_covered(repeat, other) || (i > index && is_covered(other, repeat)))
                        continue;
                snprintf(reason, sizeof(reason), "where it holds, %s does, and as low", other->word);
                place_refuse(at, "id", DOCUMENT_VALUE, reason);
        }
}

void policy_check(const struct place *root, const struct policy *p)
{
        struct place veto = place_object(root, "veto");
        uint32_t scored = scored_bands(p);
        int32_t window = longest_window(p);

        check_bands(root, p, scored);
        for (unsigned i = 0; i < p->gates_count; i++) {
                struct place at = item_of(root, "gates", i);

                check_gate(&at, p, i, scored, window);
        }
        for (unsigned i = 0; i < p->repeats_count; i++) {
                struct place at = item_of(&veto, "repeats", i);

                check_repeat(&at, p, i);
        }
}
