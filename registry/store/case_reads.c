/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/case_reads.h"

#include "registry/store/person_sql.h"

/* A step's request of more than that is not read to name the action of a step that was never taken. */
#define ACT_REQUEST_OCTETS "8192"

void case_reads_access_query(struct query *ret, const char *person_id)
{
        query_init(ret,
                "SELECT p.office_id, r.role, true FROM qcr.person p JOIN qcr.person_role r USING (person_id)"
                " WHERE p.person_id = $1::text AND" PERSONS_GRANT_HOLDS("r")
                " UNION ALL"
                " SELECT DISTINCT p.office_id, r.role, false FROM qcr.person p"
                " JOIN qcr.person_role r USING (person_id)"
                " WHERE p.person_id IN (" PERSONS_AWAY("$1::text", PERSONS_LEGAL_DAY) ")"
                " AND" PERSONS_CASE_ROLE("r") " AND" PERSONS_GRANT_HOLDS("r"));
        query_text(ret, person_id);
}

#define NEWEST_VERSION \
        " JOIN LATERAL (SELECT name FROM qcr.party_version pv WHERE pv.subject = p.subject" \
        " ORDER BY pv.version DESC LIMIT 1) v ON true"

#define CODE_IS_THE_PARTYS(subject, code) \
        "(" code " = " subject " OR EXISTS (SELECT FROM qcr.code c WHERE c.code = " code \
        " AND c.subject = " subject "))"

void case_reads_file_query(struct query *ret, const char *subject, const char *code, uint32_t number)
{
        query_init(ret,
                "SELECT r.kind, r.id, r.version, r.rule_hash, r.document, v.name, f.office_id, f.opener"
                " FROM qcr.party p" NEWEST_VERSION
                " LEFT JOIN qcr.case_file f ON f.subject = p.subject AND f.case_no = $3::integer"
                " LEFT JOIN qcr.rule r ON r.rule_hash = f.procedure_hash"
                " WHERE p.subject = $1::text AND " CODE_IS_THE_PARTYS("$1::text", "$2::text"));
        query_text(ret, subject);
        query_text(ret, code);
        query_number(ret, number);
}

#define EVENTS \
        "SELECT e.subject, e.case_no, e.seq, e.serial, (extract(epoch FROM l.at) * 1000)::bigint, e.action," \
        " e.to_state, e.event_on, e.is_late, e.proposer, e.actor, pp.name, pa.name, a.request" \
        " FROM qcr.case_event e JOIN qcr.ledger l ON l.serial = e.serial" \
        " JOIN qcr.act a ON a.serial = coalesce(e.proposal_serial, e.serial)" \
        " JOIN qcr.person pp ON pp.person_id = e.proposer JOIN qcr.person pa ON pa.person_id = e.actor"

void case_reads_events_query(struct query *ret, const char *subject, uint32_t number)
{
        query_init(ret, EVENTS " WHERE e.subject = $1::text AND e.case_no = $2::integer ORDER BY e.seq");
        query_text(ret, subject);
        query_number(ret, number);
}

#define HAD_LISTED(of) \
        "EXISTS (SELECT FROM qcr.case_event w WHERE w.subject = " of ".subject AND w.case_no = " of ".case_no" \
        " AND w.lists AND w.serial <= $2::bigint)"

void case_reads_known_query(struct query *ret, const char *subject, uint64_t serial)
{
        query_init(ret,
                "SELECT r.kind, r.id, r.version, r.rule_hash,"
                " CASE WHEN r.rule_hash = ANY ($3::bytea[]) THEN NULL ELSE r.document END, f.case_no"
                " FROM qcr.case_file f JOIN qcr.rule r ON r.rule_hash = f.procedure_hash"
                " WHERE f.subject = $1::text AND " HAD_LISTED("f") " ORDER BY f.case_no");
        query_text(ret, subject);
        query_number(ret, (int64_t)serial);
}

void case_reads_party_events_query(struct query *ret, const char *subject, uint64_t serial)
{
        query_init(ret, EVENTS " WHERE e.subject = $1::text AND " HAD_LISTED("e") " ORDER BY e.case_no, e.seq");
        query_text(ret, subject);
        query_number(ret, (int64_t)serial);
}

#define SIGNATURE(act, ledger, certificate) \
        act ".serial, (extract(epoch FROM " ledger ".at) * 1000)::bigint AS " act "_at, " act ".request, " \
        act ".signature, " certificate ".der"

