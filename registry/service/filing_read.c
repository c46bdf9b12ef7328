/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A record as somebody filed it: each field by itself, then whether they may stand together. */
#include "registry/service/filing.h"

#include <inttypes.h>
#include <stdio.h>

#include "registry/core/domain_table.h"
#include "registry/core/personal_number.h"
#include "registry/core/record_detail.h"

/*
 * Ten thousand times the largest fine the market regulator ever imposed; above it is a slip of the
 * keyboard.
 */
#define AMOUNT_MOST_FEN (INT64_C(1000000000000) * 100)

static enum record_type read_type(struct fields *fields, const ProtobufCBinaryData *data)
{
        const char *word = fields_text(fields, "type", data, FILING_WORD_OCTETS);
        enum record_type type = RECORD_PENALTY;

        if (!fields->failed && !record_type_of_word(slice_text(word), &type))
                fields_refuse(fields, RESULT_FIELD_INVALID, "type", slice_text(word), "not a type of record");
        return type;
}

static const char *read_domain(struct fields *fields, const ProtobufCBinaryData *data)
{
        const char *word = fields_text(fields, "domain", data, FILING_WORD_OCTETS);
        const char *domain = domain_word(slice_text(word));

        if (!domain)
                fields_refuse(fields, RESULT_FIELD_INVALID, "domain", slice_text(word),
                        "one of product, engineering, service, environment");
        return domain;
}

static uint16_t read_kinds(struct fields *fields, const Qcr__Record *message)
{
        uint16_t kinds = 0;

        if (message->n_kind > PENALTY_KINDS)
                fields_refuse(fields, RESULT_FIELD_INVALID, "kind", slice_of(NULL, 0), "more than there are");
        for (size_t i = 0; i < message->n_kind && !fields->failed; i++) {
                const char *word = fields_text(fields, "kind", &message->kind[i], FILING_WORD_OCTETS);
                enum penalty_kind kind;

                if (penalty_kind_of_word(slice_text(word), &kind))
                        kinds |= PENALTY_BIT(kind);
                else
                        fields_refuse(fields, RESULT_FIELD_INVALID, "kind", slice_text(word),
                                "not a kind of penalty");
        }
        return kinds;
}

/* A number as a failure says it back. */
static struct slice number_text(struct fields *fields, uint64_t number)
{
        char digits[24];
        int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);

        return arena_copy(fields->arena, slice_of(digits, (size_t)length));
}

static int64_t read_amount(struct fields *fields, const char *name, bool has, uint64_t fen)
{
        if (!has)
                return 0;
        if (fen > AMOUNT_MOST_FEN)
                fields_refuse(fields, RESULT_FIELD_INVALID, name, number_text(fields, fen),
                        "too large to be an amount in fen");
        return fields->failed ? 0 : (int64_t)fen;
}

const char *filing_read_authority(struct fields *fields, const ProtobufCBinaryData *data)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
        const char *text = fields_text(fields, "authority_code", data, FILING_AUTHORITY_OCTETS);
        const char *kept;

        if (fields->failed)
                return "";
        if (!record_authority_normalise(slice_text(text), &norm)) {
                fields_refuse(fields, RESULT_FIELD_INVALID, "authority_code", slice_text(text),
                        "neither an organization code nor a number of letters, digits and -._");
                return "";
        }
        kept = arena_text(fields->arena, buffer_slice(&norm));
        return kept ? kept : "";
}

const char *filing_read_document(struct fields *fields, const char *text)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
        const char *kept;

        if (fields->failed)
                return "";
        if (!record_document_normalise(slice_text(text), &norm) || norm.length == 0) {
                fields_refuse(
                        fields, RESULT_FIELD_INVALID, "document", slice_text(text), "not a document number");
                return "";
        }
        kept = arena_text(fields->arena, buffer_slice(&norm));
        return kept ? kept : "";
}

static void read_days(struct fields *fields, const Qcr__Record *message, struct day today, struct record *ret)
{
        ret->decided_on = fields_day(fields, "decided_on", &message->decided_on);
        ret->publicity_file = message->has_publicity_end
                                      ? fields_day(fields, "publicity_end", &message->publicity_end)
                                      : DAY_NONE;
        if (fields->failed)
                return;
        if (day_is_before(today, ret->decided_on))
                fields_refuse(fields, RESULT_DATE_IN_FUTURE, "decided_on",
                        slice_of(message->decided_on.data, message->decided_on.len), "after today (UTC+8)");
        if (!day_is_none(ret->publicity_file) && day_is_before(ret->publicity_file, ret->decided_on))
                fields_refuse(fields, RESULT_FIELD_INVALID, "publicity_end",
                        slice_of(message->publicity_end.data, message->publicity_end.len),
                        "before the decision");
}

