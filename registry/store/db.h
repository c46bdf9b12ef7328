/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The daemon's side of PostgreSQL: a few connections on the event loop, never a call that waits.
 *
 * A lane is one connection. Work on it is a queue of turns: a turn owns its lane from its first query to
 * `db_release`, so that a transaction is never mixed with another's statements. A turn that is cut off (the
 * connection died, the server went away) learns so once, through its query's callback with a NULL result and
 * the fault; if that query was a COMMIT the outcome is unknown, and the caller knows which query it was.
 *
 * Rules of libpq kept here: flush until empty, arm for writing only while flushing says so, consume input,
 * take results only while not busy, ask for the socket again while connecting, an own timer for connecting
 * and for each query. A connection is used only after it has shown that it is the store it should be
 * (`identify`), each time it is made.
 */
#pragma once

#include <event2/event.h>

#include "registry/base/fault.h"
#include "registry/store/query.h"

struct db;
struct db_turn;

struct db_limits {
        unsigned lanes;             /* connections */
        unsigned turns_max;         /* waiting for a lane; one more is refused at once with FAULT_LIMIT */
        unsigned connect_ms;        /* one attempt */
        unsigned query_ms;          /* one query, on our side; statement_timeout is set a little below */
        unsigned wait_ms;           /* a turn's wait for a lane */
        unsigned retry_ms;          /* between attempts to connect */
};

/*
 * What a new connection must show before it is used: called with the row of `identify` (set in db_new); true
 * accepts. False: the lane is closed, tried again later, and turns waiting get FAULT_MISMATCH.
 */
typedef bool (*db_identify_fn)(void *closure, const PGresult *row, struct fault *why);

/* `conninfo` as libpq's, without a user: `user` is the process's own database role. Copies both. Connecting
 * begins at once and goes on for ever; nothing here fails for want of a server. */
struct db *db_new(struct event_base *base, const char *conninfo, const char *user,
        const struct db_limits *limits, const char *identify_sql, db_identify_fn identify, void *closure);
/*
 * Ends every turn with FAULT_STORE first. Not from within a callback; turns still held then are only to be
 * released.
 */
void db_free(struct db *db);

/* Whether a lane is up and identified now. */
bool db_is_up(const struct db *db);

/*
 * Asks for a lane. `ready` is called exactly once: with the turn, or with NULL and why not (limit, store
 * away, time out). Never before db_begin_turn returns.
 */
typedef void (*db_ready_fn)(void *closure, struct db_turn *turn, const struct fault *why);
void db_begin_turn(struct db *db, db_ready_fn ready, void *closure);

/*
 * Sends one query of a turn and calls `done` exactly once, never before this returns: with the result (any
 * status: an error result is the caller's to read; PQresultErrorField SQLSTATE), or NULL and the fault when
 * the connection is gone. Several may be sent before the first is done: they travel in one pipeline and come
 * back in order, and after an error in one, those up to the pipeline's end come back PGRES_PIPELINE_ABORTED.
 * The query is not kept: its parameters are copied by libpq.
 */
typedef void (*db_done_fn)(void *closure, const PGresult *result, const struct fault *why);
void db_send(struct db_turn *turn, struct query *query, db_done_fn done, void *closure);

/*
 * Gives the lane back and frees the turn; answers still owed come all the same. With `clean` false (a
 * transaction may be open) the lane is rolled back first.
 */
void db_release(struct db_turn *turn, bool clean);
