/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The administrator's tool's side of PostgreSQL: one connection whose every call waits for its answer. The
 * queries are the daemon's (store/query); only the waiting differs (store/db).
 *
 * A fault's text has the server's primary message, the constraint it names and the SQLSTATE, never its
 * DETAIL: that one quotes rows, and rows may hold what belongs into no log. A COMMIT whose answer did not
 * come is told apart by link_is_up: the outcome is unknown then.
 */
#pragma once

#include "registry/base/fault.h"
#include "registry/store/query.h"

struct link;

/* `conninfo` as libpq's; `user` NULL leaves the user to it. Free with link_free. */
bool link_open(struct link **ret, const char *conninfo, const char *user, struct fault *why) MUST_CHECK;
void link_free(struct link *link);
void link_cleanup(struct link **link); /* for CLEANUP(link) */

/* False once the connection is gone; nothing brings it back. */
bool link_is_up(const struct link *link);
/* SQLSTATE of the last fault, "" when the server gave none. */
const char *link_sqlstate(const struct link *link);

/*
 * Sends and waits. The query is consumed: query_done is called on it whatever happens. `ret` is the caller's
 * to PQclear. Serialisation failures and deadlocks are FAULT_CONFLICT (load and decide again), the rest
 * FAULT_STORE.
 */
bool link_query(struct link *link, struct query *query, PGresult **ret, struct fault *why) MUST_CHECK;
/* The same when no rows are wanted. `ret_rows` may be NULL: rows the statement touched. */
bool link_run(struct link *link, struct query *query, int64_t *ret_rows, struct fault *why) MUST_CHECK;
/* A literal without parameters. */
bool link_run_text(struct link *link, const char *sql, struct fault *why) MUST_CHECK;

/*
 * Rows one by one, so that what is read need not fit into memory. `each` may stop by returning false with its
 * own fault; it must not use the link. The query is consumed.
 */
typedef bool (*link_row_fn)(void *closure, const PGresult *row, struct fault *why);
bool link_each(struct link *link, struct query *query, link_row_fn each, void *closure,
        struct fault *why) MUST_CHECK;

/* READ COMMITTED, for writers: what the rows say is compared under their locks. */
bool link_begin(struct link *link, struct fault *why) MUST_CHECK;
/* One state of the whole database, for readers. */
bool link_begin_snapshot(struct link *link, struct fault *why) MUST_CHECK;
bool link_commit(struct link *link, struct fault *why) MUST_CHECK;
/* For the way out: what cannot be rolled back on a dead connection is rolled back by the server. */
void link_rollback(struct link *link);

/*
 * COPY ... FROM STDIN. Octets are gathered and sent in large pieces. After a fault in `add` or `end` the COPY
 * is over and the transaction to be rolled back.
 */
bool link_copy_begin(struct link *link, const char *sql, struct fault *why) MUST_CHECK;
bool link_copy_add(struct link *link, struct slice octets, struct fault *why) MUST_CHECK;
bool link_copy_end(struct link *link, int64_t *ret_rows, struct fault *why) MUST_CHECK;

/*
 * COPY ... TO STDOUT. `*ret` is what the server sent for one row, for the caller to PQfreemem; NULL behind the last,
 * when the link may be used again. After a fault, or to stop early, the rest is abandoned.
 */
bool link_read_begin(struct link *link, const char *sql, struct fault *why) MUST_CHECK;
bool link_read_next(struct link *link, char **ret, size_t *ret_length, struct fault *why) MUST_CHECK;
void link_read_abandon(struct link *link);
