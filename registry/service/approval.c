/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The second person's side of everything that needs two. Approving asks the rules again, of the store as it
 * is now, with what the first person signed: nothing of the effect comes from anybody else.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "proto/text.h"
#include "registry/base/log.h"
#include "registry/service/filing.h"
#include "registry/service/people.h"
#include "registry/service/withdrawal.h"
#include "registry/store/proposals.h"
#include "registry/store/standing.h"

#define REASON_OCTETS 1000u

/* What has been asked of the store so far. */
enum approval_stage {
        APPROVAL_PROPOSAL, /* the proposal itself */
        APPROVAL_EFFECT,   /* what its effect rests on */
        APPROVAL_REST,     /* what that in turn names */
};

struct approval {
        uint64_t serial;
        uint64_t item;
        bool approves;
        const char *reason;
        const char *id;                 /* SERIAL.ITEM */
        const char *shown; /* to people, where the item is 0 */
        enum approval_stage stage;
        const struct proposal *kind;    /* NULL: there is no such proposal */
        const char *subject;            /* NULL: about none */
        const char *proposer;
        bool is_decided;
        struct slice request;           /* what the proposer signed; empty for held rows */
        const Qcr__Request *proposed;
        struct slice held;              /* a held row's fields */
        uint8_t held_hash[32];
        const char *run_id;
        int64_t row_no;
        bool held_ended;
        struct record record;           /* the version that takes effect */
        struct credit credit;
        struct people_change people;
};

static bool is_about_record(const struct approval *approval)
{
        switch (approval->kind->kind) {
        case PROPOSAL_RECORD_WITHDRAW:
        case PROPOSAL_RECORD_CORRECT:
        case PROPOSAL_HELD_ACCEPT:
                return true;
        case PROPOSAL_OFFICE_ADD:
        case PROPOSAL_PERSON_ADD:
        case PROPOSAL_ROLE_GRANT:
        case PROPOSAL_ROLE_END:
        case PROPOSAL_CERTIFICATE_ADD:
        case PROPOSAL_CERTIFICATE_REVOKE:
        case PROPOSAL_CASE_STEP:
        case PROPOSAL_RULE_ADD:
        case PROPOSAL_DEPUTY_SET:
        case PROPOSAL_DEPUTY_END:
                return false;
        }
        return false;
}

static bool approval_check(struct writing *writing)
{
        struct call *call = writing->call;
        const Qcr__Decide *message = call->message->decide;
        struct approval *approval = call_alloc(call, sizeof(*approval));
        struct fields fields = call_fields(call);
        char id[48];

        writing->data = approval;
        approval->serial = message->proposal_serial;
        approval->item = message->has_proposal_item ? message->proposal_item : 0;
        approval->approves = message->approve;
        approval->reason =
                fields_optional(&fields, "reason", message->has_reason, &message->reason, REASON_OCTETS);
        if (!approval->approves && !*approval->reason)
                fields_refuse(
                        &fields, RESULT_FIELD_MISSING, "reason", slice_of(NULL, 0), "a rejection says why");
        if (approval->serial > INT64_MAX || approval->item > INT64_MAX)
                fields_refuse(&fields, RESULT_PROPOSAL_UNKNOWN, "proposal_serial", slice_of(NULL, 0),
                        "there is none");
        snprintf(id, sizeof(id), "%" PRIu64 ".%" PRIu64, approval->serial, approval->item);
        approval->id = call_text(call, slice_text(id));
        *strchr(id, '.') = '\0';
        approval->shown = call_text(call, slice_text(id));
        return !fields.failed;
}

/* ----------------------------------------------------------------- loading */

static struct slice keep_bytes(struct call *call, const PGresult *result, int column)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        if (cell_is_null(result, 0, column) || !cell_bytes(result, 0, column, &bytes))
                return slice_of(NULL, 0);
        return slice_of(call_text(call, buffer_slice(&bytes)), bytes.length);
}

static void on_proposal(struct writing *writing, const PGresult *result)
{
        struct approval *approval = writing->data;
        struct call *call = writing->call;

        if (PQntuples(result) == 0)
                return;
        approval->kind = proposal_find(cell_text(result, 0, 0));
        approval->subject =
                cell_is_null(result, 0, 1) ? NULL : call_text(call, slice_text(cell_text(result, 0, 1)));
        approval->proposer = call_text(call, slice_text(cell_text(result, 0, 2)));
        approval->request = keep_bytes(call, result, 3);
        approval->is_decided = !cell_is_null(result, 0, 4);
}

