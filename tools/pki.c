/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "registry/core/certificate_usage.h"
#include "registry/core/ed25519.h"
#include "tools/home.h"

#define SERIAL_OCTETS 16 /* random: RFC 5280 4.1.2.2 allows 20, with the highest bit clear */

/* What OpenSSL refuses here it refuses for want of memory or randomness. */
static void must(bool done)
{
        if (!done)
                abort();
}

EVP_PKEY *pki_key_new(void)
{
        EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

        must(key);
        return key;
}

/* ------------------------------------------------------------------------ making */

static bool add_extension(X509 *to, X509 *issuer, int nid, const char *value)
{
        X509_EXTENSION *extension;
        X509V3_CTX context;
        bool done;

        X509V3_set_ctx(&context, issuer, to, NULL, NULL, 0);
        extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
        done = extension && X509_add_ext(to, extension, -1) == 1;
        X509_EXTENSION_free(extension);
        return done;
}

static void set_subject(X509_NAME *name, const char *common_name)
{
        must(X509_NAME_add_entry_by_txt(
                     name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) == 1);
}

static X509 *begin(EVP_PKEY *key, const char *common_name, int64_t from_ms, int64_t until_ms)
{
        X509 *certificate = X509_new();
        uint8_t octets[SERIAL_OCTETS];
        BIGNUM *number;

        must(certificate && X509_set_version(certificate, X509_VERSION_3) == 1);
        must(RAND_bytes(octets, sizeof(octets)) == 1);
        octets[0] = (octets[0] & 0x7f) | 0x40; /* positive, and never shorter */
        number = BN_bin2bn(octets, sizeof(octets), NULL);
        must(number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)));
        BN_free(number);
        must(ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)(from_ms / 1000)));
        must(ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)(until_ms / 1000)));
        set_subject(X509_get_subject_name(certificate), common_name);
        must(X509_set_pubkey(certificate, key) == 1);
        return certificate;
}

static void sign(X509 *certificate, X509 *issuer, EVP_PKEY *key)
{
        must(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1);
        must(add_extension(certificate, issuer, NID_subject_key_identifier, "hash"));
        must(add_extension(certificate, issuer, NID_authority_key_identifier, "keyid"));
        must(X509_sign(certificate, key, NULL) > 0);
}

