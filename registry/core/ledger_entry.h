/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A ledger entry: what the registry commits to for one decision or one chunk of a bulk run.
 *
 * The entry itself is public one day, so it says nothing: serial, time, commitment. What it commits to is the
 * body, a text that stands in a table of its own with a salt of 32 random octets and can be erased with it;
 * the entry and every proof over it stay true. The body links back to the subject's entry before, so that an
 * owner can walk the chain and nothing can be hidden between.
 *
 *     entry       "qcr-ledger-entry/v1" LF "serial N" LF "at MS" LF "commitment HEX" LF
 *     leaf        SHA-256(0x00 || entry)                           RFC 9162 2.1.1
 *     commitment  HMAC-SHA-256(salt, body)
 *     chain       SHA-256(chain before || u64 serial || i64 ms || commitment), first SHA-256("qcr-ledger/v1")
 *
 * The chain is computed by the database under the head's lock (store/ledger); the tree's root by whoever
 * follows. Byte by byte in docs/EVIDENCE, "ledger".
 */
#pragma once

#include "registry/base/bytes.h"

struct ledger_body {
        const char *kind;        /* founding, run-begin, run-chunk, run-end, record-file, case-step, proposal, approval,
                                    rejection */
        const char *subject;     /* organization code, or NULL */
        uint64_t previous;       /* the subject's entry before, 0 for none */
        const char *proposal;    /* SERIAL.ITEM that is decided, or NULL */
        uint8_t content[32];     /* SHA-256 of what is decided; each kind says of what in docs/EVIDENCE */
        bool has_act;
        uint8_t act[32];         /* SHA-256(certificate fingerprint || signature || request) */
};

/* Appends the body's text. */
void ledger_body_format(struct buffer *to, const struct ledger_body *body);

/* The act line's hash. `fingerprint` has 32 octets, `signature` 64. */
void ledger_act_hash(const uint8_t *fingerprint, const uint8_t *signature, struct slice request, uint8_t ret[32]);

void ledger_commitment(const uint8_t salt[32], struct slice body, uint8_t ret[32]);
void ledger_leaf(uint64_t serial, int64_t at_ms, const uint8_t commitment[32], uint8_t ret[32]);
void ledger_chain_first(uint8_t ret[32]);
void ledger_chain_next(const uint8_t before[32], uint64_t serial, int64_t at_ms, const uint8_t commitment[32],
        uint8_t ret[32]);
