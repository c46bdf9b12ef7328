/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/seal_key.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "registry/core/certificate_time.h"
#include "registry/core/chain.h"

#define INSTANCE_OCTETS 8u
/* What all certificates of an answer may take of its packet (service/channel); one with an Ed25519 key has some 500. */
#define CERTIFICATES_LIMIT 6144u

static BIO *bio_of(struct slice pem)
{
        return pem.length <= INT32_MAX ? BIO_new_mem_buf(pem.data, (int)pem.length) : NULL;
}

static bool read_private(struct seal_key *key, struct slice pem, struct fault *why)
{
        BIO *bio = bio_of(pem);

        key->private = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
        BIO_free(bio);
        if (!key->private || !ed25519_is_key(key->private))
                return fault_set(why, FAULT_CRYPTO, "the lookup-signing key is not a private Ed25519 key");
        return true;
}

static bool read_first(struct seal_key *key, X509 *x509, struct fault *why)
{
        if (X509_check_private_key(x509, key->private) != 1)
                return fault_set(why, FAULT_CRYPTO, "the lookup-signing certificate is not of the lookup-signing key");
        if (!certificate_time_read(X509_get0_notBefore(x509), &key->not_before_ms) ||
                !certificate_time_read(X509_get0_notAfter(x509), &key->not_after_ms))
                return fault_set(why, FAULT_CRYPTO, "the lookup-signing certificate's days cannot be read");
        return true;
}

/* Its DER behind the others, counted; a root is left out, for whoever verifies has it from elsewhere. */
static bool add_certificate(struct seal_key *key, X509 *x509, struct slice ders[CHAIN_LIMIT], unsigned *count,
        struct digest *sha256, struct fault *why)
{
        unsigned char *der = NULL;
        int length;

        if (*count && X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0)
                return true;
        if (*count == CHAIN_LIMIT)
                return fault_set(why, FAULT_CRYPTO, "more than %u certificates before the root", CHAIN_LIMIT);
        length = i2d_X509(x509, &der);
        if (length <= 0)
                return fault_set(why, FAULT_CRYPTO, "a certificate cannot be encoded");
        ders[(*count)++] = slice_of(der, (size_t)length);
        buffer_add_counted(&key->certificates, slice_of(der, (size_t)length));
        if (*count == 1)
                digest_hash(sha256, ders[0], &key->certificate);
        return *count > 1 || read_first(key, x509, why);
}

static bool check_usage(const struct slice *ders, unsigned count, struct fault *why)
{
        struct chain chain;
        bool fits;

        if (count == 0 || !chain_init(&chain, ders, count))
                return fault_set(why, FAULT_CRYPTO, "there is no lookup-signing certificate, or it is self-issued");
        fits = chain_is_for(&chain, USAGE_LOOKUP_SIGNING_OID);
        chain_done(&chain);
        return fits ? true :
                fault_set(why, FAULT_CRYPTO, "the lookup-signing certificate is not for signing lookups alone");
}

static bool read_certificates(struct seal_key *key, struct slice pem, struct digest *sha256, struct fault *why)
{
        struct slice ders[CHAIN_LIMIT];
        unsigned count = 0;
        BIO *bio = bio_of(pem);
        X509 *x509;
        bool went_well = true;

        while (went_well && bio && (x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
                went_well = add_certificate(key, x509, ders, &count, sha256, why);
                X509_free(x509);
        }
        ERR_clear_error(); /* the end of the file is an error there */
        BIO_free(bio);
        went_well = went_well && check_usage(ders, count, why);
        if (went_well && key->certificates.length > CERTIFICATES_LIMIT)
                went_well = fault_set(why, FAULT_LIMIT, "the certificates of an answer take more than %u octets",
                        CERTIFICATES_LIMIT);
        for (unsigned i = 0; i < count; i++) {
                union {
                        const uint8_t *in;
                        void *out;
                } der = {.in = ders[i].data};

                OPENSSL_free(der.out);
        }
        return went_well;
}

bool seal_key_init(struct seal_key *key, struct slice key_pem, struct slice certificates_pem, const char *origin,
        struct digest *sha256, struct fault *why)
{
        uint8_t instance[INSTANCE_OCTETS], public[ED25519_PUBLIC_SIZE];
        CLEANUP(buffer) struct buffer name = BUFFER_INIT;

        *key = (struct seal_key){0};
        if (!origin_is_valid(slice_text(origin)))
                return fault_set(why, FAULT_CONFIG, "`%s` is not an origin", origin);
        strcpy(key->origin, origin);
        if (!read_private(key, key_pem, why) || !read_certificates(key, certificates_pem, sha256, why))
                goto fail;
        if (!ed25519_public(key->private, public) || RAND_bytes(instance, sizeof(instance)) != 1) {
                fault_set(why, FAULT_CRYPTO, "the lookup-signing key cannot be used");
                goto fail;
        }
        hex_encode(instance, sizeof(instance), key->instance);
        buffer_add_text(&name, origin);
        buffer_add_text(&name, HEAD_KEY_SUFFIX);
        note_key_init(&key->note, buffer_slice(&name), public, sha256);
        return true;
fail:
        seal_key_done(key);
        return false;
}

void seal_key_done(struct seal_key *key)
{
        EVP_PKEY_free(key->private);
        buffer_done(&key->certificates);
        *key = (struct seal_key){0};
}

bool seal_key_is_valid(const struct seal_key *key, int64_t now_ms)
{
        return now_ms >= key->not_before_ms && now_ms <= key->not_after_ms;
}

bool seal_key_sign(struct seal_key *key, unsigned size, const struct hash *root, int64_t now_ms, int64_t data_as_of_ms,
        struct buffer *ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct head head = {
                .suite = SUITE_ED25519_SHA256,
                .size = size,
                .root = *root,
                .signed_ms = now_ms,
                .data_as_of_ms = data_as_of_ms,
                .certificate = key->certificate,
                .suites = SUITE_BIT(SUITE_ED25519_SHA256),
                .counter = ++key->counter,
        };

        strcpy(head.origin, key->origin);
        strcpy(head.instance, key->instance);
        head_format(&head, &text);
        return note_sign(buffer_slice(&text), &key->note, key->private, ret, why);
}
