/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * TLS as this service speaks it: version 1.3 alone, both sides with certificates, the registry's own authority
 * the only root. No tickets, no resumption, no early data, no renegotiation: each connection proves its key
 * anew, so that a revoked certificate has nothing left to come back with.
 *
 * A client certificate must be a person's: its extended key usage names client authentication and the
 * registry's person usage (core/certificate_usage). That is checked inside the handshake; whose it is, and
 * whether it has been revoked, the service knows.
 */
#pragma once

#include <openssl/ssl.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

struct tls;

/* Key updates and other steps of the handshake machine after which a peer is cut: it is only burning our time. */
#define TLS_STEPS_MAX 64u

/* The certificate chain has the server's own first. All PEM. What was given is not kept. */
bool tls_new(struct tls **ret, struct slice ca_pem, struct slice certificate_pem, struct slice key_pem,
        struct fault *why) MUST_CHECK;
/* Sessions made from it live on. */
void tls_free(struct tls *tls);

/* The server's side of a connection on `fd`, which stays the caller's. NULL when OpenSSL refuses. */
SSL *tls_session(struct tls *tls, int fd);
/* A peer made this session take more steps than TLS_STEPS_MAX. */
bool tls_is_abused(const SSL *session);

/* After the handshake: the client certificate's DER, its SHA-256 and the last instant of its validity. */
bool tls_peer(const SSL *session, struct buffer *ret_der, uint8_t ret_fingerprint[32], int64_t *ret_until_ms,
        struct fault *why) MUST_CHECK;

/* The first error in OpenSSL's queue as text, "" for none; the queue is empty afterwards. */
void tls_error_text(char *ret, size_t size);
