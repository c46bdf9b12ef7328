/* SPDX-License-Identifier: MulanPSL-2.0 */
/* store/copy_out and store/copy_in against a real server: what is no such row, then what comes through. */
#include "registry/store/copy_in.h"
#include "registry/store/copy_out.h"

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

static void check_usable(struct link *link)
{
        struct fault why;

        ck_assert_msg(link_run_text(link, "SELECT 1", &why), "%s", why.text);
}

static void begin(struct copy_out *copy, struct link *link, const char *sql, unsigned columns)
{
        struct fault why;

        if (!copy_out_begin(copy, link, sql, columns, &why))
                ck_abort_msg("%s", why.text);
}

START_TEST(a_statement_that_cannot_be_run_is_a_fault_and_leaves_the_link_usable)
{
        struct link *link = open_link();
        struct copy_out copy;
        struct fault why;

        ck_assert(!copy_out_begin(&copy, link, "COPY (SELECT * FROM nothing_there) TO STDOUT (FORMAT binary)", 1, &why));
        ck_assert_str_eq(link_sqlstate(link), "42P01");
        copy_out_done(&copy);
        check_usable(link);
        link_free(link);
}
END_TEST

START_TEST(a_row_of_other_columns_is_a_fault)
{
        struct link *link = open_link();
        struct copy_out copy;
        struct fault why;
        bool more;

        begin(&copy, link, "COPY (SELECT 1, 2) TO STDOUT (FORMAT binary)", 3);
        ck_assert(!copy_out_next(&copy, &more, &why));
        ck_assert_int_eq(why.code, FAULT_STORE);
        copy_out_done(&copy);
        check_usable(link);
        link_free(link);
}
END_TEST

START_TEST(octets_that_are_not_of_the_binary_form_are_a_fault)
{
        struct link *link = open_link();
        struct copy_out copy;
        struct fault why;
        bool more;

        begin(&copy, link, "COPY (SELECT 1) TO STDOUT", 1);
        ck_assert(!copy_out_next(&copy, &more, &why));
        copy_out_done(&copy);
        check_usable(link);
        link_free(link);
}
END_TEST

static const struct {
        const char *sql;
        bool is_day;
} odd[] = {
        {"COPY (SELECT 'abc'::text FROM generate_series(1, 2)) TO STDOUT (FORMAT binary)", false},
        {"COPY (SELECT ''::text FROM generate_series(1, 2)) TO STDOUT (FORMAT binary)", false},
        {"COPY (SELECT NULL::integer FROM generate_series(1, 2)) TO STDOUT (FORMAT binary)", false},
        {"COPY (SELECT 'infinity'::date FROM generate_series(1, 2)) TO STDOUT (FORMAT binary)", true},
        {"COPY (SELECT '0001-01-01'::date FROM generate_series(1, 2)) TO STDOUT (FORMAT binary)", true},
};

START_TEST(a_field_read_as_what_it_is_not_makes_the_next_row_fail)
{
        struct link *link = open_link();
        struct copy_out copy;
        struct fault why;
        bool more;

        begin(&copy, link, odd[_i].sql, 1);
        ck_assert(copy_out_next(&copy, &more, &why) && more);
        if (odd[_i].is_day)
                ck_assert(day_is_none(copy_out_day(&copy, 0)));
        else
                ck_assert_int_eq(copy_out_number(&copy, 0), 0);
        ck_assert(!copy_out_next(&copy, &more, &why));
        copy_out_done(&copy);
        link_free(link);
}
END_TEST

START_TEST(a_fault_in_the_middle_comes_after_the_rows_before_it)
{
        struct link *link = open_link();
        struct copy_out copy;
        struct fault why;
        bool more = true, good = true;
        int rows = 0;

        begin(&copy, link, "COPY (SELECT 10 / (5 - n) FROM generate_series(1, 9) n) TO STDOUT (FORMAT binary)", 1);
        while (good && more) {
                good = copy_out_next(&copy, &more, &why);
                rows += good && more;
        }
        ck_assert(!good);
        ck_assert_int_eq(rows, 4);
        ck_assert_str_eq(link_sqlstate(link), "22012");
        copy_out_done(&copy);
        check_usable(link);
        link_free(link);
}
END_TEST

