/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/filing.h"

#include <stdio.h>
#include <string.h>

#include "registry/service/credit.h"

struct filing {
        struct record record;
        struct credit credit;
        bool is_rehearsal;
};

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
        if (!filing_check_complete(writing->call, &filing->record,
                    credit->versions_count ? &credit->versions[0].record : NULL))
                return ACT_REFUSED;
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
        if (is_correction && credit->versions[0].version >= RECORD_VERSIONS_MAX) {
                failure_set_field(&writing->call->failure, RESULT_FIELD_INVALID, "record", slice_of(NULL, 0),
                        "record: corrected %u times already", RECORD_VERSIONS_MAX - 1);
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
        char summary[FILING_DOCUMENT_OCTETS + 256];

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
