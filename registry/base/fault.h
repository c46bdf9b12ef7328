/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A fault: something outside the program failed (store, view, file, peer, key).
 *
 * A fault is never a verdict. Functions that can meet one return bool and take
 * a `struct fault *why` as their last parameter: true and `why` untouched, or
 * false and `why` set. A fault is forwarded as it is, or logged, once, by the
 * edge that ends it. What the rules refuse is not a fault: modules of the core
 * have an enum of refusals for that.
 */
#pragma once

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))

enum fault_code {
        FAULT_NONE = 0,
        FAULT_SYSTEM,   /* the operating system refused: files, sockets, memory maps */
        FAULT_CONFIG,   /* a configuration or command-line value cannot be used */
        FAULT_INPUT,    /* outside bytes cannot be read as what they claim to be */
        FAULT_LIMIT,    /* a named limit was reached */
        FAULT_CRYPTO,   /* OpenSSL refused, or a signature or certificate is not what it must be */
        FAULT_STORE,    /* PostgreSQL cannot be reached or refused unexpectedly */
        FAULT_CONFLICT, /* the store moved on meanwhile: load and decide again */
        FAULT_MISMATCH, /* the store is not the one the view was made from */
        FAULT_VIEW,     /* the read model cannot be used */
        FAULT_STALE,    /* data is older than the bound */
        FAULT_SEALER,   /* no signed statement could be had */
        FAULT_PEER,     /* the other side of a connection broke the protocol or went away */
};

struct fault {
        enum fault_code code;
        unsigned peer_code; /* the result code a peer gave for it; 0 when it gave none */
        char text[480];     /* one line, English, no personal data */
};

/* Sets `why` and returns false, so that `return fault_set(why, ...)` reads as what it does. */
bool fault_set(struct fault *why, enum fault_code code, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* The stable lower-case word of a code, for log lines. Never NULL. */
const char *fault_word(enum fault_code code);
