/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/db.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "registry/base/log.h"

/* Of one query's time, how much the server gets before it gives up by itself, and how much a lock may take. */
#define STATEMENT_SHARE(ms) ((ms) / 10 * 9)
#define LOCK_SHARE(ms) ((ms) / 2)

/* What a lane does, and where it goes from there. */
enum lane_state {
        LANE_DOWN,        /* until the retry timer -> CONNECTING */
        LANE_CONNECTING,  /* -> IDENTIFYING, DOWN */
        LANE_IDENTIFYING, /* -> IDLE, DOWN */
        LANE_IDLE,        /* -> OWNED, DOWN */
        LANE_OWNED,       /* by a turn -> CLEANING, IDLE, DOWN */
        LANE_CLEANING,    /* released; its last answers are still on the way -> IDLE, DOWN */
};

/* One thing the server still owes an answer for: a query, or (no `is_query`) the end of a pipeline. */
struct answer {
        STAILQ_ENTRY(answer) next;
        bool is_query;
        db_done_fn done; /* NULL: nobody asks */
        void *closure;
};
STAILQ_HEAD(answers, answer);

struct lane {
        struct db *db;
        unsigned number;
        enum lane_state state;
        PGconn *link;
        int socket;
        struct event *readable;
        struct event *writable;
        struct event *timer;    /* to retry, to connect, to the head of `owed` */
        struct answers owed;
        PGresult *result;       /* of the head of `owed`, until libpq has closed it */
        bool needs_sync;
        bool is_broken;         /* libpq refused to send; the pump closes the lane */
        struct db_turn *turn;
};

struct db_turn {
        TAILQ_ENTRY(db_turn) next; /* in db.waiting or db.running */
        struct db *db;             /* NULL once the db is gone */
        struct lane *lane;         /* NULL while waiting, and after the lane was lost */
        bool is_waiting;
        struct event *timer;       /* while waiting */
        db_ready_fn ready;
        void *closure;
        struct fault fault;        /* why the lane was lost, or why there will be none */
};
TAILQ_HEAD(turns, db_turn);

struct db {
        struct event_base *base;
        char *conninfo;
        char *user;
        char options[192];
        struct db_limits limits;
        const char *identify_sql;
        db_identify_fn identify;
        void *closure;
        struct event *pump;        /* whatever must not happen inside a caller's call */
        struct turns waiting;      /* for a lane, oldest first */
        unsigned waiting_count;
        struct turns running;
        struct answers cut;        /* queries of turns without a lane: told by the pump */
        struct fault last;         /* of the newest attempt; code FAULT_NONE after a success */
        struct lane *lanes;
        bool is_ending;
};

static void lane_connect(struct lane *lane);
static void lane_lose(struct lane *lane, const struct fault *why);
static void pump_soon(struct db *db);

static struct timeval after_ms(unsigned ms)
{
        return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (int)(ms % 1000) * 1000};
}

static void start_timer(struct event *timer, unsigned ms)
{
        struct timeval wait = after_ms(ms);

        event_add(timer, &wait);
}

static void fault_of_link(struct fault *ret, const char *doing, const PGconn *link)
{
        fault_set(ret, FAULT_STORE, "%s: %s", doing, PQerrorMessage(link));
}

/* ---------------------------------------------------------------- answers */

static void owe(struct answers *to, bool is_query, db_done_fn done, void *closure)
{
        struct answer *answer = must_alloc(sizeof(*answer));

        *answer = (struct answer){.is_query = is_query, .done = done, .closure = closure};
        STAILQ_INSERT_TAIL(to, answer, next);
}

/* Tells everybody in `answers` that no answer will come. They may send, release and begin meanwhile. */
static void cut_all(struct answers *answers, const struct fault *why)
{
        struct answer *answer;

        while ((answer = STAILQ_FIRST(answers))) {
                STAILQ_REMOVE_HEAD(answers, next);
                if (answer->done)
                        answer->done(answer->closure, NULL, why);
                free(answer);
        }
}

