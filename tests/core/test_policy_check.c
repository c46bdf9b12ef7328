/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What no part of a policy contradicts, but the whole does: grades that nothing leads to, rules that can never hold. */
#include "registry/core/policy.h"

#include <check.h>
#include <stdio.h>

#include "tests/core/policy_draft.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct policy_draft draft;

static void set_up(void)
{
        draft_open(&draft, "share/policies/default.json");
}

static void tear_down(void)
{
        draft_close(&draft);
}

/* Nothing costs anything: every file has the base for its score. */
static void cost_nothing(void)
{
        char from[64], to[64];

        draft_must_be_sound(&draft);
        for (unsigned kind = 0; kind < PENALTY_KINDS; kind++) {
                snprintf(from, sizeof(from), "\"%s\": %d", penalty_kind_word(kind),
                        draft.policy.points[POLICY_RULE_PENALTY(kind)]);
                snprintf(to, sizeof(to), "\"%s\": 0", penalty_kind_word(kind));
                draft_edit(&draft, from, to);
        }
        draft_edit(&draft, "{\"ordinary\": 10, \"serious\": 20}", "{\"ordinary\": 0, \"serious\": 0}");
}

#define BAND_A "{\"grade\": \"A\", "
/* A band above that of 90: from `least` on. */
#define BAND_AB(least) "{\"grade\": \"AB\", \"zh\": \"甲\", \"en\": \"a\", \"min\": " least "}, " BAND_A
#define GATE(grade, of, rest) "{\"grade\": \"" grade "\", \"zh\": \"甲\", \"en\": \"a\", \"of\": \"" of "\", " rest "}"
#define CLEAN(months) "\"months_without_deduction\": " months
#define HELD(kinds, months) "\"certificates\": [" kinds "], \"held_months\": " months
#define GATES(gates) "\"gates\": [" gates "]"
#define REPEATS(repeats) "\"active_listing\": \"D\", \"repeats\": [" repeats "]"
#define REPEAT(id, types, severity, count, months, grade) \
        "{\"id\": \"" id "\", \"types\": " types ", \"severity\": " severity ", \"count\": " count ", \"months\": " \
        months ", \"grade\": \"" grade "\"}"

