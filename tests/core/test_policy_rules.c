/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a policy may say of severity, amounts, measures, repeat rules and windows by type. */
#include "registry/core/policy.h"

#include <check.h>
#include <string.h>

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

/* ---------------------------------------------------------------- refusals */

struct refusal {
        const char *member; /* is added to the place that its table is about */
        enum document_flaw flaw;
        const char *path;
        const char *value;
};

static const struct refusal deductions[] = {
        {"\"serious_penalty\": 3", DOCUMENT_TYPE, "deductions.serious_penalty", "3"},
        {"\"serious_penalty\": {\"fines\": 20}", DOCUMENT_UNKNOWN, "deductions.serious_penalty.fines", "20"},
        {"\"serious_penalty\": {\"fine\": 9}", DOCUMENT_VALUE, "deductions.serious_penalty.fine", "9"},
        {"\"serious_penalty\": {\"fine\": -10}", DOCUMENT_VALUE, "deductions.serious_penalty.fine", "-10"},
        {"\"serious_penalty\": {\"fine\": 1001}", DOCUMENT_VALUE, "deductions.serious_penalty.fine", "1001"},
        {"\"serious_penalty\": {\"fine\": 20.0}", DOCUMENT_TYPE, "deductions.serious_penalty.fine", "20.0"},
        {"\"serious_penalty\": {\"detention\": null}", DOCUMENT_TYPE, "deductions.serious_penalty.detention", "null"},

        {"\"amounts\": []", DOCUMENT_TYPE, "deductions.amounts", "[]"},
        {"\"amounts\": {\"warning\": []}", DOCUMENT_UNKNOWN, "deductions.amounts.warning", "[]"},
        {"\"amounts\": {\"fine\": {}}", DOCUMENT_TYPE, "deductions.amounts.fine", "{}"},
        {"\"amounts\": {\"fine\": []}", DOCUMENT_VALUE, "deductions.amounts.fine", "[]"},
        {"\"amounts\": {\"confiscation\": [1, 2, 3, 4, 5, 6, 7, 8, 9]}", DOCUMENT_VALUE,
                "deductions.amounts.confiscation", ""},
        {"\"amounts\": {\"fine\": [3]}", DOCUMENT_TYPE, "deductions.amounts.fine[0]", "3"},
        {"\"amounts\": {\"fine\": [{\"from_yuan\": 1}]}", DOCUMENT_MISSING, "deductions.amounts.fine[0].points", ""},
        {"\"amounts\": {\"fine\": [{\"points\": 20}]}", DOCUMENT_MISSING, "deductions.amounts.fine[0].from_yuan", ""},
        {"\"amounts\": {\"fine\": [{\"from_yuan\": 1, \"points\": 20, \"to_yuan\": 2}]}", DOCUMENT_UNKNOWN,
                "deductions.amounts.fine[0].to_yuan", "2"},
        {"\"amounts\": {\"fine\": [{\"from_yuan\": 0, \"points\": 20}]}", DOCUMENT_VALUE,
                "deductions.amounts.fine[0].from_yuan", "0"},
        {"\"amounts\": {\"fine\": [{\"from_yuan\": 1000000001, \"points\": 20}]}", DOCUMENT_VALUE,
                "deductions.amounts.fine[0].from_yuan", "1000000001"},
        {"\"amounts\": {\"fine\": [{\"from_yuan\": 0.5, \"points\": 20}]}", DOCUMENT_TYPE,
                "deductions.amounts.fine[0].from_yuan", "0.5"},
        {"\"amounts\": {\"fine\": [{\"from_yuan\": 1, \"points\": -20}]}", DOCUMENT_VALUE,
                "deductions.amounts.fine[0].points", "-20"},
        {"\"amounts\": {\"fine\": [{\"from_yuan\": 1, \"points\": 1001}]}", DOCUMENT_VALUE,
                "deductions.amounts.fine[0].points", "1001"},
        {"\"amounts\": {\"fine\": [{\"from_yuan\": 1, \"points\": 9}]}", DOCUMENT_VALUE,
                "deductions.amounts.fine[0].points", "9"},
        {"\"amounts\": {\"confiscation\": [{\"from_yuan\": 1, \"points\": 19}]}", DOCUMENT_VALUE,
                "deductions.amounts.confiscation[0].points", "19"},
        {"\"amounts\": {\"fine\": [{\"from_yuan\": 5, \"points\": 20}, {\"from_yuan\": 4, \"points\": 30}]}",
                DOCUMENT_VALUE, "deductions.amounts.fine[1].from_yuan", "4"},
        {"\"amounts\": {\"fine\": [{\"from_yuan\": 5, \"points\": 20}, {\"from_yuan\": 5, \"points\": 30}]}",
                DOCUMENT_VALUE, "deductions.amounts.fine[1].from_yuan", "5"},
        {"\"amounts\": {\"fine\": [{\"from_yuan\": 5, \"points\": 20}, {\"from_yuan\": 6, \"points\": 19}]}",
                DOCUMENT_VALUE, "deductions.amounts.fine[1].points", "19"},
        {"\"amounts\": {\"fine\": [{\"from_yuan\": 5, \"points\": 20}, {\"from_yuan\": 6, \"points\": 20}]}",
                DOCUMENT_VALUE, "deductions.amounts.fine[1].points", "20"},

        {"\"breach\": {\"ordinary\": 1}", DOCUMENT_MISSING, "deductions.breach.serious", ""},
        {"\"breach\": {\"ordinary\": -1, \"serious\": 1}", DOCUMENT_VALUE, "deductions.breach.ordinary", "-1"},
        {"\"acceptance\": 5", DOCUMENT_TYPE, "deductions.acceptance", "5"},
        {"\"inspection\": {\"ordinary\": 1, \"serious\": 1001}", DOCUMENT_VALUE, "deductions.inspection.serious",
                "1001"},
        {"\"inspection\": {\"ordinary\": 1, \"serious\": 2, \"fatal\": 3}", DOCUMENT_UNKNOWN,
                "deductions.inspection.fatal", "3"},
        {"\"award\": {\"ordinary\": 1, \"serious\": 2}", DOCUMENT_UNKNOWN, "deductions.award", ""},
        {"\"survey\": {\"ordinary\": 1, \"serious\": 2}", DOCUMENT_UNKNOWN, "deductions.survey", ""},
};

