/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/withdrawal.h"

#include <stdio.h>
#include <string.h>

#include "registry/service/filing.h"

struct withdrawing {
        struct withdrawal withdrawal;
        struct credit credit;
};

bool withdrawal_read(struct call *call, const Qcr__RecordWithdraw *message, struct withdrawal *ret)
{
        struct fields fields = call_fields(call);
        const char *type;

        *ret = (struct withdrawal){0};
        fields_code(&fields, "code", &message->code, &ret->code);
        ret->authority_code = filing_read_authority(&fields, &message->authority_code);
        ret->document = fields_text(&fields, "document", &message->document, FILING_DOCUMENT_OCTETS);
        type = fields_text(&fields, "type", &message->type, FILING_WORD_OCTETS);
        ret->reason = fields_text(&fields, "reason", &message->reason, FILING_REASON_OCTETS);
        ret->basis_document =
                fields_text(&fields, "basis_document", &message->basis_document, FILING_DOCUMENT_OCTETS);
        ret->is_repair = message->has_repair && message->repair;
        if (!fields.failed && !record_type_of_word(slice_text(type), &ret->type))
                fields_refuse(
                        &fields, RESULT_FIELD_INVALID, "type", slice_text(type), "not a type of record");
        ret->document_norm = filing_read_document(&fields, ret->document);
        return !fields.failed;
}

void withdrawal_credit(struct call *call, const struct withdrawal *withdrawal, struct credit *ret)
{
        credit_init(ret, call, &withdrawal->code, withdrawal->authority_code, withdrawal->document_norm,
                withdrawal->type, "");
}

bool withdrawal_check(struct writing *writing, const struct credit *credit, bool is_repair)
{
        struct failure *failure = &writing->call->failure;
        const struct record *newest;

        if (!credit_check(writing, credit))
                return false;
        if (credit->versions_count == 0)
                return failure_set(
                        failure, RESULT_RECORD_UNKNOWN, "%s", result_find(RESULT_RECORD_UNKNOWN)->meaning);
        newest = &credit->versions[0].record;
        if (strcmp(newest->state, "active") != 0)
                return failure_set(failure, RESULT_RECORD_ENDED, "the record has been %s already", newest->state);
        if (is_repair && !record_is_negative(newest->type, newest->result))
                return failure_set_field(failure, RESULT_FIELD_INVALID, "repair", slice_of(NULL, 0),
                        "repair: the record does not stand against the enterprise");
        return true;
}

/* ----------------------------------------------------------------- the act */

static bool withdrawal_act_check(struct writing *writing)
{
        struct call *call = writing->call;
        struct withdrawing *withdrawing = call_alloc(call, sizeof(*withdrawing));

        writing->data = withdrawing;
        if (!withdrawal_read(call, call->message->record_withdraw, &withdrawing->withdrawal))
                return false;
        withdrawal_credit(call, &withdrawing->withdrawal, &withdrawing->credit);
        return true;
}

static void withdrawal_act_load(struct writing *writing)
{
        struct withdrawing *withdrawing = writing->data;

        credit_load(writing, &withdrawing->credit);
}

static enum act_decision withdrawal_act_decide(struct writing *writing)
{
        struct withdrawing *withdrawing = writing->data;

        if (!withdrawal_check(writing, &withdrawing->credit, withdrawing->withdrawal.is_repair))
                return ACT_REFUSED;
        writing_propose(writing, withdrawing->credit.subject);
        return ACT_WRITE;
}

static void withdrawal_act_save(struct writing *writing)
{
        const struct withdrawing *withdrawing = writing->data;
        const struct withdrawal *withdrawal = &withdrawing->withdrawal;
        char summary[2 * FILING_DOCUMENT_OCTETS + FILING_REASON_OCTETS + 256];

        snprintf(summary, sizeof(summary), "%s %s %s of %s by %s: %s", withdrawal->is_repair ? "repair" : "withdraw",
                record_type_word(withdrawal->type), withdrawal->document, withdrawal->authority_code,
                withdrawal->basis_document, withdrawal->reason);
        writing_reply_proposal(writing, "proposed");
        writing_save_proposal(writing, withdrawal->is_repair ? "record-repair" : "record-withdraw",
                withdrawing->credit.subject, summary);
}

const struct act withdrawal_act = {
        .check = withdrawal_act_check,
        .load = withdrawal_act_load,
        .decide = withdrawal_act_decide,
        .save = withdrawal_act_save,
};
