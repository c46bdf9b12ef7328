/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/question.h"

#include <string.h>

#include "registry/core/digest.h"

#define CODE_OCTETS 64u    /* as the channel has it; the sealer says what is wrong with a code */
#define PURPOSE_OCTETS 500u

/* What is offered; a client that asks for none gets the first. */
static bool read_suite(struct call *call)
{
        const Qcr__Request *message = call->message;
        struct slice word = slice_of(message->suite.data, message->suite.len);
        enum suite suite;

        if (!message->has_suite || (suite_parse(word, &suite) && suite == SUITE_ED25519_SHA256))
                return true;
        return failure_set_field(&call->failure, RESULT_SUITE_UNKNOWN, "suite", slice_of(NULL, 0),
                "suite: this registry offers %s", suite_word(SUITE_ED25519_SHA256));
}

static bool read_fields(struct call *call, const struct question_fields *from)
{
        struct fields fields = call_fields(call);
        const char *purpose;

        call->code = fields_text(&fields, "code", from->code, CODE_OCTETS);
        purpose = fields_optional(&fields, "purpose", from->has_purpose, from->purpose, PURPOSE_OCTETS);
        call->purpose = *purpose ? purpose : NULL;
        return !fields.failed;
}

static bool take_quota(struct call *call)
{
        if (quota_take(call->service->quota, call->person_id, call->today))
                return true;
        failure_set(&call->failure, RESULT_QUOTA_SPENT, "your %u lookups of today are spent",
                call->service->limits.lookups_per_day);
        call->failure.retry_after_ms = (uint32_t)(instant_of_day(day_add(call->today, 1)) - call->now_ms);
        return false;
}

bool question_begin(struct call *call, const struct question_fields *from)
{
        return read_fields(call, from) && read_suite(call) && take_quota(call);
}

/* ------------------------------------------------------------------- serial */

struct waiting {
        struct call *call;
        void (*ask)(struct call *call);
};

static void on_reached(void *closure, bool reached)
{
        struct waiting *waiting = closure;
        struct call *call = waiting->call;

        if (reached || glance_has(&call->service->glance, call->message->min_serial))
                waiting->ask(call);
        else
                call_fail_with(call, RESULT_NOT_CAUGHT_UP);
}

/* Waits as a writer would; the sealer checks again. */
void question_when_reached(struct call *call, void (*ask)(struct call *call))
{
        uint64_t serial = call->message->has_min_serial ? call->message->min_serial : 0;
        struct waiting *waiting;

        if (serial == 0 || glance_has(&call->service->glance, serial)) {
                ask(call);
                return;
        }
        waiting = call_alloc(call, sizeof(*waiting));
        *waiting = (struct waiting){call, ask};
        reaching_wait(call->service->reaching, serial, on_reached, waiting);
}

void question_request(const struct call *call, struct seal_request *ret)
{
        const Qcr__Request *message = call->message;
        struct hash hash;

        *ret = (struct seal_request){
                .suite = SUITE_ED25519_SHA256,
                .code = slice_text(call->code),
                .nonce = slice_of(message->nonce.data, message->nonce.len),
                .has_purpose = call->purpose != NULL,
                .max_age_ms = message->has_max_age_ms ? message->max_age_ms : 0,
                .min_serial = message->has_min_serial ? message->min_serial : 0,
        };
        memcpy(ret->request_hash, call->request_hash, sizeof(ret->request_hash));
        if (call->purpose) {
                digest_hash(&call->service->digest, slice_text(call->purpose), &hash);
                memcpy(ret->purpose_hash, hash.octets, sizeof(ret->purpose_hash));
        }
}

/* ------------------------------------------------------------------- answer */

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

bool question_is_answered(struct call *call, const struct seal_answer *answer, const struct fault *why)
{
        const struct result *result;

        if (!answer) {
                call_fail_fault(call, why);
                return false;
        }
        if (answer->code == RESULT_DONE)
                return true;
        result = result_find(answer->code);
        if (call_audit(call, result ? result->word : "unknown"))
                fail_as_sealer(call, answer);
        return false;
}

bool question_sealed(const struct seal_answer *answer,
        ProtobufCBinaryData certificates[QUESTION_CERTIFICATES_MOST], Qcr__Sealed *ret)
{
        struct reader r = reader_of(answer->certificates);

        qcr__sealed__init(ret);
        ret->statement = call_data(answer->statement);
        ret->index = answer->index;
        ret->path = call_data(answer->path);
        ret->head = call_data(answer->head);
        ret->certificate = certificates;
        while (r.left > 0 && !r.failed && ret->n_certificate < QUESTION_CERTIFICATES_MOST)
                certificates[ret->n_certificate++] = call_data(reader_counted(&r));
        return reader_is_done(&r) && ret->n_certificate > 0;
}
