/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Two who write to one case at once, on the real schema and with nothing but its keys between them: in every order in
 * which the steps of two transactions can follow each other, what is stored afterwards is a case without gap, skip or
 * fork. The daemon also locks the enterprise first; here nobody does.
 */
#include "registry/store/cases.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "registry/store/ledger.h"
#include "registry/store/link.h"
#include "tests/support/postgres.h"
#include "tests/support/suite.h"

#define SUBJECT "123456788"
#define STEPS 3u          /* BEGIN, INSERT, COMMIT or ROLLBACK */
#define INTERLEAVINGS 20u /* of two times three steps */
#define SERIALS 600

static uint8_t procedure[32]; /* SHA-256 of `p` */
static PGconn *observer;
static uint64_t serials_used = 1;

/* ------------------------------------------------------------------ sessions */

struct event {
        uint32_t seq;
        const char *from, *action, *to;
        const char *actor;
};

struct session {
        PGconn *conn;
        char pid[16];
        struct event event;
        uint32_t number;
        uint64_t serial;
        bool commits;
        bool is_waiting;          /* for the other's transaction to end */
        unsigned sent, wanted;    /* steps */
        char insert_state[6];     /* SQLSTATE, "" when it was stored */
};

static PGconn *connect_as(const char *user)
{
        char conninfo[256];
        PGconn *conn;

        snprintf(conninfo, sizeof(conninfo), "%s user=%s", postgres_conninfo("race"), user);
        conn = PQconnectdb(conninfo);
        if (PQstatus(conn) != CONNECTION_OK) {
                fprintf(stderr, "%s\n", PQerrorMessage(conn));
                exit(EXIT_FAILURE);
        }
        return conn;
}

static void session_begin(struct session *session, uint32_t number, const struct event *event, bool commits)
{
        if (!session->conn) {
                session->conn = connect_as("qcr_app");
                snprintf(session->pid, sizeof(session->pid), "%d", PQbackendPID(session->conn));
        }
        session->event = *event;
        session->number = number;
        session->serial = ++serials_used;
        session->commits = commits;
        session->is_waiting = false;
        session->sent = session->wanted = 0;
        session->insert_state[0] = '\0';
}

static void send_insert(struct session *session)
{
        const struct case_row file = {SUBJECT, session->number, procedure, "ann", "o"};
        const struct case_event_row row = {
                .file = &file,
                .seq = session->event.seq,
                .from_state = session->event.from,
                .action = session->event.action,
                .to_state = session->event.to,
                .proposer = session->event.actor,
                .actor = session->event.actor,
                .event_on = {20000},
        };
        struct query query;

        cases_event_insert(&query, &row, session->serial);
        ck_assert_int_eq(PQsendQueryParams(session->conn, query.sql, query.count, NULL, query_values(&query),
                                 query.length, query.format, 0),
                1);
        query_done(&query);
}

static bool is_blocked(const struct session *session)
{
        const char *const values[] = {session->pid};
        PGresult *result = PQexecParams(observer, "SELECT cardinality(pg_blocking_pids($1::integer)) > 0", 1, NULL,
                values, NULL, NULL, 0);
        bool blocked = strcmp(PQgetvalue(result, 0, 0), "t") == 0;

        PQclear(result);
        return blocked;
}

/* Takes the answer of the step that was sent last, or finds out that it waits for the other session. */
static void settle(struct session *session)
{
        PGresult *result;

        session->is_waiting = false;
        for (;;) {
                ck_assert_int_eq(PQconsumeInput(session->conn), 1);
                if (!PQisBusy(session->conn))
                        break;
                if (is_blocked(session)) {
                        session->is_waiting = true;
                        return;
                }
        }
        while ((result = PQgetResult(session->conn))) {
                const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

                if (session->sent == 2 && state)
                        snprintf(session->insert_state, sizeof(session->insert_state), "%s", state);
                PQclear(result);
        }
}

/* Sends what is wanted of the session, as far as it does not wait. */
static void go_on(struct session *session)
{
        while (!session->is_waiting && session->sent < session->wanted) {
                if (session->sent == 0)
                        ck_assert_int_eq(PQsendQuery(session->conn, "BEGIN"), 1);
                else if (session->sent == 1)
                        send_insert(session);
                else
                        ck_assert_int_eq(PQsendQuery(session->conn, session->commits ? "COMMIT" : "ROLLBACK"), 1);
                session->sent++;
                settle(session);
        }
}

static void step(struct session *session, struct session *other)
{
        session->wanted++;
        go_on(session);
        if (other->is_waiting) {
                settle(other);
                go_on(other);
        }
}

/* The `which`-th set of three of six places is the first session's. */
static unsigned places_of(unsigned which)
{
        for (unsigned places = 0;; places++)
                if (__builtin_popcount(places) == (int)STEPS && which-- == 0)
                        return places;
}

/* Both sessions' steps in that order. */
static void run(struct session *first, struct session *second, unsigned places)
{
        for (unsigned i = 0; i < 2 * STEPS; i++) {
                bool is_first = places & 1u << i;

                step(is_first ? first : second, is_first ? second : first);
        }
        ck_assert(!first->is_waiting && !second->is_waiting);
        ck_assert_uint_eq(first->sent, STEPS);
        ck_assert_uint_eq(second->sent, STEPS);
}

