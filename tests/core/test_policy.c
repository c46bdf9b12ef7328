/* SPDX-License-Identifier: MulanPSL-2.0 */
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

/* The longest number of a document. */
#define OCTETS_30 "123456789012345678901234567890"
#define OCTETS_120 OCTETS_30 OCTETS_30 OCTETS_30 OCTETS_30

static const struct {
        const char *from;
        const char *to;
        enum document_flaw flaw;
        const char *path;
} refused[] = {
        {"{", "", DOCUMENT_SYNTAX, ""},
        {"}\n", "} x", DOCUMENT_SYNTAX, ""},
        {"\"version\": 2,", "\"version\": 2, \"version\": 2,", DOCUMENT_SYNTAX, ""},
        {"\"warning\": 5", "\"warning\": 5, \"warning\": 5", DOCUMENT_SYNTAX, ""},
        {"\"version\": 2,", "\"version\": 99999999999999999999,", DOCUMENT_SYNTAX, ""},
        {"quality-credit", "quality\\u0000credit", DOCUMENT_SYNTAX, ""},
        {"quality-credit", "quality\xff" "credit", DOCUMENT_SYNTAX, ""},
        {"\"version\": 2,", "\"version\": 2, /* one */", DOCUMENT_SYNTAX, ""},
        {"\"gates\": []", "\"gates\": [[[[[[[[]]]]]]]]", DOCUMENT_DEPTH, ""},

        {"\"version\": 2,", "\"version\": 2, \"weight\": 3,", DOCUMENT_UNKNOWN, "weight"},
        {"\"fine\": 10", "\"fine\": 10, \"fines\": 10", DOCUMENT_UNKNOWN, "deductions.penalty.fines"},
        {"\"min\": 90", "\"min\": 90, \"max\": 100", DOCUMENT_UNKNOWN, "bands[0].max"},
        {"\"zh\": \"质量", "\"fr\": \"\", \"zh\": \"质量", DOCUMENT_UNKNOWN, "names.fr"},
        {"\"sampling\"", "\"awards\": {}, \"sampling\"", DOCUMENT_UNKNOWN, "deductions.awards"},
        {"\"rule\": \"publicity\"", "\"rule\": \"publicity\", \"months\": 3", DOCUMENT_UNKNOWN,
                "window.months"},
        {"\"active_listing\": \"D\"", "\"active_listing\": \"D\", \"repeat\": \"D\"", DOCUMENT_UNKNOWN,
                "veto.repeat"},
        {"\"records_ever\": 1", "\"records_ever\": 1, \"months\": 3", DOCUMENT_UNKNOWN, "minimum.months"},
        {"\"to\": null", "\"to\": null, \"till\": null", DOCUMENT_UNKNOWN, "effective.till"},
        {"\"version\": 2,", "\"version\": 2, \"\\u001b[2J剑\": 3,", DOCUMENT_UNKNOWN, "?[2J???"},

        {"\"version\": 2,", "", DOCUMENT_MISSING, "version"},
        {"\"document\": null,", "", DOCUMENT_MISSING, "document"},
        {"\"fine\": 10,", "", DOCUMENT_MISSING, "deductions.penalty.fine"},
        {"\"sampling\": {\"ordinary\": 10, \"serious\": 20}", "\"sampling\": {\"ordinary\": 10}",
                DOCUMENT_MISSING, "deductions.sampling.serious"},
        {", \"to\": null", "", DOCUMENT_MISSING, "effective.to"},
        {"\"heaviest_per_case\": true,", "", DOCUMENT_MISSING, "heaviest_per_case"},
        {", \"fallback_months\": 12", "", DOCUMENT_MISSING, "window.fallback_months"},
        {",\n  \"gates\": []", "", DOCUMENT_MISSING, "gates"},

        {"\"fine\": 10", "\"fine\": 10.0", DOCUMENT_TYPE, "deductions.penalty.fine"},
        {"\"fine\": 10", "\"fine\": 1e1", DOCUMENT_TYPE, "deductions.penalty.fine"},
        {"\"fine\": 10", "\"fine\": \"10\"", DOCUMENT_TYPE, "deductions.penalty.fine"},
        {"\"fine\": 10", "\"fine\": null", DOCUMENT_TYPE, "deductions.penalty.fine"},
        {"\"base\": 100", "\"base\": 100.5", DOCUMENT_TYPE, "base"},
        {"\"heaviest_per_case\": true", "\"heaviest_per_case\": 1", DOCUMENT_TYPE, "heaviest_per_case"},
        {"\"gates\": []", "\"gates\": {}", DOCUMENT_TYPE, "gates"},
        {"\"gates\": []", "\"gates\": [3]", DOCUMENT_TYPE, "gates[0]"},
        {"\"minimum\": {\"records_ever\": 1}", "\"minimum\": 1", DOCUMENT_TYPE, "minimum"},
        {"\"from\": \"2014-11-05\"", "\"from\": 20141105", DOCUMENT_TYPE, "effective.from"},
        {"\"document\": null", "\"document\": \"剑府发\"", DOCUMENT_TYPE, "document"},
        {"\"active_listing\": \"D\"", "\"active_listing\": 4", DOCUMENT_TYPE, "veto.active_listing"},

        {"quality-credit-default", "", DOCUMENT_VALUE, "id"},
        {"quality-credit-default", "Quality Credit", DOCUMENT_VALUE, "id"},
        {"\"version\": 2,", "\"version\": 0,", DOCUMENT_VALUE, "version"},
        {"\"version\": 2,", "\"version\": 2147483648,", DOCUMENT_VALUE, "version"},
        {"\"fine\": 10", "\"fine\": -1", DOCUMENT_VALUE, "deductions.penalty.fine"},
        {"\"fine\": 10", "\"fine\": 1001", DOCUMENT_VALUE, "deductions.penalty.fine"},
        {"\"base\": 100", "\"base\": 0", DOCUMENT_VALUE, "base"},
        {"\"base\": 100", "\"base\": 89", DOCUMENT_VALUE, "bands[0].min"},
        {"\"min\": 70", "\"min\": 90", DOCUMENT_VALUE, "bands[1].min"},
        {"\"min\": 70", "\"min\": 95", DOCUMENT_VALUE, "bands[1].min"},
        {"\"min\": 0", "\"min\": 1", DOCUMENT_VALUE, "bands[3].min"},
        {"\"grade\": \"B\"", "\"grade\": \"A\"", DOCUMENT_VALUE, "bands[1].grade"},
        {"\"grade\": \"B\"", "\"grade\": \"b\"", DOCUMENT_VALUE, "bands[1].grade"},
        {"\"grade\": \"B\"", "\"grade\": \"BBBB\"", DOCUMENT_VALUE, "bands[1].grade"},
        {"\"grade\": \"B\"", "\"grade\": \"unrated\"", DOCUMENT_VALUE, "bands[1].grade"},
        {"\"active_listing\": \"D\"", "\"active_listing\": \"E\"", DOCUMENT_VALUE, "veto.active_listing"},
        {"\"from\": \"2014-11-05\"", "\"from\": \"2014-11-5\"", DOCUMENT_VALUE, "effective.from"},
        {"\"to\": null", "\"to\": \"2014-11-04\"", DOCUMENT_VALUE, "effective.to"},
        {"\"rule\": \"publicity\"", "\"rule\": \"years\"", DOCUMENT_VALUE, "window.rule"},
        {"\"fallback_months\": 12", "\"fallback_months\": 0", DOCUMENT_VALUE, "window.fallback_months"},
        {"\"records_ever\": 1", "\"records_ever\": 1025", DOCUMENT_VALUE, "minimum.records_ever"},
        {"\"document\": null", "\"document\": {\"organ\": \"\", \"number\": \"1\"}", DOCUMENT_VALUE,
                "document.organ"},
        {"\"document\": null", "\"document\": {\"organ\": \"剑阁县人民政府\"}", DOCUMENT_MISSING,
                "document.number"},
        {"\"document\": null", "\"document\": {\"organ\": \"剑阁县人民政府\", \"number\": \"" OCTETS_120 "1\"}",
                DOCUMENT_VALUE, "document.number"},
        {"所有主体", "所有\\n主体", DOCUMENT_VALUE, "scope"},
        {"所有主体", "所有\xe2\x80\xae主体", DOCUMENT_VALUE, "scope"},
        {"\"gates\": []", "\"gates\": [{\"grade\":\"AA\",\"zh\":\"甲\",\"en\":\"a\",\"of\":\"A\"}]",
                DOCUMENT_VALUE, "gates[0]"},
        {"\"gates\": []", "\"gates\": [{\"grade\":\"A\",\"zh\":\"甲\",\"en\":\"a\",\"of\":\"A\","
                "\"months_without_deduction\":12}]", DOCUMENT_VALUE, "gates[0].grade"},
        {"\"gates\": []", "\"gates\": [{\"grade\":\"AA\",\"zh\":\"甲\",\"en\":\"a\",\"of\":\"A\","
                "\"months_without_deduction\":12},{\"grade\":\"AA\",\"zh\":\"乙\",\"en\":\"b\",\"of\":\"A\","
                "\"months_without_deduction\":6}]", DOCUMENT_VALUE, "gates[1].grade"},
        {"\"gates\": []", "\"gates\": [{\"grade\":\"AA\",\"zh\":\"甲\",\"en\":\"a\",\"of\":\"X\","
                "\"months_without_deduction\":12}]", DOCUMENT_VALUE, "gates[0].of"},
        {"\"gates\": []", "\"gates\": [{\"grade\":\"AA\",\"zh\":\"甲\",\"en\":\"a\",\"of\":\"A\","
                "\"months_without_deduction\":0}]", DOCUMENT_VALUE, "gates[0].months_without_deduction"},
        {"\"gates\": []", "\"gates\": [{\"grade\":\"AA\",\"zh\":\"甲\",\"en\":\"a\",\"of\":\"A\","
                "\"certificates\":[\"iso9001\"]}]", DOCUMENT_MISSING, "gates[0].held_months"},
        {"\"gates\": []", "\"gates\": [{\"grade\":\"AA\",\"zh\":\"甲\",\"en\":\"a\",\"of\":\"A\","
                "\"certificates\":[],\"held_months\":1}]", DOCUMENT_VALUE, "gates[0].certificates"},
        {"\"gates\": []", "\"gates\": [{\"grade\":\"AA\",\"zh\":\"甲\",\"en\":\"a\",\"of\":\"A\","
                "\"certificates\":[\"iso9001\",\"iso9001\"],\"held_months\":1}]", DOCUMENT_VALUE,
                "gates[0].certificates[1]"},
        {"\"gates\": []", "\"gates\": [{\"grade\":\"AA\",\"zh\":\"甲\",\"en\":\"a\",\"of\":\"A\","
                "\"certificates\":[\"none\"],\"held_months\":1}]", DOCUMENT_VALUE,
                "gates[0].certificates[0]"},
        {"\"gates\": []", "\"gates\": [{\"grade\":\"AA\",\"zh\":\"甲\",\"en\":\"a\",\"of\":\"A\","
                "\"certificates\":[9001],\"held_months\":1}]", DOCUMENT_TYPE, "gates[0].certificates[0]"},
};

