/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/party_file.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"

#define SUBJECT "MA6250A19"
#define NAME "剑阁县试验有限公司"
#define TODAY ((struct day){20781}) /* 2026-11-24 */

static struct policy policy;

static void load_policy(void)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct document_error error = {0};
        char path[1024];
        FILE *file;
        size_t n;

        snprintf(path, sizeof(path), "%s/share/policies/default.json", getenv("QCR_SOURCE"));
        file = fopen(path, "r");
        ck_assert_ptr_nonnull(file);
        while ((n = fread(buffer_reserve(&text, 4096), 1, 4096, file)))
                text.length += n;
        fclose(file);
        ck_assert_int_eq(policy_parse(buffer_slice(&text), &policy, &error), DOCUMENT_SOUND);
}

static struct record fined(const char *document_norm)
{
        return (struct record){
                .subject = SUBJECT, .authority_code = "a", .document = document_norm, .document_norm = document_norm,
                .type = RECORD_PENALTY, .state = "active", .domain = "product",
                .kinds = PENALTY_BIT(PENALTY_FINE), .fine_fen = 100,
                .decided_on = {TODAY.number - 10}, .publicity_file = {TODAY.number + 300},
                .publicity_computed = DAY_NONE, .source_code = "a", .authority_name = "局", .party_name = NAME,
                .conduct = "", .facts = "", .basis = "", .penalty = "", .content = "", .licence = "", .remark = "",
        };
}

static void begin(struct party_file *file)
{
        party_file_init(file, SUBJECT);
        file->is_registered = true;
        party_file_add_name(file, "剑阁县从前有限公司");
        party_file_add_name(file, NAME);
}

START_TEST(a_record_of_an_unknown_enterprise_is_parked)
{
        struct record record = fined("1");
        struct party_file file;

        party_file_init(&file, SUBJECT);
        ck_assert_int_eq(party_file_decide(&file, &record, &policy, TODAY), PARTY_FILE_NOT_REGISTERED);
        party_file_done(&file);
}
END_TEST

START_TEST(a_name_the_code_never_had_is_held_and_a_former_one_is_not)
{
        struct record record = fined("1");
        struct party_file file;

        begin(&file);
        record.party_name = "剑阁县别的有限公司";
        ck_assert_int_eq(party_file_decide(&file, &record, &policy, TODAY), PARTY_FILE_NAME_MISMATCH);
        record.party_name = "剑阁县 从前有限公司";
        ck_assert_int_eq(party_file_decide(&file, &record, &policy, TODAY), PARTY_FILE_FILED);
        party_file_done(&file);
}
END_TEST

START_TEST(content_seen_before_is_unchanged_however_old)
{
        struct record first = fined("1"), second = fined("1");
        struct party_file file;

        begin(&file);
        party_file_add(&file, &first);
        ck_assert_int_eq(party_file_decide(&file, &first, &policy, TODAY), PARTY_FILE_UNCHANGED);
        second.remark = "更正";
        ck_assert_int_eq(party_file_decide(&file, &second, &policy, TODAY), PARTY_FILE_CORRECTED);
        ck_assert_uint_eq(party_file_add(&file, &second)->version, 2);
        ck_assert_int_eq(party_file_decide(&file, &first, &policy, TODAY), PARTY_FILE_UNCHANGED);
        ck_assert_int_eq(party_file_decide(&file, &second, &policy, TODAY), PARTY_FILE_UNCHANGED);
        /* once accepted under another name, it is not held again */
        file.names_count = 0;
        ck_assert_int_eq(party_file_decide(&file, &first, &policy, TODAY), PARTY_FILE_UNCHANGED);
        party_file_done(&file);
}
END_TEST

START_TEST(a_withdrawn_record_does_not_come_back_by_itself)
{
        struct record record = fined("1");
        struct party_file file;

        begin(&file);
        party_file_add(&file, &record);
        file.records[0].is_active = false;
        ck_assert_int_eq(party_file_decide(&file, &record, &policy, TODAY), PARTY_FILE_UNCHANGED);
        record.remark = "更正";
        ck_assert_int_eq(party_file_decide(&file, &record, &policy, TODAY), PARTY_FILE_WITHDRAWN);
        party_file_done(&file);
}
END_TEST

