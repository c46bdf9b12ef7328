/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Nobody alone can list or unlist: who is kept out of which step, and why the same person under two roles is one.
 */
#include "registry/core/case_file.h"

#include <check.h>
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

START_TEST(nobody_confirms_their_own_step_whatever_their_roles)
{
        struct case_verdict verdict;

        DO("open", "2026-03-02", "an");
        verdict = TRY("notice", "2026-03-03", "xu", "xu");
        ck_assert_int_eq(verdict.refusal, CASE_SELF_APPROVAL);
        ck_assert_str_eq(verdict.value, "xu");
        REFUSED(CASE_SELF_APPROVAL, NULL, "notice", "2026-03-03", "an", "an");
}
END_TEST

START_TEST(a_step_of_two_may_be_proposed_before_anybody_has_confirmed)
{
        struct case_verdict verdict;

        DO("open", "2026-03-02", "an");
        verdict = TRY("notice", "2026-03-03", "an");
        ck_assert_int_eq(verdict.refusal, CASE_GRANTED);
        ck_assert(verdict.needs_second);
        ck_assert(!TRY("consent", "2026-03-03", "an", "bo").is_late);
        ck_assert(!DO("correct", "2026-03-03", "an", "du").is_late);
}
END_TEST

START_TEST(in_a_step_of_one_a_second_person_is_nobody)
{
        struct case_verdict verdict = TRY("open", "2026-03-02", "an", "gu");

        ck_assert_int_eq(verdict.refusal, CASE_GRANTED);
        ck_assert(!verdict.needs_second);
}
END_TEST

START_TEST(who_opened_the_case_does_not_confirm_the_decision)
{
        struct case_verdict verdict;

        DO("open", "2026-03-02", "xu", NULL, "second_officer=bo");
        DO("notice", "2026-03-03", "an", "bo");
        DO("serve-notice", "2026-03-04", "an");
        DO("legal-review", "2026-03-12", "cui");
        DO("discussion", "2026-03-12", "er");
        DO("consent", "2026-03-12", "an", "bo");
        verdict = TRY("decide", "2026-03-12", "an", "xu");
        ck_assert_int_eq(verdict.refusal, CASE_PERSON_EXCLUDED);
        ck_assert_str_eq(verdict.value, "xu");
        ck_assert_str_eq(verdict.article, verdict.action->article);
        DO("decide", "2026-03-12", "xu", "du"); /* who opened may propose it */
}
END_TEST

static const struct {
        const char *officer, *second_officer, *confirmed_by; /* of the opening */
} openings[] = {
        {"an", "xu", NULL}, /* named as second officer */
        {"an", "bo", "xu"}, /* confirmed that the party has another name */
};

START_TEST(who_had_a_hand_in_the_opening_does_not_confirm_the_decision)
{
        char with[64] = "path=refusal-to-perform;second_officer=";

        story->name_differs = openings[_i].confirmed_by;
        strcat(with, openings[_i].second_officer);
        DO("open", "2026-03-02", openings[_i].officer, openings[_i].confirmed_by, with);
        DO("notice", "2026-03-03", "an", "bo");
        DO("serve-notice", "2026-03-04", "an");
        DO("legal-review", "2026-03-12", "cui");
        DO("consent", "2026-03-12", "an", "bo");
        FORBIDDEN(CASE_PERSON_EXCLUDED, NULL, "行政处罚法 art. 57", "decide", "2026-03-12", "an", "xu");
        DO("decide", "2026-03-12", "xu", "du"); /* but may propose it */
}
END_TEST

START_TEST(who_reviewed_neither_proposes_nor_confirms_the_decision)
{
        story_serve(story, "with-penalty");
        DO("legal-review", "2026-03-12", "xu");
        DO("discussion", "2026-03-12", "er");
        DO("consent", "2026-03-12", "an", "bo");
        FORBIDDEN(CASE_PERSON_EXCLUDED, NULL, "行政处罚法 art. 58", "decide", "2026-03-12", "an", "xu");
        FORBIDDEN(CASE_PERSON_EXCLUDED, NULL, "行政处罚法 art. 58", "decide", "2026-03-12", "xu", "du");
        DO("decide", "2026-03-12", "an", "du");
}
END_TEST

