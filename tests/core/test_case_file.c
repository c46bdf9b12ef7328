/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/case_file.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/core/case_story.h"
#include "tests/support/suite.h"

static struct story told_story, *const story = &told_story;

static void setup(void)
{
        story_begin(story, "samr-44");
}

static void teardown(void)
{
        story_end(story);
}

/* ---------------------------------------------------------------- what an action, a role, an office, a state refuse */

START_TEST(an_action_that_the_procedure_has_not_is_unknown)
{
        story_serve(story, "with-penalty");
        REFUSED(CASE_ACTION_UNKNOWN, NULL, "pardon", "2026-03-12", "an");
}
END_TEST

START_TEST(a_role_that_does_not_take_the_step_is_refused)
{
        struct case_verdict verdict;

        story_serve(story, "with-penalty");
        REFUSED(CASE_ROLE, NULL, "statement", "2026-03-05", "du");
        REFUSED(CASE_ROLE, NULL, "legal-review", "2026-03-12", "an");
        REFUSED(CASE_ROLE, NULL, "close", "2026-03-12", "fu");
        verdict = TRY("decide", "2026-03-12", "an", "cui");
        ck_assert_int_eq(verdict.refusal, CASE_ROLE);
        ck_assert_uint_eq(verdict.roles, verdict.action->second_roles);
}
END_TEST

START_TEST(another_offices_person_is_refused_as_first_and_as_second)
{
        story_prepare(story, "with-penalty");
        REFUSED(CASE_OFFICE, NULL, "statement", "2026-03-12", "gu");
        REFUSED(CASE_OFFICE, NULL, "decide", "2026-03-12", "an", "ji");
}
END_TEST

START_TEST(a_case_is_opened_in_the_office_of_who_opens_it)
{
        story->file.office = NULL;
        DO("open", "2026-03-02", "gu");
        story->file.office = "p";
        REFUSED(CASE_OFFICE, NULL, "notice", "2026-03-03", "an", "bo");
        DO("notice", "2026-03-03", "gu", "ji");
}
END_TEST

START_TEST(nothing_but_opening_begins_a_case_and_it_is_opened_once)
{
        struct case_verdict verdict;

        REFUSED(CASE_STATE, NULL, "notice", "2026-03-02", "an", "bo");
        verdict = DO("open", "2026-03-02", "an");
        ck_assert_uint_eq(verdict.from, PROCEDURE_NONE);
        ck_assert_str_eq(story->procedure->states[verdict.to].word, "opened");
        REFUSED(CASE_STATE, NULL, "open", "2026-03-02", "an");
}
END_TEST

START_TEST(a_state_that_does_not_allow_the_step_says_whose_step_it_is_and_by_which_article)
{
        struct case_verdict verdict;

        DO("open", "2026-03-02", "an");
        verdict = TRY("decide", "2026-03-02", "an", "du");
        ck_assert_int_eq(verdict.refusal, CASE_STATE);
        ck_assert_uint_eq(verdict.roles, verdict.action->roles);
        ck_assert_str_eq(verdict.article, verdict.action->article);
}
END_TEST

START_TEST(nothing_but_a_correction_follows_a_closed_case)
{
        struct case_option options[PROCEDURE_ACTIONS_MAX];

        story_serve(story, "with-penalty");
        DO("close", "2026-03-12", "du");
        ck_assert_str_eq(case_state_word(&story->file), "closed");
        ck_assert(case_is_over(&story->file));
        REFUSED(CASE_STATE, NULL, "decide", "2026-03-12", "an", "du");
        ck_assert_uint_eq(case_options(&story->file, &story->rules, options), 1);
        ck_assert_str_eq(options[0].action->word, "correct");
        story_listings(story, "");
}
END_TEST

/* ---------------------------------------------------------------- what fields refuse */

static const struct {
        enum case_refusal refusal;
        const char *field, *with;
} bad_openings[] = {
        {CASE_FIELD_UNKNOWN, "colour", "colour=red"},
        {CASE_FIELD_UNKNOWN, "opinion", "opinion=agree"},
        {CASE_FIELD_TWICE, "filed_on", "filed_on=2026-03-02;filed_on=2026-03-02"},
        {CASE_FIELD_MISSING, "facts", "-facts"},
        {CASE_FIELD_MISSING, "second_officer_certificate", "-second_officer_certificate"},
        {CASE_FIELD_INVALID, "path", "path=by-whim"},
        {CASE_FIELD_INVALID, "path", "path="},
        {CASE_FIELD_INVALID, "filed_on", "filed_on=2026-3-2"},
        {CASE_FIELD_INVALID, "filed_on", "filed_on=2026-02-29"},
        {CASE_FIELD_INVALID, "filed_on", "filed_on=2026-03-02 "},
        {CASE_DATE_IN_FUTURE, "filed_on", "filed_on=2026-03-03"},
        {CASE_FIELD_INVALID, "facts", "facts="},
        {CASE_FIELD_INVALID, "facts", "facts= \n "},
        {CASE_FIELD_INVALID, "facts", "facts=事\t实"},
        {CASE_FIELD_INVALID, "facts", "facts=事\u200b实"},
        {CASE_FIELD_INVALID, "facts", "facts=\xff"},
        {CASE_FIELD_INVALID, "filing_number", "filing_number=剑市监\n1号"},
        {CASE_FIELD_INVALID, "filing_number", "filing_number=　"},
        {CASE_FIELD_INVALID, "evidence", "evidence=9f86d081"},
        {CASE_FIELD_INVALID, "evidence", "evidence=9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08"},
        {CASE_FIELD_INVALID, "second_officer", "second_officer=Bo"},
        {CASE_FIELD_INVALID, "officer_certificate", "officer_certificate=川H 17"},
        {CASE_FIELD_INVALID, "officer_certificate", "officer_certificate=12345678901234567890123456789012345678901"},
        {CASE_FIELD_INVALID, "ground", "ground=44 5 1"},
        {CASE_CODE_NOT_IN_FORCE, "ground", "ground=44-99"},
        {CASE_CODE_NOT_IN_FORCE, "ground", "ground=83-5"}, /* Order 83 ended with 2021-08-31 */
        {CASE_CODE_NOT_IN_FORCE, "ground", "filed_on=2021-08-31;ground=44-5-1"},
        {CASE_CODE_NOT_IN_FORCE, "ground", "ground=44-5-1;ground=83-5"},
        {CASE_FIELD_RULE, "recusal", "recusal=conflict"},
};

