/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A chain of certificates as it comes with an answer or a connection: the
 * user's own first, each issued by the next, the root left out because whoever
 * judges has it already. A chain is exactly what is needed: nothing that is
 * not on the way from the first to a root is carried along unchecked.
 */
#pragma once

#include <openssl/types.h>

#include "registry/base/bytes.h"
#include "registry/core/certificate_usage.h"

#define CHAIN_LIMIT 4u /* certificates, root not counted: a CA with two tiers under its root, and the user */

struct chain {
        X509 *certificates[CHAIN_LIMIT];
        unsigned count;
};

/*
 * From DER, one certificate a slice. False when one is not, or is self-issued as roots are; there is
 * nothing to release then.
 */
bool chain_init(struct chain *chain, const struct slice *ders, unsigned count);
void chain_done(struct chain *chain);
void chain_cleanup(struct chain *chain);

/* The first certificate's public key; NULL when it cannot be read. Lives as long as the chain. */
EVP_PKEY *chain_key(const struct chain *chain);
/*
 * Does it lead, certificate by certificate and without a rest, to one of the roots, all of them
 * valid at the instant (RFC 5280 section 6)?
 */
bool chain_leads_to(const struct chain *chain, X509 *const *roots, unsigned root_count, int64_t at_ms);
/*
 * Is the first certificate for this purpose and no other: a critical extended key usage of exactly
 * this identifier (dotted), no CA, and a key usage with digitalSignature and without keyCertSign and cRLSign?
 */
bool chain_is_for(const struct chain *chain, const char *usage_oid);
