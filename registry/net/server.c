/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/net/server.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "registry/base/log.h"
#include "registry/net/conn.h"

/* Connections taken before others have their turn. */
#define ACCEPTS_PER_TURN 16u
/* A step costs some 150 us (a signature or its verification); those already in must not wait for a flood. */
#define HANDSHAKE_STEPS_PER_TURN 4u
/* When descriptors or memory are out, trying again at once would only burn the core. */
#define ACCEPT_PAUSE_MS 50
#define SHED_LOG_MS 1000

static const struct timeval at_once = {0, 0};

int64_t server_now_ms(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* -------------------------------------------------------------------- lists */

void server_mark(struct server *server, struct conn *conn)
{
        if (conn->in_marked.tqe_prev)
                return;
        if (TAILQ_EMPTY(&server->marked))
                event_active(&server->end_of_turn, EV_WRITE, 0); /* runs behind what is active now */
        TAILQ_INSERT_TAIL(&server->marked, conn, in_marked);
}

void server_wait_turn(struct server *server, struct conn *conn)
{
        if (conn->in_waiting.tqe_prev)
                return;
        if (TAILQ_EMPTY(&server->waiting))
                evtimer_add(&server->next_turn, &at_once); /* sockets are asked first */
        TAILQ_INSERT_TAIL(&server->waiting, conn, in_waiting);
}

static void unmark(struct server *server, struct conn *conn)
{
        if (conn->in_marked.tqe_prev)
                TAILQ_REMOVE(&server->marked, conn, in_marked);
        conn->in_marked.tqe_prev = NULL;
}

static void stop_waiting(struct server *server, struct conn *conn)
{
        if (conn->in_waiting.tqe_prev)
                TAILQ_REMOVE(&server->waiting, conn, in_waiting);
        conn->in_waiting.tqe_prev = NULL;
}

bool server_take_handshake_step(struct server *server)
{
        if (server->handshake_steps == 0)
                evtimer_add(&server->next_turn, &at_once);
        if (server->handshake_steps >= HANDSHAKE_STEPS_PER_TURN)
                return false;
        server->handshake_steps++;
        return true;
}

static void on_end_of_turn(evutil_socket_t fd, short what, void *closure)
{
        struct server *server = closure;
        struct conn *conn;

        (void)fd, (void)what;
        while ((conn = TAILQ_FIRST(&server->marked))) {
                unmark(server, conn);
                conn_flush(conn);
        }
}

static void on_next_turn(evutil_socket_t fd, short what, void *closure)
{
        struct server *server = closure;
        struct conn *conn, *last = TAILQ_LAST(&server->waiting, conn_list);
        bool more = last != NULL;

        (void)fd, (void)what;
        server->handshake_steps = 0;
        while (more) { /* those that wait now; who comes back waits for the turn after this */
                conn = TAILQ_FIRST(&server->waiting);
                more = conn != last;
                stop_waiting(server, conn);
                conn_serve(conn);
        }
        if (!TAILQ_EMPTY(&server->waiting))
                evtimer_add(&server->next_turn, &at_once);
}

/* ------------------------------------------------------------- connections */

static struct conn *find(struct server *server, uint64_t session)
{
        uint32_t slot = (uint32_t)session;
        struct conn *conn = slot < server->limits.connections_max ? server->slots[slot] : NULL;

        return conn && conn->session.id == session ? conn : NULL;
}

void server_reply(struct server *server, uint64_t session, uint64_t request_id, enum frame_kind kind,
        struct slice payload)
{
        struct conn *conn = find(server, session);

        if (!conn)
                return;
        session_reply(&conn->session, request_id, kind, payload);
        server_mark(server, conn);
}

void server_forget(struct server *server, struct conn *conn)
{
        uint32_t slot = (uint32_t)conn->session.id;

        unmark(server, conn);
        stop_waiting(server, conn);
        TAILQ_REMOVE(&server->buckets[slot % SERVER_BUCKETS], conn, in_bucket);
        address_table_drop(server->addresses, &conn->from);
        if (!conn->session.peer.certificate.length)
                server->unauthenticated--;
        server->slots[slot] = NULL;
        server->free_slots[server->limits.connections_max - server->count] = slot;
        server->count--;
}

/* Counts it in, or says that a cap is reached. */
static bool admit(struct server *server, const struct address *from)
{
        if (server->count >= server->limits.connections_max) {
                server->shed.connections++;
                return false;
        }
        if (server->unauthenticated >= server->limits.unauthenticated_max) {
                server->shed.unauthenticated++;
                return false;
        }
        if (!address_table_add(server->addresses, from, server->limits.per_address_max)) {
                server->shed.address++;
                return false;
        }
        return true;
}

static void take(struct server *server, int fd, const struct sockaddr *peer)
{
        static const int on = 1;
        struct address from = address_of(peer);
        struct conn *conn;
        uint32_t slot;

        if (!admit(server, &from)) {
                close(fd);
                return;
        }
        /* Without it each answer waits for the peer's delayed acknowledgement: 40 ms. */
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        slot = server->free_slots[server->limits.connections_max - server->count - 1];
        conn = conn_new(server, fd, (uint64_t)++server->serial << 32 | slot, &from);
        if (!conn) {
                address_table_drop(server->addresses, &from);
                server->shed.descriptors++;
                return;
        }
        server->slots[slot] = conn;
        server->count++;
        server->unauthenticated++;
        TAILQ_INSERT_TAIL(&server->buckets[slot % SERVER_BUCKETS], conn, in_bucket);
}

/* ---------------------------------------------------------------- accepting */

static void pause_accepting(struct server *server)
{
        static const struct timeval pause = {0, ACCEPT_PAUSE_MS * 1000};

        event_del(&server->acceptable);
        evtimer_add(&server->accept_again, &pause);
}

static void on_accept_again(evutil_socket_t fd, short what, void *closure)
{
        struct server *server = closure;

        (void)fd, (void)what;
        event_add(&server->acceptable, NULL);
}

/* No descriptor is left: give up the spare one for as long as it takes to send the first in line away. */
static void shed_for_descriptors(struct server *server)
{
        int fd;

        server->shed.descriptors++;
        if (server->spare_fd >= 0)
                close(server->spare_fd);
        fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
                close(fd);
        server->spare_fd = fcntl(server->listen_fd, F_DUPFD_CLOEXEC, 0);
        pause_accepting(server);
}

static void on_acceptable(evutil_socket_t fd, short what, void *closure)
{
        struct server *server = closure;

        (void)fd, (void)what;
        for (unsigned i = 0; i < ACCEPTS_PER_TURN; i++) {
                struct sockaddr_storage peer = {0};
                socklen_t length = sizeof(peer);
                int got = accept4(server->listen_fd, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

                if (got >= 0) {
                        take(server, got, (const struct sockaddr *)&peer);
                        continue;
                }
                switch (errno) {
                case EAGAIN:
                        return;
                case EMFILE:
                case ENFILE:
                        shed_for_descriptors(server);
                        return;
                case ENOBUFS:
                case ENOMEM:
                        pause_accepting(server);
                        return;
                default: /* accept(2): errors of the connection itself, which is gone */
                        continue;
                }
        }
}

static void log_shed(struct server *server, int64_t now_ms)
{
        const struct server_shed *shed = &server->shed;

        if (now_ms - server->shed_logged_ms < SHED_LOG_MS)
                return;
        if (shed->connections || shed->unauthenticated || shed->address || shed->descriptors)
                log_event(LOG_WARNING, "net.shed", "connections", LOG_NUMBER(shed->connections), "unauthenticated",
                        LOG_NUMBER(shed->unauthenticated), "address", LOG_NUMBER(shed->address), "descriptors",
                        LOG_NUMBER(shed->descriptors), "open", LOG_NUMBER(server->count));
        server->shed = (struct server_shed){0};
        server->shed_logged_ms = now_ms;
}

static void on_tick(evutil_socket_t fd, short what, void *closure)
{
        struct server *server = closure;
        struct conn_list *bucket = &server->buckets[server->next_bucket++ % SERVER_BUCKETS];
        int64_t now_ms = server_now_ms();
        struct conn *next;

        (void)fd, (void)what;
        for (struct conn *conn = TAILQ_FIRST(bucket); conn; conn = next) {
                next = TAILQ_NEXT(conn, in_bucket);
                conn_tick(conn, now_ms);
        }
        log_shed(server, now_ms);
}

/* --------------------------------------------------------------------- life */

struct server *server_new(struct event_base *base, int listen_fd, struct tls *tls, struct service *service,
        const struct server_limits *limits)
{
        struct server *server = must_alloc(sizeof(*server));
        unsigned most = limits->connections_max;

        server->base = base;
        server->service = service;
        server->tls = tls;
        server->limits = *limits;
        server->listen_fd = listen_fd;
        server->spare_fd = fcntl(listen_fd, F_DUPFD_CLOEXEC, 0);
        server->slots = must_alloc(most * sizeof(server->slots[0]));
        server->free_slots = must_alloc(most * sizeof(server->free_slots[0]));
        for (unsigned i = 0; i < most; i++)
                server->free_slots[i] = most - 1 - i; /* the last is taken first */
        server->addresses = address_table_new();
        for (size_t i = 0; i < SERVER_BUCKETS; i++)
                TAILQ_INIT(&server->buckets[i]);
        TAILQ_INIT(&server->marked);
        TAILQ_INIT(&server->waiting);
        event_assign(&server->acceptable, base, listen_fd, EV_READ | EV_PERSIST, on_acceptable, server);
        evtimer_assign(&server->accept_again, base, on_accept_again, server);
        event_assign(&server->tick, base, -1, EV_PERSIST, on_tick, server);
        event_assign(&server->end_of_turn, base, -1, 0, on_end_of_turn, server);
        evtimer_assign(&server->next_turn, base, on_next_turn, server);
        return server;
}

void server_start(struct server *server)
{
        static const struct timeval tick = {0, SERVER_TICK_MS * 1000};

        event_add(&server->acceptable, NULL);
        event_add(&server->tick, &tick);
}

void server_free(struct server *server)
{
        if (!server)
                return;
        for (unsigned i = 0; i < server->limits.connections_max; i++)
                if (server->slots[i])
                        conn_end(server->slots[i], CONN_END_STOP, NULL);
        event_del(&server->acceptable);
        event_del(&server->accept_again);
        event_del(&server->tick);
        event_del(&server->end_of_turn);
        event_del(&server->next_turn);
        if (server->spare_fd >= 0)
                close(server->spare_fd);
        address_table_free(server->addresses);
        tls_free(server->tls);
        free(server->slots);
        free(server->free_slots);
        free(server);
}

void server_reload(struct server *server, struct tls *tls, const struct server_limits *limits)
{
        unsigned connections_max = server->limits.connections_max;

        tls_free(server->tls);
        server->tls = tls;
        server->limits = *limits;
        server->limits.connections_max = connections_max;
}

void server_drain(struct server *server)
{
        event_del(&server->acceptable);
        event_del(&server->accept_again);
        server->is_draining = true;
        for (unsigned i = 0; i < server->limits.connections_max; i++)
                if (server->slots[i])
                        conn_drain(server->slots[i]);
}