static const struct {
        const char *from;
        const char *to;
        const char *path; /* NULL: it is sound */
} cases[] = {
        /* Points are multiples of five: so are scores. */
        {BAND_A, BAND_AB("96"), NULL},
        {BAND_A, BAND_AB("100"), NULL},
        {"\"min\": 90", "\"min\": 96", NULL},
        {"\"min\": 70", "\"min\": 86", "bands[1].min"},
        {"\"min\": 70", "\"min\": 85", NULL},
        {"\"min\": 90", "\"min\": 71", NULL},
        {"\"min\": 40", "\"min\": 66", "bands[2].min"},
        {"\"min\": 40", "\"min\": 1", NULL},
        {"\"base\": 100", "\"base\": 90", NULL},
        {"\"min\": 70", "\"min\": 89", "bands[1].min"},

        {"\"gates\": []", GATES(GATE("AAA", "A", CLEAN("24")) ", " GATE("AA", "A", CLEAN("12"))), NULL},
        {"\"gates\": []", GATES(GATE("AA", "A", CLEAN("12")) ", " GATE("AAA", "A", CLEAN("24"))), "gates[1].grade"},
        {"\"gates\": []", GATES(GATE("AA", "A", CLEAN("12")) ", " GATE("AAA", "A", CLEAN("12"))), "gates[1].grade"},
        {"\"gates\": []", GATES(GATE("AA", "A", CLEAN("12")) ", " GATE("BB", "B", CLEAN("24"))), NULL},
        {"\"gates\": []", GATES(GATE("AA", "A", CLEAN("12")) ", " GATE("AAA", "A", CLEAN("24") ", "
                HELD("\"gmp\"", "36"))), "gates[1].grade"},
        {"\"gates\": []", GATES(GATE("AAA", "A", CLEAN("24") ", " HELD("\"gmp\"", "36")) ", "
                GATE("AA", "A", CLEAN("24"))), NULL},
        {"\"gates\": []", GATES(GATE("AAA", "A", HELD("\"gmp\"", "36")) ", " GATE("AA", "A", HELD("\"gmp\"", "35"))),
                NULL},
        {"\"gates\": []", GATES(GATE("AA", "A", HELD("\"gmp\"", "36")) ", "
                GATE("AAA", "A", HELD("\"gmp\", \"gsp\"", "36"))), "gates[1].grade"},
        {"\"gates\": []", GATES(GATE("AA", "A", HELD("\"gmp\"", "36")) ", " GATE("AAA", "A", HELD("\"gsp\"", "36"))),
                NULL},
        {"\"gates\": []", GATES(GATE("BBB", "A", HELD("\"ccc\"", "0")) ", " GATE("AA", "A", HELD("\"gmp\"", "36")) ", "
                GATE("AAA", "A", HELD("\"gmp\"", "40") ", " CLEAN("12"))), "gates[2].grade"},

        {"\"active_listing\": \"D\"", REPEATS(REPEAT("three", "[\"penalty\"]", "null", "3", "36", "D") ", "
                REPEAT("two", "[\"penalty\"]", "null", "2", "12", "D")), NULL},
        {"\"active_listing\": \"D\"", REPEATS(REPEAT("three", "[\"penalty\"]", "null", "3", "36", "D") ", "
                REPEAT("four", "[\"penalty\"]", "null", "4", "12", "D")), "veto.repeats[1].id"},
        {"\"active_listing\": \"D\"", REPEATS(REPEAT("four", "[\"penalty\"]", "null", "4", "36", "D") ", "
                REPEAT("three", "[\"penalty\"]", "null", "3", "36", "D")), "veto.repeats[0].id"},
        {"\"active_listing\": \"D\"", REPEATS(REPEAT("one", "[\"penalty\"]", "null", "3", "36", "D") ", "
                REPEAT("same", "[\"penalty\"]", "null", "3", "36", "D")), "veto.repeats[1].id"},
        {"\"active_listing\": \"D\"", REPEATS(REPEAT("all", "[\"penalty\", \"recall\"]", "null", "3", "36", "C") ", "
                REPEAT("four", "[\"penalty\"]", "null", "4", "36", "D")), NULL},
        {"\"active_listing\": \"D\"", REPEATS(REPEAT("all", "[\"penalty\", \"recall\"]", "null", "3", "36", "D") ", "
                REPEAT("serious", "[\"recall\"]", "\"serious\"", "3", "12", "C")), "veto.repeats[1].id"},
        {"\"active_listing\": \"D\"", REPEATS(REPEAT("serious", "[\"recall\"]", "\"serious\"", "2", "36", "D") ", "
                REPEAT("three", "[\"recall\"]", "null", "3", "36", "D")), NULL},
};

START_TEST(a_grade_or_rule_that_no_file_can_ever_meet_is_refused)
{
        draft_edit(&draft, cases[_i].from, cases[_i].to);
        if (cases[_i].path)
                draft_must_be_refused(&draft, DOCUMENT_VALUE, cases[_i].path, "");
        else
                draft_must_be_sound(&draft);
}
END_TEST

START_TEST(sums_of_different_points_reach_a_band_that_neither_reaches_alone)
{
        draft_edit(&draft, "\"min\": 70", "\"min\": 86");
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "bands[1].min", "86");
        draft_edit(&draft, "\"sampling\": {\"ord",
                "\"complaint\": {\"ordinary\": 0, \"serious\": 8}, \"sampling\": {\"ord");
        draft_must_be_sound(&draft);
}
END_TEST

