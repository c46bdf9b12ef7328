/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/net/conn.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "registry/base/log.h"

/* Reads of up to 16 KiB before others have their turn. */
#define READS_PER_TURN 4u
/* Octets written before others have their turn. */
#define FLUSH_PER_TURN (256u << 10)
/* A peer has this long to read what it was told last; a close with octets unread would reset the connection
 * and take the last words with it. */
#define LINGER_MS 1000
#define LINGER_OCTETS_MAX (256u << 10)

static void on_readable(evutil_socket_t fd, short what, void *closure);
static void on_writable(evutil_socket_t fd, short what, void *closure);

static const char *end_word(enum conn_end end)
{
        switch (end) {
        case CONN_END_SESSION:
                return "session";
        case CONN_END_PEER:
                return "peer-closed";
        case CONN_END_RESET:
                return "reset";
        case CONN_END_TLS:
                return "tls";
        case CONN_END_HANDSHAKE:
                return "handshake-deadline";
        case CONN_END_FRAME:
                return "frame-deadline";
        case CONN_END_IDLE:
                return "idle";
        case CONN_END_WRITE:
                return "write-stalled";
        case CONN_END_OUTPUT:
                return "output-full";
        case CONN_END_ABUSE:
                return "tls-abuse";
        case CONN_END_STOP:
                return "stop";
        }
        return "unknown";
}

struct conn *conn_new(struct server *server, int fd, uint64_t id, const struct address *from)
{
        SSL *tls = tls_session(server->tls, fd);
        struct conn *conn;

        if (!tls) {
                close(fd);
                return NULL;
        }
        conn = must_alloc(sizeof(*conn));
        conn->server = server;
        conn->tls = tls;
        conn->fd = fd;
        conn->from = *from;
        conn->since_ms = server_now_ms();
        session_init(&conn->session, server->service, id, server->limits.in_flight_per_connection);
        event_assign(&conn->readable, server->base, fd, EV_READ | EV_PERSIST, on_readable, conn);
        event_assign(&conn->writable, server->base, fd, EV_WRITE, on_writable, conn);
        event_add(&conn->readable, NULL);
        return conn;
}

void conn_end(struct conn *conn, enum conn_end end, const char *detail)
{
        const struct session *session = &conn->session;
        char from[64];

        address_text(&conn->from, from);
        log_event(LOG_INFO, "net.end", "connection", LOG_NUMBER(session->id), "from", from,
                "person", *session->peer.person_id ? session->peer.person_id : NULL,
                "reason", end == CONN_END_SESSION ? session_end_word(session->end) : end_word(end),
                "detail", detail && *detail ? detail : NULL,
                "open", session->in_flight ? LOG_NUMBER(session->in_flight) : NULL);
        server_forget(conn->server, conn);
        event_del(&conn->readable);
        event_del(&conn->writable);
        SSL_free(conn->tls);
        close(conn->fd);
        session_done(&conn->session);
        buffer_done(&conn->in);
        free(conn);
}

/*
 * What a call of OpenSSL that did not succeed means. True: it waits for the socket, which is seen to. False:
 * the connection has ended.
 */
static bool goes_on(struct conn *conn, int result)
{
        char text[200];

        switch (SSL_get_error(conn->tls, result)) {
        case SSL_ERROR_WANT_READ:
                return true;
        case SSL_ERROR_WANT_WRITE:
                event_add(&conn->writable, NULL);
                return true;
        case SSL_ERROR_ZERO_RETURN:
                conn_end(conn, CONN_END_PEER, NULL);
                return false;
        case SSL_ERROR_SYSCALL:
                conn_end(conn, CONN_END_RESET, errno ? strerror(errno) : NULL);
                return false;
        default:
                tls_error_text(text, sizeof(text));
                if (SSL_get_verify_result(conn->tls) != X509_V_OK)
                        snprintf(text, sizeof(text), "%s",
                                X509_verify_cert_error_string(SSL_get_verify_result(conn->tls)));
                conn_end(conn, CONN_END_TLS, text);
                return false;
        }
}

/* --------------------------------------------------------------- handshake */

static void enter(struct conn *conn, enum conn_state state)
{
        conn->state = state;
        conn->since_ms = server_now_ms();
}

static void login(struct conn *conn)
{
        CLEANUP(buffer) struct buffer certificate = BUFFER_INIT;
        uint8_t fingerprint[32];
        int64_t until_ms;
        struct fault why;

        if (!tls_peer(conn->tls, &certificate, fingerprint, &until_ms, &why)) {
                conn_end(conn, CONN_END_TLS, why.text);
                return;
        }
        enter(conn, CONN_OPEN);
        conn->heard_ms = conn->since_ms;
        session_login(&conn->session, fingerprint, buffer_slice(&certificate), until_ms);
        if (conn->session.state == SESSION_READY) {
                conn->server->unauthenticated--;
                server_wait_turn(conn->server, conn); /* calls may have come with the handshake's last octets */
        } else {
                event_del(&conn->readable);
        }
        server_mark(conn->server, conn);
}

