/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * When a case lists: terms, stays, endings, quashings, mirrored listings that nobody has looked at.
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

static void decide_on(const char *day, const char *with)
{
        story_prepare(story, "with-penalty");
        DO("decide", day, "an", "du", with);
}

static void remove_on(const char *day)
{
        DO("apply", day, "an");
        DO("accept", day, "an");
        DO("grant", day, "an", "du");
}

/* ---------------------------------------------------------------- before the decision, and the term */

START_TEST(nothing_lists_before_the_decision_whatever_is_recorded)
{
        story_serve(story, "with-penalty");
        DO("hearing-request", "2026-03-05", "an");
        DO("hearing-held", "2026-03-16", "an", NULL, "noticed_on=2026-03-05");
        DO("legal-review", "2026-03-17", "cui");
        DO("discussion", "2026-03-17", "er");
        DO("consent", "2026-03-17", "an", "bo");
        story_listings(story, "");
        ck_assert_uint_eq(case_decision_serial(&story->file), 0);
        ck_assert(day_is_none(case_term_end(&story->file)));
        DO("close", "2026-03-18", "du");
        story_listings(story, "");
}
END_TEST

static const struct {
        const char *decided, *with, *wanted;
} terms[] = {
        {"2026-03-12", NULL, "in-force 2026-03-12 2029-03-12"},
        {"2028-02-29", NULL, "in-force 2028-02-29 2031-02-28"},  /* no such day three years on */
        {"2027-08-31", NULL, "in-force 2027-08-31 2030-08-31"},
        {"2026-03-12", "restriction_until=2028-01-01", "in-force 2026-03-12 2029-03-12"},
        {"2026-03-12", "restriction_until=2029-03-10", "in-force 2026-03-12 2029-03-12"},
        {"2026-03-12", "restriction_until=2029-03-11", "in-force 2026-03-12 2029-03-12"},
        {"2026-03-12", "restriction_until=2029-03-12", "in-force 2026-03-12 2029-03-13"}, /* its last day is listed */
        {"2026-03-12", "restriction_until=2036-12-31", "in-force 2026-03-12 2037-01-01"},
};

START_TEST(the_term_is_three_years_or_the_longer_restriction)
{
        decide_on(terms[_i].decided, terms[_i].with);
        story_listings(story, terms[_i].wanted);
}
END_TEST

START_TEST(publishing_on_the_fifth_or_the_nineteenth_day_ends_the_same)
{
        static const char *const days[] = {"2026-03-19", "2026-04-09", "2027-01-15"};
        static const bool is_late[] = {false, false, true};

        story_decide(story, "with-penalty");
        DO("privacy-check", days[_i], "fu");
        ck_assert(DO("publish", days[_i], "fu").is_late == is_late[_i]);
        story_listings(story, "in-force+ 2026-03-12 2029-03-12");
}
END_TEST

START_TEST(typing_a_decision_late_moves_no_day)
{
        story_prepare(story, "with-penalty");
        story->rules.today = story_day("2026-11-02");
        DO("decide", "2026-03-12", "an", "du");
        story_listings(story, "in-force 2026-03-12 2029-03-12");
        ck_assert_int_eq(case_term_end(&story->file).number, story_day("2029-03-12").number);
}
END_TEST

/* ---------------------------------------------------------------- stays */

START_TEST(a_stay_takes_its_days_out_and_leaves_the_term_as_it_is)
{
        story_decide(story, "with-penalty");
        DO("suspend", "2026-05-01", "an", "bo");
        story_listings(story, "in-force 2026-03-12 2026-05-01; suspended 2026-05-01 2029-03-12");
        DO("resume", "2026-08-01", "an", "du");
        story_listings(story, "in-force 2026-03-12 2026-05-01; suspended 2026-05-01 2026-08-01; "
                "in-force 2026-08-01 2029-03-12");
}
END_TEST

START_TEST(a_stay_of_no_day_says_nothing_and_one_from_the_first_day_leaves_no_empty_time)
{
        story_decide(story, "with-penalty");
        DO("suspend", "2026-05-01", "an", "bo");
        DO("resume", "2026-05-01", "an", "du");
        story_listings(story, "in-force 2026-03-12 2029-03-12");
        DO("suspend", "2026-03-12", "an", "bo");
        story_listings(story, "suspended 2026-03-12 2029-03-12");
}
END_TEST

