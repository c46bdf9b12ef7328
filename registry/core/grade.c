/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/grade.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "registry/core/grade_gate.h"
#include "registry/core/grade_repeat.h"
#include "registry/core/grade_sort.h"
#include "registry/core/grade_weight.h"

#define REASON_TEXT 96u /* octets of one reason, without separator; the longest word has POLICY_ID */
#define MORE_TEXT 24u   /* octets of `; ... and 1065 more` */

/* What one walk through the records and listings finds out. */
struct walk {
        struct day change;                  /* the first later day on which a reason begins or ends */
        uint32_t decided;                   /* records decided by today, with those taken out of the inputs */
        uint32_t to_come;                   /* records decided later */
        uint32_t certificates;              /* bits of their kinds, held or not */
        struct day last_deduction;
        uint32_t near[POLICY_REPEATS_MAX];  /* records of a repeat rule that count today or come */
};

static bool is_before(struct day a, struct day b)
{
        return a.number < b.number;
}

/* ---------------------------------------------------------------- reasons */

static struct grade_reason *add_reason(struct grade_outcome *outcome)
{
        assert(outcome->count < GRADE_REASONS_MAX);
        return &outcome->reasons[outcome->count++];
}

static struct grade_reason *insert_reason(struct grade_outcome *outcome, uint32_t at)
{
        struct grade_reason *reason = &outcome->reasons[at];