static const struct {
        uint16_t kinds;
        int32_t decided, end; /* from today */
        enum party_file_outcome outcome;
} corrections[] = {
        {PENALTY_BIT(PENALTY_WARNING), -10, 300, PARTY_FILE_FAVOURABLE},  /* fewer points */
        {PENALTY_BIT(PENALTY_FINE), -10, 0, PARTY_FILE_FAVOURABLE},       /* over today */
        {PENALTY_BIT(PENALTY_FINE), -10, 299, PARTY_FILE_FAVOURABLE},     /* lifts on a day to come */
        {PENALTY_BIT(PENALTY_FINE), -11, 300, PARTY_FILE_FAVOURABLE},     /* earlier, as everything that follows from it */
        {PENALTY_BIT(PENALTY_FINE), -9, 300, PARTY_FILE_CORRECTED},
        {PENALTY_BIT(PENALTY_FINE), -10, 301, PARTY_FILE_CORRECTED},
        {PENALTY_BIT(PENALTY_FINE) | PENALTY_BIT(PENALTY_WARNING), -10, 300, PARTY_FILE_CORRECTED},
        {PENALTY_BIT(PENALTY_REVOCATION), -10, 300, PARTY_FILE_CORRECTED}, /* heavier */
        {PENALTY_BIT(PENALTY_REVOCATION), -10, 299, PARTY_FILE_FAVOURABLE}, /* heavier now, over sooner */
};

START_TEST(a_correction_that_lifts_the_grade_today_or_some_day_waits_for_a_second_person)
{
        struct record record = fined("1"), corrected = fined("1");
        struct party_file file;

        begin(&file);
        party_file_add(&file, &record);
        corrected.kinds = corrections[_i].kinds;
        corrected.decided_on.number = TODAY.number + corrections[_i].decided;
        corrected.publicity_file.number = TODAY.number + corrections[_i].end;
        corrected.remark = "更正";
        ck_assert_int_eq(party_file_decide(&file, &corrected, &policy, TODAY), corrections[_i].outcome);
        party_file_done(&file);
}
END_TEST

/* What one version says against, or for, the enterprise; days from today. */
struct said {
        enum record_type type;
        uint16_t kinds;
        uint8_t severity;
        enum record_result result;
        enum certificate_kind certificate;
        int32_t decided, end, through; /* end and through: 0 is none */
        int64_t fine, confiscated;
};

static struct grade_record facts_said(const struct said *said)
{
        return (struct grade_record){
                .type = said->type, .kinds = said->kinds, .severity = (enum severity)said->severity,
                .result = said->result, .certificate = said->certificate,
                .decided_on = {TODAY.number + said->decided},
                .publicity_end = said->end ? (struct day){TODAY.number + said->end} : DAY_NONE,
                .valid_through = said->through ? (struct day){TODAY.number + said->through} : DAY_NONE,
                .fine_fen = said->fine, .confiscated_fen = said->confiscated,
        };
}

#define KIND(a) PENALTY_BIT(PENALTY_##a)
#define KINDS(a, b) (KIND(a) | KIND(b))
#define PENALTY(of, day, last, fen, taken) \
        {.type = RECORD_PENALTY, .kinds = (of), .decided = (day), .end = (last), .fine = (fen), .confiscated = (taken)}
