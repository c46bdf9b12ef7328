/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The Merkle tree of RFC 9162 section 2.1: leaves hashed behind 0x00, nodes
 * behind 0x01, split at the largest power of two below the size, the root of
 * nothing the hash of nothing. The prefixes keep a node from being shown as a
 * leaf; the signed size fixes the length of a path and every left and right.
 *
 * Three holders, by what they are for: a batch (up to 512 answers signed
 * together, all levels kept, thrown away after the signature), a frontier (the
 * right edge of a log that grows for ever, at most 64 hashes), and a source
 * (somebody else's stored nodes, from which proofs about a log are made).
 */
#pragma once

#include "registry/core/digest.h"

#define MERKLE_BATCH_LIMIT 512u     /* leaves; beyond, hashing and path octets outweigh the signature saved */
#define MERKLE_BATCH_LEVELS 10u     /* 512 leaves have 9 levels above them */
#define MERKLE_BATCH_PATH_LIMIT 9u  /* hashes in a path of a batch */
#define MERKLE_PATH_LIMIT 64u       /* hashes in an inclusion path at any size */
#define MERKLE_CONSISTENCY_LIMIT 65u

enum merkle_flaw {
        MERKLE_RIGHT = 0,
        MERKLE_INDEX,       /* the index lies outside the tree, or the old size beyond the new */
        MERKLE_PATH_LENGTH, /* not exactly the hashes that index and size imply */
        MERKLE_ROOT,        /* the hashes lead to another root */
};

struct merkle_batch {
        unsigned size;
        unsigned levels;                         /* 0 until built */
        unsigned level_at[MERKLE_BATCH_LEVELS];  /* where each level starts in nodes */
        struct hash nodes[2 * MERKLE_BATCH_LIMIT - 1];
};

struct merkle_frontier {
        uint64_t size;
        struct hash full[64]; /* full[n] is the complete subtree of 2^n leaves, where bit n of size is set */
};

/*
 * Stored nodes of a log: `read` gives the root of the complete subtree of 2^level
 * leaves that starts at leaf index * 2^level. It may fail, as what it reads from may.
 */
struct merkle_source {
        bool (*read)(void *context, unsigned level, uint64_t index, struct hash *ret, struct fault *why);
        void *context;
};

void merkle_leaf(struct digest *d, struct slice bytes, struct hash *ret);
void merkle_node(struct digest *d, const struct hash *left, const struct hash *right, struct hash *ret);

/* Empties the batch; memory of an earlier batch is used again. */
void merkle_batch_init(struct merkle_batch *b);
/* Adds a leaf's hash and returns its index. There must be room, and the batch must not be built yet. */
unsigned merkle_batch_add(struct merkle_batch *b, const struct hash *leaf);
/* Computes all levels in one pass. The batch must not be empty. */
void merkle_batch_build(struct merkle_batch *b, struct digest *d, struct hash *ret_root);
/* The path of one leaf of a built batch, leaf to root; returns the number of hashes. */
unsigned merkle_batch_path(const struct merkle_batch *b, unsigned index,
        struct hash ret[MERKLE_BATCH_PATH_LIMIT]);

/* RFC 9162 section 2.1.3.2. `leaf` is the leaf's hash. */
enum merkle_flaw merkle_verify_inclusion(struct digest *d, uint64_t index, uint64_t size,
        const struct hash *leaf, const struct hash *path, size_t path_count, const struct hash *root);
/* RFC 9162 section 2.1.4.2; equal sizes need equal roots and no hashes, size 0 is a part of every tree. */
enum merkle_flaw merkle_verify_consistency(struct digest *d, uint64_t old_size, const struct hash *old_root,
        uint64_t new_size, const struct hash *new_root, const struct hash *path, size_t path_count);

void merkle_frontier_init(struct merkle_frontier *f);
void merkle_frontier_append(struct merkle_frontier *f, struct digest *d, const struct hash *leaf);
void merkle_frontier_root(const struct merkle_frontier *f, struct digest *d, struct hash *ret);
/* Size, then the hashes from the largest subtree down; 8 + 32 x (bits set in size) octets. */
void merkle_frontier_encode(const struct merkle_frontier *f, struct buffer *ret);
/* False unless the octets are exactly one frontier; `ret` untouched then. */
bool merkle_frontier_decode(struct slice bytes, struct merkle_frontier *ret);

/* Proofs about a log from its stored nodes. Sizes must be within what the source holds. */
bool merkle_prove_inclusion(struct digest *d, const struct merkle_source *source, uint64_t index,
        uint64_t size, struct hash ret[MERKLE_PATH_LIMIT], size_t *ret_count, struct fault *why) MUST_CHECK;
bool merkle_prove_consistency(struct digest *d, const struct merkle_source *source, uint64_t old_size,
        uint64_t new_size, struct hash ret[MERKLE_CONSISTENCY_LIMIT], size_t *ret_count,
        struct fault *why) MUST_CHECK;