        assert(outcome->count < GRADE_REASONS_MAX);
        memmove(reason + 1, reason, (outcome->count - at) * sizeof(*reason));
        outcome->count++;
        return reason;
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
        if (a->until.number != b->until.number)
                return a->until.number > b->until.number ? -1 : 1;
        return (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

static void sort_reasons(struct grade_outcome *outcome, uint32_t from)
{
        grade_sort(&outcome->reasons[from], outcome->count - from, sizeof(outcome->reasons[0]), compare_reasons);
}

/* ---------------------------------------------------------------- one walk */

static void note_repeats(const struct policy *policy, const struct grade_record *r, struct walk *walk)
{
        for (unsigned i = 0; i < policy->repeats_count; i++)
                walk->near[i] += grade_repeat_is_of(&policy->repeats[i], r);
}

static void walk_record(const struct policy *policy, const struct grade_record *r, struct day today,
        struct grade_outcome *ret, struct walk *walk)
{
        bool is_to_come = is_before(today, r->decided_on);
        struct grade_weight weight;
        bool is_in_time;

        if (is_to_come)
                walk->to_come++;
        else
                walk->decided++;
        if (r->type == RECORD_CERTIFICATE)
                walk->certificates |= 1u << r->certificate;
        if (!grade_weigh(policy, r, &weight))
                return;
        is_in_time = is_before(today, weight.end);
        if (is_in_time)
                note_repeats(policy, r, walk);
        if (weight.points == 0 || !is_before(r->decided_on, weight.end))
                return; /* it never counts */
        if (is_to_come) {
                grade_consider(&walk->change, r->decided_on, today);
                return;
        }
        grade_consider(&walk->change, weight.end, today);
        if (is_in_time && is_before(walk->last_deduction, r->decided_on))
                walk->last_deduction = r->decided_on;
        *add_reason(ret) = (struct grade_reason){
                .effect = is_in_time ? GRADE_COUNTED : GRADE_EXPIRED,
                .rule = policy_rule_word(weight.rule),
                .ordinal = r->ordinal,
                .case_ref = r->case_ref,
                .points = weight.points,
                .until = weight.end,
        };
}

static void walk_listing(const struct grade_listing *l, struct day today, struct grade_outcome *ret, struct walk *walk)
{
        if (l->effect != LISTING_IN_FORCE)
                return;
        grade_consider(&walk->change, l->from, today);
        grade_consider(&walk->change, l->to, today);
        if (is_before(today, l->from) || (!day_is_none(l->to) && !is_before(today, l->to)))
                return;
        *add_reason(ret) = (struct grade_reason){
                .effect = GRADE_VETO,
                .rule = "listing",
                .until = l->to,
        };
}

/* ---------------------------------------------------------------- vetoes */

/*
 * Repeat rules that hold, behind the listings; `*band` becomes the lowest that one asks for. A rule is only looked at
 * when there are records enough for it.
 */
static void apply_repeats(const struct policy *policy, const struct grade_inputs *inputs, struct day today,
        struct grade_outcome *ret, struct walk *walk, uint32_t *vetoes, unsigned *band)
{
        for (unsigned i = 0; i < policy->repeats_count; i++) {
                const struct policy_repeat *repeat = &policy->repeats[i];
                struct day change;

                if (walk->near[i] < (uint32_t)repeat->count)
                        continue;
                if (grade_repeat_holds(policy, repeat, inputs, today, &change)) {
                        *insert_reason(ret, (*vetoes)++) = (struct grade_reason){
                                .effect = GRADE_VETO,
                                .rule = repeat->word,
                                .until = change,
                        };
                        if (*band < repeat->band)
                                *band = repeat->band;
                }
                grade_consider(&walk->change, change, today);
        }
}

/* ------------------------------------------------------------------ score */

/* Is there one before it, which is heavier or as heavy, of the same case? The reasons are in order. */
static bool is_superseded(const struct grade_outcome *outcome, uint32_t at)
{
        for (uint32_t i = at; i-- > 0;)
                if (outcome->reasons[i].effect == GRADE_COUNTED &&
                        outcome->reasons[i].case_ref == outcome->reasons[at].case_ref)
                        return true;
        return false;
}

/* Case references are beginnings of hashes: where no other has the same few bits, no other is the same. */
static int32_t score_of(const struct policy *policy, struct grade_outcome *outcome)
{
        uint64_t seen[16] = {0};
        int64_t score = policy->base;

        for (uint32_t i = 0; i < outcome->count; i++) {
                struct grade_reason *reason = &outcome->reasons[i];
                uint64_t *word = &seen[reason->case_ref >> 6 & 15];
                uint64_t bit = UINT64_C(1) << (reason->case_ref & 63);

                if (reason->effect != GRADE_COUNTED)
                        continue;
                if (policy->heaviest_per_case && *word & bit && is_superseded(outcome, i))
                        reason->effect = GRADE_SUPERSEDED;
                else
                        score -= reason->points;
                *word |= bit;
        }
        return score > 0 ? (int32_t)score : 0;
}

/* ------------------------------------------------------------------ grade */

static int compare_days(const void *left, const void *right)
{
        const struct day *a = left;
        const struct day *b = right;

        return (a->number > b->number) - (a->number < b->number);
}

/* The day on which `more` of the records to come are decided. */
static struct day day_of_decision(const struct grade_inputs *inputs, struct day today, uint32_t more)
{
        __attribute__((uninitialized)) struct day days[GRADE_RECORDS_MAX];
        uint32_t count = 0;

        for (uint32_t i = 0; i < inputs->count; i++)
                if (is_before(today, inputs->records[i].decided_on))
                        days[count++] = inputs->records[i].decided_on;
        assert(count >= more && more > 0);
        grade_sort(days, count, sizeof(days[0]), compare_days);
        return days[more - 1];
}

/* Too few records for a grade; it changes when there are enough, or with a reason before. */
static void set_unrated(const struct policy *policy, const struct grade_inputs *inputs, struct day today,
        const struct walk *walk, struct grade_outcome *ret)
{
        uint32_t more = (uint32_t)policy->records_ever - walk->decided;

        memcpy(ret->grade, GRADE_UNRATED, sizeof(GRADE_UNRATED));
        ret->score = -1;
        if (walk->to_come >= more)
                grade_consider(&ret->next_change, day_of_decision(inputs, today, more), today);
}

/* The grade of a band, or of its first gate that holds. */
static void set_grade(const struct policy *policy, const struct grade_inputs *inputs, struct day today,
        const struct walk *walk, unsigned band, struct grade_outcome *ret)
{
        struct grade_gate_facts facts = {band, walk->certificates, walk->last_deduction, walk->change};
        const struct policy_gate *gate =
                grade_gate_find(policy, inputs, &facts, today, &ret->next_change);

        memcpy(ret->grade, gate ? gate->grade : policy->bands[band].grade, sizeof(ret->grade));
        if (gate)
                *insert_reason(ret, 0) = (struct grade_reason){
                        .effect = GRADE_LIFTED,
                        .rule = "gate",
                        .until = DAY_NONE,
                };
}

void grade_evaluate(const struct policy *policy, const struct grade_inputs *inputs, struct day today,
        struct grade_outcome *ret)
{
        struct walk walk = {.change = DAY_NONE, .last_deduction = DAY_NONE, .decided = inputs->ended};
        unsigned band, vetoed_band = 0;
        uint32_t vetoes;

        assert(day_is_valid(today));
        ret->count = 0;
        for (uint32_t i = 0; i < inputs->listings_count && policy->has_veto; i++)
                walk_listing(&inputs->listings[i], today, ret, &walk);
        sort_reasons(ret, 0);
        vetoes = ret->count;
        if (vetoes > 0)
                vetoed_band = policy->veto;
        for (uint32_t i = 0; i < inputs->count; i++)
                walk_record(policy, &inputs->records[i], today, ret, &walk);
        sort_reasons(ret, vetoes);
        ret->score = score_of(policy, ret);
        band = policy_band_of(policy, ret->score);
        apply_repeats(policy, inputs, today, ret, &walk, &vetoes, &vetoed_band);
        ret->next_change = walk.change;
        if (vetoes > 0)
                memcpy(ret->grade, policy->bands[band > vetoed_band ? band : vetoed_band].grade, sizeof(ret->grade));
        else if (walk.decided < (uint32_t)policy->records_ever)
                set_unrated(policy, inputs, today, &walk, ret);
        else
                set_grade(policy, inputs, today, &walk, band, ret);
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
