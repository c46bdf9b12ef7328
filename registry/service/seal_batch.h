/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A batch of questions, answered together: one transaction of the view, a verdict and a statement each, one tree,
 * one signature. What cannot be answered is refused, each question by itself, and takes no place in the tree.
 */
#pragma once

#include "proto/result.h"
#include "registry/core/merkle.h"
#include "registry/core/verdict.h"
#include "registry/service/channel.h"
#include "registry/service/outbox.h"
#include "registry/service/seal_key.h"
#include "registry/view/view.h"

struct seal_question {
        struct outbox *outbox;             /* of the worker that asks */
        struct seal_request request;       /* its slices point into the packet */
        uint8_t packet[CHANNEL_QUESTION_LIMIT];
        uint8_t *large;                    /* the packet instead, where it is longer; the sealer's to free */
};

struct seal_limits {
        uint32_t stale_ms;
        uint32_t stale_cap_ms;
};

/* When it is, and whether that may be believed. */
struct seal_time {
        int64_t now_ms;     /* wall clock */
        int64_t boot_ms;    /* CLOCK_BOOTTIME */
        bool is_wrong;      /* the wall clock has stepped: nothing may be signed */
};

struct seal_batch;

/* `key` and `sha256` live as long as the batch. */
struct seal_batch *seal_batch_new(struct seal_key *key, struct digest *sha256, const struct seal_limits *limits);
void seal_batch_free(struct seal_batch *batch);

/*
 * Answers 1 to MERKLE_BATCH_LIMIT questions into their outboxes, each once, whatever fails. Returns how many
 * statements were signed; with none no signature was made.
 */
unsigned seal_batch_answer(struct seal_batch *batch, struct view *view, const struct seal_question *questions,
        unsigned count, const struct seal_time *time);
