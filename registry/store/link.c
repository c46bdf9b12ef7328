/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/link.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_SECONDS "10"
#define SQLSTATE_SIZE 6
/* One PQputCopyData a row costs more in calls than in octets; 64 KiB fills libpq's own buffer eight times. */
#define COPY_PIECE (64u * 1024)

struct link {
        PGconn *connection;
        char sqlstate[SQLSTATE_SIZE];
        struct buffer copy; /* not sent yet */
};

/* libpq ends its messages with LF and may fill several lines; a fault is one. */
static bool fail_line(struct fault *why, enum fault_code code, const char *what, const char *message)
{
        char line[300];
        size_t length = 0;

        for (; *message && length < sizeof(line) - 1; message++)
                line[length++] = *message == '\n' ? ' ' : *message;
        while (length && line[length - 1] == ' ')
                length--;
        line[length] = '\0';
        return fault_set(why, code, "%s: %s", what, line);
}

static bool fail_connection(struct link *link, const char *what, struct fault *why)
{
        link->sqlstate[0] = '\0';
        return fail_line(why, FAULT_STORE, what, PQerrorMessage(link->connection));
}

static bool fail_result(struct link *link, const PGresult *result, struct fault *why)
{
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
        enum fault_code code = FAULT_STORE;

        if (!state || !message)
                return fail_connection(link, "PostgreSQL", why);
        strncpy(link->sqlstate, state, SQLSTATE_SIZE - 1);
        /* serialization_failure, deadlock_detected */
        if (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0)
                code = FAULT_CONFLICT;
        /* The message of a constraint's violation names it already, without quoting a value. */
        return fault_set(why, code, "PostgreSQL: %.300s%s%s (%s)", message, constraint ? ", constraint " : "",
                constraint ? constraint : "", state);
}

static void ignore_notice(void *closure, const PGresult *result)
{
        (void)closure;
        (void)result;
}

bool link_open(struct link **ret, const char *conninfo, const char *user, struct fault *why)
{
        /* The first dbname is taken as a whole conninfo; what follows overrides what it says. */
        const char *const keywords[] = {
                "connect_timeout",
                "fallback_application_name",
                "dbname",
                "client_encoding",
                user ? "user" : NULL,
                NULL,
        };
        const char *const values[] = {CONNECT_SECONDS, "qcr", conninfo, "UTF8", user, NULL};
        struct link *link = must_alloc(sizeof(*link));

        *link = (struct link){.connection = PQconnectdbParams(keywords, values, 1)};
        if (!link->connection)
                abort();
        if (PQstatus(link->connection) != CONNECTION_OK) {
                fail_connection(link, "connect", why);
                link_free(link);
                return false;
        }
        PQsetNoticeReceiver(link->connection, ignore_notice, NULL);
        /* Cells are read in these forms whatever the role or database is set to. */
        if (!link_run_text(link, "SET datestyle TO 'ISO, YMD'", why) ||
                !link_run_text(link, "SET timezone TO 'UTC'", why) ||
                !link_run_text(link, "SET bytea_output TO 'hex'", why) ||
                !link_run_text(link, "SET search_path TO pg_catalog", why)) {
                link_free(link);
                return false;
        }
        *ret = link;
        return true;
}

void link_free(struct link *link)
{
        if (!link)
                return;
        PQfinish(link->connection);
        buffer_done(&link->copy);
        free(link);
}

void link_cleanup(struct link **link)
{
        link_free(*link);
}

bool link_is_up(const struct link *link)
{
        return PQstatus(link->connection) == CONNECTION_OK;
}

const char *link_sqlstate(const struct link *link)
{
        return link->sqlstate;
}

static bool is_success(const PGresult *result)
{
        ExecStatusType status = PQresultStatus(result);

        return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE;
}

bool link_query(struct link *link, struct query *query, PGresult **ret, struct fault *why)
{
        PGresult *result = PQexecParams(link->connection, query->sql, query->count, NULL, query_values(query),
                query->length, query->format, 0);

        query_done(query);
        if (!is_success(result)) {
                fail_result(link, result, why);
                PQclear(result);
                return false;
        }
        *ret = result;
        return true;
}

bool link_run(struct link *link, struct query *query, int64_t *ret_rows, struct fault *why)
{
        PGresult *result;

        if (!link_query(link, query, &result, why))
                return false;
        if (ret_rows)
                *ret_rows = strtoll(PQcmdTuples(result), NULL, 10);
        PQclear(result);
        return true;
}

bool link_run_text(struct link *link, const char *sql, struct fault *why)
{
        struct query query;

        query_init(&query, sql);
        return link_run(link, &query, NULL, why);
}