static void on_held(struct writing *writing, const PGresult *result)
{
        struct approval *approval = writing->data;

        if (PQntuples(result) != 1)
                return;
        approval->run_id = call_text(writing->call, slice_text(cell_text(result, 0, 0)));
        approval->row_no = cell_number(result, 0, 1);
        approval->held = keep_bytes(writing->call, result, 2);
        if (!cell_octets(result, 0, 3, approval->held_hash, sizeof(approval->held_hash)))
                approval->held = slice_of(NULL, 0);
        approval->held_ended = cell_bool(result, 0, 4);
}

static void approval_load(struct writing *writing)
{
        struct approval *approval = writing->data;
        struct query query;

        proposals_query(&query, approval->serial, approval->item);
        writing_send(writing, &query, on_proposal);
        proposals_held_query(&query, approval->serial, approval->item);
        writing_send(writing, &query, on_held);
}

static bool refuse(struct writing *writing, enum result_code code)
{
        failure_set(&writing->call->failure, code, "%s", result_find(code)->meaning);
        writing_refuse(writing);
        return false;
}

static bool is_own(const struct writing *writing, const struct approval *approval)
{
        return strcmp(approval->proposer, writing->call->person_id) == 0;
}

/* Whether this person may decide this proposal at all. */
static bool may_decide(struct writing *writing, const struct approval *approval)
{
        if (!approval->kind)
                return refuse(writing, RESULT_PROPOSAL_UNKNOWN);
        if (approval->is_decided)
                return refuse(writing, RESULT_PROPOSAL_DECIDED);
        if (is_own(writing, approval) && !approval->approves)
                return true; /* taking it back */
        if (!(writing->roles & approval->kind->roles)) {
                failure_set(&writing->call->failure, RESULT_ROLE_MISSING, "none of your roles decides %s",
                        approval->kind->word);
                writing_refuse(writing);
                return false;
        }
        if (is_own(writing, approval)) {
                refuse(writing, RESULT_SELF_APPROVAL);
                writing->call->failure.allowed =
                        "another person may approve it; you may take it back by rejecting it";
                return false;
        }
        return true;
}

static bool unreadable(struct writing *writing)
{
        const struct approval *approval = writing->data;

        log_event(LOG_ERR, "store.unreadable", "id", writing->call->id, "proposal", approval->id);
        failure_set(&writing->call->failure, RESULT_STORE_UNAVAILABLE,
                "the store holds a proposal that cannot be read");
        writing_refuse(writing);
        return false;
}

/* What no longer can be is overtaken, whichever rule says so; its words stay. */
static bool overtaken(struct writing *writing)
{
        struct failure *failure = &writing->call->failure;

        failure->code = RESULT_PROPOSAL_OVERTAKEN;
        writing_refuse(writing);
        return false;
}

/* The row as it was held; its texts live with the call. */
static bool read_held(struct writing *writing, struct approval *approval, struct org_code *ret_code)
{
        struct call *call = writing->call;
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct record record;
        uint8_t hash[32];

        if (approval->held.length == 0 || !record_decode(approval->held, &text, &record))
                return unreadable(writing);
        record_hash(&record, hash);
        if (memcmp(hash, approval->held_hash, sizeof(hash)) != 0 ||
                !org_code_parse_canonical(slice_text(record.subject), ret_code))
                return unreadable(writing);
        credit_keep_record(call, &record);
        approval->record = record;
        return true;
}

