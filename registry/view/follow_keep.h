/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What the follower keeps: the generation it writes, the state it has reached, the witness, and whether it
 * refuses the store. All decisions about which store may be followed are here; the loop around them is the
 * follower's.
 *
 * A generation is current once it has reached the head of a snapshot, never before: a view that lacks
 * enterprises would call them not registered. A refusal is kept in the view, so that it outlives this process.
 */
#pragma once

#include <openssl/types.h>

#include "registry/view/follow_apply.h"
#include "registry/view/view_generation.h"
#include "registry/view/view_witness.h"

struct follow_keep {
        const char *directory;
        const char *origin;
        EVP_PKEY *ca_key;
        struct digest sha256;
        struct follow_rules *rules;    /* those that were parsed */
        uint8_t boot_id[16];
        struct view_writer *writer;
        char generation[VIEW_GENERATION_SIZE];
        bool is_current;               /* readers see this generation */
        struct view_meta meta;
        struct merkle_frontier frontier;
        bool refused;
        char refusal[256];
        struct view_witness witness;   /* as in its file */
        struct follow_pulse pulse;
        bool has_pulse;                /* a heartbeat was read in this process */
};

/*
 * Opens the current generation, or begins a new one when it cannot be used: it is a copy. A witness that cannot be
 * read is a fault. `directory`, `origin` and `ca_key` live as long as the keep.
 */
bool follow_keep_init(struct follow_keep *keep, const char *directory, const char *origin, EVP_PKEY *ca_key,
        struct fault *why) MUST_CHECK;
void follow_keep_done(struct follow_keep *keep);

/* The serial whose chain the store must show: the newest that was ever shown here. */
uint64_t follow_keep_known(const struct follow_keep *keep);

enum follow_judgement {
        FOLLOW_ACCEPTED = 0,
        FOLLOW_REFUSED,    /* keep->refusal says why */
        FOLLOW_REBUILD,    /* the operator's word was found and taken: a new generation has begun; load anew */
};
/* Is this the store to follow? A fault: files of the view's directory could not be read or written. */
bool follow_keep_judge(struct follow_keep *keep, const struct store_identity *identity, enum follow_judgement *ret,
        struct fault *why) MUST_CHECK;

/* From now on nothing is answered from this view; logs the alarm. */
void follow_keep_refuse(struct follow_keep *keep, const char *reason);

/*
 * Takes a batch; an entry that does not verify makes the keep refuse. `asked_ms` (CLOCK_BOOTTIME) is when it was
 * asked for, `wall_ms` the wall clock then. A fault: the view cannot be written.
 */
bool follow_keep_take(struct follow_keep *keep, const struct follow_batch *batch, int64_t asked_ms, int64_t wall_ms,
        struct fault *why) MUST_CHECK;

/* Writes the witness if the view has gone beyond it. Syncs: once a second, and at the end. */
bool follow_keep_witness(struct follow_keep *keep, struct fault *why) MUST_CHECK;
