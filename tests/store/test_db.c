/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * store/db against a real server: what a caller is told, and that they are told exactly once, when the
 * server refuses, kills, stops, stays silent or is another one.
 */
#include "registry/store/db.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>


#include "tests/support/postgres.h"
#include "tests/support/suite.h"

#define ROUNDS_MAX 32

/* What came back for one query. */
struct told {
        unsigned times;
        bool is_cut;
        enum fault_code code;
        ExecStatusType status;
        char value[64];
        char command[32];
        unsigned order;
};

/* A caller: a turn, the queries it sends, what it was told. */
struct caller {
        struct db_turn *turn;
        unsigned ready_times;
        struct fault refused;
        struct told told[ROUNDS_MAX];
        unsigned sent;
        unsigned answered;
};

static struct event_base *base;
static struct db *db;
static bool accept_store;
static unsigned identified;
static unsigned order;

static const struct db_limits limits = {
        .lanes = 2, .turns_max = 4, .connect_ms = 2000, .query_ms = 5000, .wait_ms = 8000, .retry_ms = 20,
};

static bool on_identify(void *closure, const PGresult *row, struct fault *why)
{
        (void)closure;
        ck_assert_str_eq(PQgetvalue(row, 0, 0), "this one");
        identified++;
        return accept_store || fault_set(why, FAULT_MISMATCH, "another store");
}

static void start_db(const struct db_limits *with)
{
        db = db_new(base, postgres_conninfo("postgres"), "postgres", with, "SELECT 'this one'", on_identify,
                NULL);
}

static void set_up(void)
{
        base = event_base_new();
        accept_store = true;
        identified = order = 0;
}

static void tear_down(void)
{
        db_free(db);
        db = NULL;
        event_base_free(base);
}

/* Runs the loop until `done`; the suite's own time-out is the only clock. */
#define RUN_UNTIL(condition)                                  \
        do {                                                  \
                while (!(condition))                          \
                        event_base_loop(base, EVLOOP_ONCE);   \
        } while (0)

static void on_ready(void *closure, struct db_turn *turn, const struct fault *why)
{
        struct caller *caller = closure;

        caller->ready_times++;
        caller->turn = turn;
        if (!turn)
                caller->refused = *why;
}

struct slot {
        struct caller *caller;
        unsigned number;
};

static void on_told(void *closure, const PGresult *result, const struct fault *why)
{
        struct slot *slot = closure;
        struct told *told = &slot->caller->told[slot->number];

        told->times++;
        told->order = ++order;
        if (result) {
                told->status = PQresultStatus(result);
                snprintf(told->command, sizeof(told->command), "%s",
                        PQcmdStatus((PGresult *)(uintptr_t)result));
                if (PQntuples(result) > 0)
                        snprintf(told->value, sizeof(told->value), "%s", PQgetvalue(result, 0, 0));
        } else {
                told->is_cut = true;
                told->code = why->code;
        }
        slot->caller->answered++;
        free(slot);
}

static struct told *ask(struct caller *caller, const char *sql)
{
        CLEANUP(query) struct query query;
        struct slot *slot = must_alloc(sizeof(*slot));

        *slot = (struct slot){.caller = caller, .number = caller->sent++};
        query_init(&query, sql);
        db_send(caller->turn, &query, on_told, slot);
        ck_assert_msg(caller->told[slot->number].times == 0, "told before db_send returned");
        return &caller->told[slot->number];
}

static void begin(struct caller *caller)
{
        *caller = (struct caller){0};
        db_begin_turn(db, on_ready, caller);
        ck_assert_uint_eq(caller->ready_times, 0);
}

static void get_turn(struct caller *caller)
{
        begin(caller);
        RUN_UNTIL(caller->ready_times);
        ck_assert_msg(caller->turn != NULL, "%s", caller->refused.text);
}

static void finish(struct caller *caller)
{
        RUN_UNTIL(caller->answered == caller->sent);
        for (unsigned i = 0; i < caller->sent; i++)
                ck_assert_uint_eq(caller->told[i].times, 1);
}

/* ---------------------------------------------------------------- refusals */

