/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The lookup-signing key with its certificates: all that can sign a head, in one place, so that it could be moved
 * behind a token. It builds what it signs itself and never signs a hash given to it.
 */
#pragma once

#include <openssl/types.h>

#include "registry/base/fault.h"
#include "registry/core/head.h"
#include "registry/core/note.h"

struct seal_key {
        EVP_PKEY *private;
        struct note_key note;
        struct hash certificate;      /* SHA-256 of the signing certificate */
        struct buffer certificates;   /* counted, signing certificate first, no root: as answers carry them */
        int64_t not_before_ms;
        int64_t not_after_ms;
        char origin[ORIGIN_LIMIT + 1];
        char instance[HEAD_INSTANCE_LIMIT + 1]; /* random: two lives never give out one sequence number twice */
        uint64_t counter;
};

/*
 * Both in PEM; the key must be that of the first certificate, which must be for signing lookups and nothing else
 * (core/certificate_usage). That they lead to the registry's CA is for whoever verifies.
 */
bool seal_key_init(struct seal_key *key, struct slice key_pem, struct slice certificates_pem, const char *origin,
        struct digest *sha256, struct fault *why) MUST_CHECK;
void seal_key_done(struct seal_key *key);

/* Within the signing certificate's days? */
bool seal_key_is_valid(const struct seal_key *key, int64_t now_ms);
/* Signs a batch's tree: appends the note. */
bool seal_key_sign(struct seal_key *key, unsigned size, const struct hash *root, int64_t now_ms, int64_t data_as_of_ms,
        struct buffer *ret, struct fault *why) MUST_CHECK;