START_TEST(stays_that_touch_are_one_and_an_older_one_learned_later_does_not_end_the_newer)
{
        story_decide(story, "with-penalty");
        DO("suspend", "2026-06-01", "an", "bo");
        DO("resume", "2026-07-01", "an", "du");
        DO("suspend", "2026-07-01", "an", "bo");
        DO("resume", "2026-08-01", "an", "du");
        story_listings(story, "in-force 2026-03-12 2026-06-01; suspended 2026-06-01 2026-08-01; "
                "in-force 2026-08-01 2029-03-12");
        DO("suspend", "2026-04-01", "an", "bo");
        DO("resume", "2026-04-10", "an", "du");
        story_listings(story, "in-force 2026-03-12 2026-04-01; suspended 2026-04-01 2026-04-10; "
                "in-force 2026-04-10 2026-06-01; suspended 2026-06-01 2026-08-01; in-force 2026-08-01 2029-03-12");
}
END_TEST

static enum case_refusal option_of(const char *word)
{
        struct case_option options[PROCEDURE_ACTIONS_MAX];
        size_t count = case_options(&story->file, &story->rules, options);

        for (size_t i = 0; i < count; i++)
                if (strcmp(options[i].action->word, word) == 0)
                        return options[i].refusal;
        ck_abort_msg("%s is no option", word);
        return CASE_GRANTED;
}

static void stay_a_day(struct day day)
{
        char from[DAY_TEXT], to[DAY_TEXT];

        day_format(day, from);
        day_format(day_add(day, 1), to);
        DO("suspend", arena_text(&story->arena, slice_text(from)), "an", "bo");
        DO("resume", arena_text(&story->arena, slice_text(to)), "an", "du");
}

START_TEST(a_stay_that_could_not_be_ended_for_want_of_times_is_refused_and_not_offered)
{
        struct grade_listing listings[CASE_LISTINGS_MAX];

        story_decide(story, "with-penalty");
        for (int32_t i = 1; i <= 7; i++)
                stay_a_day(day_add(story_day("2026-03-12"), 10 * i));
        ck_assert_uint_eq(case_listings(&story->file, listings), 15);
        ck_assert_int_eq(option_of("suspend"), CASE_FULL);
        FORBIDDEN(CASE_FULL, NULL, "行政复议法 art. 42; 行政诉讼法 art. 56", "suspend", "2026-07-01", "an", "bo");
        REFUSED(CASE_FULL, NULL, "suspend", "2026-03-12", "an", "bo"); /* what it hides must fit again */
}
END_TEST

START_TEST(an_end_and_a_quashing_always_have_room)
{
        story_decide(story, "with-penalty");
        for (int32_t i = 1; i <= 7; i++)
                stay_a_day(day_add(story_day("2026-03-12"), 10 * i));
        remove_on("2027-03-12");
        DO("restore", "2027-06-01", "an", "du");
        REFUSED(CASE_FULL, NULL, "suspend", "2027-07-01", "an", "bo");
        remove_on("2028-06-01");
        FORBIDDEN(CASE_FULL, NULL, "art. 20", "restore", "2028-07-01", "an", "du");
        ck_assert_int_eq(option_of("restore"), CASE_FULL);
        DO("quash", "2028-07-01", "an", "du");
        DO("lift", "2028-07-01", "fu");
}
END_TEST

START_TEST(while_a_stay_is_open_a_place_is_kept_for_its_end)
{
        story_decide(story, "with-penalty");
        while (story->file.count < CASE_EVENTS_MAX - CASE_EVENTS_KEPT)
                DO("privacy-check", "2026-03-16", "fu");
        while (story->file.count < CASE_EVENTS_MAX - CASE_EVENTS_KEPT_FOR_THE_END - 2)
                stay_a_day(story_day("2026-04-01"));
        DO("suspend", "2026-05-01", "an", "bo");
        REFUSED(CASE_FULL, NULL, "apply", "2027-03-12", "an");
        DO("resume", "2026-05-02", "an", "du");
        REFUSED(CASE_FULL, NULL, "suspend", "2026-06-01", "an", "bo");
        DO("quash", "2026-06-01", "an", "du");
}
END_TEST

START_TEST(a_stay_that_outlasts_the_term_ends_with_it)
{
        story_decide(story, "with-penalty");
        DO("suspend", "2029-03-11", "an", "bo");
        story_listings(story, "in-force 2026-03-12 2029-03-11; suspended 2029-03-11 2029-03-12");
}
END_TEST

/* ---------------------------------------------------------------- endings and new beginnings */

START_TEST(a_removal_cuts_at_its_day_and_the_term_stays_the_same)
{
        story_decide(story, "with-penalty");
        remove_on("2027-03-12");
        story_listings(story, "in-force 2026-03-12 2027-03-12");
        ck_assert_int_eq(case_term_end(&story->file).number, story_day("2029-03-12").number);
}
END_TEST

