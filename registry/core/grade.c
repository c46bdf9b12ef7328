/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/grade.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REASON_TEXT 64u /* octets of one reason, without separator; the longest rule has 19 */
#define MORE_TEXT 24u   /* octets of `; ... and 1057 more` */

static bool is_earlier(struct day a, struct day b)
{
        return !day_is_none(a) && (day_is_none(b) || day_is_before(a, b));
}

/* Makes `*first` the earlier of itself and `day`, if `day` is after `after`. */
static void consider(struct day *first, struct day day, struct day after)
{
        if (!day_is_none(day) && day_is_before(after, day) && is_earlier(day, *first))
                *first = day;
}

/* ------------------------------------------------------------- one record */

static int32_t points_of(const struct policy *policy, const struct grade_record *r, unsigned *ret_rule)
{
        int32_t heaviest = 0;

        switch (r->type) {
        case RECORD_PENALTY:
                /* Of one decision, too, only the heaviest penalty counts; of equals the last of the table. */
                for (unsigned kind = 0; kind < PENALTY_KINDS; kind++) {
                        int32_t points = policy->points[POLICY_RULE_PENALTY(kind)];

                        if (r->kinds & PENALTY_BIT(kind) && points > 0 && points >= heaviest) {
                                heaviest = points;
                                *ret_rule = POLICY_RULE_PENALTY(kind);
                        }
                }
                return heaviest;
        case RECORD_SAMPLING:
        case RECORD_RECALL:
        case RECORD_COMPLAINT:
        case RECORD_ACCIDENT:
        case RECORD_BREACH:
        case RECORD_ACCEPTANCE:
        case RECORD_INSPECTION:
                if (r->result == RECORD_RESULT_PASS)
                        return 0;
                *ret_rule = policy_rule_finding(r->type, r->severity);
                return policy->points[*ret_rule];
        case RECORD_CERTIFICATE:
        case RECORD_AWARD:
        case RECORD_COMMITMENT:
        case RECORD_BRAND:
        case RECORD_PERMIT:
        case RECORD_SURVEY:
        case RECORD_ASSESSMENT:
                return 0;
        }
        return 0;
}

/* The first day a record no longer counts. */
static struct day end_of(const struct policy *policy, const struct grade_record *r)
{
        struct day end = r->publicity_end;

        switch (policy->window) {
        case POLICY_PUBLICITY:
                if (day_is_none(end))
                        end = day_add_months(r->decided_on, policy->window_months);
                break;
        case POLICY_MONTHS:
                consider(&end, day_add_months(r->decided_on, policy->window_months), DAY_NONE);
                break;
        }
        return end;
}

static bool is_counting(const struct policy *policy, const struct grade_record *r, struct day day)
{
        return !day_is_before(day, r->decided_on) && day_is_before(day, end_of(policy, r));
}

/* ---------------------------------------------------------------- reasons */

static struct grade_reason *add_reason(struct grade_outcome *outcome)
{
        assert(outcome->count < GRADE_REASONS_MAX);
        return &outcome->reasons[outcome->count++];
}

/* Reasons of records that cost points; `change` becomes the first day on which one begins or ends. */
static void add_records(const struct policy *policy, const struct grade_inputs *inputs, struct day today,
        struct grade_outcome *ret, struct day *change)
{
        for (uint32_t i = 0; i < inputs->count; i++) {
                const struct grade_record *r = &inputs->records[i];
                unsigned rule = 0;
                int32_t points = points_of(policy, r, &rule);
                struct day end;

                if (points == 0)
                        continue;
                if (day_is_before(today, r->decided_on)) {
                        consider(change, r->decided_on, today);
                        continue;
                }
                end = end_of(policy, r);
                consider(change, end, today);
                *add_reason(ret) = (struct grade_reason){
                        .effect = day_is_before(today, end) ? GRADE_COUNTED : GRADE_EXPIRED,
                        .rule = policy_rule_word(rule),
                        .ordinal = r->ordinal,
                        .case_ref = r->case_ref,
                        .points = points,
                        .until = end,
                };
        }
}

static bool add_listings(const struct policy *policy, const struct grade_inputs *inputs, struct day today,
        struct grade_outcome *ret, struct day *change)
{
        bool is_listed = false;

        for (uint32_t i = 0; i < inputs->listings_count && policy->has_veto; i++) {
                const struct grade_listing *l = &inputs->listings[i];

                if (l->effect != LISTING_IN_FORCE)
                        continue;
                consider(change, l->from, today);
                consider(change, l->to, today);
                if (day_is_before(today, l->from) || (!day_is_none(l->to) && !day_is_before(today, l->to)))
                        continue;
                *add_reason(ret) = (struct grade_reason){
                        .effect = GRADE_VETO,
                        .rule = "listing",
                        .until = l->to,
                };
                is_listed = true;
        }
        return is_listed;
}

