/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What holds of every case, tried on random ones: its times ascend and never overlap, publishing moves no day, the
 * order in which unrelated papers are written down does not matter, and what was decided stays decided.
 */
#include "registry/core/case_file.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/core/case_story.h"
#include "tests/support/suite.h"

#define CASES 150
#define TRIES 60

static uint64_t seed;

static unsigned below(unsigned limit)
{
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (unsigned)((seed >> 33) % limit);
}

static const char *pick(const char *const *from, unsigned count)
{
        return from[below(count)];
}

/* A step of some action from this state, on a day a little after the newest one or some while before. */
static bool take_some_step(struct story *story)
{
        static const char *const people[] = {"an", "bo", "cui", "du", "er", "fu", "hu", "xu"};
        static const char *const lists[] = {NULL, "result=quashed", "result=upheld", "method=public-notice", "opinion=disagree",
                "restriction_until=2031-06-30", "path=court-judgment", "path=with-penalty"};
        struct case_option options[PROCEDURE_ACTIONS_MAX];
        size_t count = case_options(&story->file, &story->rules, options);
        const struct case_option *option = &options[below((unsigned)count)];
        struct told told = {option->action->word, NULL, pick(people, 8), NULL, pick(lists, 8)};
        struct day day = day_add(story->rules.today, (int32_t)(below(4) ? below(20) : below(400)));
        char text[DAY_TEXT];
        struct case_verdict verdict;

        if (told.with && !procedure_field_find(option->action, slice_of(told.with, strcspn(told.with, "="))))
                told.with = NULL;
        if (below(3) == 0 && story->file.count > 3)
                day = day_add(story->rules.today, -(int32_t)below(120));
        day_format(day, text);
        told.day = arena_text(&story->arena, slice_text(text));
        told.second = option->action->second_roles ? pick(people, 8) : NULL;
        verdict = story_try(story, told);
        if (verdict.refusal != CASE_GRANTED)
                return false;
        story_do(story, told);
        return true;
}

static void begin_some_case(struct story *story)
{
        if (below(4) == 0) {
                story_begin(story, "mirror");
                DO("mirror", "2026-03-02", "an", "bo", below(2) ? "until=2027-12-31" : NULL);
        } else {
                story_begin(story, "samr-44");
                story_decide(story, below(2) ? "with-penalty" : "court-judgment");
        }
}

static void must_be_in_order(const struct story *story)
{
        struct grade_inputs inputs = {0};
        struct grade_listing listings[CASE_LISTINGS_MAX];
        size_t count = case_listings(&story->file, listings), merged = 0;

        for (size_t i = 0; i < count; i++) {
                ck_assert(day_is_none(listings[i].to) || day_is_before(listings[i].from, listings[i].to));
                ck_assert_msg(i == 0 || (!day_is_none(listings[i - 1].to) &&
                        !day_is_before(listings[i].from, listings[i - 1].to)), "times %zu overlap", i);
                ck_assert_msg(i == 0 || day_compare(listings[i - 1].to, listings[i].from) != 0 ||
                        listings[i - 1].effect != listings[i].effect, "times %zu say the same", i);
        }
        ck_assert(case_listings_merge(inputs.listings, &merged, listings, count));
        inputs.listings_count = (uint32_t)merged;
        ck_assert_uint_eq(merged, count);
        ck_assert(inputs_is_valid(&inputs));
}

static void must_be_told_of(const struct story *story)
{
        struct grade_listing now[CASE_LISTINGS_MAX], before[CASE_LISTINGS_MAX];
        struct case_file earlier = story->file;
        size_t count = case_listings(&story->file, now), before_count;

        earlier.count--;
        before_count = case_listings(&earlier, before);
        if (case_listings_equal(now, count, before, before_count))
                ck_assert_uint_eq(case_decision_serial(&story->file), case_decision_serial(&earlier));
        else
                ck_assert_uint_eq(case_decision_serial(&story->file), story->events[earlier.count].serial);
}