START_TEST(what_is_over_or_quashed_is_not_removed_once_more)
{
        story_decide(story, "with-penalty");
        DO("apply", "2029-03-11", "an");
        FORBIDDEN(CASE_NOT_LISTED, NULL, "art. 17", "accept", "2029-03-12", "an");
        DO("accept", "2029-03-11", "an");
        FORBIDDEN(CASE_NOT_LISTED, NULL, "art. 17", "grant", "2029-03-12", "an", "du");
        DO("appeal", "2029-03-11", "an", "bo");
        DO("outcome", "2029-03-11", "an", "bo", "result=quashed");
        REFUSED(CASE_NOT_LISTED, NULL, "grant", "2029-03-11", "an", "du");
        DO("refuse", "2029-03-11", "du");
        DO("lift", "2029-03-12", "fu");
        DO("quash", "2029-03-12", "an", "du");
}
END_TEST

START_TEST(restoring_begins_a_new_term_on_its_day)
{
        story_decide(story, "with-penalty");
        remove_on("2027-03-12");
        FORBIDDEN(CASE_NOT_YET, "2027-03-12", NULL, "restore", "2027-03-11", "an", "du");
        DO("restore", "2027-06-01", "an", "du");
        story_listings(story, "in-force 2026-03-12 2027-03-12; in-force 2027-06-01 2030-06-01");
        FORBIDDEN(CASE_NOT_YET, "2028-06-01", "art. 20", "apply", "2028-05-31", "an");
        remove_on("2028-06-01");
        story_listings(story, "in-force 2026-03-12 2027-03-12; in-force 2027-06-01 2028-06-01");
}
END_TEST

START_TEST(a_restored_listing_is_not_taken_off_display_by_a_paper_from_the_days_between)
{
        story_decide(story, "with-penalty");
        DO("privacy-check", "2026-03-16", "fu");
        DO("publish", "2026-03-16", "fu");
        remove_on("2027-03-12");
        ck_assert_int_eq(TRY("lift", "2027-04-01", "fu").refusal, CASE_GRANTED);
        DO("restore", "2027-06-01", "an", "du");
        FORBIDDEN(CASE_NOT_YET, "2030-06-01", "art. 18, 19", "lift", "2027-04-01", "fu");
        remove_on("2028-06-01");
        FORBIDDEN(CASE_NOT_YET, "2028-06-01", "art. 18, 19", "lift", "2027-04-01", "fu");
        DO("lift", "2028-06-01", "fu");
}
END_TEST

START_TEST(restoring_on_the_day_of_the_removal_leaves_one_time)
{
        story_decide(story, "with-penalty");
        remove_on("2027-03-12");
        DO("restore", "2027-03-12", "an", "du");
        story_listings(story, "in-force 2026-03-12 2030-03-12");
}
END_TEST

/* ---------------------------------------------------------------- quashing */

START_TEST(a_quashed_listing_is_all_quashed_until_its_display_is_stopped_and_then_nothing)
{
        story_decide(story, "with-penalty");
        DO("privacy-check", "2026-03-16", "fu");
        DO("publish", "2026-03-16", "fu");
        DO("suspend", "2026-05-01", "an", "bo");
        DO("resume", "2026-06-01", "an", "du");
        DO("quash", "2026-07-01", "an", "du");
        ck_assert_str_eq(case_state_word(&story->file), "quashed");
        story_listings(story, "quashed+ 2026-03-12 2029-03-12");
        FORBIDDEN(CASE_NOT_YET, "2026-07-01", "art. 18, 19", "lift", "2026-06-30", "fu");
        DO("lift", "2026-07-02", "fu");
        story_listings(story, "");
        ck_assert_uint_eq(case_decision_serial(&story->file), story->events[story->file.count - 1].serial);
}
END_TEST

START_TEST(a_court_that_quashes_is_a_quashing_and_one_that_upholds_is_none)
{
        static const struct {
                const char *result, *wanted;
        } outcomes[] = {
                {"result=upheld", "in-force 2026-03-12 2029-03-12"},
                {"result=altered", "in-force 2026-03-12 2029-03-12"},
                {"result=quashed", "quashed 2026-03-12 2029-03-12"},
                {"result=remade", "quashed 2026-03-12 2029-03-12"},
        };

        story_decide(story, "with-penalty");
        DO("appeal", "2026-03-20", "an", "bo");
        DO("outcome", "2026-04-20", "an", "bo", outcomes[_i].result);
        story_listings(story, outcomes[_i].wanted);
        if (strncmp(outcomes[_i].wanted, "quashed", 7) == 0) {
                REFUSED(CASE_NOT_LISTED, NULL, "apply", "2027-04-20", "an");
                DO("lift", "2026-04-20", "fu");
                story_listings(story, "");
                DO("quash", "2026-04-21", "an", "du"); /* the organ's own paper about the same */
                story_listings(story, "");
        }
}
END_TEST

