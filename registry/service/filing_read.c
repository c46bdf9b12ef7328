/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A record as somebody filed it: each field by itself, then whether they may stand together. */
#include "registry/service/filing.h"

#include "registry/core/domain_table.h"
#include "registry/core/record_detail.h"

#define CODE_OCTETS 64u     /* of an authority */
#define DOCUMENT_OCTETS 200u
#define TEXT_OCTETS 8192u   /* of conduct, facts, basis and the like */
#define WORD_OCTETS 32u

/*
 * Ten thousand times the largest fine the market regulator ever imposed; above it is a slip of the
 * keyboard.
 */
#define AMOUNT_MOST_FEN (INT64_C(1000000000000) * 100)

static enum record_type read_type(struct fields *fields, const ProtobufCBinaryData *data)
{
        const char *word = fields_text(fields, "type", data, WORD_OCTETS);
        enum record_type type = RECORD_PENALTY;

        if (!fields->failed && !record_type_of_word(slice_text(word), &type))
                fields_refuse(fields, RESULT_FIELD_INVALID, "type", slice_text(word), "not a type of record");
        return type;
}

static const char *read_domain(struct fields *fields, const ProtobufCBinaryData *data)
{
        const char *word = fields_text(fields, "domain", data, WORD_OCTETS);
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
                const char *word = fields_text(fields, "kind", &message->kind[i], WORD_OCTETS);
                enum penalty_kind kind;

                if (penalty_kind_of_word(slice_text(word), &kind))
                        kinds |= PENALTY_BIT(kind);
                else
                        fields_refuse(fields, RESULT_FIELD_INVALID, "kind", slice_text(word),
                                "not a kind of penalty");
        }
        return kinds;
}

static int64_t read_amount(struct fields *fields, const char *name, bool has, uint64_t fen)
{
        if (!has)
                return 0;
        if (fen > AMOUNT_MOST_FEN)
                fields_refuse(fields, RESULT_FIELD_INVALID, name, slice_of(NULL, 0),
                        "too large to be an amount in fen");
        return fields->failed ? 0 : (int64_t)fen;
}

static const char *read_document(struct fields *fields, const char *text)
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
        const char *result = fields_optional(fields, "result", message->has_result, &message->result, WORD_OCTETS);
        const char *certificate = fields_optional(
                fields, "certificate", message->has_certificate, &message->certificate, WORD_OCTETS);

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
                fields_refuse(fields, RESULT_FIELD_INVALID, "severity", slice_of(NULL, 0),
                        record_flaw_text(RECORD_SEVERITY_UNKNOWN));
        ret->severity = message->has_severity && !fields->failed ? (uint8_t)message->severity : SEVERITY_NONE;
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

                values[i].name = slice_text(fields_text(fields, "detail", &detail->name, WORD_OCTETS));
                values[i].value = slice_text(fields_text(
                        fields, detail_field(fields, values[i].name), &detail->value, RECORD_DETAIL_OCTETS));
        }
        if (fields->failed)
                return "";
        flaw = record_details_format(type, values, message->n_detail, &lines, &name);
        if (flaw) {
                refuse_detail(fields, type, flaw, name, values, message->n_detail);
                return "";
        }
        kept = arena_text(fields->arena, buffer_slice(&lines));
        return kept ? kept : "";
}

/* The word or day that was given for a field that cannot stand as it is. */
static struct slice value_of(const Qcr__Record *message, enum record_flaw flaw)
{
        const ProtobufCBinaryData *data = NULL;

        switch (flaw) {
        case RECORD_KINDS_STRAY: data = message->n_kind ? &message->kind[0] : NULL; break;
        case RECORD_RESULT_STRAY: data = &message->result; break;
        case RECORD_CERTIFICATE_STRAY: data = &message->certificate; break;
        case RECORD_VALIDITY_STRAY:
        case RECORD_VALIDITY_EARLY: data = &message->valid_through; break;
        case RECORD_SOUND:
        case RECORD_KINDS_MISSING:
        case RECORD_SEVERITY_UNKNOWN:
        case RECORD_SEVERITY_STRAY:
        case RECORD_FINE_STRAY:
        case RECORD_CONFISCATED_STRAY:
        case RECORD_RESULT_MISSING:
        case RECORD_CERTIFICATE_MISSING:
        case RECORD_DETAILS: break; /* numbers, or nothing was given */
        }
        return data ? slice_of(data->data, data->len) : slice_of(NULL, 0);
}

static void check_together(struct fields *fields, const Qcr__Record *message, const struct record *record)
{
        enum record_flaw flaw = record_check(record);

        if (flaw)
                fields_refuse(fields, record_flaw_is_missing(flaw) ? RESULT_FIELD_MISSING : RESULT_FIELD_INVALID,
                        record_flaw_field(flaw), value_of(message, flaw), record_flaw_text(flaw));
}

static void read_words(struct fields *fields, const Qcr__Record *message, struct record *ret)
{
#define OPTIONAL(name) fields_optional(fields, #name, message->has_##name, &message->name, TEXT_OCTETS)
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
        ret->authority_code = fields_text(&fields, "authority_code", &message->authority_code, CODE_OCTETS);
        ret->authority_name = fields_name(&fields, "authority_name", &message->authority_name);
        ret->document = fields_text(&fields, "document", &message->document, DOCUMENT_OCTETS);
        ret->document_norm = read_document(&fields, ret->document);
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
