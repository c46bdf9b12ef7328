/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The records of one enterprise, from the store: the newest version of each, withdrawn ones included.
 */
#include "proto/frame.h"
#include "registry/service/reading.h"
#include "registry/service/record_reply.h"

#define RECORDS_MOST 500u
#define ROWS_OCTETS (FRAME_REPLY_LIMIT - 65536u) /* of a reply, which has a few more of its own */
#define ROW_HEAD 6u                              /* octets of a row's tag and length */
#define ROWS_BUDGET (4 * FRAME_REPLY_LIMIT)      /* while the reply is made: structs are wider */
#define PURPOSE_OCTETS 500u

/* As many as a reply can carry, newest first, and whether there are more. False: one cannot be read. */
static bool add_rows(struct call *call, const PGresult *result, struct arena *arena, Qcr__Records *ret)
{
        size_t octets = 0;

        for (int i = 0; i < PQntuples(result); i++) {
                struct record_row stored;
                Qcr__RecordRow *row;

                if (cell_is_null(result, i, 0))
                        continue;
                if (!records_from_row(result, i, call->code, &stored))
                        return false;
                row = record_reply(arena, &stored);
                octets += row ? qcr__record_row__get_packed_size(row) + ROW_HEAD : 0;
                ret->truncated = !row || octets > ROWS_OCTETS || ret->n_record == RECORDS_MOST;
                if (ret->truncated)
                        return true;
                ret->record[ret->n_record++] = row;
        }
        return true;
}

static void on_rows(struct call *call, const PGresult *result)
{
        Qcr__Records records = QCR__RECORDS__INIT;
        Qcr__Reply reply = QCR__REPLY__INIT;
        CLEANUP(arena) struct arena arena;
        Qcr__RecordRow *rows[RECORDS_MOST];

        arena_init(&arena, ROWS_BUDGET);
        /* The first row says whether there is such an enterprise; it has no record of its own. */
        if (PQntuples(result) == 0) {
                failure_set_field(&call->failure, RESULT_PARTY_UNKNOWN, "code", slice_text(call->code),
                        "code: no enterprise of this code is registered");
                if (call_audit(call, "not-found"))
                        call_fail(call);
                return;
        }
        records.record = rows;
        if (!add_rows(call, result, &arena, &records)) {
                call_fail_with(call, RESULT_STORE_UNAVAILABLE);
                return;
        }
        if (!call_audit(call, "found"))
                return;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_RECORDS;
        reply.records = &records;
        call_reply(call, &reply);
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