static void read_outcome(struct fields *fields, const Qcr__Record *message, struct record *ret)
{
        const char *result =
                fields_optional(fields, "result", message->has_result, &message->result, FILING_WORD_OCTETS);
        const char *certificate = fields_optional(
                fields, "certificate", message->has_certificate, &message->certificate, FILING_WORD_OCTETS);

        if (!record_result_of_word(slice_text(result), &ret->result))
                fields_refuse(fields, RESULT_FIELD_INVALID, "result", slice_text(result), "pass or fail");
        if (*certificate && (!certificate_kind_of_word(slice_text(certificate), &ret->certificate) ||
                                    ret->certificate == CERTIFICATE_NONE))
                fields_refuse(fields, RESULT_FIELD_INVALID, "certificate", slice_text(certificate),
                        "not a kind of certificate");
        ret->valid_through = message->has_valid_through
                                     ? fields_day(fields, "valid_through", &message->valid_through)
                                     : DAY_NONE;
        if (message->has_severity && message->severity > SEVERITY_LAST)
                fields_refuse(fields, RESULT_FIELD_INVALID, "severity", number_text(fields, message->severity),
                        record_flaw_text(RECORD_SEVERITY_UNKNOWN));
        ret->severity = message->has_severity && !fields->failed ? (uint8_t)message->severity : SEVERITY_NONE;
}

/* The registry has no use for them, and what must not be known is not said back. */
static void refuse_personal(struct fields *fields, const char *name, const char *text)
{
        CLEANUP(buffer) struct buffer masked = BUFFER_INIT;

        if (!fields->failed && personal_mask(slice_text(text), PERSONAL_IDENTITY | PERSONAL_MOBILE, &masked) > 0)
                fields_refuse(fields, RESULT_FIELD_INVALID, name, slice_of(NULL, 0),
                        "contains an identity number or a mobile number");
}

/* The name of a detail as a failure has it: `detail.batch`. */
static const char *detail_field(struct fields *fields, struct slice name)
{
        CLEANUP(buffer) struct buffer field = BUFFER_INIT;
        const char *kept;

        buffer_add_text(&field, "detail.");
        buffer_add_slice(&field, name);
        kept = arena_text(fields->arena, buffer_slice(&field));
        return kept ? kept : "detail";
}

static void refuse_detail(struct fields *fields, enum record_type type, enum record_detail_flaw flaw,
        struct slice name, const struct record_detail_value *values, size_t count)
{
        CLEANUP(buffer) struct buffer why = BUFFER_INIT;
        struct slice value = slice_of(NULL, 0);

        for (size_t i = 0; i < count; i++)
                if (slice_equal(values[i].name, name))
                        value = values[i].value;
        if (flaw == DETAIL_VALUE)
                record_detail_describe(record_detail_find(type, name), &why);
        else
                buffer_add_text(&why, record_detail_flaw_text(flaw));
        fields_refuse(fields, flaw == DETAIL_MISSING ? RESULT_FIELD_MISSING : RESULT_FIELD_INVALID,
                detail_field(fields, name), value, buffer_text(&why));
}

static const char *read_details(struct fields *fields, const Qcr__Record *message, enum record_type type)
{
        CLEANUP(buffer) struct buffer lines = BUFFER_INIT;
        struct record_detail_value values[RECORD_DETAILS_MAX];
        enum record_detail_flaw flaw;
        struct slice name;
        const char *kept;

        if (message->n_detail > RECORD_DETAILS_MAX)
                fields_refuse(fields, RESULT_FIELD_INVALID, "detail", slice_of(NULL, 0), "more than a type has");
        for (size_t i = 0; i < message->n_detail && !fields->failed; i++) {
                const Qcr__RecordDetail *detail = message->detail[i];
                const struct record_detail *known;
                const char *field, *value;

                values[i].name = slice_text(fields_text(fields, "detail", &detail->name, FILING_WORD_OCTETS));
                field = detail_field(fields, values[i].name);
                value = fields_text(fields, field, &detail->value, RECORD_DETAIL_OCTETS);
                known = record_detail_find(type, values[i].name);
                if (known && known->form == DETAIL_TEXT)
                        refuse_personal(fields, field, value);
                values[i].value = slice_text(value);
        }
        if (fields->failed || message->n_detail == 0)
                return ""; /* whether any are needed: filing_check_complete() */
        flaw = record_details_format(type, values, message->n_detail, &lines, &name);
        if (flaw) {
                refuse_detail(fields, type, flaw, name, values, message->n_detail);
                return "";
        }
        kept = arena_text(fields->arena, buffer_slice(&lines));
        return kept ? kept : "";
}

static struct slice octets_of(const ProtobufCBinaryData *data)
{
        return slice_of(data->data, data->len);
}

