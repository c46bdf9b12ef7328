/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/digest.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

static const struct {
        enum suite suite;
        const char *word;
        const char *hash;
} suites[] = {
        {SUITE_ED25519_SHA256, "ed25519-sha256", "SHA256"},
        {SUITE_SM2_SM3, "sm2-sm3", "SM3"},
};

#define SUITE_COUNT (sizeof(suites) / sizeof(suites[0]))

const char *suite_word(enum suite suite)
{
        switch (suite) {
        case SUITE_ED25519_SHA256:
                return suites[0].word;
        case SUITE_SM2_SM3:
                return suites[1].word;
        }
        abort();
}

bool suite_parse(struct slice word, enum suite *ret)
{
        for (size_t i = 0; i < SUITE_COUNT; i++)
                if (slice_equal(word, slice_text(suites[i].word))) {
                        *ret = suites[i].suite;
                        return true;
                }
        return false;
}

bool digest_init(struct digest *d, enum suite suite, struct fault *why)
{
        const char *name = suite == SUITE_SM2_SM3 ? suites[1].hash : suites[0].hash;

        *d = (struct digest){.suite = suite};
        d->function = EVP_MD_fetch(NULL, name, NULL);
        if (!d->function)
                return fault_set(why, FAULT_CRYPTO, "hash %s is not offered by this OpenSSL", name);
        d->context = EVP_MD_CTX_new();
        if (!d->context)
                abort();
        return true;
}

void digest_done(struct digest *d)
{
        EVP_MD_CTX_free(d->context);
        EVP_MD_free(d->function);
        *d = (struct digest){0};
}

void digest_cleanup(struct digest *d)
{
        digest_done(d);
}

void digest_begin(struct digest *d)
{
        if (EVP_DigestInit_ex2(d->context, d->function, NULL) != 1)
                abort();
}

void digest_add(struct digest *d, struct slice bytes)
{
        if (bytes.length && EVP_DigestUpdate(d->context, bytes.data, bytes.length) != 1)
                abort();
}

void digest_end(struct digest *d, struct hash *ret)
{
        unsigned length = 0;

        if (EVP_DigestFinal_ex(d->context, ret->octets, &length) != 1 || length != HASH_SIZE)
                abort();
}

void digest_hash(struct digest *d, struct slice bytes, struct hash *ret)
{
        digest_begin(d);
        digest_add(d, bytes);
        digest_end(d, ret);
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
        return memcmp(a->octets, b->octets, HASH_SIZE) == 0;
}

struct slice hash_slice(const struct hash *h)
{
        return slice_of(h->octets, HASH_SIZE);
}
