/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/import_ledger.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "registry/core/act.h"
#include "registry/store/ledger.h"

static bool refuse(struct import_runner *runner, enum result_code code, struct fault *why, const char *reason)
{
        runner->refused = code;
        return fault_set(why, FAULT_CONFIG, "%s may not %s: %s", *runner->person ? runner->person : "whoever this is",
                runner->verb ? runner->verb : "import", reason);
}

static bool take_runner(const PGresult *rows, struct import_runner *runner, struct fault *why)
{
        if (PQntuples(rows) != 1)
                return refuse(runner, RESULT_CERTIFICATE_UNKNOWN, why, "the certificate is not one of this registry's");
        if ((size_t)snprintf(runner->origin, sizeof(runner->origin), "%s", cell_text(rows, 0, 0)) >=
                        sizeof(runner->origin) ||
                (size_t)snprintf(runner->person, sizeof(runner->person), "%s", cell_text(rows, 0, 1)) >=
                        sizeof(runner->person) ||
                !origin_is_valid(slice_text(runner->origin)))
                return fault_set(why, FAULT_STORE, "the registry's origin or the person's id cannot be read");
        if (cell_bool(rows, 0, 2))
                return refuse(runner, RESULT_CERTIFICATE_REVOKED, why, "the certificate has been revoked");
        if (!cell_bool(rows, 0, 3))
                return refuse(runner, RESULT_CERTIFICATE_EXPIRED, why, "the certificate is out of its time");
        if (!cell_bool(rows, 0, 4))
                return refuse(runner, RESULT_ROLE_MISSING, why, "role admin is needed");
        return true;
}

bool import_runner_load(struct link *link, int64_t at_ms, struct import_runner *runner, struct fault *why)
{
        struct query query;
        PGresult *rows;
        bool done;

        runner->refused = RESULT_DONE;
        query_init(&query,
                "SELECT s.origin, c.person_id,"
                " EXISTS (SELECT FROM qcr.certificate_revocation r WHERE r.fingerprint = c.fingerprint),"
                " $2::timestamptz BETWEEN c.not_before AND c.not_after,"
                " EXISTS (SELECT FROM qcr.person_role g WHERE g.person_id = c.person_id AND g.role = 'admin'"
                "  AND NOT EXISTS (SELECT FROM qcr.person_role_end e WHERE e.person_id = g.person_id"
                "   AND e.role = g.role AND e.grant_serial = g.serial))"
                " FROM qcr.system s, qcr.certificate c WHERE c.fingerprint = $1::bytea");
        query_bytes(&query, runner->fingerprint, sizeof(runner->fingerprint));
        query_instant(&query, at_ms);
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

bool import_entry_append(
        struct import_entry *entry, struct import_runner *runner, struct link *link, struct fault *why)
{
        struct ledger_body body = {.kind = entry->kind};
        struct query query;
        PGresult *rows;
        int64_t at_ms;

        SHA256(entry->header.data, entry->header.length, body.content);
        ledger_append_query(&query, &body);
        if (!link_query(link, &query, &rows, why))
                return false;
        entry->serial = (uint64_t)cell_number(rows, 0, 0);
        at_ms = cell_number(rows, 0, 1);
        PQclear(rows);
        return import_runner_load(link, at_ms, runner, why);
}

void import_entry_done(struct import_entry *entry)
{
        buffer_done(&entry->header);
}

void import_entry_cleanup(struct import_entry *entry)
{
        import_entry_done(entry);
}