START_TEST(a_field_that_is_not_what_its_type_says_is_refused_by_name)
{
        FORBIDDEN(bad_openings[_i].refusal, bad_openings[_i].field, NULL, "open", "2026-03-02", "an", NULL,
                bad_openings[_i].with);
}
END_TEST

START_TEST(a_text_is_refused_beyond_4000_octets)
{
        char with[CASE_TEXT_OCTETS + 16] = "facts=";

        memset(with + 6, 'x', CASE_TEXT_OCTETS);
        DO("open", "2026-03-02", "an", NULL, with);
        story->file.count = 0;
        with[6 + CASE_TEXT_OCTETS] = 'x';
        REFUSED(CASE_FIELD_INVALID, "facts", "open", "2026-03-02", "an", NULL, with);
}
END_TEST

START_TEST(without_its_table_no_code_is_in_force)
{
        story->rules.table_count = 0;
        REFUSED(CASE_CODE_NOT_IN_FORCE, "ground", "open", "2026-03-02", "an");
}
END_TEST

START_TEST(the_path_says_which_number_a_decision_needs)
{
        static const char *const paths[][2] = {
                {"with-penalty", "penalty_number"},
                {"refusal-to-perform", "refusal_finding"},
                {"court-judgment", "judgment_number"},
        };
        char with[64];

        story_prepare(story, paths[_i][0]);
        snprintf(with, sizeof(with), "-%s", paths[_i][1]);
        REFUSED(CASE_FIELD_MISSING, paths[_i][1], "decide", "2026-03-12", "an", "du", with);
        DO("decide", "2026-03-12", "an", "du");
}
END_TEST

