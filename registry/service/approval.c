/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/approval.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "proto/text.h"
#include "registry/base/log.h"
#include "registry/service/people.h"
#include "registry/store/cases.h"
#include "registry/store/proposals.h"
#include "registry/store/standing.h"

#define REASON_OCTETS 1000u

/* --------------------------------------------------------- effects on people */

static bool people_effect_read(struct writing *writing, struct approval *approval)
{
        struct people_change *change = call_alloc(writing->call, sizeof(*change));

        approval->data = change;
        return people_read(writing->call, approval->proposed, change) || approval_overtaken(writing);
}

static void people_effect_load(struct writing *writing, struct approval *approval)
{
        people_load(writing, approval->data, true);
}

static bool people_effect_load_more(struct writing *writing, struct approval *approval)
{
        return people_load_more(writing, approval->data, true);
}

static bool people_effect_decide(struct writing *writing, struct approval *approval)
{
        if (people_decide(writing, approval->data))
                return true;
        /* LAST_ADMIN is a rule about now; the rest is about what happened since. */
        return writing->call->failure.code == RESULT_LAST_ADMIN ? false : approval_overtaken(writing);
}

static void people_effect_save(struct writing *writing, struct approval *approval)
{
        people_save(writing, approval->data);
}

#define PEOPLE_EFFECT(operation)                                  \
        {                                                         \
                .message_case = QCR__REQUEST__OPERATION_##operation, \
                .read = people_effect_read,                       \
                .load = people_effect_load,                       \
                .load_more = people_effect_load_more,             \
                .decide = people_effect_decide,                   \
                .save = people_effect_save,                       \
        }
static const struct proposal_effect office_effect = PEOPLE_EFFECT(OFFICE_ADD);
static const struct proposal_effect person_effect = PEOPLE_EFFECT(PERSON_ADD);
static const struct proposal_effect role_effect = PEOPLE_EFFECT(ROLE_CHANGE);
static const struct proposal_effect certificate_effect = PEOPLE_EFFECT(CERTIFICATE_ADD);
static const struct proposal_effect revocation_effect = PEOPLE_EFFECT(CERTIFICATE_REVOKE);
static const struct proposal_effect deputy_effect = PEOPLE_EFFECT(DEPUTY_SET);
#undef PEOPLE_EFFECT

/* By kind; a kind without an effect cannot be decided by this program. */
static const struct proposal_effect *const effects[] = {
        [PROPOSAL_RECORD_WITHDRAW] = &withdraw_effect,
        [PROPOSAL_RECORD_CORRECT] = &correct_effect,
        [PROPOSAL_RECORD_REPAIR] = &repair_effect,
        [PROPOSAL_HELD_ACCEPT] = &held_effect,
        [PROPOSAL_OFFICE_ADD] = &office_effect,
        [PROPOSAL_PERSON_ADD] = &person_effect,
        [PROPOSAL_ROLE_GRANT] = &role_effect,
        [PROPOSAL_ROLE_END] = &role_effect,
        [PROPOSAL_CERTIFICATE_ADD] = &certificate_effect,
        [PROPOSAL_CERTIFICATE_REVOKE] = &revocation_effect,
        [PROPOSAL_CASE_STEP] = &case_effect,
        [PROPOSAL_RULE_ADD] = &rule_effect,
        [PROPOSAL_DEPUTY_SET] = &deputy_effect,
        [PROPOSAL_DEPUTY_END] = &deputy_effect,
        [PROPOSAL_POLICY_ACTIVATE] = &policy_effect,
};

/* What has been asked of the store so far. */
enum approval_stage {
        APPROVAL_PROPOSAL, /* the proposal itself */
        APPROVAL_EFFECT,   /* what its effect rests on, and what that in turn names */
};

struct approving {
        struct approval approval;
        enum approval_stage stage;
        const struct proposal_effect *effect;
};

static struct approval *approval_of(struct writing *writing)
{
        struct approving *approving = writing->data;

        return &approving->approval;
}

