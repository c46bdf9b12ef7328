/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/grade.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"

static struct policy policy;
static struct grade_inputs *inputs;
static struct grade_outcome *outcome;
static struct grade_outcome *other;

static void set_up(void)
{
        policy = (struct policy){
                .base = 100,
                .bands_count = 4,
                .bands = {{.grade = "A", .least = 90}, {.grade = "B", .least = 70},
                        {.grade = "C", .least = 40}, {.grade = "D", .least = 0}},
        };
        inputs = must_alloc(sizeof(*inputs));
        outcome = must_alloc(sizeof(*outcome));
        other = must_alloc(sizeof(*other));
}

static void tear_down(void)
{
        free(inputs);
        free(outcome);
        free(other);
}

/* ------------------------------------------------------------- second opinion */

/*
 * The grade again, by another road: nothing is sorted, each record is asked by
 * itself whether any other stands before it, and the next change is found by
 * asking day after day.
 */
#define HORIZON 400 /* days: nothing that is generated below reaches further */
#define SUBJECT_DAY 20000
#define CASES 3

struct naive {
        const char *grade;
        int score;
        enum grade_effect effects[GRADE_RECORDS_MAX]; /* 0: says nothing */
        bool listed[GRADE_LISTINGS_MAX];
        bool repeats[POLICY_REPEATS_MAX];
};

static int at_least(int a, int b)
{
        return a > b ? a : b;
}

/* By a table of its own: which finding has which place among the rules. */
static int naive_points(const struct grade_record *r)
{
        static const int places[RECORD_TYPE_LAST + 1] = {[RECORD_SAMPLING] = 1, [RECORD_RECALL] = 2,
                [RECORD_COMPLAINT] = 3, [RECORD_ACCIDENT] = 4, [RECORD_BREACH] = 5, [RECORD_ACCEPTANCE] = 6,
                [RECORD_INSPECTION] = 7};
        bool is_serious = r->severity == SEVERITY_SERIOUS;
        int most = 0;

        if (places[r->type])
                return r->result == RECORD_RESULT_PASS ? 0 : policy.points[22 + 2 * places[r->type] + is_serious];
        for (int kind = 0; kind < PENALTY_KINDS && r->type == RECORD_PENALTY; kind++) {
                if (!((r->kinds >> kind) & 1))
                        continue;
                most = at_least(most, policy.points[kind]);
                if (is_serious)
                        most = at_least(most, policy.points[12 + kind]);
                for (unsigned tier = 0; kind == PENALTY_FINE && tier < policy.tiers_count[0]; tier++)
                        if (r->fine_fen >= policy.tiers[0][tier].from_fen)
                                most = at_least(most, policy.tiers[0][tier].points);
                for (unsigned tier = 0; kind == PENALTY_CONFISCATION && tier < policy.tiers_count[1]; tier++)
                        if (r->confiscated_fen >= policy.tiers[1][tier].from_fen)
                                most = at_least(most, policy.tiers[1][tier].points);
        }
        return most;
}

static int naive_end(const struct grade_record *r)
{
        int months = policy.type_months[r->type] ? policy.type_months[r->type] : policy.window_months;
        int months_end = day_add_months(r->decided_on, months).number;
        bool is_by_months = policy.type_months[r->type] || policy.window == POLICY_MONTHS;

        if (r->publicity_end.number == INT32_MIN)
                return months_end;
        return is_by_months && months_end < r->publicity_end.number ? months_end : r->publicity_end.number;
}

static bool naive_counts(const struct grade_record *r, int day)
{
        return r->decided_on.number <= day && day < naive_end(r);
}

static bool naive_stands(const struct grade_record *r, int day)
{
        return naive_points(r) > 0 && naive_counts(r, day);
}

/* Every case, once, that has a record which the rule means. */
static bool naive_repeats(const struct policy_repeat *repeat, int day)
{
        int cases = 0;

        for (uint64_t case_ref = 0; case_ref < CASES; case_ref++) {
                bool has = false;

                for (uint32_t i = 0; i < inputs->count; i++) {
                        const struct grade_record *r = &inputs->records[i];

                        has |= r->case_ref == case_ref && (repeat->types >> r->type) % 2 &&
                               record_is_negative(r->type, r->result) && naive_counts(r, day) &&
                               (repeat->severity == SEVERITY_NONE || r->severity == repeat->severity) &&
                               day < day_add_months(r->decided_on, repeat->months).number;
                }
                cases += has;
        }
        return cases >= repeat->count;
}

