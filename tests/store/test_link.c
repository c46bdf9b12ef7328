/* SPDX-License-Identifier: MulanPSL-2.0 */
/* store/link against a real server: refusals first, then what comes through. */
#include "registry/store/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/postgres.h"
#include "tests/support/suite.h"

static struct link *open_link(void)
{
        struct link *link = NULL;
        struct fault why;

        if (!link_open(&link, postgres_conninfo("postgres"), "postgres", &why))
                ck_abort_msg("%s", why.text);
        return link;
}

static int64_t number_of(struct link *link, const char *sql)
{
        struct query query;
        struct fault why;
        PGresult *result;
        int64_t number;

        query_init(&query, sql);
        if (!link_query(link, &query, &result, &why))
                ck_abort_msg("%s", why.text);
        number = cell_number(result, 0, 0);
        PQclear(result);
        return number;
}

START_TEST(a_server_that_is_not_there_is_a_fault_of_the_store)
{
        struct link *link = NULL;
        struct fault why;

        ck_assert(!link_open(&link, "host=/nonexistent dbname=qcr", NULL, &why));
        ck_assert_int_eq(why.code, FAULT_STORE);
        ck_assert(!strchr(why.text, '\n'));
        ck_assert_ptr_null(link);
}
END_TEST

static const struct {
        const char *sql;
        const char *state;
        enum fault_code code;
} wrong[] = {
        {"SELECT 1/0", "22012", FAULT_STORE},
        {"SELECT * FROM nothing_there", "42P01", FAULT_STORE},
        {"DO $$ BEGIN RAISE SQLSTATE '40001'; END $$", "40001", FAULT_CONFLICT},
        {"DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$", "40P01", FAULT_CONFLICT},
};

START_TEST(what_the_server_refuses_comes_back_with_its_state)
{
        struct link *link = open_link();
        struct fault why;

        ck_assert(!link_run_text(link, wrong[_i].sql, &why));
        ck_assert_int_eq(why.code, wrong[_i].code);
        ck_assert_str_eq(link_sqlstate(link), wrong[_i].state);
        ck_assert(link_is_up(link));
        ck_assert_int_eq(number_of(link, "SELECT 7"), 7);
        link_free(link);
}
END_TEST

START_TEST(a_fault_never_quotes_the_row_that_broke_a_constraint)
{
        struct link *link = open_link();
        struct fault why;

        ck_assert(link_run_text(link, "CREATE TEMPORARY TABLE t (name text PRIMARY KEY)", &why));
        ck_assert(link_run_text(link, "INSERT INTO t VALUES ('510823199001011234')", &why));
        ck_assert(!link_run_text(link, "INSERT INTO t VALUES ('510823199001011234')", &why));
        ck_assert_ptr_null(strstr(why.text, "5108231990"));
        ck_assert_ptr_nonnull(strstr(why.text, "t_pkey"));
        link_free(link);
}
END_TEST

START_TEST(a_commit_after_a_failure_inside_is_no_commit)
{
        struct link *link = open_link();
        struct fault why;

        ck_assert(link_begin(link, &why));
        ck_assert(!link_run_text(link, "SELECT 1/0", &why));
        ck_assert(!link_commit(link, &why));
        ck_assert(link_is_up(link));
        link_free(link);
}
END_TEST

START_TEST(a_snapshot_neither_writes_nor_sees_what_is_written_meanwhile)
{
        struct link *reader = open_link(), *writer = open_link();
        struct fault why;

        ck_assert(link_run_text(writer, "CREATE TABLE public.seen (n bigint)", &why));
        ck_assert(link_begin_snapshot(reader, &why));
        ck_assert_int_eq(number_of(reader, "SELECT count(*) FROM public.seen"), 0);
        ck_assert(link_run_text(writer, "INSERT INTO public.seen VALUES (1)", &why));
        ck_assert_int_eq(number_of(reader, "SELECT count(*) FROM public.seen"), 0);
        ck_assert(!link_run_text(reader, "INSERT INTO public.seen VALUES (2)", &why));
        link_rollback(reader);
        ck_assert_int_eq(number_of(reader, "SELECT count(*) FROM public.seen"), 1);
        ck_assert(link_run_text(writer, "DROP TABLE public.seen", &why));
        link_free(reader);
        link_free(writer);
}
END_TEST