void case_reads_signatures_query(struct query *ret, const char *subject, uint32_t number, uint32_t from_seq,
        uint32_t octets)
{
        query_init(ret,
                "SELECT e.seq, " SIGNATURE("a", "la", "ca") ", " SIGNATURE("b", "lb", "cb")
                " FROM (SELECT e.*, sum(octet_length(s.request)) OVER (ORDER BY e.seq)"
                "  - octet_length(s.request) AS before FROM qcr.case_event e"
                "  JOIN qcr.act s ON s.serial = coalesce(e.proposal_serial, e.serial)"
                "  WHERE e.subject = $1::text AND e.case_no = $2::integer AND e.seq >= $3::integer) e"
                " JOIN qcr.act a ON a.serial = coalesce(e.proposal_serial, e.serial)"
                " JOIN qcr.ledger la ON la.serial = a.serial JOIN qcr.certificate ca ON ca.fingerprint = a.certificate"
                " LEFT JOIN qcr.act b ON b.serial = e.serial AND e.proposal_serial IS NOT NULL"
                " LEFT JOIN qcr.ledger lb ON lb.serial = b.serial"
                " LEFT JOIN qcr.certificate cb ON cb.fingerprint = b.certificate"
                " WHERE e.before < $4::bigint ORDER BY e.seq");
        query_text(ret, subject);
        query_number(ret, number);
        query_number(ret, from_seq);
        query_number(ret, octets);
}

void case_reads_proposals_query(struct query *ret, const char *subject, uint32_t number, unsigned limit)
{
        query_init(ret,
                "SELECT p.serial, p.item, p.kind, p.proposer, p.summary, p.subject,"
                " (extract(epoch FROM l.at) * 1000)::bigint FROM qcr.proposal p JOIN qcr.ledger l USING (serial)"
                " WHERE p.subject = $1::text AND p.case_no = $2::integer AND NOT EXISTS (SELECT FROM qcr.approval o"
                " WHERE o.proposal_serial = p.serial AND o.proposal_item = p.item)"
                " ORDER BY p.serial, p.item LIMIT $3::bigint");
        query_text(ret, subject);
        query_number(ret, number);
        query_number(ret, limit);
}

void case_reads_pending_query(struct query *ret, const char *subject, uint32_t number, unsigned limit)
{
        query_init(ret,
                "SELECT a.request FROM qcr.proposal p JOIN qcr.act a USING (serial)"
                " WHERE p.subject = $1::text AND p.case_no = $2::integer AND p.kind = 'case-step'"
                " AND NOT EXISTS (SELECT FROM qcr.approval o WHERE o.proposal_serial = p.serial"
                " AND o.proposal_item = p.item) ORDER BY p.serial LIMIT $3::bigint");
        query_text(ret, subject);
        query_number(ret, number);
        query_number(ret, limit);
}

void case_reads_openings_query(struct query *ret, const char *subject, unsigned limit)
{
        query_init(ret,
                "SELECT a.request, o.office_id FROM qcr.proposal p JOIN qcr.act a USING (serial)"
                " JOIN qcr.person o ON o.person_id = p.proposer"
                " WHERE p.subject = $1::text AND p.case_no IS NULL AND p.kind = 'case-step'"
                " AND NOT EXISTS (SELECT FROM qcr.approval w WHERE w.proposal_serial = p.serial"
                " AND w.proposal_item = p.item) ORDER BY p.serial LIMIT $2::bigint");
        query_text(ret, subject);
        query_number(ret, limit);
}

void case_reads_rules_query(struct query *ret)
{
        query_init(ret,
                "SELECT r.kind, r.id, r.version, r.rule_hash,"
                " CASE WHEN r.rule_hash = ANY ($1::bytea[]) THEN NULL ELSE r.document END"
                " FROM qcr.rule_current c JOIN qcr.rule r USING (kind, id, version)"
                " WHERE r.kind <> 'procedure' ORDER BY r.kind, r.id");
}

void case_reads_party_query(struct query *ret, const char *subject, const char *code)
{
        query_init(ret, "SELECT EXISTS (SELECT FROM qcr.party p WHERE p.subject = $1::text AND "
                        CODE_IS_THE_PARTYS("$1::text", "$2::text") ")");
        query_text(ret, subject);
        query_text(ret, code);
}

void case_reads_page_query(struct query *ret, const struct case_page *page)
{
        query_init(ret,
                "WITH listed AS (SELECT f.* FROM qcr.case_file f"
                "  WHERE ($1::text IS NULL OR f.subject = $1::text)"
                "  AND ($2::text IS NULL OR f.office_id = ANY (string_to_array($2::text, E'\\n')))"
                "  AND ($3::bigint = 0 OR f.serial < $3::bigint) ORDER BY f.serial DESC LIMIT $4::bigint),"
                " sized AS (SELECT f.*, (SELECT sum(octet_length(a.request)) FROM qcr.case_event e"
                "  JOIN qcr.act a ON a.serial = coalesce(e.proposal_serial, e.serial)"
                "  WHERE e.subject = f.subject AND e.case_no = f.case_no) AS octets FROM listed f),"
                " page AS (SELECT f.*, sum(octets) OVER (ORDER BY serial DESC) - octets AS before FROM sized f)"
                " SELECT f.serial, f.subject, f.case_no, f.office_id, f.procedure_hash,"
                " coalesce((SELECT c.code FROM qcr.code c WHERE c.subject = f.subject"
                "  ORDER BY length(c.code) DESC, c.serial DESC LIMIT 1), f.subject), v.name"
                " FROM page f JOIN qcr.party p ON p.subject = f.subject" NEWEST_VERSION
                " WHERE f.before < $5::bigint ORDER BY f.serial DESC");
        query_text(ret, page->subject);
        query_text(ret, page->offices);
        query_number(ret, (int64_t)page->before_serial);
        query_number(ret, page->limit);
        query_number(ret, page->octets);
}