START_TEST(a_deduction_that_says_anything_unclear_is_refused_where_it_says_it)
{
        draft_edit(&draft, "\"sampling\": {\"ord", "@, \"sampling\": {\"ord");
        draft_edit(&draft, "@", deductions[_i].member);
        draft_must_be_refused(&draft, deductions[_i].flaw, deductions[_i].path, deductions[_i].value);
}
END_TEST

#define MEASURE(rest) "{\"zh\": \"甲\", \"en\": \"a\"" rest "}"

static const struct refusal measures[] = {
        {"{}", DOCUMENT_TYPE, "bands[0].measures", "{}"},
        {"[3]", DOCUMENT_TYPE, "bands[0].measures[0]", "3"},
        {"[1, 2, 3, 4, 5, 6, 7, 8, 9]", DOCUMENT_VALUE, "bands[0].measures", ""},
        {"[" MEASURE(", \"item\": null") "]", DOCUMENT_MISSING, "bands[0].measures[0].basis", ""},
        {"[" MEASURE(", \"basis\": \"法\"") "]", DOCUMENT_MISSING, "bands[0].measures[0].item", ""},
        {"[" MEASURE(", \"basis\": \"\", \"item\": null") "]", DOCUMENT_VALUE, "bands[0].measures[0].basis", "\"\""},
        {"[" MEASURE(", \"basis\": null, \"item\": null") "]", DOCUMENT_TYPE, "bands[0].measures[0].basis", "null"},
        {"[" MEASURE(", \"basis\": \"法\", \"item\": \"\"") "]", DOCUMENT_VALUE, "bands[0].measures[0].item", "\"\""},
        {"[" MEASURE(", \"basis\": \"法\", \"item\": 3") "]", DOCUMENT_TYPE, "bands[0].measures[0].item", "3"},
        {"[" MEASURE(", \"basis\": \"法\", \"item\": null, \"law\": 1") "]", DOCUMENT_UNKNOWN,
                "bands[0].measures[0].law", "1"},
        {"[{\"zh\": \"甲\", \"basis\": \"法\", \"item\": null}]", DOCUMENT_MISSING, "bands[0].measures[0].en", ""},
        {"[" MEASURE(", \"basis\": \"法\", \"item\": null") ", "
                MEASURE(", \"basis\": \"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三\", \"item\": null") "]",
                DOCUMENT_VALUE, "bands[0].measures[1].basis", ""},
};