START_TEST(a_policy_that_says_anything_unclear_is_refused_where_it_says_it)
{
        draft_edit(&draft, refused[_i].from, refused[_i].to);
        draft_must_be_refused(&draft, refused[_i].flaw, refused[_i].path, "");
}
END_TEST

START_TEST(the_error_shows_the_value_cut_between_characters)
{
        draft_edit(&draft, "\"fine\": 10", "\"fine\": 1001");
        ck_assert_int_eq(draft_read(&draft), DOCUMENT_VALUE);
        ck_assert_str_eq(draft.error.value, "1001");
        ck_assert_str_eq(draft.error.reason, "0 to 1000 is wanted");
        draft_edit(&draft, "\"fine\": 1001", "\"fine\": \"罚款罚款罚款罚款罚款罚款罚款罚款罚款罚款罚款罚款罚款罚款\"");
        ck_assert_int_eq(draft_read(&draft), DOCUMENT_TYPE);
        ck_assert_str_eq(draft.error.value, "\"罚款罚款罚款罚款罚款罚款罚款罚款罚款罚款");
}
END_TEST

START_TEST(a_document_too_long_too_deep_or_no_object_is_refused)
{
        static char many[DOCUMENT_OCTETS_MAX + 1];

        memset(many, ' ', sizeof(many));
        ck_assert_int_eq(policy_parse(slice_of(many, sizeof(many)), &draft.policy, &draft.error), DOCUMENT_SIZE);
        ck_assert_int_eq(policy_parse(slice_of(many, sizeof(many) - 1), &draft.policy, &draft.error), DOCUMENT_SYNTAX);
        memset(many, '[', sizeof(many));
        ck_assert_int_eq(policy_parse(slice_of(many, 60000), &draft.policy, &draft.error), DOCUMENT_DEPTH);
        ck_assert_int_eq(policy_parse(slice_text("[]"), &draft.policy, &draft.error), DOCUMENT_TYPE);
        ck_assert_int_eq(policy_parse(slice_text("\"[[[[[[[[[\""), &draft.policy, &draft.error), DOCUMENT_SYNTAX);
        ck_assert_int_eq(policy_parse(slice_text("{}"), &draft.policy, &draft.error), DOCUMENT_MISSING);
        ck_assert_int_eq(policy_parse(slice_of(NULL, 0), &draft.policy, &draft.error), DOCUMENT_SYNTAX);
        ck_assert_int_eq(policy_parse(slice_text("{\"a\\\\\":\"\\\"[[[[[[[[[[\"}"), &draft.policy, &draft.error),
                DOCUMENT_UNKNOWN);
}
END_TEST

