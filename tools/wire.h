/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A wire: one TLS 1.3 connection of a person to qcrd, carrying whole frames.
 *
 * The server is proven before anything is said to it: its certificate must chain to the registry's CA and
 * name the host that was asked for. The person is proven by the certificate and key of their folder. Under
 * TLS 1.3 a server refuses a client's certificate after the client thinks the handshake done, so that a
 * refusal may come with the first read; it is told apart from a server that is not there.
 *
 * Every wait has a deadline on the monotonic clock. Writing never keeps the wire from reading: a server that
 * stops reading until its answers are taken finds them taken.
 */
#pragma once

#include <openssl/types.h>

#include "proto/frame.h"
#include "registry/base/fault.h"

#define WIRE_CONNECT_MS 5000u /* a name or address that is there answers long before */
#define WIRE_REPLY_MS 10000u  /* longer than any wait the server itself allows a request */

struct wire_options {
        const char *server;           /* HOST:PORT, [ADDRESS]:PORT */
        const char *ca_file;          /* PEM: whom to believe */
        const char *certificate_file; /* PEM: who we are; chain certificates may follow */
        const char *key_file;         /* PEM: only its owner may read it */
        uint32_t connect_ms;          /* 0: WIRE_CONNECT_MS */
        uint32_t reply_ms;            /* 0: WIRE_REPLY_MS; also for handshake and greeting */
};

/* What ended or prevented a connection. The fault beside it is for people. */
enum wire_trouble {
        WIRE_FINE = 0,
        WIRE_CONFIG,       /* the address or the CA file cannot be used */
        WIRE_IDENTITY,     /* our own certificate or key cannot be used */
        WIRE_UNREACHABLE,  /* nobody there, or no TLS 1.3 */
        WIRE_UNTRUSTED,    /* somebody is there who is not proven to be the registry */
        WIRE_NOT_ADMITTED, /* the registry does not accept our certificate */
        WIRE_LOST,         /* the connection ended, or its bytes are not of this protocol */
        WIRE_LATE,         /* nothing came in time */
};

struct wire;

/* `options` and its texts are used only during the call. On any trouble `ret` is untouched. */
enum wire_trouble wire_open(
        struct wire **ret, const struct wire_options *options, struct fault *why) MUST_CHECK;
void wire_close(struct wire *wire); /* NULL is fine */

/* The person's private key; lives as long as the wire. */
EVP_PKEY *wire_key(const struct wire *wire);
/* When the person's certificate, and the server's, end; milliseconds since 1970. */
int64_t wire_certificate_until_ms(const struct wire *wire);
int64_t wire_server_until_ms(const struct wire *wire);

/* Queues one frame; nothing is written before the next wire_receive(). */
void wire_send(struct wire *wire, enum frame_kind kind, uint64_t request_id, struct slice payload);
/* Writes what is queued and waits for one whole frame, whose payload lives until the next call. */
enum wire_trouble wire_receive(struct wire *wire, struct frame *ret, struct fault *why) MUST_CHECK;

/* The stable word of a trouble, for JSON. */
const char *wire_trouble_word(enum wire_trouble trouble);
