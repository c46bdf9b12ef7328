/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Windows, deadlines and lateness over weekends, holidays, working weekends and years whose calendar is not loaded.
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

static void serve(const char *received, const char *method)
{
        char with[64] = "method=";

        DO("open", received, "an", NULL, "second_officer=bo");
        DO("notice", received, "an", "bo");
        DO("serve-notice", received, "an", NULL, strcat(with, method));
}

static struct case_window window_of(void)
{
        struct case_window window;

        ck_assert(case_window_of(&story->file, &story->rules, 0, &window));
        return window;
}

/* ---------------------------------------------------------------- windows */

static const struct {
        const char *received, *method, *opened, *last;
} windows[] = {
        {"2026-03-04", "direct", "2026-03-04", "2026-03-11"},
        {"2026-03-07", "left", "2026-03-07", "2026-03-13"},          /* a Saturday */
        {"2026-09-24", "mail", "2026-09-24", "2026-10-09"},          /* Mid-Autumn and National Day between */
        {"2026-09-30", "direct", "2026-09-30", "2026-10-13"},        /* Saturday 10 October is worked */
        {"2026-09-18", "entrusted", "2026-09-18", "2026-09-24"},     /* so is Sunday 20 September */
        {"2026-02-12", "direct", "2026-02-12", "2026-02-26"},        /* the Spring Festival and both its Saturdays */
        {"2025-12-29", "direct", "2025-12-29", "2026-01-06"},        /* over the turn of two loaded years */
        {"2026-03-04", "public-notice", "2026-04-03", "2026-04-13"}, /* 30 days, then Qingming */
        {"2026-01-30", "public-notice", "2026-03-01", "2026-03-06"}, /* 30 days end on a Sunday and stay there */
};

START_TEST(the_window_is_five_working_days_after_receipt)
{
        struct case_window window;

        serve(windows[_i].received, windows[_i].method);
        window = window_of();
        ck_assert_int_eq(window.opened.number, story_day(windows[_i].opened).number);
        ck_assert_int_eq(window.last.number, story_day(windows[_i].last).number);
        ck_assert(!window.is_provisional);
}
END_TEST

START_TEST(before_service_no_window_has_opened)
{
        struct case_window window;

        DO("open", "2026-03-02", "an");
        ck_assert(!case_window_of(&story->file, &story->rules, 0, &window));
}
END_TEST

START_TEST(a_window_through_a_year_that_is_not_loaded_is_provisional)
{
        struct case_window window;
        struct case_verdict verdict;

        serve("2026-12-28", "direct");
        window = window_of();
        ck_assert_int_eq(window.last.number, story_day("2027-01-04").number); /* Monday to Friday: New Year's Day too */
        ck_assert(window.is_provisional);
        DO("consent", "2026-12-28", "an", "bo");
        verdict = TRY("decide", "2027-01-05", "an", "du");
        ck_assert_int_eq(verdict.refusal, CASE_NEEDS_STEP);
        ck_assert(!verdict.is_provisional); /* whenever the window closes, the review is missing */
        DO("legal-review", "2026-12-28", "cui");
        DO("discussion", "2026-12-28", "er");
        verdict = TRY("decide", "2027-01-04", "an", "du");
        ck_assert_int_eq(verdict.refusal, CASE_NOT_YET);
        ck_assert(verdict.is_provisional);
        ck_assert_int_eq(verdict.earliest.number, story_day("2027-01-05").number);
        verdict = TRY("decide", "2027-01-05", "an", "du");
        ck_assert_int_eq(verdict.refusal, CASE_GRANTED);
        ck_assert(verdict.is_provisional); /* nobody knows yet whether that window had closed */
}
END_TEST

START_TEST(without_any_calendar_everything_in_working_days_is_provisional)
{
        serve("2026-09-30", "direct");
        story->rules.calendar = NULL;
        ck_assert_int_eq(window_of().last.number, story_day("2026-10-07").number);
        ck_assert(window_of().is_provisional);
}
END_TEST

/* ---------------------------------------------------------------- deadlines */

static struct case_deadline deadline_of(const char *word)
{
        struct case_deadline deadlines[PROCEDURE_DEADLINES_MAX];
        size_t count = case_deadlines(&story->file, &story->rules, deadlines);

        for (size_t i = 0; i < count; i++)
                if (strcmp(deadlines[i].deadline->word, word) == 0)
                        return deadlines[i];
        ck_abort_msg("there is no deadline %s", word);
        return deadlines[0];
}

static void no_deadline(const char *word)
{
        struct case_deadline deadlines[PROCEDURE_DEADLINES_MAX];
        size_t count = case_deadlines(&story->file, &story->rules, deadlines);

        for (size_t i = 0; i < count; i++)
                ck_assert_str_ne(deadlines[i].deadline->word, word);
}

