/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on bulk runs. Who signed the headers was checked with the ledger; here each header is written
 * again from its row, and each chunk's root from the hashes of the rows it stored. Whether those hashes are
 * the rows' own is for the checks of records and parties; what recalculations found is for tools/doctor_recalc.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/merkle.h"
#include "registry/core/run_header.h"
#include "tools/doctor.h"

static const char *person_of(const struct doctor *doctor, const PGresult *row, int column)
{
        uint8_t fingerprint[32];

        if (cell_octets(row, 0, column, fingerprint, 32))
                for (size_t i = 0; i < doctor->certificate_count; i++)
                        if (memcmp(doctor->certificates[i].fingerprint, fingerprint, 32) == 0)
                                return doctor->certificates[i].person;
        return "";
}

/*
 * A recalculation's policy and day are in its header too; of another run there is no such row. Graded for a day behind its
 * entry's, outcomes would pass for those of every day until then.
 */
static void check_recalc(struct doctor *doctor, const PGresult *row, const struct run_header *header)
{
        bool is_recalc = strcmp(header->kind, "shadow") == 0 || strcmp(header->kind, "recalc") == 0;
        uint8_t policy_hash[32];

        if (is_recalc != !cell_is_null(row, 0, 7))
                doctor_find(doctor, "recalc", header->run, is_recalc ? "is missing" : "was inserted: the run is no recalculation");
        else if (is_recalc && (!cell_octets(row, 0, 7, policy_hash, 32) || memcmp(policy_hash, header->file_hash, 32) != 0 ||
                                      day_compare(cell_day(row, 0, 8), day_of_instant(header->at_ms)) != 0))
                doctor_find(doctor, "recalc", header->run, "policy_hash or day was changed: they are not what was signed");
        else if (is_recalc && day_is_before(cell_day(row, 0, 9), cell_day(row, 0, 8)))
                doctor_find(doctor, "recalc", header->run, "is for a day behind its entry's: no outcome of it can be relied on");
}

static bool take_run(void *closure, const PGresult *row, struct fault *why)
{
        CLEANUP(buffer) struct buffer header = BUFFER_INIT;
        CLEANUP(buffer) struct buffer wanted = BUFFER_INIT;
        struct doctor *doctor = closure;
        const char *run_id = cell_text(row, 0, 0);
        struct run_header_read read;
        struct run_header fields = {
                .origin = doctor->origin, .run = run_id, .kind = cell_text(row, 0, 1),
                .octets = (uint64_t)cell_number(row, 0, 3), .person = cell_text(row, 0, 4),
        };

        if (!cell_octets(row, 0, 2, fields.file_hash, 32) || !cell_bytes(row, 0, 5, &header))
                return fault_set(why, FAULT_INPUT, "qcr.run: a row cannot be read");
        if (strcmp(person_of(doctor, row, 6), fields.person) != 0)
                doctor_find(doctor, "run", run_id, "person was changed: the certificate is not theirs");
        if (run_header_parse(buffer_slice(&header), &read)) {
                fields.at_ms = read.at_ms; /* it stands in the header alone */
                run_header_format(&wanted, &fields);
        }
        if (!slice_equal(buffer_slice(&wanted), buffer_slice(&header)))
                doctor_find(doctor, "run", run_id, "was changed: its columns are not what its person signed");
        else
                check_recalc(doctor, row, &fields);
        return true;
}

static bool take_end(void *closure, const PGresult *row, struct fault *why)
{
        CLEANUP(buffer) struct buffer header = BUFFER_INIT;
        CLEANUP(buffer) struct buffer wanted = BUFFER_INIT;
        struct doctor *doctor = closure;
        const char *run_id = cell_text(row, 0, 0);

        if (!cell_bytes(row, 0, 3, &header))
                return fault_set(why, FAULT_INPUT, "qcr.run_end: a row cannot be read");
        run_end_format(&wanted, run_id, (uint64_t)cell_number(row, 0, 1), slice_text(cell_text(row, 0, 2)));
        if (!slice_equal(buffer_slice(&wanted), buffer_slice(&header)))
                doctor_find(
                        doctor, "run_end", run_id, "was changed: chunks or summary are not what was signed");
        if (cell_number(row, 0, 1) != cell_number(row, 0, 4))
                doctor_find(doctor, "run_chunk", run_id, "has %s chunks, its end says %s",
                        cell_text(row, 0, 4), cell_text(row, 0, 1));
        return true;
}

