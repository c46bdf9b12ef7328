/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/view_cases.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/verdict.h"
#include "registry/view/follow_rules.h"
#include "registry/view/view_generation.h"
#include "tests/support/suite.h"
#include "tests/view/folder.h"

#define SUBJECT "823141777"
#define OTHER "M000100Y4"

static struct folder folder;
static struct view_writer *writer;
static struct arena arena;
static struct fault why;

static void set_up(void)
{
        struct view_meta meta = folder_meta(5);
        char generation[VIEW_GENERATION_SIZE];

        folder_init(&folder);
        writer = folder_generation(&folder, &meta, generation);
        arena_init(&arena, VIEW_CASE_ARENA);
        ck_assert_msg(view_writer_begin(writer, &why), "%s", why.text);
}

static void tear_down(void)
{
        view_writer_abort(writer);
        view_writer_free(writer);
        arena_done(&arena);
        folder_done(&folder);
}

static void put_case(const char *subject, uint32_t number, uint64_t serial)
{
        const struct case_event event = {
                .seq = 1, .serial = serial, .recorded_ms = 1760000000000, .action = "open", .proposer = "officer",
                .actor = "officer",
        };
        static const uint8_t request[1][32];
        const struct view_case entry = {.office = "jiange", .count = 1, .events = &event, .requests = request};

        ck_assert_msg(view_cases_put_case(writer, subject, number, &entry, &why), "%s", why.text);
}

/* The serial of its first event, or 0. */
static uint64_t case_of(const char *subject, uint32_t number)
{
        enum view_found found;
        struct view_case entry;

        ck_assert_msg(view_cases_case(writer, subject, number, &arena, &found, &entry, &why), "%s", why.text);
        return found ? 0 : entry.events[0].serial;
}

/* The number behind that one, or 0. */
static uint32_t next_case(const char *subject, uint32_t after)
{
        enum view_found found;
        struct view_case entry;
        uint32_t number;

        ck_assert_msg(view_cases_next_case(writer, subject, after, &arena, &found, &number, &entry, &why), "%s", why.text);
        return found ? 0 : number;
}

static const char *overdue(uint64_t serial)
{
        static char subject[VIEW_SUBJECT_OCTETS + 1];
        enum view_found found;

        ck_assert_msg(view_cases_overdue(writer, serial, &found, subject, &why), "%s", why.text);
        return found ? "" : subject;
}

/* ------------------------------------------------------------------ refusals */

START_TEST(a_proposal_is_decided_once)
{
        static const uint8_t act[32] = {3, 1, 4};
        uint8_t read[32];
        enum view_found found;

        ck_assert(view_cases_propose(writer, 300, act, &why));
        ck_assert(view_cases_decide(writer, 301, &found, read, &why));
        ck_assert_int_eq(found, VIEW_ABSENT);
        ck_assert(view_cases_decide(writer, 300, &found, read, &why));
        ck_assert_int_eq(found, VIEW_FOUND);
        ck_assert_mem_eq(read, act, sizeof(act));
        ck_assert(view_cases_decide(writer, 300, &found, read, &why));
        ck_assert_int_eq(found, VIEW_ABSENT);
}
END_TEST

START_TEST(a_row_is_overdue_once_its_entry_is_reached)
{
        ck_assert_str_eq(overdue(UINT64_MAX), "");
        ck_assert(view_cases_owe(writer, OTHER, 300, &why));
        ck_assert(view_cases_owe(writer, SUBJECT, 700, &why));
        ck_assert_str_eq(overdue(299), "");
        ck_assert_str_eq(overdue(300), OTHER);
        /* Owed to a later entry from now on. */
        ck_assert(view_cases_owe(writer, OTHER, 900, &why));
        ck_assert_str_eq(overdue(699), "");
        ck_assert_str_eq(overdue(700), SUBJECT);
        ck_assert(view_cases_settle(writer, SUBJECT, &why));
        ck_assert_str_eq(overdue(899), "");
        ck_assert_str_eq(overdue(900), OTHER);
        ck_assert(view_cases_settle(writer, SUBJECT, &why)); /* what is not owed is no fault */
}
END_TEST

START_TEST(a_rule_that_is_no_rule_or_not_newer_is_refused)
{
        static const char broken[] = "{\"format\":\"qcr-codes/1\"}";

        ck_assert(!follow_rules_add(writer, slice_text(broken), &why));
        ck_assert_int_eq(why.code, FAULT_MISMATCH);
        ck_assert(!follow_rules_add(writer, slice_text("no document"), &why));
        ck_assert_int_eq(why.code, FAULT_MISMATCH);
}
END_TEST

