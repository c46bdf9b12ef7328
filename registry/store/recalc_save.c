/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/recalc_save.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "registry/store/bulk.h"
#include "registry/store/policies.h"

/* Advisory locks are numbers that everybody who uses the database must keep apart: "qcr" and a count of ours. */
#define LOCK_RUN "124671928303617"  /* 0x716372000001 */
#define LOCK_JOBS "124671928303618" /* 0x716372000002 */
#define LOCK_TRIES 20
#define LOCK_PAUSE_NS 50000000

bool recalc_insert_run(struct link *link, uint64_t serial, const char *run, bool is_shadow, const uint8_t policy_hash[32],
        struct day day, bool only_due, uint64_t activation_serial, struct fault *why)
{
        struct query query;
        int64_t rows;

        query_init(&query, "INSERT INTO qcr.recalc (serial, run_id, kind, policy_hash, day, only_due)"
                           " SELECT $1::bigint, $2::text, $3::text, $4::bytea, $5::date, $6::boolean"
                           "  WHERE $7::bigint = (SELECT max(serial) FROM qcr.policy_activation)");
        query_number(&query, (int64_t)serial);
        query_text(&query, run);
        query_text(&query, is_shadow ? "shadow" : "recalc");
        query_bytes(&query, policy_hash, 32);
        query_day(&query, day);
        query_text(&query, only_due ? "true" : "false");
        query_number(&query, (int64_t)activation_serial);
        if (!link_run(link, &query, &rows, why))
                return false;
        return rows == 1 || fault_set(why, FAULT_CONFLICT, "another policy has been put in force meanwhile");
}

bool recalc_insert_chunk(struct link *link, const struct recalc_chunk_row *row, struct fault *why)
{
        struct query query;

        query_init(&query,
                "INSERT INTO qcr.recalc_chunk (run_id, chunk, after_subject, last_subject, is_catch_up, evaluated, through)"
                " VALUES ($1::text, $2::integer, $3::text, $4::text, $5::boolean, $6::integer, $7::bigint)");
        query_text(&query, row->run);
        query_number(&query, row->chunk);
        query_text(&query, row->range.after);
        query_text(&query, row->range.last);
        query_text(&query, row->is_catch_up ? "true" : "false");
        query_number(&query, (int64_t)row->evaluated);
        query_number(&query, (int64_t)row->through);
        return link_run(link, &query, NULL, why);
}

bool recalc_insert_end(struct link *link, uint64_t serial, uint64_t through, uint64_t evaluated, uint64_t changed,
        struct fault *why)
{
        struct query query;

        query_init(&query, "INSERT INTO qcr.recalc_end (serial, through, evaluated, changed)"
                           " VALUES ($1::bigint, $2::bigint, $3::bigint, $4::bigint)");
        query_number(&query, (int64_t)serial);
        query_number(&query, (int64_t)through);
        query_number(&query, (int64_t)evaluated);
        query_number(&query, (int64_t)changed);
        return link_run(link, &query, NULL, why);
}

/* ------------------------------------------------------------------ shadow */

static bool send_outcomes(struct link *link, struct copy_in *copy, uint64_t run_serial, int32_t chunk,
        const struct recalc_outcome *outcomes, size_t count, struct fault *why)
{
        copy_in_begin(copy, 7);
        for (size_t i = 0; i < count; i++) {
                const struct recalc_outcome *outcome = &outcomes[i];

                copy_in_row(copy);
                copy_in_text(copy, slice_text(outcome->subject));
                copy_in_int8(copy, (int64_t)run_serial);
                copy_in_int8(copy, (int64_t)outcome->version);
                copy_in_int4(copy, chunk);
                if (outcome->score < 0)
                        copy_in_null(copy);
                else
                        copy_in_int2(copy, (int16_t)outcome->score);
                copy_in_day(copy, outcome->next_change);
                copy_in_text(copy, slice_text(outcome->grade));
        }
        return copy_in_send(copy, link, "COPY qcr.shadow_grade (subject, run_serial, version, chunk, score, next_change, grade)"
                                        " FROM STDIN (FORMAT binary)", why);
}

