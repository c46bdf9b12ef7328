/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>
#include <openssl/x509.h>

#include "proto/text.h"
#include "registry/base/log.h"
#include "registry/core/act.h"
#include "registry/service/admission.h"
#include "registry/service/clock.h"
#include "registry/service/writing.h"

#define NONCE_LEAST 16u
#define NONCE_MOST 32u
#define KEY_OCTETS 16u

/* What the call needs beside its decoded message: copies of its texts and rows of the store, all bounded. */
#define CALL_OWN_BUDGET (64u * 1024 * 1024)

void *call_alloc(struct call *call, size_t size)
{
        void *p = arena_alloc(&call->arena, size);

        assert(p);
        return p;
}

const char *call_text(struct call *call, struct slice text)
{
        const char *copy = arena_text(&call->arena, text);

        assert(copy);
        return copy;
}

struct fields call_fields(struct call *call)
{
        return fields_of(&call->arena, &call->failure);
}

/* ------------------------------------------------------------------ ending */

static void call_end(struct call *call, enum result_code code, enum frame_kind kind)
{
        struct service *service = call->service;

        TAILQ_REMOVE(&service->calls, call, next);
        service->pending--;
        log_event(LOG_INFO, "request", "id", call->id, "person", call->person_id, "operation",
                call->operation ? call->operation->word : "-", "result", result_find(code)->word, "ms",
                LOG_NUMBER(clock_boot_ms() - call->began_ms));
        if (!call->is_forgotten)
                service->reply(service->closure, call->session, call->request_id, kind,
                        buffer_slice(&service->payload));
        arena_done(&call->arena);
        free(call);
}

void call_reply(struct call *call, Qcr__Reply *reply)
{
        struct service *service = call->service;
        size_t length;

        reply->server = call_data_text(service->limits.server_id);
        length = qcr__reply__get_packed_size(reply);
        assert(length <= FRAME_REPLY_LIMIT - FRAME_HEADER_OCTETS);
        buffer_clear(&service->payload);
        qcr__reply__pack(reply, buffer_reserve(&service->payload, length));
        service->payload.length = length;
        call_end(call, (enum result_code)reply->code, FRAME_REPLY);
}

static bool write_audit(struct call *call, const char *outcome)
{
        struct service *service = call->service;

        call->is_audited = service->audit(service->closure, call->person_id, call->operation->word, call->code,
                call->purpose, outcome);
        return call->is_audited;
}

/* A no to who asks (21xx) or by the rules (3xxx) leaves a line: of an act nothing else would be left behind. */
static bool is_to_be_audited(const struct call *call)
{
        bool is_denial = call->failure.code / 100 == 21 || call->failure.code / 1000 == 3;

        return is_denial && call->operation && call->operation->kind != OPERATION_TALK && !call->is_audited;
}

void call_fail(struct call *call)
{
        struct service *service = call->service;

        if (is_to_be_audited(call) && !write_audit(call, result_find(call->failure.code)->word))
                failure_set(&call->failure, RESULT_AUDIT_UNAVAILABLE, "%s",
                        result_find(RESULT_AUDIT_UNAVAILABLE)->meaning);
        buffer_clear(&service->payload);
        failure_encode(&call->failure, service->limits.server_id, &service->payload);
        call_end(call, call->failure.code, FRAME_FAILURE);
}

void call_fail_with(struct call *call, enum result_code code)
{
        failure_set(&call->failure, code, "%s", result_find(code)->meaning);
        call_fail(call);
}

void call_fail_fault(struct call *call, const struct fault *why)
{
        log_event(LOG_WARNING, "request.fault", "id", call->id, "fault", fault_word(why->code), "text",
                why->text);
        failure_of_fault(&call->failure, why);
        call_fail(call);
}

bool call_audit(struct call *call, const char *outcome)
{
        if (write_audit(call, outcome))
                return true;
        call_fail_with(call, RESULT_AUDIT_UNAVAILABLE);
        return false;
}

/* --------------------------------------------------------------- beginning */

/* Decodes the call and the request in it. */
static bool decode(struct call *call, struct slice payload)
{
        ProtobufCAllocator allocator;
        const Qcr__Call *frame;

        text_allocator_init(&allocator, &call->arena);
        frame = qcr__call__unpack(&allocator, payload.length, payload.data);
        if (frame) {
                call->request = slice_of(frame->request.data, frame->request.len);
                if (frame->has_signature)
                        call->signature = slice_of(frame->signature.data, frame->signature.len);
                call->message = qcr__request__unpack(&allocator, frame->request.len, frame->request.data);
        }
        if (call->arena.exhausted)
                return failure_set(&call->failure, RESULT_MESSAGE_TOO_COSTLY,
                        "decoding the message would take more than %u octets of memory", CALL_DECODE_BUDGET);
        if (!call->message)
                return failure_set(&call->failure, RESULT_MESSAGE_MALFORMED, "the payload is not a %s",
                        frame ? "Request" : "Call");
        call->arena.budget += CALL_OWN_BUDGET;
        return true;
}

/*
 * Of a oneof the last member on the wire counts and the ones before it are dropped unseen: a person's
 * signature over two operations must not leave open which one they meant. Members are counted on the
 * octets.
 */
