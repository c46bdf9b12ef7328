/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/policy.h"

#include <assert.h>
#include <string.h>

#include "registry/core/policy_reading.h"

static const char *const rule_words[POLICY_RULES] = {
        [POLICY_RULE_PENALTY(PENALTY_WARNING)] = "penalty.warning",
        [POLICY_RULE_PENALTY(PENALTY_CRITICISM)] = "penalty.criticism",
        [POLICY_RULE_PENALTY(PENALTY_FINE)] = "penalty.fine",
        [POLICY_RULE_PENALTY(PENALTY_CONFISCATION)] = "penalty.confiscation",
        [POLICY_RULE_PENALTY(PENALTY_SUSPENSION)] = "penalty.suspension",
        [POLICY_RULE_PENALTY(PENALTY_DOWNGRADE)] = "penalty.downgrade",
        [POLICY_RULE_PENALTY(PENALTY_CLOSURE)] = "penalty.closure",
        [POLICY_RULE_PENALTY(PENALTY_WITHDRAWAL)] = "penalty.withdrawal",
        [POLICY_RULE_PENALTY(PENALTY_REVOCATION)] = "penalty.revocation",
        [POLICY_RULE_PENALTY(PENALTY_RESTRICTION)] = "penalty.restriction",
        [POLICY_RULE_PENALTY(PENALTY_CRIMINAL)] = "penalty.criminal",
        [POLICY_RULE_PENALTY(PENALTY_DETENTION)] = "penalty.detention",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_WARNING)] = "penalty.warning.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_CRITICISM)] = "penalty.criticism.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_FINE)] = "penalty.fine.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_CONFISCATION)] = "penalty.confiscation.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_SUSPENSION)] = "penalty.suspension.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_DOWNGRADE)] = "penalty.downgrade.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_CLOSURE)] = "penalty.closure.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_WITHDRAWAL)] = "penalty.withdrawal.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_REVOCATION)] = "penalty.revocation.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_RESTRICTION)] = "penalty.restriction.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_CRIMINAL)] = "penalty.criminal.serious",
        [POLICY_RULE_SERIOUS_PENALTY(PENALTY_DETENTION)] = "penalty.detention.serious",
#define FINDING(place, word) \
        [2 * PENALTY_KINDS + 2 * (place)] = word ".ordinary", [2 * PENALTY_KINDS + 2 * (place) + 1] = word ".serious"
        FINDING(0, "sampling"),
        FINDING(1, "recall"),
        FINDING(2, "complaint"),
        FINDING(3, "accident"),
        FINDING(4, "breach"),
        FINDING(5, "acceptance"),
        FINDING(6, "inspection"),
#undef FINDING
};

/* In the order of their rules. */
static const enum record_type finding_types[POLICY_FINDINGS] = {
        RECORD_SAMPLING, RECORD_RECALL, RECORD_COMPLAINT, RECORD_ACCIDENT, RECORD_BREACH, RECORD_ACCEPTANCE,
        RECORD_INSPECTION,
};

unsigned policy_rule_finding(enum record_type type, enum severity severity)
{
        unsigned place = 0;

        while (finding_types[place] != type) {
                place++;
                assert(place < POLICY_FINDINGS);
        }
        return 2u * PENALTY_KINDS + 2u * place + (severity == SEVERITY_SERIOUS);
}

bool policy_find_band(const struct policy *policy, const char *grade, unsigned *ret)
{
        for (unsigned i = 0; i < policy->bands_count; i++) {
                if (strcmp(policy->bands[i].grade, grade) == 0) {
                        *ret = i;
                        return true;
                }
        }
        return false;
}

enum policy_standing policy_standing(const struct policy *policy)
{
        return policy->organ[0] && policy->number[0] ? POLICY_IN_FORCE : POLICY_TRIAL;
}

const char *policy_standing_word(enum policy_standing standing)
{
        switch (standing) {
        case POLICY_TRIAL:
                return "trial";
        case POLICY_IN_FORCE:
                return "in-force";
        }
        return "unknown";
}

bool policy_is_effective(const struct policy *policy, struct day day)
{
        return !day_is_before(day, policy->from) &&
               (day_is_none(policy->to) || !day_is_before(policy->to, day));
}

struct day policy_end(const struct policy *policy)
{
        bool has_end = !day_is_none(policy->to) && day_is_before(policy->to, DAY_LAST);

        return has_end ? day_add(policy->to, 1) : DAY_NONE;
}

bool policy_ends_soon(const struct policy *policy, struct day day)
{
        struct day end = policy_end(policy);

        return !day_is_none(end) && !day_is_before(day_add(day, POLICY_NOTICE_DAYS), end);
}

unsigned policy_band_of(const struct policy *policy, int32_t score)
{
        unsigned band = 0;

        while (score < policy->bands[band].least)
                band++;
        return band; /* the last begins at 0, policy_parse() saw to that */
}

void policy_scale(const struct policy *policy, struct policy_scale *ret)
{
        ret->count = 0;
        for (unsigned band = 0; band < policy->bands_count; band++) {
                for (unsigned i = 0; i < policy->gates_count; i++)
                        if (policy->gates[i].of == band)
                                ret->grades[ret->count++] = policy->gates[i].grade;
                ret->grades[ret->count++] = policy->bands[band].grade;
        }
        ret->grades[ret->count++] = GRADE_UNRATED;
}

unsigned policy_scale_place(const struct policy_scale *scale, const char *grade)
{
        unsigned place = 0;

        while (place < scale->count && strcmp(scale->grades[place], grade) != 0)
                place++;
        return place;
}

const char *policy_rule_word(unsigned rule)
{
        assert(rule < POLICY_RULES);
        return rule_words[rule];
}

const char *policy_grade_name(const struct policy *policy, const char *grade, bool is_chinese)
{
        unsigned band;

        if (strcmp(grade, GRADE_UNRATED) == 0)
                return is_chinese ? policy->unrated_zh : policy->unrated_en;
        if (policy_find_band(policy, grade, &band))
                return is_chinese ? policy->bands[band].zh : policy->bands[band].en;
        for (unsigned i = 0; i < policy->gates_count; i++)
                if (strcmp(policy->gates[i].grade, grade) == 0)
                        return is_chinese ? policy->gates[i].zh : policy->gates[i].en;
        return NULL;
}

const struct policy_measures *policy_measures_of(const struct policy *policy, const char *grade)
{
        unsigned band;

        if (strcmp(grade, GRADE_UNRATED) == 0)
                return &policy->unrated_measures;
        if (policy_find_band(policy, grade, &band))
                return &policy->bands[band].measures;
        for (unsigned i = 0; i < policy->gates_count; i++)
                if (strcmp(policy->gates[i].grade, grade) == 0)
                        return &policy->gates[i].measures;
        return NULL;
}
