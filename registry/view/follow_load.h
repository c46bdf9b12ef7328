/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Loading one batch from the store, in one snapshot: which store it is, the entries behind a serial, and then
 * all that these rest on and touch. Two trips to the server, whatever the batch holds.
 */
#pragma once

#include "registry/store/db.h"
#include "registry/view/follow_batch.h"

/* Whether to go on, told which store it is before anything of it is read; false abandons the batch. */
typedef bool (*follow_judge_fn)(void *closure, const struct store_identity *identity, struct fault *why);
/* The batch, which lives during the call, or NULL and why not. */
typedef void (*follow_loaded_fn)(void *closure, struct follow_batch *batch, const struct fault *why);

/* `known`: the serial whose chain the identity is to give. `loaded` is called exactly once, never before this returns. */
void follow_load(struct db *db, uint64_t after, uint64_t known, follow_judge_fn judge, follow_loaded_fn loaded,
        void *closure);