/* ------------------------------------------------------------------------------- roots */

struct roots {
        struct doctor *doctor;
        struct digest digest;
        struct merkle_frontier frontier;
        char run_id[RUN_ID_TEXT]; /* "": none yet */
        int64_t chunk, rows;
        uint8_t root[32];
};

static void finish_chunk(struct roots *roots)
{
        char key[DOCTOR_KEY];
        struct hash root;

        if (!roots->run_id[0])
                return;
        doctor_key(key, "%s %" PRId64, roots->run_id, roots->chunk);
        merkle_frontier_root(&roots->frontier, &roots->digest, &root);
        if (roots->frontier.size != (uint64_t)roots->rows)
                doctor_find(roots->doctor, "run_chunk", key, "rows were removed or inserted: has %" PRIu64
                        ", %" PRId64 " were signed", roots->frontier.size, roots->rows);
        else if (memcmp(root.octets, roots->root, 32) != 0)
                doctor_find(roots->doctor, "run_chunk", key,
                        "a row was changed: their root is not the one signed");
}

static bool begin_chunk(struct roots *roots, const PGresult *row, struct fault *why)
{
        CLEANUP(buffer) struct buffer header = BUFFER_INIT;
        CLEANUP(buffer) struct buffer wanted = BUFFER_INIT;
        char key[DOCTOR_KEY];

        finish_chunk(roots);
        snprintf(roots->run_id, sizeof(roots->run_id), "%s", cell_text(row, 0, 0));
        roots->chunk = cell_number(row, 0, 1);
        roots->rows = cell_number(row, 0, 2);
        if (!cell_octets(row, 0, 3, roots->root, 32) || !cell_bytes(row, 0, 4, &header))
                return fault_set(why, FAULT_INPUT, "qcr.run_chunk: a row cannot be read");
        merkle_frontier_init(&roots->frontier);
        run_chunk_format(&wanted, roots->run_id, (uint64_t)roots->chunk, (uint64_t)roots->rows, roots->root);
        if (!slice_equal(buffer_slice(&wanted), buffer_slice(&header)))
                doctor_find(roots->doctor, "run_chunk",
                        doctor_key(key, "%s %" PRId64, roots->run_id, roots->chunk),
                        "was changed: its columns are not what was signed");
        return true;
}

static bool take_leaf(void *closure, const PGresult *row, struct fault *why)
{
        struct roots *roots = closure;
        uint8_t octets[32];
        struct hash leaf;

        if ((strcmp(roots->run_id, cell_text(row, 0, 0)) != 0 || roots->chunk != cell_number(row, 0, 1)) &&
                !begin_chunk(roots, row, why))
                return false;
        if (cell_is_null(row, 0, 5))
                return true; /* a chunk that stored nothing */
        if (!cell_octets(row, 0, 5, octets, 32))
                return fault_set(why, FAULT_INPUT, "a row's hash cannot be read");
        merkle_leaf(&roots->digest, slice_of(octets, 32), &leaf);
        merkle_frontier_append(&roots->frontier, &roots->digest, &leaf);
        return true;
}

