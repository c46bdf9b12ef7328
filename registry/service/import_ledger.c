/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/import_ledger.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "registry/core/act.h"
#include "registry/store/ledger.h"

static bool take_runner(const PGresult *rows, struct import_runner *runner, struct fault *why)
{
        if (PQntuples(rows) != 1)
                return fault_set(why, FAULT_CONFIG, "the certificate is not one of this registry's");
        if (!cell_bool(rows, 0, 2))
                return fault_set(why, FAULT_CONFIG, "the certificate is revoked, or out of its time");
        if (!cell_bool(rows, 0, 3))
                return fault_set(
                        why, FAULT_CONFIG, "%s may not import: role admin is needed", cell_text(rows, 0, 1));
        if ((size_t)snprintf(runner->origin, sizeof(runner->origin), "%s", cell_text(rows, 0, 0)) >=
                        sizeof(runner->origin) ||
                (size_t)snprintf(runner->person, sizeof(runner->person), "%s", cell_text(rows, 0, 1)) >=
                        sizeof(runner->person) ||
                !origin_is_valid(slice_text(runner->origin)))
                return fault_set(why, FAULT_STORE, "the registry's origin or the person's id cannot be read");
        return true;
}

bool import_runner_load(struct link *link, int64_t now_ms, struct import_runner *runner, struct fault *why)
{
        struct query query;
        PGresult *rows;
        bool done;

        query_init(&query,
                "SELECT s.origin, c.person_id,"
                " c.not_before <= $2::timestamptz AND $2::timestamptz < c.not_after AND NOT EXISTS"
                "  (SELECT FROM qcr.certificate_revocation r WHERE r.fingerprint = c.fingerprint),"
                " EXISTS (SELECT FROM qcr.person_role g WHERE g.person_id = c.person_id AND g.role = 'admin'"
                "  AND NOT EXISTS (SELECT FROM qcr.person_role_end e WHERE e.person_id = g.person_id"
                "   AND e.role = g.role AND e.grant_serial = g.serial))"
                " FROM qcr.system s, qcr.certificate c WHERE c.fingerprint = $1::bytea");
        query_bytes(&query, runner->fingerprint, sizeof(runner->fingerprint));
        query_instant(&query, now_ms);
        if (!link_query(link, &query, &rows, why))
                return false;
        done = take_runner(rows, runner, why);
        PQclear(rows);
        return done;
}

bool import_entry_sign(struct import_entry *entry, const struct import_runner *runner, struct fault *why)
{
        return act_sign(
                runner->key, slice_text(runner->origin), buffer_slice(&entry->header), entry->signature, why);
}

bool import_entry_append(struct import_entry *entry, struct link *link, struct fault *why)
{
        struct ledger_body body = {.kind = entry->kind};
        struct query query;
        PGresult *rows;

        SHA256(entry->header.data, entry->header.length, body.content);
        ledger_append_query(&query, &body);
        if (!link_query(link, &query, &rows, why))
                return false;
        entry->serial = (uint64_t)cell_number(rows, 0, 0);
        PQclear(rows);
        return true;
}

void import_entry_done(struct import_entry *entry)
{
        buffer_done(&entry->header);
}

void import_entry_cleanup(struct import_entry *entry)
{
        import_entry_done(entry);
}