/* The first band's measures, from its bracket to the one that closes them. */
static void replace_measures(const char *text)
{
        static char whole[4096];
        const char *from = strstr(buffer_text(&draft.text), "\"measures\": [");
        size_t length;

        ck_assert_ptr_nonnull(from);
        from += strlen("\"measures\": ");
        length = (size_t)(strchr(from, ']') - from) + 1;
        ck_assert_uint_lt(length, sizeof(whole));
        memcpy(whole, from, length);
        whole[length] = '\0';
        draft_edit(&draft, whole, text);
}

START_TEST(a_measure_without_what_it_rests_on_is_refused)
{
        replace_measures(measures[_i].member);
        draft_must_be_refused(&draft, measures[_i].flaw, measures[_i].path, measures[_i].value);
}
END_TEST

START_TEST(measures_of_unrated_and_of_a_gate_are_held_to_the_same)
{
        draft_edit(&draft, "\"en\": \"unrated\", \"measures\": [", "\"en\": \"unrated\", \"measures\": [3, ");
        draft_must_be_refused(&draft, DOCUMENT_TYPE, "unrated.measures[0]", "3");
        draft_edit(&draft, "[3, ", "[");
        draft_edit(&draft, "\"gates\": []",
                "\"gates\": [{\"grade\": \"AA\", \"zh\": \"甲\", \"en\": \"a\", \"of\": \"A\", "
                "\"months_without_deduction\": 12, \"measures\": [{}]}]");
        draft_must_be_refused(&draft, DOCUMENT_MISSING, "gates[0].measures[0].zh", "");
}
END_TEST

#define REPEAT(id, types, severity, count, months, grade) \
        "{\"id\": " id ", \"types\": " types ", \"severity\": " severity ", \"count\": " count ", \"months\": " months \
        ", \"grade\": " grade "}"
#define PENALTIES "[\"penalty\"]"