START_TEST(times_of_any_case_ascend_and_never_overlap_and_its_serial_is_that_of_the_last_change)
{
        unsigned taken = 0;

        for (unsigned i = 0; i < CASES; i++) {
                struct story *story = calloc(1, sizeof(*story));

                begin_some_case(story);
                for (unsigned k = 0; k < TRIES; k++) {
                        if (!take_some_step(story))
                                continue;
                        taken++;
                        must_be_in_order(story);
                        must_be_told_of(story);
                }
                story_end(story);
                free(story);
        }
        ck_assert_uint_gt(taken, CASES * 5);
}
END_TEST

/* ---------------------------------------------------------------- publishing */

/* The same file without its publications, numbered anew. */
static size_t without_publishing(const struct story *story, struct case_event ret[CASE_EVENTS_MAX])
{
        size_t count = 0;

        for (size_t i = 0; i < story->file.count; i++) {
                if (strcmp(story->events[i].action, "publish") == 0)
                        continue;
                ret[count] = story->events[i];
                ret[count].seq = (uint32_t)count + 1;
                count++;
        }
        return count;
}

START_TEST(publishing_moves_no_day_of_any_case)
{
        unsigned published = 0;

        for (unsigned i = 0; i < CASES; i++) {
                struct story *story = calloc(1, sizeof(*story));
                struct case_event events[CASE_EVENTS_MAX];
                struct grade_listing with[CASE_LISTINGS_MAX], without[CASE_LISTINGS_MAX];
                struct case_file file;
                size_t count;

                begin_some_case(story);
                for (unsigned k = 0; k < TRIES; k++)
                        take_some_step(story);
                file = story->file;
                file.events = events;
                file.count = without_publishing(story, events);
                count = case_listings(&story->file, with);
                ck_assert_uint_eq(case_listings(&file, without), count);
                for (size_t k = 0; k < count; k++) {
                        without[k].is_published = with[k].is_published;
                        published += with[k].is_published && file.count < story->file.count;
                }
                ck_assert(case_listings_equal(with, count, without, count));
                story_end(story);
                free(story);
        }
        ck_assert_uint_gt(published, 0);
}
END_TEST

/* ---------------------------------------------------------------- order of unrelated papers */

/* Which of them must keep their order among themselves. */
static const char *chain_of(const char *action)
{
        static const struct {
                const char *action, *chain;
        } chains[] = {
                {"suspend", "stay"}, {"resume", "stay"},
                {"privacy-check", "display"}, {"publish", "display"},
                {"appeal", "appeal"}, {"outcome", "appeal"},
                {"serve-decision", "service"},
                {"apply", "removal"}, {"accept", "removal"}, {"grant", "removal"},
        };

        for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++)
                if (strcmp(chains[i].action, action) == 0)
                        return chains[i].chain;
        return "";
}

/* Some other order that keeps each chain's own. */
static void shuffle(struct case_event *events, size_t first, size_t count)
{
        for (unsigned round = 0; round < 200; round++) {
                size_t i = first + below((unsigned)(count - first - 1));

                if (strcmp(chain_of(events[i].action), chain_of(events[i + 1].action)) != 0) {
                        struct case_event held = events[i];

                        events[i] = events[i + 1];
                        events[i + 1] = held;
                }
        }
        for (size_t i = first; i < count; i++)
                events[i].seq = (uint32_t)i + 1;
}

START_TEST(the_order_in_which_unrelated_papers_are_recorded_changes_no_time)
{
        struct story told_story, *const story = &told_story;
        struct case_event events[CASE_EVENTS_MAX];
        struct case_file file;
        size_t decided;

        story_begin(story, "samr-44");
        story_decide(story, "with-penalty");
        decided = story->file.count;
        DO("serve-decision", "2026-03-13", "an");
        DO("privacy-check", "2026-03-16", "fu");
        DO("publish", "2026-03-17", "fu");
        DO("appeal", "2026-03-20", "an", "bo");
        DO("suspend", "2026-04-01", "an", "bo");
        DO("resume", "2026-05-06", "an", "du");
        DO("outcome", "2026-05-06", "an", "bo", "result=upheld");
        DO("suspend", "2026-07-01", "an", "bo");
        DO("resume", "2026-08-01", "an", "du");
        DO("apply", "2027-03-12", "an");
        DO("accept", "2027-03-12", "an");
        DO("grant", "2027-04-01", "an", "du");
        file = story->file;
        file.events = events;
        for (unsigned i = 0; i < CASES; i++) {
                struct grade_listing wanted[CASE_LISTINGS_MAX], found[CASE_LISTINGS_MAX];
                size_t count = case_listings(&story->file, wanted);

                memcpy(events, story->events, sizeof(events));
                shuffle(events, decided, file.count);
                ck_assert(case_listings_equal(wanted, count, found, case_listings(&file, found)));
        }
        story_end(story);
}
END_TEST