static void handshake(struct conn *conn)
{
        int result;

        ERR_clear_error();
        errno = 0;
        result = SSL_do_handshake(conn->tls);
        if (result == 1)
                login(conn);
        else
                (void)goes_on(conn, result);
}

/* ------------------------------------------------------------------ reading */

static void feed(struct conn *conn, struct slice bytes)
{
        bool was_begun = conn->in.length > 0;
        size_t taken;

        if (was_begun) {
                buffer_add_slice(&conn->in, bytes);
                bytes = buffer_slice(&conn->in);
        }
        conn->wish = session_input(&conn->session, bytes, &taken);
        if (was_begun)
                buffer_drop_front(&conn->in, taken);
        else
                buffer_add(&conn->in, bytes.data + taken, bytes.length - taken);
        if (taken > 0)
                conn->heard_ms = server_now_ms();
        if (conn->in.length == 0 || conn->wish != SESSION_WANTS_OCTETS)
                conn->frame_ms = 0;
        else if (taken > 0 || conn->frame_ms == 0)
                conn->frame_ms = server_now_ms();
}

enum share {
        SHARE_TAKEN,
        SHARE_NONE,  /* the socket will tell when there is more */
        SHARE_ENDED, /* and with it the connection */
};

static enum share read_share(struct conn *conn)
{
        size_t octets;
        int result;

        if (conn->wish == SESSION_WANTS_TURN) {
                feed(conn, slice_of("", 0));
                return SHARE_TAKEN;
        }
        ERR_clear_error();
        errno = 0;
        result = SSL_read_ex(conn->tls, conn->server->scratch, SERVER_SCRATCH_OCTETS, &octets);
        if (tls_is_abused(conn->tls)) {
                conn_end(conn, CONN_END_ABUSE, NULL);
                return SHARE_ENDED;
        }
        if (result != 1)
                return goes_on(conn, result) ? SHARE_NONE : SHARE_ENDED;
        feed(conn, slice_of(conn->server->scratch, octets));
        return SHARE_TAKEN;
}

void conn_serve(struct conn *conn)
{
        struct session *session = &conn->session;
        enum share share = SHARE_TAKEN;

        if (conn->state != CONN_OPEN || session->state != SESSION_READY)
                return;
        for (unsigned reads = 0; share == SHARE_TAKEN && reads < READS_PER_TURN; reads++) {
                if (session->out.length > CONN_OUT_HIGH) {
                        event_del(&conn->readable); /* conn_flush goes on */
                        break;
                }
                share = read_share(conn);
                if (share == SHARE_ENDED)
                        return;
                if (conn->wish != SESSION_WANTS_OCTETS)
                        break;
        }
        if (session->out.length > 0 || session->state == SESSION_CLOSING)
                server_mark(conn->server, conn);
        if (session->state == SESSION_CLOSING)
                event_del(&conn->readable);
        else if (share == SHARE_TAKEN && event_pending(&conn->readable, EV_READ, NULL))
                server_wait_turn(conn->server, conn);
}

/* ------------------------------------------------------------------ writing */

/* Writes until it is done, the peer takes no more or the share is spent. False: the connection has ended. */
static bool write_share(struct conn *conn)
{
        struct buffer *out = &conn->session.out;
        size_t sent = 0, octets;
        bool blocked = false;

        while (sent < out->length && sent < FLUSH_PER_TURN && !blocked) {
                int result;

                ERR_clear_error();
                errno = 0;
                result = SSL_write_ex(conn->tls, out->data + sent, out->length - sent, &octets);
                if (result == 1)
                        sent += octets;
                else if (goes_on(conn, result))
                        blocked = true;
                else
                        return false;
        }
        buffer_drop_front(out, sent);
        if (sent > 0)
                conn->heard_ms = server_now_ms();
        if (out->length == 0)
                conn->stalled_ms = 0;
        else if (sent > 0 || conn->stalled_ms == 0)
                conn->stalled_ms = server_now_ms();
        if (out->length > 0)
                event_add(&conn->writable, NULL);
        return true;
}

/* All is said: tell the peer so and wait until it has read it. */
static void linger(struct conn *conn)
{
        enter(conn, CONN_LINGERING);
        ERR_clear_error();
        (void)SSL_shutdown(conn->tls); /* close_notify; a peer that is gone shows when it is read from */
        shutdown(conn->fd, SHUT_WR);
        buffer_done(&conn->in);
        event_add(&conn->readable, NULL);
}

