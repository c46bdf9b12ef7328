/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A certificate authority for tests: keys from seeds, certificates from a few
 * fields, right by default and wrong in whichever way a test needs. It fails by
 * aborting, for a test that cannot make its certificates has nothing to say.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

#include "registry/base/bytes.h"

struct mini_certificate {
        const char *subject;       /* common name */
        EVP_PKEY *key;
        X509 *issuer;              /* NULL: self-signed */
        EVP_PKEY *issuer_key;      /* of a self-signed one: its own key */
        const char *basic;         /* OpenSSL's words for each extension; NULL: none */
        const char *usage;
        const char *extended_usage;
        int64_t from_ms;
        int64_t until_ms;
};

/* An Ed25519 key from a text; the same text gives the same key. */
EVP_PKEY *mini_key(const char *seed);
X509 *mini_certificate(const struct mini_certificate *fields);
/* DER, appended. */
void mini_der(X509 *certificate, struct buffer *ret);
