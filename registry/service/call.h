/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A call: one request from its frame to its one reply. It owns an arena with everything the request needs;
 * reply or failure end it, whichever way it waited (for the sealer, the store, the view), and nobody keeps a
 * pointer to it beyond that. Its connection may be gone long before: then the work is finished all the same
 * and the answer dropped, since a writer's outcome does not depend on who still listens.
 */
#pragma once

#include <sys/queue.h>

#include "proto/qcr.pb-c.h"
#include "registry/base/arena.h"
#include "registry/service/failure.h"
#include "registry/service/fields.h"
#include "registry/service/operation.h"
#include "registry/service/state.h"

/*
 * Decoding a peer's message may cost this much; a frame of 64 KiB of honest fields takes less than two
 * thirds.
 */
#define CALL_DECODE_BUDGET (256u * 1024)

struct call {
        TAILQ_ENTRY(call) next;
        struct service *service;
        uint64_t session;
        uint64_t request_id;
        bool is_forgotten;
        char id[17];                    /* for the log: random, hexadecimal */
        uint8_t fingerprint[32];
        char person_id[33];
        char person_name[256];
        char office_id[33];
        uint32_t roles;                 /* as of login */
        int64_t certificate_until_ms;
        int64_t now_ms;                 /* when it came in: what it is decided by */
        struct day today;
        int64_t began_ms;               /* CLOCK_BOOTTIME */
        struct arena arena;
        struct slice request;           /* the octets the client made */
        uint8_t request_hash[32];
        struct slice signature;         /* empty: none */
        const Qcr__Request *message;
        const struct operation *operation;
        const char *code;               /* for the audit: whom it is about, or NULL */
        const char *purpose;            /* for the audit, or NULL */
        bool is_audited;                /* its line has been written */
        struct failure failure;
};

/* Memory of the call; never NULL. */
void *call_alloc(struct call *call, size_t size);
const char *call_text(struct call *call, struct slice text);
struct fields call_fields(struct call *call);

/*
 * A line of the read audit. False: it cannot be written, the call has been answered so, and nothing may be
 * read out. Of an act nothing is audited here: its entry is in the ledger. What was denied leaves its line by
 * itself, when the call fails.
 */
bool call_audit(struct call *call, const char *outcome);

/* Each ends the call: it is freed. The reply's server is set here. */
void call_reply(struct call *call, Qcr__Reply *reply);
/* With the call's own failure; if that is a denial, after a line of the read audit. */
void call_fail(struct call *call);
void call_fail_with(struct call *call, enum result_code code);
void call_fail_fault(struct call *call, const struct fault *why);

/* Lists in replies: a word as bytes. */
static inline ProtobufCBinaryData call_data(struct slice s)
{
        return (ProtobufCBinaryData){.len = s.length, .data = (uint8_t *)(uintptr_t)s.data};
}
static inline ProtobufCBinaryData call_data_text(const char *text)
{
        return call_data(slice_text(text));
}

/* Takes a frame's payload: answers it at once, or begins to. */
void call_begin(struct service *service, const struct peer *peer, uint64_t session, uint64_t request_id,
        struct slice payload);