/* From what the proposer signed, as it was read when it was proposed. False: refused. */
static bool read_effect(struct writing *writing, struct approval *approval)
{
        struct call *call = writing->call;
        struct withdrawal withdrawal;
        struct org_code code;

        switch (approval->kind->kind) {
        case PROPOSAL_RECORD_WITHDRAW:
                if (!withdrawal_read(call, approval->proposed->record_withdraw, &withdrawal))
                        return overtaken(writing);
                withdrawal_credit(call, &withdrawal, &approval->credit);
                return true;
        case PROPOSAL_RECORD_CORRECT:
                if (!filing_read(call, approval->proposed->record_file->record, &approval->record, &code))
                        return overtaken(writing);
                credit_init(&approval->credit, call, &code, approval->record.authority_code,
                        approval->record.document_norm, approval->record.type, approval->record.party_name);
                return true;
        case PROPOSAL_HELD_ACCEPT:
                if (!read_held(writing, approval, &code))
                        return false;
                /* Its name may be the very reason it is held. */
                credit_init(&approval->credit, call, &code, approval->record.authority_code,
                        approval->record.document_norm, approval->record.type, "");
                return true;
        case PROPOSAL_OFFICE_ADD:
        case PROPOSAL_PERSON_ADD:
        case PROPOSAL_ROLE_GRANT:
        case PROPOSAL_ROLE_END:
        case PROPOSAL_CERTIFICATE_ADD:
        case PROPOSAL_CERTIFICATE_REVOKE:
                return people_read(call, approval->proposed, &approval->people) || overtaken(writing);
        case PROPOSAL_CASE_STEP:
        case PROPOSAL_RULE_ADD:
        case PROPOSAL_DEPUTY_SET:
        case PROPOSAL_DEPUTY_END:
                break;
        }
        return unreadable(writing);
}

/* Which message each kind of proposal was signed with. */
static bool is_of_kind(const struct approval *approval)
{
        switch (approval->kind->kind) {
        case PROPOSAL_HELD_ACCEPT:
                return true;
        case PROPOSAL_RECORD_WITHDRAW:
                return approval->proposed->operation_case == QCR__REQUEST__OPERATION_RECORD_WITHDRAW;
        case PROPOSAL_RECORD_CORRECT:
                return approval->proposed->operation_case == QCR__REQUEST__OPERATION_RECORD_FILE;
        case PROPOSAL_OFFICE_ADD:
                return approval->proposed->operation_case == QCR__REQUEST__OPERATION_OFFICE_ADD;
        case PROPOSAL_PERSON_ADD:
                return approval->proposed->operation_case == QCR__REQUEST__OPERATION_PERSON_ADD;
        case PROPOSAL_ROLE_GRANT:
        case PROPOSAL_ROLE_END:
                return approval->proposed->operation_case == QCR__REQUEST__OPERATION_ROLE_CHANGE;
        case PROPOSAL_CERTIFICATE_ADD:
                return approval->proposed->operation_case == QCR__REQUEST__OPERATION_CERTIFICATE_ADD;
        case PROPOSAL_CERTIFICATE_REVOKE:
                return approval->proposed->operation_case == QCR__REQUEST__OPERATION_CERTIFICATE_REVOKE;
        case PROPOSAL_CASE_STEP:
                return approval->proposed->operation_case == QCR__REQUEST__OPERATION_CASE_STEP;
        case PROPOSAL_RULE_ADD:
                return approval->proposed->operation_case == QCR__REQUEST__OPERATION_RULE_ADD;
        case PROPOSAL_DEPUTY_SET:
        case PROPOSAL_DEPUTY_END:
                return approval->proposed->operation_case == QCR__REQUEST__OPERATION_DEPUTY_SET;
        }
        return false;
}

static bool load_effect(struct writing *writing, struct approval *approval)
{
        ProtobufCAllocator allocator;

        if (!may_decide(writing, approval))
                return false;
        if (approval->kind->kind == PROPOSAL_HELD_ACCEPT) {
                if (approval->held_ended)
                        return refuse(writing, RESULT_PROPOSAL_DECIDED);
        } else {
                text_allocator_init(&allocator, &writing->call->arena);
                approval->proposed =
                        qcr__request__unpack(&allocator, approval->request.length, approval->request.data);
                if (!approval->proposed || !is_of_kind(approval))
                        return unreadable(writing);
        }
        if (approval->approves) {
                if (!read_effect(writing, approval))
                        return false;
                if (is_about_record(approval))
                        credit_load(writing, &approval->credit);
                else
                        people_load(writing, &approval->people, true);
        } else if (approval->subject) {
                struct query query;

                standing_lock_query(&query, approval->subject, approval->subject);
                writing_send(writing, &query, NULL);
                writing_send_previous(writing, approval->subject);
        }
        return true;
}

