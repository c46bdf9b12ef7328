/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/admission.h"

#include <string.h>

#include "proto/text.h"
#include "registry/store/persons.h"
#include "registry/store/proposals.h"

bool admission_takes_deputies(const struct operation *operation)
{
        switch (operation->message_case) {
        case QCR__REQUEST__OPERATION_CASE_STEP:
        case QCR__REQUEST__OPERATION_DECIDE:
        case QCR__REQUEST__OPERATION_CASE_SHOW:
        case QCR__REQUEST__OPERATION_CASE_LIST:
        case QCR__REQUEST__OPERATION_EVIDENCE_PUT:
        case QCR__REQUEST__OPERATION_EVIDENCE_GET:
                return true;
        default:
                return false;
        }
}

static bool is_admitted(struct writing *writing)
{
        const struct operation *operation = writing->call->operation;
        struct failure *failure = &writing->call->failure;
        const struct hand *hand = &writing->hand;

        if (!hand->office)
                return failure_set(failure, RESULT_CERTIFICATE_UNKNOWN, "the registry does not know you");
        writing->roles = hand->roles;
        if (!((admission_takes_deputies(operation) ? hand_all_roles(hand) : hand->roles) & operation->roles))
                return failure_set(failure, RESULT_ROLE_MISSING, "none of your roles allows %s", operation->word);
        return true;
}

/* Who they are is in by now: the answers come in the order of the questions. */
static void on_certificate(struct writing *writing, const PGresult *result)
{
        enum result_code code;

        if (!is_admitted(writing)) {
                writing_refuse(writing);
                return;
        }
        if (PQntuples(result) == 0) {
                code = RESULT_CERTIFICATE_UNKNOWN;
        } else if (cell_bool(result, 0, 0)) {
                code = RESULT_CERTIFICATE_REVOKED;
        } else {
                writing->not_before_ms = cell_number(result, 0, 1);
                writing->not_after_ms = cell_number(result, 0, 2);
                return;
        }
        failure_set(&writing->call->failure, code, "%s", result_find(code)->meaning);
        writing_refuse(writing);
}

/* The stored reply is given again as it was, but for what is said anew: which server, and whether visible. */
static void on_key(struct writing *writing, const PGresult *result)
{
        struct call *call = writing->call;
        CLEANUP(buffer) struct buffer reply = BUFFER_INIT;
        ProtobufCAllocator allocator;
        uint8_t hash[32];

        if (PQntuples(result) == 0)
                return;
        if (!cell_octets(result, 0, 0, hash, sizeof(hash)) || !cell_bytes(result, 0, 1, &reply)) {
                failure_set(&call->failure, RESULT_STORE_UNAVAILABLE, "the stored reply cannot be read");
                writing_refuse(writing);
                return;
        }
        if (memcmp(hash, call->request_hash, sizeof(hash)) != 0) {
                failure_set_field(&call->failure, RESULT_KEY_REUSED, "idempotency_key", slice_of(NULL, 0),
                        "the key was used with another request");
                writing_refuse(writing);
                return;
        }
        text_allocator_init(&allocator, &call->arena);
        writing->reply = qcr__reply__unpack(&allocator, reply.length, reply.data);
        if (!writing->reply) {
                failure_set(&call->failure, RESULT_STORE_UNAVAILABLE, "the stored reply cannot be read");
                writing_refuse(writing);
                return;
        }
        writing->serial = (uint64_t)cell_number(result, 0, 2);
        writing->is_replay = true;
}

void admission_load(struct writing *writing)
{
        struct call *call = writing->call;
        struct query query;

        writing_send_text(writing, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", NULL);
        hand_load(writing, &writing->hand, call->person_id);
        persons_certificate_query(&query, call->person_id, call->fingerprint);
        writing_send(writing, &query, on_certificate);
        proposals_key_query(&query, call->person_id, call->message->idempotency_key.data);
        writing_send(writing, &query, on_key);
}