/* -------------------------------------------------------------- acceptance */

START_TEST(the_default_policy_is_the_proposal_that_the_documentation_describes)
{
        static const int32_t penalty[PENALTY_KINDS] = {5, 5, 10, 20, 30, 30, 30, 60, 100, 100, 100, 100};
        static const char *const grades[] = {"A", "B", "C", "D"};
        static const int32_t least[] = {90, 70, 40, 0};

        draft_must_be_sound(&draft);
        ck_assert_str_eq(draft.policy.id, "quality-credit-default");
        ck_assert_int_eq(draft.policy.version, 2);
        ck_assert_int_eq(policy_standing(&draft.policy), POLICY_TRIAL);
        ck_assert_int_eq(draft.policy.base, 100);
        ck_assert_uint_eq(draft.policy.bands_count, 4);
        for (unsigned i = 0; i < 4; i++) {
                ck_assert_str_eq(draft.policy.bands[i].grade, grades[i]);
                ck_assert_int_eq(draft.policy.bands[i].least, least[i]);
        }
        for (unsigned kind = 0; kind < PENALTY_KINDS; kind++)
                ck_assert_int_eq(draft.policy.points[POLICY_RULE_PENALTY(kind)], penalty[kind]);
        ck_assert_int_eq(draft.policy.points[policy_rule_finding(RECORD_SAMPLING, SEVERITY_NONE)], 10);
        ck_assert_int_eq(draft.policy.points[policy_rule_finding(RECORD_SAMPLING, SEVERITY_SERIOUS)], 20);
        ck_assert_int_eq(draft.policy.points[policy_rule_finding(RECORD_ACCIDENT, SEVERITY_SERIOUS)], 0);
        ck_assert_int_eq(draft.policy.window, POLICY_PUBLICITY);
        ck_assert_int_eq(draft.policy.window_months, 12);
        ck_assert(draft.policy.heaviest_per_case && draft.policy.has_veto);
        ck_assert_uint_eq(draft.policy.veto, 3);
        ck_assert_int_eq(draft.policy.records_ever, 1);
        ck_assert_str_eq(policy_grade_name(&draft.policy, "A", true), "守信");
        ck_assert_str_eq(policy_grade_name(&draft.policy, "B", true), "基本守信");
        ck_assert_str_eq(policy_grade_name(&draft.policy, "C", true), "失信");
        ck_assert_str_eq(policy_grade_name(&draft.policy, "D", true), "严重失信");
        ck_assert_str_eq(policy_grade_name(&draft.policy, "unrated", true), "未评价");
        ck_assert_str_eq(policy_grade_name(&draft.policy, "unrated", false), "unrated");
        ck_assert(policy_grade_name(&draft.policy, "E", true) == NULL);
        ck_assert_uint_eq(draft.policy.repeats_count, 0);
        ck_assert_str_eq(policy_measures_of(&draft.policy, "D")->measures[0].item, "纳入重点监管范围");
        ck_assert_str_eq(policy_measures_of(&draft.policy, "unrated")->measures[0].item, "");
        ck_assert(policy_measures_of(&draft.policy, "E") == NULL);
}
END_TEST