static int compare_days(const void *a, const void *b)
{
        const struct recalc_outcome *const *x = a, *const *y = b;
        int order = day_compare((*x)->next_change, (*y)->next_change);

        return order ? order : strcmp((*x)->subject, (*y)->subject);
}

static void add_due(struct copy_in *copy, uint64_t run_serial, int32_t chunk, const struct recalc_outcome *const *same,
        size_t count)
{
        size_t octets = 0;

        for (size_t i = 0; i < count; i++)
                octets += strlen(same[i]->subject);
        copy_in_row(copy);
        copy_in_int8(copy, (int64_t)run_serial);
        copy_in_day(copy, same[0]->next_change);
        copy_in_int4(copy, chunk);
        copy_in_texts(copy, (uint32_t)count, octets);
        for (size_t i = 0; i < count; i++)
                copy_in_item(copy, slice_text(same[i]->subject));
}

static bool send_due(struct link *link, struct copy_in *copy, uint64_t run_serial, int32_t chunk,
        const struct recalc_outcome *outcomes, size_t count, struct fault *why)
{
        const struct recalc_outcome **by_day = must_alloc((count + 1) * sizeof(const struct recalc_outcome *));
        size_t dated = 0;

        for (size_t i = 0; i < count; i++)
                if (!day_is_none(outcomes[i].next_change))
                        by_day[dated++] = &outcomes[i];
        qsort(by_day, dated, sizeof(*by_day), compare_days);
        copy_in_begin(copy, 4);
        for (size_t first = 0, i = 1; i <= dated; i++)
                if (i == dated || day_compare(by_day[i]->next_change, by_day[first]->next_change) != 0) {
                        add_due(copy, run_serial, chunk, by_day + first, i - first);
                        first = i;
                }
        free(by_day);
        return copy_in_send(copy, link, "COPY qcr.shadow_due (run_serial, next_change, chunk, subjects)"
                                        " FROM STDIN (FORMAT binary)", why);
}

bool recalc_save_shadow(struct link *link, struct copy_in *copy, uint64_t run_serial, int32_t chunk,
        const struct recalc_outcome *outcomes, size_t count, struct fault *why)
{
        return send_outcomes(link, copy, run_serial, chunk, outcomes, count, why) &&
               send_due(link, copy, run_serial, chunk, outcomes, count, why);
}

/* ---------------------------------------------------------------- in place */

static void add_keys(struct query *query, const struct recalc_outcome *outcomes, size_t count)
{
        CLEANUP(buffer) struct buffer subjects = BUFFER_INIT;
        CLEANUP(buffer) struct buffer versions = BUFFER_INIT;

        array_begin(&subjects);
        array_begin(&versions);
        for (size_t i = 0; i < count; i++) {
                array_text(&subjects, outcomes[i].subject);
                array_number(&versions, (int64_t)outcomes[i].version);
        }
        array_end(&subjects);
        array_end(&versions);
        query_slice(query, buffer_slice(&subjects));
        query_slice(query, buffer_slice(&versions));
}

/* Both ascend. */
static size_t keep_locked(const PGresult *rows, struct recalc_outcome *outcomes, size_t count)
{
        size_t kept = 0;

        for (size_t i = 0; i < count && (int)kept < PQntuples(rows); i++)
                if (!strcmp(outcomes[i].subject, cell_text(rows, (int)kept, 0)))
                        outcomes[kept++] = outcomes[i];
        return kept;
}

bool recalc_lock_standings(struct link *link, struct recalc_outcome *outcomes, size_t *count, struct fault *why)
{
        struct query query;
        PGresult *rows;
        bool done;

        query_init(&query,
                "SELECT s.subject FROM unnest($1::text[], $2::bigint[]) AS v (subject, version) JOIN qcr.standing s"
                " ON s.subject = v.subject AND s.version = v.version ORDER BY s.subject FOR UPDATE OF s");
        add_keys(&query, outcomes, *count);
        if (!link_query(link, &query, &rows, why))
                return false;
        *count = keep_locked(rows, outcomes, *count);
        done = *count == (size_t)PQntuples(rows) ||
               fault_set(why, FAULT_STORE, "an enterprise's rows are not in their order");
        PQclear(rows);
        return done;
}