/* ------------------------------------------------------------------ turns */

static void turn_free(struct db_turn *turn)
{
        if (turn->timer)
                event_free(turn->timer);
        free(turn);
}

/* Takes a turn out of the queue and says why it gets no lane. */
static void turn_refuse(struct db_turn *turn, const struct fault *why)
{
        struct db *db = turn->db;

        TAILQ_REMOVE(&db->waiting, turn, next);
        db->waiting_count--;
        turn->ready(turn->closure, NULL, why);
        turn_free(turn);
}

static void refuse_all(struct db *db, const struct fault *why)
{
        struct turns refused = TAILQ_HEAD_INITIALIZER(refused);
        struct db_turn *turn;

        /* Those that begin a turn while they are told are not of this round. */
        TAILQ_CONCAT(&refused, &db->waiting, next);
        db->waiting_count = 0;
        while ((turn = TAILQ_FIRST(&refused))) {
                TAILQ_REMOVE(&refused, turn, next);
                turn->ready(turn->closure, NULL, why);
                turn_free(turn);
        }
}

static void turn_start(struct db_turn *turn, struct lane *lane)
{
        struct db *db = turn->db;

        TAILQ_REMOVE(&db->waiting, turn, next);
        db->waiting_count--;
        TAILQ_INSERT_TAIL(&db->running, turn, next);
        event_del(turn->timer);
        turn->is_waiting = false;
        turn->lane = lane;
        lane->turn = turn;
        lane->state = LANE_OWNED;
        turn->ready(turn->closure, turn, NULL);
}

static void on_turn_timeout(evutil_socket_t fd, short what, void *closure)
{
        struct db_turn *turn = closure;
        struct db *db = turn->db;
        struct fault why;

        (void)fd;
        (void)what;
        if (turn->fault.code != FAULT_NONE)
                why = turn->fault; /* refused when it began */
        else if (db_is_up(db))
                fault_set(&why, FAULT_LIMIT, "no connection to the store came free within %u ms", db->limits.wait_ms);
        else if (db->last.code != FAULT_NONE)
                why = db->last;
        else
                fault_set(&why, FAULT_STORE, "the store did not answer within %u ms", db->limits.wait_ms);
        turn_refuse(turn, &why);
}

void db_begin_turn(struct db *db, db_ready_fn ready, void *closure)
{
        struct db_turn *turn = must_alloc(sizeof(*turn));

        *turn = (struct db_turn){.db = db, .is_waiting = true, .ready = ready, .closure = closure};
        turn->timer = evtimer_new(db->base, on_turn_timeout, turn);
        if (!turn->timer)
                abort();
        if (db->waiting_count >= db->limits.turns_max)
                fault_set(&turn->fault, FAULT_LIMIT, "%u turns wait for the store already", db->waiting_count);
        else if (db->last.code == FAULT_MISMATCH && !db_is_up(db))
                turn->fault = db->last;
        TAILQ_INSERT_TAIL(&db->waiting, turn, next);
        db->waiting_count++;
        if (turn->fault.code != FAULT_NONE) {
                event_active(turn->timer, EV_TIMEOUT, 1);
                return;
        }
        start_timer(turn->timer, db->limits.wait_ms);
        pump_soon(db);
}

/* ------------------------------------------------------------------ lanes */

static bool lane_is_up(const struct lane *lane)
{
        switch (lane->state) {
        case LANE_DOWN:
        case LANE_CONNECTING:
        case LANE_IDENTIFYING:
                return false;
        case LANE_IDLE:
        case LANE_OWNED:
        case LANE_CLEANING:
                return true;
        }
        return false;
}

bool db_is_up(const struct db *db)
{
        for (unsigned i = 0; i < db->limits.lanes; i++)
                if (lane_is_up(&db->lanes[i]))
                        return true;
        return false;
}

/* The events go before the socket does (PQfinish closes it). */
static void lane_unwatch(struct lane *lane)
{
        if (lane->readable)
                event_free(lane->readable);
        if (lane->writable)
                event_free(lane->writable);
        lane->readable = lane->writable = NULL;
        lane->socket = -1;
}

