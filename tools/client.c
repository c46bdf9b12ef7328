/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/client.h"

#include <assert.h>
#include <openssl/rand.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "proto/result.h"
#include "proto/text.h"
#include "registry/core/act.h"
#include "registry/core/digest.h"

#define PROTOCOL 1u
#define ANSWER_BUDGET (8u << 20)      /* octets; a frame of 1 MiB full of short fields decodes to less */
#define OPEN_CALLS_CEILING 1024u      /* whatever a greeting allows; more would only lengthen the queue */
#define GREETING_TEXT_LIMIT 255u
#define AGAIN_MS 200                  /* before an act of unknown outcome is asked again */
#define ACT_NONCE_CONTEXT "qcr-act-nonce/v1\n"

struct open_call {
        uint64_t id;
        bool is_act;
        uint8_t nonce[CLIENT_NONCE_OCTETS];
        struct buffer request;
        struct buffer payload; /* the Call as sent */
};

struct client {
        const struct wire_options *options;
        struct wire *wire;
        struct arena memory; /* of the greeting */
        const Qcr__Greeting *greeting;
        struct open_call *calls;
        size_t count;
        size_t limit;
        uint64_t next_id;
        unsigned attempts; /* at the wire since the last answer */
};

ProtobufCBinaryData client_bytes(const char *text)
{
        if (!text)
                return (ProtobufCBinaryData){0};
        /* The generated structs have no const; packing does not write. */
        return (ProtobufCBinaryData){.len = strlen(text), .data = (uint8_t *)(uintptr_t)text};
}

struct slice client_slice(ProtobufCBinaryData bytes)
{
        return slice_of(bytes.data, bytes.len);
}

static ProtobufCBinaryData bytes_of(struct slice s)
{
        return (ProtobufCBinaryData){.len = s.length, .data = (uint8_t *)(uintptr_t)s.data};
}

/* ----------------------------------------------------------------- greeting */

static bool greeting_is_good(const Qcr__Greeting *g)
{
        const ProtobufCBinaryData *texts[] = {&g->server, &g->software, &g->person, &g->office};

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                if (text_check(client_slice(*texts[i]), GREETING_TEXT_LIMIT))
                        return false;
        return origin_is_valid(client_slice(g->origin)) && g->in_flight_limit > 0;
}

/* Before the greeting a server can only say why there will be none. */
static enum wire_trouble refused_entry(const struct frame *frame, struct arena *memory, struct fault *why)
{
        ProtobufCAllocator allocator;
        const Qcr__Failure *failure;
        const struct result *result;

        text_allocator_init(&allocator, memory);
        failure = qcr__failure__unpack(&allocator, frame->payload.length, frame->payload.data);
        if (!failure || text_check(client_slice(failure->text), sizeof(why->text))) {
                fault_set(why, FAULT_PEER, "the server does not speak this protocol");
                return WIRE_LOST;
        }
        fault_set(why, FAULT_PEER, "%.*s", (int)failure->text.len, (const char *)failure->text.data);
        why->peer_code = failure->code;
        result = result_find(failure->code);
        return result && result->exit_status == 8 ? WIRE_NOT_ADMITTED : WIRE_UNREACHABLE;
}

static enum wire_trouble take_greeting(struct wire *wire, struct arena *memory, const Qcr__Greeting **ret,
        struct fault *why)
{
        ProtobufCAllocator allocator;
        struct frame frame;
        enum wire_trouble t = wire_receive(wire, &frame, why);

        if (t)
                return t;
        if (frame.kind == FRAME_FAILURE)
                return refused_entry(&frame, memory, why);
        text_allocator_init(&allocator, memory);
        if (frame.kind == FRAME_GREETING)
                *ret = qcr__greeting__unpack(&allocator, frame.payload.length, frame.payload.data);
        if (!*ret || !greeting_is_good(*ret)) {
                fault_set(why, FAULT_PEER, "the server's greeting cannot be read");
                return WIRE_LOST;
        }
        if ((*ret)->protocol != PROTOCOL) {
                fault_set(why, FAULT_PEER, "the server speaks protocol %u, this program %u", (*ret)->protocol,
                        PROTOCOL);
                return WIRE_LOST;
        }
        return WIRE_FINE;
}

/* A wire with its greeting, in place of the one before; that one stays on any trouble. */
static enum wire_trouble join(struct client *c, struct fault *why)
{
        struct wire *wire = NULL;
        struct arena memory;
        const Qcr__Greeting *greeting = NULL;
        enum wire_trouble t = wire_open(&wire, c->options, why);

