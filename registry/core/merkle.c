/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/merkle.h"

#include <assert.h>

static const uint8_t leaf_prefix = 0x00;
static const uint8_t node_prefix = 0x01;

void merkle_leaf(struct digest *d, struct slice bytes, struct hash *ret)
{
        digest_begin(d);
        digest_add(d, slice_of(&leaf_prefix, 1));
        digest_add(d, bytes);
        digest_end(d, ret);
}

void merkle_node(struct digest *d, const struct hash *left, const struct hash *right, struct hash *ret)
{
        digest_begin(d);
        digest_add(d, slice_of(&node_prefix, 1));
        digest_add(d, hash_slice(left));
        digest_add(d, hash_slice(right));
        digest_end(d, ret);
}

/* ------------------------------------------------------------------ batch */

void merkle_batch_init(struct merkle_batch *b)
{
        b->size = 0;
        b->levels = 0;
}

unsigned merkle_batch_add(struct merkle_batch *b, const struct hash *leaf)
{
        assert(b->size < MERKLE_BATCH_LIMIT && b->levels == 0);
        b->nodes[b->size] = *leaf;
        return b->size++;
}

/*
 * Level by level; an odd last node moves up as it is. That gives the root of the
 * recursive definition, and the moved node adds nothing to a path.
 */
void merkle_batch_build(struct merkle_batch *b, struct digest *d, struct hash *ret_root)
{
        unsigned from = 0, width = b->size;

        assert(b->size > 0 && b->levels == 0);
        b->level_at[b->levels++] = 0;
        while (width > 1) {
                unsigned to = from + width;

                b->level_at[b->levels++] = to;
                for (unsigned i = 0; i + 1 < width; i += 2)
                        merkle_node(d, &b->nodes[from + i], &b->nodes[from + i + 1], &b->nodes[to + i / 2]);
                if (width % 2)
                        b->nodes[to + width / 2] = b->nodes[from + width - 1];
                from = to;
                width = (width + 1) / 2;
        }
        *ret_root = b->nodes[from];
}

unsigned merkle_batch_path(const struct merkle_batch *b, unsigned index,
        struct hash ret[MERKLE_BATCH_PATH_LIMIT])
{
        unsigned count = 0, width = b->size;

        assert(b->levels > 0 && index < b->size);
        for (unsigned level = 0; width > 1; level++) {
                unsigned sibling = index ^ 1;

                if (sibling < width)
                        ret[count++] = b->nodes[b->level_at[level] + sibling];
                index /= 2;
                width = (width + 1) / 2;
        }
        return count;
}

/* ----------------------------------------------------------- verification */

enum merkle_flaw merkle_verify_inclusion(struct digest *d, uint64_t index, uint64_t size,
        const struct hash *leaf, const struct hash *path, size_t path_count, const struct hash *root)
{
        struct hash at = *leaf;
        uint64_t fn = index, sn = size - 1;

        if (index >= size)
                return MERKLE_INDEX;
        for (size_t i = 0; i < path_count; i++) {
                if (sn == 0)
                        return MERKLE_PATH_LENGTH;
                if (fn % 2 == 1 || fn == sn) {
                        merkle_node(d, &path[i], &at, &at);
                        while (fn % 2 == 0 && fn != 0) {
                                fn /= 2;
                                sn /= 2;
                        }
                } else {
                        merkle_node(d, &at, &path[i], &at);
                }
                fn /= 2;
                sn /= 2;
        }
        if (sn != 0)
                return MERKLE_PATH_LENGTH;
        return hash_equal(&at, root) ? MERKLE_RIGHT : MERKLE_ROOT;
}

enum merkle_flaw merkle_verify_consistency(struct digest *d, uint64_t old_size, const struct hash *old_root,
        uint64_t new_size, const struct hash *new_root, const struct hash *path, size_t path_count)
{
        struct hash old_at, new_at, empty;
        uint64_t fn, sn;

        if (old_size > new_size)
                return MERKLE_INDEX;
        if (old_size == new_size || old_size == 0) {
                digest_hash(d, slice_of(NULL, 0), &empty);
                if (path_count != 0)
                        return MERKLE_PATH_LENGTH;
                if (old_size == 0 && !hash_equal(old_root, &empty))
                        return MERKLE_ROOT;
                return old_size < new_size || hash_equal(old_root, new_root) ? MERKLE_RIGHT : MERKLE_ROOT;
        }

        fn = old_size - 1;
        sn = new_size - 1;
        while (fn % 2 == 1) {
                fn /= 2;
                sn /= 2;
        }
        /* A power of two is a node of the new tree: the old root stands before the path. */
        if ((old_size & (old_size - 1)) == 0) {
                old_at = *old_root;
        } else {
                if (path_count == 0)
                        return MERKLE_PATH_LENGTH;
                old_at = *path++;
                path_count--;
        }
        new_at = old_at;
        for (size_t i = 0; i < path_count; i++) {
                if (sn == 0)
                        return MERKLE_PATH_LENGTH;
                if (fn % 2 == 1 || fn == sn) {
                        merkle_node(d, &path[i], &old_at, &old_at);
                        merkle_node(d, &path[i], &new_at, &new_at);
                        while (fn % 2 == 0 && fn != 0) {
                                fn /= 2;
                                sn /= 2;
                        }
                } else {
                        merkle_node(d, &new_at, &path[i], &new_at);
                }
                fn /= 2;
                sn /= 2;
        }
        if (sn != 0)
                return MERKLE_PATH_LENGTH;
        return hash_equal(&old_at, old_root) && hash_equal(&new_at, new_root) ? MERKLE_RIGHT : MERKLE_ROOT;
}