START_TEST(what_serious_or_expensive_penalties_cost_reaches_bands_too)
{
        draft_edit(&draft, "\"min\": 70", "\"min\": 88");
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "bands[1].min", "88");
        draft_edit(&draft, "\"sampling\": {\"ord", "\"serious_penalty\": {\"fine\": 12}, \"sampling\": {\"ord");
        draft_must_be_sound(&draft);
        draft_edit(&draft, "\"serious_penalty\": {\"fine\": 12}",
                "\"amounts\": {\"fine\": [{\"from_yuan\": 1, \"points\": 12}]}");
        draft_must_be_sound(&draft);
        draft_edit(&draft, "\"points\": 12", "\"points\": 13");
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "bands[1].min", "88");
}
END_TEST

START_TEST(where_nothing_costs_points_only_a_veto_leads_below_the_first_band)
{
        cost_nothing();
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "bands[1].min", "70");
        draft_edit(&draft, "\"active_listing\": \"D\"", REPEATS(REPEAT("two", "[\"penalty\"]", "null", "2", "12", "C")));
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "bands[1].min", "70");
        draft_edit(&draft, "\"grade\": \"C\"}", "\"grade\": \"B\"}");
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "bands[2].min", "40");
        draft_edit(&draft, "\"active_listing\": \"D\"", "\"active_listing\": \"C\"");
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "bands[3].min", "0");
}
END_TEST

START_TEST(what_costs_more_than_the_base_leads_to_the_last_band)
{
        cost_nothing();
        draft_edit(&draft, "\"active_listing\": \"D\"",
                "\"active_listing\": null, \"repeats\": ["
                REPEAT("b", "[\"penalty\"]", "null", "2", "12", "B") ", "
                REPEAT("c", "[\"penalty\"]", "null", "3", "12", "C") "]");
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "bands[3].min", "0");
        draft_edit(&draft, "\"detention\": 0", "\"detention\": 101");
        draft_must_be_sound(&draft);
}
END_TEST

START_TEST(a_gate_lifts_nobody_from_a_band_that_only_a_veto_gives)
{
        cost_nothing();
        draft_edit(&draft, "\"active_listing\": \"D\"",
                REPEATS(REPEAT("b", "[\"penalty\"]", "null", "2", "12", "B") ", "
                        REPEAT("c", "[\"penalty\"]", "null", "3", "12", "C")));
        draft_must_be_sound(&draft);
        draft_edit(&draft, "\"gates\": []", GATES(GATE("BB", "B", HELD("\"gmp\"", "12"))));
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "gates[0].of", "\"B\"");
}
END_TEST

/* Who is in B has a deduction that counts; where none counts for longer than a year, it is from this year. */
START_TEST(a_gate_of_a_lower_band_cannot_ask_for_longer_than_anything_counts)
{
        draft_edit(&draft, "\"rule\": \"publicity\", \"fallback_months\"", "\"rule\": \"months\", \"months\"");
        draft_edit(&draft, "\"gates\": []", GATES(GATE("BB", "B", CLEAN("12"))));
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "gates[0].months_without_deduction", "12");
        draft_edit(&draft, CLEAN("12"), CLEAN("11"));
        draft_must_be_sound(&draft);
        draft_edit(&draft, CLEAN("11"), CLEAN("12"));
        draft_edit(&draft, "\"months\": 12", "\"months\": 12, \"by_type\": {\"sampling\": 13}");
        draft_must_be_sound(&draft);
        draft_edit(&draft, "{\"sampling\": 13}", "{\"recall\": 13}"); /* which costs nothing */
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "gates[0].months_without_deduction", "12");
        draft_edit(&draft, "\"of\": \"B\"", "\"of\": \"A\"");
        draft_must_be_sound(&draft);
}
END_TEST

