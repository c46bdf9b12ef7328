/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on recalculations: what was found for each enterprise, in place or beside the standing, has the root its
 * chunk's person signed, and the rows that say what was evaluated rest on the run's entries and leave nobody out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "registry/core/merkle.h"
#include "registry/core/recalc_row.h"
#include "registry/core/run_header.h"
#include "tools/doctor.h"

enum column {
        RUN_ID,
        CHUNK,
        ROWS,
        ROOT,
        HEADER,
        SUBJECT, /* NULL: the chunk has no rows */
        VERSION,
        GRADE,
        SCORE,
        NEXT_CHANGE,
};

/* In place the outcomes are the history's rows of the chunk's entry. */
static const char rows_sql[] =
        "SELECT c.run_id, c.chunk, c.rows, c.root, c.header, u.subject, u.version, u.grade, u.score, u.next_change"
        " FROM qcr.run_chunk c JOIN qcr.run r USING (run_id) LEFT JOIN ("
        " SELECT k.run_id, g.chunk, g.subject, g.version, g.grade, g.score, g.next_change"
        "  FROM qcr.shadow_grade g JOIN qcr.recalc k ON k.serial = g.run_serial"
        " UNION ALL SELECT i.run_id, i.chunk, h.subject, h.version, h.grade, h.score, h.next_change"
        "  FROM qcr.run_chunk i JOIN qcr.run j USING (run_id) JOIN qcr.grade_history h ON h.serial = i.serial"
        "  WHERE j.kind = 'recalc'"
        ") u ON u.run_id = c.run_id AND u.chunk = c.chunk WHERE r.kind IN ('shadow', 'recalc')"
        " ORDER BY c.run_id, c.chunk, u.subject COLLATE \"C\", u.version";

struct chunk {
        struct doctor *doctor;
        struct digest digest;
        struct merkle_frontier frontier;
        char run_id[RUN_ID_TEXT]; /* "": none yet */
        int64_t number, rows;
        uint8_t root[32];
};

static void finish_chunk(struct chunk *chunk)
{
        char key[DOCTOR_KEY];
        struct hash root;

        if (!chunk->run_id[0])
                return;
        doctor_key(key, "%s %" PRId64, chunk->run_id, chunk->number);
        merkle_frontier_root(&chunk->frontier, &chunk->digest, &root);
        if (chunk->frontier.size != (uint64_t)chunk->rows)
                doctor_find(chunk->doctor, "run_chunk", key, "outcomes were removed or inserted: has %" PRIu64
                        ", %" PRId64 " were signed", chunk->frontier.size, chunk->rows);
        else if (memcmp(root.octets, chunk->root, sizeof(chunk->root)) != 0)
                doctor_find(chunk->doctor, "run_chunk", key, "an outcome was changed: their root is not the one signed");
}

static bool begin_chunk(struct chunk *chunk, const PGresult *row, struct fault *why)
{
        CLEANUP(buffer) struct buffer header = BUFFER_INIT;
        CLEANUP(buffer) struct buffer wanted = BUFFER_INIT;
        char key[DOCTOR_KEY];

        finish_chunk(chunk);
        snprintf(chunk->run_id, sizeof(chunk->run_id), "%s", cell_text(row, 0, RUN_ID));
        chunk->number = cell_number(row, 0, CHUNK);
        chunk->rows = cell_number(row, 0, ROWS);
        if (!cell_octets(row, 0, ROOT, chunk->root, sizeof(chunk->root)) || !cell_bytes(row, 0, HEADER, &header))
                return fault_set(why, FAULT_INPUT, "qcr.run_chunk: a row cannot be read");
        merkle_frontier_init(&chunk->frontier);
        run_chunk_format(&wanted, chunk->run_id, (uint64_t)chunk->number, (uint64_t)chunk->rows, chunk->root);
        if (!slice_equal(buffer_slice(&wanted), buffer_slice(&header)))
                doctor_find(chunk->doctor, "run_chunk", doctor_key(key, "%s %" PRId64, chunk->run_id, chunk->number),
                        "was changed: its columns are not what was signed");
        return true;
}

static bool take_row(void *closure, const PGresult *row, struct fault *why)
{
        struct chunk *chunk = closure;
        struct recalc_row outcome;
        struct hash leaf;
        char subject[16];

        if ((strcmp(chunk->run_id, cell_text(row, 0, RUN_ID)) != 0 || chunk->number != cell_number(row, 0, CHUNK)) &&
                !begin_chunk(chunk, row, why))
                return false;
        if (cell_is_null(row, 0, SUBJECT))
                return true;
        snprintf(subject, sizeof(subject), "%s", cell_text(row, 0, SUBJECT));
        outcome = (struct recalc_row){
                .subject = subject,
                .version = (uint64_t)cell_number(row, 0, VERSION),
                .grade = cell_text(row, 0, GRADE),
                .score = cell_is_null(row, 0, SCORE) ? -1 : (int32_t)cell_number(row, 0, SCORE),
                .next_change = cell_day(row, 0, NEXT_CHANGE),
        };
        recalc_row_hash(&outcome, leaf.octets);
        merkle_leaf(&chunk->digest, slice_of(leaf.octets, sizeof(leaf.octets)), &leaf);
        merkle_frontier_append(&chunk->frontier, &chunk->digest, &leaf);
        return true;
}

