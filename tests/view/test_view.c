/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/view.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/core/role.h"
#include "registry/core/verdict.h"
#include "registry/view/view_generation.h"
#include "registry/view/view_recalc.h"
#include "registry/view/view_witness.h"
#include "registry/view/view_write.h"
#include "tests/support/suite.h"
#include "tests/view/folder.h"

static struct folder folder;
static struct view_writer *writer;
static struct view *view;
static char generation[VIEW_GENERATION_SIZE];
static struct fault why;

static void set_up(void)
{
        struct view_meta meta = folder_meta(5);

        folder_init(&folder);
        writer = folder_generation(&folder, &meta, generation);
        view = NULL;
}

static void tear_down(void)
{
        view_free(view);
        view_writer_free(writer);
        folder_done(&folder);
}

static void publish_and_open(void)
{
        ck_assert_msg(view_generation_publish(folder.path, generation, &why), "%s", why.text);
        ck_assert_msg(view_open(&view, folder.path, &why), "%s", why.text);
}

static void put(const char *subject, const char *code, const char *name, const char *former)
{
        struct view_party party = {
                .code = slice_text(code), .name = slice_text(name), .kind = PARTY_ENTERPRISE,
                .registration = REGISTRATION_ACTIVE, .inputs = slice_of("\1\0\0", 3), .version = 1, .score = -1,
                .graded_on = {20000}, .next_change = DAY_NONE,
        };
        struct slice codes[] = {slice_text(code)}, formers[] = {slice_text(former ? former : "")};

        strcpy(party.subject, subject);
        ck_assert_msg(view_writer_begin(writer, &why), "%s", why.text);
        ck_assert_msg(view_writer_put_party(writer, &party, codes, 1, slice_text(name), formers, former ? 1 : 0, &why),
                "%s", why.text);
        ck_assert_msg(view_writer_commit(writer, &why), "%s", why.text);
}

struct finding {
        unsigned count, former;
        char subjects[64];
};

static void note(void *closure, const struct view_party *party, bool former)
{
        struct finding *finding = closure;

        finding->count++;
        finding->former += former;
        strcat(finding->subjects, party->subject);
        strcat(finding->subjects, " ");
}

static struct finding find(const char *name, size_t limit)
{
        struct finding finding = {0};

        ck_assert(view_begin(view, &why));
        ck_assert_msg(view_find(view, slice_text(name), limit, note, &finding, &why), "%s", why.text);
        view_end(view);
        return finding;
}

/* ------------------------------------------------------------------ refusals */

START_TEST(a_view_that_is_not_there_cannot_be_opened)
{
        ck_assert(!view_open(&view, folder.path, &why));
        ck_assert_int_eq(why.code, FAULT_VIEW);
}
END_TEST

START_TEST(a_view_of_another_boot_cannot_be_opened)
{
        struct view_meta meta = folder_meta(0);
        struct view_writer *old;

        meta.boot_id[0] ^= 1;
        old = folder_generation(&folder, &meta, generation);
        ck_assert(view_generation_publish(folder.path, generation, &why));
        ck_assert(!view_open(&view, folder.path, &why));
        ck_assert_int_eq(why.code, FAULT_VIEW);
        view_writer_free(old);
}
END_TEST

START_TEST(a_view_of_another_format_cannot_be_opened)
{
        struct view_meta meta = folder_meta(0);
        struct view_writer *old;

        meta.format++;
        old = folder_generation(&folder, &meta, generation);
        ck_assert(view_generation_publish(folder.path, generation, &why));
        ck_assert(!view_open(&view, folder.path, &why));
        view_writer_free(old);
}
END_TEST

START_TEST(a_file_that_is_no_view_cannot_be_opened)
{
        char name[64];

        ck_assert(view_generation_create(folder.path, generation, &why));
        snprintf(name, sizeof(name), "%s/data.mdb", generation);
        folder_write(&folder, name, "this is not what it was");
        ck_assert(view_generation_publish(folder.path, generation, &why));
        ck_assert(!view_open(&view, folder.path, &why));
        ck_assert_int_eq(why.code, FAULT_VIEW);
}
END_TEST

/* -------------------------------------------------------------------- reading */