START_TEST(a_connection_that_goes_away_is_a_fault_of_the_store)
{
        struct link *link = open_link();
        struct copy_out copy;
        struct query query;
        struct fault why;
        PGresult *result;
        long pid;
        bool more = true, good = true;

        query_init(&query, "SELECT pg_backend_pid()");
        ck_assert(link_query(link, &query, &result, &why));
        pid = (long)cell_number(result, 0, 0);
        PQclear(result);
        begin(&copy, link, "COPY (SELECT n FROM generate_series(1, 100000000) n) TO STDOUT (FORMAT binary)", 1);
        postgres_kill(pid);
        while (good && more)
                good = copy_out_next(&copy, &more, &why);
        ck_assert(!good);
        ck_assert_int_eq(why.code, FAULT_STORE);
        copy_out_done(&copy);
        ck_assert(!link_is_up(link));
        link_free(link);
}
END_TEST

START_TEST(no_row_is_no_fault)
{
        struct link *link = open_link();
        struct copy_out copy;
        struct fault why;
        bool more = true;

        begin(&copy, link, "COPY (SELECT 1 WHERE false) TO STDOUT (FORMAT binary)", 1);
        ck_assert(copy_out_next(&copy, &more, &why));
        ck_assert(!more);
        check_usable(link);
        copy_out_done(&copy);
        link_free(link);
}
END_TEST

START_TEST(every_form_of_field_comes_through)
{
        static const char sql[] =
                "COPY (SELECT n::smallint, -n::integer, 5000000000 + n, '\xe5\x89\x91' || n, decode('00ff', 'hex'), ''::text,"
                " date '1970-01-01' + n, NULL::date, NULL::text, date '1600-01-01', date '9999-12-31'"
                " FROM generate_series(0, 9999) n) TO STDOUT (FORMAT binary)";
        struct link *link = open_link();
        struct copy_out copy;
        struct fault why;
        bool more;

        begin(&copy, link, sql, 11);
        for (int n = 0; n < 10000; n++) {
                char text[16];

                ck_assert_msg(copy_out_next(&copy, &more, &why) && more, "row %d", n);
                snprintf(text, sizeof(text), "\xe5\x89\x91%d", n);
                ck_assert_int_eq(copy_out_number(&copy, 0), n);
                ck_assert_int_eq(copy_out_number(&copy, 1), -n);
                ck_assert_int_eq(copy_out_number(&copy, 2), INT64_C(5000000000) + n);
                ck_assert(slice_equal(copy.fields[3], slice_text(text)));
                ck_assert(slice_equal(copy.fields[4], slice_of("\0\xff", 2)));
                ck_assert(!copy_out_is_null(&copy, 5) && !copy.fields[5].length);
                ck_assert_int_eq(copy_out_day(&copy, 6).number, n);
                ck_assert(day_is_none(copy_out_day(&copy, 7)));
                ck_assert(copy_out_is_null(&copy, 8));
                ck_assert_int_eq(day_compare(copy_out_day(&copy, 9), DAY_FIRST), 0);
                ck_assert_int_eq(day_compare(copy_out_day(&copy, 10), DAY_LAST), 0);
        }
        ck_assert(copy_out_next(&copy, &more, &why));
        ck_assert(!more);
        check_usable(link);
        copy_out_done(&copy);
        link_free(link);
}
END_TEST

START_TEST(who_stops_early_has_a_usable_link_at_once)
{
        struct link *link = open_link();
        struct copy_out copy;
        struct fault why;
        bool more;

        begin(&copy, link, "COPY (SELECT n FROM generate_series(1, 100000000) n) TO STDOUT (FORMAT binary)", 1);
        ck_assert(copy_out_next(&copy, &more, &why) && more);
        copy_out_done(&copy);
        check_usable(link);
        link_free(link);
}
END_TEST

static void make_table(struct link *link)
{
        struct fault why;

        ck_assert(link_run_text(link, "CREATE TEMPORARY TABLE t (a smallint, b integer PRIMARY KEY, c bigint, d text, e date,"
                                      " f text[])", &why));
}

