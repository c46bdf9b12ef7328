/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A snapshot: a call answered from several queries of the store, all of them as of one moment (a read-only
 * transaction, REPEATABLE READ), so that who may see something, the thing and the rules it is read by belong together.
 *
 * What it reads goes into the call's arena: whatever keeps the rows from coming ends the call as a failure (unless its
 * story says otherwise), and nothing else has to be taken down.
 */
#pragma once

#include "registry/service/call.h"
#include "registry/store/query.h"

struct snapshot;

struct snapshot_story {
        /* Sends the first queries. */
        void (*ask)(struct snapshot *snapshot, void *closure);
        /* All answers are in. True: more queries were sent because of them. NULL: never. */
        bool (*more)(struct snapshot *snapshot, void *closure);
        /* The transaction is over and the lane given back: ends the call, now or later. */
        void (*done)(void *closure);
        /* The rows did not come, and the call goes on without them. NULL: it ends as a failure. */
        void (*failed)(void *closure, const struct fault *why);
};

/* Takes the rows of one query; they live until it returns. False with `why`: they are not what they must be. */
typedef bool (*snapshot_rows_fn)(void *closure, const PGresult *result, struct fault *why);

void snapshot_begin(struct call *call, const struct snapshot_story *story, void *closure);
/* Consumes `query`. From `ask` and `more` alone. */
void snapshot_ask(struct snapshot *snapshot, struct query *query, snapshot_rows_fn rows);
