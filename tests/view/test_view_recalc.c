/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/view_recalc.h"

#include <check.h>
#include <string.h>

#include "registry/view/view_generation.h"
#include "tests/support/suite.h"
#include "tests/view/folder.h"

static const uint8_t run_id[16] = {1}, other_id[16] = {2};
static struct folder folder;
static struct view_writer *writer;
static struct fault why;

static void set_up(void)
{
        struct view_meta meta = folder_meta(0);
        char generation[VIEW_GENERATION_SIZE];

        folder_init(&folder);
        writer = folder_generation(&folder, &meta, generation);
        ck_assert(view_writer_begin(writer, &why));
}

static void tear_down(void)
{
        view_writer_abort(writer);
        view_writer_free(writer);
        folder_done(&folder);
}

static bool add_chunk(const uint8_t id[16], uint32_t chunk)
{
        bool is_new;

        ck_assert_msg(view_recalc_add_chunk(writer, id, chunk, 9, &is_new, &why), "%s", why.text);
        return is_new;
}

static bool slot_has(unsigned slot, const char *subject, uint64_t version)
{
        struct view_grade grade;
        enum view_found found;
        struct slice value;

        ck_assert(view_tables_get(view_writer_tables(writer), slot ? VIEW_TABLE_GRADE_1 : VIEW_TABLE_GRADE_0,
                slice_text(subject), &found, &value, &why));
        return found == VIEW_FOUND && view_grade_decode(value, &grade) && grade.version == version;
}

static void put(unsigned slot, const char *subject, uint64_t version)
{
        const struct view_grade grade = {.version = version, .grade = "A", .score = 100, .next_change = DAY_NONE};

        ck_assert_msg(view_recalc_put_grade(writer, slot, subject, &grade, &why), "%s", why.text);
}

/* ------------------------------------------------------------------ refusals */

#define CERTIFICATE "0123456789abcdef0123456789abcdef"

static const struct {
        const char *octets;
        size_t length;
} no_runs[] = {
        {"", 0},
        {"\0\0\0\0" CERTIFICATE, 36},      /* of no serial */
        {"\1\0\0\0" CERTIFICATE, 35},      /* its certificate cut off */
        {"\1\0\2\0" CERTIFICATE, 36},      /* a shadow run or not */
        {"\1\0\0\2" CERTIFICATE, 36},      /* ended or not */
        {"\1\0\1\1" CERTIFICATE "\0", 37}, /* an octet more */
};

START_TEST(what_is_not_a_run_is_refused)
{
        struct view_run run;

        ck_assert(!view_run_decode(slice_of(no_runs[_i].octets, no_runs[_i].length), &run));
}
END_TEST

START_TEST(a_run_that_cannot_be_read_is_a_fault)
{
        enum view_found found;
        struct view_run run;

        ck_assert(view_tables_put(view_writer_tables(writer), VIEW_TABLE_RUN, slice_of(run_id, 16), slice_text("?"), &why));
        ck_assert(!view_recalc_run(writer, run_id, &found, &run, &why));
        ck_assert_int_eq(why.code, FAULT_VIEW);
}
END_TEST

START_TEST(a_chunk_is_new_once)
{
        ck_assert(add_chunk(run_id, 7));
        ck_assert(!add_chunk(run_id, 7));
        ck_assert(add_chunk(run_id, 8));
        ck_assert(add_chunk(other_id, 7));
}
END_TEST

/* ----------------------------------------------------------------- what is kept */

START_TEST(a_run_comes_back_as_it_was)
{
        const struct view_run run = {.serial = 300, .chunks = 12, .is_shadow = true, .has_ended = true, .certificate = {1, 2, 3}};
        enum view_found found;
        struct view_run back;

        ck_assert(view_recalc_run(writer, run_id, &found, &back, &why) && found == VIEW_ABSENT);
        ck_assert(view_recalc_put_run(writer, run_id, &run, &why));
        ck_assert(view_recalc_run(writer, run_id, &found, &back, &why) && found == VIEW_FOUND);
        ck_assert(back.serial == 300 && back.chunks == 12 && back.is_shadow && back.has_ended);
        ck_assert_mem_eq(back.certificate, run.certificate, sizeof(run.certificate));
        ck_assert(view_recalc_run(writer, other_id, &found, &back, &why) && found == VIEW_ABSENT);
}
END_TEST

START_TEST(forgetting_a_runs_chunks_leaves_the_run_and_others_chunks)
{
        const struct view_run run = {.serial = 3};
        enum view_found found;
        struct view_run back;

        ck_assert(view_recalc_put_run(writer, run_id, &run, &why));
        for (uint32_t chunk = 1; chunk <= 300; chunk++)
                ck_assert(add_chunk(run_id, chunk) && add_chunk(other_id, chunk));
        ck_assert_msg(view_recalc_forget_chunks(writer, run_id, &why), "%s", why.text);
        ck_assert(view_recalc_run(writer, run_id, &found, &back, &why) && found == VIEW_FOUND);
        ck_assert(add_chunk(run_id, 1) && add_chunk(run_id, 300));
        ck_assert(!add_chunk(other_id, 1) && !add_chunk(other_id, 300));
}
END_TEST

START_TEST(of_an_enterprise_the_newest_version_stays_whichever_comes_first)
{
        put(0, "M000100Y4", 5);
        put(0, "M000100Y4", 4);
        ck_assert(slot_has(0, "M000100Y4", 5));
        put(0, "M000100Y4", 6);
        ck_assert(slot_has(0, "M000100Y4", 6));
}
END_TEST

START_TEST(emptying_a_slot_leaves_the_other)
{
        put(0, "M000100Y4", 5);
        put(1, "M000100Y4", 6);
        ck_assert(view_recalc_empty_slot(writer, 0, &why));
        ck_assert(!slot_has(0, "M000100Y4", 5));
        ck_assert(slot_has(1, "M000100Y4", 6));
        put(0, "M000100Y4", 4);
        ck_assert(slot_has(0, "M000100Y4", 4));
}
END_TEST

START_TEST(a_policy_was_active_from_its_activation_on)
{
        const uint8_t hash[32] = {1}, other[32] = {2};
        bool was;

        ck_assert(view_recalc_was_active(writer, hash, &was, &why) && !was);
        ck_assert(view_recalc_activate(writer, hash, 7, &why));
        ck_assert(view_recalc_was_active(writer, hash, &was, &why) && was);
        ck_assert(view_recalc_was_active(writer, other, &was, &why) && !was);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("view_recalc");
        TCase *tcase = tcase_create("view_recalc");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_loop_test(tcase, what_is_not_a_run_is_refused, 0, (int)(sizeof(no_runs) / sizeof(no_runs[0])));
        tcase_add_test(tcase, a_run_that_cannot_be_read_is_a_fault);
        tcase_add_test(tcase, a_chunk_is_new_once);
        tcase_add_test(tcase, a_run_comes_back_as_it_was);
        tcase_add_test(tcase, forgetting_a_runs_chunks_leaves_the_run_and_others_chunks);
        tcase_add_test(tcase, of_an_enterprise_the_newest_version_stays_whichever_comes_first);
        tcase_add_test(tcase, emptying_a_slot_leaves_the_other);
        tcase_add_test(tcase, a_policy_was_active_from_its_activation_on);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