START_TEST(an_enterprise_is_found_by_every_code_it_ever_had)
{
        enum view_found found;
        struct view_party party;

        put("M000100Y4", "91350100M000100Y43", "甲公司", NULL);
        put("M000100Y4", "52350100M000100Y4X", "甲公司", NULL);
        publish_and_open();
        ck_assert(view_begin(view, &why));
        ck_assert(view_party(view, "91350100M000100Y43", &found, &party, &why) && found == VIEW_FOUND);
        ck_assert_str_eq(party.subject, "M000100Y4");
        ck_assert(view_party(view, "52350100M000100Y4X", &found, &party, &why) && found == VIEW_FOUND);
        ck_assert(view_party(view, "M000100Y4", &found, &party, &why) && found == VIEW_FOUND);
        ck_assert(view_party(view, "91110000600037341L", &found, &party, &why));
        ck_assert_int_eq(found, VIEW_ABSENT);
        view_end(view);
}
END_TEST

START_TEST(a_name_finds_its_enterprises_and_those_that_had_it)
{
        put("M000100Y4", "91350100M000100Y43", "甲公司", NULL);
        put("600037341", "91110000600037341L", "甲公司", NULL);
        put("600037341", "91110000600037341L", "乙公司", "甲公司");
        publish_and_open();
        ck_assert_uint_eq(find("甲公司", 10).count, 2);
        ck_assert_uint_eq(find("甲公司", 10).former, 1);
        ck_assert_str_eq(find("乙公司", 10).subjects, "600037341 ");
        ck_assert_uint_eq(find("乙公司", 10).former, 0);
        ck_assert_uint_eq(find("丙公司", 10).count, 0);
        ck_assert_uint_eq(find("甲公司", 1).count, 1);
        ck_assert_uint_eq(find("甲公司", 0).count, 0);
        /* a name taken back is the present one again, and once */
        put("600037341", "91110000600037341L", "甲公司", "乙公司");
        ck_assert_uint_eq(find("甲公司", 10).count, 2);
        ck_assert_uint_eq(find("甲公司", 10).former, 0);
        ck_assert_uint_eq(find("乙公司", 10).former, 1);
}
END_TEST

START_TEST(a_certificate_leads_to_its_person_and_says_when_it_is_revoked)
{
        static const uint8_t fingerprint[32] = {1}, other[32] = {2};
        struct view_certificate certificate = {slice_text("reviewer"), {9}, 0, INT64_MAX, false};
        const struct view_person person = {slice_text("reviewer"), slice_text("王审"), slice_text("scjg"), ROLE_REVIEWER, 1};
        struct view_person found_person;
        enum view_found found;
        bool revoked;

        ck_assert(view_writer_begin(writer, &why) && view_writer_put_person(writer, &person, &why) &&
                view_writer_put_certificate(writer, fingerprint, &certificate, &why) && view_writer_commit(writer, &why));
        publish_and_open();
        ck_assert(view_begin(view, &why));
        ck_assert(view_certificate(view, fingerprint, &found, &revoked, &found_person, &why) && found == VIEW_FOUND);
        ck_assert(!revoked && found_person.roles == ROLE_REVIEWER);
        ck_assert(slice_equal(found_person.person_id, slice_text("reviewer")));
        ck_assert(view_certificate(view, other, &found, &revoked, &found_person, &why) && found == VIEW_ABSENT);
        view_end(view);
        certificate.revoked = true;
        ck_assert(view_writer_begin(writer, &why) &&
                view_writer_put_certificate(writer, fingerprint, &certificate, &why) && view_writer_commit(writer, &why));
        ck_assert(view_begin(view, &why));
        ck_assert(view_certificate(view, fingerprint, &found, &revoked, &found_person, &why) && revoked);
        view_end(view);
}
END_TEST

START_TEST(coverage_is_said_in_the_statements_order)
{
        const struct view_coverage rows[] = {{"service", "B", {20000}}, {"product", "C", {20001}}, {"product", "A", {20002}}};
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        publish_and_open();
        ck_assert(view_begin(view, &why) && view_coverage(view, &text, &why));
        view_end(view);
        ck_assert_uint_eq(text.length, 0);
        ck_assert(view_writer_begin(writer, &why));
        for (size_t i = 0; i < 3; i++)
                ck_assert(view_writer_put_coverage(writer, &rows[i], &why));
        ck_assert(view_writer_commit(writer, &why));
        ck_assert(view_begin(view, &why) && view_coverage(view, &text, &why));
        view_end(view);
        ck_assert_str_eq(buffer_text(&text), "product/A=2024-10-06; product/C=2024-10-05; service/B=2024-10-04");
}
END_TEST