static bool check_rows(struct doctor *doctor, struct fault *why)
{
        struct chunk chunk = {.doctor = doctor};
        struct query query;
        bool done;

        if (!digest_init(&chunk.digest, SUITE_ED25519_SHA256, why))
                return false;
        query_init(&query, rows_sql);
        done = link_each(doctor->link, &query, take_row, &chunk, why);
        if (done)
                finish_chunk(&chunk);
        digest_done(&chunk.digest);
        return done;
}

/* ------------------------------------------------------------------- what rests on nothing */

/* Each finds rows (table, key, reason). */
static const char *const strays_sql[] = {
        "SELECT 'recalc', k.run_id, 'was inserted: no run began with it' FROM qcr.recalc k"
        " LEFT JOIN qcr.run r ON r.run_id = k.run_id AND r.serial = k.serial AND r.kind = k.kind WHERE r.run_id IS NULL",

        "SELECT 'recalc_chunk', k.run_id || ' ' || k.chunk, 'was inserted: nobody signed such a chunk'"
        " FROM qcr.recalc_chunk k LEFT JOIN qcr.run_chunk c USING (run_id, chunk) WHERE c.run_id IS NULL",
        "SELECT 'recalc_chunk', c.run_id || ' ' || c.chunk, 'is missing' FROM qcr.run_chunk c JOIN qcr.run r USING (run_id)"
        " LEFT JOIN qcr.recalc_chunk k USING (run_id, chunk) WHERE r.kind IN ('shadow', 'recalc') AND k.run_id IS NULL",
        "SELECT 'recalc_chunk', k.run_id || ' ' || k.chunk, 'evaluated or through was changed: it cannot be so'"
        " FROM qcr.recalc_chunk k JOIN qcr.run_chunk c USING (run_id, chunk) JOIN qcr.run r USING (run_id)"
        " WHERE k.evaluated < c.rows OR k.through < r.serial OR k.through >= c.serial",

        /* Whoever copies a chunk's outcomes finds them by its range. */
        "SELECT DISTINCT 'shadow_grade', g.run_serial || ' ' || g.chunk,"
        " CASE WHEN k.run_id IS NULL THEN 'was inserted: no such chunk' ELSE 'a subject lies outside its chunk''s range' END"
        " FROM qcr.shadow_grade g LEFT JOIN qcr.recalc r ON r.serial = g.run_serial AND r.kind = 'shadow'"
        " LEFT JOIN qcr.recalc_chunk k ON k.run_id = r.run_id AND k.chunk = g.chunk"
        " WHERE k.run_id IS NULL OR g.subject COLLATE \"C\" <= k.after_subject OR g.subject COLLATE \"C\" > k.last_subject",

        "SELECT 'recalc_end', k.run_id, CASE WHEN e.serial IS NULL THEN 'is missing' WHEN n.run_id IS NULL"
        "  THEN 'was inserted: nobody signed such an end' ELSE 'was changed: it is not what was signed' END"
        " FROM qcr.recalc k LEFT JOIN qcr.recalc_end e ON e.serial = k.serial LEFT JOIN qcr.run_end n ON n.run_id = k.run_id"
        " WHERE CASE WHEN e.serial IS NULL THEN n.run_id IS NOT NULL AND k.kind = 'shadow'"
        "  ELSE n.summary IS DISTINCT FROM format('{\"changed\":%s,\"evaluated\":%s,\"through\":%s}',"
        "   e.changed, e.evaluated, e.through) END",

        /* Ranges in their order: none begins behind what those before it have reached, and the last reaches the end. */
        "WITH ranges AS (SELECT k.run_id, k.after_subject COLLATE \"C\" AS after_subject,"
        "  coalesce(max(k.last_subject COLLATE \"C\") OVER (PARTITION BY k.run_id"
        "   ORDER BY k.after_subject COLLATE \"C\", k.chunk ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), '') AS reached"
        "  FROM qcr.recalc_chunk k WHERE NOT k.is_catch_up),"
        " ends AS (SELECT run_id, max(last_subject COLLATE \"C\") AS last FROM qcr.recalc_chunk WHERE NOT is_catch_up GROUP BY run_id)"
        " SELECT 'recalc_chunk', r.run_id, 'its ranges leave enterprises out' FROM qcr.recalc r JOIN qcr.run_end USING (run_id)"
        " LEFT JOIN ends d USING (run_id) WHERE r.kind = 'shadow' AND (d.last IS DISTINCT FROM '~'"
        "  OR EXISTS (SELECT FROM ranges g WHERE g.run_id = r.run_id AND g.after_subject > g.reached))",
};

static bool take_stray(void *closure, const PGresult *row, struct fault *why)
{
        (void)why;
        doctor_find(closure, cell_text(row, 0, 0), cell_text(row, 0, 1), "%s", cell_text(row, 0, 2));
        return true;
}

bool doctor_recalc(struct doctor *doctor, struct fault *why)
{
        struct query query;

        for (size_t i = 0; i < sizeof(strays_sql) / sizeof(strays_sql[0]); i++) {
                query_init(&query, strays_sql[i]);
                if (!link_each(doctor->link, &query, take_stray, doctor, why))
                        return false;
        }
        return check_rows(doctor, why);
}
