/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/reading.h"

#include "registry/base/log.h"

struct reading {
        struct call *call;
        struct query query;
        reading_rows_fn rows;
        struct db_turn *turn;
};

static void on_rows(void *closure, const PGresult *result, const struct fault *why)
{
        struct reading *reading = closure;
        struct call *call = reading->call;

        db_release(reading->turn, true);
        if (!result) {
                call_fail_fault(call, why);
                return;
        }
        if (PQresultStatus(result) != PGRES_TUPLES_OK) {
                log_event(LOG_ERR, "store.error", "id", call->id, "sqlstate",
                        PQresultErrorField(result, PG_DIAG_SQLSTATE), "text",
                        PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
                call_fail_with(call, RESULT_STORE_UNAVAILABLE);
                return;
        }
        reading->rows(call, result);
}

static void on_turn(void *closure, struct db_turn *turn, const struct fault *why)
{
        struct reading *reading = closure;

        if (turn) {
                reading->turn = turn;
                db_send(turn, &reading->query, on_rows, reading);
        }
        query_done(&reading->query);
        if (!turn)
                call_fail_fault(reading->call, why);
}

void reading_ask(struct call *call, struct query *query, reading_rows_fn rows)
{
        struct reading *reading = call_alloc(call, sizeof(*reading));

        *reading = (struct reading){.call = call, .query = *query, .rows = rows};
        db_begin_turn(call->service->db, on_turn, reading);
}