static void add_values(struct query *query, const struct recalc_outcome *outcomes, size_t count)
{
        CLEANUP(buffer) struct buffer grades = BUFFER_INIT;
        CLEANUP(buffer) struct buffer scores = BUFFER_INIT;
        CLEANUP(buffer) struct buffer changes = BUFFER_INIT;

        array_begin(&grades);
        array_begin(&scores);
        array_begin(&changes);
        for (size_t i = 0; i < count; i++) {
                array_text(&grades, outcomes[i].grade);
                if (outcomes[i].score < 0)
                        array_text(&scores, NULL);
                else
                        array_number(&scores, outcomes[i].score);
                array_day(&changes, outcomes[i].next_change);
        }
        array_end(&grades);
        array_end(&scores);
        array_end(&changes);
        query_slice(query, buffer_slice(&grades));
        query_slice(query, buffer_slice(&scores));
        query_slice(query, buffer_slice(&changes));
}

bool recalc_save_live(struct link *link, const struct recalc_outcome *outcomes, size_t count, const uint8_t policy_hash[32],
        struct day graded_on, uint64_t serial, bool *ret_in_force, struct fault *why)
{
        struct query query;
        PGresult *rows;

        query_init(&query,
                "WITH v AS MATERIALIZED (SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::smallint[], $5::date[])"
                "  AS v (subject, version, grade, score, next_change)),"
                " u AS (UPDATE qcr.standing s SET version = v.version + 1, policy_hash = $6::bytea, grade = v.grade,"
                "  score = v.score, graded_on = $7::date, next_change = v.next_change, serial = $8::bigint FROM v"
                "  WHERE s.subject = v.subject AND s.version = v.version AND $6::bytea = " POLICIES_IN_FORCE
                "  RETURNING s.subject, s.version, s.grade, s.score, s.next_change),"
                " h AS (INSERT INTO qcr.grade_history (subject, version, policy_hash, grade, score, graded_on, next_change, serial)"
                "  SELECT subject, version, $6::bytea, grade, score, $7::date, next_change, $8::bigint FROM u),"
                " c AS (INSERT INTO qcr.ledger_change (serial, subject, version) SELECT $8::bigint, subject, version FROM u)"
                " SELECT count(*) FROM u");
        add_keys(&query, outcomes, count);
        add_values(&query, outcomes, count);
        query_bytes(&query, policy_hash, 32);
        query_day(&query, graded_on);
        query_number(&query, (int64_t)serial);
        if (!link_query(link, &query, &rows, why))
                return false;
        /* They are locked in their versions: nothing but the policy keeps one from being written. */
        *ret_in_force = cell_number(rows, 0, 0) == (int64_t)count;
        PQclear(rows);
        return true;
}

/* ------------------------------------------------------------------- locks */

static bool try_lock_run(struct link *link, bool *ret_taken, struct fault *why)
{
        struct query query;
        PGresult *rows;

        query_init(&query, "SELECT pg_try_advisory_lock(" LOCK_RUN ")");
        if (!link_query(link, &query, &rows, why))
                return false;
        *ret_taken = cell_bool(rows, 0, 0);
        PQclear(rows);
        return true;
}

/* Whoever has just ended has it until the server has seen that: a second is waited. */
bool recalc_lock_run(struct link *link, bool *ret_taken, struct fault *why)
{
        const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};

        for (int tries = 1; try_lock_run(link, ret_taken, why); tries++) {
                if (*ret_taken || tries == LOCK_TRIES)
                        return true;
                nanosleep(&pause, NULL);
        }
        return false;
}

bool recalc_wait_for_jobs(struct link *link, struct fault *why)
{
        return link_run_text(link, "SET lock_timeout TO '60s'", why) &&
               link_run_text(link, "SELECT pg_advisory_lock(" LOCK_JOBS "), pg_advisory_unlock(" LOCK_JOBS ")", why) &&
               link_run_text(link, "RESET lock_timeout", why);
}

bool recalc_join_jobs(struct link *link, struct fault *why)
{
        return link_run_text(link, "SELECT pg_advisory_lock_shared(" LOCK_JOBS ")", why);
}
