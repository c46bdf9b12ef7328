/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/snapshot.h"

#include "registry/base/log.h"

struct snapshot {
        struct call *call;
        const struct snapshot_story *story;
        void *closure;
        struct db_turn *turn;
        unsigned owed;
        bool has_failed;
        struct fault why;
};

struct answer {
        struct snapshot *snapshot;
        snapshot_rows_fn rows;
};

static void take_error(struct snapshot *snapshot, const PGresult *result)
{
        snapshot->has_failed = true;
        /* What was sent behind an error comes back as aborted; the error itself has been told. */
        if (PQresultStatus(result) != PGRES_PIPELINE_ABORTED)
                (void)fault_set(&snapshot->why, FAULT_STORE, "%s: %s",
                        PQresultErrorField(result, PG_DIAG_SQLSTATE),
                        PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
}

static void fail(struct snapshot *snapshot, const struct fault *why)
{
        struct call *call = snapshot->call;

        if (!snapshot->story->failed) {
                call_fail_fault(call, why);
                return;
        }
        log_event(LOG_WARNING, "request.without", "id", call->id, "fault", fault_word(why->code), "text", why->text);
        snapshot->story->failed(snapshot->closure, why);
}

static void advance(struct snapshot *snapshot)
{
        if (!snapshot->has_failed && snapshot->story->more && snapshot->story->more(snapshot, snapshot->closure))
                return;
        /* It wrote nothing: rolled back or committed is the same, and a lane is always given back clean. */
        db_release(snapshot->turn, false);
        if (snapshot->has_failed)
                fail(snapshot, &snapshot->why);
        else
                snapshot->story->done(snapshot->closure);
}

static void on_answer(void *closure, const PGresult *result, const struct fault *why)
{
        struct answer *answer = closure;
        struct snapshot *snapshot = answer->snapshot;

        snapshot->owed--;
        if (snapshot->has_failed) {
                /* Nothing more is read, but all of it must come before the call ends. */
        } else if (!result) {
                snapshot->has_failed = true;
                snapshot->why = *why;
        } else if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK) {
                take_error(snapshot, result);
        } else if (answer->rows && !answer->rows(snapshot->closure, result, &snapshot->why)) {
                snapshot->has_failed = true;
        }
        if (snapshot->owed == 0)
                advance(snapshot);
}

void snapshot_ask(struct snapshot *snapshot, struct query *query, snapshot_rows_fn rows)
{
        struct answer *answer = call_alloc(snapshot->call, sizeof(*answer));

        *answer = (struct answer){.snapshot = snapshot, .rows = rows};
        snapshot->owed++;
        db_send(snapshot->turn, query, on_answer, answer);
        query_done(query);
}

static void on_turn(void *closure, struct db_turn *turn, const struct fault *why)
{
        struct snapshot *snapshot = closure;
        struct query begin;

        if (!turn) {
                fail(snapshot, why);
                return;
        }
        snapshot->turn = turn;
        query_init(&begin, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        snapshot_ask(snapshot, &begin, NULL);
        snapshot->story->ask(snapshot, snapshot->closure);
}

void snapshot_begin(struct call *call, const struct snapshot_story *story, void *closure)
{
        struct snapshot *snapshot = call_alloc(call, sizeof(*snapshot));

        *snapshot = (struct snapshot){.call = call, .story = story, .closure = closure};
        db_begin_turn(call->service->db, on_turn, snapshot);
}