/* Place of a session's step (0 BEGIN, 1 INSERT, 2 the end) among the six. */
static unsigned place_of(unsigned places, bool is_first, unsigned which)
{
        unsigned seen = 0;

        for (unsigned i = 0; i < 2 * STEPS; i++)
                if ((bool)(places & 1u << i) == is_first && seen++ == which)
                        return i;
        abort();
}

/* ---------------------------------------------------------------------- cases */

static int64_t __attribute__((format(printf, 1, 2))) ask(const char *sql, ...)
{
        char text[512];
        va_list values;

        va_start(values, sql);
        vsnprintf(text, sizeof(text), sql, values);
        va_end(values);
        return strtoll(postgres_sql("race", text), NULL, 10);
}

/* A case of one event, by the superuser; its number. */
static uint32_t make_case(void)
{
        char text[512];
        uint64_t serial = ++serials_used;

        snprintf(text, sizeof(text),
                "INSERT INTO qcr.case_file (subject, case_no, procedure_hash, opener, office_id, serial)"
                " SELECT '" SUBJECT "', %u, rule_hash, 'ann', 'o', %u FROM qcr.rule",
                (unsigned)serial, (unsigned)serial);
        postgres_sql("race", text);
        snprintf(text, sizeof(text),
                "INSERT INTO qcr.case_event (subject, case_no, seq, procedure_hash, from_state, action, to_state,"
                " needs_second, excludes_opener, opener, proposer, actor, event_on, is_late, lists, serial)"
                " SELECT '" SUBJECT "', %u, 1, rule_hash, '', 'open', 'opened', false, false, 'ann', 'ann', 'ann',"
                " '2026-01-01', false, false, %u FROM qcr.rule",
                (unsigned)serial, (unsigned)serial);
        postgres_sql("race", text);
        return (uint32_t)serial;
}

static int64_t events_of(uint32_t number)
{
        return ask("SELECT count(*) FROM qcr.case_event WHERE subject = '" SUBJECT "' AND case_no = %u", number);
}

/* No gap, no fork, each event begins where the one before ended. */
static void check_chain(uint32_t number)
{
        ck_assert_int_eq(ask("SELECT count(*) FROM qcr.case_event e WHERE subject = '" SUBJECT "' AND case_no = %u"
                             " AND seq > 1 AND NOT EXISTS (SELECT FROM qcr.case_event b WHERE b.subject = e.subject"
                             " AND b.case_no = e.case_no AND b.seq = e.seq - 1 AND b.to_state = e.from_state)",
                                 number),
                0);
        ck_assert_int_eq(ask("SELECT max(seq) - count(*) FROM qcr.case_event WHERE subject = '" SUBJECT
                             "' AND case_no = %u",
                                 number),
                0);
}

static struct session one, other;

static const struct event second_by_ann = {2, "opened", "notice", "noticed", "ann"};
static const struct event second_by_bob = {2, "opened", "close", "closed", "bob"};
static const struct event third_by_bob = {3, "noticed", "close", "closed", "bob"};
static const struct event third_that_skips = {3, "opened", "close", "closed", "bob"};

/* Both saw event 1. The first to insert wins, if it commits; the other waits for that and is refused by the key. */
START_TEST(of_two_second_events_one_is_stored_in_every_order)
{
        unsigned places = places_of((unsigned)_i);
        uint32_t number = make_case();
        bool ann_is_first = place_of(places, true, 1) < place_of(places, false, 1);

        session_begin(&one, number, &second_by_ann, true);
        session_begin(&other, number, &second_by_bob, true);
        run(&one, &other, places);
        ck_assert_str_eq(one.insert_state, ann_is_first ? "" : "23505");
        ck_assert_str_eq(other.insert_state, ann_is_first ? "23505" : "");
        ck_assert_int_eq(events_of(number), 2);
        check_chain(number);
}
END_TEST

/* The same when ann's transaction is given up: then bob's is stored, whoever was first. */
START_TEST(a_step_given_up_gives_way_to_the_other_in_every_order)
{
        unsigned places = places_of((unsigned)_i);
        uint32_t number = make_case();
        bool bob_is_over = place_of(places, false, 2) < place_of(places, true, 1);
        bool ann_is_first = place_of(places, true, 1) < place_of(places, false, 1);

        session_begin(&one, number, &second_by_ann, false);
        session_begin(&other, number, &second_by_bob, true);
        run(&one, &other, places);
        ck_assert_str_eq(other.insert_state, "");
        ck_assert_str_eq(one.insert_state, ann_is_first ? "" : "23505");
        ck_assert(!bob_is_over || !ann_is_first);
        ck_assert_int_eq(events_of(number), 2);
        check_chain(number);
}
END_TEST

