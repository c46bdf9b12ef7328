/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/audit_spool.h"
#include "tests/support/suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static struct fault why;
static const struct audit_line line = {
        .at_ms = 1764000000123,
        .person_id = "regulator",
        .operation = "lookup",
        .code = "91330106673959654P",
        .purpose = "a \"tender\" \\ 投标\n",
        .outcome = "done",
};

static void begin(void)
{
        strcpy(folder, "/tmp/qcr-spool-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void end(void)
{
        DIR *dir = opendir(folder);
        struct dirent *entry;

        while ((entry = readdir(dir)))
                (void)unlinkat(dirfd(dir), entry->d_name, 0);
        closedir(dir);
        (void)rmdir(folder);
}

static void read_whole(const char *name, struct buffer *to)
{
        char path[320];
        int fd;
        ssize_t n;

        snprintf(path, sizeof(path), "%s/%s", folder, name);
        fd = open(path, O_RDONLY);
        ck_assert_int_ge(fd, 0);
        while ((n = read(fd, buffer_reserve(to, 65536), 65536)) > 0)
                to->length += (size_t)n;
        close(fd);
}

static void expect_same(const char *a, const char *b)
{
        ck_assert((a == NULL) == (b == NULL));
        if (a)
                ck_assert_str_eq(a, b);
}

static const char *const torn[] = {
        "", "at=1", "at=1 person=p", "at=x person=p operation=o outcome=done", "at= person=p operation=o outcome=done",
        "at=1 person=p operation=o outcome=\"do", "at=1 person=p operation=o outcome=\"do\\", "at=1 person=p operation=o outcome=\"\\x4\"",
        "at=1 person=p operation=o outcome=\"\\x00\"", "at=1 person=p operation=o outcome=done more=1",
        "at=1 person=p operation=o purpose=x code=y outcome=done", "person=p at=1 operation=o outcome=done",
        "at=1 person=p operation=o outcome=\"done\"x",
};

START_TEST(a_line_that_is_torn_or_not_ours_is_not_read)
{
        CLEANUP(buffer) struct buffer room = BUFFER_INIT;
        struct audit_line back = {.at_ms = -1};

        ck_assert(!audit_line_parse(slice_text(torn[_i]), &room, &back));
}
END_TEST

static const struct audit_line lines[] = {
        {1, "p", "whoami", NULL, NULL, "done"},
        {1, "p", "find", NULL, "why", "done"},
        {1, "p", "lookup", "913301066739596540", NULL, "stale"},
        {-1, "", "", "", "", ""},
        {1764000000123, "p q", "l=o", "\"", "\\x41 \x01\x7f\xff 企业", "a=b c"},
};

START_TEST(a_line_reads_back_as_it_was_written)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT, room = BUFFER_INIT;
        const struct audit_line *in = &lines[_i];
        struct audit_line back;

        audit_line_encode(in, &text);
        ck_assert_ptr_null(memchr(text.data, '\n', text.length));
        ck_assert(audit_line_parse(buffer_slice(&text), &room, &back));
        ck_assert_int_eq(back.at_ms, in->at_ms);
        expect_same(back.person_id, in->person_id);
        expect_same(back.operation, in->operation);
        expect_same(back.code, in->code);
        expect_same(back.purpose, in->purpose);
        expect_same(back.outcome, in->outcome);
}
END_TEST

START_TEST(a_line_is_in_the_file_when_the_call_returns)
{
        struct audit_spool *spool = audit_spool_new(folder, "node", 3, 1 << 20);
        CLEANUP(buffer) struct buffer text = BUFFER_INIT, expected = BUFFER_INIT;

        ck_assert(audit_spool_add(spool, &line, &why));
        ck_assert(audit_spool_add(spool, &line, &why));
        for (int i = 0; i < 2; i++) {
                audit_line_encode(&line, &expected);
                buffer_add_u8(&expected, '\n');
        }
        read_whole(audit_spool_current(spool), &text);
        ck_assert(slice_equal(buffer_slice(&text), buffer_slice(&expected)));
        ck_assert_int_eq(strncmp(audit_spool_current(spool), "node-worker3-20251124T160000Z-", 30), 0);
        audit_spool_free(spool);
}
END_TEST

START_TEST(past_its_limit_the_spool_takes_nothing_until_there_is_room)
{
        struct audit_spool *spool = audit_spool_new(folder, "node", 0, 300);
        char name[256];
        int fd;

        ck_assert(audit_spool_add(spool, &line, &why));
        ck_assert(!audit_spool_add(spool, &line, &why) || !audit_spool_add(spool, &line, &why));
        ck_assert_int_eq(why.code, FAULT_LIMIT);
        ck_assert(audit_spool_tick(spool, line.at_ms + AUDIT_FILE_MS, &why));
        ck_assert(!audit_spool_add(spool, &line, &why) || !audit_spool_add(spool, &line, &why)); /* not shipped yet */
        fd = audit_spool_take(folder, name, sizeof(name));
        ck_assert_int_ge(fd, 0);
        end();
        ck_assert_int_eq(mkdir(folder, 0700), 0);
        ck_assert(audit_spool_tick(spool, line.at_ms + AUDIT_FILE_MS, &why));
        ck_assert(audit_spool_add(spool, &line, &why));
        close(fd);
        audit_spool_free(spool);
}
END_TEST

START_TEST(a_line_longer_than_any_request_allows_is_refused)
{
        struct audit_spool *spool = audit_spool_new(folder, "node", 0, 1 << 20);
        struct audit_line longer = line;
        char purpose[5000];

        memset(purpose, 'p', sizeof(purpose) - 1);
        purpose[sizeof(purpose) - 1] = '\0';
        longer.purpose = purpose;
        ck_assert(!audit_spool_add(spool, &longer, &why));
        ck_assert_int_eq(why.code, FAULT_LIMIT);
        audit_spool_free(spool);
}
END_TEST

START_TEST(a_folder_that_is_gone_is_a_fault_and_no_answer)
{
        struct audit_spool *spool = audit_spool_new("/nonexistent/spool", "node", 0, 1 << 20);

        ck_assert(!audit_spool_add(spool, &line, &why));
        ck_assert_int_eq(why.code, FAULT_SYSTEM);
        audit_spool_free(spool);
}
END_TEST

/* RLIMIT_FSIZE cuts a write short as a full disk does. */
START_TEST(a_full_disk_refuses_the_line_and_leaves_whole_ones_only)
{
        struct audit_spool *spool = audit_spool_new(folder, "node", 0, 1 << 20);
        CLEANUP(buffer) struct buffer before = BUFFER_INIT, after = BUFFER_INIT;
        struct rlimit limit, small;

        ck_assert(audit_spool_add(spool, &line, &why));
        read_whole(audit_spool_current(spool), &before);
        ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
        small = limit;
        small.rlim_cur = before.length + 20;
        signal(SIGXFSZ, SIG_IGN);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
        ck_assert(!audit_spool_add(spool, &line, &why));
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        ck_assert_int_eq(why.code, FAULT_SYSTEM);
        read_whole(audit_spool_current(spool), &after);
        ck_assert(slice_equal(buffer_slice(&before), buffer_slice(&after)));
        ck_assert(audit_spool_add(spool, &line, &why));
        audit_spool_free(spool);
}
END_TEST

START_TEST(only_a_file_without_a_writer_is_shipped)
{
        struct audit_spool *spool = audit_spool_new(folder, "node", 0, 1 << 20);
        char name[256], current[256];
        int fd, again;

        ck_assert(audit_spool_add(spool, &line, &why));
        snprintf(current, sizeof(current), "%s", audit_spool_current(spool));
        ck_assert_int_eq(audit_spool_take(folder, name, sizeof(name)), -1);
        ck_assert(audit_spool_tick(spool, line.at_ms + AUDIT_FILE_MS - 1, &why)); /* not old yet */
        ck_assert_int_eq(audit_spool_take(folder, name, sizeof(name)), -1);
        ck_assert(audit_spool_tick(spool, line.at_ms + AUDIT_FILE_MS, &why));
        ck_assert_str_eq(audit_spool_current(spool), "");
        fd = audit_spool_take(folder, name, sizeof(name));
        ck_assert_int_ge(fd, 0);
        ck_assert_str_eq(name, current);
        again = audit_spool_take(folder, name, sizeof(name)); /* one shipper has it */
        ck_assert_int_eq(again, -1);
        close(fd);
        fd = audit_spool_take(folder, name, sizeof(name));
        ck_assert_int_ge(fd, 0);
        close(fd);
        audit_spool_free(spool);
}
END_TEST

START_TEST(what_a_killed_worker_left_is_complete)
{
        struct audit_spool *spool = audit_spool_new(folder, "node", 0, 1 << 20);
        char name[256];
        int fd;

        ck_assert(audit_spool_add(spool, &line, &why));
        audit_spool_free(spool);
        fd = audit_spool_take(folder, name, sizeof(name));
        ck_assert_int_ge(fd, 0);
        close(fd);
}
END_TEST

START_TEST(a_full_file_is_followed_by_another_of_another_name)
{
        struct audit_spool *spool = audit_spool_new(folder, "node", 0, 64 << 20);
        char first[256];
        size_t written = 0;

        ck_assert(audit_spool_add(spool, &line, &why));
        snprintf(first, sizeof(first), "%s", audit_spool_current(spool));
        while (written < AUDIT_FILE_OCTETS) {
                ck_assert(audit_spool_add(spool, &line, &why));
                written += 100; /* less than a line */
        }
        ck_assert(audit_spool_tick(spool, line.at_ms, &why));
        ck_assert(audit_spool_add(spool, &line, &why));
        ck_assert_str_ne(audit_spool_current(spool), first);
        audit_spool_free(spool);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("audit spool");
        TCase *cases = tcase_create("spool"), *texts = tcase_create("lines");

        tcase_add_loop_test(texts, a_line_that_is_torn_or_not_ours_is_not_read, 0, sizeof(torn) / sizeof(torn[0]));
        tcase_add_loop_test(texts, a_line_reads_back_as_it_was_written, 0, sizeof(lines) / sizeof(lines[0]));
        tcase_add_checked_fixture(cases, begin, end);
        tcase_add_test(cases, past_its_limit_the_spool_takes_nothing_until_there_is_room);
        tcase_add_test(cases, a_line_longer_than_any_request_allows_is_refused);
        tcase_add_test(cases, a_folder_that_is_gone_is_a_fault_and_no_answer);
        tcase_add_test(cases, a_full_disk_refuses_the_line_and_leaves_whole_ones_only);
        tcase_add_test(cases, a_line_is_in_the_file_when_the_call_returns);
        tcase_add_test(cases, only_a_file_without_a_writer_is_shipped);
        tcase_add_test(cases, what_a_killed_worker_left_is_complete);
        tcase_add_test(cases, a_full_file_is_followed_by_another_of_another_name);
        suite_add_tcase(suite, texts);
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
