/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Which store this is: the cluster's system identifier and timeline, the registry's epoch, origin and schema,
 * and how far its ledger reaches. Asked on every new connection (db_new's `identify_sql`) and, by the
 * follower, in the same snapshot as the data; one text, so that whoever compares compares the same things.
 *
 * The timeline is that of the WAL being written, or on a replica of the WAL replayed: the last checkpoint's
 * says the old one for minutes after a promotion. All functions asked are open to every role.
 */
#pragma once

#include "registry/store/query.h"

/*
 * What the last of the migrations leaves in qcr.system. A program serves the schema it was built for and the one
 * after it, so that the schema is changed first and the programs while they run, one node after the other.
 */
#define STORE_SCHEMA_VERSION 3

struct store_identity {
        uint64_t system_identifier;
        uint32_t timeline;
        uint8_t epoch[16];
        char origin[128];
        uint32_t schema_version;
        uint64_t serial;          /* of the ledger's head */
        uint8_t chain[32];        /* the chain at the head */
        int64_t heartbeat_ms;     /* as written on the primary; INT64_MIN before the first */
        bool has_known;           /* the ledger has the entry asked for */
        uint8_t known_chain[32];  /* and this is its chain */
};

/* Without parameters: `has_known` is false then. */
extern const char *const store_identity_sql;
/* With the chain at `serial`, which a copy made earlier must agree with. */
void store_identity_query(struct query *ret, uint64_t serial);
/* Of the one row of either; false when it is not such a row, or of a schema not served. `ret` is untouched then. */
bool store_identity_from_row(const PGresult *result, struct store_identity *ret, struct fault *why) MUST_CHECK;