START_TEST(what_costs_points_by_its_amount_alone_counts_for_its_time_too)
{
        cost_nothing();
        draft_edit(&draft, "\"sampling\": {\"ord",
                "\"amounts\": {\"fine\": [{\"from_yuan\": 1, \"points\": 30}]}, \"sampling\": {\"ord");
        draft_edit(&draft, "\"rule\": \"publicity\", \"fallback_months\"", "\"rule\": \"months\", \"months\"");
        draft_edit(&draft, "\"gates\": []", GATES(GATE("BB", "B", CLEAN("12"))));
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "gates[0].months_without_deduction", "12");
        draft_edit(&draft, CLEAN("12"), CLEAN("11"));
        draft_must_be_sound(&draft);
}
END_TEST

START_TEST(gates_that_differ_only_beyond_what_anything_counts_are_one)
{
        draft_edit(&draft, "\"gates\": []", GATES(GATE("AAA", "A", CLEAN("24")) ", " GATE("AA", "A", CLEAN("12"))));
        draft_must_be_sound(&draft);
        draft_edit(&draft, "\"rule\": \"publicity\", \"fallback_months\"", "\"rule\": \"months\", \"months\"");
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "gates[1].grade", "\"AA\"");
        draft_edit(&draft, "\"months\": 12", "\"months\": 13");
        draft_must_be_sound(&draft);
}
END_TEST

START_TEST(the_reason_names_the_rule_that_comes_first)
{
        draft_edit(&draft, "\"gates\": []", GATES(GATE("AA", "A", CLEAN("12")) ", " GATE("AAA", "A", CLEAN("24"))));
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "gates[1].grade", "\"AAA\"");
        ck_assert_str_eq(draft.error.reason, "where it holds, the gate of AA before it does");
        draft_edit(&draft, ", " GATE("AAA", "A", CLEAN("24")), "");
        draft_edit(&draft, "\"active_listing\": \"D\"",
                REPEATS(REPEAT("three", "[\"penalty\"]", "null", "3", "36", "D") ", "
                        REPEAT("four", "[\"penalty\"]", "null", "4", "12", "D")));
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "veto.repeats[1].id", "\"four\"");
        ck_assert_str_eq(draft.error.reason, "where it holds, repeat.three does, and as low");
}
END_TEST

START_TEST(a_policy_that_a_registry_has_is_read_all_the_same)
{
        draft_edit(&draft, BAND_A, BAND_AB("100"));
        draft_edit(&draft, "\"min\": 90", "\"min\": 96");
        draft_must_be_refused(&draft, DOCUMENT_VALUE, "bands[1].min", "96");
        ck_assert_int_eq(policy_parse(buffer_slice(&draft.text), &draft.policy, &draft.error), DOCUMENT_SOUND);
        ck_assert_str_eq(draft.policy.bands[0].grade, "AB");
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("policy_check");
        TCase *tcase = tcase_create("cases");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_loop_test(tcase, a_grade_or_rule_that_no_file_can_ever_meet_is_refused, 0, COUNT(cases));
        tcase_add_test(tcase, sums_of_different_points_reach_a_band_that_neither_reaches_alone);
        tcase_add_test(tcase, what_serious_or_expensive_penalties_cost_reaches_bands_too);
        tcase_add_test(tcase, where_nothing_costs_points_only_a_veto_leads_below_the_first_band);
        tcase_add_test(tcase, what_costs_more_than_the_base_leads_to_the_last_band);
        tcase_add_test(tcase, a_gate_lifts_nobody_from_a_band_that_only_a_veto_gives);
        tcase_add_test(tcase, a_gate_of_a_lower_band_cannot_ask_for_longer_than_anything_counts);
        tcase_add_test(tcase, what_costs_points_by_its_amount_alone_counts_for_its_time_too);
        tcase_add_test(tcase, gates_that_differ_only_beyond_what_anything_counts_are_one);
        tcase_add_test(tcase, the_reason_names_the_rule_that_comes_first);
        tcase_add_test(tcase, a_policy_that_a_registry_has_is_read_all_the_same);
        suite_add_tcase(suite, tcase);

        return suite_run(suite);
}
