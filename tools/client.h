/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The client's side of the protocol: calls with their answers, over a wire that is made again when it breaks.
 *
 * Several calls may be open; their answers come in any order and are told apart by the request id. A wire
 * that is lost with calls open is opened again and the same octets are sent again: a read changes nothing,
 * and an act carries its idempotency key, so the registry does it once however often it arrives. After
 * CLIENT_ATTEMPTS without an answer the caller hears so; what became of an act is then not known.
 *
 * Nothing here judges an answer: a sealed one is bytes until tools/evidence has verified it against the
 * request bytes and the nonce kept beside it.
 */
#pragma once

#include "qcr.pb-c.h"
#include "registry/base/arena.h"
#include "registry/core/lines.h"
#include "tools/wire.h"

#define CLIENT_NONCE_OCTETS 32u
#define CLIENT_KEY_OCTETS 16u
#define CLIENT_ATTEMPTS 3u

struct client;

/* One answer: either a reply or a failure. */
struct client_answer {
        uint64_t request_id;
        const Qcr__Reply *reply;
        const Qcr__Failure *failure;
        struct buffer request;              /* the octets that were asked */
        uint8_t nonce[CLIENT_NONCE_OCTETS]; /* and their nonce */
        struct arena memory;                /* where reply or failure lie */
};

/* Connects and takes the greeting. `options` and its texts must live as long as the client. */
enum wire_trouble client_open(
        struct client **ret, const struct wire_options *options, struct fault *why) MUST_CHECK;
void client_close(struct client *client); /* NULL is fine */

const Qcr__Greeting *client_greeting(const struct client *client);
/* The registry's name, as the greeting gives it. */
struct slice client_origin(const struct client *client);
const struct wire *client_wire(const struct client *client);

/* A new random idempotency key. */
bool client_new_key(uint8_t ret[CLIENT_KEY_OCTETS], struct fault *why) MUST_CHECK;

/* Calls that have no answer yet, and how many there may be at once. */
size_t client_open_calls(const struct client *client);
size_t client_open_calls_limit(const struct client *client);

/*
 * Queues a call and returns its request id, from 1. The request's nonce and origin are filled in here; one
 * with an idempotency key is an act and is signed with the person's key. The nonce of an act follows from its
 * key, so that asking again with the same key, even from another process, sends the same octets. There must
 * be room among the open calls.
 */
bool client_send(
        struct client *client, Qcr__Request *request, uint64_t *ret_id, struct fault *why) MUST_CHECK;
/* Waits for any open call's answer. `ret` is the caller's to end with client_answer_done(). */
enum wire_trouble client_receive(
        struct client *client, struct client_answer *ret, struct fault *why) MUST_CHECK;
/*
 * One call and its answer, with no other open. An act whose outcome the registry itself does not know is
 * asked again with its key.
 */
enum wire_trouble client_ask(struct client *client, Qcr__Request *request, struct client_answer *ret,
        struct fault *why) MUST_CHECK;

#define CLIENT_ANSWER_INIT ((struct client_answer){0})
void client_answer_done(struct client_answer *answer);
void client_answer_cleanup(struct client_answer *answer);

/* Text fields of messages. */
ProtobufCBinaryData client_bytes(const char *text); /* points to `text`; NULL gives none */
struct slice client_slice(ProtobufCBinaryData bytes);
