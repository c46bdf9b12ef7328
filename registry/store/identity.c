/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/founding.h"

/* A heartbeat of -infinity (before the first) has no number: NULL here. */
#define COLUMNS                                                                                                \
        "SELECT (SELECT system_identifier FROM pg_control_system())::text,"                                   \
        " CASE WHEN pg_is_in_recovery() THEN (SELECT min_recovery_end_timeline FROM pg_control_recovery())"    \
        " ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer END,"            \
        " s.epoch, s.origin, s.schema_version, h.serial, h.chain,"                                             \
        " CASE WHEN isfinite(b.at) THEN (extract(epoch FROM b.at) * 1000)::bigint END, "
#define TABLES " FROM qcr.system s, qcr.ledger_head h, qcr.heartbeat b"

const char *const store_identity_sql = COLUMNS "NULL::bytea" TABLES;

void store_identity_query(struct query *ret, uint64_t serial)
{
        query_init(ret, COLUMNS "(SELECT l.chain FROM qcr.ledger l WHERE l.serial = $1::bigint)" TABLES);
        query_number(ret, (int64_t)serial);
}

/* The identifier has all 64 bits, which no signed number of SQL shows. */
static bool unsigned_parse(const char *text, uint64_t *ret)
{
        char *end;

        errno = 0;
        *ret = strtoull(text, &end, 10);
        return errno == 0 && end != text && *end == '\0';
}

bool store_identity_from_row(const PGresult *result, struct store_identity *ret, struct fault *why)
{
        struct store_identity identity = {0};
        int64_t timeline, schema, serial;

        if (PQresultStatus(result) != PGRES_TUPLES_OK)
                return fault_set(why, FAULT_STORE, "which store is this: %s", PQresultErrorMessage(result));
        if (PQntuples(result) != 1 || PQnfields(result) != 9)
                return fault_set(why, FAULT_MISMATCH, "the database holds no founded registry");
        for (int column = 0; column < 7; column++)
                if (cell_is_null(result, 0, column))
                        return fault_set(why, FAULT_MISMATCH, "the store does not say what it is (column %d)", column);

        timeline = cell_number(result, 0, 1);
        schema = cell_number(result, 0, 4);
        serial = cell_number(result, 0, 5);
        if (!unsigned_parse(cell_text(result, 0, 0), &identity.system_identifier) || timeline < 0 ||
                timeline > UINT32_MAX || schema <= 0 || schema > UINT32_MAX || serial < 0 ||
                !uuid_parse(slice_text(cell_text(result, 0, 2)), identity.epoch) ||
                strlen(cell_text(result, 0, 3)) >= sizeof(identity.origin) ||
                !cell_octets(result, 0, 6, identity.chain, sizeof(identity.chain)))
                return fault_set(why, FAULT_MISMATCH, "what the store says it is cannot be read");
        if (schema != STORE_SCHEMA_VERSION && schema != STORE_SCHEMA_VERSION + 1)
                return fault_set(why, FAULT_MISMATCH, "the schema is version %d, this program serves %d and %d: %s",
                        (int)schema, STORE_SCHEMA_VERSION, STORE_SCHEMA_VERSION + 1,
                        schema < STORE_SCHEMA_VERSION ? "deploy the migrations" : "update the program");
        identity.timeline = (uint32_t)timeline;
        identity.schema_version = (uint32_t)schema;
        identity.serial = (uint64_t)serial;
        strcpy(identity.origin, cell_text(result, 0, 3));
        identity.heartbeat_ms = cell_is_null(result, 0, 7) ? INT64_MIN : cell_number(result, 0, 7);
        identity.has_known = cell_octets(result, 0, 8, identity.known_chain, sizeof(identity.known_chain));
        *ret = identity;
        return true;
}