X509 *pki_ca_new(EVP_PKEY *key, const char *origin, int64_t at_ms)
{
        char name[64]; /* the upper bound of a common name, RFC 5280 appendix A */
        X509 *ca;

        snprintf(name, sizeof(name), "%.50s registry CA", origin);
        ca = begin(key, name, at_ms - PKI_SKEW_MS, at_ms + PKI_CA_DAYS * PKI_DAY_MS);
        must(add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
        must(add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign"));
        must(X509_set_issuer_name(ca, X509_get_subject_name(ca)) == 1);
        must(add_extension(ca, ca, NID_subject_key_identifier, "hash"));
        must(X509_sign(ca, key, NULL) > 0);
        return ca;
}

bool pki_name_is_valid(const char *name)
{
        size_t length = strlen(name);

        return length > 0 && length < 254 && name[0] != '.' && name[0] != '-' &&
               strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == length;
}

static bool add_names(X509 *certificate, X509 *ca, const struct pki_certificate *what, struct fault *why)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;

        if (what->name_count > PKI_NAMES_MAX)
                return fault_set(why, FAULT_LIMIT, "more than %u server names", PKI_NAMES_MAX);
        buffer_add_text(&value, "DNS:localhost,IP:127.0.0.1,IP:::1");
        for (size_t i = 0; i < what->name_count; i++) {
                if (!pki_name_is_valid(what->names[i]))
                        return fault_set(why, FAULT_CONFIG, "not a server name: %.64s", what->names[i]);
                buffer_add_format(&value, ",DNS:%s", what->names[i]);
        }
        must(add_extension(certificate, ca, NID_subject_alt_name, buffer_text(&value)));
        return true;
}

bool pki_issue(X509 *ca, EVP_PKEY *ca_key, const struct pki_certificate *what, X509 **ret, struct fault *why)
{
        X509 *certificate = begin(what->key, what->common_name, what->from_ms, what->until_ms);
        const char *usage = NULL;

        must(add_extension(certificate, ca, NID_basic_constraints, "critical,CA:FALSE"));
        must(add_extension(certificate, ca, NID_key_usage, "critical,digitalSignature"));
        switch (what->profile) {
        case PKI_PERSON:
                usage = "critical,clientAuth," USAGE_PERSON_OID;
                break;
        case PKI_LOOKUP:
                usage = "critical," USAGE_LOOKUP_SIGNING_OID;
                break;
        case PKI_SERVER:
                usage = "serverAuth";
                break;
        }
        must(add_extension(certificate, ca, NID_ext_key_usage, usage));
        if (what->profile == PKI_SERVER && !add_names(certificate, ca, what, why)) {
                X509_free(certificate);
                return false;
        }
        sign(certificate, ca, ca_key);
        *ret = certificate;
        return true;
}

/* ---------------------------------------------------------------------- requests */

static void take_bio(BIO *bio, struct buffer *ret)
{
        char *data;
        long length = BIO_get_mem_data(bio, &data);

        buffer_add(ret, data, (size_t)length);
        OPENSSL_cleanse(data, (size_t)length);
        BIO_free(bio);
}

static BIO *new_bio(void)
{
        BIO *bio = BIO_new(BIO_s_mem());

        must(bio);
        return bio;
}

void pki_request_new(EVP_PKEY *key, const char *common_name, struct buffer *ret_pem)
{
        X509_REQ *request = X509_REQ_new();
        BIO *bio = new_bio();

        must(request && X509_REQ_set_version(request, X509_REQ_VERSION_1) == 1);
        set_subject(X509_REQ_get_subject_name(request), common_name);
        must(X509_REQ_set_pubkey(request, key) == 1 && X509_REQ_sign(request, key, NULL) > 0);
        must(PEM_write_bio_X509_REQ(bio, request) == 1);
        X509_REQ_free(request);
        take_bio(bio, ret_pem);
}

/* ----------------------------------------------------------------------- reading */

static bool read_bio(const char *path, struct buffer *octets, BIO **ret, struct fault *why)
{
        if (!file_read(path, octets, why))
                return false;
        *ret = BIO_new_mem_buf(octets->data, (int)octets->length);
        must(*ret);
        return true;
}

/* OpenSSL's reason says less than the file's name; its queue must not be left to somebody else's error. */
static bool fail_read(struct fault *why, const char *path, const char *what)
{
        ERR_clear_error();
        return fault_set(why, FAULT_CRYPTO, "%s: not %s", path, what);
}

/* A key of this program is never behind a password: there is nobody to ask. */
static int no_password(char *buffer, int size, int is_writing, void *closure)
{
        (void)buffer;
        (void)size;
        (void)is_writing;
        (void)closure;
        return -1;
}

bool pki_key_read(const char *path, EVP_PKEY **ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer octets = BUFFER_INIT;
        EVP_PKEY *key;
        BIO *bio;

        if (!read_bio(path, &octets, &bio, why))
                return false;
        key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
        BIO_free(bio);
        OPENSSL_cleanse(octets.data, octets.length);
        if (!ed25519_is_key(key)) {
                EVP_PKEY_free(key);
                return fail_read(why, path, "an Ed25519 private key in PEM without a password");
        }
        *ret = key;
        return true;
}

bool pki_certificate_read(const char *path, X509 **ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer octets = BUFFER_INIT;
        X509 *certificate, *more;
        BIO *bio;

        if (!read_bio(path, &octets, &bio, why))
                return false;
        certificate = PEM_read_bio_X509(bio, NULL, no_password, NULL);
        more = certificate ? PEM_read_bio_X509(bio, NULL, no_password, NULL) : NULL;
        BIO_free(bio);
        ERR_clear_error();
        if (!certificate || more) {
                X509_free(certificate);
                X509_free(more);
                return fail_read(why, path, "one certificate in PEM");
        }
        *ret = certificate;
        return true;
}

bool pki_request_read(const char *path, X509_REQ **ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer octets = BUFFER_INIT;
        X509_REQ *request;
        BIO *bio;

        if (!read_bio(path, &octets, &bio, why))
                return false;
        request = PEM_read_bio_X509_REQ(bio, NULL, no_password, NULL);
        BIO_free(bio);
        if (!request || !ed25519_is_key(X509_REQ_get0_pubkey(request)) ||
                X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) != 1) {
                X509_REQ_free(request);
                return fail_read(why, path, "a certificate request signed with its own Ed25519 key");
        }
        *ret = request;
        return true;
}

/* ----------------------------------------------------------------------- writing */

void pki_key_pem(EVP_PKEY *key, struct buffer *ret)
{
        BIO *bio = new_bio();

        must(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
        take_bio(bio, ret);
}

void pki_certificate_pem(X509 *certificate, struct buffer *ret)
{
        BIO *bio = new_bio();

        must(PEM_write_bio_X509(bio, certificate) == 1);
        take_bio(bio, ret);
}

void pki_certificate_der(X509 *certificate, struct buffer *ret)
{
        int length = i2d_X509(certificate, NULL);
        unsigned char *to;

        must(length > 0);
        to = buffer_reserve(ret, (size_t)length);
        must(i2d_X509(certificate, &to) == length);
        ret->length += (size_t)length;
}

void pki_fingerprint(X509 *certificate, uint8_t ret[32])
{
        unsigned length = 0;

        must(X509_digest(certificate, EVP_sha256(), ret, &length) == 1 && length == 32);
}

static int64_t time_ms(const ASN1_TIME *time)
{
        ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
        int days = 0, seconds = 0;

        must(epoch);
        if (!ASN1_TIME_diff(&days, &seconds, epoch, time))
                days = seconds = 0; /* a certificate whose days cannot be read has none */
        ASN1_TIME_free(epoch);
        return days * PKI_DAY_MS + seconds * INT64_C(1000);
}

int64_t pki_from_ms(const X509 *certificate)
{
        return time_ms(X509_get0_notBefore(certificate));
}

int64_t pki_until_ms(const X509 *certificate)
{
        return time_ms(X509_get0_notAfter(certificate));
}