START_TEST(a_deadline_is_kept_on_its_last_day_and_late_on_the_next)
{
        struct case_deadline deadline;

        no_deadline("publish");
        story_decide(story, "with-penalty"); /* 2026-03-12, a Thursday */
        deadline = deadline_of("serve-decision");
        ck_assert_int_eq(deadline.day.number, story_day("2026-03-23").number);
        ck_assert(!deadline.is_done && !deadline.is_late);
        story->rules.today = story_day("2026-03-23");
        ck_assert(!deadline_of("serve-decision").is_late);
        ck_assert(!TRY("serve-decision", "2026-03-23", "an").is_late);
        story->rules.today = story_day("2026-03-24");
        ck_assert(deadline_of("serve-decision").is_late);
        ck_assert(TRY("serve-decision", "2026-03-24", "an").is_late);
        DO("serve-decision", "2026-03-20", "an"); /* the paper's day counts, not the typing's */
        deadline = deadline_of("serve-decision");
        ck_assert(deadline.is_done && !deadline.is_late);
        ck_assert_int_eq(deadline.done_on.number, story_day("2026-03-20").number);
}
END_TEST

START_TEST(deadlines_count_from_the_last_step_and_are_done_by_what_comes_after_it)
{
        story_decide(story, "with-penalty");
        DO("apply", "2027-03-12", "an");
        DO("accept", "2027-03-16", "an");
        ck_assert(deadline_of("accept").is_done);
        DO("refuse", "2027-03-20", "du");
        DO("apply", "2027-05-10", "an");
        ck_assert(!deadline_of("accept").is_done);
        ck_assert_int_eq(deadline_of("accept").day.number, story_day("2027-05-12").number);
        ck_assert(deadline_of("accept").is_provisional); /* 2027 is not loaded */
}
END_TEST

START_TEST(a_source_is_to_be_read_again_after_it_was_read_not_after_it_listed)
{
        story_end(story);
        story_begin(story, "mirror");
        DO("mirror", "2026-03-03", "an", "bo", "listed_on=2025-01-15");
        ck_assert_int_eq(deadline_of("read-again").day.number, story_day("2026-03-23").number);
        ck_assert(!DO("confirm", "2026-03-20", "an", "bo").is_late);
        ck_assert_int_eq(deadline_of("read-again").day.number, story_day("2026-04-09").number);
}
END_TEST

START_TEST(ninety_days_that_end_on_a_holiday_end_on_the_next_working_day)
{
        DO("open", "2026-03-21", "an"); /* + 90 = 2026-06-19, the Dragon Boat Festival, a Friday */
        ck_assert_int_eq(deadline_of("decide-case").day.number, story_day("2026-06-22").number);
}
END_TEST

START_TEST(the_time_to_speak_after_a_public_notice_counts_from_deemed_service)
{
        serve("2026-03-04", "public-notice");
        ck_assert_int_eq(deadline_of("ask-hearing").day.number, story_day("2026-04-13").number);
        ck_assert(!TRY("statement", "2026-04-13", "an").is_late);
        ck_assert(TRY("statement", "2026-04-14", "an").is_late);
}
END_TEST

START_TEST(a_quashing_by_a_court_sets_the_deadline_to_stop_the_display_and_an_upheld_decision_none)
{
        story_decide(story, "with-penalty");
        DO("appeal", "2026-03-20", "an", "bo");
        DO("outcome", "2026-04-20", "an", "bo", "result=upheld");
        no_deadline("lift-outcome");
        DO("appeal", "2026-04-22", "an", "bo");
        DO("outcome", "2026-05-20", "an", "bo", "result=quashed");
        ck_assert_int_eq(deadline_of("lift-outcome").day.number, story_day("2026-05-25").number);
        ck_assert(!DO("lift", "2026-05-25", "fu").is_late);
        ck_assert(deadline_of("lift-outcome").is_done);
}
END_TEST

/* ---------------------------------------------------------------- law that changes */

/* Consent is asked for until 2026-06-30; five working days to think become seven in July; a paper is asked for by field. */
static const char changing[] =
        "{'format':'qcr-procedure/1','id':'changing','version':1,'names':{'zh':'变','en':'changing'},'basis':'-',"
        "'states':[{'state':'opened','zh':'立案','en':'opened'},{'state':'listed','zh':'列入','en':'listed'}],"
        "'windows':[{'window':'think','zh':'考虑','en':'think','article':'9','opens':'open','days':1,'unit':'months'}],"
        "'listing':{'starts':'decision','terms':[{'months':36,'to':'2026-06-30'},{'months':12,'from':'2026-07-01'}]},"
        "'actions':["
        "{'action':'open','zh':'立案','en':'open','article':'1','from':[],'to':'opened','roles':['officer'],"
        " 'day':'on','fields':[{'field':'on','zh':'日','en':'on','type':'day','required':true}]},"
        "{'action':'consent','zh':'同意','en':'consent','article':'2','from':['opened'],'roles':['officer'],"
        " 'day':'on','fields':[{'field':'on','zh':'日','en':'on','type':'day','required':true}]},"
        "{'action':'list','zh':'列入','en':'list','article':'3','from':['opened'],'to':'listed','roles':['officer'],"
        " 'effect':'start','day':'on','fields':[{'field':'on','zh':'日','en':'on','type':'day','required':true}],"
        " 'guards':[{'guard':'done','article':'22','zh':'同意','en':'consent','action':'consent',"
        "   'valid':{'from':'2021-09-01','to':'2026-06-30'}},"
        "  {'guard':'window','article':'23','zh':'考虑','en':'think','window':'think','valid':{'from':'2026-07-10'}}]}],"
        "'deadlines':["
        "{'deadline':'list','zh':'列入','en':'list','article':'4','from':['open'],'until':['list'],'days':5,"
        " 'unit':'working','valid':{'to':'2026-06-30'}},"
        "{'deadline':'list-new','zh':'列入','en':'list','article':'5','from':['open'],'until':['list'],'days':7,"
        " 'unit':'working','valid':{'from':'2026-07-01'}}]}";