static void add_row(struct copy_in *copy, int n)
{
        copy_in_row(copy);
        copy_in_int2(copy, (int16_t)-n);
        copy_in_int4(copy, n);
        copy_in_int8(copy, INT64_C(5000000000) + n);
        copy_in_text(copy, slice_text("\xe5\x89\x91\t\\"));
        copy_in_day(copy, n ? (struct day){n} : DAY_NONE);
        if (n % 2) {
                copy_in_null(copy);
        } else {
                copy_in_texts(copy, 2, 3);
                copy_in_item(copy, slice_text("ab"));
                copy_in_item(copy, slice_text("c"));
        }
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

START_TEST(rows_the_server_refuses_are_none_of_them_stored)
{
        struct link *link = open_link();
        struct copy_in copy = {0};
        struct fault why;

        make_table(link);
        copy_in_begin(&copy, 6);
        for (int n = 0; n < 1000; n++)
                add_row(&copy, n);
        add_row(&copy, 500);
        ck_assert(!copy_in_send(&copy, link, "COPY t FROM STDIN (FORMAT binary)", &why));
        ck_assert_str_eq(link_sqlstate(link), "23505");
        ck_assert_int_eq(number_of(link, "SELECT count(*) FROM t"), 0);
        copy_in_done(&copy);
        link_free(link);
}
END_TEST

START_TEST(a_value_of_another_type_is_refused_by_the_server)
{
        struct link *link = open_link();
        struct copy_in copy = {0};
        struct fault why;

        make_table(link);
        copy_in_begin(&copy, 1);
        copy_in_row(&copy);
        copy_in_int8(&copy, 1);
        ck_assert(!copy_in_send(&copy, link, "COPY t (b) FROM STDIN (FORMAT binary)", &why));
        ck_assert_str_eq(link_sqlstate(link), "22P03");
        check_usable(link);
        copy_in_done(&copy);
        link_free(link);
}
END_TEST

START_TEST(nothing_gathered_asks_nothing)
{
        struct link *link = open_link();
        struct copy_in copy = {0};
        struct fault why;

        copy_in_begin(&copy, 6);
        ck_assert(copy_in_send(&copy, link, "COPY nothing_there FROM STDIN (FORMAT binary)", &why));
        copy_in_done(&copy);
        link_free(link);
}
END_TEST

START_TEST(what_is_copied_in_is_what_was_given)
{
        struct link *link = open_link();
        struct copy_in copy = {0};
        struct fault why;

        make_table(link);
        for (int round = 0; round < 2; round++) {
                copy_in_begin(&copy, 6);
                for (int n = 0; n < 10000; n++)
                        add_row(&copy, 10000 * round + n);
                ck_assert_msg(copy_in_send(&copy, link, "COPY t FROM STDIN (FORMAT binary)", &why), "%s", why.text);
        }
        ck_assert_int_eq(number_of(link,
                "SELECT count(*) FROM t WHERE a = -b AND c = 5000000000 + b AND d = E'\\u5251\\t\\\\'"
                " AND e IS NOT DISTINCT FROM CASE b WHEN 0 THEN NULL ELSE date '1970-01-01' + b END"
                " AND f IS NOT DISTINCT FROM CASE b % 2 WHEN 0 THEN ARRAY['ab', 'c'] END"), 20000);
        copy_in_done(&copy);
        link_free(link);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("copy");
        TCase *cases = tcase_create("cases");

        postgres_start();
        tcase_set_timeout(cases, 60);
        tcase_add_test(cases, a_statement_that_cannot_be_run_is_a_fault_and_leaves_the_link_usable);
        tcase_add_test(cases, a_row_of_other_columns_is_a_fault);
        tcase_add_test(cases, octets_that_are_not_of_the_binary_form_are_a_fault);
        tcase_add_loop_test(cases, a_field_read_as_what_it_is_not_makes_the_next_row_fail, 0,
                (int)(sizeof(odd) / sizeof(odd[0])));
        tcase_add_test(cases, a_fault_in_the_middle_comes_after_the_rows_before_it);
        tcase_add_test(cases, no_row_is_no_fault);
        tcase_add_test(cases, every_form_of_field_comes_through);
        tcase_add_test(cases, who_stops_early_has_a_usable_link_at_once);
        tcase_add_test(cases, rows_the_server_refuses_are_none_of_them_stored);
        tcase_add_test(cases, a_value_of_another_type_is_refused_by_the_server);
        tcase_add_test(cases, nothing_gathered_asks_nothing);
        tcase_add_test(cases, what_is_copied_in_is_what_was_given);
        /* The server starts anew after it. */
        tcase_add_test(cases, a_connection_that_goes_away_is_a_fault_of_the_store);
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
