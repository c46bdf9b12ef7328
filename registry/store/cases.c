/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/cases.h"

#include "registry/store/person_sql.h"

void cases_day_query(struct query *ret)
{
        query_init(ret, "SELECT " PERSONS_LEGAL_DAY ", (extract(epoch FROM now()) * 1000)::bigint,"
                        " (SELECT serial FROM qcr.ledger_head)");
}

void cases_rules_lock_query(struct query *ret)
{
        query_init(ret, "SELECT FROM qcr.rule_current ORDER BY kind, id FOR SHARE");
}

/* That case, and those whose times of listing are a part of the party's. */
#define IS_WEIGHED(f) \
        "(" f ".case_no = $2::integer OR EXISTS (SELECT FROM qcr.case_event w" \
        " WHERE w.subject = " f ".subject AND w.case_no = " f ".case_no AND w.lists))"

void cases_rules_query(struct query *ret, const char *subject, uint32_t number)
{
        query_init(ret,
                "SELECT r.kind, r.id, r.version, r.rule_hash,"
                " CASE WHEN r.rule_hash = ANY ($3::bytea[]) THEN NULL ELSE r.document END,"
                " c.version IS NOT NULL FROM qcr.rule r"
                " LEFT JOIN qcr.rule_current c ON c.kind = r.kind AND c.id = r.id AND c.version = r.version"
                " WHERE c.version IS NOT NULL"
                " OR r.rule_hash IN (SELECT f.procedure_hash FROM qcr.case_file f WHERE f.subject = $1::text"
                " AND " IS_WEIGHED("f") ") ORDER BY r.kind, r.id, r.version");
        query_text(ret, subject);
        query_number(ret, number);
}

void cases_list_query(struct query *ret, const char *subject, uint32_t number)
{
        query_init(ret, "SELECT f.case_no, f.procedure_hash, f.office_id, f.opener FROM qcr.case_file f"
                        " WHERE f.subject = $1::text AND " IS_WEIGHED("f") " ORDER BY f.case_no");
        query_text(ret, subject);
        query_number(ret, number);
}

#define EVENTS \
        "SELECT e.case_no, e.seq, e.serial, (extract(epoch FROM l.at) * 1000)::bigint, e.action, e.proposer," \
        " e.actor, a.request FROM qcr.case_event e JOIN qcr.ledger l ON l.serial = e.serial" \
        " JOIN qcr.act a ON a.serial = coalesce(e.proposal_serial, e.serial) WHERE e.subject = $1::text"

void cases_events_query(struct query *ret, const char *subject, uint32_t number)
{
        query_init(ret, EVENTS " AND e.case_no = $2::integer ORDER BY e.seq");
        query_text(ret, subject);
        query_number(ret, number);
}

void cases_other_events_query(struct query *ret, const char *subject, uint32_t number)
{
        query_init(ret, EVENTS " AND e.case_no <> $2::integer AND EXISTS (SELECT FROM qcr.case_event w"
                               " WHERE w.subject = e.subject AND w.case_no = e.case_no AND w.lists)"
                               " ORDER BY e.case_no, e.seq");
        query_text(ret, subject);
        query_number(ret, number);
}

void cases_document_query(struct query *ret, const char *subject, const char *action, const char *number_norm)
{
        query_init(ret, "SELECT d.case_no, f.office_id FROM qcr.case_document d"
                        " JOIN qcr.case_file f ON f.subject = d.subject AND f.case_no = d.case_no"
                        " WHERE d.subject = $1::text AND d.action = $2::text AND d.number_norm = $3::text");
        query_text(ret, subject);
        query_text(ret, action);
        query_text(ret, number_norm);
}

void cases_strangers_query(struct query *ret, const char *ids)
{
        query_init(ret, "SELECT t.id FROM unnest(string_to_array($1::text, E'\\n')) AS t (id)"
                        " WHERE NOT EXISTS (SELECT FROM qcr.person p WHERE p.person_id = t.id)");
        query_text(ret, ids);
}

void cases_away_lock_query(struct query *ret, const char *person_id)
{
        query_init(ret, "SELECT FROM qcr.person p WHERE p.person_id IN"
                        " (SELECT d.person_id FROM qcr.deputy d WHERE d.deputy_id = $1::text)"
                        " ORDER BY p.person_id FOR SHARE");
        query_text(ret, person_id);
}

void cases_away_roles_query(struct query *ret, const char *person_id)
{
        query_init(ret,
                "SELECT DISTINCT p.office_id, r.role FROM qcr.person p JOIN qcr.person_role r USING (person_id)"
                " WHERE p.person_id IN (" PERSONS_AWAY("$1::text", PERSONS_LEGAL_DAY) ")"
                " AND" PERSONS_CASE_ROLE("r") " AND" PERSONS_GRANT_HOLDS("r") " ORDER BY p.office_id, r.role");
        query_text(ret, person_id);
}

void cases_insert(struct query *ret, const struct case_row *row, uint64_t serial)
{
        query_init(ret,
                "INSERT INTO qcr.case_file (subject, case_no, procedure_hash, opener, office_id, serial)"
                " VALUES ($1::text, $2::integer, $3::bytea, $4::text, $5::text, $6::bigint)");
        query_text(ret, row->subject);
        query_number(ret, row->number);
        query_bytes(ret, row->procedure, 32);
        query_text(ret, row->opener);
        query_text(ret, row->office);
        query_number(ret, (int64_t)serial);
}

void cases_event_insert(struct query *ret, const struct case_event_row *row, uint64_t serial)
{
        query_init(ret,
                "INSERT INTO qcr.case_event (subject, case_no, seq, procedure_hash, from_state, action, to_state,"
                " needs_second, excludes_opener, opener, proposer, actor, event_on, is_late, lists,"
                " proposal_serial, serial)"
                " VALUES ($1::text, $2::integer, $3::integer, $4::bytea, $5::text, $6::text, $7::text, $8::boolean,"
                " $9::boolean, $10::text, $11::text, $12::text, $13::date, $14::boolean,"
                " $15::boolean, $16::bigint, $17::bigint)");
        query_text(ret, row->file->subject);
        query_number(ret, row->file->number);
        query_number(ret, row->seq);
        query_bytes(ret, row->file->procedure, 32);
        query_text(ret, row->from_state);
        query_text(ret, row->action);
        query_text(ret, row->to_state);
        query_text(ret, row->needs_second ? "true" : "false");
        query_text(ret, row->excludes_opener ? "true" : "false");
        query_text(ret, row->file->opener);
        query_text(ret, row->proposer);
        query_text(ret, row->actor);
        query_day(ret, row->event_on);
        query_text(ret, row->is_late ? "true" : "false");
        query_text(ret, row->lists ? "true" : "false");
        if (row->proposal)
                query_number(ret, (int64_t)row->proposal);
        else
                query_null(ret);
        query_number(ret, (int64_t)serial);
}

void cases_document_insert(struct query *ret, const struct case_event_row *row, const char *number_norm)
{
        query_init(ret, "INSERT INTO qcr.case_document (subject, action, number_norm, case_no, seq)"
                        " VALUES ($1::text, $2::text, $3::text, $4::integer, $5::integer)");
        query_text(ret, row->file->subject);
        query_text(ret, row->action);
        query_text(ret, number_norm);
        query_number(ret, row->file->number);
        query_number(ret, row->seq);
}
