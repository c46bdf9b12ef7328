/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The records of one enterprise, from the store: the newest version of each. What has ended, because it was taken back or
 * its time is over, is told only to those who file, work on cases or audit, and only if they say why.
 */
#include <string.h>

#include "proto/frame.h"
#include "registry/core/party_file.h"
#include "registry/service/reading.h"
#include "registry/service/record_reply.h"

#define RECORDS_MOST 500u
#define ROWS_OCTETS (FRAME_REPLY_LIMIT - 65536u) /* of a reply, which has a few more of its own */
#define ROW_HEAD 6u                              /* octets of a row's tag and length */
#define ROWS_BUDGET (4 * FRAME_REPLY_LIMIT)      /* while the reply is made: structs are wider */
#define PURPOSE_OCTETS 500u

/* Who may see what has ended, and says why: those who file it, those who work on cases, and auditors. */
#define ROLES_INSIDE (ROLE_RECORDER | ROLES_OF_CASES | ROLE_AUDITOR)

struct listing {
        struct call *call;
        struct arena *arena;        /* of the reply */
        struct policy *policy;      /* in force: by it a record is over or not */
        bool has_ended;             /* one of those listed has */
        Qcr__Records records;
        Qcr__RecordRow *rows[RECORDS_MOST];
};

/* Was it taken back, or is its time over? */
static bool is_ended(const struct listing *listing, const struct record *record)
{
        struct grade_record facts = party_file_facts(record);
        struct day end = inputs_record_end(&facts, listing->policy);

        return strcmp(record->state, "active") != 0 ||
               (!day_is_none(end) && !day_is_before(listing->call->today, end));
}

/* False: a reply has no room for it, nor for those behind it. */
static bool add_row(struct listing *listing, const struct record_row *stored, size_t *octets)
{
        Qcr__RecordRow *row = record_reply(listing->arena, stored);

        *octets += row ? qcr__record_row__get_packed_size(row) + ROW_HEAD : 0;
        if (!row || *octets > ROWS_OCTETS || listing->records.n_record == RECORDS_MOST)
                return false;
        listing->rows[listing->records.n_record++] = row;
        return true;
}

/* As many as a reply can carry, newest first, and whether there are more. False: one cannot be read. */
static bool add_rows(struct listing *listing, const PGresult *result)
{
        struct call *call = listing->call;
        size_t octets = 0;

        for (int i = 0; i < PQntuples(result); i++) {
                struct record_row stored;
                bool has_ended;

                if (cell_is_null(result, i, 0))
                        continue;
                if (!records_from_row(result, i, call->code, &stored))
                        return false;
                has_ended = is_ended(listing, &stored.record);
                if (has_ended && !(call->roles & ROLES_INSIDE))
                        continue;
                listing->has_ended = listing->has_ended || has_ended;
                listing->records.truncated = !add_row(listing, &stored, &octets);
                if (listing->records.truncated)
                        return true;
        }
        /* Of those that were left out nobody knows how many are behind. */
        listing->records.truncated = PQntuples(result) > (int)RECORDS_MOST;
        return true;
}

static bool load_policy(struct listing *listing, struct fault *why)
{
        struct glance *glance = &listing->call->service->glance;
        bool is_read;

        listing->policy = call_alloc(listing->call, sizeof(*listing->policy));
        if (!glance_begin(glance, why))
                return false;
        is_read = glance_policy(glance, listing->policy, why);
        glance_end(glance);
        return is_read;
}

static void reply_listing(struct listing *listing, const PGresult *result)
{
        struct call *call = listing->call;
        Qcr__Reply reply = QCR__REPLY__INIT;
        CLEANUP(arena) struct arena arena;

        arena_init(&arena, ROWS_BUDGET);
        listing->arena = &arena;
        if (!add_rows(listing, result)) {
                call_fail_with(call, RESULT_STORE_UNAVAILABLE);
                return;
        }
        if (listing->has_ended && !call->purpose) {
                failure_set_field(&call->failure, RESULT_PURPOSE_MISSING, "purpose", slice_of(NULL, 0),
                        "purpose: this tells of records that have ended; say why you ask");
                call_fail(call);
                return;
        }
        if (!call_audit(call, "found"))
                return;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_RECORDS;
        reply.records = &listing->records;
        call_reply(call, &reply);
}

static void on_rows(struct call *call, const PGresult *result)
{
        struct listing *listing;
        struct fault why;

        /* The first row says whether there is such an enterprise; it has no record of its own. */
        if (PQntuples(result) == 0) {
                failure_set_field(&call->failure, RESULT_PARTY_UNKNOWN, "code", slice_text(call->code),
                        "code: no enterprise of this code is registered");
                if (call_audit(call, "not-found"))
                        call_fail(call);
                return;
        }
        listing = call_alloc(call, sizeof(*listing));
        listing->call = call;
        qcr__records__init(&listing->records);
        listing->records.record = listing->rows;
        if (!load_policy(listing, &why)) {
                call_fail_fault(call, &why);
                return;
        }
        reply_listing(listing, result);
}

void record_list_run(struct call *call)
{
        const Qcr__RecordList *message = call->message->record_list;
        struct fields fields = call_fields(call);
        struct org_code code;
        struct query query;
        const char *purpose;

        fields_code(&fields, "code", &message->code, &code);
        purpose =
                fields_optional(&fields, "purpose", message->has_purpose, &message->purpose, PURPOSE_OCTETS);
        call->purpose = *purpose ? purpose : NULL;
        if (fields.failed) {
                call_fail(call);
                return;
        }
        call->code = call_text(call, slice_text(code.text));
        records_list_query(&query, code.subject, code.text, RECORDS_MOST + 1);
        reading_ask(call, &query, on_rows);
}