static const struct refusal repeats[] = {
        {"{}", DOCUMENT_TYPE, "veto.repeats", "{}"},
        {"null", DOCUMENT_TYPE, "veto.repeats", "null"},
        {"[3]", DOCUMENT_TYPE, "veto.repeats[0]", "3"},
        {"[1, 2, 3, 4, 5, 6, 7, 8, 9]", DOCUMENT_VALUE, "veto.repeats", ""},
        {"[{}]", DOCUMENT_MISSING, "veto.repeats[0].id", ""},
        {"[{\"id\": \"two\", \"types\": [\"penalty\"], \"count\": 2, \"months\": 12, \"grade\": \"D\"}]",
                DOCUMENT_MISSING, "veto.repeats[0].severity", ""},
        {"[{\"id\": \"two\", \"kinds\": [\"fine\"]}]", DOCUMENT_UNKNOWN, "veto.repeats[0].kinds", ""},
        {"[" REPEAT("\"\"", PENALTIES, "null", "2", "12", "\"D\"") "]", DOCUMENT_VALUE, "veto.repeats[0].id", "\"\""},
        {"[" REPEAT("\"Two\"", PENALTIES, "null", "2", "12", "\"D\"") "]", DOCUMENT_VALUE, "veto.repeats[0].id",
                "\"Two\""},
        {"[" REPEAT("\"a-word-of-more-than-24-oct\"", PENALTIES, "null", "2", "12", "\"D\"") "]", DOCUMENT_VALUE,
                "veto.repeats[0].id", ""},
        {"[" REPEAT("\"two\"", PENALTIES, "null", "2", "12", "\"D\"") ", "
                REPEAT("\"two\"", PENALTIES, "null", "3", "36", "\"D\"") "]", DOCUMENT_VALUE, "veto.repeats[1].id",
                "\"two\""},
        {"[" REPEAT("\"two\"", "\"penalty\"", "null", "2", "12", "\"D\"") "]", DOCUMENT_TYPE, "veto.repeats[0].types",
                "\"penalty\""},
        {"[" REPEAT("\"two\"", "[]", "null", "2", "12", "\"D\"") "]", DOCUMENT_VALUE, "veto.repeats[0].types", "[]"},
        {"[" REPEAT("\"two\"", "[3]", "null", "2", "12", "\"D\"") "]", DOCUMENT_TYPE, "veto.repeats[0].types[0]", "3"},
        {"[" REPEAT("\"two\"", "[\"fine\"]", "null", "2", "12", "\"D\"") "]", DOCUMENT_VALUE,
                "veto.repeats[0].types[0]", "\"fine\""},
        {"[" REPEAT("\"two\"", "[\"penalty\", \"award\"]", "null", "2", "12", "\"D\"") "]", DOCUMENT_VALUE,
                "veto.repeats[0].types[1]", "\"award\""},
        {"[" REPEAT("\"two\"", "[\"penalty\", \"penalty\"]", "null", "2", "12", "\"D\"") "]", DOCUMENT_VALUE,
                "veto.repeats[0].types[1]", "\"penalty\""},
        {"[" REPEAT("\"two\"", PENALTIES, "\"ordinary\"", "2", "12", "\"D\"") "]", DOCUMENT_VALUE,
                "veto.repeats[0].severity", "\"ordinary\""},
        {"[" REPEAT("\"two\"", PENALTIES, "2", "2", "12", "\"D\"") "]", DOCUMENT_TYPE, "veto.repeats[0].severity", "2"},
        {"[" REPEAT("\"two\"", PENALTIES, "null", "0", "12", "\"D\"") "]", DOCUMENT_VALUE, "veto.repeats[0].count", "0"},
        {"[" REPEAT("\"two\"", PENALTIES, "null", "1025", "12", "\"D\"") "]", DOCUMENT_VALUE, "veto.repeats[0].count",
                "1025"},
        {"[" REPEAT("\"two\"", PENALTIES, "null", "1.5", "12", "\"D\"") "]", DOCUMENT_TYPE, "veto.repeats[0].count",
                "1.5"},
        {"[" REPEAT("\"two\"", PENALTIES, "null", "2", "0", "\"D\"") "]", DOCUMENT_VALUE, "veto.repeats[0].months", "0"},
        {"[" REPEAT("\"two\"", PENALTIES, "null", "2", "1201", "\"D\"") "]", DOCUMENT_VALUE, "veto.repeats[0].months",
                "1201"},
        {"[" REPEAT("\"two\"", PENALTIES, "null", "2", "12", "\"E\"") "]", DOCUMENT_VALUE, "veto.repeats[0].grade",
                "\"E\""},
        {"[" REPEAT("\"two\"", PENALTIES, "null", "2", "12", "null") "]", DOCUMENT_TYPE, "veto.repeats[0].grade",
                "null"},
};

START_TEST(a_repeat_rule_that_says_anything_unclear_is_refused_where_it_says_it)
{
        draft_edit(&draft, "\"active_listing\": \"D\"", "\"active_listing\": \"D\", \"repeats\": @");
        draft_edit(&draft, "@", repeats[_i].member);
        draft_must_be_refused(&draft, repeats[_i].flaw, repeats[_i].path, repeats[_i].value);
}
END_TEST