        if (t)
                return t;
        arena_init(&memory, FRAME_REPLY_LIMIT);
        t = take_greeting(wire, &memory, &greeting, why);
        if (!t && c->greeting &&
                !slice_equal(client_slice(greeting->origin), client_slice(c->greeting->origin))) {
                fault_set(why, FAULT_PEER, "another registry answers now");
                t = WIRE_UNTRUSTED;
        }
        if (t) {
                arena_done(&memory);
                wire_close(wire);
                return t;
        }
        arena_done(&c->memory);
        wire_close(c->wire);
        c->wire = wire;
        c->memory = memory;
        c->greeting = greeting;
        return WIRE_FINE;
}

enum wire_trouble client_open(struct client **ret, const struct wire_options *options, struct fault *why)
{
        struct client *c = must_alloc(sizeof(*c));
        enum wire_trouble t;

        c->options = options;
        c->next_id = 1;
        arena_init(&c->memory, 0);
        t = join(c, why);
        if (t) {
                client_close(c);
                return t;
        }
        c->limit = c->greeting->in_flight_limit < OPEN_CALLS_CEILING ? c->greeting->in_flight_limit
                                                                     : OPEN_CALLS_CEILING;
        c->calls = must_alloc(c->limit * sizeof(*c->calls));
        *ret = c;
        return WIRE_FINE;
}

static void open_call_done(struct open_call *call)
{
        buffer_done(&call->request);
        buffer_done(&call->payload);
}

void client_close(struct client *client)
{
        if (!client)
                return;
        for (size_t i = 0; i < client->count; i++)
                open_call_done(&client->calls[i]);
        free(client->calls);
        wire_close(client->wire);
        arena_done(&client->memory);
        free(client);
}

const Qcr__Greeting *client_greeting(const struct client *client)
{
        return client->greeting;
}

struct slice client_origin(const struct client *client)
{
        return client_slice(client->greeting->origin);
}

const struct wire *client_wire(const struct client *client)
{
        return client->wire;
}

size_t client_open_calls(const struct client *client)
{
        return client->count;
}

size_t client_open_calls_limit(const struct client *client)
{
        return client->limit;
}

/* ------------------------------------------------------------------ sending */

static bool random_octets(uint8_t *ret, size_t length, struct fault *why)
{
        return RAND_bytes(ret, (int)length) == 1 ||
               fault_set(why, FAULT_CRYPTO, "no random numbers can be had");
}

bool client_new_key(uint8_t ret[CLIENT_KEY_OCTETS], struct fault *why)
{
        return random_octets(ret, CLIENT_KEY_OCTETS, why);
}

static bool make_nonce(const Qcr__Request *request, uint8_t ret[CLIENT_NONCE_OCTETS], struct fault *why)
{
        CLEANUP(digest) struct digest sha256 = {0};
        struct hash hash;

        if (!request->has_idempotency_key)
                return random_octets(ret, CLIENT_NONCE_OCTETS, why);
        if (!digest_init(&sha256, SUITE_ED25519_SHA256, why))
                return false;
        digest_begin(&sha256);
        digest_add(&sha256, slice_text(ACT_NONCE_CONTEXT));
        digest_add(&sha256, client_slice(request->idempotency_key));
        digest_end(&sha256, &hash);
        static_assert(CLIENT_NONCE_OCTETS == HASH_SIZE, "an act's nonce is a hash");
        memcpy(ret, hash.octets, CLIENT_NONCE_OCTETS);
        return true;
}

static void pack_call(struct open_call *call, const uint8_t *signature)
{
        Qcr__Call message = QCR__CALL__INIT;

        message.request = bytes_of(buffer_slice(&call->request));
        if (call->is_act) {
                message.has_signature = true;
                message.signature = bytes_of(slice_of(signature, ED25519_SIGNATURE_SIZE));
        }
        call->payload.length += qcr__call__pack(&message,
                buffer_reserve(&call->payload, qcr__call__get_packed_size(&message)));
}

bool client_send(struct client *client, Qcr__Request *request, uint64_t *ret_id, struct fault *why)
{
        struct open_call call = {.id = client->next_id, .is_act = request->has_idempotency_key};
        uint8_t signature[ED25519_SIGNATURE_SIZE];

        assert(client->count < client->limit);
        if (!make_nonce(request, call.nonce, why))
                return false;
        request->nonce = bytes_of(slice_of(call.nonce, sizeof(call.nonce)));
        request->origin = client->greeting->origin;
        call.request.length = qcr__request__pack(request,
                buffer_reserve(&call.request, qcr__request__get_packed_size(request)));
        request->nonce = (ProtobufCBinaryData){0};
        if (call.is_act && !act_sign(wire_key(client->wire), client_origin(client),
                                   buffer_slice(&call.request), signature, why)) {
                open_call_done(&call);
                return false;
        }
        pack_call(&call, signature);
        wire_send(client->wire, FRAME_CALL, call.id, buffer_slice(&call.payload));
        *ret_id = client->next_id++;
        client->calls[client->count++] = call;
        return true;
}