static void discard(struct conn *conn)
{
        size_t total = 0;
        ssize_t n;

        while (total < LINGER_OCTETS_MAX &&
               (n = recv(conn->fd, conn->server->scratch, SERVER_SCRATCH_OCTETS, MSG_DONTWAIT)) > 0)
                total += (size_t)n;
        if (total < LINGER_OCTETS_MAX && n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        conn_end(conn, CONN_END_SESSION, NULL);
}

void conn_flush(struct conn *conn)
{
        struct session *session = &conn->session;

        if (conn->state != CONN_OPEN)
                return;
        if (session->out.length > CONN_OUT_MAX) {
                conn_end(conn, CONN_END_OUTPUT, NULL);
                return;
        }
        if (!write_share(conn))
                return;
        if (conn->server->is_draining && conn->in.length == 0 && session->out.length == 0)
                session_close_if_idle(session);
        if (session_is_over(session)) {
                linger(conn);
                return;
        }
        if (session->state == SESSION_READY && session->out.length < CONN_OUT_LOW &&
            !event_pending(&conn->readable, EV_READ, NULL)) {
                event_add(&conn->readable, NULL);
                server_wait_turn(conn->server, conn);
        }
}

/* ---------------------------------------------------------- events and time */

static void on_readable(evutil_socket_t fd, short what, void *closure)
{
        struct conn *conn = closure;

        (void)fd, (void)what;
        switch (conn->state) {
        case CONN_HANDSHAKING:
                if (server_take_handshake_step(conn->server)) /* else the socket stays readable */
                        handshake(conn);
                return;
        case CONN_OPEN:
                conn_serve(conn);
                return;
        case CONN_LINGERING:
                discard(conn);
                return;
        }
}

static void on_writable(evutil_socket_t fd, short what, void *closure)
{
        struct conn *conn = closure;

        (void)fd, (void)what;
        if (conn->state == CONN_HANDSHAKING) {
                if (server_take_handshake_step(conn->server))
                        handshake(conn);
                else
                        event_add(&conn->writable, NULL);
                return;
        }
        /* A read that waited for the socket to take octets (a key update's answer) goes on in the next turn. */
        server_wait_turn(conn->server, conn);
        conn_flush(conn);
}

static bool is_past(int64_t since_ms, int64_t limit_ms, int64_t now_ms)
{
        return since_ms != 0 && now_ms - since_ms > limit_ms;
}

static void tick_open(struct conn *conn, int64_t now_ms)
{
        const struct server_limits *limits = &conn->server->limits;
        struct session *session = &conn->session;

        if (is_past(conn->stalled_ms, session->state == SESSION_CLOSING ? LINGER_MS : limits->write_ms, now_ms)) {
                conn_end(conn, CONN_END_WRITE, NULL);
                return;
        }
        if (session->state == SESSION_READY && is_past(conn->frame_ms, limits->frame_ms, now_ms)) {
                conn_end(conn, CONN_END_FRAME, NULL);
                return;
        }
        if (conn->in.length == 0 && session->out.length == 0 && session->in_flight == 0 &&
            is_past(conn->heard_ms, limits->idle_ms, now_ms)) {
                conn_end(conn, CONN_END_IDLE, NULL);
                return;
        }
        if (session->out.length == 0)
                buffer_done(&session->out); /* an idle connection holds no buffers */
        if (conn->in.length == 0)
                buffer_done(&conn->in);
        session_recheck(session);
        if (session->state == SESSION_CLOSING) {
                event_del(&conn->readable);
                server_mark(conn->server, conn);
        }
}

void conn_tick(struct conn *conn, int64_t now_ms)
{
        switch (conn->state) {
        case CONN_HANDSHAKING:
                if (is_past(conn->since_ms, conn->server->limits.handshake_ms, now_ms))
                        conn_end(conn, CONN_END_HANDSHAKE, NULL);
                return;
        case CONN_OPEN:
                tick_open(conn, now_ms);
                return;
        case CONN_LINGERING:
                if (is_past(conn->since_ms, LINGER_MS, now_ms))
                        conn_end(conn, CONN_END_SESSION, NULL);
                return;
        }
}

void conn_drain(struct conn *conn)
{
        switch (conn->state) {
        case CONN_HANDSHAKING:
                conn_end(conn, CONN_END_STOP, NULL);
                return;
        case CONN_OPEN:
                server_mark(conn->server, conn); /* conn_flush closes what is owed nothing */
                conn_serve(conn);                /* what has arrived is answered, if only with a refusal */
                return;
        case CONN_LINGERING:
                return;
        }
}
