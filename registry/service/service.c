/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/base/log.h"
#include "registry/service/call.h"
#include "registry/service/clock.h"
#include "registry/store/identity.h"

/*
 * A few lanes: acts commit one after the other under the head's lock anyway, so more of them would only
 * wait in the server instead of here; more than one, so that nobody waits behind an act that waits for
 * somebody's lock.
 */
static const struct db_limits db_limits = {
        .lanes = 4,
        .turns_max = 256,
        .connect_ms = 3000,
        .query_ms = 5000,
        .wait_ms = 6000, /* a server that restarts is back within three seconds */
        .retry_ms = 250,
};

/* The store this worker writes to must be the one the view was made from, and no further back. */
static bool on_identify(void *closure, const PGresult *row, struct fault *why)
{
        struct service *service = closure;
        struct store_identity store;
        struct view_meta view;

        if (!store_identity_from_row(row, &store, why) || !glance_meta(&service->glance, &view, why))
                return false;
        if (view.refused)
                return fault_set(why, FAULT_MISMATCH, "the view refuses its store: %s", view.refusal);
        if (strcmp(store.origin, service->limits.origin) != 0)
                return fault_set(why, FAULT_MISMATCH, "the store is the registry %s", store.origin);
        if (store.system_identifier != view.system_identifier || store.timeline != view.timeline ||
                memcmp(store.epoch, view.epoch, sizeof(store.epoch)) != 0)
                return fault_set(why, FAULT_MISMATCH, "the store is not the one the view was made from");
        if (store.serial == view.serial && memcmp(store.chain, view.chain, sizeof(store.chain)) != 0)
                return fault_set(why, FAULT_MISMATCH, "the store's ledger is not the view's");
        /*
         * The view may have gone on since the row was read. If the store is behind at the next attempt too,
         * the follower will have seen it and refuse it by its name.
         */
        if (store.serial < view.serial)
                return fault_set(why, FAULT_STORE, "the store is behind the view");
        return true;
}

/* -------------------------------------------------------------------- life */

static bool read_publicity(struct service *service, struct slice json, struct fault *why)
{
        struct document_error error;

        if (json.length == 0 || publicity_parse(json, &service->publicity, &error))
                return true;
        return fault_set(why, FAULT_CONFIG, "publicity.json: %s: %s", error.path, error.reason);
}

bool service_new(struct service **ret, const struct service_limits *limits, const struct service_links *links,
        struct fault *why)
{
        struct service *service = must_alloc(sizeof(*service));

        service->limits = *limits;
        service->base = links->base;
        service->reply = links->reply;
        service->audit = links->audit;
        service->closure = links->closure;
        TAILQ_INIT(&service->calls);
        if (!read_publicity(service, links->publicity, why) ||
                !digest_init(&service->digest, SUITE_ED25519_SHA256, why)) {
                free(service);
                return false;
        }
        glance_init(&service->glance, links->view_directory);
        service->clock = (struct clock_watch){.ahead_ms = limits->ahead_ms, .step_ms = limits->clock_step_ms};
        service->quota = quota_new(limits->lookups_per_day);
        service->evidence = evidence_store_new(links->evidence_directory, &limits->evidence);
        service->rules = rule_cache_new();
        service->sealing = sealing_new(links->base, links->sealer, limits->generation, limits->seal_wait_ms,
                limits->in_flight_max);
        service->reaching =
                reaching_new(links->base, links->follower, limits->generation, limits->visible_wait_ms);
        service->db = db_new(links->base, links->conninfo, "qcr_app", &db_limits, store_identity_sql,
                on_identify, service);
        *ret = service;
        return true;
}

/* Those who wait are told, and so answered, before what they use is taken away. */
void service_free(struct service *service)
{
        if (!service)
                return;
        service->is_draining = true;
        db_free(service->db);
        sealing_free(service->sealing);
        reaching_free(service->reaching);
        quota_free(service->quota);
        evidence_store_free(service->evidence);
        rule_cache_free(service->rules);
        digest_done(&service->digest);
        glance_done(&service->glance);
        buffer_done(&service->payload);
        free(service);
}

/* ------------------------------------------------------------------ people */

static enum result_code find_person(struct service *service, const uint8_t fingerprint[32], struct peer *ret)
{
        struct view *view = service->glance.view;
        enum view_found found;
        struct view_person person;
        struct view_meta meta;
        struct fault why;
        bool is_revoked;