/* --------------------------------------------------------------- frontier */

void merkle_frontier_init(struct merkle_frontier *f)
{
        *f = (struct merkle_frontier){0};
}

void merkle_frontier_append(struct merkle_frontier *f, struct digest *d, const struct hash *leaf)
{
        struct hash at = *leaf;
        unsigned level = 0;

        assert(f->size < UINT64_MAX);
        for (; f->size >> level & 1; level++)
                merkle_node(d, &f->full[level], &at, &at);
        f->full[level] = at;
        f->size++;
}

void merkle_frontier_root(const struct merkle_frontier *f, struct digest *d, struct hash *ret)
{
        unsigned level;

        if (f->size == 0) {
                digest_hash(d, slice_of(NULL, 0), ret);
                return;
        }
        level = (unsigned)__builtin_ctzll(f->size);
        *ret = f->full[level];
        while (++level < 64)
                if (f->size >> level & 1)
                        merkle_node(d, &f->full[level], ret, ret);
}

void merkle_frontier_encode(const struct merkle_frontier *f, struct buffer *ret)
{
        buffer_add_u64(ret, f->size);
        for (unsigned level = 64; level-- > 0;)
                if (f->size >> level & 1)
                        buffer_add_slice(ret, hash_slice(&f->full[level]));
}

bool merkle_frontier_decode(struct slice bytes, struct merkle_frontier *ret)
{
        struct reader r = reader_of(bytes);
        struct merkle_frontier f = {.size = reader_u64(&r)};

        for (unsigned level = 64; level-- > 0;)
                if (f.size >> level & 1) {
                        struct slice octets = reader_take(&r, HASH_SIZE);

                        for (size_t i = 0; i < octets.length; i++)
                                f.full[level].octets[i] = octets.data[i];
                }
        if (!reader_is_done(&r))
                return false;
        *ret = f;
        return true;
}

/* ------------------------------------------------------------------ proofs */

/* The largest power of two below n, for n >= 2. */
static uint64_t split_of(uint64_t n)
{
        return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/*
 * The root over leaves from..to of a log. `from` is a multiple of every power of two
 * up to the width, as all ranges of the recursive definition are, so the range falls
 * into complete subtrees, largest first; they are folded from the right.
 */
static bool range_root(struct digest *d, const struct merkle_source *source, uint64_t from, uint64_t to,
        struct hash *ret, struct fault *why)
{
        struct hash parts[64];
        unsigned count = 0;

        while (from < to) {
                unsigned level = 63u - (unsigned)__builtin_clzll(to - from);

                if (!source->read(source->context, level, from >> level, &parts[count++], why))
                        return false;
                from += UINT64_C(1) << level;
        }
        while (count > 1) {
                merkle_node(d, &parts[count - 2], &parts[count - 1], &parts[count - 2]);
                count--;
        }
        *ret = parts[0];
        return true;
}

static void reverse(struct hash *hashes, size_t count)
{
        for (size_t i = 0; i < count / 2; i++) {
                struct hash other = hashes[i];

                hashes[i] = hashes[count - 1 - i];
                hashes[count - 1 - i] = other;
        }
}

bool merkle_prove_inclusion(struct digest *d, const struct merkle_source *source, uint64_t index,
        uint64_t size, struct hash ret[MERKLE_PATH_LIMIT], size_t *ret_count, struct fault *why)
{
        uint64_t from = 0, to = size;
        size_t count = 0;

        assert(index < size);
        while (to - from > 1) {
                uint64_t middle = from + split_of(to - from);
                bool left = index < middle;

                if (!range_root(d, source, left ? middle : from, left ? to : middle, &ret[count++], why))
                        return false;
                if (left)
                        to = middle;
                else
                        from = middle;
        }
        reverse(ret, count);
        *ret_count = count;
        return true;
}

/* SUBPROOF of RFC 9162 section 2.1.4.1, walked from the top. */
bool merkle_prove_consistency(struct digest *d, const struct merkle_source *source, uint64_t old_size,
        uint64_t new_size, struct hash ret[MERKLE_CONSISTENCY_LIMIT], size_t *ret_count, struct fault *why)
{
        uint64_t from = 0, to = new_size;
        size_t count = 0;

        assert(old_size <= new_size);
        if (old_size == 0) {
                *ret_count = 0;
                return true;
        }
        while (old_size < to) {
                uint64_t middle = from + split_of(to - from);
                bool left = old_size <= middle;

                if (!range_root(d, source, left ? middle : from, left ? to : middle, &ret[count++], why))
                        return false;
                if (left)
                        to = middle;
                else
                        from = middle;
        }
        /* The old tree ends with this range; unless it is the whole old tree its root must be told. */
        if (from != 0 && !range_root(d, source, from, to, &ret[count++], why))
                return false;
        reverse(ret, count);
        *ret_count = count;
        return true;
}
