/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The worker's end of the sealer's channel. Questions of one loop turn leave together; each is answered
 * once: by the sealer, or after `wait_ms` as SEALER_UNAVAILABLE, or at once as OVERLOADED when the sealer
 * takes no more and the queue is full. An answer that comes too late, or to an earlier life of this worker,
 * is dropped.
 */
#pragma once

#include <event2/event.h>

#include "registry/base/fault.h"
#include "registry/service/channel.h"

struct sealing;

/* `answer` lives during the call; NULL: none came, and why. */
typedef void (*sealing_done_fn)(void *closure, const struct seal_answer *answer, const struct fault *why);

struct sealing *sealing_new(struct event_base *base, int channel, uint32_t generation, uint32_t wait_ms,
        unsigned waiting_max);
/* Tells everybody who waits. */
void sealing_free(struct sealing *sealing);

/* Id and generation are set here. `done` is called exactly once, never before this returns. */
void sealing_ask(struct sealing *sealing, struct seal_request *request, sealing_done_fn done, void *closure);