/* From Python: sha256(json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)). */
#define DEFAULT_HASH "62da4d8bc75388d551f99df404369a7cdb0c5bc2dbc67ad3b5a08a8946a3638c"

START_TEST(a_policy_is_known_by_the_hash_of_its_canonical_form)
{
        char hex[65];

        draft_must_be_sound(&draft);
        hex_encode(draft.policy.hash, sizeof(draft.policy.hash), hex);
        ck_assert_str_eq(hex, DEFAULT_HASH);
        draft_edit(&draft, "  \"version\": 2,", "");
        draft_edit(&draft, "  \"gates\": []", "\"gates\"\t:[\n], \"version\":2");
        draft_must_be_sound(&draft);
        hex_encode(draft.policy.hash, sizeof(draft.policy.hash), hex);
        ck_assert_str_eq(hex, DEFAULT_HASH);
        draft_edit(&draft, "\"fine\": 10", "\"fine\": 11");
        draft_must_be_sound(&draft);
        hex_encode(draft.policy.hash, sizeof(draft.policy.hash), hex);
        ck_assert_str_ne(hex, DEFAULT_HASH);
}
END_TEST

/* Registries that were founded with it know it by this hash for ever. */
START_TEST(the_default_policys_first_version_is_read_and_has_the_hash_it_always_had)
{
        char hex[65];

        draft_close(&draft);
        draft_open(&draft, "tests/data/policies/default-1.json");
        draft_must_be_sound(&draft);
        hex_encode(draft.policy.hash, sizeof(draft.policy.hash), hex);
        ck_assert_str_eq(hex, "dae45432da9a479ae8890cb1e3a869040d72e2419ad4cd08d33703dcee6bce5c");
        ck_assert_uint_eq(draft.policy.bands[0].measures.count, 0);
        ck_assert_uint_eq(draft.policy.repeats_count, 0);
}
END_TEST