static bool naive_is_behind(uint32_t i, int day)
{
        const struct grade_record *r = &inputs->records[i];

        for (uint32_t j = 0; j < inputs->count; j++) {
                const struct grade_record *o = &inputs->records[j];

                if (o == r || o->case_ref != r->case_ref || !naive_stands(o, day))
                        continue;
                if (naive_points(o) != naive_points(r) ? naive_points(o) > naive_points(r) :
                        naive_end(o) != naive_end(r)   ? naive_end(o) > naive_end(r) :
                                                         o->ordinal < r->ordinal)
                        return true;
        }
        return false;
}

/* Is the kind held on that day, and has been, day after day, since the gate's months ago? */
static bool naive_is_held(int kind, int months, int day)
{
        for (int since = day;; since--) {
                bool held = false;

                for (uint32_t i = 0; i < inputs->count; i++) {
                        const struct grade_record *r = &inputs->records[i];

                        held |= r->type == RECORD_CERTIFICATE && (int)r->certificate == kind &&
                                r->decided_on.number <= since &&
                                (r->valid_through.number == INT32_MIN || r->valid_through.number >= since) &&
                                (r->publicity_end.number == INT32_MIN || r->publicity_end.number > day);
                }
                if (!held)
                        return false;
                if (day_add_months((struct day){since}, months).number <= day)
                        return true;
        }
}

static bool naive_gate(const struct policy_gate *gate, int day)
{
        for (int kind = 0; kind <= CERTIFICATE_LAST; kind++)
                if ((gate->certificates >> kind) % 2 && !naive_is_held(kind, gate->held_months, day))
                        return false;
        for (uint32_t i = 0; i < inputs->count && gate->months_without_deduction; i++) {
                const struct grade_record *r = &inputs->records[i];

                if (naive_stands(r, day) &&
                        day < day_add_months(r->decided_on, gate->months_without_deduction).number)
                        return false;
        }
        return true;
}

static void naive_evaluate(int day, struct naive *ret)
{
        int sum = 0, ever = (int)inputs->ended;
        unsigned band, least = 0;
        bool is_vetoed = false;

        for (uint32_t i = 0; i < inputs->count; i++) {
                const struct grade_record *r = &inputs->records[i];

                ever += r->decided_on.number <= day ? 1 : 0;
                ret->effects[i] = (enum grade_effect)0;
                if (naive_points(r) > 0 && r->decided_on.number <= day && r->decided_on.number < naive_end(r))
                        ret->effects[i] = GRADE_EXPIRED;
                if (naive_stands(r, day))
                        ret->effects[i] = policy.heaviest_per_case && naive_is_behind(i, day) ?
                                GRADE_SUPERSEDED : GRADE_COUNTED;
                if (ret->effects[i] == GRADE_COUNTED)
                        sum += naive_points(r);
        }
        for (uint32_t i = 0; i < inputs->listings_count; i++) {
                const struct grade_listing *l = &inputs->listings[i];

                ret->listed[i] = policy.has_veto && l->effect == LISTING_IN_FORCE && l->from.number <= day &&
                                 (l->to.number == INT32_MIN || day < l->to.number);
                if (ret->listed[i])
                        least = policy.veto;
                is_vetoed |= ret->listed[i];
        }
        for (unsigned i = 0; i < policy.repeats_count; i++) {
                ret->repeats[i] = naive_repeats(&policy.repeats[i], day);
                if (ret->repeats[i] && policy.repeats[i].band > least)
                        least = policy.repeats[i].band;
                is_vetoed |= ret->repeats[i];
        }
        ret->score = sum > policy.base ? 0 : policy.base - sum;
        for (band = policy.bands_count - 1; band > 0 && policy.bands[band - 1].least <= ret->score; band--)
                ;
        ret->grade = policy.bands[is_vetoed && band < least ? least : band].grade;
        if (is_vetoed)
                return;
        for (unsigned g = policy.gates_count; g-- > 0;)
                if (policy.gates[g].of == band && naive_gate(&policy.gates[g], day))
                        ret->grade = policy.gates[g].grade;
        if (ever < policy.records_ever) {
                ret->grade = "unrated";
                ret->score = -1;
        }
}

