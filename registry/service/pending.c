/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Proposals that wait for a second person, oldest first; whoever works here may see them, but for steps of cases,
 * which are their office's matter.
 */
#include "registry/service/reading.h"
#include "registry/store/proposals.h"

#define PROPOSALS_MOST 500u

/* Texts stay in the result, which lives until the reply is encoded. */
static Qcr__Proposal *proposal_of(struct call *call, const PGresult *result, int row)
{
        Qcr__Proposal *proposal = call_alloc(call, sizeof(*proposal));

        qcr__proposal__init(proposal);
        proposal->serial = (uint64_t)cell_number(result, row, 0);
        proposal->item = (uint64_t)cell_number(result, row, 1);
        proposal->kind = call_data_text(cell_text(result, row, 2));
        proposal->proposer = call_data_text(cell_text(result, row, 3));
        proposal->summary = call_data_text(cell_text(result, row, 4));
        proposal->has_subject = !cell_is_null(result, row, 5);
        if (proposal->has_subject)
                proposal->subject = call_data_text(cell_text(result, row, 5));
        proposal->at_ms = cell_number(result, row, 6);
        return proposal;
}

static void on_rows(struct call *call, const PGresult *result)
{
        Qcr__Proposals proposals = QCR__PROPOSALS__INIT;
        Qcr__Reply reply = QCR__REPLY__INIT;
        int count = PQntuples(result);

        proposals.proposal = call_alloc(call, (size_t)count * sizeof(*proposals.proposal));
        for (int i = 0; i < count && i < (int)PROPOSALS_MOST; i++)
                proposals.proposal[proposals.n_proposal++] = proposal_of(call, result, i);
        proposals.truncated = count > (int)PROPOSALS_MOST;
        if (!call_audit(call, "listed"))
                return;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_PROPOSALS;
        reply.proposals = &proposals;
        call_reply(call, &reply);
}

void pending_run(struct call *call)
{
        struct query query;

        proposals_open_query(&query, call->person_id, call->today, PROPOSALS_MOST + 1);
        reading_ask(call, &query, on_rows);
}
