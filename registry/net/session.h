/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A session: what an authenticated connection says and hears. It does no input or output and has no clock:
 * octets in, octets out, a state, one function a state.
 *
 *     HANDSHAKEN --login--> READY ----------> CLOSING
 *          |                  peer revoked,      ^
 *          |                  frame at fault,    |
 *          +--nobody's certificate---------------+
 *
 * Whatever it has to say before it closes is in `out` already; CLOSING takes no more octets. A failure about
 * the connection itself carries request id 0.
 */
#pragma once

#include "registry/service/service.h"

enum session_state {
        SESSION_HANDSHAKEN, /* TLS is up, nobody has been looked up */
        SESSION_READY,      /* the greeting is out, calls are taken */
        SESSION_CLOSING,    /* only `out` is left to be sent */
};

enum session_end {
        SESSION_OPEN = 0,
        SESSION_UNKNOWN_PEER,   /* nobody's certificate, or the view cannot say whose */
        SESSION_REVOKED,        /* no longer allowed in */
        SESSION_FRAME_TOO_LARGE,
        SESSION_FRAME_MALFORMED,
        SESSION_DRAINED,
};

/* What a session wants after it was given octets. */
enum session_wish {
        SESSION_WANTS_OCTETS, /* all whole frames were taken; what is left is the beginning of one */
        SESSION_WANTS_TURN,   /* the turn's share of calls is spent: whole frames may be left */
        SESSION_WANTS_END,    /* CLOSING: nothing more will be taken */
};

/* Calls one connection may hand in before the others have their turn. */
#define SESSION_CALLS_PER_TURN 64u

struct session {
        struct service *service;
        uint64_t id;
        enum session_state state;
        enum session_end end;
        enum result_code refusal;  /* of UNKNOWN_PEER and REVOKED */
        struct peer peer;
        struct buffer certificate; /* DER; `peer` points into it */
        struct buffer out;         /* frames to send, in order */
        unsigned in_flight;
        unsigned in_flight_max;
};

void session_init(struct session *session, struct service *service, uint64_t id, unsigned in_flight_max);
/* Tells the service that nobody waits any more. */
void session_done(struct session *session);

/* HANDSHAKEN only: looks up whose certificate this is; greets, or says why not and closes. */
void session_login(struct session *session, const uint8_t fingerprint[32], struct slice certificate,
        int64_t certificate_until_ms);

/*
 * Takes whole frames off the front of `bytes`, hands calls to the service and sets `ret_taken`. The service may
 * answer from inside: session_reply is then called for this session, and `bytes` must not be its `out`.
 */
enum session_wish session_input(struct session *session, struct slice bytes, size_t *ret_taken);

/*
 * An answer of the service. Also when CLOSING: what was accepted is answered, unless the person may no longer
 * be here.
 */
void session_reply(struct session *session, uint64_t request_id, enum frame_kind kind, struct slice payload);

/* Looks the peer up again: a person who may no longer enter is told so and the session closes. */
void session_recheck(struct session *session);

/* Closes without a word, unless answers are owed. True when it is closing. */
bool session_close_if_idle(struct session *session);

/* CLOSING, nothing left to send and nobody's answer awaited. */
bool session_is_over(const struct session *session);

/* The stable word of an end, for the log. */
const char *session_end_word(enum session_end end);
