/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/proposals.h"

#include "registry/store/person_sql.h"

void proposals_key_query(struct query *ret, const char *person_id, const uint8_t key[16])
{
        query_init(ret, "SELECT request_hash, reply, serial FROM qcr.idempotency"
                        " WHERE person_id = $1::text AND key = $2::bytea");
        query_text(ret, person_id);
        query_bytes(ret, key, 16);
}

void proposals_key_insert(struct query *ret, const char *person_id, const uint8_t key[16],
        const uint8_t request_hash[32], struct slice reply, uint64_t serial, int64_t at_ms)
{
        query_init(ret,
                "INSERT INTO qcr.idempotency (person_id, key, request_hash, reply, serial, created_at)"
                " VALUES ($1::text, $2::bytea, $3::bytea, $4::bytea, $5::bigint, $6::timestamptz)");
        query_text(ret, person_id);
        query_bytes(ret, key, 16);
        query_bytes(ret, request_hash, 32);
        query_bytes(ret, reply.data, reply.length);
        query_number(ret, (int64_t)serial);
        query_instant(ret, at_ms);
}

/* Whose case the step `p` is of: the case's office, or its opener's, who is the proposer. */
#define STEP_OFFICE \
        "coalesce((SELECT f.office_id FROM qcr.case_file f WHERE f.subject = p.subject AND f.case_no = p.case_no)," \
        " (SELECT h.office_id FROM qcr.person h WHERE h.person_id = p.proposer))"

void proposals_query(struct query *ret, uint64_t serial, uint64_t item)
{
        query_init(ret,
                "SELECT p.kind, p.subject, p.proposer, a.request, o.outcome,"
                " CASE WHEN p.kind = 'case-step' THEN " STEP_OFFICE " END"
                " FROM qcr.proposal p LEFT JOIN qcr.act a ON a.serial = p.serial"
                " LEFT JOIN qcr.approval o ON o.proposal_serial = p.serial AND o.proposal_item = p.item"
                " WHERE p.serial = $1::bigint AND p.item = $2::bigint");
        query_number(ret, (int64_t)serial);
        query_number(ret, (int64_t)item);
}

void proposals_held_query(struct query *ret, uint64_t serial, uint64_t item)
{
        query_init(ret,
                "SELECT w.run_id, w.row_no, w.fields, w.row_hash,"
                " EXISTS (SELECT FROM qcr.waiting_row_end e WHERE e.subject = w.subject AND e.run_id ="
                " w.run_id"
                " AND e.row_no = w.row_no)"
                " FROM qcr.run_chunk c JOIN qcr.waiting_row w ON w.run_id = c.run_id AND w.chunk = c.chunk"
                " JOIN qcr.proposal p ON p.serial = c.serial AND p.item = w.row_no AND p.subject = w.subject"
                " WHERE c.serial = $1::bigint AND w.row_no = $2::bigint AND w.state = 'held'");
        query_number(ret, (int64_t)serial);
        query_number(ret, (int64_t)item);
}

void proposals_insert(struct query *ret, uint64_t serial, uint64_t item, const char *kind,
        const char *subject, const char *proposer, const char *summary)
{
        query_init(ret, "INSERT INTO qcr.proposal (serial, item, kind, subject, proposer, summary)"
                        " VALUES ($1::bigint, $2::bigint, $3::text, $4::text, $5::text, $6::text)");
        query_number(ret, (int64_t)serial);
        query_number(ret, (int64_t)item);
        query_text(ret, kind);
        query_text(ret, subject);
        query_text(ret, proposer);
        query_text(ret, summary);
}

void proposals_step_insert(struct query *ret, uint64_t serial, const char *subject, uint32_t case_no,
        const char *proposer, const char *summary)
{
        query_init(ret, "INSERT INTO qcr.proposal (serial, item, kind, subject, case_no, proposer, summary)"
                        " VALUES ($1::bigint, 0, 'case-step', $2::text, $3::integer, $4::text, $5::text)");
        query_number(ret, (int64_t)serial);
        query_text(ret, subject);
        if (case_no)
                query_number(ret, case_no);
        else
                query_null(ret);
        query_text(ret, proposer);
        query_text(ret, summary);
}

void proposals_approval_insert(struct query *ret, uint64_t proposal_serial, uint64_t proposal_item,
        const char *proposer, const char *actor, bool approved, const char *reason, uint64_t serial)
{
        query_init(ret,
                "INSERT INTO qcr.approval (proposal_serial, proposal_item, proposer, actor, outcome,"
                " reason, serial)"
                " VALUES ($1::bigint, $2::bigint, $3::text, $4::text, $5::text, $6::text, $7::bigint)");
        query_number(ret, (int64_t)proposal_serial);
        query_number(ret, (int64_t)proposal_item);
        query_text(ret, proposer);
        query_text(ret, actor);
        query_text(ret, approved ? "approved" : "rejected");
        query_text(ret, *reason ? reason : NULL);
        query_number(ret, (int64_t)serial);
}

void proposals_held_end_insert(struct query *ret, const char *subject, const char *run_id, int64_t row_no,
        bool accepted, uint64_t serial)
{
        query_init(ret, "INSERT INTO qcr.waiting_row_end (subject, run_id, row_no, outcome, serial)"
                        " VALUES ($1::text, $2::text, $3::bigint, $4::text, $5::bigint)");
        query_text(ret, subject);
        query_text(ret, run_id);
        query_number(ret, row_no);
        query_text(ret, accepted ? "accepted" : "rejected");
        query_number(ret, (int64_t)serial);
}

void proposals_open_query(struct query *ret, const char *person_id, struct day today, unsigned limit)
{
        query_init(ret,
                "SELECT p.serial, p.item, p.kind, p.proposer, p.summary, p.subject,"
                " (extract(epoch FROM l.at) * 1000)::bigint FROM qcr.proposal p JOIN qcr.ledger l USING"
                " (serial)"
                " WHERE NOT EXISTS (SELECT FROM qcr.approval o WHERE o.proposal_serial = p.serial"
                " AND o.proposal_item = p.item) AND (p.kind <> 'case-step' OR " STEP_OFFICE " IN ("
                "  SELECT h.office_id FROM qcr.person h JOIN qcr.person_role r USING (person_id)"
                "  WHERE (h.person_id = $1::text OR h.person_id IN (" PERSONS_AWAY("$1::text", "$2::date") "))"
                "  AND" PERSONS_CASE_ROLE("r") " AND" PERSONS_GRANT_HOLDS("r") "))"
                " ORDER BY p.serial, p.item LIMIT $3::bigint");
        query_text(ret, person_id);
        query_day(ret, today);
        query_number(ret, (int64_t)limit);
}