static bool check_roots(struct doctor *doctor, struct fault *why)
{
        struct roots roots = {.doctor = doctor};
        struct query query;
        bool done;

        if (!digest_init(&roots.digest, SUITE_ED25519_SHA256, why))
                return false;
        query_init(&query,
                "SELECT c.run_id, c.chunk, c.rows, c.root, c.header, u.hash FROM qcr.run_chunk c"
                " JOIN qcr.run r USING (run_id) LEFT JOIN ("
                " SELECT run_id, chunk, row_no, content_hash AS hash FROM qcr.record WHERE run_id IS NOT NULL"
                " UNION ALL SELECT run_id, chunk, row_no, row_hash FROM qcr.party_version WHERE run_id IS "
                "NOT NULL"
                " UNION ALL SELECT run_id, chunk, row_no, row_hash FROM qcr.waiting_row"
                ") u ON u.run_id = c.run_id AND u.chunk = c.chunk WHERE r.kind NOT IN ('shadow', 'recalc', 'report')"
                " ORDER BY c.run_id, c.chunk, u.row_no");
        done = link_each(doctor->link, &query, take_leaf, &roots, why);
        if (done)
                finish_chunk(&roots);
        digest_done(&roots.digest);
        return done;
}

/* -------------------------------------------------------------------------- rows that wait */

static bool take_stray(void *closure, const PGresult *row, struct fault *why)
{
        (void)why;
        doctor_find(closure, cell_text(row, 0, 0), cell_text(row, 0, 1), "%s", cell_text(row, 0, 2));
        return true;
}

static bool check_waiting(struct doctor *doctor, struct fault *why)
{
        struct query query;

        query_init(&query,
                "SELECT 'waiting_row', subject || ' ' || run_id || ' ' || row_no, 'fields were changed: "
                "their hash is another'"
                " FROM qcr.waiting_row WHERE sha256(fields) <> row_hash"
                " UNION ALL SELECT 'waiting_row_end', e.subject || ' ' || e.run_id || ' ' || e.row_no,"
                "  'was inserted: no entry ' || e.outcome || ' it'"
                " FROM qcr.waiting_row_end e JOIN qcr.waiting_row w USING (subject, run_id, row_no)"
                " LEFT JOIN qcr.run_chunk c ON c.run_id = w.run_id AND c.chunk = w.chunk"
                " LEFT JOIN qcr.approval a ON a.serial = e.serial AND a.proposal_serial = c.serial AND "
                "a.proposal_item = e.row_no"
                " LEFT JOIN qcr.ledger_body b ON b.serial = e.serial"
                " WHERE NOT coalesce(CASE e.outcome WHEN 'attached' THEN b.kind = 'run-chunk'"
                "   WHEN 'accepted' THEN a.outcome = 'approved' ELSE a.outcome = 'rejected' END, false)"
                " UNION ALL SELECT 'waiting_row_end', p.subject || ' ' || c.run_id || ' ' || p.item,"
                "  'is missing: entry ' || a.serial || ' decided it'"
                " FROM qcr.approval a JOIN qcr.proposal p ON (p.serial, p.item) = (a.proposal_serial, "
                "a.proposal_item)"
                " JOIN qcr.run_chunk c ON c.serial = p.serial WHERE p.kind = 'held-accept' AND NOT EXISTS ("
                " SELECT FROM qcr.waiting_row_end e WHERE e.subject = p.subject AND e.run_id = c.run_id AND "
                "e.row_no = p.item)");
        return link_each(doctor->link, &query, take_stray, doctor, why);
}

bool doctor_runs(struct doctor *doctor, struct fault *why)
{
        struct query query;

        query_init(&query,
                "SELECT r.run_id, r.kind, r.file_hash, r.file_octets, r.person_id, r.header, r.certificate, k.policy_hash, k.day,"
                " (l.at AT TIME ZONE 'UTC' + interval '8 hours')::date"
                " FROM qcr.run r LEFT JOIN qcr.recalc k USING (run_id) LEFT JOIN qcr.ledger l ON l.serial = r.serial"
                " ORDER BY r.serial");
        if (!link_each(doctor->link, &query, take_run, doctor, why))
                return false;
        query_init(&query, "SELECT run_id, chunks, summary, header,"
                           " (SELECT count(*) FROM qcr.run_chunk c WHERE c.run_id = e.run_id)"
                           " FROM qcr.run_end e ORDER BY serial");
        return link_each(doctor->link, &query, take_end, doctor, why) && check_roots(doctor, why) &&
               check_waiting(doctor, why) && doctor_recalc(doctor, why);
}
