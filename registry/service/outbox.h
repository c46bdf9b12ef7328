/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An outbox: packets on their way to one worker. A socket takes some fifty answers before its reader has to run,
 * so a batch of hundreds waits here between turns. It is bounded: past the limit the oldest go, for whoever asked
 * first has stopped waiting first.
 */
#pragma once

#include "registry/base/bytes.h"

/* Octets waiting for one worker: four thousand answers, as many as it may have asked for in its second of patience. */
#define OUTBOX_LIMIT ((size_t)8 << 20)

struct outbox {
        struct buffer bytes;  /* u32 length, packet; again and again */
        size_t front;         /* where the oldest begins */
        size_t open;          /* where the packet being written begins */
        uint64_t dropped;
};

void outbox_done(struct outbox *outbox);

/* A packet is appended to the buffer between the two. */
struct buffer *outbox_begin(struct outbox *outbox);
void outbox_end(struct outbox *outbox);

bool outbox_is_empty(const struct outbox *outbox);
/* Sends what the socket takes, without waiting. Returns 0, or the error but for a full socket. */
int outbox_flush(struct outbox *outbox, int fd);