static bool naive_is_same(const struct naive *a, const struct naive *b)
{
        return strcmp(a->grade, b->grade) == 0 && a->score == b->score &&
               memcmp(a->effects, b->effects, inputs->count * sizeof(a->effects[0])) == 0 &&
               memcmp(a->listed, b->listed, inputs->listings_count * sizeof(a->listed[0])) == 0 &&
               memcmp(a->repeats, b->repeats, policy.repeats_count * sizeof(a->repeats[0])) == 0;
}

/* A rule that holds says until when: on every day before that it does, on that day it does not. */
static void compare_repeats(const struct naive *naive, int day)
{
        for (unsigned i = 0; i < policy.repeats_count; i++) {
                uint32_t found = 0;

                for (uint32_t k = 0; k < outcome->count; k++) {
                        const struct grade_reason *reason = &outcome->reasons[k];

                        if (strcmp(reason->rule, policy.repeats[i].word) != 0)
                                continue;
                        found++;
                        ck_assert_int_eq(reason->effect, GRADE_VETO);
                        for (int later = day; later < reason->until.number; later++)
                                ck_assert(naive_repeats(&policy.repeats[i], later));
                        ck_assert(!naive_repeats(&policy.repeats[i], reason->until.number));
                }
                ck_assert_uint_eq(found, naive->repeats[i]);
        }
}

/* The day's outcome, reason by reason. */
static void compare_with_naive(const struct naive *naive)
{
        uint32_t expected = 0;

        ck_assert_str_eq(outcome->grade, naive->grade);
        ck_assert_int_eq(outcome->score, naive->score);
        for (uint32_t i = 0; i < inputs->listings_count; i++)
                expected += naive->listed[i];
        for (unsigned i = 0; i < policy.repeats_count; i++)
                expected += naive->repeats[i];
        for (uint32_t i = 0; i < inputs->count; i++) {
                const struct grade_record *r = &inputs->records[i];
                uint32_t found = 0;

                expected += naive->effects[i] != 0;
                for (uint32_t k = 0; k < outcome->count; k++) {
                        const struct grade_reason *reason = &outcome->reasons[k];

                        if (reason->ordinal != r->ordinal)
                                continue;
                        found++;
                        ck_assert_int_eq(reason->effect, naive->effects[i]);
                        ck_assert_int_eq(reason->points, naive_points(r));
                        ck_assert_int_eq(reason->until.number, naive_end(r));
                        ck_assert_uint_eq(reason->case_ref, r->case_ref);
                        ck_assert_int_eq(strncmp(reason->rule, record_type_word(r->type),
                                strlen(record_type_word(r->type))), 0);
                }
                ck_assert_uint_eq(found, naive->effects[i] != 0);
        }
        for (uint32_t k = 0; k < outcome->count; k++)
                expected += outcome->reasons[k].effect == GRADE_LIFTED;
        ck_assert_uint_eq(outcome->count, expected);
}

/* -------------------------------------------------------------- generators */

static uint64_t state;

static uint32_t below(uint32_t limit)
{
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (uint32_t)(state >> 33) % limit;
}

static const enum record_type negative_types[] = {RECORD_PENALTY, RECORD_SAMPLING, RECORD_RECALL, RECORD_COMPLAINT,
        RECORD_ACCIDENT, RECORD_BREACH, RECORD_ACCEPTANCE, RECORD_INSPECTION};

static void random_gate(unsigned g)
{
        static const char *const names[] = {"AAA", "AA"};

        policy.gates[g] = (struct policy_gate){.of = below(policy.bands_count)};
        snprintf(policy.gates[g].grade, sizeof(policy.gates[g].grade), "%s", names[g]);
        policy.gates[g].months_without_deduction = (int32_t)below(4);
        if (below(2) || policy.gates[g].months_without_deduction == 0) {
                policy.gates[g].certificates = 1u << (1 + below(2)) | 1u << (1 + below(2));
                policy.gates[g].held_months = (int32_t)below(4);
        }
}

static void random_tiers(unsigned table)
{
        policy.tiers_count[table] = below(3);
        for (unsigned i = 0; i < policy.tiers_count[table]; i++)
                policy.tiers[table][i] = (struct policy_tier){1000 * (1 + i) + (int64_t)below(900),
                        45 + 15 * (int32_t)i + (int32_t)below(15)};
}

