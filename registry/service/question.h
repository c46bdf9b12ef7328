/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A question to the sealer, which a lookup and an explanation both are: who asks about which code and why, what
 * it costs of the person's quota, from which serial on it may be answered, and the sealed part of the reply.
 */
#pragma once

#include "registry/service/call.h"
#include "registry/service/sealing.h"

#define QUESTION_CERTIFICATES_MOST 8u

struct question_fields {
        const ProtobufCBinaryData *code;
        protobuf_c_boolean has_purpose;
        const ProtobufCBinaryData *purpose;
};

/* Sets the call's code and purpose and takes one of the quota. False: the call's failure says why not. */
bool question_begin(struct call *call, const struct question_fields *from) MUST_CHECK;
/* Calls `ask` when this node has the serial that the request wants at least, if any; or ends the call. */
void question_when_reached(struct call *call, void (*ask)(struct call *call));
/* The request's part of what the sealer is asked. */
void question_request(const struct call *call, struct seal_request *ret);

/* Is there an answer? If not the call has been audited and ended. `answer` is NULL when none came, and why. */
bool question_is_answered(struct call *call, const struct seal_answer *answer, const struct fault *why) MUST_CHECK;
/* The answer as the reply's part. `certificates` and the answer must live until the reply is encoded. */
bool question_sealed(const struct seal_answer *answer,
        ProtobufCBinaryData certificates[QUESTION_CERTIFICATES_MOST], Qcr__Sealed *ret) MUST_CHECK;
