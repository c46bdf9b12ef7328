/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "registry/base/log.h"
#include "registry/handover.h"
#include "registry/net/server.h"
#include "registry/service/audit_spool.h"
#include "registry/service/clock.h"
#include "registry/service/service.h"
#include "registry/service/upkeep.h"

/* A restarted node's follower has read its view by then, or will not soon. */
#define VIEW_WAIT_MS 10000
#define VIEW_POLL_MS 50
#define DRAIN_POLL_MS 20
#define SEAL_WAIT_MS 1000
#define VISIBLE_WAIT_MS 2000
/* Descriptors that are not connections: channels, view, spool, database, libevent's own. */
#define OTHER_DESCRIPTORS 64u

struct worker {
        const struct process_identity *identity;
        struct event_base *base;
        struct service *service;
        struct server *server;
        struct audit_spool *spool;
        struct upkeep *upkeep;
        struct event *parent;   /* reloads, and that it is gone */
        struct event *stop;     /* SIGTERM */
        struct event *second;
        struct event *view;     /* until it is usable */
        struct event *drained;  /* asks whether all is done */
        int64_t started_ms;     /* boot clock */
        int64_t draining_ms;    /* since; 0: serving */
        int64_t audit_told_ms;
};

static const struct timeval one_second = {1, 0};

/* ------------------------------------------------------------------ service */

static void on_reply(void *closure, uint64_t session, uint64_t request_id, enum frame_kind kind, struct slice payload)
{
        struct worker *worker = closure;

        server_reply(worker->server, session, request_id, kind, payload);
}

/* The edge where a fault of the spool ends: the reader is refused, the operator told once a second. */
static void tell_audit(struct worker *worker, const struct fault *why)
{
        int64_t now_ms = clock_boot_ms();

        if (now_ms - worker->audit_told_ms >= 1000)
                log_event(LOG_ERR, "audit.unavailable", "fault", fault_word(why->code), "why", why->text);
        worker->audit_told_ms = now_ms;
}

static bool on_audit(void *closure, const char *person_id, const char *operation, const char *code,
        const char *purpose, const char *outcome)
{
        struct worker *worker = closure;
        struct audit_line line = {
                .at_ms = clock_now_ms(),
                .person_id = person_id,
                .operation = operation,
                .code = code,
                .purpose = purpose,
                .outcome = outcome,
        };
        struct fault why;

        if (audit_spool_add(worker->spool, &line, &why))
                return true;
        tell_audit(worker, &why);
        return false;
}

static void on_second(evutil_socket_t fd, short what, void *closure)
{
        struct worker *worker = closure;
        struct fault why;

        (void)fd, (void)what;
        if (!audit_spool_tick(worker->spool, clock_now_ms(), &why))
                tell_audit(worker, &why);
        upkeep_tick(worker->upkeep);
        service_tick(worker->service);
}

/* ---------------------------------------------------------------- readiness */

static bool view_is_usable(struct worker *worker)
{
        static const uint8_t nobody[32];
        struct peer peer;

        /* Asking for a certificate that is nobody's: the view must be there and fresh to say so. */
        return service_login(worker->service, nobody, &peer) == RESULT_CERTIFICATE_UNKNOWN;
}

