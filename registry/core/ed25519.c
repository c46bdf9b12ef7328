/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/ed25519.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

bool ed25519_is_key(const EVP_PKEY *key)
{
        return key && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519;
}

bool ed25519_sign(EVP_PKEY *key, struct slice message, uint8_t ret[ED25519_SIGNATURE_SIZE], struct fault *why)
{
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        size_t length = ED25519_SIGNATURE_SIZE;
        bool done;

        if (!context)
                abort();
        done = ed25519_is_key(key) && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
                EVP_DigestSign(context, ret, &length, message.data, message.length) == 1 &&
                length == ED25519_SIGNATURE_SIZE;
        EVP_MD_CTX_free(context);
        if (!done) {
                fault_set(why, FAULT_CRYPTO, "Ed25519 signature: %s",
                        ERR_reason_error_string(ERR_peek_error()));
                ERR_clear_error();
        }
        return done;
}

bool ed25519_verify(EVP_PKEY *key, struct slice message, struct slice signature)
{
        EVP_MD_CTX *context;
        bool right;

        if (!ed25519_is_key(key) || signature.length != ED25519_SIGNATURE_SIZE)
                return false;
        context = EVP_MD_CTX_new();
        if (!context)
                abort();
        ERR_set_mark();
        right = EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
                EVP_DigestVerify(context, signature.data, signature.length, message.data,
                        message.length) == 1;
        ERR_pop_to_mark();
        EVP_MD_CTX_free(context);
        return right;
}

bool ed25519_public(const EVP_PKEY *key, uint8_t ret[ED25519_PUBLIC_SIZE])
{
        size_t length = ED25519_PUBLIC_SIZE;

        return ed25519_is_key(key) && EVP_PKEY_get_raw_public_key(key, ret, &length) == 1 &&
                length == ED25519_PUBLIC_SIZE;
}

/*
 * The y coordinates of the eight points, canonical and not, without the sign of x. They are
 * 1, 0, -1, the two of order 8, and the two of these that can also be written with p added.
 */
static const uint8_t low_order[][ED25519_PUBLIC_SIZE] = {
        {0x01},
        {0x00},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76,
                0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6,
                0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89,
                0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39,
                0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
};

bool ed25519_is_low_order(const uint8_t public[ED25519_PUBLIC_SIZE])
{
        uint8_t y[ED25519_PUBLIC_SIZE];

        memcpy(y, public, sizeof(y));
        y[ED25519_PUBLIC_SIZE - 1] &= 0x7f;
        for (size_t i = 0; i < sizeof(low_order) / sizeof(low_order[0]); i++)
                if (memcmp(y, low_order[i], sizeof(y)) == 0)
                        return true;
        return false;
}