/* ---------------------------------------------------------------- receiving */

static struct open_call *find_call(struct client *c, uint64_t id)
{
        for (size_t i = 0; i < c->count; i++)
                if (c->calls[i].id == id)
                        return &c->calls[i];
        return NULL;
}

static bool has_act(const struct client *c)
{
        for (size_t i = 0; i < c->count; i++)
                if (c->calls[i].is_act)
                        return true;
        return false;
}

static bool decode_answer(const struct frame *frame, struct client_answer *ret)
{
        ProtobufCAllocator allocator;

        text_allocator_init(&allocator, &ret->memory);
        if (frame->kind == FRAME_REPLY)
                ret->reply = qcr__reply__unpack(&allocator, frame->payload.length, frame->payload.data);
        else if (frame->kind == FRAME_FAILURE)
                ret->failure = qcr__failure__unpack(&allocator, frame->payload.length, frame->payload.data);
        return ret->reply || ret->failure;
}

/* The call is answered: what it asked goes to the answer, the last open call takes its place. */
static void settle(struct client *c, struct open_call *call, struct client_answer *answer)
{
        answer->request_id = call->id;
        answer->request = call->request;
        memcpy(answer->nonce, call->nonce, sizeof(answer->nonce));
        buffer_done(&call->payload);
        *call = c->calls[--c->count];
        c->attempts = 0;
}

/* A failure about the connection ends all that is open on it; the first open call carries it. */
static enum wire_trouble take_frame(struct client *c, const struct frame *frame, struct client_answer *ret,
        struct fault *why)
{
        bool of_connection = frame->kind == FRAME_FAILURE && frame->request_id == 0;
        struct open_call *call = of_connection ? &c->calls[0] : find_call(c, frame->request_id);

        if (!call) {
                fault_set(why, FAULT_PEER, "the server answers request %llu, which is not open",
                        (unsigned long long)frame->request_id);
                return WIRE_LOST;
        }
        *ret = CLIENT_ANSWER_INIT;
        arena_init(&ret->memory, ANSWER_BUDGET);
        if (!decode_answer(frame, ret)) {
                arena_done(&ret->memory);
                fault_set(why, FAULT_PEER, "the server's answer cannot be read");
                return WIRE_LOST;
        }
        if (ret->failure && ret->failure->code == RESULT_DRAINING && c->attempts + 1 < CLIENT_ATTEMPTS) {
                arena_done(&ret->memory);
                fault_set(why, FAULT_PEER, "the server is stopping");
                return WIRE_LOST;
        }
        settle(c, call, ret);
        return WIRE_FINE;
}

static enum wire_trouble send_again(struct client *c, struct fault *why)
{
        enum wire_trouble t = join(c, why);

        if (t)
                return t;
        for (size_t i = 0; i < c->count; i++)
                wire_send(c->wire, FRAME_CALL, c->calls[i].id, buffer_slice(&c->calls[i].payload));
        return WIRE_FINE;
}

enum wire_trouble client_receive(struct client *client, struct client_answer *ret, struct fault *why)
{
        assert(client->count > 0);
        for (;;) {
                struct frame frame;
                enum wire_trouble t = wire_receive(client->wire, &frame, why);

                if (!t)
                        t = take_frame(client, &frame, ret, why);
                if (t != WIRE_LOST && t != WIRE_LATE)
                        return t;
                /* A read that is late may well be late again; an act's outcome is worth asking for. */
                if ((t == WIRE_LATE && !has_act(client)) || ++client->attempts >= CLIENT_ATTEMPTS)
                        return t;
                t = send_again(client, why);
                if (t)
                        return t;
        }
}

enum wire_trouble client_ask(struct client *client, Qcr__Request *request, struct client_answer *ret,
        struct fault *why)
{
        for (unsigned attempt = 1;; attempt++) {
                uint64_t id;
                enum wire_trouble t;

                assert(client->count == 0);
                if (!client_send(client, request, &id, why))
                        return WIRE_CONFIG;
                t = client_receive(client, ret, why);
                if (t || !ret->failure || ret->failure->code != RESULT_OUTCOME_UNKNOWN ||
                        attempt >= CLIENT_ATTEMPTS)
                        return t;
                client_answer_done(ret);
                poll(NULL, 0, AGAIN_MS);
        }
}

void client_answer_done(struct client_answer *answer)
{
        arena_done(&answer->memory);
        buffer_done(&answer->request);
        *answer = CLIENT_ANSWER_INIT;
}

void client_answer_cleanup(struct client_answer *answer)
{
        client_answer_done(answer);
}