START_TEST(sources_that_no_statement_can_hold_are_left_out)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        publish_and_open();
        ck_assert(view_writer_begin(writer, &why));
        for (int i = 0; i < 100; i++) {
                struct view_coverage coverage = {"environment", "", {20000}};

                snprintf(coverage.source, sizeof(coverage.source), "SOURCE-%030d", i);
                ck_assert(view_writer_put_coverage(writer, &coverage, &why));
        }
        ck_assert(view_writer_commit(writer, &why));
        ck_assert(view_begin(view, &why) && view_coverage(view, &text, &why));
        view_end(view);
        ck_assert_uint_le(text.length, STATEMENT_COVERAGE_LIMIT);
        ck_assert_uint_gt(text.length, STATEMENT_COVERAGE_LIMIT - 80);
        ck_assert(memcmp(text.data + text.length - 11, "=2024-10-04", 11) == 0);
}
END_TEST

START_TEST(a_read_transaction_sees_one_state_while_another_is_written)
{
        struct merkle_frontier frontier;
        struct view_meta meta, next = folder_meta(6);

        publish_and_open();
        folder_frontier(6, &frontier);
        ck_assert(view_begin(view, &why));
        ck_assert(view_writer_begin(writer, &why) && view_writer_put_meta(writer, &next, &frontier, &why) &&
                view_writer_commit(writer, &why));
        ck_assert(view_meta(view, &meta, &why));
        ck_assert_uint_eq(meta.serial, 5);
        view_end(view);
        ck_assert(view_begin(view, &why) && view_meta(view, &meta, &why));
        ck_assert_uint_eq(meta.serial, 6);
        view_end(view);
}
END_TEST

/* ----------------------------------------------------------------------- slots */

#define RUN_DAY 20050
#define THROUGH 4u

/* Puts M000100Y4 in version 3 as of `decision`, graded B 70 under policy 1; slot 2 is live: policy 2, through entry 4. */
static void put_graded(uint64_t decision, const struct view_grade *slots)
{
        struct view_party party = {
                .subject = "M000100Y4", .code = slice_text("91350100M000100Y43"), .name = slice_text("甲公司"),
                .kind = PARTY_ENTERPRISE, .registration = REGISTRATION_ACTIVE, .inputs = slice_of("\1\0\0", 3),
                .version = 3, .grade = "B", .score = 70, .graded_on = {20000}, .next_change = {20100},
                .policy_hash = {1}, .decision = decision,
        };
        struct view_meta meta = folder_meta(5);
        struct merkle_frontier frontier;

        meta.live = 2;
        meta.policy_hash[0] = 2;
        meta.slots[1] = (struct view_slot){.run_serial = 3, .policy_hash = {2}, .day = {RUN_DAY}, .through = THROUGH};
        folder_frontier(5, &frontier);
        ck_assert(view_writer_begin(writer, &why) &&
                view_writer_put_party(writer, &party, &party.code, 1, party.name, NULL, 0, &why) &&
                (!slots || view_recalc_put_grade(writer, 1, party.subject, slots, &why)) &&
                view_writer_put_meta(writer, &meta, &frontier, &why) && view_writer_commit(writer, &why));
}

static struct view_party live_party(void)
{
        enum view_found found;
        struct view_party party;

        if (!view)
                publish_and_open();
        ck_assert(view_begin(view, &why));
        ck_assert_msg(view_party(view, "M000100Y4", &found, &party, &why), "%s", why.text);
        ck_assert(found == VIEW_FOUND);
        view_end(view);
        return party;
}

START_TEST(a_live_slots_grade_of_this_version_is_the_outcome)
{
        const struct view_grade grade = {.version = 3, .grade = "D", .score = 10, .next_change = {20070}};
        struct view_party party;

        put_graded(4, &grade);
        party = live_party();
        ck_assert_str_eq(party.grade, "D");
        ck_assert_int_eq(party.score, 10);
        ck_assert_int_eq(party.next_change.number, 20070);
        ck_assert_int_eq(party.graded_on.number, RUN_DAY);
        ck_assert_uint_eq(party.policy_hash[0], 2);
}
END_TEST