static bool approval_check(struct writing *writing)
{
        struct call *call = writing->call;
        const Qcr__Decide *message = call->message->decide;
        struct approving *approving = call_alloc(call, sizeof(*approving));
        struct approval *approval = &approving->approval;
        struct fields fields = call_fields(call);
        char id[48];

        writing->data = approving;
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

static const char *keep_text(struct call *call, const PGresult *result, int column)
{
        return cell_is_null(result, 0, column) ? NULL
                                               : call_text(call, slice_text(cell_text(result, 0, column)));
}

static void on_proposal(struct writing *writing, const PGresult *result)
{
        struct approval *approval = approval_of(writing);
        struct call *call = writing->call;

        if (PQntuples(result) == 0)
                return;
        approval->kind = proposal_find(cell_text(result, 0, PROPOSAL_COLUMN_KIND));
        approval->subject = keep_text(call, result, PROPOSAL_COLUMN_SUBJECT);
        call->code = approval->subject;
        approval->proposer = keep_text(call, result, PROPOSAL_COLUMN_PROPOSER);
        approval->request = keep_bytes(call, result, PROPOSAL_COLUMN_REQUEST);
        approval->is_decided = !cell_is_null(result, 0, PROPOSAL_COLUMN_OUTCOME);
        approval->office = keep_text(call, result, PROPOSAL_COLUMN_OFFICE);
}

static void on_held(struct writing *writing, const PGresult *result)
{
        struct approval *approval = approval_of(writing);

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
        const struct approval *approval = approval_of(writing);
        struct query query;

        proposals_query(&query, approval->serial, approval->item);
        writing_send(writing, &query, on_proposal);
        proposals_held_query(&query, approval->serial, approval->item);
        writing_send(writing, &query, on_held);
}

static bool refuse(struct writing *writing, enum result_code code)
{
        return failure_set(&writing->call->failure, code, "%s", result_find(code)->meaning);
}

static bool is_own(const struct writing *writing, const struct approval *approval)
{
        return strcmp(approval->proposer, writing->call->person_id) == 0;
}

/* Whether this person may decide this proposal at all. */
static bool may_decide(struct writing *writing, const struct approving *approving)
{
        const struct approval *approval = &approving->approval;
        bool is_told_by_effect = approving->effect && approving->effect->is_known;

        /* What somebody has no part in is as if it were not there, decided or not; what they signed they know of. */
        if (!approval->kind || (is_told_by_effect && !is_own(writing, approval) &&
                                       !approving->effect->is_known(writing, approval)))
                return refuse(writing, RESULT_PROPOSAL_UNKNOWN);
        if (approval->is_decided)
                return refuse(writing, RESULT_PROPOSAL_DECIDED);
        if (is_own(writing, approval) && !approval->approves)
                return true; /* taking it back */
        if (!is_told_by_effect && !(writing->roles & approval->kind->roles))
                return failure_set(&writing->call->failure, RESULT_ROLE_MISSING,
                        "none of your roles decides %s", approval->kind->word);
        if (is_own(writing, approval)) {
                refuse(writing, RESULT_SELF_APPROVAL);
                writing->call->failure.allowed =
                        "another person may approve it; you may take it back by rejecting it";
                return false;
        }
        return true;
}

bool approval_unreadable(struct writing *writing, const struct approval *approval)
{
        log_event(LOG_ERR, "store.unreadable", "id", writing->call->id, "proposal", approval->id);
        return failure_set(&writing->call->failure, RESULT_STORE_UNAVAILABLE,
                "the store holds a proposal that cannot be read");
}

bool approval_overtaken(struct writing *writing)
{
        struct failure *failure = &writing->call->failure;

        if (failure->code < RESULT_STORE_UNAVAILABLE) /* that nobody could tell is not that it no longer can be */
                failure->code = RESULT_PROPOSAL_OVERTAKEN;
        return false;
}

static bool read_proposed(struct writing *writing, const struct approving *approving, struct approval *approval)
{
        ProtobufCAllocator allocator;

        if (!approving->effect)
                return approval_unreadable(writing, approval);
        if (approving->effect->message_case == QCR__REQUEST__OPERATION__NOT_SET)
                return !approval->held_ended || refuse(writing, RESULT_PROPOSAL_DECIDED);
        text_allocator_init(&allocator, &writing->call->arena);
        approval->proposed =
                qcr__request__unpack(&allocator, approval->request.length, approval->request.data);
        if (!approval->proposed || (unsigned)approval->proposed->operation_case != approving->effect->message_case)
                return approval_unreadable(writing, approval);
        return true;
}

static void on_day(struct writing *writing, const PGresult *result)
{
        writing->entry_day = cell_day(result, 0, 0);
}

/*
 * A rejection changes nothing but the subject's chain of entries. It is made on the day its person was asked for: they
 * may be a deputy whose last one that is.
 */
static void load_rejection(struct writing *writing, const struct approval *approval)
{
        struct query query;

        if (!approval->subject)
                return;
        cases_day_query(&query);
        writing_send(writing, &query, on_day);
        standing_lock_query(&query, approval->subject, approval->subject);
        writing_send(writing, &query, NULL);
        writing_send_previous(writing, approval->subject);
}

static bool load_effect(struct writing *writing, struct approving *approving)
{
        struct approval *approval = &approving->approval;

        approving->effect = approval->kind ? effects[approval->kind->kind] : NULL;
        if (!may_decide(writing, approving) || !read_proposed(writing, approving, approval) ||
                (approval->approves && !approving->effect->read(writing, approval))) {
                writing_refuse(writing);
                return false;
        }
        if (approval->approves)
                approving->effect->load(writing, approval);
        else
                load_rejection(writing, approval);
        return approval->approves || approval->subject;
}

static bool approval_load_more(struct writing *writing)
{
        struct approving *approving = writing->data;
        struct approval *approval = &approving->approval;

        switch (approving->stage) {
        case APPROVAL_PROPOSAL:
                approving->stage = APPROVAL_EFFECT;
                return load_effect(writing, approving);
        case APPROVAL_EFFECT:
                return approval->approves && approving->effect->load_more &&
                       approving->effect->load_more(writing, approval);
        }
        return false;
}

/* ------------------------------------------------------------------- rules */

static void set_reply(struct writing *writing, const struct approving *approving, struct approval *approval)
{
        Qcr__Filed *filed = call_alloc(writing->call, sizeof(*filed));

        qcr__filed__init(filed);
        filed->outcome = call_data_text(approval->approves ? "approved" : "rejected");
        filed->has_proposal = true;
        filed->proposal = call_data_text(approval->item ? approval->id : approval->shown);
        if (approval->approves && approving->effect->reply)
                approving->effect->reply(writing, approval, filed);
        writing->reply->body_case = QCR__REPLY__BODY_FILED;
        writing->reply->filed = filed;
}

static enum act_decision approval_decide(struct writing *writing)
{
        struct approving *approving = writing->data;
        struct approval *approval = &approving->approval;

        if (approval->approves && !approving->effect->decide(writing, approval))
                return ACT_REFUSED;
        writing->body.kind = approval->approves ? "approval" : "rejection";
        writing->body.subject = approval->subject;
        writing->body.proposal = approval->id;
        if (approval->kind->kind == PROPOSAL_HELD_ACCEPT)
                memcpy(writing->body.content, approval->held_hash, sizeof(writing->body.content));
        else
                SHA256(approval->request.data, approval->request.length, writing->body.content);
        set_reply(writing, approving, approval);
        return ACT_WRITE;
}

static void approval_save(struct writing *writing)
{
        const struct approving *approving = writing->data;
        struct approval *approval = approval_of(writing);
        struct query query;

        proposals_approval_insert(&query, approval->serial, approval->item, approval->proposer,
                writing->call->person_id, approval->approves, approval->reason, writing->serial);
        writing_send_one(writing, &query);
        if (approval->kind->kind == PROPOSAL_HELD_ACCEPT) {
                proposals_held_end_insert(&query, approval->subject, approval->run_id, approval->row_no,
                        approval->approves, writing->serial);
                writing_send_one(writing, &query);
        }
        if (approval->approves)
                approving->effect->save(writing, approval);
}

const struct act approval_act = {
        .check = approval_check,
        .load = approval_load,
        .load_more = approval_load_more,
        .decide = approval_decide,
        .save = approval_save,
};
