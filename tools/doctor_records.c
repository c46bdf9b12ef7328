/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on credit records: each version's hash is computed again from its columns and words, and
 * somebody's signature must stand behind that hash: a chunk's root (tools/doctor_runs), the entry of its
 * filing, or an approval of exactly this change.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/text.h"
#include "qcr.pb-c.h"
#include "registry/core/org_code.h"
#include "registry/core/record.h"
#include "registry/core/record_detail.h"
#include "tools/doctor.h"

#define REQUEST_ARENA (1024u * 1024)

enum column {
        SUBJECT,
        AUTHORITY,
        DOCUMENT_NORM,
        TYPE,
        VERSION,
        STATE,
        DOMAIN_WORD,
        DOCUMENT,
        KINDS,
        SEVERITY,
        FINE,
        CONFISCATED,
        DECIDED_ON,
        PUBLICITY_FILE,
        PUBLICITY_COMPUTED,
        SOURCE,
        CONTENT_HASH,
        ORDINAL,
        AUTHORITY_NAME,
        PARTY_NAME,
        CONDUCT,
        FACTS,
        BASIS,
        PENALTY,
        CONTENT,
        LICENCE,
        REMARK,
        RESULT,
        CERTIFICATE,
        VALID_THROUGH,
        DETAILS,
        RUN,
        RUN_SERIAL_FITS,
        ENTRY_KIND,
        ENTRY_SUBJECT,
        ENTRY_COMMITS,
        APPROVED_KIND,
        APPROVED_REQUEST,
        HELD_HASH,
};

static const char records_sql[] =
        "SELECT r.subject, r.authority_code, r.document_norm, r.type, r.version, r.state, r.domain, "
        "r.document, r.kinds,"
        " r.severity, r.fine_fen, r.confiscated_fen, r.decided_on, r.publicity_file, r.publicity_computed, "
        "r.source_code,"
        " r.content_hash, r.ordinal, b.authority_name, b.party_name, b.conduct, b.facts, b.basis, b.penalty, "
        "b.content,"
        " b.licence, b.remark, r.result, r.certificate, r.valid_through, b.details, r.run_id,"
        " c.serial = r.serial, e.kind, e.subject,"
        " position('content ' || encode(r.content_hash, 'hex') IN convert_from(e.body, 'UTF8')) > 0,"
        " p.kind, x.request, w.row_hash"
        " FROM qcr.record r"
        " LEFT JOIN qcr.record_body b USING (subject, authority_code, document_norm, type, version)"
        " LEFT JOIN qcr.run_chunk c ON c.run_id = r.run_id AND c.chunk = r.chunk"
        " LEFT JOIN qcr.ledger_body e ON e.serial = r.serial AND r.run_id IS NULL"
        " LEFT JOIN qcr.approval a ON a.serial = r.serial AND a.outcome = 'approved' AND r.run_id IS NULL"
        " LEFT JOIN qcr.proposal p ON p.serial = a.proposal_serial AND p.item = a.proposal_item AND "
        "p.subject = r.subject"
        " LEFT JOIN qcr.act x ON x.serial = p.serial"
        " LEFT JOIN qcr.run_chunk pc ON pc.serial = p.serial"
        " LEFT JOIN qcr.waiting_row w ON w.subject = p.subject AND w.run_id = pc.run_id AND w.row_no = p.item"
        " ORDER BY r.subject, r.authority_code, r.document_norm, r.type, r.version";

struct records {
        struct doctor *doctor;
        char key[DOCTOR_KEY];
        char identity[DOCTOR_KEY]; /* of the version before: key without its number */
        int64_t ordinal;           /* its ordinal */
        uint8_t withdrawn[32];     /* the hash it would have if it were withdrawn, or repaired */
        uint8_t repaired[32];
        struct buffer request;
};

static bool read_record(const PGresult *row, struct record *ret)
{
        *ret = (struct record){
                .subject = cell_text(row, 0, SUBJECT),
                .authority_code = cell_text(row, 0, AUTHORITY),
                .document = cell_text(row, 0, DOCUMENT),
                .document_norm = cell_text(row, 0, DOCUMENT_NORM),
                .state = cell_text(row, 0, STATE),
                .domain = cell_text(row, 0, DOMAIN_WORD),
                .kinds = (uint16_t)cell_number(row, 0, KINDS),
                .severity = (uint8_t)cell_number(row, 0, SEVERITY),
                .fine_fen = cell_number(row, 0, FINE),
                .confiscated_fen = cell_number(row, 0, CONFISCATED),
                .decided_on = cell_day(row, 0, DECIDED_ON),
                .publicity_file = cell_day(row, 0, PUBLICITY_FILE),
                .publicity_computed = cell_day(row, 0, PUBLICITY_COMPUTED),
                .source_code = cell_text(row, 0, SOURCE),
                .authority_name = cell_text(row, 0, AUTHORITY_NAME),
                .party_name = cell_text(row, 0, PARTY_NAME),
                .conduct = cell_text(row, 0, CONDUCT),
                .facts = cell_text(row, 0, FACTS),
                .basis = cell_text(row, 0, BASIS),
                .penalty = cell_text(row, 0, PENALTY),
                .content = cell_text(row, 0, CONTENT),
                .licence = cell_text(row, 0, LICENCE),
                .remark = cell_text(row, 0, REMARK),
                .valid_through = cell_day(row, 0, VALID_THROUGH),
                .details = cell_text(row, 0, DETAILS),
        };
        return record_type_of_word(slice_text(cell_text(row, 0, TYPE)), &ret->type) &&
               record_result_of_word(slice_text(cell_text(row, 0, RESULT)), &ret->result);
}

