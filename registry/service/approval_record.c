/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Proposals about a record: withdrawing or repairing one, a correction to somebody's favour, a row an import holds.
 */
#include <string.h>

#include "registry/service/approval.h"
#include "registry/service/filing.h"
#include "registry/service/withdrawal.h"
#include "registry/store/proposals.h"

struct record_approval {
        struct record record;           /* the version that takes effect */
        bool is_repair;                 /* of a record that ends: else it is withdrawn */
        struct credit credit;
};

static struct record_approval *begin(struct writing *writing, struct approval *approval)
{
        struct record_approval *own = call_alloc(writing->call, sizeof(*own));

        approval->data = own;
        return own;
}

/* ----------------------------------------------------------------- reading */

/* What is done is what was signed: a kind that says otherwise is nobody's proposal. */
static bool read_ending(struct writing *writing, struct approval *approval, bool is_repair)
{
        struct record_approval *own = begin(writing, approval);
        struct withdrawal withdrawal;

        if (!withdrawal_read(writing->call, approval->proposed->record_withdraw, &withdrawal))
                return approval_overtaken(writing);
        if (withdrawal.is_repair != is_repair)
                return approval_unreadable(writing, approval);
        own->is_repair = is_repair;
        withdrawal_credit(writing->call, &withdrawal, &own->credit);
        return true;
}

static bool read_withdrawal(struct writing *writing, struct approval *approval)
{
        return read_ending(writing, approval, false);
}

static bool read_repair(struct writing *writing, struct approval *approval)
{
        return read_ending(writing, approval, true);
}

static bool read_correction(struct writing *writing, struct approval *approval)
{
        struct record_approval *own = begin(writing, approval);
        struct call *call = writing->call;
        struct org_code code;

        if (!filing_read(call, approval->proposed->record_file->record, &own->record, &code))
                return approval_overtaken(writing);
        credit_init(&own->credit, call, &code, own->record.authority_code, own->record.document_norm,
                own->record.type, own->record.party_name);
        return true;
}

/* The row as it was held; its texts live with the call. Its name may be the very reason it is held. */
static bool read_held(struct writing *writing, struct approval *approval)
{
        struct record_approval *own = begin(writing, approval);
        struct call *call = writing->call;
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct record record;
        struct org_code code;
        uint8_t hash[32];

        if (approval->held.length == 0 || !record_decode(approval->held, &text, &record))
                return approval_unreadable(writing, approval);
        record_hash(&record, hash);
        if (memcmp(hash, approval->held_hash, sizeof(hash)) != 0 ||
                !org_code_parse_canonical(slice_text(record.subject), &code))
                return approval_unreadable(writing, approval);
        credit_keep_record(call, &record);
        own->record = record;
        credit_init(&own->credit, call, &code, record.authority_code, record.document_norm, record.type, "");
        return true;
}

/* ----------------------------------------------------------------- loading */

static void load(struct writing *writing, struct approval *approval)
{
        struct record_approval *own = approval->data;

        credit_load(writing, &own->credit);
}

static bool load_more(struct writing *writing, struct approval *approval)
{
        struct record_approval *own = approval->data;

        return credit_load_more(writing, &own->credit);
}

/* ------------------------------------------------------------------- rules */

/* The newest version, which must be the one the proposer saw. */
static bool find_newest(
        struct writing *writing, const struct approval *approval, const struct record_row **ret_newest)
{
        const struct record_approval *own = approval->data;
        const struct record_row *newest = own->credit.versions_count ? &own->credit.versions[0] : NULL;

        if (!credit_check(writing, &own->credit))
                return approval_overtaken(writing);
        if (newest && newest->serial > approval->serial)
                return failure_set(&writing->call->failure, RESULT_PROPOSAL_OVERTAKEN,
                        "the record has changed since it was proposed");
        *ret_newest = newest;
        return true;
}

static bool weigh(struct writing *writing, struct record_approval *own)
{
        return credit_weigh(writing, &own->credit, &own->record) || approval_overtaken(writing);
}

static bool decide_ending(struct writing *writing, struct approval *approval)
{
        struct record_approval *own = approval->data;
        const struct record_row *newest;

        if (!find_newest(writing, approval, &newest))
                return false;
        if (!withdrawal_check(writing, &own->credit, own->is_repair))
                return approval_overtaken(writing);
        own->record = newest->record;
        own->record.state = own->is_repair ? "repaired" : "withdrawn";
        return weigh(writing, own);
}

static bool decide_version(struct writing *writing, struct approval *approval)
{
        struct record_approval *own = approval->data;
        const struct record_row *newest;

        if (!find_newest(writing, approval, &newest))
                return false;
        if (newest && strcmp(newest->record.state, "active") != 0)
                return failure_set(&writing->call->failure, RESULT_PROPOSAL_OVERTAKEN,
                        "the record has been %s since", newest->record.state);
        return weigh(writing, own);
}

/* ------------------------------------------------------------------ saving */

static void reply(struct writing *writing, struct approval *approval, Qcr__Filed *filed)
{
        const struct record_approval *own = approval->data;

        (void)writing;
        credit_reply(&own->credit, filed);
}

static void save(struct writing *writing, struct approval *approval)
{
        struct record_approval *own = approval->data;

        credit_save(writing, &own->credit);
}

const struct proposal_effect withdraw_effect = {
        .message_case = QCR__REQUEST__OPERATION_RECORD_WITHDRAW,
        .read = read_withdrawal,
        .load = load,
        .load_more = load_more,
        .decide = decide_ending,
        .reply = reply,
        .save = save,
};

const struct proposal_effect repair_effect = {
        .message_case = QCR__REQUEST__OPERATION_RECORD_WITHDRAW,
        .read = read_repair,
        .load = load,
        .load_more = load_more,
        .decide = decide_ending,
        .reply = reply,
        .save = save,
};

const struct proposal_effect correct_effect = {
        .message_case = QCR__REQUEST__OPERATION_RECORD_FILE,
        .read = read_correction,
        .load = load,
        .load_more = load_more,
        .decide = decide_version,
        .reply = reply,
        .save = save,
};

const struct proposal_effect held_effect = {
        .message_case = QCR__REQUEST__OPERATION__NOT_SET,
        .read = read_held,
        .load = load,
        .load_more = load_more,
        .decide = decide_version,
        .reply = reply,
        .save = save,
};