static const struct refusal windows[] = {
        {"[]", DOCUMENT_TYPE, "window.by_type", "[]"},
        {"{\"award\": 12}", DOCUMENT_UNKNOWN, "window.by_type.award", "12"},
        {"{\"fine\": 12}", DOCUMENT_UNKNOWN, "window.by_type.fine", "12"},
        {"{\"complaint\": 0}", DOCUMENT_VALUE, "window.by_type.complaint", "0"},
        {"{\"complaint\": -12}", DOCUMENT_VALUE, "window.by_type.complaint", "-12"},
        {"{\"penalty\": 1201}", DOCUMENT_VALUE, "window.by_type.penalty", "1201"},
        {"{\"complaint\": \"12\"}", DOCUMENT_TYPE, "window.by_type.complaint", "\"12\""},
};

START_TEST(a_window_of_a_type_that_never_counts_or_without_length_is_refused)
{
        draft_edit(&draft, "\"fallback_months\": 12", "\"fallback_months\": 12, \"by_type\": @");
        draft_edit(&draft, "@", windows[_i].member);
        draft_must_be_refused(&draft, windows[_i].flaw, windows[_i].path, windows[_i].value);
}
END_TEST

/* -------------------------------------------------------------- acceptance */

static int32_t serious(enum penalty_kind kind)
{
        return draft.policy.points[POLICY_RULE_SERIOUS_PENALTY(kind)];
}

START_TEST(a_serious_penalty_costs_what_it_costs_otherwise_unless_the_policy_says_more)
{
        draft_must_be_sound(&draft);
        for (unsigned kind = 0; kind < PENALTY_KINDS; kind++)
                ck_assert_int_eq(serious(kind), draft.policy.points[POLICY_RULE_PENALTY(kind)]);
        draft_edit(&draft, "\"sampling\": {\"ord",
                "\"serious_penalty\": {\"fine\": 20, \"closure\": 30}, \"sampling\": {\"ord");
        draft_must_be_sound(&draft);
        ck_assert_int_eq(serious(PENALTY_FINE), 20);
        ck_assert_int_eq(draft.policy.points[POLICY_RULE_PENALTY(PENALTY_FINE)], 10);
        ck_assert_int_eq(serious(PENALTY_CLOSURE), 30);
        ck_assert_int_eq(serious(PENALTY_WARNING), 5);
        ck_assert_int_eq(serious(PENALTY_DETENTION), 100);
}
END_TEST

START_TEST(points_by_amount_are_read_in_fen)
{
        draft_edit(&draft, "\"sampling\": {\"ord",
                "\"amounts\": {\"confiscation\": [{\"from_yuan\": 1, \"points\": 20}], \"fine\": [{\"from_yuan\": 50000, "
                "\"points\": 15}, {\"from_yuan\": 1000000000, \"points\": 1000}]}, \"sampling\": {\"ord");
        draft_must_be_sound(&draft);
        ck_assert_uint_eq(draft.policy.tiers_count[0], 2);
        ck_assert_int_eq(draft.policy.tiers[0][0].from_fen, 5000000);
        ck_assert_int_eq(draft.policy.tiers[0][0].points, 15);
        ck_assert_int_eq(draft.policy.tiers[0][1].from_fen, 100000000000);
        ck_assert_int_eq(draft.policy.tiers[0][1].points, 1000);
        ck_assert_uint_eq(draft.policy.tiers_count[1], 1);
        ck_assert_int_eq(draft.policy.tiers[1][0].from_fen, 100);
        ck_assert_int_eq(draft.policy.tiers[1][0].points, 20);
}
END_TEST