START_TEST(what_was_quashed_is_not_restored_whatever_an_appeal_says_later)
{
        struct case_option options[PROCEDURE_ACTIONS_MAX];
        size_t count;

        story_decide(story, "with-penalty");
        remove_on("2027-03-12");
        DO("appeal", "2027-03-20", "an", "bo");
        DO("outcome", "2027-05-20", "an", "bo", "result=quashed");
        FORBIDDEN(CASE_FIELD_RULE, "result", "行政诉讼法 art. 70", "restore", "2027-06-01", "an", "du");
        DO("appeal", "2027-05-24", "an", "bo", "kind=litigation");
        DO("outcome", "2027-06-01", "an", "bo", "result=upheld");
        FORBIDDEN(CASE_NOT_LISTED, NULL, "art. 20", "restore", "2027-06-02", "an", "du");
        story_listings(story, "quashed 2026-03-12 2027-03-12");
        count = case_options(&story->file, &story->rules, options);
        for (size_t i = 0; i < count; i++)
                if (strcmp(options[i].action->word, "restore") == 0)
                        ck_assert_int_eq(options[i].refusal, CASE_NOT_LISTED);
        DO("lift", "2027-06-02", "fu");
        FORBIDDEN(CASE_NOT_LISTED, NULL, "art. 20", "restore", "2027-06-03", "an", "du");
}
END_TEST

START_TEST(quashing_after_a_removal_quashes_what_was)
{
        story_decide(story, "with-penalty");
        remove_on("2027-03-12");
        DO("lift", "2027-03-15", "fu");
        DO("quash", "2027-04-01", "an", "du");
        story_listings(story, "quashed 2026-03-12 2027-03-12");
        REFUSED(CASE_NOT_YET, "2027-03-12", "lift", "2027-03-11", "fu"); /* it was over with the removal */
        DO("lift", "2027-03-12", "fu");
        story_listings(story, "");
}
END_TEST

START_TEST(a_restored_listing_that_is_quashed_is_over_with_the_quashing_not_with_the_removal_before)
{
        story_decide(story, "with-penalty");
        remove_on("2027-03-12");
        DO("restore", "2027-06-01", "an", "du");
        DO("quash", "2027-09-01", "an", "du");
        story_listings(story, "quashed 2026-03-12 2027-03-12; quashed 2027-06-01 2030-06-01");
        REFUSED(CASE_NOT_YET, "2027-09-01", "lift", "2027-06-01", "fu");
        REFUSED(CASE_NOT_YET, "2027-09-01", "lift", "2027-05-31", "fu");
        DO("lift", "2027-09-01", "fu");
        story_listings(story, "");
}
END_TEST

/* ---------------------------------------------------------------- which entry said so */

START_TEST(the_decisions_serial_is_that_of_the_last_step_that_changed_what_is_said)
{
        uint64_t decided, published;

        story_decide(story, "with-penalty");
        decided = story->events[story->file.count - 1].serial;
        ck_assert_uint_eq(case_decision_serial(&story->file), decided);
        DO("serve-decision", "2026-03-13", "an");
        DO("privacy-check", "2026-03-16", "fu");
        DO("appeal", "2026-03-16", "an", "bo");
        ck_assert_uint_eq(case_decision_serial(&story->file), decided);
        DO("publish", "2026-03-16", "fu");
        published = story->events[story->file.count - 1].serial;
        ck_assert_uint_eq(case_decision_serial(&story->file), published);
        DO("outcome", "2026-03-20", "an", "bo");
        ck_assert_uint_eq(case_decision_serial(&story->file), published);
}
END_TEST

/* ---------------------------------------------------------------- mirrored listings */

static void mirror(const char *with)
{
        story_end(story);
        story_begin(story, "mirror");
        DO("mirror", "2026-03-02", "an", "bo", with);
}

START_TEST(a_mirrored_listing_becomes_unknown_when_its_source_was_not_read_for_thirty_days)
{
        mirror("listed_on=2026-01-15");
        story_listings(story, "in-force+ 2026-01-15 2026-04-01; unknown+ 2026-04-01 -");
        DO("confirm", "2026-03-31", "an", "bo");
        story_listings(story, "in-force+ 2026-01-15 2026-04-30; unknown+ 2026-04-30 -");
        DO("confirm", "2026-04-30", "an", "bo");
        story_listings(story, "in-force+ 2026-01-15 2026-05-30; unknown+ 2026-05-30 -");
}
END_TEST