/* No two reasons are equal here but listings that say the same, so the order is one. */
static int compare_reasons(const void *left, const void *right)
{
        const struct grade_reason *a = left;
        const struct grade_reason *b = right;

        if (a->effect != b->effect)
                return a->effect < b->effect ? -1 : 1;
        if (a->points != b->points)
                return a->points > b->points ? -1 : 1;
        if (day_compare(a->until, b->until) != 0)
                return day_compare(b->until, a->until);
        return (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

/* Is there one before it, which is heavier or as heavy, of the same case? The reasons are in order. */
static bool is_superseded(const struct grade_outcome *outcome, uint32_t at)
{
        for (uint32_t i = at; i-- > 0;)
                if (outcome->reasons[i].effect == GRADE_COUNTED &&
                        outcome->reasons[i].case_ref == outcome->reasons[at].case_ref)
                        return true;
        return false;
}

static int32_t score_of(const struct policy *policy, struct grade_outcome *outcome)
{
        int64_t score = policy->base;

        for (uint32_t i = 0; i < outcome->count; i++) {
                struct grade_reason *reason = &outcome->reasons[i];

                if (reason->effect != GRADE_COUNTED)
                        continue;
                if (policy->heaviest_per_case && is_superseded(outcome, i))
                        reason->effect = GRADE_SUPERSEDED;
                else
                        score -= reason->points;
        }
        return score > 0 ? (int32_t)score : 0;
}

/* ------------------------------------------------------------------ grade */

static bool is_unrated(const struct policy *policy, const struct grade_inputs *inputs, struct day day)
{
        int32_t ever = 0;

        for (uint32_t i = 0; i < inputs->count && ever < policy->records_ever; i++)
                ever += !day_is_before(day, inputs->records[i].decided_on);
        return ever < policy->records_ever;
}

static bool is_held(const struct policy_gate *gate, const struct grade_record *r, struct day day)
{
        return r->type == RECORD_CERTIFICATE &&
               !day_is_before(day, day_add_months(r->decided_on, gate->held_months)) &&
               (day_is_none(r->valid_through) || !day_is_before(r->valid_through, day));
}

static bool gate_holds(const struct policy *policy, const struct policy_gate *gate,
        const struct grade_inputs *inputs, struct day day)
{
        uint32_t missing = gate->certificates;

        for (uint32_t i = 0; i < inputs->count; i++) {
                const struct grade_record *r = &inputs->records[i];
                unsigned rule;

                if (is_held(gate, r, day))
                        missing &= ~(1u << r->certificate);
                if (gate->months_without_deduction && points_of(policy, r, &rule) > 0 &&
                        is_counting(policy, r, day) &&
                        day_is_before(day, day_add_months(r->decided_on, gate->months_without_deduction)))
                        return false;
        }
        return missing == 0;
}

static unsigned band_of(const struct policy *policy, int32_t score)
{
        unsigned band = 0;

        while (score < policy->bands[band].least)
                band++;
        return band; /* the last begins at 0, policy_parse() saw to that */
}

/* The grade of a score on a day. `*ret_gate` is the gate that gave it, or NULL. */
static const char *grade_of(const struct policy *policy, const struct grade_inputs *inputs, struct day day,
        int32_t score, bool is_listed, const struct policy_gate **ret_gate)
{
        unsigned band = band_of(policy, score);

        *ret_gate = NULL;
        if (is_listed)
                return policy->bands[band > policy->veto ? band : policy->veto].grade;
        if (is_unrated(policy, inputs, day))
                return GRADE_UNRATED;
        for (unsigned i = 0; i < policy->gates_count; i++) {
                if (policy->gates[i].of == band && gate_holds(policy, &policy->gates[i], inputs, day)) {
                        *ret_gate = &policy->gates[i];
                        return policy->gates[i].grade;
                }
        }
        return policy->bands[band].grade;
}

/* ------------------------------------------------------------ next change */

/* The first day after `after` on which a gate or the minimum could look different. */
static struct day next_candidate(const struct policy *policy, const struct grade_inputs *inputs,
        struct day after)
{
        struct day first = DAY_NONE;

        for (uint32_t i = 0; i < inputs->count; i++) {
                const struct grade_record *r = &inputs->records[i];

                consider(&first, r->decided_on, after);
                if (policy->gates_count == 0)
                        continue;
                if (!day_is_none(r->valid_through) && day_is_before(r->valid_through, DAY_LAST))
                        consider(&first, day_add(r->valid_through, 1), after);
                for (unsigned g = 0; g < policy->gates_count; g++) {
                        int32_t months = r->type == RECORD_CERTIFICATE ?
                                policy->gates[g].held_months : policy->gates[g].months_without_deduction;

                        consider(&first, day_add_months(r->decided_on, months), after);
                }
        }
        return first;
}

/*
 * Up to the day `change` on which a reason begins or ends the score and the
 * listing stay; only a gate or the minimum of records can change the grade
 * before, and whether it does is seen by asking.
 */
static struct day next_change(const struct policy *policy, const struct grade_inputs *inputs,
        struct day today, int32_t score, bool is_listed, const char *grade, struct day change)
{
        struct day day = next_candidate(policy, inputs, today);

        while (is_earlier(day, change)) {
                const struct policy_gate *gate;

                if (strcmp(grade_of(policy, inputs, day, score, is_listed, &gate), grade) != 0)
                        return day;
                day = next_candidate(policy, inputs, day);
        }
        return change;
}

void grade_evaluate(const struct policy *policy, const struct grade_inputs *inputs, struct day today,
        struct grade_outcome *ret)
{
        struct day change = DAY_NONE;
        const struct policy_gate *gate;
        const char *grade;
        bool is_listed;
        int32_t score;

        assert(day_is_valid(today));
        ret->count = 0;
        is_listed = add_listings(policy, inputs, today, ret, &change);
        add_records(policy, inputs, today, ret, &change);
        qsort(ret->reasons, ret->count, sizeof(ret->reasons[0]), compare_reasons);
        score = score_of(policy, ret);
        grade = grade_of(policy, inputs, today, score, is_listed, &gate);
        snprintf(ret->grade, sizeof(ret->grade), "%s", grade);
        ret->score = strcmp(grade, GRADE_UNRATED) == 0 ? -1 : score;
        ret->next_change = next_change(policy, inputs, today, score, is_listed, grade, change);
        if (gate) {
                /* With a gate there is no veto: it goes first. */
                memmove(ret->reasons + 1, ret->reasons, ret->count * sizeof(ret->reasons[0]));
                ret->count++;
                ret->reasons[0] = (struct grade_reason){
                        .effect = GRADE_LIFTED,
                        .rule = "gate",
                        .until = DAY_NONE,
                };
        }
}

/* ------------------------------------------------------------------- text */

static void reason_format(const struct grade_outcome *outcome, const struct grade_reason *reason,
        char ret[REASON_TEXT])
{
        char until[DAY_TEXT];

        day_format(reason->until, until);
        if (reason->effect == GRADE_LIFTED)
                snprintf(ret, REASON_TEXT, "%s %s", reason->rule, outcome->grade);
        else if (reason->effect == GRADE_COUNTED)
                snprintf(ret, REASON_TEXT, "%s -%d until %s", reason->rule, reason->points, until);
        else if (day_is_none(reason->until))
                snprintf(ret, REASON_TEXT, "%s", reason->rule);
        else
                snprintf(ret, REASON_TEXT, "%s until %s", reason->rule, until);
}

static bool is_shown(const struct grade_reason *reason)
{
        return reason->effect <= GRADE_COUNTED;
}

void grade_reasons_format(const struct grade_outcome *outcome, struct buffer *to)
{
        size_t start = to->length;
        unsigned left = 0;

        for (uint32_t i = 0; i < outcome->count; i++)
                left += is_shown(&outcome->reasons[i]);
        for (uint32_t i = 0; i < outcome->count; i++) {
                char text[REASON_TEXT];
                size_t separator = to->length > start ? 2 : 0;
                size_t room = GRADE_REASONS_TEXT - (to->length - start) - (left > 1 ? MORE_TEXT : 0);

                if (!is_shown(&outcome->reasons[i]))
                        continue;
                reason_format(outcome, &outcome->reasons[i], text);
                if (separator + strlen(text) > room) {
                        buffer_add_format(to, "; ... and %u more", left);
                        return;
                }
                buffer_add_text(to, separator ? "; " : "");
                buffer_add_text(to, text);
                left--;
        }
}

const char *grade_effect_word(enum grade_effect effect)
{
        switch (effect) {
        case GRADE_VETO:
                return "veto";
        case GRADE_LIFTED:
                return "lifted";
        case GRADE_COUNTED:
                return "counted";
        case GRADE_SUPERSEDED:
                return "superseded";
        case GRADE_EXPIRED:
                return "expired";
        }
        return "unknown";
}