START_TEST(a_store_that_is_another_one_is_never_used)
{
        struct caller first, second;

        accept_store = false;
        start_db(&limits);
        begin(&first);
        RUN_UNTIL(first.ready_times);
        ck_assert_ptr_null(first.turn);
        ck_assert_int_eq(first.refused.code, FAULT_MISMATCH);
        ck_assert(!db_is_up(db));
        /* Known by now: nobody waits for it. */
        begin(&second);
        RUN_UNTIL(second.ready_times);
        ck_assert_int_eq(second.refused.code, FAULT_MISMATCH);
        /* Asked again until it is the right one. */
        accept_store = true;
        RUN_UNTIL(db_is_up(db));
        get_turn(&first);
        db_release(first.turn, true);
}
END_TEST

START_TEST(one_turn_more_than_may_wait_is_refused_at_once)
{
        struct caller holding[2], waiting[4], refused;

        start_db(&limits);
        get_turn(&holding[0]);
        get_turn(&holding[1]);
        for (int i = 0; i < 4; i++)
                begin(&waiting[i]);
        begin(&refused);
        RUN_UNTIL(refused.ready_times);
        ck_assert_int_eq(refused.refused.code, FAULT_LIMIT);
        for (int i = 0; i < 4; i++)
                ck_assert_uint_eq(waiting[i].ready_times, 0);
        db_release(holding[0].turn, true);
        db_release(holding[1].turn, true);
        for (int i = 0; i < 4; i++) {
                RUN_UNTIL(waiting[i].ready_times);
                ck_assert_ptr_nonnull(waiting[i].turn);
                db_release(waiting[i].turn, true);
        }
}
END_TEST

START_TEST(a_turn_that_waits_too_long_is_told_why)
{
        struct db_limits one = limits;
        struct caller holding, waiting;

        one.lanes = 1;
        one.wait_ms = 50;
        start_db(&one);
        RUN_UNTIL(db_is_up(db));
        get_turn(&holding);
        begin(&waiting);
        RUN_UNTIL(waiting.ready_times);
        ck_assert_int_eq(waiting.refused.code, FAULT_LIMIT);
        db_release(holding.turn, true);
}
END_TEST

START_TEST(a_server_that_is_away_is_a_fault_of_the_store)
{
        struct db_limits quick = limits;
        struct caller caller;

        quick.wait_ms = 100;
        postgres_stop();
        start_db(&quick);
        begin(&caller);
        RUN_UNTIL(caller.ready_times);
        ck_assert_ptr_null(caller.turn);
        ck_assert_int_eq(caller.refused.code, FAULT_STORE);
        postgres_restart();
        RUN_UNTIL(db_is_up(db));
}
END_TEST

/* ------------------------------------------------------------------ faults */

START_TEST(a_killed_backend_is_told_once_to_everybody_it_owed)
{
        struct caller caller, other;
        char terminate[96];

        start_db(&limits);
        get_turn(&caller);
        ask(&caller, "SELECT pg_backend_pid()");
        finish(&caller);
        snprintf(terminate, sizeof(terminate), "SELECT pg_terminate_backend(%s)", caller.told[0].value);
        ask(&caller, "SELECT pg_sleep(60)");
        ask(&caller, "COMMIT");
        event_base_loop(base, EVLOOP_NONBLOCK);
        if (_i == 0)
                postgres_sql("postgres", terminate);
        else
                postgres_kill(strtol(caller.told[0].value, NULL, 10)); /* and the whole server recovers */
        finish(&caller);
        for (int i = 1; i < 3; i++) {
                ck_assert(caller.told[i].is_cut);
                ck_assert_int_eq(caller.told[i].code, FAULT_STORE);
        }
        /* The turn is dead for good, and says so again. */
        ask(&caller, "SELECT 1");
        finish(&caller);
        ck_assert(caller.told[3].is_cut);
        db_release(caller.turn, false);
        /* A server that recovers ends its other connections too, and not all at once. */
        get_turn(&other);
        ask(&other, "SELECT 1");
        finish(&other);
        while (other.told[0].is_cut) {
                db_release(other.turn, false);
                get_turn(&other);
                ask(&other, "SELECT 1");
                finish(&other);
        }
        ck_assert_str_eq(other.told[0].value, "1");
        db_release(other.turn, true);
}
END_TEST