/* Takes results until the statement's last; the first that is wrong gives the fault. */
static bool take_rows(struct link *link, link_row_fn each, void *closure, struct fault *why)
{
        PGresult *result;
        bool good = true;

        while ((result = PQgetResult(link->connection))) {
                if (good && !is_success(result))
                        good = fail_result(link, result, why);
                else if (good && PQntuples(result) > 0 && !each(closure, result, why)) {
                        PGcancel *cancel = PQgetCancel(link->connection);
                        char text[256];

                        /* The rest need not be computed; if cancelling fails it is only read and dropped. */
                        good = false;
                        PQcancel(cancel, text, sizeof(text));
                        PQfreeCancel(cancel);
                }
                PQclear(result);
        }
        return good;
}

bool link_each(struct link *link, struct query *query, link_row_fn each, void *closure, struct fault *why)
{
        int sent = PQsendQueryParams(link->connection, query->sql, query->count, NULL, query_values(query),
                query->length, query->format, 0);

        query_done(query);
        if (!sent)
                return fail_connection(link, "send", why);
        /* Refused only when something has been read already, which cannot be here. */
        if (!PQsetSingleRowMode(link->connection))
                abort();
        return take_rows(link, each, closure, why);
}

bool link_begin(struct link *link, struct fault *why)
{
        return link_run_text(link, "BEGIN ISOLATION LEVEL READ COMMITTED", why);
}

bool link_begin_snapshot(struct link *link, struct fault *why)
{
        return link_run_text(link, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", why);
}

bool link_commit(struct link *link, struct fault *why)
{
        struct query query;
        PGresult *result;
        bool done;

        query_init(&query, "COMMIT");
        if (!link_query(link, &query, &result, why))
                return false;
        /* COMMIT of a transaction that failed before succeeds as a command, and says ROLLBACK. */
        done = strcmp(PQcmdStatus(result), "COMMIT") == 0;
        PQclear(result);
        return done ||
               fault_set(why, FAULT_STORE, "PostgreSQL: the transaction had failed and was rolled back");
}

void link_rollback(struct link *link)
{
        if (link_is_up(link))
                PQclear(PQexec(link->connection, "ROLLBACK"));
}

bool link_copy_begin(struct link *link, const char *sql, struct fault *why)
{
        PGresult *result = PQexec(link->connection, sql);
        bool good = PQresultStatus(result) == PGRES_COPY_IN;

        if (!good)
                fail_result(link, result, why);
        PQclear(result);
        buffer_clear(&link->copy);
        return good;
}

static bool send_copy(struct link *link, struct fault *why)
{
        if (link->copy.length && PQputCopyData(link->connection, (const char *)link->copy.data,
                (int)link->copy.length) != 1)
                return fail_connection(link, "COPY", why);
        buffer_clear(&link->copy);
        return true;
}

bool link_copy_add(struct link *link, struct slice octets, struct fault *why)
{
        buffer_add_slice(&link->copy, octets);
        return link->copy.length < COPY_PIECE || send_copy(link, why);
}

bool link_copy_end(struct link *link, int64_t *ret_rows, struct fault *why)
{
        PGresult *result;
        bool good = send_copy(link, why);

        /* While the connection still copies in, PQgetResult would say so for ever. */
        if (PQputCopyEnd(link->connection, good ? NULL : "abandoned") != 1)
                return good && fail_connection(link, "COPY", why);
        while ((result = PQgetResult(link->connection))) {
                if (good && !is_success(result))
                        good = fail_result(link, result, why);
                if (good && ret_rows)
                        *ret_rows = strtoll(PQcmdTuples(result), NULL, 10);
                PQclear(result);
        }
        return good;
}

bool link_read_begin(struct link *link, const char *sql, struct fault *why)
{
        PGresult *result = PQexec(link->connection, sql);
        bool good = PQresultStatus(result) == PGRES_COPY_OUT;

        if (!good)
                fail_result(link, result, why);
        PQclear(result);
        return good;
}

/* Behind the last row: what the statement as a whole came to. */
static bool end_read(struct link *link, struct fault *why)
{
        PGresult *result;
        bool good = true;

        while ((result = PQgetResult(link->connection))) {
                if (good && !is_success(result))
                        good = fail_result(link, result, why);
                PQclear(result);
        }
        return good;
}

bool link_read_next(struct link *link, char **ret, size_t *ret_length, struct fault *why)
{
        int length = PQgetCopyData(link->connection, ret, 0);

        *ret_length = 0;
        if (length >= 0) {
                *ret_length = (size_t)length;
                return true;
        }
        *ret = NULL;
        return length == -1 ? end_read(link, why) : fail_connection(link, "COPY", why);
}

void link_read_abandon(struct link *link)
{
        PGcancel *cancel = PQgetCancel(link->connection);
        PGresult *result;
        char text[256], *row;

        /* If cancelling fails, the rest is only read and dropped. */
        if (cancel)
                PQcancel(cancel, text, sizeof(text));
        PQfreeCancel(cancel);
        while (PQgetCopyData(link->connection, &row, 0) >= 0)
                PQfreemem(row);
        while ((result = PQgetResult(link->connection)))
                PQclear(result);
}
