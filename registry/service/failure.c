/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/failure.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/qcr.pb-c.h"

/* A peer that is told to come again soon, all at once with the others, is told when. */
#define RETRY_SOON_MS 1000u
/* Of an offending value, what is sent back. */
#define VALUE_SHOWN 128u

bool failure_set(struct failure *failure, enum result_code code, const char *format, ...)
{
        va_list args;

        *failure = (struct failure){.code = code};
        if (result_find(code)->retryable)
                failure->retry_after_ms = RETRY_SOON_MS;
        va_start(args, format);
        vsnprintf(failure->text, sizeof(failure->text), format, args);
        va_end(args);
        return false;
}

bool failure_set_field(struct failure *failure, enum result_code code, const char *field, struct slice value,
        const char *format, ...)
{
        va_list args;

        *failure = (struct failure){.code = code, .field = field, .value = value};
        va_start(args, format);
        vsnprintf(failure->text, sizeof(failure->text), format, args);
        va_end(args);
        return false;
}

static enum result_code code_of_fault(enum fault_code code)
{
        switch (code) {
        case FAULT_LIMIT:
                return RESULT_OVERLOADED;
        case FAULT_CONFLICT:
                return RESULT_CONTENDED;
        case FAULT_MISMATCH:
                return RESULT_STORE_MISMATCH;
        case FAULT_VIEW:
                return RESULT_VIEW_UNAVAILABLE;
        case FAULT_STALE:
                return RESULT_STALE;
        case FAULT_SEALER:
                return RESULT_SEALER_UNAVAILABLE;
        case FAULT_NONE:
        case FAULT_SYSTEM:
        case FAULT_CONFIG:
        case FAULT_INPUT:
        case FAULT_CRYPTO:
        case FAULT_STORE:
        case FAULT_PEER:
                return RESULT_STORE_UNAVAILABLE;
        }
        return RESULT_STORE_UNAVAILABLE;
}

bool failure_of_fault(struct failure *failure, const struct fault *why)
{
        enum result_code code = code_of_fault(why->code);

        /* The fault's own text names hosts and files: it is for the log, not for the peer. */
        return failure_set(failure, code, "%s", result_find(code)->meaning);
}

static ProtobufCBinaryData data_of(struct slice s)
{
        return (ProtobufCBinaryData){.len = s.length, .data = (uint8_t *)(uintptr_t)s.data};
}

void failure_encode(const struct failure *failure, const char *server_id, struct buffer *ret)
{
        const struct result *result = result_find(failure->code);
        Qcr__Failure message = QCR__FAILURE__INIT;
        size_t length;

        assert(result && result->code != RESULT_DONE);
        message.code = result->code;
        message.reason = data_of(slice_text(result->word));
        message.server = data_of(slice_text(server_id));
        message.text = data_of(slice_text(failure->text));
        message.retryable = result->retryable;
        if (failure->field) {
                message.has_field = true;
                message.field = data_of(slice_text(failure->field));
        }
        if (failure->value.length > 0) {
                message.has_value = true;
                message.value = data_of(failure->value);
                if (message.value.len > VALUE_SHOWN)
                        message.value.len = VALUE_SHOWN;
        }
        if (failure->retry_after_ms > 0) {
                message.has_retry_after_ms = true;
                message.retry_after_ms = failure->retry_after_ms;
        }
        if (failure->article) {
                message.has_article = true;
                message.article = data_of(slice_text(failure->article));
        }
        if (failure->allowed) {
                message.has_allowed = true;
                message.allowed = data_of(slice_text(failure->allowed));
        }
        length = qcr__failure__get_packed_size(&message);
        qcr__failure__pack(&message, buffer_reserve(ret, length));
        ret->length += length;
}
