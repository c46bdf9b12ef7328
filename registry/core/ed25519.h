/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Ed25519 (RFC 8032) as everything here signs: registry heads, decision-log
 * checkpoints, persons' acts. Keys are held by the caller; which key may sign
 * what is never decided here.
 */
#pragma once

#include <openssl/types.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

#define ED25519_SIGNATURE_SIZE 64u
#define ED25519_PUBLIC_SIZE 32u

/* Is it an Ed25519 key, public or private? */
bool ed25519_is_key(const EVP_PKEY *key);
/* `key` must hold the private half. */
bool ed25519_sign(EVP_PKEY *key, struct slice message, uint8_t ret[ED25519_SIGNATURE_SIZE],
        struct fault *why) MUST_CHECK;
/* False for anything but a true signature; leaves no error behind in the library's queue. */
bool ed25519_verify(EVP_PKEY *key, struct slice message, struct slice signature);
bool ed25519_public(const EVP_PKEY *key, uint8_t ret[ED25519_PUBLIC_SIZE]);
/*
 * A point of order 1, 2, 4 or 8: signatures that verify under it can be made by anybody for any
 * message. Never to be enrolled or trusted.
 */
bool ed25519_is_low_order(const uint8_t public[ED25519_PUBLIC_SIZE]);
