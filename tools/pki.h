/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Keys and certificates of a registry: all Ed25519, all issued by the registry's own CA, each for one thing
 * (registry/core/certificate_usage.h):
 *
 *     person    client authentication and acts; the common name is the person's id, for people to read: who
 *               somebody is, is found by the certificate's fingerprint, never by its name
 *     lookup    heads of answers; short-lived, so that a stolen key is worth little for long
 *     server    TLS; names and addresses under which clients reach the registry
 *
 * Objects are OpenSSL's and freed with its functions. Making them fails only for want of memory or
 * randomness, which ends the process.
 */
#pragma once

#include <openssl/x509.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

#define PKI_DAY_MS INT64_C(86400000)
#define PKI_CA_DAYS 3650
#define PKI_PERSON_DAYS 730
#define PKI_SERVER_DAYS 397 /* what verifiers in wide use accept at most */
#define PKI_LOOKUP_DAYS 30
#define PKI_SKEW_MS INT64_C(300000) /* certificates begin this much earlier, for clocks that are behind */
#define PKI_NAMES_MAX 32u

enum pki_profile {
        PKI_PERSON = 1,
        PKI_LOOKUP,
        PKI_SERVER,
};

struct pki_certificate {
        enum pki_profile profile;
        const char *common_name;
        EVP_PKEY *key;               /* the holder's; the public half is used */
        const char *const *names;    /* of a server: DNS names beside localhost and the loopback addresses */
        size_t name_count;
        int64_t from_ms, until_ms;   /* cut to seconds */
};

EVP_PKEY *pki_key_new(void);
/* A self-signed CA certificate. */
X509 *pki_ca_new(EVP_PKEY *key, const char *origin, int64_t at_ms);
/* False when a name cannot stand in a certificate. */
bool pki_issue(X509 *ca, EVP_PKEY *ca_key, const struct pki_certificate *what, X509 **ret,
        struct fault *why) MUST_CHECK;
/* Is it a name a server certificate may carry? Letters, digits, hyphens, dots. */
bool pki_name_is_valid(const char *name);

/* A request for a certificate (PKCS #10, RFC 2986), as PEM. */
void pki_request_new(EVP_PKEY *key, const char *common_name, struct buffer *ret_pem);
/* Reads one and checks that who asks holds the key. */
bool pki_request_read(const char *path, X509_REQ **ret, struct fault *why) MUST_CHECK;

bool pki_key_read(const char *path, EVP_PKEY **ret, struct fault *why) MUST_CHECK;
/* Exactly one certificate, PEM. */
bool pki_certificate_read(const char *path, X509 **ret, struct fault *why) MUST_CHECK;
void pki_key_pem(EVP_PKEY *key, struct buffer *ret);
void pki_certificate_pem(X509 *certificate, struct buffer *ret);
void pki_certificate_der(X509 *certificate, struct buffer *ret);
/* SHA-256 of the DER: the name a certificate goes by. */
void pki_fingerprint(X509 *certificate, uint8_t ret[32]);
/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t pki_from_ms(const X509 *certificate);
int64_t pki_until_ms(const X509 *certificate);
