/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A run's side of the ledger: who runs it, and its entries. Headers are signed before the ledger's head is
 * locked, since everybody who writes waits for that lock.
 *
 * A run outlives many other entries, and one of them may revoke its certificate or end its person's role. So
 * each of its entries asks again: under the head's lock nobody else can change that, and the entry's time is
 * known, which is what the follower compares a certificate's time with.
 */
#pragma once

#include <openssl/types.h>

#include "proto/result.h"
#include "registry/core/ed25519.h"
#include "registry/core/run_header.h"
#include "registry/store/import_save.h"
#include "registry/store/link.h"

struct import_runner {
        EVP_PKEY *key;
        const char *verb; /* what they may or may not do; NULL: import */
        uint8_t fingerprint[32];
        char origin[128];
        char person[33];
        enum result_code refused; /* why they may not import; DONE: they may, as of the last time it was asked */
};

struct import_entry {
        const char *kind; /* run-begin, run-chunk, run-end */
        struct buffer header;
        uint8_t signature[ED25519_SIGNATURE_SIZE];
        uint64_t serial;
};

/*
 * Whose certificate it is, and whether they may import: it is known, in its time, not revoked, an
 * administrator's. If they may not, `refused` says why beside the fault.
 */
bool import_runner_load(
        struct link *link, int64_t at_ms, struct import_runner *runner, struct fault *why) MUST_CHECK;
/* Signs the entry's header. */
bool import_entry_sign(
        struct import_entry *entry, const struct import_runner *runner, struct fault *why) MUST_CHECK;
/*
 * Appends it and sets its serial; the head stays locked until the transaction ends. Fails like
 * import_runner_load when its person may not import at the entry's time; the transaction must be rolled back
 * then.
 */
bool import_entry_append(struct import_entry *entry, struct import_runner *runner, struct link *link,
        struct fault *why) MUST_CHECK;
void import_entry_done(struct import_entry *entry);
void import_entry_cleanup(struct import_entry *entry); /* for CLEANUP(import_entry) */
