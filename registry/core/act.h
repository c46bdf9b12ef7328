/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An act: the signature a person makes, with the key of their certificate, over
 * the request bytes of a decision. It is stored with the event, so that what
 * was decided rests on the person's own hand and not on the word of a database.
 *
 * Signed are the octets "qcr-act/v1" LF origin LF request bytes. The first line
 * keeps the signature from meaning anything elsewhere, the second keeps an act
 * of one registry from being played to another.
 */
#pragma once

#include <openssl/types.h>

#include "registry/core/ed25519.h"
#include "registry/core/lines.h"

#define ACT_CONTEXT "qcr-act/v1"

/* `key` holds the person's private half; `origin` must be valid. */
bool act_sign(EVP_PKEY *key, struct slice origin, struct slice request, uint8_t ret[ED25519_SIGNATURE_SIZE],
        struct fault *why) MUST_CHECK;
/* False for anything but this person's signature over exactly this request to exactly this registry. */
bool act_verify(EVP_PKEY *key, struct slice origin, struct slice request, struct slice signature);
