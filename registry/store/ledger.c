/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/ledger.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#define SALT_OCTETS 32

void ledger_append_query(struct query *ret, const struct ledger_body *body)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        uint8_t salt[SALT_OCTETS], commitment[32];

        /* Without randomness the commitment would hide nothing; that is no state to go on in. */
        if (RAND_bytes(salt, sizeof(salt)) != 1)
                abort();
        ledger_body_format(&text, body);
        ledger_commitment(salt, buffer_slice(&text), commitment);

        query_init(ret,
                "WITH locked AS MATERIALIZED (SELECT serial, at, chain FROM qcr.ledger_head FOR UPDATE),"
                " next AS MATERIALIZED ("
                "  SELECT serial + 1 AS serial, greatest(at, date_trunc('milliseconds', clock_timestamp())) AS at,"
                "         chain AS before FROM locked),"
                " entry AS MATERIALIZED ("
                "  SELECT serial, at, (extract(epoch FROM at) * 1000)::bigint AS ms,"
                "         sha256(before || int8send(serial) || int8send((extract(epoch FROM at) * 1000)::bigint)"
                "                || $1::bytea) AS chain FROM next),"
                " head AS (UPDATE qcr.ledger_head h SET serial = e.serial, at = e.at, chain = e.chain FROM entry e),"
                " row AS (INSERT INTO qcr.ledger (serial, at, commitment, chain)"
                "         SELECT serial, at, $1::bytea, chain FROM entry),"
                " body AS (INSERT INTO qcr.ledger_body (serial, kind, subject, salt, body)"
                "          SELECT serial, $2::text, $3::text, $4::bytea, $5::bytea FROM entry)"
                " SELECT serial, ms FROM entry");
        query_bytes(ret, commitment, sizeof(commitment));
        query_text(ret, body->kind);
        query_text(ret, body->subject);
        query_bytes(ret, salt, sizeof(salt));
        query_bytes(ret, text.data, text.length);
        OPENSSL_cleanse(salt, sizeof(salt));
}

void ledger_previous_query(struct query *ret, const char *subject)
{
        query_init(ret, "SELECT coalesce(max(serial), 0) FROM qcr.ledger_body WHERE subject = $1::text");
        query_text(ret, subject);
}

void ledger_act_query(struct query *ret, uint64_t serial, const uint8_t *fingerprint, struct slice request,
        const uint8_t *signature)
{
        query_init(ret, "INSERT INTO qcr.act (serial, certificate, request, signature)"
                        " VALUES ($1::bigint, $2::bytea, $3::bytea, $4::bytea)");
        query_number(ret, (int64_t)serial);
        query_bytes(ret, fingerprint, 32);
        query_bytes(ret, request.data, request.length);
        query_bytes(ret, signature, 64);
}

void ledger_change_query(struct query *ret, uint64_t serial, const char *subject, uint64_t version)
{
        query_init(ret, "INSERT INTO qcr.ledger_change (serial, subject, version)"
                        " VALUES ($1::bigint, $2::text, $3::bigint)");
        query_number(ret, (int64_t)serial);
        query_text(ret, subject);
        query_number(ret, (int64_t)version);
}