void case_reads_page_events_query(struct query *ret, const char *cases)
{
        query_init(ret,
                EVENTS " WHERE (e.subject, e.case_no) IN (SELECT split_part(w.line, ' ', 1),"
                " split_part(w.line, ' ', 2)::integer FROM unnest(string_to_array($1::text, E'\\n')) AS w (line))"
                " ORDER BY e.subject, e.case_no, e.seq");
        query_text(ret, cases);
}

void case_reads_procedures_query(struct query *ret, const char *hashes)
{
        query_init(ret,
                "SELECT r.kind, r.id, r.version, r.rule_hash,"
                " CASE WHEN r.rule_hash = ANY ($2::bytea[]) THEN NULL ELSE r.document END FROM qcr.rule r"
                " WHERE r.kind = 'procedure' AND r.rule_hash IN (SELECT decode(h, 'hex')"
                " FROM unnest(string_to_array($1::text, E'\\n')) AS w (h))");
        query_text(ret, hashes);
}

void case_reads_person_query(struct query *ret, const char *person_id)
{
        query_init(ret, "SELECT office_id FROM qcr.person WHERE person_id = $1::text");
        query_text(ret, person_id);
}

/*
 * Acts carry their signatures; a run is signed in its header, chunks and end. An entry that was erased since has no
 * body: its kind is said to be `erased`.
 */
void case_reads_acts_query(struct query *ret, const char *person_id, int64_t since_ms, unsigned limit)
{
        query_init(ret,
                "WITH signed AS ("
                " SELECT l.serial, l.at, a.certificate FROM qcr.ledger l JOIN qcr.act a USING (serial)"
                "  JOIN qcr.certificate c ON c.fingerprint = a.certificate"
                "  WHERE l.at >= $2::timestamptz AND c.person_id = $1::text"
                " UNION ALL"
                " SELECT l.serial, l.at, u.certificate FROM qcr.run u"
                "  JOIN qcr.certificate c ON c.fingerprint = u.certificate"
                "  CROSS JOIN LATERAL (SELECT u.serial UNION ALL"
                "   SELECT k.serial FROM qcr.run_chunk k WHERE k.run_id = u.run_id UNION ALL"
                "   SELECT d.serial FROM qcr.run_end d WHERE d.run_id = u.run_id) s"
                "  JOIN qcr.ledger l ON l.serial = s.serial"
                "  WHERE l.at >= $2::timestamptz AND c.person_id = $1::text)"
                " SELECT s.serial, (extract(epoch FROM s.at) * 1000)::bigint, coalesce(b.kind, 'erased'), p.kind,"
                " coalesce(b.subject, q.subject), coalesce(e.case_no, p.case_no, q.case_no), e.action,"
                " CASE WHEN f.office_id IS NOT NULL THEN f.office_id"
                "  WHEN coalesce(p.kind, q.kind) = 'case-step' THEN o.office_id END,"
                " s.certificate,"
                " CASE WHEN p.kind = 'case-step' AND e.action IS NULL"
                "  AND octet_length(a.request) <= " ACT_REQUEST_OCTETS " THEN a.request END"
                " FROM (SELECT * FROM signed ORDER BY serial DESC LIMIT $3::bigint) s"
                " LEFT JOIN qcr.ledger_body b ON b.serial = s.serial"
                " LEFT JOIN qcr.act a ON a.serial = s.serial"
                " LEFT JOIN qcr.proposal p ON p.serial = s.serial AND p.item = 0"
                " LEFT JOIN qcr.approval w ON w.serial = s.serial"
                " LEFT JOIN qcr.proposal q ON q.serial = w.proposal_serial AND q.item = w.proposal_item"
                " LEFT JOIN qcr.case_event e ON e.serial = s.serial OR e.proposal_serial = s.serial"
                " LEFT JOIN qcr.case_file f ON f.subject = coalesce(e.subject, p.subject, q.subject)"
                "  AND f.case_no = coalesce(e.case_no, p.case_no, q.case_no)"
                " LEFT JOIN qcr.person o ON o.person_id = coalesce(p.proposer, q.proposer)"
                " ORDER BY s.serial DESC");
        query_text(ret, person_id);
        query_instant(ret, since_ms);
        query_number(ret, limit);
}
