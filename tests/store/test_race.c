/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Two who write at once, on the real schema: the ledger stays one line in commit order whoever is first, an
 * enterprise is claimed by one at a time, of two outcomes of one proposal exactly one is stored, and nobody acts
 * as a person while what they may do changes.
 */
#include "registry/store/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/store/link.h"
#include "registry/store/persons.h"
#include "tests/support/postgres.h"
#include "tests/support/suite.h"

#define WRITERS 4
#define ENTRIES 100

static struct link *open_link(void)
{
        struct link *link = NULL;
        struct fault why;

        if (!link_open(&link, postgres_conninfo("race"), "qcr_app", &why))
                ck_abort_msg("%s", why.text);
        return link;
}

static bool append(struct link *link, int64_t *ret_serial, struct fault *why)
{
        struct ledger_body body = {.kind = "proposal"};
        struct query query;
        PGresult *result;

        ledger_append_query(&query, &body);
        if (!link_query(link, &query, &result, why))
                return false;
        *ret_serial = cell_number(result, 0, 0);
        PQclear(result);
        return true;
}

/* A writer of its own process: appends, and rolls some back. */
static int write_many(unsigned seed)
{
        struct link *link = open_link();
        struct fault why;
        int64_t serial;

        srandom(seed);
        for (int i = 0; i < ENTRIES; i++) {
                if (!link_begin(link, &why) || !append(link, &serial, &why))
                        return 1;
                if (random() % 4 == 0)
                        link_rollback(link);
                else if (!link_commit(link, &why))
                        return 1;
        }
        link_free(link);
        return 0;
}

struct chain {
        uint64_t serial;
        uint8_t chain[32];
        int64_t at_ms;
};

static bool take_entry(void *closure, const PGresult *row, struct fault *why)
{
        struct chain *chain = closure;
        uint8_t commitment[32], stored[32];

        (void)why;
        ck_assert_uint_eq((uint64_t)cell_number(row, 0, 0), chain->serial + 1);
        ck_assert(cell_number(row, 0, 1) >= chain->at_ms);
        ck_assert(cell_octets(row, 0, 2, commitment, 32) && cell_octets(row, 0, 3, stored, 32));
        chain->serial++;
        chain->at_ms = cell_number(row, 0, 1);
        ledger_chain_next(chain->chain, chain->serial, chain->at_ms, commitment, chain->chain);
        ck_assert_mem_eq(chain->chain, stored, 32);
        return true;
}

START_TEST(entries_of_many_writers_are_one_gapless_chain_in_order_of_time)
{
        struct link *link = open_link();
        struct chain chain = {.at_ms = INT64_MIN};
        struct query query;
        struct fault why;
        pid_t writers[WRITERS];
        int status;

        for (unsigned i = 0; i < WRITERS; i++) {
                writers[i] = fork();
                ck_assert_int_ge(writers[i], 0);
                if (writers[i] == 0)
                        _exit(write_many(i + 1));
        }
        for (unsigned i = 0; i < WRITERS; i++) {
                ck_assert_int_eq(waitpid(writers[i], &status, 0), writers[i]);
                ck_assert_int_eq(status, 0);
        }
        ledger_chain_first(chain.chain);
        query_init(&query,
                "SELECT serial, (extract(epoch FROM at) * 1000)::bigint, commitment, chain FROM qcr.ledger"
                " ORDER BY serial");
        ck_assert(link_each(link, &query, take_entry, &chain, &why));
        ck_assert_uint_gt(chain.serial, WRITERS * ENTRIES / 2);
        link_free(link);
}
END_TEST

START_TEST(a_serial_given_back_by_a_rollback_is_given_to_the_next)
{
        struct link *one = open_link(), *other = open_link();
        struct fault why;
        int64_t first, second;

        ck_assert(link_begin(one, &why) && append(one, &first, &why));
        link_rollback(one);
        ck_assert(link_begin(other, &why) && append(other, &second, &why) && link_commit(other, &why));
        ck_assert_int_eq(first, second);
        link_free(one);
        link_free(other);
}
END_TEST

START_TEST(who_appends_second_waits_for_the_first_to_end)
{
        struct link *one = open_link(), *other = open_link();
        struct fault why;
        int64_t serial;

        ck_assert(link_begin(one, &why) && append(one, &serial, &why));
        ck_assert(link_run_text(other, "SET lock_timeout TO '50ms'", &why));
        ck_assert(link_begin(other, &why));
        ck_assert(!append(other, &serial, &why));
        ck_assert_str_eq(link_sqlstate(other), "55P03");
        link_rollback(other);
        ck_assert(link_commit(one, &why));
        ck_assert(link_begin(other, &why) && append(other, &serial, &why) && link_commit(other, &why));
        link_free(one);
        link_free(other);
}
END_TEST