START_TEST(an_own_outcome_that_the_slot_does_not_differ_from_is_of_its_policy_and_day)
{
        const struct view_grade of_another_version = {.version = 2, .grade = "D", .score = 10, .next_change = {20070}};
        const struct view_grade *slots[] = {NULL, &of_another_version};

        for (size_t i = 0; i < 2; i++) {
                struct view_party party;

                put_graded(THROUGH, slots[i]);
                party = live_party();
                ck_assert_str_eq(party.grade, "B");
                ck_assert_int_eq(party.score, 70);
                ck_assert_int_eq(party.next_change.number, 20100);
                ck_assert_int_eq(party.graded_on.number, RUN_DAY);
                ck_assert_uint_eq(party.policy_hash[0], 2);
        }
}
END_TEST

START_TEST(an_outcome_newer_than_what_the_slot_has_evaluated_is_of_the_policy_it_says)
{
        struct view_party party;

        put_graded(THROUGH + 1, NULL);
        party = live_party();
        ck_assert_str_eq(party.grade, "B");
        ck_assert_int_eq(party.graded_on.number, 20000);
        ck_assert_uint_eq(party.policy_hash[0], 1);
}
END_TEST

START_TEST(a_slot_that_is_not_live_is_nobodys_outcome)
{
        const struct view_grade grade = {.version = 3, .grade = "D", .score = 10, .next_change = {20070}};
        struct merkle_frontier frontier;
        struct view_meta meta = folder_meta(5);
        struct view_party party;

        put_graded(4, &grade);
        party = live_party();
        ck_assert_str_eq(party.grade, "D");
        meta.slots[1] = (struct view_slot){.run_serial = 3, .policy_hash = {2}, .day = {RUN_DAY}, .through = THROUGH};
        folder_frontier(5, &frontier);
        ck_assert(view_writer_begin(writer, &why) && view_writer_put_meta(writer, &meta, &frontier, &why) &&
                view_writer_commit(writer, &why));
        party = live_party();
        ck_assert_str_eq(party.grade, "B");
        ck_assert_uint_eq(party.policy_hash[0], 1);
}
END_TEST

START_TEST(a_live_slots_grade_that_cannot_be_read_is_a_fault)
{
        enum view_found found;
        struct view_party party;

        put_graded(4, NULL);
        ck_assert(view_writer_begin(writer, &why) &&
                view_tables_put(view_writer_tables(writer), VIEW_TABLE_GRADE_1, slice_text("M000100Y4"), slice_text("?"), &why) &&
                view_writer_commit(writer, &why));
        publish_and_open();
        ck_assert(view_begin(view, &why));
        ck_assert(!view_party(view, "M000100Y4", &found, &party, &why));
        ck_assert_int_eq(why.code, FAULT_VIEW);
        view_end(view);
}
END_TEST

/* --------------------------------------------------------------- generations */

START_TEST(a_new_generation_replaces_the_old_one_and_readers_notice)
{
        char first[VIEW_GENERATION_SIZE], second[VIEW_GENERATION_SIZE], now[VIEW_GENERATION_SIZE];
        struct view_meta meta = folder_meta(9);
        struct view_writer *next;
        struct stat status;

        strcpy(first, generation);
        publish_and_open();
        ck_assert(view_is_current(view));
        next = folder_generation(&folder, &meta, second);
        ck_assert_str_ne(first, second);
        ck_assert(view_is_current(view));
        ck_assert(view_generation_publish(folder.path, second, &why));
        ck_assert(!view_is_current(view));
        ck_assert(view_generation_sweep(folder.path, second, &why));
        ck_assert(stat(folder_file(&folder, first), &status) < 0);
        /* the old one is still whole for who has it open */
        ck_assert(view_begin(view, &why) && view_meta(view, &meta, &why));
        ck_assert_uint_eq(meta.serial, 5);
        view_end(view);
        view_free(view);
        ck_assert(view_open(&view, folder.path, &why));
        ck_assert(view_begin(view, &why) && view_meta(view, &meta, &why));
        ck_assert_uint_eq(meta.serial, 9);
        view_end(view);
        ck_assert(view_generation_withdraw(folder.path, &why));
        ck_assert(!view_generation_current(folder.path, now, &why));
        ck_assert(!view_is_current(view));
        view_writer_free(next);
}
END_TEST

START_TEST(a_generation_made_after_all_were_withdrawn_is_not_taken_for_the_open_one)
{
        char again[VIEW_GENERATION_SIZE];
        struct view_meta meta = folder_meta(9);
        struct view_writer *next;

        publish_and_open();
        ck_assert(view_generation_withdraw(folder.path, &why));
        ck_assert(view_generation_sweep(folder.path, "", &why));
        next = folder_generation(&folder, &meta, again);
        ck_assert(view_generation_publish(folder.path, again, &why));
        ck_assert(!view_is_current(view));
        view_writer_free(next);
}
END_TEST

