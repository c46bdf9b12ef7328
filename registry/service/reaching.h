/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The worker's end of the follower's channel: waiting until the view has a serial. Whoever wrote an entry
 * waits here before it is acknowledged, so that the next lookup, on whatever connection, shows it.
 */
#pragma once

#include <event2/event.h>

#include "registry/view/poke.h"

struct reaching;

/* `reached` is false when the time ran out, or the follower refuses the store. */
typedef void (*reaching_done_fn)(void *closure, bool reached);

struct reaching *reaching_new(struct event_base *base, int channel, uint32_t generation, uint32_t wait_ms);
void reaching_free(struct reaching *reaching);

/* Pokes the follower and waits. `done` is called exactly once, never before this returns. */
void reaching_wait(struct reaching *reaching, uint64_t serial, reaching_done_fn done, void *closure);
