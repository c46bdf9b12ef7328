/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/persons.h"

#include "registry/store/person_sql.h"

void persons_lock_query(struct query *ret, const char *person_id, bool for_update)
{
        query_init(ret, for_update ? "SELECT version, office_id, name FROM qcr.person"
                                     " WHERE person_id = $1::text FOR NO KEY UPDATE"
                                   : "SELECT version, office_id, name FROM qcr.person"
                                     " WHERE person_id = $1::text FOR SHARE");
        query_text(ret, person_id);
}

void persons_roles_query(struct query *ret, const char *person_id)
{
        query_init(ret, "SELECT r.role, r.serial FROM qcr.person_role r WHERE r.person_id = $1::text"
                        " AND" PERSONS_GRANT_HOLDS("r") " ORDER BY r.role, r.serial");
        query_text(ret, person_id);
}

void persons_certificate_query(struct query *ret, const char *person_id, const uint8_t fingerprint[32])
{
        query_init(ret,
                "SELECT EXISTS (SELECT FROM qcr.certificate_revocation v WHERE v.fingerprint = c.fingerprint),"
                " (extract(epoch FROM c.not_before) * 1000)::bigint, (extract(epoch FROM c.not_after) * 1000)::bigint"
                " FROM qcr.certificate c WHERE c.fingerprint = $1::bytea AND c.person_id = $2::text");
        query_bytes(ret, fingerprint, 32);
        query_text(ret, person_id);
}

void persons_certificate_owner_query(struct query *ret, const uint8_t fingerprint[32])
{
        query_init(ret,
                "SELECT c.person_id, EXISTS (SELECT FROM qcr.certificate_revocation v"
                " WHERE v.fingerprint = c.fingerprint) FROM qcr.certificate c WHERE c.fingerprint ="
                " $1::bytea");
        query_bytes(ret, fingerprint, 32);
}

void persons_lock_admins_query(struct query *ret)
{
        query_init(ret,
                "SELECT p.person_id FROM qcr.person p WHERE EXISTS (SELECT FROM qcr.person_role r"
                " WHERE r.person_id = p.person_id AND r.role = 'admin' AND" PERSONS_GRANT_HOLDS("r") ")"
                " ORDER BY p.person_id FOR NO KEY UPDATE OF p");
}

void persons_admins_query(struct query *ret, const char *without_person, const uint8_t *without_certificate)
{
        query_init(ret,
                "SELECT count(DISTINCT r.person_id) FROM qcr.person_role r WHERE r.role = 'admin' AND"
                PERSONS_GRANT_HOLDS("r")
                " AND r.person_id IS DISTINCT FROM $1::text"
                " AND EXISTS (SELECT FROM qcr.certificate c WHERE c.person_id = r.person_id"
                " AND c.fingerprint IS DISTINCT FROM $2::bytea"
                " AND NOT EXISTS (SELECT FROM qcr.certificate_revocation v WHERE v.fingerprint ="
                " c.fingerprint))");
        query_text(ret, without_person);
        if (without_certificate)
                query_bytes(ret, without_certificate, 32);
        else
                query_null(ret);
}

void persons_exists_query(struct query *ret, const char *office_id, const char *person_id)
{
        query_init(ret, "SELECT EXISTS (SELECT FROM qcr.office WHERE office_id = $1::text),"
                        " EXISTS (SELECT FROM qcr.person WHERE person_id = $2::text)");
        query_text(ret, office_id);
        query_text(ret, person_id);
}

void persons_deputy_query(struct query *ret, const char *person_id, const char *deputy_id, struct day today)
{
        query_init(ret, "SELECT coalesce(max(d.serial) FILTER (WHERE d.person_id = $1::text), 0), count(*)"
                        " FROM qcr.deputy d WHERE d.deputy_id = $2::text"
                        " AND d.to_day >= $3::date AND NOT EXISTS (SELECT FROM qcr.deputy_end e"
                        " WHERE e.person_id = d.person_id AND e.deputy_id = d.deputy_id AND e.grant_serial = d.serial)");
        query_text(ret, person_id);
        query_text(ret, deputy_id);
        query_day(ret, today);
}