static void on_view(evutil_socket_t fd, short what, void *closure)
{
        static const struct timeval again = {0, VIEW_POLL_MS * 1000};
        struct worker *worker = closure;
        bool usable = view_is_usable(worker);
        char octet = usable ? PROCESS_READY : PROCESS_UNUSABLE;

        (void)fd, (void)what;
        if (!usable && clock_boot_ms() - worker->started_ms < VIEW_WAIT_MS) {
                evtimer_add(worker->view, &again);
                return;
        }
        log_event(usable ? LOG_INFO : LOG_WARNING, "worker.serving", "view", usable ? "usable" : "unusable",
                "generation", LOG_NUMBER(worker->identity->generation));
        server_start(worker->server);
        if (send(PROCESS_PARENT_FD, &octet, 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
                log_event(LOG_WARNING, "worker.parent", "why", strerror(errno));
}

/* --------------------------------------------------------- parent's messages */

static struct server_limits limits_of(const struct config *config)
{
        struct server_limits limits = {
                .handshake_ms = config->handshake_ms,
                .idle_ms = config->idle_ms,
                .frame_ms = config->frame_ms,
                .write_ms = config->write_ms,
                .connections_max = (unsigned)config->connections_max,
                .unauthenticated_max = (unsigned)config->unauthenticated_max,
                .per_address_max = (unsigned)config->per_address_max,
                .in_flight_per_connection = (unsigned)config->in_flight_per_connection,
        };

        return limits;
}

static bool take_reload(struct worker *worker, struct slice packet, struct config *config, struct fault *why)
{
        struct handover handover;
        struct server_limits limits;
        struct tls *tls;
        char *text;
        bool fine;

        if (!handover_decode(packet, &handover))
                return fault_set(why, FAULT_INPUT, "not a handover");
        text = must_alloc(handover.config.length + 1);
        memcpy(text, handover.config.data, handover.config.length);
        fine = config_parse(text, "reload", config, why);
        free(text);
        if (!fine || !tls_new(&tls, handover.ca, handover.certificate, handover.key, why))
                return false;
        limits = limits_of(config);
        server_reload(worker->server, tls, &limits);
        log_set_level((int)config->log_level);
        audit_spool_limit(worker->spool, config->spool_max_mib << 20);
        return true;
}

static void begin_drain(struct worker *worker, const char *reason);

static void on_parent(evutil_socket_t fd, short what, void *closure)
{
        struct worker *worker = closure;
        struct secret packet = {0};
        struct config *config = NULL;
        struct fault why;
        ssize_t n;

        (void)what;
        if (!secret_init(&packet, PROCESS_HANDOVER_LIMIT, &why)) {
                log_event(LOG_ERR, "reload.refused", "why", why.text);
                return;
        }
        n = recv(fd, packet.data, packet.size, MSG_DONTWAIT);
        if (n > 0) {
                config = must_alloc(sizeof(*config));
                if (take_reload(worker, slice_of(packet.data, (size_t)n), config, &why))
                        log_event(LOG_NOTICE, "reload.done");
                else
                        log_event(LOG_ERR, "reload.refused", "why", why.text);
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
                event_del(worker->parent);
                begin_drain(worker, "parent-gone");
        }
        free(config);
        secret_done(&packet);
}

/* ------------------------------------------------------------------ the end */

static void on_drained(evutil_socket_t fd, short what, void *closure)
{
        struct worker *worker = closure;
        bool is_done = worker->server->count == 0 && service_pending(worker->service) == 0;
        bool is_late = clock_boot_ms() - worker->draining_ms >= WORKER_DRAIN_MS;

        (void)fd, (void)what;
        if (!is_done && !is_late)
                return;
        log_event(is_done ? LOG_INFO : LOG_WARNING, "worker.drained", "connections", LOG_NUMBER(worker->server->count),
                "unanswered", LOG_NUMBER(service_pending(worker->service)));
        event_base_loopbreak(worker->base);
}

static void begin_drain(struct worker *worker, const char *reason)
{
        static const struct timeval poll = {0, DRAIN_POLL_MS * 1000};

        if (worker->draining_ms)
                return;
        worker->draining_ms = clock_boot_ms();
        log_event(LOG_INFO, "worker.drain", "reason", reason, "connections", LOG_NUMBER(worker->server->count),
                "unanswered", LOG_NUMBER(service_pending(worker->service)));
        event_del(worker->view);
        service_drain(worker->service);
        server_drain(worker->server);
        event_add(worker->drained, &poll);
}

static void on_stop(evutil_socket_t number, short what, void *closure)
{
        (void)number, (void)what;
        begin_drain(closure, "asked");
}

/* -------------------------------------------------------------------- begin */

/* Connections are descriptors: as many as the machine allows, and no more connections than that. */
static unsigned fit_descriptors(unsigned connections)
{
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
                return connections;
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
        if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= connections + OTHER_DESCRIPTORS)
                return connections;
        log_event(LOG_WARNING, "worker.descriptors", "limit", LOG_NUMBER(limit.rlim_max), "wanted",
                LOG_NUMBER(connections + OTHER_DESCRIPTORS));
        return limit.rlim_max > 2 * OTHER_DESCRIPTORS ? (unsigned)limit.rlim_max - OTHER_DESCRIPTORS
                                                       : (unsigned)limit.rlim_max / 2 + 1;
}

static bool open_service(struct worker *worker, const struct config *config, struct slice publicity,
        struct fault *why)
{
        struct service_limits limits = {
                .worker = worker->identity->slot,
                .generation = worker->identity->generation,
                .stale_ms = (uint32_t)config->stale_ms,
                .stale_cap_ms = (uint32_t)config->stale_cap_ms,
                .ahead_ms = worker->identity->ahead_ms,
                .clock_step_ms = config->clock_step_ms,
                .seal_wait_ms = SEAL_WAIT_MS,
                .visible_wait_ms = VISIBLE_WAIT_MS,
                .in_flight_max = (uint32_t)config->in_flight_max,
                .in_flight_per_connection = (uint32_t)config->in_flight_per_connection,
                .lookups_per_day = (uint32_t)config->lookups_per_day,
                .evidence = {(uint64_t)config->evidence_octets, (uint64_t)config->evidence_octets_per_day},
        };
        struct service_links links = {
                .base = worker->base,
                .view_directory = config->view_directory,
                .evidence_directory = config->evidence_directory,
                .conninfo = config->database,
                .publicity = publicity,
                .sealer = PROCESS_SEALER_FD,
                .follower = PROCESS_FOLLOWER_FD,
                .reply = on_reply,
                .audit = on_audit,
                .closure = worker,
        };

        snprintf(limits.server_id, sizeof(limits.server_id), "%.64s/worker-%u", config->node,
                worker->identity->slot);
        snprintf(limits.origin, sizeof(limits.origin), "%.127s", config->origin);
        return service_new(&worker->service, &limits, &links, why);
}

static bool open_all(struct worker *worker, const struct worker_options *options, struct tls *tls,
        struct fault *why)
{
        const struct config *config = options->config;
        struct server_limits limits = limits_of(config);

        worker->base = event_base_new();
        if (!worker->base)
                return fault_set(why, FAULT_SYSTEM, "no event base");
        if (!open_service(worker, config, options->publicity, why))
                return false;
        limits.connections_max = fit_descriptors(limits.connections_max);
        worker->spool = audit_spool_new(config->spool_directory, config->node, worker->identity->slot,
                config->spool_max_mib << 20);
        worker->upkeep = upkeep_new(worker->base, config->database, config->origin, config->spool_directory);
        worker->server = server_new(worker->base, PROCESS_LISTEN_FD, tls, worker->service, &limits);
        worker->parent = event_new(worker->base, PROCESS_PARENT_FD, EV_READ | EV_PERSIST, on_parent, worker);
        worker->stop = evsignal_new(worker->base, SIGTERM, on_stop, worker);
        worker->second = event_new(worker->base, -1, EV_PERSIST, on_second, worker);
        worker->view = evtimer_new(worker->base, on_view, worker);
        worker->drained = event_new(worker->base, -1, EV_PERSIST, on_drained, worker);
        return true;
}

static void close_all(struct worker *worker)
{
        struct event *const events[] = {worker->parent, worker->stop, worker->second, worker->view, worker->drained};

        for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
                if (events[i])
                        event_free(events[i]);
        server_free(worker->server);
        upkeep_free(worker->upkeep);
        service_free(worker->service);
        audit_spool_free(worker->spool);
        if (worker->base)
                event_base_free(worker->base);
}

int worker_run(const struct worker_options *options, bool (*confine)(void *closure, struct fault *why), void *closure)
{
        static const struct timeval at_once = {0, 0};
        struct worker worker = {.identity = options->identity, .started_ms = clock_boot_ms()};
        struct fault why;
        struct tls *tls;

        if (!tls_new(&tls, options->ca, options->certificate, options->key, &why) || !confine(closure, &why)) {
                log_event(LOG_ERR, "worker.start", "fault", fault_word(why.code), "why", why.text);
                return PROCESS_EXIT_CONFIG;
        }
        if (!open_all(&worker, options, tls, &why)) {
                log_event(LOG_ERR, "worker.start", "fault", fault_word(why.code), "why", why.text);
                tls_free(tls); /* the server was not there to take it */
                close_all(&worker);
                return EXIT_FAILURE;
        }
        event_add(worker.parent, NULL);
        event_add(worker.stop, NULL);
        event_add(worker.second, &one_second);
        evtimer_add(worker.view, &at_once);
        event_base_dispatch(worker.base);
        close_all(&worker);
        return EXIT_SUCCESS;
}
