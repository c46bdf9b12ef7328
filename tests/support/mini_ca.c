/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tests/support/mini_ca.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

static void must(bool done)
{
        if (!done)
                abort();
}

EVP_PKEY *mini_key(const char *seed)
{
        uint8_t octets[32];
        EVP_PKEY *key;

        must(EVP_Digest(seed, strlen(seed), octets, NULL, EVP_sha256(), NULL) == 1);
        key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, octets, sizeof(octets));
        must(key != NULL);
        return key;
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
        X509V3_CTX context;
        X509_EXTENSION *extension;

        if (!value)
                return;
        X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
        extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
        must(extension && X509_add_ext(certificate, extension, -1) == 1);
        X509_EXTENSION_free(extension);
}

X509 *mini_certificate(const struct mini_certificate *fields)
{
        static long serial;
        X509 *certificate = X509_new(), *issuer = fields->issuer ? fields->issuer : certificate;
        X509_NAME *name;

        must(certificate != NULL);
        name = X509_get_subject_name(certificate);
        must(X509_set_version(certificate, X509_VERSION_3) == 1);
        must(ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial) == 1);
        must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)fields->subject, -1, -1,
                     0) == 1);
        must(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1);
        must(X509_set_pubkey(certificate, fields->key) == 1);
        must(ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)(fields->from_ms / 1000)) != NULL);
        must(ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)(fields->until_ms / 1000)) != NULL);
        add_extension(certificate, issuer, NID_basic_constraints, fields->basic);
        add_extension(certificate, issuer, NID_key_usage, fields->usage);
        add_extension(certificate, issuer, NID_ext_key_usage, fields->extended_usage);
        must(X509_sign(certificate, fields->issuer_key, NULL) > 0);
        return certificate;
}

void mini_der(X509 *certificate, struct buffer *ret)
{
        unsigned char *der = NULL;
        int length = i2d_X509(certificate, &der);

        must(length > 0);
        buffer_add(ret, der, (size_t)length);
        OPENSSL_free(der);
}