static bool approval_load_more(struct writing *writing)
{
        struct approval *approval = writing->data;

        switch (approval->stage) {
        case APPROVAL_PROPOSAL:
                approval->stage = APPROVAL_EFFECT;
                if (!load_effect(writing, approval))
                        return false;
                return approval->approves || approval->subject;
        case APPROVAL_EFFECT:
                approval->stage = APPROVAL_REST;
                if (!approval->approves)
                        return false;
                return is_about_record(approval) ? credit_load_more(writing, &approval->credit)
                                                 : people_load_more(writing, &approval->people, true);
        case APPROVAL_REST:
                return false;
        }
        return false;
}

/* ------------------------------------------------------------------- rules */

/*
 * The file as it would be: the record withdrawn, corrected or accepted, if nothing else happened to it
 * since.
 */
static bool decide_record(struct writing *writing, struct approval *approval)
{
        struct credit *credit = &approval->credit;
        struct failure *failure = &writing->call->failure;
        const struct record_row *newest = credit->versions_count ? &credit->versions[0] : NULL;

        if (!credit_check(writing, credit))
                return overtaken(writing);
        if (newest && newest->serial > approval->serial) {
                failure_set(
                        failure, RESULT_PROPOSAL_OVERTAKEN, "the record has changed since it was proposed");
                return false;
        }
        if (approval->kind->kind == PROPOSAL_RECORD_WITHDRAW) {
                if (!withdrawal_check(writing, credit))
                        return overtaken(writing);
                approval->record = newest->record;
                approval->record.state = "withdrawn";
        } else if (newest && strcmp(newest->record.state, "active") != 0) {
                failure_set(failure, RESULT_PROPOSAL_OVERTAKEN, "the record has been %s since",
                        newest->record.state);
                return false;
        }
        return credit_weigh(writing, credit, &approval->record) || overtaken(writing);
}

static void set_reply(struct writing *writing, const struct approval *approval)
{
        Qcr__Filed *filed = call_alloc(writing->call, sizeof(*filed));

        qcr__filed__init(filed);
        filed->outcome = call_data_text(approval->approves ? "approved" : "rejected");
        filed->has_proposal = true;
        filed->proposal = call_data_text(approval->item ? approval->id : approval->shown);
        if (approval->credit.outcome) {
                filed->has_grade_before = filed->has_grade_after = true;
                filed->grade_before = call_data_text(approval->credit.outcome_before->grade);
                filed->grade_after = call_data_text(approval->credit.outcome->grade);
        }
        writing->reply->body_case = QCR__REPLY__BODY_FILED;
        writing->reply->filed = filed;
}

static enum act_decision approval_decide(struct writing *writing)
{
        struct approval *approval = writing->data;

        if (approval->approves && is_about_record(approval) && !decide_record(writing, approval))
                return ACT_REFUSED;
        if (approval->approves && !is_about_record(approval) && !people_decide(writing, &approval->people)) {
                /* LAST_ADMIN is a rule about now; the rest is about what happened since. */
                if (writing->call->failure.code != RESULT_LAST_ADMIN)
                        overtaken(writing);
                return ACT_REFUSED;
        }
        writing->body.kind = approval->approves ? "approval" : "rejection";
        writing->body.subject = approval->subject;
        writing->body.proposal = approval->id;
        if (approval->kind->kind == PROPOSAL_HELD_ACCEPT)
                memcpy(writing->body.content, approval->held_hash, sizeof(writing->body.content));
        else
                SHA256(approval->request.data, approval->request.length, writing->body.content);
        set_reply(writing, approval);
        return ACT_WRITE;
}

static void approval_save(struct writing *writing)
{
        struct approval *approval = writing->data;
        struct query query;

        proposals_approval_insert(&query, approval->serial, approval->item, approval->proposer,
                writing->call->person_id, approval->approves, approval->reason, writing->serial);
        writing_send_one(writing, &query);
        if (approval->kind->kind == PROPOSAL_HELD_ACCEPT) {
                proposals_held_end_insert(&query, approval->subject, approval->run_id, approval->row_no,
                        approval->approves, writing->serial);
                writing_send_one(writing, &query);
        }
        if (!approval->approves)
                return;
        if (is_about_record(approval))
                credit_save(writing, &approval->credit);
        else
                people_save(writing, &approval->people);
}

const struct act approval_act = {
        .check = approval_check,
        .load = approval_load,
        .load_more = approval_load_more,
        .decide = approval_decide,
        .save = approval_save,
};