static void random_repeat(unsigned i)
{
        policy.repeats[i] = (struct policy_repeat){
                .types = below(3) ? 1u << RECORD_PENALTY : 0,
                .severity = below(2) ? SEVERITY_SERIOUS : SEVERITY_NONE,
                .count = 1 + (int32_t)below(3),
                .months = 1 + (int32_t)below(4),
                .band = below(policy.bands_count),
        };
        policy.repeats[i].types |= 1u << negative_types[below(8)];
        snprintf(policy.repeats[i].word, sizeof(policy.repeats[i].word), "repeat.r%u", i);
}

static void random_policy(void)
{
        for (unsigned rule = 0; rule < POLICY_RULES; rule++)
                policy.points[rule] = below(5) ? (int32_t)below(4) * 15 : 0;
        for (unsigned rule = 0; rule < PENALTY_KINDS; rule++)
                policy.points[PENALTY_KINDS + rule] = policy.points[rule] + (below(3) ? 0 : 10);
        random_tiers(0);
        random_tiers(1);
        for (enum record_type type = RECORD_PENALTY; type <= RECORD_TYPE_LAST; type++)
                policy.type_months[type] = below(4) ? 0 : 1 + (int32_t)below(4);
        policy.repeats_count = below(3);
        for (unsigned i = 0; i < policy.repeats_count; i++)
                random_repeat(i);
        policy.window = below(3) ? POLICY_PUBLICITY : POLICY_MONTHS;
        policy.window_months = 1 + (int32_t)below(4);
        policy.heaviest_per_case = below(5) > 0;
        policy.has_veto = below(4) > 0;
        policy.veto = below(policy.bands_count);
        policy.records_ever = (int32_t)below(4);
        policy.gates_count = below(3);
        for (unsigned g = 0; g < policy.gates_count; g++)
                random_gate(g);
}

static struct grade_record random_record(uint32_t ordinal)
{
        struct grade_record r = {
                .type = (enum record_type)(below(2) ? RECORD_PENALTY : 1 + below(RECORD_TYPE_LAST)),
                .ordinal = ordinal,
                .case_ref = below(CASES),
                .decided_on = {SUBJECT_DAY - 90 + (int32_t)below(120)},
                .publicity_end = DAY_NONE,
                .valid_through = DAY_NONE,
        };

        if (below(4))
                r.publicity_end.number = r.decided_on.number - 5 + (int32_t)below(120);
        if (r.type == RECORD_PENALTY || record_type_is_finding(r.type))
                r.severity = (enum severity)below(3);
        if (record_type_has_result(r.type))
                r.result = (enum record_result)below(3);
        if (r.type == RECORD_PENALTY) {
                r.kinds = (uint16_t)(1u << below(PENALTY_KINDS) | 1u << below(PENALTY_KINDS));
                r.fine_fen = below(2) ? 0 : (int64_t)below(3000);
                r.confiscated_fen = below(2) ? 0 : (int64_t)below(3000);
        }
        if (r.type == RECORD_CERTIFICATE) {
                r.certificate = (enum certificate_kind)below(3);
                if (below(3))
                        r.valid_through.number = r.decided_on.number + (int32_t)below(150);
                if (below(3))
                        r.publicity_end = DAY_NONE;
        }
        return r;
}

static void random_inputs(void)
{
        inputs->ended = below(3) ? 0 : below(3);
        inputs->count = below(8);
        for (uint32_t i = 0; i < inputs->count; i++)
                inputs->records[i] = random_record(i + 1);
        inputs->listings_count = below(4) ? 0 : 1 + below(3);
        for (uint32_t i = 0; i < inputs->listings_count; i++) {
                struct grade_listing *l = &inputs->listings[i];

                l->effect = (enum listing_effect)(below(2) ? LISTING_IN_FORCE : 1 + below(4));
                l->from.number = SUBJECT_DAY - 60 + (int32_t)below(90);
                l->to = DAY_NONE;
                if (below(4))
                        l->to.number = l->from.number + 1 + (int32_t)below(90);
        }
}

/* --------------------------------------------------------------- properties */

static bool is_same(const struct grade_outcome *a, const struct grade_outcome *b, bool with_next)
{
        if (strcmp(a->grade, b->grade) != 0 || a->score != b->score || a->count != b->count)
                return false;
        if (with_next && a->next_change.number != b->next_change.number)
                return false;
        for (uint32_t i = 0; i < a->count; i++) {
                const struct grade_reason *x = &a->reasons[i];
                const struct grade_reason *y = &b->reasons[i];

                if (x->effect != y->effect || x->rule != y->rule || x->ordinal != y->ordinal ||
                        x->points != y->points || x->until.number != y->until.number)
                        return false;
        }
        return true;
}