        if (!view_meta(view, &meta, &why) ||
                !view_certificate(view, fingerprint, &found, &is_revoked, &person, &why)) {
                log_event(LOG_ERR, "view.fault", "fault", fault_word(why.code), "text", why.text);
                return RESULT_VIEW_UNAVAILABLE;
        }
        if (meta.refused)
                return RESULT_STORE_MISMATCH;
        if (glance_age_ms(&meta) > service->limits.stale_cap_ms)
                return RESULT_STALE; /* a revocation may be missing */
        if (found != VIEW_FOUND)
                return RESULT_CERTIFICATE_UNKNOWN;
        if (is_revoked)
                return RESULT_CERTIFICATE_REVOKED;
        memcpy(ret->fingerprint, fingerprint, sizeof(ret->fingerprint));
        snprintf(ret->person_id, sizeof(ret->person_id), "%.*s", (int)person.person_id.length,
                (const char *)person.person_id.data);
        snprintf(ret->name, sizeof(ret->name), "%.*s", (int)person.name.length,
                (const char *)person.name.data);
        snprintf(ret->office_id, sizeof(ret->office_id), "%.*s", (int)person.office_id.length,
                (const char *)person.office_id.data);
        ret->roles = person.roles;
        return RESULT_DONE;
}

enum result_code service_login(struct service *service, const uint8_t fingerprint[32], struct peer *ret)
{
        enum result_code code;
        struct fault why;

        if (!glance_begin(&service->glance, &why)) {
                /* Every connection and each tick of those that wait come here: said once is enough. */
                if (!service->is_view_away)
                        log_event(LOG_WARNING, "view.away", "fault", fault_word(why.code), "text", why.text);
                service->is_view_away = true;
                return RESULT_VIEW_UNAVAILABLE;
        }
        service->is_view_away = false;
        code = find_person(service, fingerprint, ret);
        glance_end(&service->glance);
        return code;
}

enum result_code service_recheck(struct service *service, const struct peer *peer)
{
        struct peer now = {0};
        enum result_code code;

        /* The handshake saw to it that the certificate was in time then; a session can outlive it. */
        if (clock_now_ms() > peer->certificate_until_ms)
                return RESULT_CERTIFICATE_EXPIRED;
        code = service_login(service, peer->fingerprint, &now);

        if (code != RESULT_DONE)
                return code;
        /* What a session may do was read when it began: other roles, another session. */
        return now.roles == peer->roles && strcmp(now.person_id, peer->person_id) == 0 ? RESULT_DONE
                                                                                        : RESULT_ROLE_MISSING;
}

void service_greeting(struct service *service, const struct peer *peer, struct buffer *ret)
{
        ProtobufCBinaryData roles[ROLE_COUNT], suite = call_data_text(suite_word(SUITE_ED25519_SHA256));
        Qcr__Greeting greeting = QCR__GREETING__INIT;
        int64_t now_ms = clock_now_ms();
        size_t length;

        greeting.protocol = FRAME_VERSION;
        greeting.origin = call_data_text(service->limits.origin);
        greeting.server = call_data_text(service->limits.server_id);
        greeting.software = call_data_text(QCR_VERSION);
        greeting.at_ms = now_ms;
        greeting.frame_limit = FRAME_CALL_LIMIT;
        greeting.in_flight_limit = service->limits.in_flight_per_connection;
        greeting.lookups_per_day = service->limits.lookups_per_day;
        greeting.lookups_left = quota_left(service->quota, peer->person_id, day_of_instant(now_ms));
        greeting.person = call_data_text(peer->person_id);
        greeting.office = call_data_text(peer->office_id);
        greeting.role = roles;
        for (unsigned i = 0; i < ROLE_COUNT; i++)
                if (peer->roles & (1u << i))
                        roles[greeting.n_role++] = call_data_text(role_word(1u << i));
        greeting.suite = &suite;
        greeting.n_suite = 1;
        greeting.certificate_until_ms = peer->certificate_until_ms;
        length = qcr__greeting__get_packed_size(&greeting);
        qcr__greeting__pack(&greeting, buffer_reserve(ret, length));
        ret->length += length;
}

/* ------------------------------------------------------------------- calls */

void service_call(struct service *service, const struct peer *peer, uint64_t session, uint64_t request_id,
        struct slice payload)
{
        call_begin(service, peer, session, request_id, payload);
}

void service_forget(struct service *service, uint64_t session)
{
        struct call *call;

        TAILQ_FOREACH(call, &service->calls, next)
                if (call->session == session)
                        call->is_forgotten = true;
}

void service_tick(struct service *service)
{
        evidence_tick(service->evidence, clock_boot_ms());
}

size_t service_pending(const struct service *service)
{
        return service->pending;
}

void service_drain(struct service *service)
{
        service->is_draining = true;
}

void service_failure(struct service *service, enum result_code code, const char *text, struct buffer *ret)
{
        struct failure failure;

        failure_set(&failure, code, "%s", text);
        failure_encode(&failure, service->limits.server_id, ret);
}