START_TEST(a_policy_is_in_force_once_an_organs_document_is_named)
{
        draft_edit(&draft, "\"document\": null", "\"document\": {\"organ\": \"剑阁县人民政府\", \"number\": \"剑府发〔2026〕1号\"}");
        draft_must_be_sound(&draft);
        ck_assert_int_eq(policy_standing(&draft.policy), POLICY_IN_FORCE);
        ck_assert_str_eq(draft.policy.organ, "剑阁县人民政府");
        ck_assert_str_eq(draft.policy.number, "剑府发〔2026〕1号");
        ck_assert_str_eq(policy_standing_word(POLICY_IN_FORCE), "in-force");
        ck_assert_str_eq(policy_standing_word(POLICY_TRIAL), "trial");
}
END_TEST

START_TEST(a_policy_holds_from_its_first_day_to_its_last)
{
        struct day from, to;

        ck_assert(day_parse(slice_text("2024-03-01"), &from) && day_parse(slice_text("2025-02-28"), &to));
        draft_edit(&draft, "\"from\": \"2014-11-05\", \"to\": null", "\"from\": \"2024-03-01\", \"to\": \"2025-02-28\"");
        draft_must_be_sound(&draft);
        ck_assert(!policy_is_effective(&draft.policy, day_add(from, -1)));
        ck_assert(policy_is_effective(&draft.policy, from));
        ck_assert(policy_is_effective(&draft.policy, to));
        ck_assert(!policy_is_effective(&draft.policy, day_add(to, 1)));
}
END_TEST

START_TEST(a_policy_ends_soon_from_thirty_days_before_its_end_on)
{
        struct policy policy = {.to = {20000}};

        ck_assert_int_eq(policy_end(&policy).number, 20001);
        ck_assert(!policy_ends_soon(&policy, (struct day){20001 - POLICY_NOTICE_DAYS - 1}));
        ck_assert(policy_ends_soon(&policy, (struct day){20001 - POLICY_NOTICE_DAYS}));
        ck_assert(policy_ends_soon(&policy, (struct day){20000}));
        ck_assert(policy_ends_soon(&policy, (struct day){20500}));
        policy.to = DAY_NONE;
        ck_assert(!policy_ends_soon(&policy, DAY_LAST));
        policy.to = DAY_LAST;
        ck_assert(day_is_none(policy_end(&policy)));
}
END_TEST