START_TEST(a_lapsed_listing_that_is_seen_again_was_in_force_all_the_while)
{
        mirror("listed_on=2026-03-01");
        DO("confirm", "2026-05-01", "an", "bo");
        story_listings(story, "in-force+ 2026-03-01 2026-05-31; unknown+ 2026-05-31 -");
        DO("confirm", "2026-04-15", "an", "bo"); /* a sighting written down late moves nothing */
        story_listings(story, "in-force+ 2026-03-01 2026-05-31; unknown+ 2026-05-31 -");
        DO("remove", "2026-06-10", "an", "bo");
        story_listings(story, "in-force+ 2026-03-01 2026-05-31; unknown+ 2026-05-31 2026-06-10");
}
END_TEST

START_TEST(a_mirrored_listing_ends_on_its_sources_last_day_unknown_or_not)
{
        mirror("listed_on=2026-03-01;until=2026-03-20");
        story_listings(story, "in-force+ 2026-03-01 2026-03-21");
        ck_assert_int_eq(case_term_end(&story->file).number, story_day("2026-03-21").number);
        mirror("listed_on=2026-03-01;until=2026-02-01"); /* over before it began: its source is wrong */
        story_listings(story, "");
        mirror("listed_on=2026-03-01;until=2026-12-31");
        story_listings(story, "in-force+ 2026-03-01 2026-04-01; unknown+ 2026-04-01 2027-01-01");
}
END_TEST

START_TEST(removal_at_the_source_removes_here)
{
        mirror("listed_on=2026-03-01");
        DO("remove", "2026-03-20", "an", "bo");
        story_listings(story, "in-force+ 2026-03-01 2026-03-20");
        REFUSED(CASE_NOT_YET, "2026-03-20", "lift", "2026-02-28", "fu"); /* what has not begun is not over */
        mirror("listed_on=2026-03-01");
        DO("remove", "2026-06-01", "an", "bo");
        story_listings(story, "in-force+ 2026-03-01 2026-04-01; unknown+ 2026-04-01 2026-06-01");
        mirror("listed_on=2026-03-01");
        DO("remove", "2026-03-02", "an", "bo", "removed_on=2026-03-01");
        story_listings(story, ""); /* removed on the day it was listed: no day is left */
        DO("lift", "2026-03-03", "fu");
}
END_TEST

START_TEST(a_quashed_mirrored_listing_is_quashed_whether_it_was_unknown_or_not)
{
        mirror("listed_on=2026-03-01");
        DO("confirm", "2026-05-01", "an", "bo");
        DO("quash", "2026-05-02", "an", "bo");
        story_listings(story, "quashed+ 2026-03-01 -");
        DO("lift", "2026-05-02", "fu");
        story_listings(story, "");
        ck_assert(day_is_none(case_term_end(&story->file)));
}
END_TEST

START_TEST(a_source_that_is_read_every_31_days_never_runs_out_of_times)
{
        struct day day = story_day("2026-03-01");

        mirror("listed_on=2026-03-01");
        for (unsigned i = 0; i < 120; i++) {
                char text[DAY_TEXT];

                day = day_add(day, 31);
                day_format(day, text);
                DO("confirm", arena_text(&story->arena, slice_text(text)), "an", "bo");
        }
        story_listings(story, "in-force+ 2026-03-01 2036-06-06; unknown+ 2036-06-06 -");
        DO("remove", "2036-07-01", "an", "bo");
}
END_TEST

/* ---------------------------------------------------------------- effect from service */

