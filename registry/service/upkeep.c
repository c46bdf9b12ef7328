/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/upkeep.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/base/log.h"
#include "registry/service/audit_spool.h"
#include "registry/store/db.h"

/* Lines of one INSERT, and the octets read for them. */
#define BATCH_LINES 256
#define BATCH_OCTETS (128u << 10)

static const struct db_limits limits = {
        .lanes = 2, /* a beat does not wait for a file */
        .turns_max = 2,
        .connect_ms = 3000,
        .query_ms = 5000,
        .wait_ms = 5000,
        .retry_ms = 500,
};

static const char identify_sql[] = "SELECT origin FROM qcr.system";

/* Nine tenths: workers that beat at the same time write once. */
static const char heartbeat_sql[] =
        "UPDATE qcr.heartbeat SET at = clock_timestamp() WHERE at < clock_timestamp() - interval '900 milliseconds'";

static const char ship_sql[] =
        "INSERT INTO qcr.read_audit (spool, line, at, person_id, operation, code, purpose, outcome) "
        "SELECT $1, line, to_timestamp(at / 1000.0), person, operation, code, purpose, outcome "
        "FROM jsonb_to_recordset($2::jsonb) AS "
        "x(line bigint, at bigint, person text, operation text, code text, purpose text, outcome text) "
        "ON CONFLICT DO NOTHING";

enum upkeep_task { TASK_HEARTBEAT, TASK_SHIP, TASK_COUNT };

struct upkeep;

/* One thing under way at a time of each kind. */
struct task {
        struct upkeep *upkeep;
        enum upkeep_task kind;
        struct db_turn *turn;
        bool is_running;
};

struct upkeep {
        struct db *db;
        char *origin;
        char *directory;
        struct task tasks[TASK_COUNT];
        /* The file being shipped. */
        int fd; /* -1: none */
        char name[NAME_MAX + 1];
        off_t offset;        /* stored up to here */
        off_t next_offset;   /* the batch under way ends here */
        int64_t lines;       /* before offset */
        int64_t next_lines;
};

static bool identify(void *closure, const PGresult *row, struct fault *why)
{
        const struct upkeep *upkeep = closure;

        if (PQntuples(row) == 1 && strcmp(cell_text(row, 0, 0), upkeep->origin) == 0)
                return true;
        return fault_set(why, FAULT_MISMATCH, "the database is not %s", upkeep->origin);
}

/* --------------------------------------------------------------------- batch */

static void add_text(json_t *row, const char *name, const char *text)
{
        /* A database text has no invalid UTF-8; what was read through the protocol has none either. */
        if (text && json_object_set_new(row, name, json_string(text)) != 0)
                log_event(LOG_WARNING, "audit.text", "field", name);
}

static void add_line(struct upkeep *upkeep, json_t *rows, struct slice text, struct buffer *room)
{
        struct audit_line line;
        json_t *row;

        if (!audit_line_parse(text, room, &line)) {
                log_event(LOG_WARNING, "audit.torn", "file", upkeep->name, "line", LOG_NUMBER(upkeep->next_lines));
                return;
        }
        row = json_pack("{s:I, s:I}", "line", (json_int_t)upkeep->next_lines, "at", (json_int_t)line.at_ms);
        add_text(row, "person", line.person_id);
        add_text(row, "operation", line.operation);
        add_text(row, "code", line.code);
        add_text(row, "purpose", line.purpose);
        add_text(row, "outcome", line.outcome);
        (void)json_array_append_new(rows, row);
}

/* The lines behind `offset`; NULL when there are none. What follows the last line's end is torn and ends the file. */
static json_t *next_batch(struct upkeep *upkeep)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT, room = BUFFER_INIT;
        json_t *rows = json_array();
        const uint8_t *at, *end;
        ssize_t n = pread(upkeep->fd, buffer_reserve(&bytes, BATCH_OCTETS), BATCH_OCTETS, upkeep->offset);

        at = bytes.data, end = n > 0 ? at + n : at;
        upkeep->next_offset = upkeep->offset;
        upkeep->next_lines = upkeep->lines;
        for (int i = 0; i < BATCH_LINES && at < end; i++) {
                const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));

                if (!stop)
                        break;
                upkeep->next_lines++;
                add_line(upkeep, rows, slice_of(at, (size_t)(stop - at)), &room);
                at = stop + 1;
        }
        upkeep->next_offset += at - bytes.data;
        if (upkeep->next_offset > upkeep->offset)
                return rows;
        json_decref(rows);
        return NULL;
}

/* ----------------------------------------------------------------- shipping */