START_TEST(everything_that_a_policy_may_say_is_read)
{
        draft_edit(&draft, "\"sampling\"",
                "\"recall\": {\"ordinary\": 1, \"serious\": 2}, \"complaint\": {\"ordinary\": 3, "
                "\"serious\": 4}, \"accident\": {\"ordinary\": 5, \"serious\": 6}, \"sampling\"");
        draft_edit(&draft, "\"rule\": \"publicity\", \"fallback_months\"", "\"rule\": \"months\", \"months\"");
        draft_edit(&draft, "\"active_listing\": \"D\"", "\"active_listing\": null");
        draft_edit(&draft, "\"heaviest_per_case\": true", "\"heaviest_per_case\": false");
        draft_edit(&draft, "\"gates\": []",
                "\"gates\": [{\"grade\": \"AAA\", \"zh\": \"优\", \"en\": \"best\", \"of\": \"A\", "
                "\"months_without_deduction\": 24, \"certificates\": [\"iso9001\", \"gmp\"], "
                "\"held_months\": 36}]");
        draft_must_be_sound(&draft);
        ck_assert_int_eq(draft.policy.points[policy_rule_finding(RECORD_RECALL, SEVERITY_ORDINARY)], 1);
        ck_assert_int_eq(draft.policy.points[policy_rule_finding(RECORD_RECALL, SEVERITY_SERIOUS)], 2);
        ck_assert_int_eq(draft.policy.points[policy_rule_finding(RECORD_COMPLAINT, SEVERITY_ORDINARY)], 3);
        ck_assert_int_eq(draft.policy.points[policy_rule_finding(RECORD_COMPLAINT, SEVERITY_SERIOUS)], 4);
        ck_assert_int_eq(draft.policy.points[policy_rule_finding(RECORD_ACCIDENT, SEVERITY_ORDINARY)], 5);
        ck_assert_int_eq(draft.policy.points[policy_rule_finding(RECORD_ACCIDENT, SEVERITY_SERIOUS)], 6);
        ck_assert_int_eq(draft.policy.window, POLICY_MONTHS);
        ck_assert(!draft.policy.has_veto && !draft.policy.heaviest_per_case);
        ck_assert_uint_eq(draft.policy.gates_count, 1);
        ck_assert_uint_eq(draft.policy.gates[0].of, 0);
        ck_assert_int_eq(draft.policy.gates[0].months_without_deduction, 24);
        ck_assert_uint_eq(draft.policy.gates[0].certificates, 1u << CERTIFICATE_ISO9001 | 1u << CERTIFICATE_GMP);
        ck_assert_int_eq(draft.policy.gates[0].held_months, 36);
        ck_assert_str_eq(policy_grade_name(&draft.policy, "AAA", true), "优");
        ck_assert_str_eq(policy_grade_name(&draft.policy, "AAA", false), "best");
}
END_TEST

START_TEST(every_rule_has_a_word_of_its_own)
{
        for (unsigned i = 0; i < POLICY_RULES; i++) {
                ck_assert_ptr_nonnull(policy_rule_word(i));
                for (unsigned j = 0; j < i; j++)
                        ck_assert_str_ne(policy_rule_word(i), policy_rule_word(j));
        }
        ck_assert_str_eq(policy_rule_word(POLICY_RULE_PENALTY(PENALTY_FINE)), "penalty.fine");
        ck_assert_str_eq(policy_rule_word(policy_rule_finding(RECORD_ACCIDENT, SEVERITY_SERIOUS)),
                "accident.serious");
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("policy");
        TCase *cases = tcase_create("cases");

        tcase_add_checked_fixture(cases, set_up, tear_down);
        tcase_add_loop_test(cases, a_policy_that_says_anything_unclear_is_refused_where_it_says_it, 0,
                COUNT(refused));
        tcase_add_test(cases, the_error_shows_the_value_cut_between_characters);
        tcase_add_test(cases, a_document_too_long_too_deep_or_no_object_is_refused);
        tcase_add_test(cases, the_default_policy_is_the_proposal_that_the_documentation_describes);
        tcase_add_test(cases, a_policy_is_known_by_the_hash_of_its_canonical_form);
        tcase_add_test(cases, the_default_policys_first_version_is_read_and_has_the_hash_it_always_had);
        tcase_add_test(cases, a_policy_is_in_force_once_an_organs_document_is_named);
        tcase_add_test(cases, a_policy_holds_from_its_first_day_to_its_last);
        tcase_add_test(cases, a_policy_ends_soon_from_thirty_days_before_its_end_on);
        tcase_add_test(cases, everything_that_a_policy_may_say_is_read);
        tcase_add_test(cases, every_rule_has_a_word_of_its_own);
        suite_add_tcase(suite, cases);

        return suite_run(suite);
}