void persons_office_insert(struct query *ret, const char *office_id, const char *name, const char *code,
        uint64_t serial)
{
        query_init(ret, "INSERT INTO qcr.office (office_id, name, code, serial)"
                        " VALUES ($1::text, $2::text, $3::text, $4::bigint)");
        query_text(ret, office_id);
        query_text(ret, name);
        query_text(ret, code);
        query_number(ret, (int64_t)serial);
}

void persons_insert(struct query *ret, const char *person_id, const char *office_id, const char *name,
        uint64_t serial)
{
        query_init(ret, "INSERT INTO qcr.person (person_id, office_id, name, version, serial)"
                        " VALUES ($1::text, $2::text, $3::text, 1, $4::bigint)");
        query_text(ret, person_id);
        query_text(ret, office_id);
        query_text(ret, name);
        query_number(ret, (int64_t)serial);
}

void persons_raise_version(struct query *ret, const char *person_id, uint64_t version)
{
        query_init(ret, "UPDATE qcr.person SET version = version + 1"
                        " WHERE person_id = $1::text AND version = $2::bigint");
        query_text(ret, person_id);
        query_number(ret, (int64_t)version);
}

void persons_role_insert(struct query *ret, const char *person_id, const char *role, uint64_t serial)
{
        query_init(ret, "INSERT INTO qcr.person_role (person_id, role, serial)"
                        " VALUES ($1::text, $2::text, $3::bigint)");
        query_text(ret, person_id);
        query_text(ret, role);
        query_number(ret, (int64_t)serial);
}

void persons_role_end_insert(
        struct query *ret, const char *person_id, const char *role, uint64_t grant_serial, uint64_t serial)
{
        query_init(ret, "INSERT INTO qcr.person_role_end (person_id, role, grant_serial, serial)"
                        " VALUES ($1::text, $2::text, $3::bigint, $4::bigint)");
        query_text(ret, person_id);
        query_text(ret, role);
        query_number(ret, (int64_t)grant_serial);
        query_number(ret, (int64_t)serial);
}

void persons_certificate_insert(struct query *ret, const char *person_id, const uint8_t fingerprint[32],
        struct slice der, int64_t not_before_ms, int64_t not_after_ms, uint64_t serial)
{
        query_init(ret,
                "INSERT INTO qcr.certificate (fingerprint, person_id, der, not_before, not_after, serial)"
                " VALUES ($1::bytea, $2::text, $3::bytea, $4::timestamptz, $5::timestamptz, $6::bigint)");
        query_bytes(ret, fingerprint, 32);
        query_text(ret, person_id);
        query_bytes(ret, der.data, der.length);
        query_instant(ret, not_before_ms);
        query_instant(ret, not_after_ms);
        query_number(ret, (int64_t)serial);
}

void persons_revocation_insert(struct query *ret, const uint8_t fingerprint[32], int64_t since_ms,
        const char *reason, uint64_t serial)
{
        query_init(ret, "INSERT INTO qcr.certificate_revocation (fingerprint, since, reason, serial)"
                        " VALUES ($1::bytea, $2::timestamptz, $3::text, $4::bigint)");
        query_bytes(ret, fingerprint, 32);
        query_instant(ret, since_ms);
        query_text(ret, reason);
        query_number(ret, (int64_t)serial);
}

void persons_deputy_insert(struct query *ret, const char *person_id, const char *deputy_id, struct day from,
        struct day to, uint64_t serial)
{
        query_init(ret, "INSERT INTO qcr.deputy (person_id, deputy_id, from_day, to_day, serial)"
                        " VALUES ($1::text, $2::text, $3::date, $4::date, $5::bigint)");
        query_text(ret, person_id);
        query_text(ret, deputy_id);
        query_day(ret, from);
        query_day(ret, to);
        query_number(ret, (int64_t)serial);
}

void persons_deputy_end_insert(struct query *ret, const char *person_id, const char *deputy_id, uint64_t grant_serial,
        uint64_t serial)
{
        query_init(ret,
                "INSERT INTO qcr.deputy_end (person_id, deputy_id, grant_serial, last_day, serial)"
                " SELECT $1::text, $2::text, $3::bigint, ((at AT TIME ZONE 'UTC') + interval '8 hours')::date - 1, serial"
                " FROM qcr.ledger WHERE serial = $4::bigint");
        query_text(ret, person_id);
        query_text(ret, deputy_id);
        query_number(ret, (int64_t)grant_serial);
        query_number(ret, (int64_t)serial);
}