static void lane_close(struct lane *lane)
{
        event_del(lane->timer);
        lane_unwatch(lane);
        PQclear(lane->result);
        lane->result = NULL;
        PQfinish(lane->link);
        lane->link = NULL;
        lane->needs_sync = lane->is_broken = false;
        lane->state = LANE_DOWN;
}

/* The one door through which a connection ends, whoever notices. */
static void lane_lose(struct lane *lane, const struct fault *why)
{
        struct db *db = lane->db;
        struct answers owed = STAILQ_HEAD_INITIALIZER(owed);
        struct fault copy = *why;
        bool was_up = lane_is_up(lane);

        if (db->is_ending)
                log_event(LOG_DEBUG, "store.closed", "lane", LOG_NUMBER(lane->number));
        else if (was_up || strcmp(copy.text, db->last.text) != 0)
                log_event(LOG_WARNING, was_up ? "store.lost" : "store.away", "lane", LOG_NUMBER(lane->number), "fault",
                        fault_word(copy.code), "text", copy.text);
        lane_close(lane);
        STAILQ_CONCAT(&owed, &lane->owed);
        if (lane->turn) {
                lane->turn->lane = NULL;
                lane->turn->fault = copy;
                lane->turn = NULL;
        }
        db->last = copy;
        start_timer(lane->timer, db->limits.retry_ms);
        cut_all(&owed, &copy);
        if (copy.code == FAULT_MISMATCH && !db_is_up(db))
                refuse_all(db, &copy);
}

/* The head of `owed` has the whole of query_ms, however long those before it took. */
static void lane_time_head(struct lane *lane)
{
        if (STAILQ_EMPTY(&lane->owed))
                event_del(lane->timer);
        else
                start_timer(lane->timer, lane->db->limits.query_ms);
}

/* Sends what libpq holds; more than the socket takes waits for it to be writable. */
static bool lane_flush(struct lane *lane, struct fault *why)
{
        int left = PQflush(lane->link);

        if (left < 0) {
                fault_of_link(why, "send", lane->link);
                return false;
        }
        if (left > 0)
                event_add(lane->writable, NULL);
        return true;
}

static void lane_send(struct lane *lane, struct query *query, db_done_fn done, void *closure)
{
        bool was_empty = STAILQ_EMPTY(&lane->owed);

        owe(&lane->owed, true, done, closure);
        if (!PQsendQueryParams(lane->link, query->sql, query->count, NULL, query_values(query), query->length,
                    query->format, 0))
                lane->is_broken = true;
        lane->needs_sync = true;
        if (was_empty)
                lane_time_head(lane);
        pump_soon(lane->db);
}

static void lane_sync(struct lane *lane)
{
        if (!lane->needs_sync)
                return;
        lane->needs_sync = false;
        owe(&lane->owed, false, NULL, NULL);
        if (!PQpipelineSync(lane->link))
                lane->is_broken = true;
}

/* After the last answer: whoever released the lane is done with it. */
static void lane_settle(struct lane *lane)
{
        struct fault why;

        if (lane->state != LANE_CLEANING || lane->needs_sync || !STAILQ_EMPTY(&lane->owed))
                return;
        if (PQtransactionStatus(lane->link) != PQTRANS_IDLE) {
                fault_set(&why, FAULT_STORE, "a connection was given back inside a transaction");
                lane_lose(lane, &why);
                return;
        }
        lane->state = LANE_IDLE;
        pump_soon(lane->db);
}

/* An error that ends the connection is not an answer: what it says of a COMMIT is not known. */
static bool result_is_final(const PGresult *result)
{
        const char *severity;

        if (PQresultStatus(result) != PGRES_FATAL_ERROR)
                return false;
        severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
        return !severity || strcmp(severity, "ERROR") != 0;
}