static void begin_changing(void)
{
        story_end(story);
        story_begin_json(story, changing);
}

START_TEST(the_law_of_the_events_day_decides_whatever_day_it_is_typed)
{
        begin_changing();
        DO("open", "2026-06-01", "an");
        story->rules.today = story_day("2026-07-09");
        FORBIDDEN(CASE_NEEDS_STEP, "consent", "22", "list", "2026-06-30", "an");
        DO("list", "2026-07-01", "an");
        story_listings(story, "in-force 2026-07-01 2027-07-01");
}
END_TEST

START_TEST(a_term_is_that_of_the_day_it_begins_and_stays)
{
        begin_changing();
        DO("open", "2026-06-01", "an");
        DO("consent", "2026-06-01", "an");
        DO("list", "2026-06-30", "an");
        story->rules.today = story_day("2026-08-01");
        story_listings(story, "in-force 2026-06-30 2029-06-30");
}
END_TEST

START_TEST(a_deadline_is_that_of_the_day_it_is_counted_from)
{
        begin_changing();
        DO("open", "2026-06-30", "an");
        ck_assert_int_eq(deadline_of("list").day.number, story_day("2026-07-07").number);
        no_deadline("list-new");
        story->file.count = 0;
        DO("open", "2026-07-01", "an");
        ck_assert_int_eq(deadline_of("list-new").day.number, story_day("2026-07-10").number);
        no_deadline("list");
}
END_TEST

START_TEST(a_guard_that_comes_into_force_later_is_not_asked_before)
{
        begin_changing();
        DO("open", "2026-07-01", "an");
        ck_assert_int_eq(TRY("list", "2026-07-09", "an").refusal, CASE_GRANTED);
        /* A month ends on Saturday 1 August, so on Monday. */
        FORBIDDEN(CASE_NOT_YET, "2026-08-04", "23", "list", "2026-07-10", "an");
        REFUSED(CASE_NOT_YET, "2026-08-04", "list", "2026-08-03", "an");
        DO("list", "2026-08-04", "an");
}
END_TEST

START_TEST(a_step_past_a_provisional_window_is_provisional_though_its_deadline_is_not)
{
        begin_changing();
        DO("open", "2026-12-01", "an"); /* a month ends on 2027-01-01, a Friday like others while 2027 is not loaded */
        ck_assert(!deadline_of("list-new").is_provisional);
        ck_assert(TRY("list", "2027-01-02", "an").is_provisional);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("case-reckon");
        TCase *test = tcase_create("case-reckon");

        tcase_add_checked_fixture(test, setup, teardown);
        tcase_add_loop_test(test, the_window_is_five_working_days_after_receipt, 0, sizeof(windows) / sizeof(*windows));
        tcase_add_test(test, before_service_no_window_has_opened);
        tcase_add_test(test, a_window_through_a_year_that_is_not_loaded_is_provisional);
        tcase_add_test(test, without_any_calendar_everything_in_working_days_is_provisional);
        tcase_add_test(test, a_deadline_is_kept_on_its_last_day_and_late_on_the_next);
        tcase_add_test(test, deadlines_count_from_the_last_step_and_are_done_by_what_comes_after_it);
        tcase_add_test(test, a_source_is_to_be_read_again_after_it_was_read_not_after_it_listed);
        tcase_add_test(test, ninety_days_that_end_on_a_holiday_end_on_the_next_working_day);
        tcase_add_test(test, the_time_to_speak_after_a_public_notice_counts_from_deemed_service);
        tcase_add_test(test,
                a_quashing_by_a_court_sets_the_deadline_to_stop_the_display_and_an_upheld_decision_none);
        tcase_add_test(test, the_law_of_the_events_day_decides_whatever_day_it_is_typed);
        tcase_add_test(test, a_term_is_that_of_the_day_it_begins_and_stays);
        tcase_add_test(test, a_deadline_is_that_of_the_day_it_is_counted_from);
        tcase_add_test(test, a_guard_that_comes_into_force_later_is_not_asked_before);
        tcase_add_test(test, a_step_past_a_provisional_window_is_provisional_though_its_deadline_is_not);
        suite_add_tcase(suite, test);
        return suite_run(suite);
}