#define FINED PENALTY(KIND(FINE), -9, 300, 5, 5)
#define CERTIFIED(kind, day, last, valid) \
        {.type = RECORD_CERTIFICATE, .certificate = CERTIFICATE_##kind, .decided = (day), .end = (last), .through = (valid)}
#define HELD CERTIFIED(GMP, -9, 300, 90)

static const struct {
        struct said before, after;
        bool is_lighter;
} versions[] = {
        {FINED, FINED, false},
        {HELD, HELD, false},
        {{.type = RECORD_SAMPLING, .result = RECORD_RESULT_FAIL}, {.type = RECORD_SAMPLING, .result = RECORD_RESULT_PASS}, true},
        {{.type = RECORD_SAMPLING}, {.type = RECORD_SAMPLING, .result = RECORD_RESULT_PASS}, true},
        {{.type = RECORD_SAMPLING}, {.type = RECORD_SAMPLING, .result = RECORD_RESULT_FAIL}, false},
        {{.type = RECORD_SAMPLING, .result = RECORD_RESULT_PASS}, {.type = RECORD_SAMPLING, .decided = -1}, false},
        {{.type = RECORD_RECALL, .severity = 2}, {.type = RECORD_RECALL, .severity = 1}, true},
        {{.type = RECORD_RECALL, .severity = 1}, {.type = RECORD_RECALL}, true},
        {{.type = RECORD_RECALL}, {.type = RECORD_RECALL, .severity = 2}, false},
        {FINED, PENALTY(KINDS(FINE, WARNING), -9, 300, 5, 5), false},
        {PENALTY(KINDS(FINE, WARNING), -9, 300, 5, 5), FINED, true},
        {FINED, PENALTY(KIND(WARNING), -9, 300, 5, 5), true},
        {FINED, PENALTY(KIND(CLOSURE), -9, 300, 5, 5), false},
        {PENALTY(KINDS(REVOCATION, FINE), -9, 300, 5, 5), PENALTY(KINDS(CLOSURE, FINE), -9, 300, 5, 5), true},
        {PENALTY(KIND(CRIMINAL), -9, 0, 0, 0), PENALTY(KIND(DETENTION), -9, 0, 0, 0), true},
        {FINED, PENALTY(KIND(FINE), -9, 300, 4, 5), true},
        {FINED, PENALTY(KIND(FINE), -9, 300, 6, 5), false},
        {FINED, PENALTY(KIND(FINE), -9, 300, 5, 4), true},
        {FINED, PENALTY(KIND(FINE), -9, 300, 5, 6), false},
        {FINED, PENALTY(KIND(FINE), -9, 299, 5, 5), true},
        {FINED, PENALTY(KIND(FINE), -9, 301, 5, 5), false},
        {FINED, PENALTY(KIND(FINE), -9, 0, 5, 5), false},
        {PENALTY(KIND(FINE), -9, 0, 5, 5), FINED, true},
        {FINED, PENALTY(KIND(FINE), -10, 300, 5, 5), true},
        {FINED, PENALTY(KIND(FINE), -8, 300, 5, 5), false},
        {HELD, CERTIFIED(GMP, -9, 300, 91), true},
        {HELD, CERTIFIED(GMP, -9, 300, 0), true},
        {CERTIFIED(GMP, -9, 300, 0), HELD, false},
        {HELD, CERTIFIED(GMP, -9, 300, 89), false},
        {HELD, CERTIFIED(GMP, -10, 300, 90), true},
        {HELD, CERTIFIED(GMP, -8, 300, 90), false},
        {HELD, CERTIFIED(GSP, -9, 300, 90), true},
        {HELD, CERTIFIED(GMP, -9, 301, 90), true},
        {HELD, CERTIFIED(GMP, -9, 299, 90), false},
};

START_TEST(a_version_is_lighter_by_what_it_says_whatever_a_policy_makes_of_it)
{
        struct grade_record before = facts_said(&versions[_i].before), after = facts_said(&versions[_i].after);

        ck_assert_int_eq(party_file_is_lighter(&before, &after), versions[_i].is_lighter);
}
END_TEST

/* A file whose score is at its floor, and a type that costs nothing under the policy. */
START_TEST(a_lighter_correction_waits_where_the_grade_would_not_show_it)
{
        struct record record = fined("0"), promise = fined("promise");
        char documents[24][8];
        struct party_file file;

        begin(&file);
        for (int i = 0; i < 24; i++) {
                snprintf(documents[i], sizeof(documents[i]), "%d", i);
                record = fined(documents[i]);
                record.kinds = PENALTY_BIT(PENALTY_REVOCATION);
                party_file_add(&file, &record);
        }
        record.kinds = PENALTY_BIT(PENALTY_WARNING);
        ck_assert_int_eq(party_file_decide(&file, &record, &policy, TODAY), PARTY_FILE_FAVOURABLE);
        record.kinds = KINDS(REVOCATION, WARNING);
        ck_assert_int_eq(party_file_decide(&file, &record, &policy, TODAY), PARTY_FILE_CORRECTED);
        promise.type = RECORD_INSPECTION;
        promise.kinds = 0;
        promise.fine_fen = 0;
        promise.result = RECORD_RESULT_FAIL;
        party_file_add(&file, &promise);
        promise.result = RECORD_RESULT_PASS;
        ck_assert_int_eq(party_file_decide(&file, &promise, &policy, TODAY), PARTY_FILE_FAVOURABLE);
        party_file_done(&file);
}
END_TEST

START_TEST(a_correction_that_opens_a_better_gate_of_the_same_band_waits_too)
{
        struct record record = fined("1"), certificate = fined("2");
        struct party_file file;

        policy.gates_count = 2;
        policy.gates[0] = (struct policy_gate){.grade = "AAA", .certificates = 1u << CERTIFICATE_ISO9001, .held_months = 12};
        policy.gates[1] = (struct policy_gate){.grade = "AA", .months_without_deduction = 120};
        certificate.type = RECORD_CERTIFICATE;
        certificate.certificate = CERTIFICATE_ISO9001;
        certificate.valid_through = DAY_NONE;
        certificate.publicity_file = DAY_NONE;
        begin(&file);
        record.publicity_file = TODAY; /* over: AA, and AAA when the certificate has been held for a year */
        party_file_add(&file, &record);
        party_file_add(&file, &certificate);
        certificate.remark = "更正";
        ck_assert_int_eq(party_file_decide(&file, &certificate, &policy, TODAY), PARTY_FILE_CORRECTED);
        certificate.decided_on.number = TODAY.number - 370;
        ck_assert_int_eq(party_file_decide(&file, &certificate, &policy, TODAY), PARTY_FILE_FAVOURABLE);
        party_file_done(&file);
}
END_TEST

static const struct {
        enum record_type type;
        bool has_kinds, has_result, has_certificate, has_validity;
} facts_of[] = {
        {RECORD_PENALTY, true, false, false, false},
        {RECORD_SAMPLING, false, true, false, false},
        {RECORD_RECALL, false, false, false, false},
        {RECORD_CERTIFICATE, false, false, true, true},
        {RECORD_BRAND, false, false, false, true},
        {RECORD_AWARD, false, false, false, true},
        {RECORD_PERMIT, false, false, false, true},
        {RECORD_ASSESSMENT, false, false, false, true},
        {RECORD_INSPECTION, false, true, false, false},
        {RECORD_SURVEY, false, false, false, false},
};

START_TEST(the_facts_of_a_record_are_those_that_its_type_has)
{
        struct record record = fined("1");
        struct grade_record facts;

        record.type = facts_of[_i].type;
        record.result = RECORD_RESULT_FAIL;
        record.certificate = CERTIFICATE_GMP;
        record.valid_through.number = TODAY.number + 100;
        record.publicity_computed.number = TODAY.number + 200;
        facts = party_file_facts(&record);
        ck_assert_int_eq(facts.type, record.type);
        ck_assert_uint_eq(facts.kinds, facts_of[_i].has_kinds ? record.kinds : 0);
        ck_assert_int_eq(facts.fine_fen, facts_of[_i].has_kinds ? record.fine_fen : 0);
        ck_assert_int_eq(facts.result, facts_of[_i].has_result ? RECORD_RESULT_FAIL : RECORD_RESULT_NONE);
        ck_assert_int_eq(facts.certificate, facts_of[_i].has_certificate ? CERTIFICATE_GMP : CERTIFICATE_NONE);
        ck_assert_int_eq(facts.valid_through.number,
                facts_of[_i].has_validity ? record.valid_through.number : DAY_NONE.number);
        ck_assert_int_eq(facts.publicity_end.number, TODAY.number + 200);
        ck_assert_uint_eq(facts.case_ref, record_case_ref("a", "1"));
}
END_TEST

START_TEST(ordinals_count_records_and_versions_their_corrections)
{
        struct record one = fined("1"), two = fined("2");
        struct party_file file;
        struct grade_inputs *inputs = must_alloc(sizeof(*inputs));

        begin(&file);
        ck_assert_uint_eq(party_file_add(&file, &one)->facts.ordinal, 1);
        ck_assert_uint_eq(party_file_add(&file, &two)->facts.ordinal, 2);
        one.fine_fen = 7;
        ck_assert_uint_eq(party_file_add(&file, &one)->facts.ordinal, 1);
        ck_assert_uint_eq(file.records[0].version, 2);
        ck_assert_uint_eq(file.records[1].version, 1);
        party_file_inputs(&file, inputs);
        ck_assert_uint_eq(inputs->count, 2);
        ck_assert_int_eq(inputs->records[0].fine_fen, 7);
        file.records[0].is_active = false;
        party_file_inputs(&file, inputs);
        ck_assert_uint_eq(inputs->count, 1);
        ck_assert_uint_eq(inputs->records[0].ordinal, 2);
        free(inputs);
        party_file_done(&file);
}
END_TEST

START_TEST(an_enterprise_has_no_more_records_than_a_grade_can_be_made_of)
{
        char documents[GRADE_RECORDS_MAX][8];
        struct record record;
        struct party_file file;

        begin(&file);
        for (int i = 0; i < GRADE_RECORDS_MAX; i++) {
                snprintf(documents[i], sizeof(documents[i]), "%d", i);
                record = fined(documents[i]);
                party_file_add(&file, &record);
        }
        record = fined("more");
        ck_assert_int_eq(party_file_decide(&file, &record, &policy, TODAY), PARTY_FILE_FULL);
        file.records[7].is_active = false; /* what has ended takes no room */
        ck_assert_int_eq(party_file_decide(&file, &record, &policy, TODAY), PARTY_FILE_FILED);
        party_file_done(&file);
}
END_TEST

START_TEST(what_does_not_stand_against_an_enterprise_leaves_room_for_what_does)
{
        char documents[GRADE_RECORDS_MAX / 2][8];
        struct record promise, penalty = fined("penalty");
        struct party_file file;

        begin(&file);
        for (int i = 0; i < GRADE_RECORDS_MAX / 2; i++) {
                snprintf(documents[i], sizeof(documents[i]), "%d", i);
                promise = fined(documents[i]);
                promise.type = RECORD_COMMITMENT;
                ck_assert_int_eq(party_file_decide(&file, &promise, &policy, TODAY), PARTY_FILE_FILED);
                party_file_add(&file, &promise);
        }
        promise.remark = "更正";
        ck_assert_int_eq(party_file_decide(&file, &promise, &policy, TODAY), PARTY_FILE_CORRECTED);
        promise.document_norm = "more";
        ck_assert_int_eq(party_file_decide(&file, &promise, &policy, TODAY), PARTY_FILE_FULL);
        promise.type = RECORD_SAMPLING;
        promise.result = RECORD_RESULT_PASS;
        ck_assert_int_eq(party_file_decide(&file, &promise, &policy, TODAY), PARTY_FILE_FULL);
        promise.result = RECORD_RESULT_FAIL;
        ck_assert_int_eq(party_file_decide(&file, &promise, &policy, TODAY), PARTY_FILE_FILED);
        ck_assert_int_eq(party_file_decide(&file, &penalty, &policy, TODAY), PARTY_FILE_FILED);
        party_file_done(&file);
}
END_TEST

START_TEST(a_record_has_no_more_versions_than_can_be_compared)
{
        char remarks[RECORD_VERSIONS_MAX][8];
        struct record record = fined("1");
        struct party_file file;

        begin(&file);
        for (unsigned i = 0; i < RECORD_VERSIONS_MAX; i++) {
                snprintf(remarks[i], sizeof(remarks[i]), "%u", i);
                record.remark = remarks[i];
                ck_assert_int_eq(party_file_decide(&file, &record, &policy, TODAY),
                        i ? PARTY_FILE_CORRECTED : PARTY_FILE_FILED);
                party_file_add(&file, &record);
        }
        ck_assert_int_eq(party_file_decide(&file, &record, &policy, TODAY), PARTY_FILE_UNCHANGED);
        record.remark = "更正";
        ck_assert_int_eq(party_file_decide(&file, &record, &policy, TODAY), PARTY_FILE_FULL);
        party_file_done(&file);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("party_file");
        TCase *tcase = tcase_create("party_file");

        tcase_add_checked_fixture(tcase, load_policy, NULL);
        tcase_add_test(tcase, a_record_of_an_unknown_enterprise_is_parked);
        tcase_add_test(tcase, a_name_the_code_never_had_is_held_and_a_former_one_is_not);
        tcase_add_test(tcase, content_seen_before_is_unchanged_however_old);
        tcase_add_test(tcase, a_withdrawn_record_does_not_come_back_by_itself);
        tcase_add_loop_test(tcase, a_correction_that_lifts_the_grade_today_or_some_day_waits_for_a_second_person, 0,
                (int)(sizeof(corrections) / sizeof(*corrections)));
        tcase_add_loop_test(tcase, a_version_is_lighter_by_what_it_says_whatever_a_policy_makes_of_it, 0,
                (int)(sizeof(versions) / sizeof(*versions)));
        tcase_add_test(tcase, a_lighter_correction_waits_where_the_grade_would_not_show_it);
        tcase_add_test(tcase, a_correction_that_opens_a_better_gate_of_the_same_band_waits_too);
        tcase_add_loop_test(tcase, the_facts_of_a_record_are_those_that_its_type_has, 0,
                (int)(sizeof(facts_of) / sizeof(*facts_of)));
        tcase_add_test(tcase, ordinals_count_records_and_versions_their_corrections);
        tcase_add_test(tcase, an_enterprise_has_no_more_records_than_a_grade_can_be_made_of);
        tcase_add_test(tcase, what_does_not_stand_against_an_enterprise_leaves_room_for_what_does);
        tcase_add_test(tcase, a_record_has_no_more_versions_than_can_be_compared);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
