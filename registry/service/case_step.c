/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A step of a case: taken at once by the person who is enough for it, or proposed and taken when another confirms.
 */
#include <string.h>

#include "registry/service/approval.h"
#include "registry/service/case_taking.h"
#include "registry/store/proposals.h"

/* ----------------------------------------------------------------- the act */

static bool case_step_check(struct writing *writing)
{
        struct case_taking *taking = call_alloc(writing->call, sizeof(*taking));

        writing->data = taking;
        return case_taking_read(writing->call, writing->call->message->case_step, taking);
}

static void case_step_load(struct writing *writing)
{
        case_taking_load(writing, writing->data);
}

static bool case_step_load_more(struct writing *writing)
{
        return case_taking_load_more(writing, writing->data);
}

static void set_reply(struct writing *writing, const struct case_taking *taking)
{
        Qcr__Filed *filed = call_alloc(writing->call, sizeof(*filed));

        qcr__filed__init(filed);
        filed->outcome = call_data_text(taking->needs_second ? "proposed" : "taken");
        case_taking_reply(taking, filed);
        writing->reply->body_case = QCR__REPLY__BODY_FILED;
        writing->reply->filed = filed;
}

static enum act_decision case_step_decide(struct writing *writing)
{
        const Qcr__CaseStep *message = writing->call->message->case_step;
        struct case_taking *taking = writing->data;

        if (!case_taking_decide(writing, taking, &writing->hand, NULL))
                return ACT_REFUSED;
        set_reply(writing, taking);
        if (taking->needs_second) {
                writing_propose(writing, taking->credit.subject);
        } else {
                writing->body.kind = "case-step";
                writing->body.subject = taking->credit.subject;
                memcpy(writing->body.content, writing->call->request_hash, sizeof(writing->body.content));
        }
        writing->is_rehearsal = message->has_dry_run && message->dry_run;
        return writing->is_rehearsal ? ACT_NOTHING : ACT_WRITE;
}

static void case_step_save(struct writing *writing)
{
        struct case_taking *taking = writing->data;
        struct query query;

        if (taking->needs_second) {
                writing_reply_proposal(writing, "proposed");
                proposals_step_insert(&query, writing->serial, taking->credit.subject, taking->request.number,
                        writing->call->person_id, taking->summary);
                writing_send_one(writing, &query);
                return;
        }
        taking->outcome->has_seq = true;
        taking->outcome->seq = taking->row.seq;
        case_taking_save(writing, taking, 0);
}

const struct act case_step_act = {
        .check = case_step_check,
        .load = case_step_load,
        .load_more = case_step_load_more,
        .decide = case_step_decide,
        .save = case_step_save,
};

/* ------------------------------------------------------------ its confirmation */

struct confirmation {
        struct case_taking taking;
        struct hand proposer;
};

/*
 * To whoever works on cases of that office, as those who see what waits. Whose step it is to confirm the procedure says;
 * a rejection is of any of them.
 */
static bool is_known(const struct writing *writing, const struct approval *approval)
{
        return hand_roles_in(&writing->hand, approval->office) != 0;
}

static bool confirmation_read(struct writing *writing, struct approval *approval)
{
        struct confirmation *confirmation = call_alloc(writing->call, sizeof(*confirmation));

        approval->data = confirmation;
        return case_taking_read(writing->call, approval->proposed->case_step, &confirmation->taking) ||
               approval_overtaken(writing);
}

static void confirmation_load(struct writing *writing, struct approval *approval)
{
        struct confirmation *confirmation = approval->data;

        hand_load(writing, &confirmation->proposer, approval->proposer);
        case_taking_load(writing, &confirmation->taking);
}

static bool confirmation_load_more(struct writing *writing, struct approval *approval)
{
        struct confirmation *confirmation = approval->data;

        return case_taking_load_more(writing, &confirmation->taking);
}

/* What the proposer could not propose any more is overtaken; what this person may not confirm is theirs to hear. */
static bool confirmation_decide(struct writing *writing, struct approval *approval)
{
        struct confirmation *confirmation = approval->data;
        struct case_taking *taking = &confirmation->taking;

        if (!case_taking_decide(writing, taking, &confirmation->proposer, NULL))
                return approval_overtaken(writing);
        if (!taking->needs_second)
                return failure_set(&writing->call->failure, RESULT_PROPOSAL_OVERTAKEN,
                        "nobody has to confirm it any more; the proposer may take it alone");
        return case_taking_decide(writing, taking, &confirmation->proposer, &writing->hand);
}

static void confirmation_reply(struct writing *writing, struct approval *approval, Qcr__Filed *filed)
{
        struct confirmation *confirmation = approval->data;
        struct case_taking *taking = &confirmation->taking;

        (void)writing;
        taking->outcome->has_seq = true;
        taking->outcome->seq = taking->row.seq;
        case_taking_reply(taking, filed);
}

static void confirmation_save(struct writing *writing, struct approval *approval)
{
        struct confirmation *confirmation = approval->data;

        case_taking_save(writing, &confirmation->taking, approval->serial);
}

const struct proposal_effect case_effect = {
        .message_case = QCR__REQUEST__OPERATION_CASE_STEP,
        .is_known = is_known,
        .read = confirmation_read,
        .load = confirmation_load,
        .load_more = confirmation_load_more,
        .decide = confirmation_decide,
        .reply = confirmation_reply,
        .save = confirmation_save,
};
