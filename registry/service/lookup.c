/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A lookup: the worker hands the question to the sealer and its answer to the client. It adds no fact and can
 * take none away; who asked about whom is written down before the answer leaves.
 */
#include <string.h>

#include "registry/core/digest.h"
#include "registry/service/past.h"

#define CODE_OCTETS 64u    /* as the channel has it; the sealer says what is wrong with a code */
#define PURPOSE_OCTETS 500u
#define CERTIFICATES_MOST 8u

/* What is offered; a client that asks for none gets the first. */
static bool read_suite(struct call *call, enum suite *ret)
{
        const Qcr__Request *message = call->message;
        struct slice word = slice_of(message->suite.data, message->suite.len);

        *ret = SUITE_ED25519_SHA256;
        if (!message->has_suite || (suite_parse(word, ret) && *ret == SUITE_ED25519_SHA256))
                return true;
        return failure_set_field(&call->failure, RESULT_SUITE_UNKNOWN, "suite", slice_of(NULL, 0),
                "suite: this registry offers %s", suite_word(SUITE_ED25519_SHA256));
}

static bool read_fields(struct call *call)
{
        const Qcr__Lookup *message = call->message->lookup;
        struct fields fields = call_fields(call);
        const char *purpose;

        call->code = fields_text(&fields, "code", &message->code, CODE_OCTETS);
        purpose =
                fields_optional(&fields, "purpose", message->has_purpose, &message->purpose, PURPOSE_OCTETS);
        call->purpose = *purpose ? purpose : NULL;
        return !fields.failed;
}

static void reply_sealed(struct call *call, const struct seal_answer *answer)
{
        ProtobufCBinaryData certificates[CERTIFICATES_MOST];
        struct reader r = reader_of(answer->certificates);
        Qcr__Sealed sealed = QCR__SEALED__INIT;
        Qcr__Reply reply = QCR__REPLY__INIT;

        sealed.statement = call_data(answer->statement);
        sealed.index = answer->index;
        sealed.path = call_data(answer->path);
        sealed.head = call_data(answer->head);
        sealed.certificate = certificates;
        while (r.left > 0 && !r.failed && sealed.n_certificate < CERTIFICATES_MOST)
                certificates[sealed.n_certificate++] = call_data(reader_counted(&r));
        if (!reader_is_done(&r) || sealed.n_certificate == 0) {
                call_fail_with(call, RESULT_SEALER_UNAVAILABLE);
                return;
        }
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_SEALED;
        reply.sealed = &sealed;
        call_reply(call, &reply);
}

static void fail_as_sealer(struct call *call, const struct seal_answer *answer)
{
        const struct result *result = result_find(answer->code);
        enum result_code code = result ? result->code : RESULT_SEALER_UNAVAILABLE;

        failure_set(&call->failure, code, "%.*s", (int)answer->text.length, (const char *)answer->text.data);
        if (code == RESULT_CODE_INVALID) {
                call->failure.field = "code";
                call->failure.value = answer->field_value;
        }
        if (answer->retry_after_ms > 0)
                call->failure.retry_after_ms = answer->retry_after_ms;
        call_fail(call);
}

static void on_answer(void *closure, const struct seal_answer *answer, const struct fault *why)
{
        struct call *call = closure;
        const struct result *result;

        if (!answer) {
                call_fail_fault(call, why);
                return;
        }
        result = result_find(answer->code);
        if (!call_audit(call, result ? result->word : "unknown"))
                return;
        if (answer->code == RESULT_DONE)
                reply_sealed(call, answer);
        else
                fail_as_sealer(call, answer);
}

static void ask(struct call *call)
{
        const Qcr__Request *message = call->message;
        struct seal_request request = {
                .suite = SUITE_ED25519_SHA256,
                .code = slice_text(call->code),
                .nonce = slice_of(message->nonce.data, message->nonce.len),
                .has_purpose = call->purpose != NULL,
                .max_age_ms = message->has_max_age_ms ? message->max_age_ms : 0,
                .min_serial = message->has_min_serial ? message->min_serial : 0,
        };
        struct hash hash;

        memcpy(request.request_hash, call->request_hash, sizeof(request.request_hash));
        if (call->purpose) {
                digest_hash(&call->service->digest, slice_text(call->purpose), &hash);
                memcpy(request.purpose_hash, hash.octets, sizeof(request.purpose_hash));
        }
        if (past_is_asked(call))
                past_ask(call, &request, on_answer);
        else
                sealing_ask(call->service->sealing, &request, on_answer, call);
}

static void on_reached(void *closure, bool reached)
{
        struct call *call = closure;

        if (reached || glance_has(&call->service->glance, call->message->min_serial))
                ask(call);
        else
                call_fail_with(call, RESULT_NOT_CAUGHT_UP);
}

/* Asked for no less than a serial: wait for it as a writer would; the sealer checks again. */
static void ask_when_reached(struct call *call)
{
        if (glance_has(&call->service->glance, call->message->min_serial))
                ask(call);
        else
                reaching_wait(call->service->reaching, call->message->min_serial, on_reached, call);
}

void lookup_run(struct call *call)
{
        enum suite suite;

        if (!read_fields(call) || !read_suite(call, &suite)) {
                call_fail(call);
                return;
        }
        if (!quota_take(call->service->quota, call->person_id, call->today)) {
                failure_set(&call->failure, RESULT_QUOTA_SPENT, "your %u lookups of today are spent",
                        call->service->limits.lookups_per_day);
                call->failure.retry_after_ms =
                        (uint32_t)(instant_of_day(day_add(call->today, 1)) - call->now_ms);
                call_fail(call);
                return;
        }
        if (call->message->has_min_serial && call->message->min_serial > 0)
                ask_when_reached(call);
        else
                ask(call);
}
