/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/simulation.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/suite.h"

/* In force: A, B, D and a gate AA from A. Tried: A, C, D and a gate AAA from A. Listed is D in force, and C if tried. */
static struct policy in_force, tried;
static struct simulation simulation;
static struct grade_outcome before, after;
static char rule[SIMULATION_RULE];

static void set_up(void)
{
        in_force = (struct policy){
                .bands_count = 3,
                .bands = {{.grade = "A", .least = 90}, {.grade = "B", .least = 60}, {.grade = "D"}},
                .gates_count = 1,
                .gates = {{.grade = "AA", .of = 0}},
                .has_veto = true,
                .veto = 2,
        };
        tried = (struct policy){
                .bands_count = 3,
                .bands = {{.grade = "A", .least = 90}, {.grade = "C", .least = 60}, {.grade = "D"}},
                .gates_count = 2,
                .gates = {{.grade = "AAA", .of = 0}, {.grade = "AA", .of = 0}},
                .has_veto = true,
                .veto = 1,
                .repeats_count = 1,
                .repeats = {{.word = "repeat.sampling", .band = 2}},
        };
        before = after = (struct grade_outcome){.grade = "A", .score = 100};
        simulation_init(&simulation, &in_force, &tried);
}

static void tear_down(void)
{
        simulation_done(&simulation);
}

static void outcome(struct grade_outcome *of, const char *grade, int32_t score)
{
        *of = (struct grade_outcome){.score = score};
        strcpy(of->grade, grade);
}

static void reason(struct grade_outcome *of, enum grade_effect effect, const char *word, int32_t points)
{
        of->reasons[of->count++] = (struct grade_reason){.effect = effect, .rule = word, .points = points};
}

static enum simulation_direction count_as(const char *kind, const char *township, const char *industry)
{
        const struct slice names[SIMULATION_GROUPINGS] = {slice_text(kind), slice_text(township), slice_text(industry)};

        rule[0] = '\0';
        return simulation_count(&simulation, &before, &after, names, rule);
}

static enum simulation_direction count(void)
{
        return count_as("enterprise", "普安镇", "C14");
}

START_TEST(the_scale_has_gates_above_their_band_and_unrated_last)
{
        ck_assert_uint_eq(simulation.scale_before.count, 5);
        ck_assert_str_eq(simulation.scale_before.grades[0], "AA");
        ck_assert_str_eq(simulation.scale_before.grades[1], "A");
        ck_assert_str_eq(simulation.scale_before.grades[4], "unrated");
        ck_assert_uint_eq(policy_scale_place(&simulation.scale_before, "C"), 5);
}
END_TEST

START_TEST(every_enterprise_is_counted_once_everywhere)
{
        count_as("enterprise", "普安镇", "C14");
        outcome(&after, "D", 30);
        count_as("enterprise", "下寺镇", "");
        count_as("cooperative", "普安镇", "C14");
        ck_assert_uint_eq(simulation.total, 3);
        ck_assert_uint_eq(simulation.matrix[1][2], 1);
        ck_assert_uint_eq(simulation.matrix[1][4], 2);
        for (unsigned g = 0; g < SIMULATION_GROUPINGS; g++) {
                uint64_t total = 0;

                for (size_t i = 0; i < simulation.groups[g].count; i++)
                        total += simulation.groups[g].groups[i].total;
                ck_assert_uint_eq(total, 3);
        }
        ck_assert_uint_eq(simulation.groups[SIMULATION_BY_KIND].count, 2);
        ck_assert_str_eq(simulation.groups[SIMULATION_BY_KIND].groups[0].name, "cooperative");
        ck_assert_str_eq(simulation.groups[SIMULATION_BY_INDUSTRY].groups[0].name, "");
        ck_assert_uint_eq(simulation.groups[SIMULATION_BY_KIND].groups[1].after[4], 1);
}
END_TEST

START_TEST(a_name_that_begins_another_is_another_group)
{
        count_as("enterprise", "普安", "C1");
        count_as("enterprise", "普安镇", "C14");
        count_as("enterprise", "普", "C");
        ck_assert_uint_eq(simulation.groups[SIMULATION_BY_TOWNSHIP].count, 3);
        ck_assert_str_eq(simulation.groups[SIMULATION_BY_INDUSTRY].groups[0].name, "C");
        ck_assert_str_eq(simulation.groups[SIMULATION_BY_INDUSTRY].groups[2].name, "C14");
}
END_TEST

