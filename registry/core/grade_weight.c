/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/grade_weight.h"

/* From which amount on it costs how much; the last tier that is reached. */
static int32_t tier_points(const struct policy *policy, unsigned table, int64_t amount_fen)
{
        int32_t points = 0;

        for (unsigned i = 0; i < policy->tiers_count[table] && policy->tiers[table][i].from_fen <= amount_fen; i++)
                points = policy->tiers[table][i].points;
        return points;
}

/* One kind of a decision, by the dearest that is said of it: the kind, its amount, that it is serious. */
static int32_t kind_points(const struct policy *policy, const struct grade_record *r, unsigned kind, unsigned *ret_rule)
{
        int32_t points = policy->points[POLICY_RULE_PENALTY(kind)];
        int32_t more = 0;

        *ret_rule = POLICY_RULE_PENALTY(kind);
        if (kind == PENALTY_FINE)
                more = tier_points(policy, 0, r->fine_fen);
        else if (kind == PENALTY_CONFISCATION)
                more = tier_points(policy, 1, r->confiscated_fen);
        if (more > points)
                points = more;
        if (r->severity == SEVERITY_SERIOUS && policy->points[POLICY_RULE_SERIOUS_PENALTY(kind)] > points) {
                *ret_rule = POLICY_RULE_SERIOUS_PENALTY(kind);
                points = policy->points[*ret_rule];
        }
        return points;
}

/* Of one decision, too, only the heaviest penalty counts; of equals the last of the table. */
static int32_t penalty_points(const struct policy *policy, const struct grade_record *r, unsigned *ret_rule)
{
        int32_t heaviest = 0;

        for (unsigned kinds = r->kinds; kinds; kinds &= kinds - 1) {
                unsigned rule;
                int32_t points = kind_points(policy, r, (unsigned)__builtin_ctz(kinds), &rule);

                if (points > 0 && points >= heaviest) {
                        heaviest = points;
                        *ret_rule = rule;
                }
        }
        return heaviest;
}

static struct day end_of(const struct policy *policy, const struct grade_record *r)
{
        int32_t months = policy->type_months[r->type];
        struct day end;

        if (months == 0 && policy->window == POLICY_PUBLICITY && !(r->publicity_end.number == DAY_NONE.number))
                return r->publicity_end;
        end = day_add_months(r->decided_on, months ? months : policy->window_months);
        /* No policy goes past the publicity. */
        return r->publicity_end.number != DAY_NONE.number && r->publicity_end.number < end.number ?
                r->publicity_end : end;
}

bool grade_weigh(const struct policy *policy, const struct grade_record *record, struct grade_weight *ret)
{
        switch (record->type) {
        case RECORD_PENALTY:
                ret->points = penalty_points(policy, record, &ret->rule);
                break;
        case RECORD_SAMPLING:
        case RECORD_RECALL:
        case RECORD_COMPLAINT:
        case RECORD_ACCIDENT:
        case RECORD_BREACH:
        case RECORD_ACCEPTANCE:
        case RECORD_INSPECTION:
                if (record->result == RECORD_RESULT_PASS)
                        return false;
                ret->rule = policy_rule_finding(record->type, record->severity);
                ret->points = policy->points[ret->rule];
                break;
        case RECORD_CERTIFICATE:
        case RECORD_AWARD:
        case RECORD_COMMITMENT:
        case RECORD_BRAND:
        case RECORD_PERMIT:
        case RECORD_SURVEY:
        case RECORD_ASSESSMENT:
                return false;
        }
        ret->end = end_of(policy, record);
        return true;
}
