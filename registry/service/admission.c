/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/admission.h"

#include <string.h>

#include "proto/text.h"
#include "registry/store/persons.h"
#include "registry/store/proposals.h"

static void on_person(struct writing *writing, const PGresult *result)
{
        if (PQntuples(result) == 1)
                return;
        failure_set(&writing->call->failure, RESULT_CERTIFICATE_UNKNOWN, "the registry does not know you");
        writing_refuse(writing);
}

static void on_roles(struct writing *writing, const PGresult *result)
{
        writing->roles = 0;
        for (int i = 0; i < PQntuples(result); i++) {
                uint32_t role;

                if (role_parse(cell_text(result, i, 0), &role))
                        writing->roles |= role;
        }
        if (writing->roles & writing->call->operation->roles)
                return;
        failure_set(&writing->call->failure, RESULT_ROLE_MISSING, "none of your roles allows %s",
                writing->call->operation->word);
        writing_refuse(writing);
}

static void on_certificate(struct writing *writing, const PGresult *result)
{
        enum result_code code;

        if (!cell_bool(result, 0, 0))
                code = RESULT_CERTIFICATE_UNKNOWN;
        else if (cell_bool(result, 0, 1))
                code = RESULT_CERTIFICATE_REVOKED;
        else
                return;
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
        persons_lock_query(&query, call->person_id, false);
        writing_send(writing, &query, on_person);
        persons_roles_query(&query, call->person_id);
        writing_send(writing, &query, on_roles);
        persons_certificate_query(&query, call->person_id, call->fingerprint);
        writing_send(writing, &query, on_certificate);
        proposals_key_query(&query, call->person_id, call->message->idempotency_key.data);
        writing_send(writing, &query, on_key);
}