START_TEST(sightings_of_a_mirrored_listing_may_be_written_down_in_any_order)
{
        for (unsigned i = 0; i < CASES; i++) {
                struct story told_story, *const story = &told_story;
                struct case_event events[CASE_EVENTS_MAX];
                struct grade_listing wanted[CASE_LISTINGS_MAX], found[CASE_LISTINGS_MAX];
                struct case_file file;
                size_t count;

                story_begin(story, "mirror");
                DO("mirror", "2026-03-02", "an", "bo");
                story->rules.today = story_day("2027-03-02");
                for (unsigned k = 0; k < 7; k++) {
                        char day[DAY_TEXT];

                        day_format(day_add(story_day("2026-03-02"), (int32_t)below(365)), day);
                        DO("confirm", arena_text(&story->arena, slice_text(day)), "an", "bo");
                }
                file = story->file;
                file.events = events;
                memcpy(events, story->events, sizeof(events));
                for (size_t k = file.count - 1; k > 1; k--) {
                        size_t other = 1 + below((unsigned)k);
                        struct case_event held = events[k];

                        events[k] = events[other];
                        events[other] = held;
                }
                count = case_listings(&story->file, wanted);
                ck_assert(case_listings_equal(wanted, count, found, case_listings(&file, found)));
                story_end(story);
        }
}
END_TEST

/* ---------------------------------------------------------------- today */

START_TEST(a_step_that_was_granted_is_granted_on_every_later_day)
{
        for (unsigned i = 0; i < CASES; i++) {
                struct story *story = calloc(1, sizeof(*story));

                begin_some_case(story);
                for (unsigned k = 0; k < TRIES; k++)
                        take_some_step(story);
                for (size_t k = 0; k < story->file.count; k++) {
                        const struct case_event *event = &story->events[k];
                        struct case_file before = story->file;
                        struct case_step step = {
                                .action = event->action, .values = event->values, .value_count = event->value_count};
                        struct case_person everybody = {event->proposer, "o", UINT32_MAX};
                        struct case_person second = {event->actor, "o", UINT32_MAX};
                        struct case_rules rules = story->rules;
                        struct case_verdict verdict;

                        before.count = k;
                        rules.today = day_add(rules.today, (int32_t)below(5000));
                        case_decide(&before, &step, &rules, &everybody,
                                strcmp(event->proposer, event->actor) ? &second : NULL, &verdict);
                        ck_assert_msg(verdict.refusal == CASE_GRANTED, "%s: %s", event->action,
                                case_refusal_word(verdict.refusal));
                        ck_assert_int_eq(verdict.day.number, case_event_day(&story->file, event).number);
                }
                story_end(story);
                free(story);
        }
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("case-properties");
        TCase *test = tcase_create("case-properties");
        const char *given = getenv("QCR_SEED");

        seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
        printf("QCR_SEED=%llu\n", (unsigned long long)seed);
        tcase_set_timeout(test, 100);
        tcase_add_test(test, times_of_any_case_ascend_and_never_overlap_and_its_serial_is_that_of_the_last_change);
        tcase_add_test(test, publishing_moves_no_day_of_any_case);
        tcase_add_test(test, the_order_in_which_unrelated_papers_are_recorded_changes_no_time);
        tcase_add_test(test, sightings_of_a_mirrored_listing_may_be_written_down_in_any_order);
        tcase_add_test(test, a_step_that_was_granted_is_granted_on_every_later_day);
        suite_add_tcase(suite, test);
        return suite_run(suite);
}
