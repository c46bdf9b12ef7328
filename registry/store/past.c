/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/past.h"

void past_point_query(struct query *ret, int64_t known_at_ms)
{
        query_init(ret, "SELECT serial, (extract(epoch FROM at) * 1000)::bigint FROM qcr.ledger"
                        " WHERE at <= $1::timestamptz ORDER BY at DESC, serial DESC LIMIT 1");
        query_instant(ret, known_at_ms);
}

void past_serial_query(struct query *ret, uint64_t serial)
{
        query_init(ret, "SELECT serial, (extract(epoch FROM at) * 1000)::bigint FROM qcr.ledger"
                        " WHERE serial = $1::bigint");
        query_number(ret, (int64_t)serial);
}

void past_party_query(struct query *ret, const char *subject, const char *code, uint64_t serial)
{
        query_init(ret,
                "SELECT v.subject, v.name, v.registration, v.serial FROM qcr.party_version v"
                " WHERE v.subject = $1::text AND v.serial <= $3::bigint"
                " AND ($2::text = $1::text OR EXISTS (SELECT FROM qcr.code c WHERE c.code = $2::text"
                " AND c.subject = $1::text AND c.serial <= $3::bigint)) ORDER BY v.version DESC LIMIT 1");
        query_text(ret, subject);
        query_text(ret, code);
        query_number(ret, (int64_t)serial);
}

void past_policy_query(struct query *ret, uint64_t serial)
{
        query_init(ret, "SELECT policy_hash FROM qcr.policy_activation WHERE serial <= $1::bigint"
                        " ORDER BY serial DESC LIMIT 1");
        query_number(ret, (int64_t)serial);
}

void past_coverage_query(struct query *ret, uint64_t serial)
{
        query_init(ret,
                "SELECT string_agg(domain || '/' || source_code || '=' || to_char(data_through, 'YYYY-MM-DD'), '; '"
                "  ORDER BY domain COLLATE \"C\", source_code COLLATE \"C\")"
                " FROM (SELECT DISTINCT ON (domain, source_code) domain, source_code, data_through FROM qcr.coverage"
                "  WHERE serial <= $1::bigint ORDER BY domain, source_code, serial DESC) c");
        query_number(ret, (int64_t)serial);
}