/* The table takes any word of a certificate; false if it is none that the registry writes. */
static bool read_certificate(const PGresult *row, struct record *ret)
{
        const char *word = cell_text(row, 0, CERTIFICATE);

        return !*word || (certificate_kind_of_word(slice_text(word), &ret->certificate) &&
                                 ret->certificate != CERTIFICATE_NONE);
}

/* The hash the version would have if its record ended so. */
static void hash_ended(const struct record *record, const char *state, uint8_t ret[32])
{
        struct record ended = *record;

        ended.state = state;
        record_hash(&ended, ret);
}

/*
 * May its fields stand together? Of the time before there were results and details, records want what their types need
 * today; what they do have stands where it may.
 */
static bool is_sound(const struct record *record)
{
        enum record_flaw flaw = record_check(record);

        if (record->type == RECORD_PENALTY || record_is_extended(record))
                return !flaw;
        return !flaw || flaw == RECORD_DETAILS || record_flaw_is_missing(flaw);
}

/* ------------------------------------------------------------------------ approvals */

static const char *text_of(struct arena *arena, ProtobufCBinaryData data)
{
        const char *text = arena_text(arena, slice_of(data.data, data.len));

        return text ? text : "";
}

static struct day day_of_data(ProtobufCBinaryData data)
{
        struct day day;

        return day_parse(slice_of(data.data, data.len), &day) ? day : DAY_NONE;
}

static bool is_of_subject(ProtobufCBinaryData code, const char *subject)
{
        struct org_code_report report;
        struct org_code parsed;

        return !org_code_parse(slice_of(code.data, code.len), &parsed, &report) &&
               strcmp(parsed.subject, subject) == 0;
}

/* The canonical lines of the details a request gives; "" if they are none of that type's. */
static const char *details_of(struct arena *arena, const Qcr__Record *message, enum record_type type)
{
        CLEANUP(buffer) struct buffer lines = BUFFER_INIT;
        struct record_detail_value values[RECORD_DETAILS_MAX];
        struct slice name;
        const char *kept;

        if (message->n_detail > RECORD_DETAILS_MAX)
                return "";
        for (size_t i = 0; i < message->n_detail; i++) {
                const Qcr__RecordDetail *detail = message->detail[i];

                values[i].name = slice_of(detail->name.data, detail->name.len);
                values[i].value = slice_of(detail->value.data, detail->value.len);
        }
        if (record_details_format(type, values, message->n_detail, &lines, &name))
                return "";
        kept = arena_text(arena, buffer_slice(&lines));
        return kept ? kept : "";
}

static void put_outcome(struct arena *arena, const Qcr__Record *message, struct record *record)
{
        record->result = RECORD_RESULT_NONE;
        record->certificate = CERTIFICATE_NONE;
        if (message->has_result &&
                !record_result_of_word(slice_of(message->result.data, message->result.len), &record->result))
                record->result = RECORD_RESULT_NONE;
        if (message->has_certificate &&
                !certificate_kind_of_word(
                        slice_of(message->certificate.data, message->certificate.len), &record->certificate))
                record->certificate = CERTIFICATE_NONE;
        record->valid_through = message->has_valid_through ? day_of_data(message->valid_through) : DAY_NONE;
        record->details = details_of(arena, message, record->type);
}

