/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/ledger_entry.h"

#include <inttypes.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

/* The ledger grows by decisions, not by lookups: convenience over the last tenth of a microsecond. */
static void sha256(const struct buffer *b, uint8_t ret[32])
{
        if (!EVP_Digest(b->data, b->length, ret, NULL, EVP_sha256(), NULL))
                abort();
}

void ledger_body_format(struct buffer *to, const struct ledger_body *body)
{
        char hex[65];

        buffer_add_format(to, "qcr-ledger-body/v1\nkind %s\nsubject %s\n", body->kind,
                body->subject ? body->subject : "-");
        if (body->previous)
                buffer_add_format(to, "previous %" PRIu64 "\n", body->previous);
        else
                buffer_add_text(to, "previous -\n");
        buffer_add_format(to, "proposal %s\n", body->proposal ? body->proposal : "-");
        hex_encode(body->content, 32, hex);
        buffer_add_format(to, "content %s\n", hex);
        if (body->has_act)
                hex_encode(body->act, 32, hex);
        buffer_add_format(to, "act %s\n", body->has_act ? hex : "-");
}

void ledger_act_hash(const uint8_t *fingerprint, const uint8_t *signature, struct slice request, uint8_t ret[32])
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;

        buffer_add(&b, fingerprint, 32);
        buffer_add(&b, signature, 64);
        buffer_add_slice(&b, request);
        sha256(&b, ret);
}

void ledger_commitment(const uint8_t salt[32], struct slice body, uint8_t ret[32])
{
        unsigned length = 32;

        if (!HMAC(EVP_sha256(), salt, 32, body.data, body.length, ret, &length) || length != 32)
                abort();
}

void ledger_leaf(uint64_t serial, int64_t at_ms, const uint8_t commitment[32], uint8_t ret[32])
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        char hex[65];

        hex_encode(commitment, 32, hex);
        buffer_add_u8(&b, 0);
        buffer_add_format(&b, "qcr-ledger-entry/v1\nserial %" PRIu64 "\nat %" PRId64 "\ncommitment %s\n", serial, at_ms,
                hex);
        sha256(&b, ret);
}

void ledger_chain_first(uint8_t ret[32])
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;

        buffer_add_text(&b, "qcr-ledger/v1");
        sha256(&b, ret);
}

void ledger_chain_next(const uint8_t before[32], uint64_t serial, int64_t at_ms, const uint8_t commitment[32],
        uint8_t ret[32])
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;

        buffer_add(&b, before, 32);
        buffer_add_u64(&b, serial);
        buffer_add_u64(&b, (uint64_t)at_ms);
        buffer_add(&b, commitment, 32);
        sha256(&b, ret);
}
