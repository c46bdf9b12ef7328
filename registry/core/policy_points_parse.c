/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/policy_reading.h"

/* In the order of policy_tier's two tables. */
static const enum penalty_kind amount_kinds[2] = {PENALTY_FINE, PENALTY_CONFISCATION};

/* Findings that a policy need not speak of: they cost nothing then. */
static const enum record_type other_findings[] = {
        RECORD_RECALL, RECORD_COMPLAINT, RECORD_ACCIDENT, RECORD_BREACH, RECORD_ACCEPTANCE, RECORD_INSPECTION,
};

#define OTHER_FINDINGS (sizeof(other_findings) / sizeof(other_findings[0]))

static void read_findings(const struct place *deductions, enum record_type type, struct policy *p)
{
        struct place findings = place_object(deductions, record_type_word(type));

        place_only(&findings, KEYS("ordinary", "serious"));
        for (enum severity s = SEVERITY_ORDINARY; s <= SEVERITY_SERIOUS; s++)
                p->points[policy_rule_finding(type, s)] =
                        place_integer(&findings, severity_word(s), 0, POLICY_POINTS_MAX);
}

static void list_penalty_words(const char *ret[PENALTY_KINDS + 1])
{
        for (unsigned kind = 0; kind < PENALTY_KINDS; kind++)
                ret[kind] = penalty_kind_word((enum penalty_kind)kind);
        ret[PENALTY_KINDS] = NULL;
}

static void read_penalties(const struct place *deductions, struct policy *p)
{
        struct place penalty = place_object(deductions, "penalty");
        const char *words[PENALTY_KINDS + 1];

        list_penalty_words(words);
        for (unsigned kind = 0; kind < PENALTY_KINDS; kind++)
                p->points[POLICY_RULE_PENALTY(kind)] = place_integer(&penalty, words[kind], 0, POLICY_POINTS_MAX);
        place_only(&penalty, words);
}

/* A kind costs the same when it is serious, unless the document says more. */
static void read_serious_penalties(const struct place *deductions, struct policy *p)
{
        const char *words[PENALTY_KINDS + 1];
        struct place serious;

        for (unsigned kind = 0; kind < PENALTY_KINDS; kind++)
                p->points[POLICY_RULE_SERIOUS_PENALTY(kind)] = p->points[POLICY_RULE_PENALTY(kind)];
        if (!place_has(deductions, "serious_penalty"))
                return;
        list_penalty_words(words);
        serious = place_object(deductions, "serious_penalty");
        place_only(&serious, words);
        for (unsigned kind = 0; kind < PENALTY_KINDS; kind++) {
                int32_t *points = &p->points[POLICY_RULE_SERIOUS_PENALTY(kind)];

                if (!place_has(&serious, words[kind]))
                        continue;
                *points = place_integer(&serious, words[kind], 0, POLICY_POINTS_MAX);
                if (*points < p->points[POLICY_RULE_PENALTY(kind)])
                        place_refuse(&serious, words[kind], DOCUMENT_VALUE, "less than the same costs otherwise");
        }
}

/* More money never costs fewer points. */
static void read_tiers(const struct place *amounts, unsigned table, struct policy *p)
{
        enum penalty_kind kind = amount_kinds[table];
        struct place tiers = place_array(amounts, penalty_kind_word(kind), 1, POLICY_TIERS_MAX);
        size_t count = place_count(&tiers);

        for (size_t i = 0; i < count; i++) {
                struct place at = place_item(&tiers, i);
                struct policy_tier *tier = &p->tiers[table][i];
                const struct policy_tier *before = i > 0 ? tier - 1 : NULL;

                place_only(&at, KEYS("from_yuan", "points"));
                tier->from_fen = (int64_t)place_integer(&at, "from_yuan", 1, POLICY_YUAN_MAX) * 100;
                tier->points = place_integer(&at, "points", 1, POLICY_POINTS_MAX);
                if (before && tier->from_fen <= before->from_fen)
                        place_refuse(&at, "from_yuan", DOCUMENT_VALUE, "must be more than in the one before");
                if (before && tier->points <= before->points)
                        place_refuse(&at, "points", DOCUMENT_VALUE, "must be more than in the one before");
                if (tier->points < p->points[POLICY_RULE_PENALTY(kind)])
                        place_refuse(&at, "points", DOCUMENT_VALUE, "less than the kind costs at any amount");
        }
        p->tiers_count[table] = (unsigned)count;
}

static void read_amounts(const struct place *deductions, struct policy *p)
{
        struct place amounts;

        if (!place_has(deductions, "amounts"))
                return;
        amounts = place_object(deductions, "amounts");
        place_only(&amounts, KEYS(penalty_kind_word(amount_kinds[0]), penalty_kind_word(amount_kinds[1])));
        for (unsigned table = 0; table < 2; table++)
                if (place_has(&amounts, penalty_kind_word(amount_kinds[table])))
                        read_tiers(&amounts, table, p);
}

void policy_read_deductions(const struct place *root, struct policy *p)
{
        struct place deductions = place_object(root, "deductions");

        place_only(&deductions, KEYS("penalty", "serious_penalty", "amounts", "sampling", "recall", "complaint",
                "accident", "breach", "acceptance", "inspection"));
        read_penalties(&deductions, p);
        read_serious_penalties(&deductions, p);
        read_amounts(&deductions, p);
        read_findings(&deductions, RECORD_SAMPLING, p);
        for (size_t i = 0; i < OTHER_FINDINGS; i++)
                if (place_has(&deductions, record_type_word(other_findings[i])))
                        read_findings(&deductions, other_findings[i], p);
        p->heaviest_per_case = place_boolean(root, "heaviest_per_case");
}