START_TEST(electronic_service_needs_the_partys_written_consent)
{
        DO("open", "2026-03-02", "an");
        DO("notice", "2026-03-03", "an", "bo");
        REFUSED(CASE_FIELD_MISSING, "consent_document", "serve-notice", "2026-03-04", "an", NULL, "method=electronic");
        DO("serve-notice", "2026-03-04", "an", NULL, "method=electronic;"
                "consent_document=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
}
END_TEST

START_TEST(a_measure_that_is_on_no_national_list_is_refused)
{
        story_prepare(story, "with-penalty");
        REFUSED(CASE_CODE_NOT_IN_FORCE, "measure", "decide", "2026-03-12", "an", "du",
                "measure=procurement;measure=county-no-recommendation");
        DO("decide", "2026-03-12", "an", "du", "measure=procurement;measure=licensing");
}
END_TEST

START_TEST(a_name_that_the_party_does_not_have_needs_a_second_person)
{
        ck_assert(!TRY("open", "2026-03-02", "an").needs_second);
        story->name_differs = true;
        ck_assert(TRY("open", "2026-03-02", "an").needs_second);
        REFUSED(CASE_SELF_APPROVAL, NULL, "open", "2026-03-02", "an", "an");
        REFUSED(CASE_ROLE, NULL, "open", "2026-03-02", "an", "fu");
        REFUSED(CASE_OFFICE, NULL, "open", "2026-03-02", "an", "gu");
        FORBIDDEN(CASE_PERSON_EXCLUDED, "second_officer", "art. 42", "open", "2026-03-02", "an", "bo", "second_officer=bo");
        DO("open", "2026-03-02", "an", "bo", "second_officer=hu");
}
END_TEST

/* A decision with two numbers that nobody else of the party has, and one that anybody may have. */
static const char numbered[] =
        "{'format':'qcr-procedure/1','id':'numbered','version':1,'names':{'zh':'号','en':'numbered'},'basis':'-',"
        "'states':[{'state':'listed','zh':'列入','en':'listed'}],'windows':[],'deadlines':[],"
        "'listing':{'starts':'decision'},'actions':["
        "{'action':'list','zh':'列入','en':'list','article':'1','from':[],'to':'listed','roles':['officer'],"
        " 'effect':'start','day':'day','fields':[{'field':'day','zh':'日','en':'day','type':'day','required':true},"
        "  {'field':'number','zh':'号','en':'number','type':'number','required':true,'unique':true},"
        "  {'field':'penalty','zh':'罚','en':'penalty','type':'number','unique':true,'many':true},"
        "  {'field':'letter','zh':'函','en':'letter','type':'number'}]}]}";

START_TEST(one_number_in_two_unique_fields_is_there_twice_however_it_is_written)
{
        story_end(story);
        story_begin_json(story, numbered);
        REFUSED(CASE_FIELD_TWICE, "penalty", "list", "2026-03-02", "an", NULL, "number=剑市监〔2026〕1号;penalty=剑市监[2026] 1号");
        REFUSED(CASE_FIELD_TWICE, "penalty", "list", "2026-03-02", "an", NULL, "penalty=a1;number=2;penalty=Ａ1");
        REFUSED(CASE_FIELD_TWICE, "number", "list", "2026-03-02", "an", NULL, "penalty=a1;number=A1");
        DO("list", "2026-03-02", "an", NULL, "number=a1;penalty=a2;penalty=a3;letter=a1");
}
END_TEST

START_TEST(more_values_than_an_event_has_are_refused)
{
        char with[CASE_VALUES_MAX * 80] = "";

        for (unsigned i = 0; i < CASE_VALUES_MAX; i++)
                strcat(with, "evidence=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08;");
        REFUSED(CASE_FIELD_INVALID, "evidence", "open", "2026-03-02", "an", NULL, with);
}
END_TEST

/* ---------------------------------------------------------------- what the law wants before a decision */

#define ORDER "市场监督管理严重违法失信名单管理办法 art. "

START_TEST(no_decision_before_the_notice_was_served)
{
        DO("open", "2026-03-02", "an");
        DO("notice", "2026-03-03", "an", "bo");
        FORBIDDEN(CASE_NEEDS_STEP, "serve-notice", "行政处罚法 art. 44; " ORDER "13", "decide", "2026-03-12", "an", "du");
}
END_TEST

START_TEST(no_decision_while_the_window_is_open_unless_it_was_waived_in_writing)
{
        story_serve(story, "with-penalty");
        DO("legal-review", "2026-03-05", "cui");
        DO("discussion", "2026-03-05", "er");
        DO("consent", "2026-03-05", "an", "bo");
        FORBIDDEN(CASE_NOT_YET, "2026-03-12", "art. 44, 64", "decide", "2026-03-05", "an", "du");
        FORBIDDEN(CASE_NOT_YET, "2026-03-12", "art. 44, 64", "decide", "2026-03-11", "an", "du");
        ck_assert_int_eq(TRY("decide", "2026-03-12", "an", "du").refusal, CASE_GRANTED);
        story->rules.today = story_day("2026-03-05");
        DO("waiver", "2026-03-05", "an");
        DO("decide", "2026-03-05", "an", "du");
}
END_TEST

START_TEST(a_hearing_asked_for_in_time_must_be_held)
{
        story_prepare(story, "with-penalty");
        ck_assert(!DO("hearing-request", "2026-03-11", "an").is_late);
        FORBIDDEN(CASE_NEEDS_STEP, "hearing-held", "art. 64", "decide", "2026-03-12", "an", "du");
        DO("hearing-held", "2026-03-24", "an", NULL, "noticed_on=2026-03-12");
        FORBIDDEN(CASE_NEEDS_STEP, "legal-review", "art. 58", "decide", "2026-03-24", "an", "du");
        DO("legal-review", "2026-03-25", "cui");
        DO("decide", "2026-03-25", "an", "du");
}
END_TEST

START_TEST(a_hearing_asked_for_late_is_recorded_as_late_and_forces_none)
{
        story_prepare(story, "with-penalty");
        ck_assert(DO("hearing-request", "2026-03-12", "an").is_late);
        DO("decide", "2026-03-12", "an", "du");
}
END_TEST

START_TEST(a_request_that_was_late_stays_late_when_the_notice_is_made_and_served_again)
{
        story_serve(story, "refusal-to-perform");
        ck_assert(DO("hearing-request", "2026-03-12", "an").is_late);
        DO("notice", "2026-03-12", "an", "bo");
        DO("serve-notice", "2026-03-13", "an");
        DO("consent", "2026-03-23", "an", "bo");
        DO("legal-review", "2026-03-23", "cui");
        DO("decide", "2026-03-23", "an", "du");
}
END_TEST

START_TEST(a_request_of_the_last_day_that_is_typed_weeks_later_is_in_time)
{
        story_prepare(story, "with-penalty");
        story->rules.today = story_day("2026-04-20");
        ck_assert(!DO("hearing-request", "2026-03-11", "an").is_late);
        REFUSED(CASE_NEEDS_STEP, "hearing-held", "decide", "2026-04-20", "an", "du");
}
END_TEST

START_TEST(one_hearing_request_stands_at_a_time)
{
        story_serve(story, "with-penalty");
        DO("hearing-request", "2026-03-05", "an");
        FORBIDDEN(CASE_DONE_ALREADY, "hearing-request", "art. 64", "hearing-request", "2026-03-06", "an");
        DO("hearing-held", "2026-03-16", "an", NULL, "noticed_on=2026-03-05");
        FORBIDDEN(CASE_NEEDS_STEP, "hearing-request", "art. 64", "hearing-held", "2026-03-27", "an", NULL,
                "noticed_on=2026-03-16");
        DO("hearing-request", "2026-03-17", "an");
}
END_TEST

START_TEST(parties_are_told_of_the_hearing_seven_working_days_before)
{
        story_serve(story, "with-penalty");
        FORBIDDEN(CASE_NEEDS_STEP, "hearing-request", "art. 64", "hearing-held", "2026-03-20", "an");
        DO("hearing-request", "2026-03-05", "an");
        FORBIDDEN(CASE_NOT_YET, "2026-03-17", "art. 64(2)", "hearing-held", "2026-03-16", "an", NULL,
                "noticed_on=2026-03-06");
        DO("hearing-held", "2026-03-17", "an", NULL, "noticed_on=2026-03-06");
}
END_TEST

START_TEST(neither_review_nor_decision_is_older_than_the_hearing)
{
        story_prepare(story, "with-penalty");
        DO("hearing-request", "2026-03-11", "an");
        DO("hearing-held", "2026-03-24", "an", NULL, "noticed_on=2026-03-12");
        FORBIDDEN(CASE_NOT_YET, "2026-03-24", "art. 58, 64", "legal-review", "2026-03-23", "cui");
        DO("legal-review", "2026-03-24", "cui");
        FORBIDDEN(CASE_NOT_YET, "2026-03-24", "art. 64, 65", "decide", "2026-03-23", "an", "du");
        DO("decide", "2026-03-24", "an", "du");
}
END_TEST

START_TEST(no_decision_without_a_legal_review_that_agrees)
{
        story_serve(story, "with-penalty");
        DO("discussion", "2026-03-12", "er");
        DO("consent", "2026-03-12", "an", "bo");
        FORBIDDEN(CASE_NEEDS_STEP, "legal-review", "art. 58", "decide", "2026-03-12", "an", "du");
        DO("legal-review", "2026-03-12", "cui", NULL, "opinion=disagree");
        FORBIDDEN(CASE_FIELD_RULE, "opinion", "art. 58", "decide", "2026-03-12", "an", "du");
        DO("legal-review", "2026-03-13", "cui", NULL, "opinion=agree");
        DO("decide", "2026-03-13", "an", "du");
}
END_TEST

START_TEST(a_heavier_penalty_is_discussed_by_the_heads_and_no_other_path_asks_for_it)
{
        static const struct {
                const char *path;
                enum case_refusal refusal;
        } paths[] = {{"with-penalty", CASE_NEEDS_STEP}, {"refusal-to-perform", CASE_GRANTED}, {"court-judgment", CASE_GRANTED}};

        story_serve(story, paths[_i].path);
        DO("legal-review", "2026-03-12", "cui");
        DO("consent", "2026-03-12", "an", "bo");
        if (paths[_i].refusal == CASE_GRANTED)
                DO("decide", "2026-03-12", "an", "du");
        else
                FORBIDDEN(paths[_i].refusal, "discussion", "art. 57", "decide", "2026-03-12", "an", "du");
}
END_TEST

START_TEST(no_listing_without_the_higher_organs_consent)
{
        story_serve(story, "refusal-to-perform");
        DO("legal-review", "2026-03-12", "cui");
        FORBIDDEN(CASE_NEEDS_STEP, "consent", ORDER "22", "decide", "2026-03-12", "an", "du");
        DO("consent", "2026-03-12", "an", "bo");
        DO("consent-refused", "2026-03-13", "an", "bo");
        FORBIDDEN(CASE_NEEDS_STEP, "consent", ORDER "22", "decide", "2026-03-13", "an", "du");
        DO("consent", "2026-03-16", "an", "bo");
        DO("decide", "2026-03-16", "an", "du");
}
END_TEST

START_TEST(a_decision_dated_before_the_order_was_in_force_needs_the_consent_all_the_same)
{
        DO("open", "2021-06-01", "an", NULL, "ground=83-5;path=refusal-to-perform");
        DO("notice", "2021-06-02", "an", "bo", "basis=saic-83");
        DO("serve-notice", "2021-06-03", "an");
        DO("legal-review", "2021-08-31", "cui");
        FORBIDDEN(CASE_NEEDS_STEP, "consent", ORDER "22", "decide", "2021-08-31", "an", "du", "basis=saic-83");
        DO("consent", "2021-09-01", "an", "bo");
        FORBIDDEN(CASE_NOT_YET, "2021-09-01", ORDER "22", "decide", "2021-08-31", "an", "du", "basis=saic-83");
}
END_TEST

START_TEST(a_party_that_proves_it_had_no_intent_is_not_listed)
{
        story_prepare(story, "with-penalty");
        FORBIDDEN(CASE_FIELD_RULE, "intent", ORDER "12(2)", "decide", "2026-03-12", "an", "du", "intent=disproved");
        DO("decide", "2026-03-12", "an", "du", "intent=not-disproved");
}
END_TEST

START_TEST(a_step_is_not_older_than_the_one_it_follows)
{
        FORBIDDEN(CASE_DATE_IN_FUTURE, "filed_on", NULL, "open", "2026-03-02", "an", NULL, "filed_on=2026-03-03");
        DO("open", "2026-03-02", "an");
        FORBIDDEN(CASE_NOT_YET, "2026-03-02", "art. 44", "notice", "2026-03-01", "an", "bo");
        DO("notice", "2026-03-03", "an", "bo");
        FORBIDDEN(CASE_NOT_YET, "2026-03-03", "art. 61", "serve-notice", "2026-03-02", "an");
}
END_TEST

START_TEST(a_notice_made_again_is_served_again_and_opens_the_window_anew)
{
        story_serve(story, "refusal-to-perform");
        DO("waiver", "2026-03-04", "an");
        DO("consent", "2026-03-05", "an", "bo");
        DO("legal-review", "2026-03-05", "cui");
        DO("notice", "2026-03-09", "an", "bo");
        ck_assert_str_eq(case_state_word(&story->file), "noticed");
        FORBIDDEN(CASE_NEEDS_STEP, "serve-notice", ORDER "13", "decide", "2026-03-09", "an", "du");
        REFUSED(CASE_NOT_YET, "2026-03-09", "serve-notice", "2026-03-06", "an");
        DO("serve-notice", "2026-03-10", "an");
        FORBIDDEN(CASE_NOT_YET, "2026-03-18", "art. 44, 64", "decide", "2026-03-17", "an", "du");
        FORBIDDEN(CASE_NEEDS_STEP, "legal-review", "art. 58", "decide", "2026-03-18", "an", "du");
        DO("legal-review", "2026-03-18", "cui");
        DO("decide", "2026-03-18", "an", "du");
}
END_TEST

/* ---------------------------------------------------------------- what it wants afterwards */

START_TEST(nothing_is_published_before_privacy_and_secrecy_were_checked_nor_twice)
{
        story_decide(story, "with-penalty");
        FORBIDDEN(CASE_NEEDS_STEP, "privacy-check", "行政处罚信息公示规定 art. 8", "publish", "2026-03-16", "fu");
        DO("privacy-check", "2026-03-16", "fu");
        DO("publish", "2026-03-16", "fu");
        FORBIDDEN(CASE_DONE_ALREADY, "publish", ORDER "14", "publish", "2026-03-17", "fu");
}
END_TEST

START_TEST(a_basis_without_power_to_publish_is_for_internal_use)
{
        story_prepare(story, "with-penalty");
        DO("decide", "2026-03-12", "an", "du", "basis=county-2014");
        DO("privacy-check", "2026-03-16", "fu");
        FORBIDDEN(CASE_FIELD_RULE, "basis", "国办发〔2020〕49号", "publish", "2026-03-16", "fu");
        story_listings(story, "in-force 2026-03-12 2029-03-12");
}
END_TEST

/* A basis that got the power to publish with the year. */
static const char new_bases[] =
        "{\"format\":\"qcr-codes/1\",\"id\":\"bases\",\"version\":9,\"names\":{\"zh\":\"依据\",\"en\":\"bases\"},\"rows\":["
        "{\"code\":\"b\",\"zh\":\"一\",\"en\":\"b\",\"article\":\"-\",\"from\":\"2020-01-01\",\"to\":\"2026-03-31\","
        "\"attributes\":{\"publish\":\"no\"}},"
        "{\"code\":\"b\",\"zh\":\"一\",\"en\":\"b\",\"article\":\"-\",\"from\":\"2026-04-01\",\"to\":null,"
        "\"attributes\":{\"publish\":\"yes\"}}]}";

START_TEST(a_basis_is_read_as_it_was_on_the_decisions_day)
{
        static const char *const decided[] = {"2026-03-31", "2026-04-01"};
        struct document_error error = {0};

        code_table_free(story->tables[1]);
        ck_assert_msg(code_table_parse(slice_text(new_bases), &story->tables[1], &error) == DOCUMENT_SOUND, "%s %s",
                error.path, error.reason);
        DO("open", "2026-03-02", "an");
        DO("notice", "2026-03-03", "an", "bo", "basis=b");
        DO("serve-notice", "2026-03-04", "an");
        DO("legal-review", "2026-03-12", "cui");
        DO("discussion", "2026-03-12", "er");
        DO("consent", "2026-03-12", "an", "bo");
        DO("decide", decided[_i], "an", "du", "basis=b");
        DO("privacy-check", "2026-04-02", "fu");
        if (_i)
                DO("publish", "2026-04-02", "fu");
        else
                REFUSED(CASE_FIELD_RULE, "basis", "publish", "2026-04-02", "fu");
}
END_TEST

START_TEST(early_removal_is_asked_for_after_a_year_and_after_every_restriction)
{
        story_prepare(story, "with-penalty");
        DO("decide", "2026-03-12", "an", "du", "restriction_until=2027-06-30");
        FORBIDDEN(CASE_NOT_YET, "2027-03-12", "国市监令第107号", "apply", "2027-03-11", "an");
        FORBIDDEN(CASE_NOT_YET, "2027-07-01", ORDER "16", "apply", "2027-03-12", "an");
        FORBIDDEN(CASE_NOT_YET, "2027-07-01", ORDER "16", "apply", "2027-06-30", "an");
        DO("apply", "2027-07-01", "an");
}
END_TEST

START_TEST(an_expired_listing_is_not_removed_published_or_stayed_only_lifted)
{
        story_decide(story, "with-penalty");
        DO("privacy-check", "2026-03-16", "fu");
        FORBIDDEN(CASE_NOT_YET, "2029-03-12", ORDER "18, 19", "lift", "2029-03-11", "fu");
        FORBIDDEN(CASE_NOT_LISTED, NULL, ORDER "16", "apply", "2029-03-12", "an");
        FORBIDDEN(CASE_NOT_LISTED, NULL, ORDER "14", "publish", "2029-03-12", "fu");
        FORBIDDEN(CASE_NOT_LISTED, NULL, "行政复议法 art. 42", "suspend", "2029-03-12", "an", "bo");
        DO("lift", "2029-03-12", "fu");
}
END_TEST

START_TEST(stays_and_appeals_come_in_pairs)
{
        story_decide(story, "with-penalty");
        FORBIDDEN(CASE_NEEDS_STEP, "suspend", "行政复议法 art. 42", "resume", "2026-03-20", "an", "du");
        FORBIDDEN(CASE_NEEDS_STEP, "appeal", "行政复议法", "outcome", "2026-03-20", "an", "bo");
        DO("appeal", "2026-03-20", "an", "bo");
        FORBIDDEN(CASE_DONE_ALREADY, "appeal", "行政复议法", "appeal", "2026-03-21", "an", "bo");
        DO("suspend", "2026-03-23", "an", "bo");
        FORBIDDEN(CASE_DONE_ALREADY, "suspend", "行政复议法 art. 42", "suspend", "2026-03-24", "an", "bo");
        FORBIDDEN(CASE_NOT_YET, "2026-03-23", "行政复议法 art. 42", "resume", "2026-03-22", "an", "du");
        DO("resume", "2026-03-24", "an", "du");
        DO("outcome", "2026-04-24", "an", "bo");
        DO("appeal", "2026-04-28", "an", "bo", "kind=litigation");
}
END_TEST

START_TEST(a_decision_is_served_once)
{
        story_decide(story, "with-penalty");
        FORBIDDEN(CASE_NOT_YET, "2026-03-12", "art. 61", "serve-decision", "2026-03-11", "an");
        DO("serve-decision", "2026-03-13", "an");
        FORBIDDEN(CASE_DONE_ALREADY, "serve-decision", "art. 61", "serve-decision", "2026-03-16", "an");
}
END_TEST

/* ---------------------------------------------------------------- whole lives */

START_TEST(a_listing_lives_from_opening_to_removal_on_each_path)
{
        static const char *const paths[] = {"with-penalty", "refusal-to-perform", "court-judgment"};

        story_decide(story, paths[_i]);
        ck_assert_str_eq(case_state_word(&story->file), "decided");
        DO("serve-decision", "2026-03-16", "an", NULL, "method=mail");
        DO("privacy-check", "2026-03-17", "cui", NULL, "finding=masked");
        ck_assert(!DO("publish", "2026-03-18", "fu").is_late);
        story_listings(story, "in-force+ 2026-03-12 2029-03-12");
        DO("apply", "2027-03-12", "an");
        DO("decline-acceptance", "2027-03-15", "an");
        ck_assert_str_eq(case_state_word(&story->file), "decided");
        DO("apply", "2027-04-12", "an");
        ck_assert(!DO("accept", "2027-04-14", "an").is_late);
        DO("refuse", "2027-04-20", "du");
        DO("apply", "2027-06-01", "an");
        ck_assert(DO("accept", "2027-06-04", "an").is_late);
        DO("grant", "2027-06-10", "an", "du");
        ck_assert_str_eq(case_state_word(&story->file), "removed");
        ck_assert(case_is_over(&story->file));
        story_listings(story, "in-force+ 2026-03-12 2027-06-10");
        DO("lift", "2027-06-11", "fu");
        story_listings(story, "in-force 2026-03-12 2027-06-10");
        DO("correct", "2027-06-14", "an", "du", "field=decided_on;old=2026-03-12;new=2026-03-10");
        story_listings(story, "in-force 2026-03-12 2027-06-10");
}
END_TEST

START_TEST(a_correction_moves_no_day)
{
        story_decide(story, "with-penalty");
        DO("correct", "2026-03-20", "an", "du", "field=decided_on;old=2026-03-12;new=2026-03-01");
        story_listings(story, "in-force 2026-03-12 2029-03-12");
        ck_assert_uint_eq(case_decision_serial(&story->file), story->events[story->file.count - 2].serial);
}
END_TEST

/* ---------------------------------------------------------------- what may be done next */

static const struct case_option *option_of(const struct case_option *options, size_t count, const char *word)
{
        for (size_t i = 0; i < count; i++)
                if (strcmp(options[i].action->word, word) == 0)
                        return &options[i];
        ck_abort_msg("%s is no option", word);
        return NULL;
}

START_TEST(options_say_what_stands_against_each_step_as_of_today)
{
        struct case_option options[PROCEDURE_ACTIONS_MAX];
        const struct case_option *option;
        size_t count;

        count = case_options(&story->file, &story->rules, options);
        ck_assert_uint_eq(count, 1);
        ck_assert_str_eq(options[0].action->word, "open");
        ck_assert_int_eq(options[0].refusal, CASE_GRANTED);

        story_serve(story, "with-penalty");
        count = case_options(&story->file, &story->rules, options);
        option = option_of(options, count, "decide");
        ck_assert_int_eq(option->refusal, CASE_NOT_YET);
        ck_assert_int_eq(option->earliest.number, story_day("2026-03-12").number);
        ck_assert_int_eq(option_of(options, count, "statement")->refusal, CASE_GRANTED);
        option = option_of(options, count, "hearing-held");
        ck_assert_int_eq(option->refusal, CASE_NEEDS_STEP);
        ck_assert_str_eq(option->expected, "hearing-request");

        story->rules.today = story_day("2026-03-12");
        count = case_options(&story->file, &story->rules, options);
        option = option_of(options, count, "decide");
        ck_assert_int_eq(option->refusal, CASE_NEEDS_STEP);
        ck_assert_str_eq(option->expected, "legal-review");
        ck_assert_str_eq(option->article, "行政处罚法 art. 58");
}
END_TEST

START_TEST(options_leave_fields_and_persons_of_the_step_aside)
{
        struct case_option options[PROCEDURE_ACTIONS_MAX];
        size_t count;

        story_prepare(story, "with-penalty");
        count = case_options(&story->file, &story->rules, options);
        ck_assert_int_eq(option_of(options, count, "decide")->refusal, CASE_GRANTED);
        ck_assert_int_eq(option_of(options, count, "legal-review")->refusal, CASE_GRANTED);
}
END_TEST

/* ---------------------------------------------------------------- room */

START_TEST(papers_without_end_do_not_fill_a_file_up_against_its_removal)
{
        story_decide(story, "with-penalty");
        while (story->file.count < CASE_EVENTS_MAX - CASE_EVENTS_KEPT)
                DO("privacy-check", "2026-03-16", "fu");
        REFUSED(CASE_FULL, NULL, "privacy-check", "2026-03-16", "fu");
        DO("apply", "2027-03-12", "an");
        DO("decline-acceptance", "2027-03-12", "an");
        while (story->file.count < CASE_EVENTS_MAX - CASE_EVENTS_KEPT_FOR_THE_END) {
                DO("suspend", "2027-03-12", "an", "bo");
                DO("resume", "2027-03-12", "an", "du");
        }
        REFUSED(CASE_FULL, NULL, "suspend", "2027-03-12", "an", "bo");
        REFUSED(CASE_FULL, NULL, "apply", "2027-03-12", "an");
        DO("quash", "2027-03-12", "an", "du");
        DO("lift", "2027-03-12", "fu");
        REFUSED(CASE_FULL, NULL, "lift", "2027-03-12", "fu"); /* it says nothing any more */
}
END_TEST

START_TEST(stopping_a_display_that_was_stopped_is_a_paper_and_fills_no_file_up)
{
        struct case_option options[PROCEDURE_ACTIONS_MAX];
        size_t count;

        story_decide(story, "with-penalty");
        DO("privacy-check", "2026-03-16", "fu");
        DO("publish", "2026-03-16", "fu");
        DO("apply", "2027-03-12", "an");
        DO("accept", "2027-03-12", "an");
        DO("grant", "2027-03-12", "an", "du");
        while (story->file.count < CASE_EVENTS_MAX - CASE_EVENTS_KEPT)
                DO("lift", "2027-03-12", "fu");
        REFUSED(CASE_FULL, NULL, "lift", "2027-03-12", "fu");
        count = case_options(&story->file, &story->rules, options);
        ck_assert_int_eq(option_of(options, count, "lift")->refusal, CASE_FULL);
        ck_assert_int_eq(option_of(options, count, "quash")->refusal, CASE_GRANTED);
        DO("restore", "2027-06-01", "an", "du");
        DO("quash", "2027-06-02", "an", "du");
        DO("lift", "2027-06-02", "fu"); /* this one changes what is said */
        story_listings(story, "");
}
END_TEST

START_TEST(a_step_that_leaves_the_state_as_it_is_moves_nothing)
{
        DO("open", "2026-03-02", "an");
        DO("notice", "2026-03-03", "an", "bo");
        while (story->file.count < CASE_EVENTS_MAX - CASE_EVENTS_KEPT)
                DO("correct", "2026-03-03", "an", "du");
        REFUSED(CASE_FULL, NULL, "notice", "2026-03-04", "an", "bo");
        DO("serve-notice", "2026-03-04", "an");
        DO("notice", "2026-03-05", "an", "bo");
}
END_TEST

/* ---------------------------------------------------------------- words */

START_TEST(every_refusal_has_its_own_word)
{
        for (int a = CASE_GRANTED; a <= CASE_REFUSAL_LAST; a++)
                for (int b = CASE_GRANTED; b < a; b++)
                        ck_assert_str_ne(case_refusal_word((enum case_refusal)a), case_refusal_word((enum case_refusal)b));
}
END_TEST

START_TEST(an_event_without_a_day_field_is_of_the_legal_day_on_which_it_was_recorded)
{
        struct case_event event = {.action = "unheard-of", .proposer = "an", .actor = "an"};
        static const struct {
                int64_t at_ms;
                const char *day;
        } instants[] = {
                {INT64_C(1772467199999), "2026-03-02"}, /* 2026-03-02T15:59:59.999Z: 23:59 in UTC+8 */
                {INT64_C(1772467200000), "2026-03-03"},
        };

        event.recorded_ms = instants[_i].at_ms;
        ck_assert_int_eq(case_event_day(&story->file, &event).number, story_day(instants[_i].day).number);
}
END_TEST

START_TEST(the_last_value_of_a_field_that_stands_several_times_is_its_value)
{
        story_prepare(story, "with-penalty");
        DO("decide", "2026-03-12", "an", "du", "basis=county-2014;basis=samr-44");
        ck_assert_str_eq(case_value_of(&story->file, "decide", "basis"), "samr-44");
        ck_assert_ptr_null(case_value_of(&story->file, "decide", "measure"));
        ck_assert_ptr_null(case_value_of(&story->file, "grant", "number"));
        ck_assert_ptr_null(case_value_of(&story->file, "pardon", "number"));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("case-file");
        TCase *test = tcase_create("case-file");

        tcase_add_checked_fixture(test, setup, teardown);
        tcase_set_timeout(test, 60);
        tcase_add_test(test, an_action_that_the_procedure_has_not_is_unknown);
        tcase_add_test(test, a_role_that_does_not_take_the_step_is_refused);
        tcase_add_test(test, another_offices_person_is_refused_as_first_and_as_second);
        tcase_add_test(test, a_case_is_opened_in_the_office_of_who_opens_it);
        tcase_add_test(test, nothing_but_opening_begins_a_case_and_it_is_opened_once);
        tcase_add_test(test, a_state_that_does_not_allow_the_step_says_whose_step_it_is_and_by_which_article);
        tcase_add_test(test, nothing_but_a_correction_follows_a_closed_case);
        tcase_add_loop_test(test, a_field_that_is_not_what_its_type_says_is_refused_by_name, 0,
                sizeof(bad_openings) / sizeof(*bad_openings));
        tcase_add_test(test, a_text_is_refused_beyond_4000_octets);
        tcase_add_test(test, without_its_table_no_code_is_in_force);
        tcase_add_loop_test(test, the_path_says_which_number_a_decision_needs, 0, 3);
        tcase_add_test(test, electronic_service_needs_the_partys_written_consent);
        tcase_add_test(test, a_measure_that_is_on_no_national_list_is_refused);
        tcase_add_test(test, a_name_that_the_party_does_not_have_needs_a_second_person);
        tcase_add_test(test, one_number_in_two_unique_fields_is_there_twice_however_it_is_written);
        tcase_add_test(test, more_values_than_an_event_has_are_refused);
        tcase_add_test(test, no_decision_before_the_notice_was_served);
        tcase_add_test(test, no_decision_while_the_window_is_open_unless_it_was_waived_in_writing);
        tcase_add_test(test, a_hearing_asked_for_in_time_must_be_held);
        tcase_add_test(test, a_hearing_asked_for_late_is_recorded_as_late_and_forces_none);
        tcase_add_test(test, a_request_that_was_late_stays_late_when_the_notice_is_made_and_served_again);
        tcase_add_test(test, a_request_of_the_last_day_that_is_typed_weeks_later_is_in_time);
        tcase_add_test(test, one_hearing_request_stands_at_a_time);
        tcase_add_test(test, parties_are_told_of_the_hearing_seven_working_days_before);
        tcase_add_test(test, neither_review_nor_decision_is_older_than_the_hearing);
        tcase_add_test(test, no_decision_without_a_legal_review_that_agrees);
        tcase_add_loop_test(test, a_heavier_penalty_is_discussed_by_the_heads_and_no_other_path_asks_for_it, 0, 3);
        tcase_add_test(test, no_listing_without_the_higher_organs_consent);
        tcase_add_test(test, a_decision_dated_before_the_order_was_in_force_needs_the_consent_all_the_same);
        tcase_add_test(test, a_party_that_proves_it_had_no_intent_is_not_listed);
        tcase_add_test(test, a_step_is_not_older_than_the_one_it_follows);
        tcase_add_test(test, a_notice_made_again_is_served_again_and_opens_the_window_anew);
        tcase_add_test(test, nothing_is_published_before_privacy_and_secrecy_were_checked_nor_twice);
        tcase_add_test(test, a_basis_without_power_to_publish_is_for_internal_use);
        tcase_add_loop_test(test, a_basis_is_read_as_it_was_on_the_decisions_day, 0, 2);
        tcase_add_test(test, early_removal_is_asked_for_after_a_year_and_after_every_restriction);
        tcase_add_test(test, an_expired_listing_is_not_removed_published_or_stayed_only_lifted);
        tcase_add_test(test, stays_and_appeals_come_in_pairs);
        tcase_add_test(test, a_decision_is_served_once);
        tcase_add_loop_test(test, a_listing_lives_from_opening_to_removal_on_each_path, 0, 3);
        tcase_add_test(test, a_correction_moves_no_day);
        tcase_add_test(test, options_say_what_stands_against_each_step_as_of_today);
        tcase_add_test(test, options_leave_fields_and_persons_of_the_step_aside);
        tcase_add_test(test, papers_without_end_do_not_fill_a_file_up_against_its_removal);
        tcase_add_test(test, stopping_a_display_that_was_stopped_is_a_paper_and_fills_no_file_up);
        tcase_add_test(test, a_step_that_leaves_the_state_as_it_is_moves_nothing);
        tcase_add_test(test, every_refusal_has_its_own_word);
        tcase_add_loop_test(test, an_event_without_a_day_field_is_of_the_legal_day_on_which_it_was_recorded, 0, 2);
        tcase_add_test(test, the_last_value_of_a_field_that_stands_several_times_is_its_value);
        suite_add_tcase(suite, test);
        return suite_run(suite);
}