/* In force when served; by public notice, when that is deemed. */
static const char served[] =
        "{'format':'qcr-procedure/1','id':'served','version':1,'names':{'zh':'送达','en':'served'},'basis':'-',"
        "'states':[{'state':'decided','zh':'决定','en':'decided'},{'state':'out','zh':'移出','en':'out'}],"
        "'windows':[{'window':'appeal','zh':'复议','en':'appeal','article':'9','opens':'serve','method_field':'method',"
        " 'deemed_word':'public-notice','deemed_days':30,'days':60,'unit':'days'}],"
        "'listing':{'starts':'service','terms':[{'months':12}],'longer_field':'until'},'deadlines':[],'actions':["
        "{'action':'decide','zh':'决定','en':'decide','article':'1','from':[],'to':'decided','roles':['officer'],"
        " 'effect':'start','day':'on','fields':[{'field':'on','zh':'日','en':'on','type':'day','required':true},"
        "  {'field':'until','zh':'至','en':'until','type':'day','future':true}]},"
        "{'action':'serve','zh':'送达','en':'serve','article':'2','from':['decided','out'],'roles':['officer'],"
        " 'effect':'serve','day':'on','fields':[{'field':'on','zh':'日','en':'on','type':'day','required':true},"
        "  {'field':'method','zh':'方式','en':'method','type':'word','required':true,'words':["
        "   {'word':'direct','zh':'直接','en':'direct'},{'word':'public-notice','zh':'公告','en':'notice'}]}]},"
        "{'action':'end','zh':'移出','en':'end','article':'3','from':['decided'],'to':'out','roles':['officer'],"
        " 'effect':'end','day':'on','fields':[{'field':'on','zh':'日','en':'on','type':'day','required':true}]},"
        "{'action':'restore','zh':'恢复','en':'restore','article':'5','from':['out'],'to':'decided','roles':['officer'],"
        " 'effect':'restore','day':'on','fields':[{'field':'on','zh':'日','en':'on','type':'day','required':true}]},"
        "{'action':'quash','zh':'撤','en':'quash','article':'8','from':['decided','out'],'roles':['officer'],"
        " 'effect':'quash','day':'on','fields':[{'field':'on','zh':'日','en':'on','type':'day','required':true}]},"
        "{'action':'decide-anew','zh':'重作','en':'decide anew','article':'9','from':['out'],'to':'decided',"
        " 'roles':['officer'],'effect':'start','day':'on','fields':[{'field':'on','zh':'日','en':'on','type':'day',"
        "  'required':true},{'field':'until','zh':'至','en':'until','type':'day','future':true}]},"
        "{'action':'stay','zh':'停','en':'stay','article':'6','from':['decided'],'roles':['officer'],'effect':'suspend',"
        " 'day':'on','fields':[{'field':'on','zh':'日','en':'on','type':'day','required':true}]},"
        "{'action':'go-on','zh':'复','en':'go on','article':'7','from':['decided'],'roles':['officer'],'effect':'resume',"
        " 'day':'on','fields':[{'field':'on','zh':'日','en':'on','type':'day','required':true}]},"
        "{'action':'use','zh':'用','en':'use','article':'4','from':['decided'],'roles':['officer'],'day':'on',"
        " 'fields':[{'field':'on','zh':'日','en':'on','type':'day','required':true}],"
        " 'guards':[{'guard':'in-force','article':'41','zh':'在列','en':'in force'}]}]}";

static void begin_served(const char *with)
{
        story_end(story);
        story_begin_json(story, served);
        DO("decide", "2026-03-02", "an", NULL, with);
}

START_TEST(a_listing_that_begins_with_service_begins_when_the_party_has_the_decision)
{
        begin_served(NULL);
        story_listings(story, "");
        FORBIDDEN(CASE_NOT_LISTED, NULL, "41", "use", "2026-03-05", "an");
        DO("serve", "2026-03-09", "an");
        story_listings(story, "in-force 2026-03-09 2027-03-09");
        FORBIDDEN(CASE_NOT_LISTED, NULL, "41", "use", "2026-03-08", "an");
        DO("use", "2026-03-09", "an");
        DO("serve", "2026-04-09", "an"); /* once in force, a copy that is served again moves nothing */
        story_listings(story, "in-force 2026-03-09 2027-03-09");
}
END_TEST

START_TEST(served_by_public_notice_it_begins_when_that_is_deemed_done)
{
        begin_served(NULL);
        DO("serve", "2026-03-09", "an", NULL, "method=public-notice");
        story_listings(story, "in-force 2026-04-08 2027-04-08");
}
END_TEST

START_TEST(ended_before_it_was_served_it_never_lists)
{
        begin_served(NULL);
        DO("end", "2026-03-09", "an");
        DO("serve", "2026-03-10", "an");
        story_listings(story, "");
}
END_TEST

START_TEST(papers_older_than_the_listing_give_no_time_that_ends_before_it_begins)
{
        begin_served(NULL);
        DO("serve", "2026-03-09", "an");
        DO("stay", "2026-05-01", "an");
        DO("go-on", "2026-04-01", "an");
        story_listings(story, "in-force 2026-03-09 2027-03-09");
        DO("stay", "2026-02-01", "an");
        DO("go-on", "2026-03-10", "an");
        story_listings(story, "suspended 2026-03-09 2026-03-10; in-force 2026-03-10 2027-03-09");
        DO("end", "2026-03-05", "an");
        story_listings(story, "");
        DO("restore", "2026-03-01", "an");
        story_listings(story, "suspended 2026-03-01 2026-03-10; in-force 2026-03-10 2027-03-01");
}
END_TEST

START_TEST(what_was_decided_anew_after_a_quashing_can_be_restored)
{
        begin_served(NULL);
        DO("serve", "2026-03-09", "an");
        DO("end", "2026-05-01", "an");
        DO("quash", "2026-05-04", "an");
        FORBIDDEN(CASE_NOT_LISTED, NULL, "5", "restore", "2026-05-05", "an");
        DO("decide-anew", "2026-06-01", "an");
        DO("end", "2026-06-01", "an");
        DO("restore", "2026-06-02", "an");
        story_listings(story, "quashed 2026-03-09 2026-05-01; in-force 2026-06-02 2027-06-02");
}
END_TEST