START_TEST(every_finding_has_points_by_severity_and_none_where_the_policy_is_silent)
{
        static const enum record_type types[] = {RECORD_BREACH, RECORD_ACCEPTANCE, RECORD_INSPECTION};
        char member[128];

        draft_must_be_sound(&draft);
        for (int i = 0; i < COUNT(types); i++) {
                ck_assert_int_eq(draft.policy.points[policy_rule_finding(types[i], SEVERITY_ORDINARY)], 0);
                ck_assert_int_eq(draft.policy.points[policy_rule_finding(types[i], SEVERITY_SERIOUS)], 0);
                snprintf(member, sizeof(member), "\"%s\": {\"ordinary\": %d, \"serious\": %d}, \"sampling\": {\"ord",
                        record_type_word(types[i]), 10 + i, 20 + i);
                draft_edit(&draft, "\"sampling\": {\"ord", member);
        }
        draft_must_be_sound(&draft);
        for (int i = 0; i < COUNT(types); i++) {
                ck_assert_int_eq(draft.policy.points[policy_rule_finding(types[i], SEVERITY_ORDINARY)], 10 + i);
                ck_assert_int_eq(draft.policy.points[policy_rule_finding(types[i], SEVERITY_SERIOUS)], 20 + i);
        }
}
END_TEST

START_TEST(repeat_rules_are_read_with_the_word_that_reasons_show)
{
        const struct policy_repeat *repeat = &draft.policy.repeats[0];

        draft_edit(&draft, "\"active_listing\": \"D\"",
                "\"active_listing\": null, \"repeats\": ["
                REPEAT("\"three-of-24-octets-long0\"", "[\"sampling\", \"penalty\"]", "null", "3", "36", "\"C\"") ", "
                REPEAT("\"s\"", "[\"sampling\"]", "\"serious\"", "1", "1200", "\"D\"") "]");
        draft_must_be_sound(&draft);
        ck_assert(!draft.policy.has_veto);
        ck_assert_uint_eq(draft.policy.repeats_count, 2);
        ck_assert_str_eq(repeat[0].word, "repeat.three-of-24-octets-long0");
        ck_assert_uint_eq(repeat[0].types, 1u << RECORD_SAMPLING | 1u << RECORD_PENALTY);
        ck_assert_int_eq(repeat[0].severity, SEVERITY_NONE);
        ck_assert_int_eq(repeat[0].count, 3);
        ck_assert_int_eq(repeat[0].months, 36);
        ck_assert_uint_eq(repeat[0].band, 2);
        ck_assert_str_eq(repeat[1].word, "repeat.s");
        ck_assert_int_eq(repeat[1].severity, SEVERITY_SERIOUS);
        ck_assert_int_eq(repeat[1].months, 1200);
        ck_assert_uint_eq(repeat[1].band, 3);
}
END_TEST

START_TEST(windows_by_type_stand_beside_both_rules)
{
        draft_edit(&draft, "\"fallback_months\": 12", "\"fallback_months\": 12, \"by_type\": {\"complaint\": 6}");
        draft_must_be_sound(&draft);
        ck_assert_int_eq(draft.policy.type_months[RECORD_COMPLAINT], 6);
        ck_assert_int_eq(draft.policy.type_months[RECORD_PENALTY], 0);
        draft_edit(&draft, "\"rule\": \"publicity\", \"fallback_months\"", "\"rule\": \"months\", \"months\"");
        draft_edit(&draft, "{\"complaint\": 6}", "{\"penalty\": 1200, \"inspection\": 1}");
        draft_must_be_sound(&draft);
        ck_assert_int_eq(draft.policy.window_months, 12);
        ck_assert_int_eq(draft.policy.type_months[RECORD_PENALTY], 1200);
        ck_assert_int_eq(draft.policy.type_months[RECORD_INSPECTION], 1);
        ck_assert_int_eq(draft.policy.type_months[RECORD_COMPLAINT], 0);
}
END_TEST