/* Bob's step stands on ann's: it is stored only when hers was committed before he inserts. */
START_TEST(a_step_on_one_that_is_not_there_is_refused_in_every_order)
{
        unsigned places = places_of((unsigned)_i);
        uint32_t number = make_case();
        bool is_there = place_of(places, true, 2) < place_of(places, false, 1);

        session_begin(&one, number, &second_by_ann, true);
        session_begin(&other, number, &third_by_bob, true);
        run(&one, &other, places);
        ck_assert_str_eq(one.insert_state, "");
        ck_assert_str_eq(other.insert_state, is_there ? "" : "23503");
        ck_assert_int_eq(events_of(number), is_there ? 3 : 2);
        check_chain(number);
}
END_TEST

START_TEST(a_step_on_one_that_was_given_up_is_refused_in_every_order)
{
        unsigned places = places_of((unsigned)_i);
        uint32_t number = make_case();

        session_begin(&one, number, &second_by_ann, false);
        session_begin(&other, number, &third_by_bob, true);
        run(&one, &other, places);
        ck_assert_str_eq(other.insert_state, "23503");
        ck_assert_int_eq(events_of(number), 1);
}
END_TEST

/* From the state before the newest event: a fork with a number of its own. */
START_TEST(a_step_from_a_state_that_is_over_is_refused_in_every_order)
{
        unsigned places = places_of((unsigned)_i);
        uint32_t number = make_case();

        session_begin(&one, number, &second_by_ann, true);
        session_begin(&other, number, &third_that_skips, true);
        run(&one, &other, places);
        ck_assert_str_eq(other.insert_state, "23503");
        ck_assert_int_eq(events_of(number), 2);
        check_chain(number);
}
END_TEST

/* ------------------------------------------------------------------- set up */

static void die(const char *text)
{
        fprintf(stderr, "%s\n", text);
        exit(EXIT_FAILURE);
}

/* Entries with their acts, which events refer to. */
static void make_entries(void)
{
        struct ledger_body body = {.kind = "case-step"};
        struct link *link = NULL;
        struct query query;
        struct fault why;

        if (!link_open(&link, postgres_conninfo("race"), "qcr_app", &why) || !link_begin(link, &why))
                die(why.text);
        for (int i = 0; i < SERIALS; i++) {
                ledger_append_query(&query, &body);
                if (!link_run(link, &query, NULL, &why))
                        die(why.text);
        }
        if (!link_commit(link, &why))
                die(why.text);
        link_free(link);
        postgres_sql("race", "INSERT INTO qcr.act SELECT serial, sha256('c'), 'r', sha256('s') || sha256('s')"
                             " FROM qcr.ledger");
}

static void make_rules(void)
{
        postgres_sql("race", "INSERT INTO qcr.office VALUES ('o', 'O', '123456788', 1)");
        postgres_sql(
                "race", "INSERT INTO qcr.person VALUES ('ann', 'o', 'Ann', 1, 1), ('bob', 'o', 'Bob', 1, 1)");
        postgres_sql("race", "INSERT INTO qcr.party VALUES ('" SUBJECT "', 1)");
        postgres_sql("race", "INSERT INTO qcr.rule (kind, id, version, rule_hash, document, serial)"
                             " VALUES ('procedure', 'p', 1, sha256('p'), 'p', 1)");
        postgres_sql("race",
                "INSERT INTO qcr.procedure_transition (procedure_hash, from_state, action, to_state, needs_second,"
                " excludes_opener) SELECT sha256('p'), f, a, t, false, false FROM (VALUES ('', 'open', 'opened'),"
                " ('opened', 'notice', 'noticed'), ('opened', 'close', 'closed'), ('noticed', 'close', 'closed'))"
                " AS m (f, a, t)");
}

static void set_up(void)
{
        char command[512];

        postgres_start();
        snprintf(command, sizeof(command), "\"$QCR_SOURCE\"/tests/support/pg.sh database '%s' race && "
                "\"$QCR_SOURCE\"/tests/support/pg.sh deploy '%s' race", postgres_start(), postgres_start());
        if (system(command) != 0)
                die("the schema cannot be deployed");
        make_entries();
        make_rules();
        SHA256((const uint8_t *)"p", 1, procedure);
        observer = connect_as("postgres");
}

int main(void)
{
        Suite *suite = suite_create("case_race");
        TCase *cases = tcase_create("cases");
        int status;

        set_up();
        tcase_set_timeout(cases, 120);
        tcase_add_loop_test(cases, a_step_on_one_that_is_not_there_is_refused_in_every_order, 0, INTERLEAVINGS);
        tcase_add_loop_test(cases, a_step_on_one_that_was_given_up_is_refused_in_every_order, 0, INTERLEAVINGS);
        tcase_add_loop_test(cases, a_step_from_a_state_that_is_over_is_refused_in_every_order, 0, INTERLEAVINGS);
        tcase_add_loop_test(cases, of_two_second_events_one_is_stored_in_every_order, 0, INTERLEAVINGS);
        tcase_add_loop_test(cases, a_step_given_up_gives_way_to_the_other_in_every_order, 0, INTERLEAVINGS);
        suite_add_tcase(suite, cases);
        status = suite_run(suite);
        PQfinish(one.conn);
        PQfinish(other.conn);
        PQfinish(observer);
        return status;
}