START_TEST(a_later_decision_leaves_the_term_of_an_earlier_one_that_was_restored_as_it_was)
{
        begin_served(NULL);
        DO("serve", "2026-03-09", "an");
        DO("end", "2026-05-01", "an");
        DO("restore", "2026-06-01", "an");
        DO("end", "2027-07-01", "an"); /* it was over on its own */
        DO("decide-anew", "2027-07-05", "an", NULL, "until=2029-12-31");
        story_listings(story, "in-force 2026-03-09 2026-05-01; in-force 2026-06-01 2027-06-01");
}
END_TEST

START_TEST(what_is_stayed_is_listed_but_not_in_force)
{
        begin_served(NULL);
        DO("serve", "2026-03-09", "an");
        DO("stay", "2026-05-01", "an");
        REFUSED(CASE_NOT_LISTED, NULL, "use", "2026-05-01", "an");
        DO("go-on", "2026-05-02", "an");
        story_listings(story, "in-force 2026-03-09 2026-05-01; suspended 2026-05-01 2026-05-02; in-force 2026-05-02 2027-03-09");
        REFUSED(CASE_NOT_LISTED, NULL, "use", "2026-05-01", "an");
        DO("use", "2026-05-02", "an");
}
END_TEST

START_TEST(a_removal_after_the_term_ended_lengthens_nothing)
{
        begin_served(NULL);
        DO("serve", "2026-03-09", "an");
        DO("end", "2027-03-20", "an");
        story_listings(story, "in-force 2026-03-09 2027-03-09");
}
END_TEST

START_TEST(a_restriction_that_is_longer_than_the_restored_term_still_counts)
{
        begin_served("until=2028-01-31");
        DO("serve", "2026-03-09", "an");
        story_listings(story, "in-force 2026-03-09 2028-02-01");
        DO("end", "2026-06-01", "an");
        DO("restore", "2026-07-01", "an");
        story_listings(story, "in-force 2026-03-09 2026-06-01; in-force 2026-07-01 2028-02-01");
}
END_TEST

/* ---------------------------------------------------------------- several cases of one party */

static struct grade_listing listing(const char *from, const char *to, enum listing_effect effect, bool is_published)
{
        return (struct grade_listing){
                .from = story_day(from), .to = to ? story_day(to) : DAY_NONE, .effect = effect, .is_published = is_published};
}

START_TEST(times_of_several_cases_stand_in_the_order_of_packed_inputs_and_once)
{
        const struct grade_listing first[] = {
                listing("2026-03-12", NULL, LISTING_IN_FORCE, false), listing("2026-05-01", "2026-06-01", LISTING_QUASHED, true)};
        const struct grade_listing second[] = {
                listing("2026-01-01", "2026-03-12", LISTING_UNKNOWN, true), listing("2026-03-12", NULL, LISTING_IN_FORCE, false),
                listing("2026-03-12", "2029-03-12", LISTING_IN_FORCE, false)};
        const struct grade_listing third[] = {
                listing("2026-03-12", NULL, LISTING_IN_FORCE, true), listing("2026-03-12", NULL, LISTING_SUSPENDED, false)};
        const struct grade_listing wanted[] = {second[0], second[2], first[0], third[0], third[1], first[1]};
        struct grade_inputs inputs = {0};
        size_t count = 0;

        ck_assert(case_listings_merge(inputs.listings, &count, first, 2));
        ck_assert(case_listings_merge(inputs.listings, &count, second, 3));
        ck_assert(case_listings_merge(inputs.listings, &count, third, 2));
        ck_assert(case_listings_equal(inputs.listings, count, wanted, 6));
        inputs.listings_count = (uint32_t)count;
        ck_assert(inputs_is_valid(&inputs));
}
END_TEST

START_TEST(more_times_than_packed_inputs_hold_are_refused_whole)
{
        struct grade_listing listings[GRADE_LISTINGS_MAX], before[GRADE_LISTINGS_MAX];
        size_t count = 0;

        for (int32_t i = 0; i < (int32_t)GRADE_LISTINGS_MAX - 1; i++) {
                struct grade_listing one = {.from = {i * 2}, .to = {i * 2 + 1}, .effect = LISTING_IN_FORCE};

                ck_assert(case_listings_merge(listings, &count, &one, 1));
        }
        const struct grade_listing two[] = {
                {.from = {-1}, .to = DAY_NONE, .effect = LISTING_QUASHED}, {.from = {-2}, .to = {-1}, .effect = LISTING_UNKNOWN}};

        memcpy(before, listings, count * sizeof(*before));
        ck_assert(!case_listings_merge(listings, &count, two, 2));
        ck_assert(case_listings_equal(listings, count, before, GRADE_LISTINGS_MAX - 1));
        ck_assert(case_listings_merge(listings, &count, two, 1));
        ck_assert_uint_eq(count, GRADE_LISTINGS_MAX);
}
END_TEST

