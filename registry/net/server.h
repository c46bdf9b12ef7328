/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The server of one worker: its listening socket, its connections and what they share. Nobody is given memory
 * or a query before the caps were asked: connections, those not authenticated, those of one address. What is
 * over a cap is closed at once and counted.
 *
 * A loop turn goes: sockets are read and calls handed to the service; answers, whenever they come, are
 * appended to their connection's output and the connection is marked; at the end of the turn each marked
 * connection writes once. Deadlines and the recheck of who is connected are a walk of a tenth of the
 * connections at each tick, so that an idle connection costs no timer.
 */
#pragma once

#include <sys/queue.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "registry/net/address.h"
#include "registry/net/tls.h"
#include "registry/service/service.h"

struct conn;
TAILQ_HEAD(conn_list, conn);

struct server_limits {
        int64_t handshake_ms;
        int64_t idle_ms;
        int64_t frame_ms;
        int64_t write_ms;
        unsigned connections_max;
        unsigned unauthenticated_max;
        unsigned per_address_max;
        unsigned in_flight_per_connection;
};

/* A tick visits one bucket; every connection is visited twice a second. */
#define SERVER_BUCKETS 10u
#define SERVER_TICK_MS 50
/* What one SSL_read can give. */
#define SERVER_SCRATCH_OCTETS 16384u

struct server_shed {
        unsigned connections;     /* more than connections_max */
        unsigned unauthenticated; /* more than unauthenticated_max */
        unsigned address;         /* more than per_address_max */
        unsigned descriptors;     /* the process or the machine has no more */
};

struct server {
        struct event_base *base;
        struct service *service;
        struct tls *tls;
        struct server_limits limits;
        int listen_fd;
        int spare_fd;                /* given up to accept and close when descriptors are out */

        struct event acceptable;
        struct event accept_again;   /* after a pause */
        struct event tick;
        struct event end_of_turn;    /* writes of the marked */
        struct event next_turn;      /* reads of those that had their share */

        struct conn **slots;         /* connections_max; a session's number has its slot in the low half */
        uint32_t *free_slots;
        unsigned count;
        unsigned unauthenticated;
        uint32_t serial;             /* connections accepted so far: the high half */
        struct address_table *addresses;

        struct conn_list buckets[SERVER_BUCKETS];
        unsigned next_bucket;        /* the next tick's */
        struct conn_list marked;     /* have something to write */
        struct conn_list waiting;    /* have something to read that no event will tell of */
        unsigned handshake_steps;    /* taken in this turn */
        bool is_draining;

        struct server_shed shed;     /* since it was last logged */
        int64_t shed_logged_ms;
        uint8_t scratch[SERVER_SCRATCH_OCTETS];
};

/*
 * Takes the TLS context; the socket and the service stay the caller's. Nothing is accepted before
 * server_start.
 */
struct server *server_new(struct event_base *base, int listen_fd, struct tls *tls, struct service *service,
        const struct server_limits *limits);
/* Ends every connection. */
void server_free(struct server *server);

void server_start(struct server *server);
/* New connections use the new context and all of them the new limits but connections_max. Takes the context. */
void server_reload(struct server *server, struct tls *tls, const struct server_limits *limits);
/* Accepts nobody any more; each connection ends once it is owed nothing. Over when `count` is zero. */
void server_drain(struct server *server);

/* The service's answers; one for a session that is gone is dropped. */
void server_reply(struct server *server, uint64_t session, uint64_t request_id, enum frame_kind kind,
        struct slice payload);

/* For connections: */

/* CLOCK_MONOTONIC, coarse: deadlines are seconds. */
int64_t server_now_ms(void);
/* The connection writes at the end of this turn. */
void server_mark(struct server *server, struct conn *conn);
/* The connection goes on reading in the next turn. */
void server_wait_turn(struct server *server, struct conn *conn);
/* Whether one more step of a handshake fits into this turn. */
bool server_take_handshake_step(struct server *server);
/* The connection is no longer the server's; also takes it off every list. */
void server_forget(struct server *server, struct conn *conn);
