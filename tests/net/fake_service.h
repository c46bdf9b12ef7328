/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A service whose answers the test decides: the network room is tried against service.h with nothing behind
 * it. A call is answered at once with its own payload, or kept until fake_service_answer, as the test says.
 */
#pragma once

#include "registry/service/service.h"

#define FAKE_CALLS_MAX 4096u

struct fake_call {
        uint64_t session;
        uint64_t request_id;
};

struct service {
        enum result_code login;       /* of everybody */
        enum result_code recheck;
        bool keeps_calls;             /* answers wait for the test */
        size_t answer_octets;         /* of each answer; 0: the call's own payload */
        service_reply_fn reply;
        void *closure;
        struct fake_call calls[FAKE_CALLS_MAX]; /* kept, in order */
        size_t kept;
        size_t handed;                /* calls in all */
        size_t forgotten;             /* sessions that went while they waited */
        bool is_draining;
};

struct service *fake_service_new(service_reply_fn reply, void *closure);
/* Answers the oldest kept call. */
void fake_service_answer(struct service *service);
