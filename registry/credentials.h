/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What the parent reads from disk for the others, who may not enter every folder on the way: certificates, the
 * two private keys, and the table of publicity terms (share/publicity.json). Read whole and checked whole, so
 * that a reload either has everything or changes nothing: the TLS context can be made, each key is its
 * certificate's, the lookup certificate is for signing lookups, the table can be understood.
 */
#pragma once

#include "registry/config.h"
#include "registry/secret.h"

struct credentials {
        struct buffer ca;
        struct buffer tls_certificate;
        struct buffer lookup_certificate;
        struct buffer publicity;
        struct secret tls_key;
        struct secret lookup_key;
};

/* `ret` is as credentials_done leaves it on failure. */
bool credentials_read(struct credentials *ret, const struct config *config, struct fault *why) MUST_CHECK;
void credentials_done(struct credentials *credentials);
