/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/net/tls.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "registry/core/certificate_time.h"
#include "registry/core/certificate_usage.h"

/* A person's certificate and one intermediate take less than 4 KiB. */
#define CHAIN_LIMIT_OCTETS 16384
#define CHAIN_DEPTH 2

struct tls {
        SSL_CTX *context;
};

void tls_error_text(char *ret, size_t size)
{
        unsigned long code = ERR_get_error();
        const char *reason = code ? ERR_reason_error_string(code) : NULL;

        snprintf(ret, size, "%s", reason ? reason : "");
        ERR_clear_error();
}

static bool refuse(struct fault *why, const char *what)
{
        char text[200];

        tls_error_text(text, sizeof(text));
        return fault_set(why, FAULT_CRYPTO, "%s: %s", what, *text ? text : "refused");
}

static BIO *open_pem(struct slice pem)
{
        return BIO_new_mem_buf(pem.data, pem.length > INT_MAX ? 0 : (int)pem.length);
}

/* A key file with a passphrase would make OpenSSL ask at the terminal. */
static int no_passphrase(char *room, int size, int writing, void *closure)
{
        (void)room, (void)size, (void)writing, (void)closure;
        return 0;
}

/* ------------------------------------------------------- whose certificates */

static bool has_usage(const EXTENDED_KEY_USAGE *usages, const char *oid)
{
        char text[80];

        for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++) {
                OBJ_obj2txt(text, sizeof(text), sk_ASN1_OBJECT_value(usages, i), 1);
                if (strcmp(text, oid) == 0)
                        return true;
        }
        return false;
}

static bool is_person(X509 *certificate)
{
        EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
        bool yes = usages && has_usage(usages, USAGE_PERSON_OID);

        /* Client authentication itself is OpenSSL's purpose check. */
        EXTENDED_KEY_USAGE_free(usages);
        return yes;
}

static int verify_peer(int fine, X509_STORE_CTX *chain)
{
        if (!fine || X509_STORE_CTX_get_error_depth(chain) > 0)
                return fine;
        if (is_person(X509_STORE_CTX_get_current_cert(chain)))
                return 1;
        X509_STORE_CTX_set_error(chain, X509_V_ERR_INVALID_PURPOSE);
        return 0;
}

/* ------------------------------------------------------------------ context */

static bool use_authority(SSL_CTX *context, struct slice pem, struct fault *why)
{
        BIO *bio = open_pem(pem);
        X509 *ca = bio ? PEM_read_bio_X509(bio, NULL, no_passphrase, NULL) : NULL;
        bool fine = ca && X509_check_ca(ca) == 1 && X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca) == 1 &&
                    SSL_CTX_add_client_CA(context, ca) == 1;

        X509_free(ca);
        BIO_free(bio);
        return fine || refuse(why, "the authority's certificate");
}

static bool use_chain(SSL_CTX *context, struct slice pem, struct fault *why)
{
        BIO *bio = open_pem(pem);
        X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, no_passphrase, NULL) : NULL;
        bool fine = certificate && SSL_CTX_use_certificate(context, certificate) == 1;

        X509_free(certificate);
        while (fine && (certificate = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL))) {
                fine = SSL_CTX_add1_chain_cert(context, certificate) == 1;
                X509_free(certificate);
        }
        BIO_free(bio);
        if (!fine)
                return refuse(why, "the server's certificate");
        ERR_clear_error(); /* "no start line" is how the end of a PEM file reads */
        return true;
}

static bool use_key(SSL_CTX *context, struct slice pem, struct fault *why)
{
        BIO *bio = open_pem(pem);
        EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
        bool fine = key && SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;

        EVP_PKEY_free(key);
        BIO_free(bio);
        return fine || refuse(why, "the server's key");
}

/* Counts the steps of a session's handshake machine in its app data: a key update is one. */
static void count_step(const SSL *session, int where, int value)
{
        uintptr_t steps = (uintptr_t)SSL_get_app_data(session);

        (void)value;
        if (where == SSL_CB_ACCEPT_LOOP)
                SSL_set_app_data((SSL *)(uintptr_t)session, (void *)(steps + 1));
}

static bool set_up(SSL_CTX *context, struct fault *why)
{
        static const unsigned char id[] = "qcr";

        if (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
            SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) != 1 ||
            SSL_CTX_set_session_id_context(context, id, sizeof(id) - 1) != 1 ||
            SSL_CTX_set_num_tickets(context, 0) != 1 || SSL_CTX_set_max_early_data(context, 0) != 1 ||
            SSL_CTX_set_recv_max_early_data(context, 0) != 1)
                return refuse(why, "TLS context");
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                             SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE);
        SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                          SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_max_cert_list(context, CHAIN_LIMIT_OCTETS);
        SSL_CTX_set_verify_depth(context, CHAIN_DEPTH);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, verify_peer);
        SSL_CTX_set_info_callback(context, count_step);
        return true;
}

bool tls_new(struct tls **ret, struct slice ca_pem, struct slice certificate_pem, struct slice key_pem,
        struct fault *why)
{
        SSL_CTX *context;
        struct tls *tls;

        ERR_clear_error();
        context = SSL_CTX_new(TLS_server_method());
        if (!context)
                return refuse(why, "TLS context");
        if (!set_up(context, why) || !use_authority(context, ca_pem, why) ||
            !use_chain(context, certificate_pem, why) || !use_key(context, key_pem, why)) {
                SSL_CTX_free(context);
                return false;
        }
        tls = must_alloc(sizeof(*tls));
        tls->context = context;
        *ret = tls;
        return true;
}

void tls_free(struct tls *tls)
{
        if (!tls)
                return;
        SSL_CTX_free(tls->context);
        free(tls);
}

/* ----------------------------------------------------------------- sessions */

SSL *tls_session(struct tls *tls, int fd)
{
        SSL *session;

        ERR_clear_error();
        session = SSL_new(tls->context);
        if (session && SSL_set_fd(session, fd) != 1) {
                SSL_free(session);
                session = NULL;
        }
        if (session)
                SSL_set_accept_state(session);
        return session;
}

bool tls_is_abused(const SSL *session)
{
        return (uintptr_t)SSL_get_app_data(session) > TLS_STEPS_MAX;
}

bool tls_peer(const SSL *session, struct buffer *ret_der, uint8_t ret_fingerprint[32], int64_t *ret_until_ms,
        struct fault *why)
{
        X509 *certificate = SSL_get0_peer_certificate(session);
        unsigned length = 0;
        int64_t until_ms;
        int octets;
        uint8_t *to;

        if (!certificate || SSL_get_verify_result(session) != X509_V_OK)
                return fault_set(why, FAULT_PEER, "no verified certificate");
        octets = i2d_X509(certificate, NULL);
        if (octets <= 0 || X509_digest(certificate, EVP_sha256(), ret_fingerprint, &length) != 1 || length != 32 ||
            !certificate_time_read(X509_get0_notAfter(certificate), &until_ms))
                return refuse(why, "the client's certificate");
        to = buffer_reserve(ret_der, (size_t)octets);
        octets = i2d_X509(certificate, &to);
        ret_der->length += (size_t)octets;
        *ret_until_ms = until_ms;
        return true;
}