/* Takes one result from libpq. False: nothing more to take now, or the lane is lost. */
static bool lane_take(struct lane *lane)
{
        struct answer *head = STAILQ_FIRST(&lane->owed);
        PGresult *result;
        struct fault why;

        if (PQisBusy(lane->link))
                return false;
        result = PQgetResult(lane->link);
        if (result && result_is_final(result)) {
                fault_set(&why, FAULT_STORE, "connection ended: %s", PQresultErrorMessage(result));
                PQclear(result);
                lane_lose(lane, &why);
                return false;
        }
        if (!result) {
                if (!lane->result)
                        return false;
                result = lane->result;
                lane->result = NULL;
                STAILQ_REMOVE_HEAD(&lane->owed, next);
                lane_time_head(lane);
                if (head->done)
                        head->done(head->closure, result, NULL);
                free(head);
                PQclear(result);
                return lane->link != NULL; /* on_identified may have refused the store */
        }
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
                PQclear(result);
                assert(head && !head->is_query);
                STAILQ_REMOVE_HEAD(&lane->owed, next);
                free(head);
                lane_time_head(lane);
                return true;
        }
        assert(head && head->is_query && !lane->result);
        lane->result = result;
        return true;
}

static void on_readable(evutil_socket_t fd, short what, void *closure)
{
        struct lane *lane = closure;
        struct fault why;

        (void)fd;
        (void)what;
        if (!PQconsumeInput(lane->link)) {
                fault_of_link(&why, "receive", lane->link);
                lane_lose(lane, &why);
                return;
        }
        /* Reading may have made room for more to be sent. */
        if (!lane_flush(lane, &why)) {
                lane_lose(lane, &why);
                return;
        }
        while (!STAILQ_EMPTY(&lane->owed))
                if (!lane_take(lane))
                        break;
        if (!lane->link)
                return;
        if (PQstatus(lane->link) == CONNECTION_BAD) {
                fault_of_link(&why, "connection", lane->link);
                lane_lose(lane, &why);
                return;
        }
        lane_settle(lane);
}

static void on_writable(evutil_socket_t fd, short what, void *closure)
{
        struct lane *lane = closure;
        struct fault why;

        (void)fd;
        (void)what;
        if (!lane_flush(lane, &why))
                lane_lose(lane, &why);
}

/* ------------------------------------------------------- connecting a lane */

static void lane_watch(struct lane *lane, event_callback_fn readable, event_callback_fn writable, short persist)
{
        lane_unwatch(lane);
        lane->socket = PQsocket(lane->link);
        lane->readable = event_new(lane->db->base, lane->socket, (short)(EV_READ | persist), readable, lane);
        lane->writable = event_new(lane->db->base, lane->socket, EV_WRITE, writable, lane);
        if (!lane->readable || !lane->writable)
                abort();
}

static void on_identified(void *closure, const PGresult *result, const struct fault *lost)
{
        struct lane *lane = closure;
        struct db *db = lane->db;
        struct fault why;
        bool accepted;

        if (lost)
                return; /* the lane is closed already */
        if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1) {
                accepted = db->identify(db->closure, result, &why);
        } else {
                const char *text = PQresultErrorMessage(result);

                accepted = fault_set(&why, FAULT_STORE, "identify: %s", *text ? text : "not one row");
        }
        if (!accepted) {
                lane_lose(lane, &why);
                return;
        }
        db->last.code = FAULT_NONE;
        db->last.text[0] = '\0';
        lane->state = LANE_CLEANING;
        log_event(LOG_INFO, "store.up", "lane", LOG_NUMBER(lane->number), "user", db->user);
}

static void lane_identify(struct lane *lane)
{
        CLEANUP(query) struct query identify;
        struct fault why;

        query_init(&identify, lane->db->identify_sql);
        if (PQsetnonblocking(lane->link, 1) != 0 || !PQenterPipelineMode(lane->link)) {
                fault_of_link(&why, "pipeline", lane->link);
                lane_lose(lane, &why);
                return;
        }
        lane_watch(lane, on_readable, on_writable, EV_PERSIST);
        event_add(lane->readable, NULL);
        lane->state = LANE_IDENTIFYING;
        lane_send(lane, &identify, on_identified, lane);
}