static TCase *ours(void)
{
        TCase *test = tcase_create("ours");

        tcase_add_checked_fixture(test, setup, teardown);
        tcase_add_test(test, nothing_lists_before_the_decision_whatever_is_recorded);
        tcase_add_loop_test(test, the_term_is_three_years_or_the_longer_restriction, 0, sizeof(terms) / sizeof(*terms));
        tcase_add_loop_test(test, publishing_on_the_fifth_or_the_nineteenth_day_ends_the_same, 0, 3);
        tcase_add_test(test, typing_a_decision_late_moves_no_day);
        tcase_add_test(test, a_stay_takes_its_days_out_and_leaves_the_term_as_it_is);
        tcase_add_test(test, a_stay_of_no_day_says_nothing_and_one_from_the_first_day_leaves_no_empty_time);
        tcase_add_test(test, stays_that_touch_are_one_and_an_older_one_learned_later_does_not_end_the_newer);
        tcase_add_test(test, a_stay_that_could_not_be_ended_for_want_of_times_is_refused_and_not_offered);
        tcase_add_test(test, an_end_and_a_quashing_always_have_room);
        tcase_add_test(test, while_a_stay_is_open_a_place_is_kept_for_its_end);
        tcase_add_test(test, a_stay_that_outlasts_the_term_ends_with_it);
        tcase_add_test(test, a_removal_cuts_at_its_day_and_the_term_stays_the_same);
        tcase_add_test(test, what_is_over_or_quashed_is_not_removed_once_more);
        tcase_add_test(test, restoring_begins_a_new_term_on_its_day);
        tcase_add_test(test, a_restored_listing_is_not_taken_off_display_by_a_paper_from_the_days_between);
        tcase_add_test(test, restoring_on_the_day_of_the_removal_leaves_one_time);
        tcase_add_test(test, a_quashed_listing_is_all_quashed_until_its_display_is_stopped_and_then_nothing);
        tcase_add_loop_test(test, a_court_that_quashes_is_a_quashing_and_one_that_upholds_is_none, 0, 4);
        tcase_add_test(test, what_was_quashed_is_not_restored_whatever_an_appeal_says_later);
        tcase_add_test(test, quashing_after_a_removal_quashes_what_was);
        tcase_add_test(test, a_restored_listing_that_is_quashed_is_over_with_the_quashing_not_with_the_removal_before);
        tcase_add_test(test, the_decisions_serial_is_that_of_the_last_step_that_changed_what_is_said);
        tcase_add_test(test, a_listing_that_begins_with_service_begins_when_the_party_has_the_decision);
        tcase_add_test(test, served_by_public_notice_it_begins_when_that_is_deemed_done);
        tcase_add_test(test, ended_before_it_was_served_it_never_lists);
        tcase_add_test(test, papers_older_than_the_listing_give_no_time_that_ends_before_it_begins);
        tcase_add_test(test, what_was_decided_anew_after_a_quashing_can_be_restored);
        tcase_add_test(test, a_later_decision_leaves_the_term_of_an_earlier_one_that_was_restored_as_it_was);
        tcase_add_test(test, what_is_stayed_is_listed_but_not_in_force);
        tcase_add_test(test, a_removal_after_the_term_ended_lengthens_nothing);
        tcase_add_test(test, a_restriction_that_is_longer_than_the_restored_term_still_counts);
        return test;
}

static TCase *mirrored(void)
{
        TCase *test = tcase_create("mirrored");

        tcase_add_checked_fixture(test, setup, teardown);
        tcase_add_test(test, a_mirrored_listing_becomes_unknown_when_its_source_was_not_read_for_thirty_days);
        tcase_add_test(test, a_lapsed_listing_that_is_seen_again_was_in_force_all_the_while);
        tcase_add_test(test, a_mirrored_listing_ends_on_its_sources_last_day_unknown_or_not);
        tcase_add_test(test, removal_at_the_source_removes_here);
        tcase_add_test(test, a_quashed_mirrored_listing_is_quashed_whether_it_was_unknown_or_not);
        tcase_add_test(test, a_source_that_is_read_every_31_days_never_runs_out_of_times);
        return test;
}

static TCase *several(void)
{
        TCase *test = tcase_create("several");

        tcase_add_test(test, times_of_several_cases_stand_in_the_order_of_packed_inputs_and_once);
        tcase_add_test(test, more_times_than_packed_inputs_hold_are_refused_whole);
        return test;
}

int main(void)
{
        Suite *suite = suite_create("case-times");

        suite_add_tcase(suite, ours());
        suite_add_tcase(suite, mirrored());
        suite_add_tcase(suite, several());
        return suite_run(suite);
}
