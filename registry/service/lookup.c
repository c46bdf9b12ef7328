/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A lookup: the worker hands the question to the sealer and its answer to the client. It adds no fact and can
 * take none away; who asked about whom is written down before the answer leaves.
 */
#include "registry/service/past.h"
#include "registry/service/question.h"

static void on_answer(void *closure, const struct seal_answer *answer, const struct fault *why)
{
        ProtobufCBinaryData certificates[QUESTION_CERTIFICATES_MOST];
        struct call *call = closure;
        Qcr__Sealed sealed;
        Qcr__Reply reply = QCR__REPLY__INIT;

        if (!question_is_answered(call, answer, why) || !call_audit(call, result_find(RESULT_DONE)->word))
                return;
        if (!question_sealed(answer, certificates, &sealed)) {
                call_fail_with(call, RESULT_SEALER_UNAVAILABLE);
                return;
        }
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_SEALED;
        reply.sealed = &sealed;
        call_reply(call, &reply);
}

static void ask(struct call *call)
{
        struct seal_request request;

        question_request(call, &request);
        if (past_is_asked(call))
                past_ask(call, &request, on_answer);
        else
                sealing_ask(call->service->sealing, &request, on_answer, call);
}

void lookup_run(struct call *call)
{
        const Qcr__Lookup *message = call->message->lookup;
        const struct question_fields fields = {&message->code, message->has_purpose, &message->purpose};

        if (question_begin(call, &fields))
                question_when_reached(call, ask);
        else
                call_fail(call);
}
