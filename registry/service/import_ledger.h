/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A run's side of the ledger: who runs it, and its entries. Headers are signed before the ledger's head is
 * locked, since everybody who writes waits for that lock.
 */
#pragma once

#include <openssl/types.h>

#include "registry/core/ed25519.h"
#include "registry/core/run_header.h"
#include "registry/store/import_save.h"
#include "registry/store/link.h"

struct import_runner {
        EVP_PKEY *key;
        uint8_t fingerprint[32];
        char origin[128];
        char person[33];
};

struct import_entry {
        const char *kind; /* run-begin, run-chunk, run-end */
        struct buffer header;
        uint8_t signature[ED25519_SIGNATURE_SIZE];
        uint64_t serial;
};

/*
 * Whose certificate it is, and whether they may import: it is known, in its time, not revoked, an
 * administrator's.
 */
bool import_runner_load(
        struct link *link, int64_t now_ms, struct import_runner *runner, struct fault *why) MUST_CHECK;
/* Signs the entry's header. */
bool import_entry_sign(
        struct import_entry *entry, const struct import_runner *runner, struct fault *why) MUST_CHECK;
/* Appends it and sets its serial; the head stays locked until the transaction ends. */
bool import_entry_append(struct import_entry *entry, struct link *link, struct fault *why) MUST_CHECK;
void import_entry_done(struct import_entry *entry);
void import_entry_cleanup(struct import_entry *entry); /* for CLEANUP(import_entry) */
