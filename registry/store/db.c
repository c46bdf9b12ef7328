/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/db.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/store/db_lane.h"

/*
 * Of one query's time, how much the server gets before it gives up by itself, and how much a lock may take.
 */
#define STATEMENT_SHARE(ms) ((ms) / 10 * 9)
#define LOCK_SHARE(ms) ((ms) / 2)

bool db_is_up(const struct db *db)
{
        for (unsigned i = 0; i < db->limits.lanes; i++)
                if (lane_is_up(&db->lanes[i]))
                        return true;
        return false;
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

void db_refuse_all(struct db *db, const struct fault *why)
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
                fault_set(&why, FAULT_LIMIT, "no connection to the store came free within %u ms",
                        db->limits.wait_ms);
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
                fault_set(
                        &turn->fault, FAULT_LIMIT, "%u turns wait for the store already", db->waiting_count);
        else if (db->last.code == FAULT_MISMATCH && !db_is_up(db))
                turn->fault = db->last;
        TAILQ_INSERT_TAIL(&db->waiting, turn, next);
        db->waiting_count++;
        if (turn->fault.code != FAULT_NONE) {
                event_active(turn->timer, EV_TIMEOUT, 1);
                return;
        }
        lane_start_timer(turn->timer, db->limits.wait_ms);
        db_pump_soon(db);
}

/* ------------------------------------------------------------------- pump */

void db_pump_soon(struct db *db)
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
        answers_cut(&cut, &why);
        for (unsigned i = 0; i < db->limits.lanes; i++) {
                struct lane *lane = &db->lanes[i];

                if (lane->state == LANE_IDLE && !TAILQ_EMPTY(&db->waiting))
                        turn_start(TAILQ_FIRST(&db->waiting), lane);
                lane_pump(lane);
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
        answers_owe(&turn->db->cut, true, done, closure);
        db_pump_soon(turn->db);
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
                db_pump_soon(lane->db);
        }
        if (turn->db)
                TAILQ_REMOVE(&turn->db->running, turn, next);
        turn_free(turn);
}

/* ------------------------------------------------------------------- life */

struct db *db_new(struct event_base *base, const char *conninfo, const char *user,
        const struct db_limits *limits, const char *identify_sql, db_identify_fn identify, void *closure)
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
        for (unsigned i = 0; i < limits->lanes; i++)
                lane_init(&db->lanes[i], db, i);
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
                answers_cut(&db->cut, &why);
                db_refuse_all(db, &why);
        }
        TAILQ_FOREACH(turn, &db->running, next)
                turn->db = NULL;
        for (unsigned i = 0; i < db->limits.lanes; i++)
                lane_done(&db->lanes[i]);
        event_free(db->pump);
        free(db->lanes);
        free(db->conninfo);
        free(db->user);
        free(db);
}