/* The socket may be another one after each step: hosts are tried in turn, and encryption may be given up. */
static void on_connecting(evutil_socket_t fd, short what, void *closure)
{
        struct lane *lane = closure;
        struct fault why;

        (void)fd;
        (void)what;
        switch (PQconnectPoll(lane->link)) {
        case PGRES_POLLING_READING:
                lane_watch(lane, on_connecting, on_connecting, 0);
                event_add(lane->readable, NULL);
                return;
        case PGRES_POLLING_WRITING:
                lane_watch(lane, on_connecting, on_connecting, 0);
                event_add(lane->writable, NULL);
                return;
        case PGRES_POLLING_OK:
                event_del(lane->timer);
                lane_identify(lane);
                return;
        case PGRES_POLLING_FAILED:
        case PGRES_POLLING_ACTIVE: /* no longer used by libpq */
                fault_of_link(&why, "connect", lane->link);
                lane_lose(lane, &why);
                return;
        }
}

/* What the server says beside its answers (a ROLLBACK without a transaction) concerns nobody. */
static void ignore_notice(void *closure, const PGresult *notice)
{
        (void)closure;
        (void)notice;
}

static void lane_connect(struct lane *lane)
{
        const struct db *db = lane->db;
        const char *const keys[] = {"dbname", "user", "application_name", "client_encoding", "options", NULL};
        const char *const values[] = {db->conninfo, db->user, "qcrd", "UTF8", db->options, NULL};
        struct fault why;

        lane->state = LANE_CONNECTING;
        lane->link = PQconnectStartParams(keys, values, 1);
        if (!lane->link)
                abort();
        if (PQstatus(lane->link) == CONNECTION_BAD) {
                fault_of_link(&why, "connect", lane->link);
                lane_lose(lane, &why);
                return;
        }
        PQsetNoticeReceiver(lane->link, ignore_notice, NULL);
        start_timer(lane->timer, db->limits.connect_ms);
        lane_watch(lane, on_connecting, on_connecting, 0);
        event_add(lane->writable, NULL);
}

static void on_lane_timeout(evutil_socket_t fd, short what, void *closure)
{
        struct lane *lane = closure;
        struct fault why;

        (void)fd;
        (void)what;
        switch (lane->state) {
        case LANE_DOWN:
                lane_connect(lane);
                return;
        case LANE_CONNECTING:
                fault_set(&why, FAULT_STORE, "connect: no answer within %u ms", lane->db->limits.connect_ms);
                break;
        case LANE_IDENTIFYING:
        case LANE_OWNED:
        case LANE_CLEANING:
                fault_set(&why, FAULT_STORE, "query: no answer within %u ms", lane->db->limits.query_ms);
                break;
        case LANE_IDLE:
                return;
        }
        lane_lose(lane, &why);
}

/* ------------------------------------------------------------------- pump */

static void pump_soon(struct db *db)
{
        event_active(db->pump, EV_TIMEOUT, 1);
}

/* Ends the pipelines of this loop turn, tells cut queries, and gives idle lanes to those who wait. */
static void on_pump(evutil_socket_t fd, short what, void *closure)
{
        struct db *db = closure;
        struct answers cut = STAILQ_HEAD_INITIALIZER(cut);
        struct fault why;

        (void)fd;
        (void)what;
        fault_set(&why, FAULT_STORE, "the connection of this turn is gone");
        STAILQ_CONCAT(&cut, &db->cut);
        cut_all(&cut, &why);
        for (unsigned i = 0; i < db->limits.lanes; i++) {
                struct lane *lane = &db->lanes[i];

                if (lane->state == LANE_IDLE && !TAILQ_EMPTY(&db->waiting))
                        turn_start(TAILQ_FIRST(&db->waiting), lane);
                if (!lane->link || lane->state == LANE_CONNECTING)
                        continue;
                lane_sync(lane);
                if (lane->is_broken) {
                        fault_of_link(&why, "send", lane->link);
                        lane_lose(lane, &why);
                } else if (!lane_flush(lane, &why)) {
                        lane_lose(lane, &why);
                } else {
                        lane_settle(lane);
                }
        }
}