/* What was given for a field that cannot stand as it is. */
static struct slice value_of(struct fields *fields, const Qcr__Record *message, enum record_flaw flaw)
{
        switch (flaw) {
        case RECORD_KINDS_STRAY: return message->n_kind ? octets_of(&message->kind[0]) : slice_of(NULL, 0);
        case RECORD_SEVERITY_UNKNOWN:
        case RECORD_SEVERITY_STRAY: return number_text(fields, message->severity);
        case RECORD_FINE_STRAY: return number_text(fields, message->fine_fen);
        case RECORD_CONFISCATED_STRAY: return number_text(fields, message->confiscated_fen);
        case RECORD_RESULT_STRAY: return octets_of(&message->result);
        case RECORD_CERTIFICATE_STRAY: return octets_of(&message->certificate);
        case RECORD_VALIDITY_STRAY:
        case RECORD_VALIDITY_EARLY: return octets_of(&message->valid_through);
        case RECORD_SOUND:
        case RECORD_KINDS_MISSING:
        case RECORD_RESULT_MISSING:
        case RECORD_CERTIFICATE_MISSING:
        case RECORD_DETAILS: break; /* nothing was given */
        }
        return slice_of(NULL, 0);
}

/* Wants it only what types have had since there are details, and has nothing of it? */
static bool is_wanting(const struct record *record, enum record_flaw flaw)
{
        return record->type != RECORD_PENALTY && !record_is_extended(record) &&
               (flaw == RECORD_DETAILS || record_flaw_is_missing(flaw));
}

/* Details are wanting by the name of the first that is; of what is given, read_details() has said its part. */
static void refuse_details(struct fields *fields, enum record_type type)
{
        CLEANUP(buffer) struct buffer lines = BUFFER_INIT;
        struct slice name = slice_of(NULL, 0);
        enum record_detail_flaw flaw = record_details_format(type, NULL, 0, &lines, &name);

        if (flaw)
                refuse_detail(fields, type, flaw, name, NULL, 0);
}

static void refuse_flaw(
        struct fields *fields, const struct record *record, enum record_flaw flaw, struct slice value)
{
        if (flaw == RECORD_DETAILS)
                refuse_details(fields, record->type);
        else
                fields_refuse(fields, record_flaw_is_missing(flaw) ? RESULT_FIELD_MISSING : RESULT_FIELD_INVALID,
                        record_flaw_field(flaw), value, record_flaw_text(flaw));
}

static void check_together(struct fields *fields, const Qcr__Record *message, const struct record *record)
{
        enum record_flaw flaw = record_check(record);

        if (flaw && !is_wanting(record, flaw))
                refuse_flaw(fields, record, flaw, value_of(fields, message, flaw));
}

bool filing_check_complete(struct call *call, const struct record *record, const struct record *newest)
{
        struct fields fields = call_fields(call);
        enum record_flaw flaw = record_check(record);

        if (flaw && !(newest && !record_is_extended(newest)))
                refuse_flaw(&fields, record, flaw, slice_of(NULL, 0));
        return !fields.failed;
}

static const char *read_text(
        struct fields *fields, const char *name, protobuf_c_boolean has, const ProtobufCBinaryData *data)
{
        const char *text = fields_optional(fields, name, has, data, FILING_TEXT_OCTETS);

        refuse_personal(fields, name, text);
        return text;
}

static void read_words(struct fields *fields, const Qcr__Record *message, struct record *ret)
{
#define OPTIONAL(name) read_text(fields, #name, message->has_##name, &message->name)
        ret->conduct = OPTIONAL(conduct);
        ret->facts = OPTIONAL(facts);
        ret->basis = OPTIONAL(basis);
        ret->penalty = OPTIONAL(penalty);
        ret->content = OPTIONAL(content);
        ret->licence = OPTIONAL(licence);
        ret->remark = OPTIONAL(remark);
#undef OPTIONAL
}

bool filing_read(struct call *call, const Qcr__Record *message, struct record *ret, struct org_code *ret_code)
{
        struct fields fields = call_fields(call);
        const struct publicity *publicity = &call->service->publicity;

        *ret = (struct record){.state = "active"};
        fields_code(&fields, "code", &message->code, ret_code);
        ret->party_name = fields_name(&fields, "name", &message->name);
        ret->type = read_type(&fields, &message->type);
        ret->domain = read_domain(&fields, &message->domain);
        ret->authority_code = filing_read_authority(&fields, &message->authority_code);
        ret->authority_name = fields_name(&fields, "authority_name", &message->authority_name);
        ret->document = fields_text(&fields, "document", &message->document, FILING_DOCUMENT_OCTETS);
        ret->document_norm = filing_read_document(&fields, ret->document);
        ret->kinds = read_kinds(&fields, message);
        ret->fine_fen = read_amount(&fields, "fine_fen", message->has_fine_fen, message->fine_fen);
        ret->confiscated_fen = read_amount(
                &fields, "confiscated_fen", message->has_confiscated_fen, message->confiscated_fen);
        read_outcome(&fields, message, ret);
        read_days(&fields, message, call->today, ret);
        read_words(&fields, message, ret);
        ret->details = read_details(&fields, message, ret->type);
        if (!fields.failed)
                check_together(&fields, message, ret);
        if (fields.failed)
                return false;
        ret->subject = call_text(call, slice_text(ret_code->subject));
        ret->source_code = ret->authority_code;
        ret->publicity_computed = ret->type == RECORD_PENALTY
                                          ? publicity_end(publicity, ret->decided_on, ret->kinds)
                                          : DAY_NONE;
        return true;
}