START_TEST(a_review_once_made_keeps_out_even_when_another_person_has_reviewed_since)
{
        story_prepare(story, "with-penalty");
        DO("legal-review", "2026-03-13", "xu");
        DO("legal-review", "2026-03-16", "cui");
        REFUSED(CASE_PERSON_EXCLUDED, NULL, "decide", "2026-03-16", "an", "xu");
}
END_TEST

START_TEST(whoever_investigated_does_not_review)
{
        DO("open", "2026-03-02", "an", NULL, "second_officer=xu"); /* named, not signing */
        DO("notice", "2026-03-03", "an", "bo");
        DO("serve-notice", "2026-03-04", "an");
        FORBIDDEN(CASE_PERSON_EXCLUDED, NULL, "行政处罚法 art. 58", "legal-review", "2026-03-12", "xu");
        DO("legal-review", "2026-03-12", "cui");
}
END_TEST

START_TEST(who_confirmed_the_notice_does_not_review)
{
        DO("open", "2026-03-02", "an", NULL, "second_officer=bo");
        DO("notice", "2026-03-03", "an", "xu");
        DO("serve-notice", "2026-03-04", "an");
        REFUSED(CASE_PERSON_EXCLUDED, NULL, "legal-review", "2026-03-12", "xu");
}
END_TEST

START_TEST(two_officers_take_a_case_and_are_two)
{
        FORBIDDEN(CASE_PERSON_EXCLUDED, "second_officer", "行政处罚法 art. 42", "open", "2026-03-02", "an", NULL,
                "second_officer=an");
        DO("open", "2026-03-02", "an", NULL, "second_officer=bo");
}
END_TEST

static const char *const investigators[] = {
        "an", /* opened it and records the hearing */
        "bo", /* was named as second officer */
        "cui", /* confirmed the notice */
        "xu", /* records the hearing */
};

START_TEST(an_investigator_does_not_chair_the_hearing)
{
        char with[64] = "noticed_on=2026-03-05;chair=";

        DO("open", "2026-03-02", "an", NULL, "second_officer=bo");
        DO("notice", "2026-03-03", "an", "cui");
        DO("serve-notice", "2026-03-04", "an");
        DO("hearing-request", "2026-03-05", "an");
        strcat(with, investigators[_i]);
        FORBIDDEN(CASE_PERSON_EXCLUDED, "chair", "行政处罚法 art. 64(4)", "hearing-held", "2026-03-16", "xu", NULL, with);
        DO("hearing-held", "2026-03-16", "xu", NULL, "noticed_on=2026-03-05;chair=hu");
}
END_TEST

START_TEST(nobody_alone_brings_a_lapsed_mirrored_listing_back_into_force)
{
        story_end(story);
        story_begin(story, "mirror");
        DO("mirror", "2026-03-02", "an", "bo");
        ck_assert(TRY("confirm", "2026-05-01", "an").needs_second);
        REFUSED(CASE_SELF_APPROVAL, NULL, "confirm", "2026-05-01", "an", "an");
        REFUSED(CASE_FIELD_MISSING, "document", "confirm", "2026-05-01", "an", "cui", "-document");
        DO("confirm", "2026-05-01", "an", "cui");
}
END_TEST

/* ---------------------------------------------------------------- hands of other kinds */

/* A procedure with each kind of hand, as small as one can be. */
static const char hands[] =
        "{'format':'qcr-procedure/1','id':'hands','version':1,'names':{'zh':'手','en':'hands'},'basis':'-',"
        "'states':[{'state':'opened','zh':'立案','en':'opened'},{'state':'listed','zh':'列入','en':'listed'}],"
        "'windows':[],'deadlines':[],'listing':{'starts':'decision'},'actions':["
        "{'action':'open','zh':'立案','en':'open','article':'1','from':[],'to':'opened','roles':['officer'],"
        " 'fields':[]},"
        "{'action':'look','zh':'看','en':'look','article':'2','from':['opened'],'roles':['officer'],"
        " 'second':['officer'],'fields':[{'field':'guest','zh':'客','en':'guest','type':'person'}]},"
        "{'action':'first','zh':'一','en':'first','article':'3','from':['opened'],'roles':['officer'],"
        " 'second':['officer'],'fields':[],'guards':[{'guard':'person','article':'31','zh':'一','en':'first',"
        "  'hand':'first','actions':['look']}]},"
        "{'action':'second','zh':'二','en':'second','article':'4','from':['opened'],'roles':['officer'],"
        " 'second':['officer'],'fields':[],'guards':[{'guard':'person','article':'41','zh':'二','en':'second',"
        "  'hand':'second','actions':['look']}]},"
        "{'action':'alone','zh':'独','en':'alone','article':'5','from':['opened'],'roles':['officer'],"
        " 'fields':[],'guards':[{'guard':'person','article':'51','zh':'独','en':'alone','hand':'second',"
        "  'actions':['look']}]},"
        "{'action':'list','zh':'列入','en':'list','article':'7','from':['opened'],'to':'listed','roles':['officer'],"
        " 'effect':'start','day':'day','fields':[{'field':'day','zh':'日','en':'day','type':'day','required':true}]}"
        "]}";