/* ---------------------------------------------------------------- acceptance */

START_TEST(cases_are_found_by_party_and_number)
{
        put_case(SUBJECT, 1, 11);
        put_case(SUBJECT, 2, 12);
        put_case(SUBJECT, 256, 13);
        put_case(OTHER, 1, 14);
        ck_assert_uint_eq(case_of(SUBJECT, 1), 11);
        ck_assert_uint_eq(case_of(SUBJECT, 2), 12);
        ck_assert_uint_eq(case_of(SUBJECT, 3), 0);
        ck_assert_uint_eq(case_of(SUBJECT, 256), 13);
        ck_assert_uint_eq(case_of(OTHER, 1), 14);
        put_case(OTHER, 1, 15);
        ck_assert_uint_eq(case_of(OTHER, 1), 15);
        ck_assert_uint_eq(next_case(SUBJECT, 0), 1);
        ck_assert_uint_eq(next_case(SUBJECT, 2), 256);
        ck_assert_uint_eq(next_case(SUBJECT, 256), 0);
        ck_assert_uint_eq(next_case(OTHER, 0), 1);
        ck_assert_uint_eq(next_case(OTHER, 1), 0);
        ck_assert_uint_eq(next_case("000000000", 0), 0);
}
END_TEST

START_TEST(a_deputy_of_nobody_any_more_leaves_nothing_behind)
{
        struct view_deputy_time time = {"superior", {20000}, {20010}};
        struct view_deputy deputy = {1, &time}, read;
        struct slice id = slice_text("reviewer");

        ck_assert(view_cases_deputy(writer, id, &arena, &read, &why));
        ck_assert_uint_eq(read.count, 0);
        ck_assert(view_cases_put_deputy(writer, id, &deputy, &why));
        ck_assert(view_cases_deputy(writer, id, &arena, &read, &why));
        ck_assert_uint_eq(read.count, 1);
        deputy.count = 0;
        ck_assert(view_cases_put_deputy(writer, id, &deputy, &why));
        ck_assert(view_cases_deputy(writer, id, &arena, &read, &why));
        ck_assert_uint_eq(read.count, 0);
}
END_TEST

START_TEST(names_and_codes_an_enterprise_had_are_its_own)
{
        const struct view_party party = {.subject = SUBJECT};
        struct slice codes[] = {slice_text("91510823141777630N")}, former[] = {slice_text("旧名")};
        bool has;

        ck_assert(view_writer_put_known_as(writer, &party, codes, 1, slice_text("新名"), former, 1, &why));
#define MUST_SAY(answer, call) \
        ck_assert_msg(call, "%s", why.text); \
        ck_assert_int_eq(has, answer)

        MUST_SAY(true, view_cases_has_name(writer, SUBJECT, slice_text("新名"), &has, &why));
        MUST_SAY(true, view_cases_has_name(writer, SUBJECT, slice_text("旧名"), &has, &why));
        MUST_SAY(false, view_cases_has_name(writer, SUBJECT, slice_text("无名"), &has, &why));
        MUST_SAY(false, view_cases_has_name(writer, OTHER, slice_text("新名"), &has, &why));
        MUST_SAY(true, view_cases_has_code(writer, SUBJECT, "91510823141777630N", &has, &why));
        MUST_SAY(true, view_cases_has_code(writer, SUBJECT, SUBJECT, &has, &why));
        MUST_SAY(false, view_cases_has_code(writer, OTHER, "91510823141777630N", &has, &why));
        MUST_SAY(false, view_cases_has_code(writer, OTHER, OTHER, &has, &why));
#undef MUST_SAY
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("view_cases");
        TCase *refusals = tcase_create("refusals");
        TCase *acceptance = tcase_create("acceptance");

        tcase_add_checked_fixture(refusals, set_up, tear_down);
        tcase_add_test(refusals, a_proposal_is_decided_once);
        tcase_add_test(refusals, a_row_is_overdue_once_its_entry_is_reached);
        tcase_add_test(refusals, a_rule_that_is_no_rule_or_not_newer_is_refused);
        suite_add_tcase(suite, refusals);

        tcase_add_checked_fixture(acceptance, set_up, tear_down);
        tcase_add_test(acceptance, cases_are_found_by_party_and_number);
        tcase_add_test(acceptance, a_deputy_of_nobody_any_more_leaves_nothing_behind);
        tcase_add_test(acceptance, names_and_codes_an_enterprise_had_are_its_own);
        suite_add_tcase(suite, acceptance);
        return suite_run(suite);
}
