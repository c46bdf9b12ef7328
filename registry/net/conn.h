/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A connection: the only glue between a socket, TLS and a session. It reads a share, hands it on, writes what
 * there is, and watches the clock; every connection ends through one door, conn_end, with its reason.
 *
 * OpenSSL is driven over socket events directly. Its error queue is cleared before each call and its verdict
 * asked for once, right after: the queue is the thread's, and what one connection leaves in it must not end
 * another. Octets it has decrypted already make no socket readable, so a connection that stops reading on its
 * own account queues itself for the next turn.
 */
#pragma once

#include <sys/queue.h>

#include <event2/event_struct.h>

#include "registry/net/server.h"
#include "registry/net/session.h"

enum conn_state {
        CONN_HANDSHAKING,
        CONN_OPEN,
        CONN_LINGERING, /* all is said and the sending side shut; waits for the peer to have read it */
};

enum conn_end {
        CONN_END_SESSION,    /* the session ended it: session_end_word says why */
        CONN_END_PEER,       /* the peer closed */
        CONN_END_RESET,      /* the peer or the way to it is gone */
        CONN_END_TLS,        /* the peer broke TLS, or its certificate is not one of ours */
        CONN_END_HANDSHAKE,  /* deadlines: */
        CONN_END_FRAME,
        CONN_END_IDLE,
        CONN_END_WRITE,
        CONN_END_OUTPUT,     /* more unread answers than a connection may pile up */
        CONN_END_ABUSE,      /* key updates without end */
        CONN_END_STOP,       /* this server stops */
};

/* Reading stops above and goes on below: a peer that does not read is not served further. */
#define CONN_OUT_HIGH (256u << 10)
#define CONN_OUT_LOW (64u << 10)
/* Answers to calls taken before reading stopped may still come; beyond this the peer is cut. */
#define CONN_OUT_MAX (16u << 20)

struct conn {
        struct server *server;
        SSL *tls;
        int fd;
        enum conn_state state;
        struct address from;
        struct event readable;
        struct event writable;
        struct session session;
        enum session_wish wish;
        struct buffer in;             /* the beginning of a frame, or frames whose turn has not come */
        int64_t since_ms;             /* this state was entered */
        int64_t heard_ms;             /* the last call, answer or login */
        int64_t frame_ms;             /* the frame at the front of `in` began; 0 for none */
        int64_t stalled_ms;           /* the peer has taken nothing since; 0: nothing is waiting */
        TAILQ_ENTRY(conn) in_bucket;
        TAILQ_ENTRY(conn) in_marked;  /* tqe_prev is NULL when on no list */
        TAILQ_ENTRY(conn) in_waiting;
};

/* Takes the socket. NULL when OpenSSL has no session for it; the socket is closed then. */
struct conn *conn_new(struct server *server, int fd, uint64_t id, const struct address *from);

/* The one door. The connection does not exist afterwards. `detail` may be NULL. */
void conn_end(struct conn *conn, enum conn_end end, const char *detail);

/* Reads and serves one share. May end it. */
void conn_serve(struct conn *conn);
/* Writes what there is. May end it. */
void conn_flush(struct conn *conn);
/* Deadlines, and who is there. May end it. */
void conn_tick(struct conn *conn, int64_t now_ms);
/* Ends it once it is owed nothing. May end it now. */
void conn_drain(struct conn *conn);