/* The stored record with everything a request can say put to what this one says. */
static void put_request(struct arena *arena, const Qcr__Record *message, struct record *record)
{
        enum penalty_kind kind;

        record->party_name = text_of(arena, message->name);
        record->domain = text_of(arena, message->domain);
        record->authority_name = text_of(arena, message->authority_name);
        record->document = text_of(arena, message->document);
        record->kinds = 0;
        for (size_t i = 0; i < message->n_kind; i++)
                if (penalty_kind_of_word(slice_of(message->kind[i].data, message->kind[i].len), &kind))
                        record->kinds |= PENALTY_BIT(kind);
        record->severity = message->has_severity ? (uint8_t)message->severity : 0;
        record->fine_fen = message->has_fine_fen ? (int64_t)message->fine_fen : 0;
        record->confiscated_fen = message->has_confiscated_fen ? (int64_t)message->confiscated_fen : 0;
        record->decided_on = day_of_data(message->decided_on);
        record->publicity_file = message->has_publicity_end ? day_of_data(message->publicity_end) : DAY_NONE;
        record->conduct = message->has_conduct ? text_of(arena, message->conduct) : "";
        record->facts = message->has_facts ? text_of(arena, message->facts) : "";
        record->basis = message->has_basis ? text_of(arena, message->basis) : "";
        record->penalty = message->has_penalty ? text_of(arena, message->penalty) : "";
        record->content = message->has_content ? text_of(arena, message->content) : "";
        record->licence = message->has_licence ? text_of(arena, message->licence) : "";
        record->remark = message->has_remark ? text_of(arena, message->remark) : "";
        put_outcome(arena, message, record);
}

/* Was it typed as it is stored, or so that it is stored like that? */
static bool is_of_authority(ProtobufCBinaryData code, const char *stored)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
        struct slice typed = slice_of(code.data, code.len);

        return slice_equal(typed, slice_text(stored)) ||
               (record_authority_normalise(typed, &norm) && strcmp(buffer_text(&norm), stored) == 0);
}

static bool is_correction_of(struct arena *arena, const Qcr__Request *request, const struct record *stored,
        const uint8_t hash[32])
{
        struct record record = *stored;
        enum record_type type;
        uint8_t computed[32];

        if (request->operation_case != QCR__REQUEST__OPERATION_RECORD_FILE)
                return false;
        put_request(arena, request->record_file->record, &record);
        record_hash(&record, computed);
        return memcmp(computed, hash, 32) == 0 &&
               is_of_authority(request->record_file->record->authority_code, stored->authority_code) &&
               is_of_subject(request->record_file->record->code, stored->subject) &&
               record_type_of_word(slice_text(text_of(arena, request->record_file->record->type)), &type) &&
               type == stored->type;
}

static bool is_ending_of(
        struct arena *arena, const Qcr__Request *request, const struct record *stored, bool is_repair)
{
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        const Qcr__RecordWithdraw *message = request->record_withdraw;

        return request->operation_case == QCR__REQUEST__OPERATION_RECORD_WITHDRAW &&
               (message->has_repair && message->repair) == is_repair &&
               is_of_subject(message->code, stored->subject) &&
               is_of_authority(message->authority_code, stored->authority_code) &&
               strcmp(text_of(arena, message->type), record_type_word(stored->type)) == 0 &&
               record_document_normalise(
                       slice_of(message->document.data, message->document.len), &document) &&
               strcmp(buffer_text(&document), stored->document_norm) == 0;
}

/* Is this version what the approved proposal asked for? NULL: yes. */
static const char *check_approved(struct records *records, const PGresult *row, const struct record *record,
        const uint8_t hash[32], bool follows)
{
        CLEANUP(arena) struct arena arena;
        ProtobufCAllocator allocator;
        const Qcr__Request *request;
        const char *kind = cell_text(row, 0, APPROVED_KIND);
        uint8_t held[32];

        arena_init(&arena, REQUEST_ARENA);
        if (strcmp(kind, "held-accept") == 0)
                return cell_octets(row, 0, HELD_HASH, held, 32) && memcmp(held, hash, 32) == 0
                               ? NULL : "is not the row that was accepted";
        buffer_clear(&records->request);
        if (cell_is_null(row, 0, APPROVED_REQUEST) ||
                !cell_bytes(row, 0, APPROVED_REQUEST, &records->request))
                return "the approved proposal has no act";
        text_allocator_init(&allocator, &arena);
        request = qcr__request__unpack(&allocator, records->request.length, records->request.data);
        if (!request)
                return "the approved proposal cannot be read";
        if (strcmp(kind, "record-correct") == 0)
                return is_correction_of(&arena, request, record, hash)
                               ? NULL
                               : "is not the correction that was approved";
        if (strcmp(kind, "record-withdraw") == 0)
                return follows && memcmp(records->withdrawn, hash, 32) == 0 &&
                                       is_ending_of(&arena, request, record, false)
                               ? NULL
                               : "is not the withdrawal that was approved";
        if (strcmp(kind, "record-repair") == 0)
                return follows && memcmp(records->repaired, hash, 32) == 0 &&
                                       is_ending_of(&arena, request, record, true)
                               ? NULL
                               : "is not the repair that was approved";
        return "was inserted: the approval is about something else";
}

/* ------------------------------------------------------------------------- versions */