struct sum {
        int64_t rows, sum, stop_after;
};

static bool add_row(void *closure, const PGresult *row, struct fault *why)
{
        struct sum *sum = closure;

        sum->rows++;
        sum->sum += cell_number(row, 0, 0);
        return sum->rows != sum->stop_after || fault_set(why, FAULT_LIMIT, "enough");
}

START_TEST(rows_come_one_by_one_and_may_be_stopped)
{
        struct link *link = open_link();
        struct sum sum = {0}, stopped = {.stop_after = 3}, broken = {0};
        struct query query;
        struct fault why;

        query_init(&query, "SELECT n FROM generate_series(1, $1::bigint) n");
        query_number(&query, 100000);
        ck_assert(link_each(link, &query, add_row, &sum, &why));
        ck_assert_int_eq(sum.rows, 100000);
        ck_assert_int_eq(sum.sum, INT64_C(5000050000));
        query_init(&query, "SELECT n FROM generate_series(1, 10000000) n");
        ck_assert(!link_each(link, &query, add_row, &stopped, &why));
        ck_assert_int_eq(why.code, FAULT_LIMIT);
        ck_assert_int_eq(stopped.rows, 3);
        query_init(&query, "SELECT 10 / (5 - n) FROM generate_series(1, 9) n");
        ck_assert(!link_each(link, &query, add_row, &broken, &why));
        ck_assert_str_eq(link_sqlstate(link), "22012");
        ck_assert_int_eq(number_of(link, "SELECT 7"), 7);
        link_free(link);
}
END_TEST

START_TEST(what_is_copied_in_arrives_whole_or_not_at_all)
{
        struct link *link = open_link();
        struct fault why;
        int64_t rows = 0;
        char line[32];

        ck_assert(link_run_text(link, "CREATE TEMPORARY TABLE t (n bigint)", &why));
        ck_assert(link_copy_begin(link, "COPY t FROM STDIN", &why));
        for (int i = 1; i <= 50000; i++) {
                snprintf(line, sizeof(line), "%d\n", i);
                ck_assert(link_copy_add(link, slice_text(line), &why));
        }
        ck_assert(link_copy_end(link, &rows, &why));
        ck_assert_int_eq(rows, 50000);
        ck_assert(link_copy_begin(link, "COPY t FROM STDIN", &why));
        ck_assert(link_copy_add(link, slice_text("1\nno number\n"), &why));
        ck_assert(!link_copy_end(link, &rows, &why));
        ck_assert_str_eq(link_sqlstate(link), "22P02");
        ck_assert(!link_copy_begin(link, "COPY nothing FROM STDIN", &why));
        ck_assert_int_eq(number_of(link, "SELECT count(*) FROM t"), 50000);
        link_free(link);
}
END_TEST

START_TEST(a_killed_connection_is_down_and_says_so)
{
        struct link *link = open_link();
        struct fault why;

        ck_assert(link_begin(link, &why));
        postgres_kill((long)number_of(link, "SELECT pg_backend_pid()"));
        ck_assert(!link_commit(link, &why));
        ck_assert_int_eq(why.code, FAULT_STORE);
        ck_assert(!link_is_up(link));
        link_rollback(link);
        ck_assert(!link_copy_begin(link, "COPY t FROM STDIN", &why));
        link_free(link);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("link");
        TCase *cases = tcase_create("cases");

        postgres_start();
        tcase_set_timeout(cases, 60);
        tcase_add_test(cases, a_server_that_is_not_there_is_a_fault_of_the_store);
        tcase_add_loop_test(cases, what_the_server_refuses_comes_back_with_its_state, 0,
                (int)(sizeof(wrong) / sizeof(wrong[0])));
        tcase_add_test(cases, a_fault_never_quotes_the_row_that_broke_a_constraint);
        tcase_add_test(cases, a_commit_after_a_failure_inside_is_no_commit);
        tcase_add_test(cases, a_snapshot_neither_writes_nor_sees_what_is_written_meanwhile);
        tcase_add_test(cases, rows_come_one_by_one_and_may_be_stopped);
        tcase_add_test(cases, what_is_copied_in_arrives_whole_or_not_at_all);
        tcase_add_test(cases, a_killed_connection_is_down_and_says_so);
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