START_TEST(a_naive_grader_comes_to_the_same_outcome_and_the_same_next_change)
{
        static struct naive now, then;
        int changes = 0, forever = 0, unrated = 0, lifted = 0, repeated = 0;

        state = 20141105;
        for (int round = 0; round < 25000; round++) {
                int day = SUBJECT_DAY - 5 + (int)below(20);
                int next = day + 1;

                random_policy();
                random_inputs();
                grade_evaluate(&policy, inputs, (struct day){day}, outcome);
                naive_evaluate(day, &now);
                compare_with_naive(&now);
                compare_repeats(&now, day);
                for (; next < day + HORIZON; next++) {
                        naive_evaluate(next, &then);
                        if (!naive_is_same(&now, &then))
                                break;
                }
                if (next == day + HORIZON) {
                        forever++;
                        ck_assert(day_is_none(outcome->next_change));
                } else {
                        changes++;
                        ck_assert_msg(outcome->next_change.number == next, "round %d: %d, naive %d", round,
                                outcome->next_change.number - day, next - day);
                }
                unrated += outcome->score < 0;
                lifted += outcome->count > 0 && outcome->reasons[0].effect == GRADE_LIFTED;
                for (uint32_t k = 0; k < outcome->count; k++)
                        repeated += outcome->reasons[k].effect == GRADE_VETO &&
                                    strncmp(outcome->reasons[k].rule, "repeat.", 7) == 0;
        }
        /* The generator has seen them all. */
        ck_assert_int_gt(changes, 10000);
        ck_assert_int_gt(forever, 1000);
        ck_assert_int_gt(unrated, 1000);
        ck_assert_int_gt(lifted, 500);
        ck_assert_int_gt(repeated, 2000);
}
END_TEST

START_TEST(nothing_differs_on_the_day_before_the_next_change_and_something_does_on_it)
{
        state = 510823;
        for (int round = 0; round < 20000; round++) {
                struct day today = {SUBJECT_DAY + (int32_t)below(20)};

                random_policy();
                random_inputs();
                grade_evaluate(&policy, inputs, today, outcome);
                if (day_is_none(outcome->next_change))
                        continue;
                ck_assert(day_is_before(today, outcome->next_change));
                grade_evaluate(&policy, inputs, day_add(outcome->next_change, -1), other);
                ck_assert(is_same(outcome, other, true));
                grade_evaluate(&policy, inputs, outcome->next_change, other);
                ck_assert(!is_same(outcome, other, false));
        }
}
END_TEST

START_TEST(the_order_of_records_and_listings_never_matters)
{
        state = 11714;
        for (int round = 0; round < 20000; round++) {
                struct day today = {SUBJECT_DAY + (int32_t)below(20)};

                random_policy();
                random_inputs();
                grade_evaluate(&policy, inputs, today, outcome);
                for (uint32_t i = inputs->count; i > 1; i--) {
                        uint32_t j = below(i);
                        struct grade_record moved = inputs->records[i - 1];

                        inputs->records[i - 1] = inputs->records[j];
                        inputs->records[j] = moved;
                }
                for (uint32_t i = inputs->listings_count; i > 1; i--) {
                        uint32_t j = below(i);
                        struct grade_listing moved = inputs->listings[i - 1];

                        inputs->listings[i - 1] = inputs->listings[j];
                        inputs->listings[j] = moved;
                }
                grade_evaluate(&policy, inputs, today, other);
                ck_assert(is_same(outcome, other, true));
        }
}
END_TEST

/* From the best on: gates of a band in their order, then the band. */
static unsigned rank_of(const char *grade)
{
        for (unsigned g = 0; g < policy.gates_count; g++)
                if (strcmp(policy.gates[g].grade, grade) == 0)
                        return policy.gates[g].of * 100 + g;
        for (unsigned band = 0; band < policy.bands_count; band++)
                if (strcmp(policy.bands[band].grade, grade) == 0)
                        return band * 100 + 99;
        ck_abort_msg("%s is no grade", grade);
        return 0;
}

/*
 * Adding one more is taking one away seen from the other side: both are shown at once. With too few records a file has
 * no grade at all, and its first record, of whatever kind, can give it one: that is neither better nor worse.
 */
