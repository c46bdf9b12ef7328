/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Policies: what is refused says where and why, on a line of the text; what is sound gives every score a grade, and no
 * rule in it costs less when it is worse.
 */
#include "registry/core/policy.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/document_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
        if (!holds)
                abort();
}

static void check_refusal(struct slice json, const struct document_error *error)
{
        unsigned lines = 1;

        for (size_t i = 0; i < json.length; i++)
                lines += json.data[i] == '\n';
        must(error->flaw != DOCUMENT_SOUND && error->reason[0] != '\0');
        must(strcmp(document_flaw_word(error->flaw), "unknown") != 0);
        must(document_line(json, error) >= 1 && document_line(json, error) <= lines);
}

static void check_points(const struct policy *p)
{
        static const enum penalty_kind kinds[2] = {PENALTY_FINE, PENALTY_CONFISCATION};

        for (unsigned rule = 0; rule < POLICY_RULES; rule++)
                must(p->points[rule] >= 0 && p->points[rule] <= POLICY_POINTS_MAX);
        for (unsigned kind = 0; kind < PENALTY_KINDS; kind++)
                must(p->points[POLICY_RULE_SERIOUS_PENALTY(kind)] >= p->points[POLICY_RULE_PENALTY(kind)]);
        for (unsigned table = 0; table < 2; table++) {
                int64_t from_fen = 0;
                int32_t points = p->points[POLICY_RULE_PENALTY(kinds[table])];

                must(p->tiers_count[table] <= POLICY_TIERS_MAX);
                for (unsigned i = 0; i < p->tiers_count[table]; i++) {
                        must(p->tiers[table][i].from_fen > from_fen && p->tiers[table][i].points >= points);
                        from_fen = p->tiers[table][i].from_fen;
                        points = p->tiers[table][i].points;
                }
        }
}

static void check_measures(const struct policy *p, const char *grade)
{
        const struct policy_measures *measures = policy_measures_of(p, grade);

        must(policy_grade_name(p, grade, true) && measures && measures->count <= POLICY_MEASURES_MAX);
        for (unsigned i = 0; i < measures->count; i++)
                must(measures->measures[i].zh[0] && measures->measures[i].en[0] && measures->measures[i].basis[0]);
}

static void check_rules(const struct policy *p)
{
        must(p->bands_count > 0 && p->bands[p->bands_count - 1].least == 0 && p->bands[0].least <= p->base);
        must(!p->has_veto || p->veto < p->bands_count);
        check_measures(p, GRADE_UNRATED);
        for (unsigned i = 0; i < p->bands_count; i++)
                check_measures(p, p->bands[i].grade);
        must(p->gates_count <= POLICY_GATES_MAX && p->repeats_count <= POLICY_REPEATS_MAX);
        for (unsigned i = 0; i < p->gates_count; i++) {
                must(p->gates[i].of < p->bands_count);
                check_measures(p, p->gates[i].grade);
        }
        for (unsigned i = 0; i < p->repeats_count; i++) {
                const struct policy_repeat *repeat = &p->repeats[i];

                must(repeat->band < p->bands_count && repeat->count > 0 && repeat->months > 0);
                must(strncmp(repeat->word, "repeat.", 7) == 0 && repeat->word[7]);
                for (enum record_type type = RECORD_PENALTY; type <= RECORD_TYPE_LAST; type++)
                        must(!(repeat->types & 1u << type) || record_is_negative(type, RECORD_RESULT_FAIL));
                must(repeat->types != 0 && repeat->types >> (RECORD_TYPE_LAST + 1) == 0);
        }
        for (enum record_type type = RECORD_PENALTY; type <= RECORD_TYPE_LAST; type++)
                must(p->type_months[type] == 0 || record_is_negative(type, RECORD_RESULT_FAIL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct slice json = slice_of(data, size);
        struct document_error error;
        struct policy policy;

        if (policy_parse_draft(json, &policy, &error) != DOCUMENT_SOUND)
                check_refusal(json, &error);
        if (policy_parse(json, &policy, &error) != DOCUMENT_SOUND) {
                check_refusal(json, &error);
                must(policy_parse_draft(json, &policy, &error) != DOCUMENT_SOUND);
                return 0;
        }
        check_points(&policy);
        check_rules(&policy);
        return 0;
}