START_TEST(readers_may_write_the_lock_file_alone)
{
        char name[64];
        struct stat status;
        mode_t umask_before = umask(0077);

        ck_assert(view_generation_create(folder.path, generation, &why));
        umask(umask_before);
        snprintf(name, sizeof(name), "%s/data.mdb", generation);
        ck_assert(stat(folder_file(&folder, name), &status) == 0);
        ck_assert_uint_eq(status.st_mode & 07777, 0640);
        snprintf(name, sizeof(name), "%s/lock.mdb", generation);
        ck_assert(stat(folder_file(&folder, name), &status) == 0);
        ck_assert_uint_eq(status.st_mode & 07777, 0660);
}
END_TEST

/* A reader killed in the middle of a transaction, which would keep every page of its time. */
static void leave_a_dead_reader(void)
{
        pid_t pid = fork();
        int status;

        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                struct view *dead;
                struct fault unused;

                if (view_open(&dead, folder.path, &unused) && view_begin(dead, &unused))
                        kill(getpid(), SIGKILL);
                _exit(1);
        }
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFSIGNALED(status));
}

static off_t rewrite_many_times(void)
{
        char name[64];
        struct stat status;

        for (int i = 0; i < 300; i++)
                put("M000100Y4", "91350100M000100Y43", "甲公司", NULL);
        snprintf(name, sizeof(name), "%s/data.mdb", generation);
        ck_assert(stat(folder_file(&folder, name), &status) == 0);
        return status.st_size;
}

START_TEST(pages_that_a_dead_reader_held_are_used_again)
{
        off_t held;

        publish_and_open();
        leave_a_dead_reader();
        rewrite_many_times();
        held = rewrite_many_times();
        view_writer_check_readers(writer);
        rewrite_many_times();
        ck_assert_int_eq(rewrite_many_times(), rewrite_many_times());
        ck_assert_int_ge(held, 4096 * 300);
}
END_TEST

START_TEST(a_writer_resumes_where_the_last_one_committed)
{
        struct merkle_frontier frontier;
        struct view_meta meta;
        enum view_found found;

        view_writer_free(writer);
        ck_assert(view_writer_open(&writer, folder.path, generation, &why));
        ck_assert(view_writer_begin(writer, &why) && view_writer_meta(writer, &found, &meta, &frontier, &why));
        ck_assert(found == VIEW_FOUND && meta.serial == 5 && frontier.size == 5);
        view_writer_abort(writer);
}
END_TEST

/* -------------------------------------------------------------------- witness */

START_TEST(no_witness_is_one_of_nothing)
{
        struct view_witness witness = {.serial = 9};

        ck_assert(view_witness_read(folder.path, &witness, &why));
        ck_assert_uint_eq(witness.serial, 0);
}
END_TEST

static const char *const no_witnesses[] = {
        "", "qcr-witness/v1\n", "qcr-witness/v2\norigin a\nepoch 01234567-89ab-cdef-0123-456789abcdef\nserial 1\nchain 00\n",
        "qcr-witness/v1\norigin a\nepoch 01234567-89ab-cdef-0123-456789abcdef\nserial 01\nchain "
        "0000000000000000000000000000000000000000000000000000000000000000\n",
        "qcr-witness/v1\norigin a\nepoch 01234567-89ab-cdef-0123-456789abcdef\nserial 1\nchain "
        "0000000000000000000000000000000000000000000000000000000000000000\nmore\n",
};

START_TEST(a_witness_that_cannot_be_read_is_never_taken_for_none)
{
        struct view_witness witness;

        folder_write(&folder, "witness", no_witnesses[_i]);
        ck_assert(!view_witness_read(folder.path, &witness, &why));
        ck_assert_int_eq(why.code, FAULT_INPUT);
}
END_TEST

START_TEST(a_witness_comes_back_as_it_was)
{
        const struct view_witness written = {"a.b/c", {1, 2}, UINT64_MAX, {3}};
        struct view_witness read = {0};

        ck_assert(view_witness_write(folder.path, &written, &why));
        ck_assert(view_witness_write(folder.path, &written, &why));
        ck_assert(view_witness_read(folder.path, &read, &why));
        ck_assert_str_eq(read.origin, "a.b/c");
        ck_assert_mem_eq(read.epoch, written.epoch, 16);
        ck_assert_uint_eq(read.serial, UINT64_MAX);
        ck_assert_mem_eq(read.chain, written.chain, 32);
}
END_TEST