START_TEST(measures_are_read_with_basis_and_item_of_the_national_list)
{
        const struct policy_measures *of;

        replace_measures("[" MEASURE(", \"basis\": \"法\", \"item\": \"项\"") ", "
                MEASURE(", \"basis\": \"规\", \"item\": null") "]");
        draft_must_be_sound(&draft);
        of = policy_measures_of(&draft.policy, "A");
        ck_assert_uint_eq(of->count, 2);
        ck_assert_str_eq(of->measures[0].zh, "甲");
        ck_assert_str_eq(of->measures[0].en, "a");
        ck_assert_str_eq(of->measures[0].basis, "法");
        ck_assert_str_eq(of->measures[0].item, "项");
        ck_assert_str_eq(of->measures[1].basis, "规");
        ck_assert_str_eq(of->measures[1].item, "");
        replace_measures("[]");
        draft_must_be_sound(&draft);
        ck_assert_uint_eq(policy_measures_of(&draft.policy, "A")->count, 0);
}
END_TEST

START_TEST(the_policy_of_six_grades_is_the_proposal_that_the_documentation_describes)
{
        static const char *const repeat_words[] = {"repeat.three-samplings", "repeat.two-serious-samplings",
                "repeat.three-penalties", "repeat.two-penalties-a-year"};
        const struct policy *p = &draft.policy;

        draft_close(&draft);
        draft_open(&draft, "share/policies/quality-credit-aaa.json");
        draft_must_be_sound(&draft);
        ck_assert_str_eq(p->id, "quality-credit-aaa");
        ck_assert_int_eq(policy_standing(p), POLICY_TRIAL);
        ck_assert_uint_eq(p->bands_count, 4);
        ck_assert_uint_eq(p->gates_count, 2);
        ck_assert_str_eq(p->gates[0].grade, "AAA");
        ck_assert_int_eq(p->gates[0].months_without_deduction, 24);
        ck_assert_str_eq(p->gates[1].grade, "AA");
        ck_assert_int_eq(p->gates[1].months_without_deduction, 12);
        for (unsigned i = 0; i < 2; i++) {
                ck_assert_uint_eq(p->gates[i].of, 0);
                ck_assert_uint_eq(p->gates[i].certificates, 1u << CERTIFICATE_ISO9001);
                ck_assert_int_eq(p->gates[i].held_months, 36);
                ck_assert_uint_gt(p->gates[i].measures.count, 0);
        }
        ck_assert_uint_eq(p->repeats_count, 4);
        for (unsigned i = 0; i < 4; i++) {
                ck_assert_str_eq(p->repeats[i].word, repeat_words[i]);
                ck_assert_uint_eq(p->repeats[i].band, 3);
        }
        ck_assert_uint_eq(p->tiers_count[0], 3);
        ck_assert_uint_eq(p->tiers_count[1], 2);
        ck_assert_int_eq(serious(PENALTY_FINE), 20);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("policy_rules");
        TCase *cases = tcase_create("cases");

        tcase_add_checked_fixture(cases, set_up, tear_down);
        tcase_add_loop_test(cases, a_deduction_that_says_anything_unclear_is_refused_where_it_says_it, 0,
                COUNT(deductions));
        tcase_add_loop_test(cases, a_measure_without_what_it_rests_on_is_refused, 0, COUNT(measures));
        tcase_add_test(cases, measures_of_unrated_and_of_a_gate_are_held_to_the_same);
        tcase_add_loop_test(cases, a_repeat_rule_that_says_anything_unclear_is_refused_where_it_says_it, 0,
                COUNT(repeats));
        tcase_add_loop_test(cases, a_window_of_a_type_that_never_counts_or_without_length_is_refused, 0,
                COUNT(windows));
        tcase_add_test(cases, a_serious_penalty_costs_what_it_costs_otherwise_unless_the_policy_says_more);
        tcase_add_test(cases, points_by_amount_are_read_in_fen);
        tcase_add_test(cases, every_finding_has_points_by_severity_and_none_where_the_policy_is_silent);
        tcase_add_test(cases, repeat_rules_are_read_with_the_word_that_reasons_show);
        tcase_add_test(cases, windows_by_type_stand_beside_both_rules);
        tcase_add_test(cases, measures_are_read_with_basis_and_item_of_the_national_list);
        tcase_add_test(cases, the_policy_of_six_grades_is_the_proposal_that_the_documentation_describes);
        suite_add_tcase(suite, cases);

        return suite_run(suite);
}
