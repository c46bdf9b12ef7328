/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The service of one worker: everything between a decoded frame and its reply. The network room knows this
 * header alone; nothing on the way is reached through a global.
 *
 * Each call is answered exactly once, through the callback, whatever happens to the store, the sealer or the
 * clock; a caller whose connection has gone meanwhile drops the answer by its session number.
 */
#pragma once

#include <event2/event.h>

#include "proto/frame.h"
#include "proto/result.h"
#include "registry/base/fault.h"
#include "registry/core/role.h"
#include "registry/service/evidence_store.h"

struct service;

/* Who is at the other end: set once the TLS certificate has been found in the view. */
struct peer {
        uint8_t fingerprint[32];      /* SHA-256 of the client certificate */
        struct slice certificate;     /* DER; lives as long as the session */
        char person_id[33];
        char name[256];
        char office_id[33];
        uint32_t roles;               /* as of login; acts check them again in their transaction */
        int64_t certificate_until_ms;
};

struct service_limits {
        uint32_t worker;              /* number of this worker */
        uint32_t generation;          /* its life, counted by the parent */
        char server_id[96];           /* "host/worker-0" */
        char origin[128];
        uint32_t stale_ms;            /* default bound on data age: 60,000 */
        uint32_t stale_cap_ms;        /* what a request may ask for at most */
        int64_t ahead_ms;             /* service/clock: the first reading, and what it may move by */
        int64_t clock_step_ms;
        uint32_t seal_wait_ms;        /* wait for the sealer: 1,000 */
        uint32_t visible_wait_ms;     /* wait for the view after a commit: 2,000 */
        uint32_t in_flight_max;       /* requests this worker holds at once */
        uint32_t in_flight_per_connection; /* said in the greeting; the session keeps it */
        uint32_t lookups_per_day;     /* quota of one person */
        struct evidence_limits evidence;
};

/* The reply to one call: a whole frame payload of that kind. `payload` lives until the callback returns. */
typedef void (*service_reply_fn)(void *closure, uint64_t session, uint64_t request_id, enum frame_kind kind,
        struct slice payload);
/* Every line a reader leaves behind, before its reply does; false when it cannot be written. */
typedef bool (*service_audit_fn)(void *closure, const char *person_id, const char *operation,
        const char *code, const char *purpose, const char *outcome);

struct service_links {
        struct event_base *base;
        const char *view_directory;
        const char *evidence_directory;
        const char *conninfo;
        struct slice publicity;       /* share/publicity.json, not kept; empty: no end is computed */
        int sealer;                   /* SOCK_SEQPACKET, non-blocking; see service/channel.h */
        int follower;
        service_reply_fn reply;
        service_audit_fn audit;
        void *closure;
};

/* Never fails for want of a store, view or sealer: those are answered as what they are. */
bool service_new(struct service **ret, const struct service_limits *limits, const struct service_links *links,
        struct fault *why) MUST_CHECK;
void service_free(struct service *service);

/*
 * Finds who a certificate belongs to, in the view (so also while the store is away). DONE: `ret` is set but
 * for the certificate. CERTIFICATE_UNKNOWN, CERTIFICATE_REVOKED, STALE, VIEW_UNAVAILABLE: nobody may enter.
 */
enum result_code service_login(struct service *service, const uint8_t fingerprint[32], struct peer *ret);
/* The same for a session that is open; the session ends when this is no longer DONE. Cheap. */
enum result_code service_recheck(struct service *service, const struct peer *peer);

/* Appends the greeting's payload for this peer. */
void service_greeting(struct service *service, const struct peer *peer, struct buffer *ret);

/* Takes one Call frame. `peer` lives as long as the session; the answer comes through `reply`. */
void service_call(struct service *service, const struct peer *peer, uint64_t session, uint64_t request_id,
        struct slice payload);
/* The session is gone: what it still waits for is finished, but nobody is answered. */
void service_forget(struct service *service, uint64_t session);

/* Each second. */
void service_tick(struct service *service);

/* Answers not given yet; the drain waits for zero. */
size_t service_pending(const struct service *service);
/* From now on every new call is refused with DRAINING. */
void service_drain(struct service *service);
/* A failure's payload, for the connection's own errors (frames). */
void service_failure(struct service *service, enum result_code code, const char *text, struct buffer *ret);