static const char *const no_rebuilds[] = {
        "", "rebuild\n", "rebuild 01234567-89ab-cdef-0123-456789abcdef\n", "rebuild 01234567-89ab-cdef-0123-456789abcdef 1",
        "rebuild 01234567-89ab-cdef-0123-456789abcdef -1\n", "rebuild 01234567-89AB-cdef-0123-456789abcdef 1\n",
        "rebuild 01234567-89ab-cdef-0123-456789abcdef 1\nrebuild 01234567-89ab-cdef-0123-456789abcdef 1\n",
};

START_TEST(what_is_not_the_operators_word_is_refused)
{
        struct view_rebuild rebuild;
        bool there;

        folder_write(&folder, "rebuild", no_rebuilds[_i]);
        ck_assert(!view_rebuild_read(folder.path, &there, &rebuild, &why));
        ck_assert_int_eq(why.code, FAULT_INPUT);
}
END_TEST

START_TEST(the_operators_word_is_read_and_removed)
{
        struct view_rebuild rebuild;
        bool there;

        ck_assert(view_rebuild_read(folder.path, &there, &rebuild, &why) && !there);
        folder_write(&folder, "rebuild", "rebuild 01234567-89ab-cdef-0123-456789abcdef 42\n");
        ck_assert(view_rebuild_read(folder.path, &there, &rebuild, &why) && there);
        ck_assert_uint_eq(rebuild.serial, 42);
        ck_assert_uint_eq(rebuild.epoch[0], 0x01);
        ck_assert_uint_eq(rebuild.epoch[15], 0xef);
        ck_assert(view_rebuild_remove(folder.path, &why) && view_rebuild_remove(folder.path, &why));
        ck_assert(view_rebuild_read(folder.path, &there, &rebuild, &why) && !there);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
        Suite *suite = suite_create("view");
        TCase *tcase = tcase_create("view");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_test(tcase, a_view_that_is_not_there_cannot_be_opened);
        tcase_add_test(tcase, a_view_of_another_boot_cannot_be_opened);
        tcase_add_test(tcase, a_view_of_another_format_cannot_be_opened);
        tcase_add_test(tcase, a_file_that_is_no_view_cannot_be_opened);
        tcase_add_test(tcase, an_enterprise_is_found_by_every_code_it_ever_had);
        tcase_add_test(tcase, a_name_finds_its_enterprises_and_those_that_had_it);
        tcase_add_test(tcase, a_certificate_leads_to_its_person_and_says_when_it_is_revoked);
        tcase_add_test(tcase, coverage_is_said_in_the_statements_order);
        tcase_add_test(tcase, sources_that_no_statement_can_hold_are_left_out);
        tcase_add_test(tcase, a_read_transaction_sees_one_state_while_another_is_written);
        tcase_add_test(tcase, a_live_slots_grade_of_this_version_is_the_outcome);
        tcase_add_test(tcase, an_own_outcome_that_the_slot_does_not_differ_from_is_of_its_policy_and_day);
        tcase_add_test(tcase, an_outcome_newer_than_what_the_slot_has_evaluated_is_of_the_policy_it_says);
        tcase_add_test(tcase, a_slot_that_is_not_live_is_nobodys_outcome);
        tcase_add_test(tcase, a_live_slots_grade_that_cannot_be_read_is_a_fault);
        tcase_add_test(tcase, a_new_generation_replaces_the_old_one_and_readers_notice);
        tcase_add_test(tcase, a_generation_made_after_all_were_withdrawn_is_not_taken_for_the_open_one);
        tcase_add_test(tcase, readers_may_write_the_lock_file_alone);
        tcase_add_test(tcase, pages_that_a_dead_reader_held_are_used_again);
        tcase_add_test(tcase, a_writer_resumes_where_the_last_one_committed);
        tcase_add_test(tcase, no_witness_is_one_of_nothing);
        tcase_add_loop_test(tcase, a_witness_that_cannot_be_read_is_never_taken_for_none, 0, COUNT(no_witnesses));
        tcase_add_test(tcase, a_witness_comes_back_as_it_was);
        tcase_add_loop_test(tcase, what_is_not_the_operators_word_is_refused, 0, COUNT(no_rebuilds));
        tcase_add_test(tcase, the_operators_word_is_read_and_removed);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