void db_send(struct db_turn *turn, struct query *query, db_done_fn done, void *closure)
{
        assert(!turn->is_waiting);
        if (turn->lane) {
                lane_send(turn->lane, query, done, closure);
                return;
        }
        assert(turn->db);
        owe(&turn->db->cut, true, done, closure);
        pump_soon(turn->db);
}

void db_release(struct db_turn *turn, bool clean)
{
        struct lane *lane = turn->lane;

        assert(!turn->is_waiting);
        if (lane) {
                lane->turn = NULL;
                lane->state = LANE_CLEANING;
                if (!clean) {
                        CLEANUP(query) struct query rollback;

                        /* In a pipeline of its own: an error before it would skip it. */
                        lane_sync(lane);
                        query_init(&rollback, "ROLLBACK");
                        lane_send(lane, &rollback, NULL, NULL);
                }
                pump_soon(lane->db);
        }
        if (turn->db)
                TAILQ_REMOVE(&turn->db->running, turn, next);
        turn_free(turn);
}

/* ------------------------------------------------------------------- life */

struct db *db_new(struct event_base *base, const char *conninfo, const char *user, const struct db_limits *limits,
        const char *identify_sql, db_identify_fn identify, void *closure)
{
        struct db *db = must_alloc(sizeof(*db));

        assert(limits->lanes > 0 && limits->query_ms >= 10 && limits->connect_ms > 0);
        *db = (struct db){
                .base = base,
                .conninfo = must_copy_text(conninfo),
                .user = must_copy_text(user),
                .limits = *limits,
                .identify_sql = identify_sql,
                .identify = identify,
                .closure = closure,
        };
        /* A few rows by their keys: compiling such a query takes a thousand times as long as running it. */
        snprintf(db->options, sizeof(db->options),
                "-c statement_timeout=%u -c lock_timeout=%u -c idle_in_transaction_session_timeout=%u"
                " -c TimeZone=UTC -c DateStyle=ISO -c bytea_output=hex -c jit=off",
                STATEMENT_SHARE(limits->query_ms), LOCK_SHARE(limits->query_ms), limits->query_ms);
        TAILQ_INIT(&db->waiting);
        TAILQ_INIT(&db->running);
        STAILQ_INIT(&db->cut);
        db->pump = event_new(base, -1, 0, on_pump, db);
        db->lanes = must_alloc(limits->lanes * sizeof(*db->lanes));
        if (!db->pump)
                abort();
        for (unsigned i = 0; i < limits->lanes; i++) {
                struct lane *lane = &db->lanes[i];

                *lane = (struct lane){.db = db, .number = i, .socket = -1};
                STAILQ_INIT(&lane->owed);
                lane->timer = evtimer_new(base, on_lane_timeout, lane);
                if (!lane->timer)
                        abort();
                start_timer(lane->timer, 0);
        }
        return db;
}

void db_free(struct db *db)
{
        struct db_turn *turn;
        struct fault why;

        if (!db)
                return;
        db->is_ending = true;
        fault_set(&why, FAULT_STORE, "the process is ending");
        for (unsigned i = 0; i < db->limits.lanes; i++)
                if (db->lanes[i].state != LANE_DOWN)
                        lane_lose(&db->lanes[i], &why);
        /* Those who are told may ask again. */
        while (!STAILQ_EMPTY(&db->cut) || !TAILQ_EMPTY(&db->waiting)) {
                cut_all(&db->cut, &why);
                refuse_all(db, &why);
        }
        TAILQ_FOREACH(turn, &db->running, next)
                turn->db = NULL;
        for (unsigned i = 0; i < db->limits.lanes; i++)
                event_free(db->lanes[i].timer);
        event_free(db->pump);
        free(db->lanes);
        free(db->conninfo);
        free(db->user);
        free(db);
}