START_TEST(one_more_negative_record_never_lifts_and_one_less_never_lowers)
{
        int lowered = 0, graded = 0, vetoed = 0;

        state = 32100;
        for (int round = 0; round < 40000; round++) {
                struct day today = {SUBJECT_DAY + (int32_t)below(20)};
                struct grade_record *added;

                random_policy();
                random_inputs();
                grade_evaluate(&policy, inputs, today, outcome);
                added = &inputs->records[inputs->count];
                do
                        *added = random_record(inputs->count + 1);
                while (!record_is_negative(added->type, added->result));
                inputs->count++;
                grade_evaluate(&policy, inputs, today, other);
                graded += outcome->score < 0 && other->score >= 0;
                vetoed += outcome->score < 0 && other->score >= 0 && other->reasons[0].effect == GRADE_VETO;
                ck_assert(outcome->score < 0 || other->score >= 0);
                if (outcome->score < 0 || other->score < 0)
                        continue;
                ck_assert_int_le(other->score, outcome->score);
                ck_assert_uint_ge(rank_of(other->grade), rank_of(outcome->grade));
                lowered += rank_of(other->grade) > rank_of(outcome->grade);
        }
        ck_assert_int_gt(lowered, 1000);
        ck_assert_int_gt(graded, 1000);
        ck_assert_int_gt(vetoed, 100);
}
END_TEST

static bool is_shown(const struct grade_reason *reason)
{
        return reason->effect != GRADE_EXPIRED;
}

/* What is over changes nothing that is shown, today or later. */
START_TEST(reduced_inputs_give_the_same_grade_on_that_day_and_on_every_later_one)
{
        struct grade_inputs *reduced = must_alloc(sizeof(*reduced));
        int left_out = 0, lifted = 0;

        state = 4404;
        for (int round = 0; round < 20000; round++) {
                struct day today = {SUBJECT_DAY + (int32_t)below(20)};

                random_policy();
                random_inputs();
                inputs_reduce(inputs, &policy, today, reduced);
                left_out += reduced->count < inputs->count;
                for (int later = 0; later < 12; later++) {
                        uint32_t i = 0, j = 0;

                        grade_evaluate(&policy, inputs, today, outcome);
                        grade_evaluate(&policy, reduced, today, other);
                        ck_assert_str_eq(outcome->grade, other->grade);
                        ck_assert_int_eq(outcome->score, other->score);
                        ck_assert_int_eq(outcome->next_change.number, other->next_change.number);
                        lifted += other->count > 0 && other->reasons[0].effect == GRADE_LIFTED;
                        for (; i < outcome->count && is_shown(&outcome->reasons[i]); i++, j++) {
                                ck_assert_uint_lt(j, other->count);
                                ck_assert_int_eq(outcome->reasons[i].effect, other->reasons[j].effect);
                                ck_assert_str_eq(outcome->reasons[i].rule, other->reasons[j].rule);
                                ck_assert_uint_eq(outcome->reasons[i].ordinal, other->reasons[j].ordinal);
                                ck_assert_int_eq(outcome->reasons[i].points, other->reasons[j].points);
                                ck_assert_int_eq(outcome->reasons[i].until.number, other->reasons[j].until.number);
                        }
                        ck_assert(j == other->count || !is_shown(&other->reasons[j]));
                        today = below(2) || day_is_none(outcome->next_change) ? day_add(today, 1 + (int32_t)below(20)) :
                                outcome->next_change;
                }
        }
        ck_assert_int_gt(left_out, 5000);
        ck_assert_int_gt(lifted, 5000);
        free(reduced);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("grade_properties");
        TCase *properties = tcase_create("properties");

        tcase_set_timeout(properties, 120);
        tcase_add_checked_fixture(properties, set_up, tear_down);
        tcase_add_test(properties, a_naive_grader_comes_to_the_same_outcome_and_the_same_next_change);
        tcase_add_test(properties,
                nothing_differs_on_the_day_before_the_next_change_and_something_does_on_it);
        tcase_add_test(properties, the_order_of_records_and_listings_never_matters);
        tcase_add_test(properties, one_more_negative_record_never_lifts_and_one_less_never_lowers);
        tcase_add_test(properties, reduced_inputs_give_the_same_grade_on_that_day_and_on_every_later_one);
        suite_add_tcase(suite, properties);

        return suite_run(suite);
}