static const struct {
        const char *before, *after;
        enum simulation_direction direction;
} directions[] = {
        {"A", "A", SIMULATION_STAYS},
        {"A", "C", SIMULATION_DOWN},
        {"D", "C", SIMULATION_UP},
        {"unrated", "unrated", SIMULATION_STAYS},
        {"unrated", "A", SIMULATION_OTHER},
        {"D", "unrated", SIMULATION_OTHER},
        {"B", "C", SIMULATION_OTHER},  /* the tried policy has no B: nobody can say which is better */
        {"AA", "A", SIMULATION_DOWN},
};

START_TEST(up_and_down_are_said_of_grades_that_can_be_compared_only)
{
        outcome(&before, directions[_i].before, strcmp(directions[_i].before, "unrated") ? 50 : -1);
        outcome(&after, directions[_i].after, strcmp(directions[_i].after, "unrated") ? 50 : -1);
        ck_assert_int_eq(count(), directions[_i].direction);
        ck_assert_uint_eq(simulation.moves[directions[_i].direction], 1);
}
END_TEST

START_TEST(a_veto_that_only_one_policy_has_decides)
{
        outcome(&after, "D", 90);
        reason(&after, GRADE_VETO, "repeat.sampling", 0);
        reason(&after, GRADE_COUNTED, "penalty.fine", 10);
        count();
        ck_assert_str_eq(rule, "repeat.sampling");
}
END_TEST

START_TEST(a_veto_beside_a_score_that_is_as_low_does_not)
{
        outcome(&after, "D", 30);
        reason(&after, GRADE_VETO, "repeat.sampling", 0);
        reason(&after, GRADE_COUNTED, "penalty.fine", 70);
        count();
        ck_assert_str_eq(rule, "penalty.fine");
        outcome(&before, "D", 80);
        outcome(&after, "C", 70);
        reason(&before, GRADE_VETO, "listing", 0);
        reason(&before, GRADE_COUNTED, "penalty.fine", 20);
        reason(&after, GRADE_VETO, "listing", 0);
        reason(&after, GRADE_COUNTED, "penalty.fine", 30);
        count();
        ck_assert_str_eq(rule, "listing"); /* in force it holds at D, tried at C */
}
END_TEST

START_TEST(of_two_vetoes_the_one_decides_that_holds_the_lower_grade)
{
        outcome(&before, "D", 100);
        outcome(&after, "C", 95);
        reason(&before, GRADE_VETO, "listing", 0);
        reason(&after, GRADE_VETO, "listing", 0);
        reason(&after, GRADE_COUNTED, "penalty.warning", 5);
        count();
        ck_assert_str_eq(rule, "listing");
        outcome(&before, "A", 100);
        outcome(&after, "D", 100);
        reason(&after, GRADE_VETO, "listing", 0);
        reason(&after, GRADE_VETO, "repeat.sampling", 0);
        count();
        ck_assert_str_eq(rule, "repeat.sampling");
}
END_TEST

START_TEST(a_veto_of_who_has_too_few_records_decides)
{
        outcome(&before, "unrated", -1);
        outcome(&after, "C", 100);
        reason(&after, GRADE_VETO, "listing", 0);
        count();
        ck_assert_str_eq(rule, "listing");
}
END_TEST

START_TEST(of_two_gates_the_better_decides)
{
        outcome(&before, "AA", 100);
        outcome(&after, "AAA", 100);
        reason(&before, GRADE_LIFTED, "gate", 0);
        reason(&after, GRADE_LIFTED, "gate", 0);
        count();
        ck_assert_str_eq(rule, "gate.AAA");
}
END_TEST

START_TEST(a_gate_decides_nothing_where_the_score_has_another_grade)
{
        outcome(&before, "AA", 100);
        outcome(&after, "C", 70);
        reason(&before, GRADE_LIFTED, "gate", 0);
        reason(&after, GRADE_COUNTED, "penalty.fine", 30);
        count();
        ck_assert_str_eq(rule, "penalty.fine");
}
END_TEST

