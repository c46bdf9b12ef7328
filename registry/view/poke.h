/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A poke: what workers and the follower say to each other about serials, one packet each over the inner channel
 * (service/channel). A worker that has committed asks the follower to reach the entry now rather than at its
 * next poll; the follower says when the view has it, or that it refuses the store.
 */
#pragma once

#include "registry/base/bytes.h"

enum poke_kind {
        POKE_REACH = 1,   /* worker -> follower */
        POKE_REACHED = 2, /* follower -> worker: the view has this serial */
        POKE_REFUSED = 3, /* follower -> worker: the store is another one, or untrue */
};

struct poke {
        enum poke_kind kind;
        uint32_t generation; /* of the worker that asks; echoed */
        uint64_t serial;
};

#define POKE_OCTETS 14u

void poke_encode(struct buffer *to, const struct poke *poke);
bool poke_decode(struct slice packet, struct poke *ret) __attribute__((warn_unused_result));