static void begin_hands(void)
{
        story_end(story);
        story_begin_json(story, hands);
        DO("open", "2026-03-02", "an");
}

START_TEST(each_hand_is_asked_about_and_no_other)
{
        static const struct {
                const char *action, *by, *second;
                enum case_refusal refusal;
        } steps[] = {
                {"first", "bo", "an", CASE_PERSON_EXCLUDED},
                {"first", "hu", "an", CASE_PERSON_EXCLUDED},
                {"first", "xu", "an", CASE_PERSON_EXCLUDED},
                {"first", "an", "bo", CASE_GRANTED},
                {"second", "an", "bo", CASE_PERSON_EXCLUDED},
                {"second", "an", "hu", CASE_PERSON_EXCLUDED},
                {"second", "bo", "an", CASE_GRANTED},
                {"second", "bo", NULL, CASE_GRANTED}, /* nobody has confirmed yet */
                {"alone", "bo", NULL, CASE_PERSON_EXCLUDED},
                {"alone", "an", NULL, CASE_GRANTED},
        };

        begin_hands();
        DO("look", "2026-03-02", "bo", "hu", "guest=xu");
        for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
                ck_assert_msg(TRY(steps[i].action, "2026-03-02", steps[i].by, steps[i].second).refusal == steps[i].refusal,
                        "%s by %s: step %zu", steps[i].action, steps[i].by, i);
}
END_TEST

START_TEST(where_nobody_may_confirm_another_name_it_is_refused)
{
        begin_hands();
        story->file.count = 0;
        story->name_differs = true;
        REFUSED(CASE_FIELD_INVALID, "name", "open", "2026-03-02", "an");
        REFUSED(CASE_FIELD_INVALID, "name", "open", "2026-03-02", "an", "bo");
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("case-persons");
        TCase *test = tcase_create("case-persons");

        tcase_add_checked_fixture(test, setup, teardown);
        tcase_add_test(test, nobody_confirms_their_own_step_whatever_their_roles);
        tcase_add_test(test, a_step_of_two_may_be_proposed_before_anybody_has_confirmed);
        tcase_add_test(test, in_a_step_of_one_a_second_person_is_nobody);
        tcase_add_test(test, who_opened_the_case_does_not_confirm_the_decision);
        tcase_add_loop_test(test, who_had_a_hand_in_the_opening_does_not_confirm_the_decision, 0,
                sizeof(openings) / sizeof(*openings));
        tcase_add_test(test, who_reviewed_neither_proposes_nor_confirms_the_decision);
        tcase_add_test(test, a_review_once_made_keeps_out_even_when_another_person_has_reviewed_since);
        tcase_add_test(test, whoever_investigated_does_not_review);
        tcase_add_test(test, who_confirmed_the_notice_does_not_review);
        tcase_add_test(test, two_officers_take_a_case_and_are_two);
        tcase_add_loop_test(test, an_investigator_does_not_chair_the_hearing, 0,
                sizeof(investigators) / sizeof(*investigators));
        tcase_add_test(test, nobody_alone_brings_a_lapsed_mirrored_listing_back_into_force);
        tcase_add_test(test, each_hand_is_asked_about_and_no_other);
        tcase_add_test(test, where_nobody_may_confirm_another_name_it_is_refused);
        suite_add_tcase(suite, test);
        return suite_run(suite);
}