static const char *check_backing(struct records *records, const PGresult *row, const struct record *record,
        const uint8_t hash[32], bool follows)
{
        if (!cell_is_null(row, 0, RUN))
                return cell_bool(row, 0, RUN_SERIAL_FITS) ? NULL
                                                          : "serial was changed: its chunk has another";
        if (cell_is_null(row, 0, ENTRY_KIND))
                return "was inserted: no entry of the ledger filed it";
        if (strcmp(cell_text(row, 0, ENTRY_SUBJECT), record->subject) != 0)
                return "was inserted: its entry is about another enterprise";
        if (strcmp(cell_text(row, 0, ENTRY_KIND), "record-file") == 0)
                return cell_bool(row, 0, ENTRY_COMMITS)
                               ? NULL
                               : "was inserted or changed: its entry filed something else";
        if (strcmp(cell_text(row, 0, ENTRY_KIND), "approval") == 0 && !cell_is_null(row, 0, APPROVED_KIND))
                return check_approved(records, row, record, hash, follows);
        return "was inserted: its entry is about something else";
}

/* Filed when codes were kept as they were typed: typed in their one form it is another record's. */
static void look_at_authority(struct records *records, const struct record *record)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;

        if (!record_authority_normalise(slice_text(record->authority_code), &norm))
                doctor_warn(records->doctor, records->key, "authority_code is none that could be filed today");
        else if (strcmp(buffer_text(&norm), record->authority_code) != 0)
                doctor_warn(records->doctor, records->key,
                        "authority_code is written %s today: filed again, the document is another record",
                        buffer_text(&norm));
}

static bool take_record(void *closure, const PGresult *row, struct fault *why)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
        struct records *records = closure;
        struct doctor *doctor = records->doctor;
        char identity[DOCTOR_KEY];
        uint8_t stored[32], computed[32];
        struct record record;
        const char *reason;
        bool follows;

        if (!read_record(row, &record) || !cell_octets(row, 0, CONTENT_HASH, stored, 32))
                return fault_set(why, FAULT_INPUT, "qcr.record: a row cannot be read");
        doctor->records++;
        doctor_key(identity, "%s %s %s %s", record.subject, record.authority_code, record.document_norm,
                record_type_word(record.type));
        doctor_key(records->key, "%.350s v%s", identity, cell_text(row, 0, VERSION));
        follows = strcmp(identity, records->identity) == 0;
        if (!read_certificate(row, &record))
                doctor_find(doctor, "record", records->key, "was changed: there is no certificate '%s'",
                        cell_text(row, 0, CERTIFICATE));
        record_hash(&record, computed);
        if (cell_is_null(row, 0, AUTHORITY_NAME))
                doctor_find(doctor, "record_body", records->key, "is missing");
        else if (memcmp(stored, computed, 32) != 0)
                doctor_find(doctor, "record", records->key,
                        "was changed: a column or a word of record_body is not what was "
                        "hashed");
        else if (!is_sound(&record))
                doctor_find(doctor, "record", records->key, "has fields that its type has not, or wants one");
        if (!record_document_normalise(slice_text(record.document), &norm) ||
                strcmp(buffer_text(&norm), record.document_norm) != 0)
                doctor_find(doctor, "record", records->key, "document_norm is not its document's");
        if (!follows)
                look_at_authority(records, &record);
        if (follows && records->ordinal != cell_number(row, 0, ORDINAL))
                doctor_find(doctor, "record", records->key, "ordinal was changed between versions");
        reason = check_backing(records, row, &record, stored, follows);
        if (reason)
                doctor_find(doctor, "record", records->key, "%s", reason);
        snprintf(records->identity, sizeof(records->identity), "%s", identity);
        records->ordinal = cell_number(row, 0, ORDINAL);
        hash_ended(&record, "withdrawn", records->withdrawn);
        hash_ended(&record, "repaired", records->repaired);
        return true;
}

static bool take_missing(void *closure, const PGresult *row, struct fault *why)
{
        (void)why;
        doctor_find(closure, "record", cell_text(row, 0, 0), "is missing: entry %s approved %s",
                cell_text(row, 0, 1), cell_text(row, 0, 2));
        return true;
}

bool doctor_records(struct doctor *doctor, struct fault *why)
{
        struct records records = {.doctor = doctor};
        struct query query;
        bool done;

        query_init(&query, records_sql);
        done = link_each(doctor->link, &query, take_record, &records, why);
        buffer_done(&records.request);
        if (!done)
                return false;
        query_init(&query,
                "SELECT p.subject, a.serial, p.kind FROM qcr.approval a JOIN qcr.proposal p"
                " ON (p.serial, p.item) = (a.proposal_serial, a.proposal_item) WHERE a.outcome = 'approved'"
                " AND p.kind IN ('record-withdraw', 'record-repair', 'record-correct', 'held-accept')"
                " AND NOT EXISTS (SELECT FROM qcr.record r"
                " WHERE r.subject = p.subject AND r.serial = a.serial)");
        return link_each(doctor->link, &query, take_missing, doctor, why);
}