static void close_file(struct upkeep *upkeep)
{
        if (upkeep->fd >= 0)
                close(upkeep->fd);
        upkeep->fd = -1;
}

static void remove_file(struct upkeep *upkeep)
{
        char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s/%s", upkeep->directory, upkeep->name);
        if (unlink(path) != 0)
                log_event(LOG_ERR, "audit.remove", "file", upkeep->name, "why", strerror(errno));
        else
                log_event(LOG_INFO, "audit.shipped", "file", upkeep->name, "lines", LOG_NUMBER(upkeep->lines));
        close_file(upkeep);
}

static void on_stored(void *closure, const PGresult *result, const struct fault *why);

static void finish(struct task *task, bool clean)
{
        if (task->turn)
                db_release(task->turn, clean);
        task->turn = NULL;
        task->is_running = false;
}

/* Sends the next batch of the file, or removes it. */
static void ship(struct task *task)
{
        struct upkeep *upkeep = task->upkeep;
        CLEANUP(query) struct query query;
        json_t *rows = next_batch(upkeep);
        char *text;

        if (!rows) {
                remove_file(upkeep);
                finish(task, true);
                return;
        }
        text = json_dumps(rows, JSON_COMPACT);
        query_init(&query, ship_sql);
        query_text(&query, upkeep->name);
        query_text(&query, text);
        db_send(task->turn, &query, on_stored, task);
        free(text);
        json_decref(rows);
}

static void on_stored(void *closure, const PGresult *result, const struct fault *why)
{
        struct task *task = closure;
        struct upkeep *upkeep = task->upkeep;

        if (!result || PQresultStatus(result) != PGRES_COMMAND_OK) {
                log_event(LOG_WARNING, "audit.ship", "file", upkeep->name, "why",
                        result ? PQresultErrorMessage(result) : why->text);
                close_file(upkeep); /* taken again later, from its first line */
                finish(task, false);
                return;
        }
        upkeep->offset = upkeep->next_offset;
        upkeep->lines = upkeep->next_lines;
        ship(task);
}

static void on_beaten(void *closure, const PGresult *result, const struct fault *why)
{
        bool fine = result && PQresultStatus(result) == PGRES_COMMAND_OK;

        if (!fine)
                log_event(LOG_WARNING, "heartbeat", "why", result ? PQresultErrorMessage(result) : why->text);
        finish(closure, fine);
}

static void on_turn(void *closure, struct db_turn *turn, const struct fault *why)
{
        struct task *task = closure;
        CLEANUP(query) struct query query;

        (void)why; /* the store logs when it goes and when it comes */
        task->turn = turn;
        query_init(&query, heartbeat_sql);
        if (!turn) {
                finish(task, true);
                return;
        }
        switch (task->kind) {
        case TASK_SHIP:
                ship(task);
                return;
        case TASK_HEARTBEAT:
                db_send(turn, &query, on_beaten, task);
                return;
        case TASK_COUNT:
                return;
        }
}

static void begin(struct task *task)
{
        task->is_running = true;
        db_begin_turn(task->upkeep->db, on_turn, task);
}

void upkeep_tick(struct upkeep *upkeep)
{
        if (!db_is_up(upkeep->db))
                return;
        if (!upkeep->tasks[TASK_HEARTBEAT].is_running)
                begin(&upkeep->tasks[TASK_HEARTBEAT]);
        if (upkeep->tasks[TASK_SHIP].is_running)
                return;
        if (upkeep->fd < 0) {
                upkeep->fd = audit_spool_take(upkeep->directory, upkeep->name, sizeof(upkeep->name));
                upkeep->offset = 0;
                upkeep->lines = 0;
        }
        if (upkeep->fd >= 0)
                begin(&upkeep->tasks[TASK_SHIP]);
}

struct upkeep *upkeep_new(struct event_base *base, const char *conninfo, const char *origin,
        const char *spool_directory)
{
        struct upkeep *upkeep = must_alloc(sizeof(*upkeep));

        upkeep->origin = must_copy_text(origin);
        upkeep->directory = must_copy_text(spool_directory);
        upkeep->fd = -1;
        for (unsigned i = 0; i < TASK_COUNT; i++) {
                upkeep->tasks[i].upkeep = upkeep;
                upkeep->tasks[i].kind = (enum upkeep_task)i;
        }
        upkeep->db = db_new(base, conninfo, "qcr_app", &limits, identify_sql, identify, upkeep);
        return upkeep;
}

void upkeep_free(struct upkeep *upkeep)
{
        if (!upkeep)
                return;
        db_free(upkeep->db);
        close_file(upkeep);
        free(upkeep->origin);
        free(upkeep->directory);
        free(upkeep);
}
