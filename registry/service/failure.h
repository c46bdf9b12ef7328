/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Why a request gets no answer of its kind: a result code with what a person and a program need to act on it.
 * It is made where the reason is known, kept by the call, and encoded once. Texts are the caller's and live
 * until then: literals, or texts of the call's arena.
 */
#pragma once

#include "proto/result.h"
#include "registry/base/bytes.h"
#include "registry/base/fault.h"

struct failure {
        enum result_code code;
        char text[240];          /* English, for people; no personal data */
        const char *field;       /* of the message, or NULL */
        struct slice value;      /* what stood there; empty: not said */
        uint32_t retry_after_ms; /* 0: not said */
        const char *article;     /* the rule that refused, or NULL */
        const char *allowed;     /* what may be done instead, and when; or NULL */
};

/*
 * Sets code and text, clears the rest, and returns false, so that `return failure_set(...)` reads as it is.
 */
bool failure_set(struct failure *failure, enum result_code code, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
/* The same about a field of the message. */
bool failure_set_field(struct failure *failure, enum result_code code, const char *field, struct slice value,
        const char *format, ...) __attribute__((format(printf, 5, 6)));
/* What a fault of the store, the view or the sealer is for whoever asked. */
bool failure_of_fault(struct failure *failure, const struct fault *why);

/* Appends the payload of a failure frame. */
void failure_encode(const struct failure *failure, const char *server_id, struct buffer *ret);