START_TEST(words_beyond_the_most_that_are_told_apart_are_counted_together)
{
        uint64_t total = 0;
        char word[16];
        const struct simulation_groups *groups = &simulation.groups[SIMULATION_BY_INDUSTRY];

        for (unsigned i = 0; i < SIMULATION_GROUPS_MAX + 100; i++) {
                snprintf(word, sizeof(word), "%05u", i);
                count_as("enterprise", "普安镇", word);
        }
        count_as("enterprise", "普安镇", "00000");
        ck_assert_uint_eq(groups->count, SIMULATION_GROUPS_MAX + 1);
        ck_assert_str_eq(groups->groups[0].name, SIMULATION_OTHERS);
        ck_assert_uint_eq(groups->groups[0].total, 100);
        ck_assert_uint_eq(groups->groups[1].total, 2);
        for (size_t i = 0; i < groups->count; i++)
                total += groups->groups[i].total;
        ck_assert_uint_eq(total, simulation.total);
}
END_TEST

START_TEST(a_gate_that_lifts_under_one_policy_decides)
{
        outcome(&before, "AA", 100);
        reason(&before, GRADE_LIFTED, "gate", 0);
        count();
        ck_assert_str_eq(rule, "gate.AA");
}
END_TEST

START_TEST(too_few_records_under_one_policy_decide)
{
        outcome(&after, "unrated", -1);
        count();
        ck_assert_str_eq(rule, "minimum");
}
END_TEST

START_TEST(the_rule_whose_points_differ_most_decides_wherever_it_counts)
{
        outcome(&before, "A", 90);
        outcome(&after, "C", 75);
        reason(&before, GRADE_COUNTED, "penalty.closure", 30);
        reason(&before, GRADE_COUNTED, "penalty.fine", 10);
        reason(&after, GRADE_COUNTED, "penalty.fine", 20);
        reason(&after, GRADE_COUNTED, "penalty.fine", 20);
        reason(&after, GRADE_COUNTED, "penalty.warning", 5);
        count();
        ck_assert_str_eq(rule, "penalty.closure"); /* 30, though the fines differ by 30 too: the first of equals */
        reason(&after, GRADE_COUNTED, "penalty.fine", 1);
        count();
        ck_assert_str_eq(rule, "penalty.fine");
}
END_TEST

START_TEST(superseded_points_decide_nothing)
{
        outcome(&after, "C", 85);
        reason(&after, GRADE_COUNTED, "penalty.warning", 15);
        reason(&after, GRADE_SUPERSEDED, "penalty.fine", 100);
        count();
        ck_assert_str_eq(rule, "penalty.warning");
}
END_TEST

START_TEST(another_score_of_the_same_reasons_is_the_base)
{
        outcome(&after, "C", 99);
        count();
        ck_assert_str_eq(rule, "base");
}
END_TEST

START_TEST(the_same_score_with_another_grade_is_the_bands)
{
        outcome(&after, "C", 100);
        count();
        ck_assert_str_eq(rule, "bands");
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("simulation");
        TCase *test = tcase_create("simulation");

        tcase_add_checked_fixture(test, set_up, tear_down);
        tcase_add_test(test, the_scale_has_gates_above_their_band_and_unrated_last);
        tcase_add_test(test, every_enterprise_is_counted_once_everywhere);
        tcase_add_test(test, a_name_that_begins_another_is_another_group);
        tcase_add_loop_test(test, up_and_down_are_said_of_grades_that_can_be_compared_only, 0,
                (int)(sizeof(directions) / sizeof(directions[0])));
        tcase_add_test(test, a_veto_that_only_one_policy_has_decides);
        tcase_add_test(test, a_veto_beside_a_score_that_is_as_low_does_not);
        tcase_add_test(test, of_two_vetoes_the_one_decides_that_holds_the_lower_grade);
        tcase_add_test(test, a_veto_of_who_has_too_few_records_decides);
        tcase_add_test(test, of_two_gates_the_better_decides);
        tcase_add_test(test, a_gate_decides_nothing_where_the_score_has_another_grade);
        tcase_add_test(test, words_beyond_the_most_that_are_told_apart_are_counted_together);
        tcase_add_test(test, a_gate_that_lifts_under_one_policy_decides);
        tcase_add_test(test, too_few_records_under_one_policy_decide);
        tcase_add_test(test, the_rule_whose_points_differ_most_decides_wherever_it_counts);
        tcase_add_test(test, superseded_points_decide_nothing);
        tcase_add_test(test, another_score_of_the_same_reasons_is_the_base);
        tcase_add_test(test, the_same_score_with_another_grade_is_the_bands);
        suite_add_tcase(suite, test);
        return suite_run(suite);
}