static unsigned count_operations(struct slice request)
{
        struct reader r = reader_of(request);
        unsigned count = 0;

        while (!r.failed && r.left > 0) {
                uint64_t tag = reader_varint(&r);

                if (tag >> 3 >= QCR__REQUEST__OPERATION_LOOKUP)
                        count++;
                switch (tag & 7) {
                case 0:
                        reader_varint(&r);
                        break;
                case 1:
                        reader_take(&r, 8);
                        break;
                case 2:
                        reader_counted(&r);
                        break;
                case 5:
                        reader_take(&r, 4);
                        break;
                default:
                        r.failed = true;
                }
        }
        return r.failed ? 0 : count;
}

/* What every request must have, whatever it asks. */
static bool check_envelope(struct call *call)
{
        const Qcr__Request *message = call->message;
        const char *origin = call->service->limits.origin;
        struct slice asked = slice_of(message->origin.data, message->origin.len);

        if (message->nonce.len < NONCE_LEAST || message->nonce.len > NONCE_MOST)
                return failure_set_field(&call->failure, RESULT_FIELD_INVALID, "nonce", slice_of(NULL, 0),
                        "nonce: %u to %u octets", NONCE_LEAST, NONCE_MOST);
        if (!slice_equal(asked, slice_text(origin)))
                return failure_set_field(&call->failure, RESULT_WRONG_REGISTRY, "origin", slice_of(NULL, 0),
                        "this registry is %s", origin);
        call->operation = operation_find(message->operation_case);
        if (!call->operation)
                return failure_set(
                        &call->failure, RESULT_OPERATION_UNKNOWN, "no operation this server knows");
        if (count_operations(call->request) != 1)
                return failure_set(&call->failure, RESULT_MESSAGE_MALFORMED, "a request asks for one thing");
        return true;
}

/* As of login, so that most of what may not be is refused at once; acts, and who is a deputy, are asked of the store. */
static bool check_role(struct call *call)
{
        if ((call->roles & call->operation->roles) || admission_takes_deputies(call->operation))
                return true;
        return failure_set(&call->failure, RESULT_ROLE_MISSING, "none of your roles allows %s",
                call->operation->word);
}

/* An act's signature, with the key of the certificate at the other end of the connection. */
static bool check_signature(struct call *call, struct slice certificate)
{
        const uint8_t *der = certificate.data;
        const char *origin = call->service->limits.origin;
        X509 *x509;
        bool is_true;

        if (call->signature.length == 0)
                return failure_set(&call->failure, RESULT_SIGNATURE_MISSING, "%s must be signed",
                        call->operation->word);
        if (!call->message->has_idempotency_key)
                return failure_set_field(&call->failure, RESULT_FIELD_MISSING, "idempotency_key",
                        slice_of(NULL, 0), "idempotency_key: an act has one");
        if (call->message->idempotency_key.len != KEY_OCTETS)
                return failure_set_field(&call->failure, RESULT_FIELD_INVALID, "idempotency_key",
                        slice_of(NULL, 0), "idempotency_key: %u octets", KEY_OCTETS);
        x509 = d2i_X509(NULL, &der, (long)certificate.length);
        is_true = x509 &&
                  act_verify(X509_get0_pubkey(x509), slice_text(origin), call->request, call->signature);
        X509_free(x509);
        if (!is_true)
                return failure_set(&call->failure, RESULT_SIGNATURE_FALSE,
                        "the signature is not yours over these octets");
        return true;
}

static bool check_limits(struct call *call)
{
        struct service *service = call->service;

        if (service->is_draining)
                return failure_set(&call->failure, RESULT_DRAINING, "this server is stopping; connect again");
        if (service->pending > service->limits.in_flight_max)
                return failure_set(&call->failure, RESULT_OVERLOADED, "%u requests are in work already",
                        service->limits.in_flight_max);
        return true;
}

static void call_run(struct call *call)
{
        switch (call->operation->kind) {
        case OPERATION_READ:
        case OPERATION_TALK:
                call->operation->run(call);
                return;
        case OPERATION_ACT:
                writing_begin(call);
                return;
        }
}

static struct call *call_new(struct service *service, const struct peer *peer, uint64_t session,
        uint64_t request_id)
{
        struct call *call = must_alloc(sizeof(*call));
        uint8_t random[8];

        if (RAND_bytes(random, sizeof(random)) != 1)
                abort();
        *call = (struct call){
                .service = service,
                .session = session,
                .request_id = request_id,
                .roles = peer->roles,
                .certificate_until_ms = peer->certificate_until_ms,
                .now_ms = clock_now_ms(),
                .began_ms = clock_boot_ms(),
        };
        hex_encode(random, sizeof(random), call->id);
        memcpy(call->fingerprint, peer->fingerprint, sizeof(call->fingerprint));
        memcpy(call->person_id, peer->person_id, sizeof(call->person_id));
        memcpy(call->person_name, peer->name, sizeof(call->person_name));
        memcpy(call->office_id, peer->office_id, sizeof(call->office_id));
        call->today = day_of_instant(call->now_ms);
        arena_init(&call->arena, CALL_DECODE_BUDGET);
        TAILQ_INSERT_TAIL(&service->calls, call, next);
        service->pending++;
        return call;
}

void call_begin(struct service *service, const struct peer *peer, uint64_t session, uint64_t request_id,
        struct slice payload)
{
        struct call *call = call_new(service, peer, session, request_id);
        struct hash hash;

        if (!check_limits(call) || !decode(call, payload) || !check_envelope(call) || !check_role(call)) {
                call_fail(call);
                return;
        }
        digest_hash(&service->digest, call->request, &hash);
        memcpy(call->request_hash, hash.octets, sizeof(call->request_hash));
        if (call->operation->kind == OPERATION_ACT && !check_signature(call, peer->certificate)) {
                call_fail(call);
                return;
        }
        call_run(call);
}