/* Both see the proposal undecided; the second to commit is refused by the key, not by what it had read. */
START_TEST(of_two_outcomes_of_one_proposal_one_is_stored)
{
        struct link *one = open_link(), *other = open_link();
        struct fault why;
        struct query query;
        int64_t proposal, serial;

        ck_assert(link_begin(one, &why) && append(one, &proposal, &why));
        query_init(&query, "INSERT INTO qcr.proposal VALUES ($1::bigint, 0, 'role-grant', NULL, 'ann', 's')");
        query_number(&query, proposal);
        ck_assert(link_run(one, &query, NULL, &why) && link_commit(one, &why));

        ck_assert(link_begin(one, &why) && link_begin(other, &why));
        ck_assert(append(one, &serial, &why));
        query_init(&query, "INSERT INTO qcr.approval VALUES ($1::bigint, 0, 'ann', 'bob', 'approved', NULL, "
                           "$2::bigint)");
        query_number(&query, proposal);
        query_number(&query, serial);
        ck_assert(link_run(one, &query, NULL, &why) && link_commit(one, &why));
        ck_assert(append(other, &serial, &why));
        query_init(&query, "INSERT INTO qcr.approval VALUES ($1::bigint, 0, 'ann', 'bob', 'rejected', 'no', "
                           "$2::bigint)");
        query_number(&query, proposal);
        query_number(&query, serial);
        ck_assert(!link_run(other, &query, NULL, &why));
        ck_assert_str_eq(link_sqlstate(other), "23505");
        link_rollback(other);
        link_free(one);
        link_free(other);
}
END_TEST

START_TEST(a_version_that_moved_on_is_not_overwritten)
{
        static const char update[] = "UPDATE qcr.person SET version = version + 1 WHERE person_id = 'ann' "
                                     "AND version = $1::bigint";
        struct link *one = open_link(), *other = open_link();
        struct query query;
        struct fault why;
        int64_t rows;

        query_init(&query, update);
        query_number(&query, 1);
        ck_assert(link_begin(one, &why) && link_run(one, &query, &rows, &why) && link_commit(one, &why));
        ck_assert_int_eq(rows, 1);
        query_init(&query, update);
        query_number(&query, 1);
        ck_assert(link_begin(other, &why) && link_run(other, &query, &rows, &why));
        ck_assert_int_eq(rows, 0);
        link_rollback(other);
        link_free(one);
        link_free(other);
}
END_TEST

/*
 * An import names its person in rows that it inserts under the head's lock; who changes what that person may do holds
 * the person and waits for the head. Were the rows to wait for the person, the two would wait for each other.
 */
START_TEST(while_a_persons_roles_change_nobody_acts_as_them_but_rows_may_name_them)
{
        struct link *changes = open_link(), *acts = open_link(), *names = open_link();
        struct query query;
        PGresult *rows;
        struct fault why;
        int64_t serial;

        ck_assert(link_run_text(acts, "SET lock_timeout TO '50ms'", &why));
        ck_assert(link_run_text(names, "SET lock_timeout TO '50ms'", &why));
        persons_lock_query(&query, "bob", true);
        ck_assert(link_begin(changes, &why) && link_query(changes, &query, &rows, &why));
        ck_assert_int_eq(PQntuples(rows), 1);
        PQclear(rows);

        persons_lock_query(&query, "bob", false);
        ck_assert(link_begin(acts, &why) && !link_query(acts, &query, &rows, &why));
        ck_assert_str_eq(link_sqlstate(acts), "55P03");
        link_rollback(acts);

        ck_assert(link_begin(names, &why) && append(names, &serial, &why));
        query_init(&query, "INSERT INTO qcr.proposal VALUES ($1::bigint, 0, 'role-grant', NULL, 'bob', 's')");
        query_number(&query, serial);
        if (!link_run(names, &query, NULL, &why))
                ck_abort_msg("%s", why.text);
        ck_assert(link_commit(names, &why) && link_commit(changes, &why));
        link_free(changes);
        link_free(acts);
        link_free(names);
}
END_TEST

/* The schema and two persons, by the superuser. */
static void set_up(void)
{
        char command[512];
        struct fault why;
        struct link *link;
        int64_t serial;

        postgres_start();
        snprintf(command, sizeof(command), "\"$QCR_SOURCE\"/tests/support/pg.sh database '%s' race && "
                "\"$QCR_SOURCE\"/tests/support/pg.sh deploy '%s' race", postgres_start(), postgres_start());
        if (system(command) != 0) {
                fprintf(stderr, "the schema cannot be deployed\n");
                exit(EXIT_FAILURE);
        }
        link = open_link();
        if (!link_begin(link, &why) || !append(link, &serial, &why) || !link_commit(link, &why)) {
                fprintf(stderr, "%s\n", why.text);
                exit(EXIT_FAILURE);
        }
        link_free(link);
        postgres_sql("race", "INSERT INTO qcr.office VALUES ('o', 'O', '123456789', 1)");
        postgres_sql(
                "race", "INSERT INTO qcr.person VALUES ('ann', 'o', 'Ann', 1, 1), ('bob', 'o', 'Bob', 1, 1)");
}

int main(void)
{
        Suite *suite = suite_create("race");
        TCase *cases = tcase_create("cases");

        set_up();
        tcase_set_timeout(cases, 120);
        tcase_add_test(cases, a_serial_given_back_by_a_rollback_is_given_to_the_next);
        tcase_add_test(cases, who_appends_second_waits_for_the_first_to_end);
        tcase_add_test(cases, of_two_outcomes_of_one_proposal_one_is_stored);
        tcase_add_test(cases, a_version_that_moved_on_is_not_overwritten);
        tcase_add_test(cases, while_a_persons_roles_change_nobody_acts_as_them_but_rows_may_name_them);
        tcase_add_test(cases, entries_of_many_writers_are_one_gapless_chain_in_order_of_time);
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
