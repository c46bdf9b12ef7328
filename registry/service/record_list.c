/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The records of one enterprise, from the store: the newest version of each, withdrawn ones included.
 */
#include "registry/service/reading.h"
#include "registry/store/records.h"

#define RECORDS_MOST 500u
#define PURPOSE_OCTETS 500u

static void add_kinds(struct call *call, Qcr__RecordRow *row, uint16_t kinds)
{
        row->kind = call_alloc(call, PENALTY_KINDS * sizeof(*row->kind));
        for (unsigned i = 0; i < PENALTY_KINDS; i++)
                if (kinds & PENALTY_BIT(i))
                        row->kind[row->n_kind++] = call_data_text(penalty_kind_word((enum penalty_kind)i));
}

static ProtobufCBinaryData day_data(struct call *call, struct day day)
{
        char text[DAY_TEXT];

        day_format(day, text);
        return call_data_text(call_text(call, slice_text(text)));
}

static struct day shown_end(const struct record *record)
{
        if (day_is_none(record->publicity_file))
                return record->publicity_computed;
        if (!day_is_none(record->publicity_computed) &&
                day_is_before(record->publicity_computed, record->publicity_file))
                return record->publicity_computed;
        return record->publicity_file;
}

/* Texts stay in the result, which lives until the reply is encoded. */
static Qcr__RecordRow *row_of(struct call *call, const struct record_row *stored)
{
        const struct record *record = &stored->record;
        Qcr__RecordRow *row = call_alloc(call, sizeof(*row));
        struct day end = shown_end(record);

        qcr__record_row__init(row);
        row->type = call_data_text(record_type_word(record->type));
        row->authority_code = call_data_text(record->authority_code);
        row->authority_name = call_data_text(record->authority_name);
        row->document = call_data_text(record->document);
        row->domain = call_data_text(record->domain);
        add_kinds(call, row, record->kinds);
        row->fine_fen = (uint64_t)record->fine_fen;
        row->confiscated_fen = (uint64_t)record->confiscated_fen;
        row->decided_on = day_data(call, record->decided_on);
        row->has_publicity_end = !day_is_none(end);
        if (row->has_publicity_end)
                row->publicity_end = day_data(call, end);
        row->state = call_data_text(record->state);
        row->version = stored->version;
        row->serial = stored->serial;
        return row;
}

static void on_rows(struct call *call, const PGresult *result)
{
        Qcr__Records records = QCR__RECORDS__INIT;
        Qcr__Reply reply = QCR__REPLY__INIT;
        int count = PQntuples(result);

        /* The first row says whether there is such an enterprise; it has no record of its own. */
        if (count == 0) {
                failure_set_field(&call->failure, RESULT_PARTY_UNKNOWN, "code", slice_text(call->code),
                        "code: no enterprise of this code is registered");
                if (call_audit(call, "not-found"))
                        call_fail(call);
                return;
        }
        records.record = call_alloc(call, (size_t)count * sizeof(*records.record));
        for (int i = 0; i < count && records.n_record < RECORDS_MOST; i++) {
                struct record_row row;

                if (cell_is_null(result, i, 0))
                        continue;
                if (!records_from_row(result, i, call->code, &row)) {
                        call_fail_with(call, RESULT_STORE_UNAVAILABLE);
                        return;
                }
                records.record[records.n_record++] = row_of(call, &row);
        }
        records.truncated = (unsigned)count > RECORDS_MOST;
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
