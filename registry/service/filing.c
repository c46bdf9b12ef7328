/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/filing.h"

#include <stdio.h>
#include <string.h>

#include "registry/core/domain_table.h"
#include "registry/service/credit.h"

#define CODE_OCTETS 64u     /* of an authority */
#define DOCUMENT_OCTETS 200u
#define TEXT_OCTETS 8192u   /* of conduct, facts, basis and the like */
#define WORD_OCTETS 32u

/*
 * Ten thousand times the largest fine the market regulator ever imposed; above it is a slip of the
 * keyboard.
 */
#define AMOUNT_MOST_FEN (INT64_C(1000000000000) * 100)

struct filing {
        struct record record;
        struct credit credit;
        bool is_rehearsal;
};

/* ------------------------------------------------------------------ fields */

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

static uint16_t read_kinds(struct fields *fields, const Qcr__Record *message, enum record_type type)
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
        if (type == RECORD_PENALTY && kinds == 0)
                fields_refuse(fields, RESULT_FIELD_MISSING, "kind", slice_of(NULL, 0),
                        "a penalty has at least one");
        if (type != RECORD_PENALTY && kinds != 0)
                fields_refuse(
                        fields, RESULT_FIELD_INVALID, "kind", slice_of(NULL, 0), "only a penalty has kinds");
        return kinds;
}

static int64_t read_amount(
        struct fields *fields, const char *name, bool has, uint64_t fen, enum record_type type)
{
        if (!has)
                return 0;
        if (fen > AMOUNT_MOST_FEN)
                fields_refuse(fields, RESULT_FIELD_INVALID, name, slice_of(NULL, 0),
                        "too large to be an amount in fen");
        if (fen > 0 && type != RECORD_PENALTY)
                fields_refuse(
                        fields, RESULT_FIELD_INVALID, name, slice_of(NULL, 0), "only a penalty has amounts");
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
        ret->kinds = read_kinds(&fields, message, ret->type);
        if (message->has_severity && message->severity > SEVERITY_LAST)
                fields_refuse(&fields, RESULT_FIELD_INVALID, "severity", slice_of(NULL, 0), "0, 1 or 2");
        if (message->has_severity && message->severity > 0 && ret->type >= RECORD_CERTIFICATE)
                fields_refuse(&fields, RESULT_FIELD_INVALID, "severity", slice_of(NULL, 0),
                        "only a finding or a penalty has one");
        ret->severity = message->has_severity ? (uint8_t)message->severity : 0;
        ret->fine_fen = read_amount(&fields, "fine_fen", message->has_fine_fen, message->fine_fen, ret->type);
        ret->confiscated_fen = read_amount(&fields, "confiscated_fen", message->has_confiscated_fen,
                message->confiscated_fen, ret->type);
        read_days(&fields, message, call->today, ret);
        read_words(&fields, message, ret);
        if (fields.failed)
                return false;
        ret->subject = call_text(call, slice_text(ret_code->subject));
        ret->source_code = ret->authority_code;
        ret->publicity_computed = ret->type == RECORD_PENALTY
                                          ? publicity_end(publicity, ret->decided_on, ret->kinds)
                                          : DAY_NONE;
        return true;
}

bool filing_is_version(
        const struct record *record, const struct record *stored, const uint8_t content_hash[32])
{
        /* Of an import the domain comes from a table; here a person said it, so it is content. */
        const struct record_guise guise = {
                .document = stored->document,
                .party_name = stored->party_name,
                .domain = record->domain,
                .publicity_computed = stored->publicity_computed,
        };

        return record_has_content(record, &guise, content_hash);
}

/* ----------------------------------------------------------------- the act */

static bool filing_check(struct writing *writing)
{
        struct call *call = writing->call;
        const Qcr__RecordFile *message = call->message->record_file;
        struct filing *filing = call_alloc(call, sizeof(*filing));
        struct org_code code;

        writing->data = filing;
        filing->is_rehearsal = message->has_dry_run && message->dry_run;
        if (!filing_read(call, message->record, &filing->record, &code))
                return false;
        credit_init(&filing->credit, call, &code, filing->record.authority_code, filing->record.document_norm,
                filing->record.type, filing->record.party_name);
        return true;
}

static void filing_load(struct writing *writing)
{
        struct filing *filing = writing->data;

        credit_load(writing, &filing->credit);
}

static bool filing_load_more(struct writing *writing)
{
        struct filing *filing = writing->data;

        return credit_load_more(writing, &filing->credit);
}

static void set_reply(struct writing *writing, const struct filing *filing, const char *outcome)
{
        Qcr__Filed *filed = call_alloc(writing->call, sizeof(*filed));

        qcr__filed__init(filed);
        filed->outcome = call_data_text(outcome);
        credit_reply(&filing->credit, filed);
        writing->reply->body_case = QCR__REPLY__BODY_FILED;
        writing->reply->filed = filed;
}

/* A version of this content, however old: files sent again never flap. */
static const struct record_row *find_version(const struct filing *filing)
{
        const struct credit *credit = &filing->credit;

        for (size_t i = 0; i < credit->versions_count; i++)
                if (filing_is_version(
                            &filing->record, &credit->versions[i].record, credit->versions[i].content_hash))
                        return &credit->versions[i];
        return NULL;
}

static enum act_decision filing_decide(struct writing *writing)
{
        struct filing *filing = writing->data;
        struct credit *credit = &filing->credit;
        const struct record_row *same;
        bool is_correction;

        if (!credit_check(writing, credit))
                return ACT_REFUSED;
        writing->is_rehearsal = filing->is_rehearsal;
        same = find_version(filing);
        if (same) {
                set_reply(writing, filing, "unchanged");
                writing->serial = same->serial;
                return ACT_NOTHING;
        }
        is_correction = credit->versions_count > 0;
        if (is_correction && strcmp(credit->versions[0].record.state, "active") != 0) {
                failure_set(&writing->call->failure, RESULT_RECORD_ENDED, "the record has been %s already",
                        credit->versions[0].record.state);
                return ACT_REFUSED;
        }
        if (!credit_weigh(writing, credit, &filing->record))
                return ACT_REFUSED;
        if (is_correction && credit->lifts) {
                set_reply(writing, filing, "proposed");
                writing_propose(writing, credit->subject);
        } else {
                set_reply(writing, filing, is_correction ? "corrected" : "filed");
                writing->body.kind = "record-file";
                writing->body.subject = credit->subject;
                memcpy(writing->body.content, credit->record_hash, sizeof(writing->body.content));
        }
        return filing->is_rehearsal ? ACT_NOTHING : ACT_WRITE;
}

static void filing_save(struct writing *writing)
{
        struct filing *filing = writing->data;
        const struct record *record = &filing->record;
        char summary[DOCUMENT_OCTETS + 256];

        if (writing->reply->code != RESULT_PENDING) {
                credit_save(writing, &filing->credit);
                return;
        }
        writing_reply_proposal(writing, "proposed");
        snprintf(summary, sizeof(summary), "correct %s %s of %s: grade %s to %s",
                record_type_word(record->type), record->document, record->authority_code,
                filing->credit.outcome_before->grade, filing->credit.outcome->grade);
        writing_save_proposal(writing, "record-correct", filing->credit.subject, summary);
}

const struct act filing_act = {
        .check = filing_check,
        .load = filing_load,
        .load_more = filing_load_more,
        .decide = filing_decide,
        .save = filing_save,
};
