/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/db_lane.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/base/log.h"

void lane_start_timer(struct event *timer, unsigned ms)
{
        const struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = (int)(ms % 1000) * 1000};

        event_add(timer, &wait);
}

static void fault_of_link(struct fault *ret, const char *doing, const PGconn *link)
{
        fault_set(ret, FAULT_STORE, "%s: %s", doing, PQerrorMessage(link));
}

/* ---------------------------------------------------------------- answers */

void answers_owe(struct answers *to, bool is_query, db_done_fn done, void *closure)
{
        struct answer *answer = must_alloc(sizeof(*answer));

        *answer = (struct answer){.is_query = is_query, .done = done, .closure = closure};
        STAILQ_INSERT_TAIL(to, answer, next);
}

void answers_cut(struct answers *answers, const struct fault *why)
{
        struct answer *answer;

        while ((answer = STAILQ_FIRST(answers))) {
                STAILQ_REMOVE_HEAD(answers, next);
                if (answer->done)
                        answer->done(answer->closure, NULL, why);
                free(answer);
        }
}

/* ------------------------------------------------------------------ lanes */

bool lane_is_up(const struct lane *lane)
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

void lane_lose(struct lane *lane, const struct fault *why)
{
        struct db *db = lane->db;
        struct answers owed = STAILQ_HEAD_INITIALIZER(owed);
        struct fault copy = *why;
        bool was_up = lane_is_up(lane);

        if (db->is_ending)
                log_event(LOG_DEBUG, "store.closed", "lane", LOG_NUMBER(lane->number));
        else if (was_up || strcmp(copy.text, db->last.text) != 0)
                log_event(LOG_WARNING, was_up ? "store.lost" : "store.away", "lane", LOG_NUMBER(lane->number),
                        "fault", fault_word(copy.code), "text", copy.text);
        lane_close(lane);
        STAILQ_CONCAT(&owed, &lane->owed);
        if (lane->turn) {
                lane->turn->lane = NULL;
                lane->turn->fault = copy;
                lane->turn = NULL;
        }
        db->last = copy;
        lane_start_timer(lane->timer, db->limits.retry_ms);
        answers_cut(&owed, &copy);
        if (copy.code == FAULT_MISMATCH && !db_is_up(db))
                db_refuse_all(db, &copy);
}

/* The head of `owed` has the whole of query_ms, however long those before it took. */
static void lane_time_head(struct lane *lane)
{
        if (STAILQ_EMPTY(&lane->owed))
                event_del(lane->timer);
        else
                lane_start_timer(lane->timer, lane->db->limits.query_ms);
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

void lane_send(struct lane *lane, struct query *query, db_done_fn done, void *closure)
{
        bool was_empty = STAILQ_EMPTY(&lane->owed);

        answers_owe(&lane->owed, true, done, closure);
        if (!PQsendQueryParams(lane->link, query->sql, query->count, NULL, query_values(query), query->length,
                    query->format, 0))
                lane->is_broken = true;
        lane->needs_sync = true;
        if (was_empty)
                lane_time_head(lane);
        db_pump_soon(lane->db);
}

void lane_sync(struct lane *lane)
{
        if (!lane->needs_sync)
                return;
        lane->needs_sync = false;
        answers_owe(&lane->owed, false, NULL, NULL);
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
        db_pump_soon(lane->db);
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

static void lane_watch(
        struct lane *lane, event_callback_fn readable, event_callback_fn writable, short persist)
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
        lane_start_timer(lane->timer, db->limits.connect_ms);
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

void lane_pump(struct lane *lane)
{
        struct fault why;

        if (!lane->link || lane->state == LANE_CONNECTING)
                return;
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

void lane_init(struct lane *lane, struct db *db, unsigned number)
{
        *lane = (struct lane){.db = db, .number = number, .socket = -1};
        STAILQ_INIT(&lane->owed);
        lane->timer = evtimer_new(db->base, on_lane_timeout, lane);
        if (!lane->timer)
                abort();
        lane_start_timer(lane->timer, 0);
}

void lane_done(struct lane *lane)
{
        event_free(lane->timer);
}
