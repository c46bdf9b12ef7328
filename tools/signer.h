/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Who signs the runs of a bulk command: the key and the certificate under people/NAME of the home. */
#pragma once

#include <openssl/types.h>

#include "registry/base/fault.h"

struct signer {
        EVP_PKEY *key;
        X509 *certificate;
        uint8_t fingerprint[32];
};

/* FAULT_CONFIG: the name is no person's or the home has none of that name; FAULT_CRYPTO: the two do not belong together. */
bool signer_load(struct signer *ret, const char *home, const char *name, struct fault *why) MUST_CHECK;
void signer_done(struct signer *signer);
