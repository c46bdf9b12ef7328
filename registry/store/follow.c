/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/follow.h"

void follow_begin_query(struct query *ret)
{
        query_init(ret, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

void follow_commit_query(struct query *ret)
{
        query_init(ret, "COMMIT");
}

void follow_entries_query(struct query *ret, uint64_t after, unsigned limit)
{
        query_init(ret,
                "SELECT l.serial, (extract(epoch FROM l.at) * 1000)::bigint, l.commitment, l.chain,"
                "       b.kind, b.subject, b.salt, b.body, a.certificate, a.request, a.signature,"
                "       (SELECT count(*) FROM qcr.ledger_change c WHERE c.serial = l.serial),"
                "       coalesce((SELECT c.rows FROM qcr.run_chunk c JOIN qcr.recalc r USING (run_id)"
                "                  WHERE c.serial = l.serial AND r.kind = 'shadow'), 0)"
                "  FROM qcr.ledger l"
                "  LEFT JOIN qcr.ledger_body b ON b.serial = l.serial"
                "  LEFT JOIN qcr.act a ON a.serial = l.serial"
                " WHERE l.serial > $1::bigint ORDER BY l.serial LIMIT $2::bigint");
        query_number(ret, (int64_t)after);
        query_number(ret, limit);
}

void follow_founding_query(struct query *ret)
{
        query_init(ret, "SELECT document, signature FROM qcr.founding");
}

void follow_policies_query(struct query *ret)
{
        query_init(ret, "SELECT policy_hash, document FROM qcr.policy WHERE serial = 1");
}

void follow_rules_query(struct query *ret)
{
        query_init(ret, "SELECT rule_hash, document FROM qcr.rule WHERE serial = 1");
}

static void add_range(struct query *query, uint64_t after, uint64_t last)
{
        query_number(query, (int64_t)after);
        query_number(query, (int64_t)last);
}

void follow_runs_query(struct query *ret, uint64_t after, uint64_t last)
{
        query_init(ret,
                "SELECT serial, 'run-begin', certificate, header, signature, NULL FROM qcr.run"
                " WHERE serial > $1::bigint AND serial <= $2::bigint"
                " UNION ALL "
                "SELECT c.serial, 'run-chunk', r.certificate, c.header, c.signature, NULL"
                "  FROM qcr.run_chunk c JOIN qcr.run r USING (run_id)"
                " WHERE c.serial > $1::bigint AND c.serial <= $2::bigint"
                " UNION ALL "
                "SELECT e.serial, 'run-end', r.certificate, e.header, e.signature, e.summary"
                "  FROM qcr.run_end e JOIN qcr.run r USING (run_id)"
                " WHERE e.serial > $1::bigint AND e.serial <= $2::bigint");
        add_range(ret, after, last);
}

/*
 * A chunk's range leads to its rows, which have no index of their own. That of a chunk that catches up may be as wide as
 * the run: there the change feed says whose they can be. A range's end '~' is compared with nothing: only by octets is it
 * behind every subject.
 */
#define RANGE_END "CASE k.last_subject WHEN '~' THEN 'ZZZZZZZZZ' ELSE k.last_subject END"

void follow_grades_query(struct query *ret, uint64_t after, uint64_t last)
{
        query_init(ret,
                "SELECT c.serial, g.subject, g.version, g.grade, g.score, g.next_change"
                "  FROM qcr.run_chunk c JOIN qcr.recalc r USING (run_id) JOIN qcr.recalc_chunk k USING (run_id, chunk)"
                " CROSS JOIN LATERAL ("
                " SELECT s.* FROM qcr.shadow_grade s WHERE NOT k.is_catch_up AND s.run_serial = r.serial"
                "    AND s.subject > k.after_subject AND s.subject <= " RANGE_END " AND s.chunk = k.chunk"
                " UNION ALL "
                "SELECT s.* FROM (SELECT DISTINCT f.subject FROM qcr.ledger_change f WHERE k.is_catch_up"
                "    AND f.serial > r.serial AND f.serial <= k.through"
                "    AND f.subject > k.after_subject AND f.subject <= " RANGE_END ") f"
                "  CROSS JOIN LATERAL (SELECT s.* FROM qcr.shadow_grade s WHERE s.run_serial = r.serial"
                "    AND s.subject = f.subject AND s.chunk = k.chunk OFFSET 0) s) g"
                " WHERE c.serial > $1::bigint AND c.serial <= $2::bigint AND r.kind = 'shadow'"
                " ORDER BY c.serial, g.subject COLLATE \"C\", g.version");
        add_range(ret, after, last);
}

void follow_proposals_query(struct query *ret, const char *serials)
{
        query_init(ret,
                "SELECT serial, certificate, request, signature FROM qcr.act WHERE serial = ANY ($1::bigint[])"
                " UNION ALL "
                "SELECT c.serial, r.certificate, NULL, NULL FROM qcr.run_chunk c JOIN qcr.run r USING (run_id)"
                " WHERE c.serial = ANY ($1::bigint[])");
        query_text(ret, serials);
}

void follow_contents_query(struct query *ret, const char *subjects, const char *serials)
{
        query_init(ret, "SELECT serial, content_hash FROM qcr.record"
                        " WHERE subject = ANY ($1::text[]) AND serial = ANY ($2::bigint[])");
        query_text(ret, subjects);
        query_text(ret, serials);
}

void follow_persons_query(struct query *ret)
{
        query_init(ret, "SELECT person_id, version FROM qcr.person");
}

void follow_coverage_query(struct query *ret, uint64_t after, uint64_t last)
{
        query_init(ret, "SELECT DISTINCT ON (domain, source_code) domain, source_code, data_through FROM qcr.coverage"
                        " WHERE serial > $1::bigint AND serial <= $2::bigint"
                        " ORDER BY domain, source_code, serial DESC");
        add_range(ret, after, last);
}

#define TOUCHED                                                                                         \
        "WITH touched AS MATERIALIZED ("                                                               \
        " SELECT subject, max(version) AS version FROM qcr.ledger_change"                              \
        "  WHERE serial > $1::bigint AND serial <= $2::bigint GROUP BY subject) "

void follow_parties_query(struct query *ret, uint64_t after, uint64_t last)
{
        query_init(ret, TOUCHED
                "SELECT t.subject, t.version, s.version, s.inputs, s.policy_hash, s.grade, s.score, s.graded_on,"
                "       s.next_change, s.serial, p.name, p.name_norm, p.kind, p.registration"
                "  FROM touched t LEFT JOIN qcr.standing s ON s.subject = t.subject"
                "  LEFT JOIN LATERAL (SELECT v.name, v.name_norm, v.kind, v.registration FROM qcr.party_version v"
                "                      WHERE v.subject = t.subject ORDER BY v.version DESC LIMIT 1) p ON true"
                " ORDER BY t.subject COLLATE \"C\"");
        add_range(ret, after, last);
}

void follow_codes_query(struct query *ret, uint64_t after, uint64_t last)
{
        query_init(ret, TOUCHED "SELECT c.subject, c.code FROM touched t JOIN qcr.code c ON c.subject = t.subject"
                                " ORDER BY c.subject COLLATE \"C\", c.serial, c.code");
        add_range(ret, after, last);
}

void follow_names_query(struct query *ret, uint64_t after, uint64_t last)
{
        query_init(ret, TOUCHED
                "SELECT v.subject, v.name_norm FROM touched t JOIN qcr.party_version v ON v.subject = t.subject"
                " ORDER BY v.subject COLLATE \"C\", v.version");
        add_range(ret, after, last);
}
