/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tests/net/fake_service.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct service *fake_service_new(service_reply_fn reply, void *closure)
{
        struct service *service = must_alloc(sizeof(*service));

        service->login = service->recheck = RESULT_DONE;
        service->reply = reply;
        service->closure = closure;
        return service;
}

void service_free(struct service *service)
{
        free(service);
}

enum result_code service_login(struct service *service, const uint8_t fingerprint[32], struct peer *ret)
{
        if (service->login != RESULT_DONE)
                return service->login;
        memset(ret, 0, sizeof(*ret));
        memcpy(ret->fingerprint, fingerprint, 32);
        snprintf(ret->person_id, sizeof(ret->person_id), "somebody");
        return RESULT_DONE;
}

enum result_code service_recheck(struct service *service, const struct peer *peer)
{
        (void)peer;
        return service->recheck;
}

void service_greeting(struct service *service, const struct peer *peer, struct buffer *ret)
{
        (void)service;
        buffer_add_text(ret, "hello ");
        buffer_add_text(ret, peer->person_id);
}

void service_failure(struct service *service, enum result_code code, const char *text, struct buffer *ret)
{
        (void)service, (void)text;
        buffer_add_format(ret, "%d", (int)code);
}

static void answer(struct service *service, uint64_t session, uint64_t request_id, struct slice payload)
{
        struct buffer filler = BUFFER_INIT;

        if (service->answer_octets) {
                memset(buffer_reserve(&filler, service->answer_octets), 'x', service->answer_octets);
                payload = slice_of(filler.data, service->answer_octets);
        }
        service->reply(service->closure, session, request_id, FRAME_REPLY, payload);
        buffer_done(&filler);
}

void service_call(struct service *service, const struct peer *peer, uint64_t session, uint64_t request_id,
        struct slice payload)
{
        (void)peer;
        service->handed++;
        if (!service->keeps_calls) {
                answer(service, session, request_id, payload);
                return;
        }
        assert(service->kept < FAKE_CALLS_MAX);
        service->calls[service->kept++] = (struct fake_call){session, request_id};
}

void fake_service_answer(struct service *service)
{
        struct fake_call call = service->calls[0];

        assert(service->kept > 0);
        service->kept--;
        memmove(service->calls, service->calls + 1, service->kept * sizeof(call));
        answer(service, call.session, call.request_id, slice_text("later"));
}

void service_forget(struct service *service, uint64_t session)
{
        (void)session;
        service->forgotten++;
}

size_t service_pending(const struct service *service)
{
        return service->kept;
}

void service_drain(struct service *service)
{
        service->is_draining = true;
}