START_TEST(a_stopped_server_cuts_turns_and_comes_back_by_itself)
{
        struct caller caller;
        unsigned before;

        start_db(&limits);
        get_turn(&caller);
        ask(&caller, "BEGIN");
        finish(&caller);
        before = identified;
        postgres_stop();
        ask(&caller, "COMMIT");
        finish(&caller);
        ck_assert(caller.told[1].is_cut);
        db_release(caller.turn, false);
        RUN_UNTIL(!db_is_up(db));
        postgres_restart();
        RUN_UNTIL(db_is_up(db));
        ck_assert_uint_gt(identified, before);
        get_turn(&caller);
        ask(&caller, "SELECT 1");
        finish(&caller);
        ck_assert_str_eq(caller.told[0].value, "1");
        db_release(caller.turn, true);
}
END_TEST

START_TEST(a_server_that_falls_silent_is_given_up_on_our_own_clock)
{
        struct db_limits quick = limits;
        struct caller caller;
        long pid;

        quick.query_ms = 300;
        start_db(&quick);
        get_turn(&caller);
        ask(&caller, "SELECT pg_backend_pid()");
        finish(&caller);
        pid = strtol(caller.told[0].value, NULL, 10);
        ck_assert_int_eq(kill((pid_t)pid, SIGSTOP), 0);
        ask(&caller, "SELECT 1");
        finish(&caller);
        kill((pid_t)pid, SIGCONT);
        ck_assert(caller.told[1].is_cut);
        ck_assert_int_eq(caller.told[1].code, FAULT_STORE);
        db_release(caller.turn, false);
}
END_TEST

START_TEST(the_server_gives_up_before_we_do_and_that_is_an_answer)
{
        struct db_limits quick = limits;
        struct caller caller;

        quick.query_ms = 2000;
        start_db(&quick);
        get_turn(&caller);
        ask(&caller, "SELECT pg_sleep(60)");
        finish(&caller);
        ck_assert(!caller.told[0].is_cut);
        ck_assert_int_eq(caller.told[0].status, PGRES_FATAL_ERROR);
        ask(&caller, "SELECT 1");
        finish(&caller);
        ck_assert_str_eq(caller.told[1].value, "1");
        db_release(caller.turn, true);
}
END_TEST

START_TEST(freeing_the_db_tells_everybody_first)
{
        struct db_limits one = limits;
        struct caller holding, waiting;

        one.lanes = 1;
        start_db(&one);
        get_turn(&holding);
        ask(&holding, "SELECT pg_sleep(60)");
        begin(&waiting);
        event_base_loop(base, EVLOOP_NONBLOCK);
        db_free(db);
        db = NULL;
        ck_assert(holding.told[0].is_cut);
        ck_assert_uint_eq(holding.told[0].times, 1);
        ck_assert_uint_eq(waiting.ready_times, 1);
        ck_assert_int_eq(waiting.refused.code, FAULT_STORE);
        db_release(holding.turn, false);
}
END_TEST

/* ------------------------------------------------------------------- order */

START_TEST(answers_come_back_in_the_order_of_the_questions)
{
        struct caller caller;
        char value[8];

        start_db(&limits);
        get_turn(&caller);
        for (int i = 0; i < ROUNDS_MAX; i++) {
                CLEANUP(query) struct query query;
                struct slot *slot = must_alloc(sizeof(*slot));

                *slot = (struct slot){.caller = &caller, .number = caller.sent++};
                query_init(&query, "SELECT $1::bigint");
                query_number(&query, i);
                db_send(caller.turn, &query, on_told, slot);
                if (i % 7 == 0) /* some pipelines end here, some go on */
                        event_base_loop(base, EVLOOP_NONBLOCK);
        }
        finish(&caller);
        for (int i = 0; i < ROUNDS_MAX; i++) {
                snprintf(value, sizeof(value), "%d", i);
                ck_assert_str_eq(caller.told[i].value, value);
                ck_assert_uint_eq(caller.told[i].order, (unsigned)i + 1);
        }
        db_release(caller.turn, true);
}
END_TEST

