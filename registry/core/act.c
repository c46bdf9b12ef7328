/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/act.h"

#include <assert.h>

static void add_message(struct buffer *ret, struct slice origin, struct slice request)
{
        buffer_add_text(ret, ACT_CONTEXT "\n");
        buffer_add_slice(ret, origin);
        buffer_add_u8(ret, '\n');
        buffer_add_slice(ret, request);
}

bool act_sign(EVP_PKEY *key, struct slice origin, struct slice request, uint8_t ret[ED25519_SIGNATURE_SIZE],
        struct fault *why)
{
        CLEANUP(buffer) struct buffer message = BUFFER_INIT;

        assert(origin_is_valid(origin));
        add_message(&message, origin, request);
        return ed25519_sign(key, buffer_slice(&message), ret, why);
}

bool act_verify(EVP_PKEY *key, struct slice origin, struct slice request, struct slice signature)
{
        CLEANUP(buffer) struct buffer message = BUFFER_INIT;
        uint8_t public[ED25519_PUBLIC_SIZE];

        if (!origin_is_valid(origin) || !ed25519_public(key, public) || ed25519_is_low_order(public))
                return false;
        add_message(&message, origin, request);
        return ed25519_verify(key, buffer_slice(&message), signature);
}