START_TEST(after_an_error_the_rest_of_its_pipeline_is_skipped_and_commits_nothing)
{
        struct caller caller;

        postgres_sql("postgres", "CREATE TABLE IF NOT EXISTS kept (n integer)");
        postgres_sql("postgres", "TRUNCATE kept");
        start_db(&limits);
        get_turn(&caller);
        ask(&caller, "BEGIN");
        ask(&caller, "INSERT INTO kept VALUES (1)");
        ask(&caller, "SELECT 1 / 0");
        ask(&caller, "COMMIT");
        finish(&caller);
        ck_assert_int_eq(caller.told[1].status, PGRES_COMMAND_OK);
        ck_assert_int_eq(caller.told[2].status, PGRES_FATAL_ERROR);
        ck_assert_int_eq(caller.told[3].status, PGRES_PIPELINE_ABORTED);
        db_release(caller.turn, false);
        ck_assert_str_eq(postgres_sql("postgres", "SELECT count(*) FROM kept"), "0");
        get_turn(&caller);
        ask(&caller, "SELECT count(*) FROM kept");
        finish(&caller);
        ck_assert_str_eq(caller.told[0].value, "0");
        db_release(caller.turn, true);
}
END_TEST

START_TEST(a_transaction_that_was_not_ended_is_rolled_back_before_the_next_turn)
{
        struct db_limits one = limits;
        struct caller caller;

        one.lanes = 1;
        postgres_sql("postgres", "CREATE TABLE IF NOT EXISTS kept (n integer)");
        postgres_sql("postgres", "TRUNCATE kept");
        start_db(&one);
        get_turn(&caller);
        ask(&caller, "BEGIN");
        ask(&caller, "INSERT INTO kept VALUES (1)");
        finish(&caller);
        db_release(caller.turn, false);
        get_turn(&caller);
        ask(&caller, "SELECT count(*) FROM kept");
        finish(&caller);
        ck_assert_str_eq(caller.told[0].value, "0");
        db_release(caller.turn, true);
}
END_TEST

START_TEST(answers_owed_after_release_still_come_and_to_nobody_else)
{
        struct db_limits one = limits;
        struct caller gone, next;

        one.lanes = 1;
        start_db(&one);
        get_turn(&gone);
        ask(&gone, "SELECT 'gone'");
        db_release(gone.turn, true);
        get_turn(&next);
        ask(&next, "SELECT 'next'");
        finish(&next);
        ck_assert_uint_eq(gone.told[0].times, 1);
        ck_assert_str_eq(gone.told[0].value, "gone");
        ck_assert_str_eq(next.told[0].value, "next");
        db_release(next.turn, true);
}
END_TEST

START_TEST(more_than_a_socket_takes_at_once_arrives_whole)
{
        enum { OCTETS = 8 << 20 };
        CLEANUP(query) struct query query;
        struct slot *slot = must_alloc(sizeof(*slot));
        struct caller caller;
        char *text = must_alloc(OCTETS + 1);

        memset(text, 'x', OCTETS);
        start_db(&limits);
        get_turn(&caller);
        *slot = (struct slot){.caller = &caller, .number = caller.sent++};
        query_init(&query, "SELECT length($1::text)");
        query_text(&query, text);
        db_send(caller.turn, &query, on_told, slot);
        finish(&caller);
        ck_assert_str_eq(caller.told[0].value, "8388608");
        db_release(caller.turn, true);
        free(text);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("db");
        TCase *cases = tcase_create("db");

        postgres_start();
        tcase_add_checked_fixture(cases, set_up, tear_down);
        tcase_set_timeout(cases, 60);
        tcase_add_test(cases, a_store_that_is_another_one_is_never_used);
        tcase_add_test(cases, one_turn_more_than_may_wait_is_refused_at_once);
        tcase_add_test(cases, a_turn_that_waits_too_long_is_told_why);
        tcase_add_test(cases, a_server_that_is_away_is_a_fault_of_the_store);
        tcase_add_loop_test(cases, a_killed_backend_is_told_once_to_everybody_it_owed, 0, 2);
        tcase_add_test(cases, a_stopped_server_cuts_turns_and_comes_back_by_itself);
        tcase_add_test(cases, a_server_that_falls_silent_is_given_up_on_our_own_clock);
        tcase_add_test(cases, the_server_gives_up_before_we_do_and_that_is_an_answer);
        tcase_add_test(cases, freeing_the_db_tells_everybody_first);
        tcase_add_test(cases, answers_come_back_in_the_order_of_the_questions);
        tcase_add_test(cases, after_an_error_the_rest_of_its_pipeline_is_skipped_and_commits_nothing);
        tcase_add_test(cases, a_transaction_that_was_not_ended_is_rolled_back_before_the_next_turn);
        tcase_add_test(cases, answers_owed_after_release_still_come_and_to_nobody_else);
        tcase_add_test(cases, more_than_a_socket_takes_at_once_arrives_whole);
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
