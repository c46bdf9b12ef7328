/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/merkle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/base64.h"
#include "tests/support/suite.h"

static struct digest digest;

static void setup(void)
{
        struct fault why;

        ck_assert(digest_init(&digest, SUITE_ED25519_SHA256, &why));
}

static void teardown(void)
{
        digest_done(&digest);
}

static struct hash hash_of_hex(const char *hex)
{
        struct hash h;

        ck_assert(hex_decode(hex, strlen(hex), h.octets, HASH_SIZE));
        return h;
}

static void leaf_of(unsigned i, struct hash *ret)
{
        char text[24];

        snprintf(text, sizeof(text), "leaf %u", i);
        merkle_leaf(&digest, slice_text(text), ret);
}

static void build(struct merkle_batch *b, unsigned size, struct hash *ret_root)
{
        struct hash leaf;

        merkle_batch_init(b);
        for (unsigned i = 0; i < size; i++) {
                leaf_of(i, &leaf);
                ck_assert_uint_eq(merkle_batch_add(b, &leaf), i);
        }
        merkle_batch_build(b, &digest, ret_root);
}

/* A log whose nodes are computed from its leaves whenever they are asked for. */
static bool read_node(void *context, unsigned level, uint64_t index, struct hash *ret, struct fault *why)
{
        uint64_t size = *(uint64_t *)context;
        struct hash left, right;

        if ((index + 1) << level > size)
                return fault_set(why, FAULT_STORE, "node %u/%llu is not complete", level,
                        (unsigned long long)index);
        if (level == 0) {
                leaf_of((unsigned)index, ret);
                return true;
        }
        if (!read_node(context, level - 1, 2 * index, &left, why) ||
                !read_node(context, level - 1, 2 * index + 1, &right, why))
                return false;
        merkle_node(&digest, &left, &right, ret);
        return true;
}

START_TEST(a_leaf_shown_as_a_node_is_refused)
{
        struct merkle_batch b;
        struct hash root, leaf, path[MERKLE_BATCH_PATH_LIMIT], inner;

        build(&b, 4, &root);
        /* Both children of the root, written one after the other, offered as the data of a leaf. */
        uint8_t forged[2 * HASH_SIZE];

        memcpy(forged, &b.nodes[b.level_at[1]], HASH_SIZE);
        memcpy(forged + HASH_SIZE, &b.nodes[b.level_at[1] + 1], HASH_SIZE);
        merkle_leaf(&digest, slice_of(forged, sizeof(forged)), &leaf);
        ck_assert_int_eq(merkle_verify_inclusion(&digest, 0, 1, &leaf, NULL, 0, &root), MERKLE_ROOT);

        /* An inner node offered with the rest of a path. */
        inner = b.nodes[b.level_at[1]];
        ck_assert_uint_eq(merkle_batch_path(&b, 0, path), 2);
        ck_assert_int_eq(
                merkle_verify_inclusion(&digest, 0, 4, &inner, path + 1, 1, &root), MERKLE_PATH_LENGTH);
}
END_TEST

START_TEST(a_path_is_refused_at_any_other_index_size_or_length)
{
        struct merkle_batch b;
        struct hash root, leaf, other, path[MERKLE_BATCH_PATH_LIMIT + 1];

        for (unsigned size = 1; size <= 33; size++) {
                build(&b, size, &root);
                for (unsigned index = 0; index < size; index++) {
                        unsigned count = merkle_batch_path(&b, index, path);

                        leaf = b.nodes[index];
                        path[count] = leaf;
                        for (unsigned i = 0; i < size + 2; i++)
                                if (i != index)
                                        ck_assert_int_ne(merkle_verify_inclusion(&digest, i, size, &leaf,
                                                                 path, count, &root),
                                                MERKLE_RIGHT);
                        ck_assert_int_eq(merkle_verify_inclusion(&digest, size, size, &leaf, path, count,
                                                 &root),
                                MERKLE_INDEX);
                        ck_assert_int_eq(merkle_verify_inclusion(&digest, index, size, &leaf, path,
                                                 count + 1, &root),
                                MERKLE_PATH_LENGTH);
                        if (count)
                                ck_assert_int_eq(merkle_verify_inclusion(&digest, index, size, &leaf, path,
                                                         count - 1, &root),
                                        MERKLE_PATH_LENGTH);
                        for (unsigned i = 0; i < count; i++) {
                                path[i].octets[index % HASH_SIZE] ^= 0x40;
                                ck_assert_int_eq(merkle_verify_inclusion(&digest, index, size, &leaf, path,
                                                         count, &root),
                                        MERKLE_ROOT);
                                path[i].octets[index % HASH_SIZE] ^= 0x40;
                        }
                        other = leaf;
                        other.octets[0] ^= 1;
                        ck_assert_int_eq(merkle_verify_inclusion(&digest, index, size, &other, path, count,
                                                 &root),
                                MERKLE_ROOT);
                }
        }
        ck_assert_int_eq(merkle_verify_inclusion(&digest, 0, 0, &leaf, NULL, 0, &root), MERKLE_INDEX);
}
END_TEST

START_TEST(a_consistency_proof_is_refused_when_anything_in_it_changes)
{
        uint64_t size = 40;
        struct merkle_source source = {.read = read_node, .context = &size};
        struct merkle_batch b;
        struct hash roots[41], proof[MERKLE_CONSISTENCY_LIMIT];
        struct fault why;
        size_t count;

        for (unsigned n = 1; n <= 40; n++)
                build(&b, n, &roots[n]);
        for (unsigned n = 1; n <= 40; n++) {
                for (unsigned m = 1; m <= n; m++) {
                        ck_assert(merkle_prove_consistency(&digest, &source, m, n, proof, &count, &why));
                        ck_assert_int_ne(merkle_verify_consistency(&digest, m, &roots[m % 40 + 1], n,
                                                 &roots[n], proof, count),
                                MERKLE_RIGHT);
                        ck_assert_int_ne(merkle_verify_consistency(&digest, m, &roots[m], n,
                                                 &roots[n % 40 + 1], proof, count),
                                MERKLE_RIGHT);
                        if (count)
                                ck_assert_int_eq(merkle_verify_consistency(&digest, m, &roots[m], n,
                                                         &roots[n], proof, count - 1),
                                        MERKLE_PATH_LENGTH);
                        proof[count] = roots[1];
                        ck_assert_int_eq(merkle_verify_consistency(&digest, m, &roots[m], n, &roots[n],
                                                 proof, count + 1),
                                MERKLE_PATH_LENGTH);
                        for (size_t i = 0; i < count; i++) {
                                proof[i].octets[31] ^= 1;
                                ck_assert_int_eq(merkle_verify_consistency(&digest, m, &roots[m], n,
                                                         &roots[n], proof, count),
                                        MERKLE_ROOT);
                                proof[i].octets[31] ^= 1;
                        }
                }
                ck_assert_int_eq(merkle_verify_consistency(&digest, n + 1, &roots[n], n, &roots[n], NULL, 0),
                        MERKLE_INDEX);
                ck_assert_int_eq(merkle_verify_consistency(&digest, 0, &roots[n], n, &roots[n], NULL, 0),
                        MERKLE_ROOT);
        }
}
END_TEST

START_TEST(a_source_that_fails_makes_no_proof)
{
        uint64_t size = 5;
        struct merkle_source source = {.read = read_node, .context = &size};
        struct hash proof[MERKLE_CONSISTENCY_LIMIT];
        struct fault why = {0};
        size_t count;

        ck_assert(!merkle_prove_inclusion(&digest, &source, 2, 8, proof, &count, &why));
        ck_assert_int_eq(why.code, FAULT_STORE);
        ck_assert(!merkle_prove_consistency(&digest, &source, 3, 8, proof, &count, &why));
}
END_TEST

/* The trees of RFC 6962's reference implementation: eight inputs, the root at each size. */
static const char *const reference_inputs[] = {"", "00", "10", "2021", "3031", "40414243",
        "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
static const char *const reference_roots[] = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

START_TEST(the_reference_trees_have_their_published_roots)
{
        struct merkle_batch b;
        struct merkle_frontier f;
        struct hash root, leaf;
        uint8_t data[16];

        merkle_frontier_init(&f);
        merkle_frontier_root(&f, &digest, &root);
        struct hash empty = hash_of_hex(reference_roots[0]);

        ck_assert(hash_equal(&root, &empty));
        for (unsigned size = 1; size <= 8; size++) {
                merkle_batch_init(&b);
                for (unsigned i = 0; i < size; i++) {
                        size_t length = strlen(reference_inputs[i]);

                        ck_assert(hex_decode(reference_inputs[i], length, data, length / 2));
                        merkle_leaf(&digest, slice_of(data, length / 2), &leaf);
                        merkle_batch_add(&b, &leaf);
                }
                merkle_frontier_append(&f, &digest, &leaf);
                merkle_batch_build(&b, &digest, &root);
                struct hash expected = hash_of_hex(reference_roots[size]);

                ck_assert(hash_equal(&root, &expected));
                merkle_frontier_root(&f, &digest, &root);
                ck_assert(hash_equal(&root, &expected));
        }
}
END_TEST

static FILE *open_vectors(void)
{
        char path[512];
        const char *folder = getenv("QCR_SOURCE");
        FILE *file;

        snprintf(path, sizeof(path), "%s/tests/data/evidence/merkle.txt", folder ? folder : ".");
        file = fopen(path, "re");
        ck_assert_msg(file != NULL, "%s", path);
        return file;
}

/* Every path is checked against its root as well as against the sum over all paths. */
static void check_inclusion(unsigned size, const struct hash *root, const struct hash *expected)
{
        CLEANUP(buffer) struct buffer paths = BUFFER_INIT;
        struct merkle_source source = {.read = read_node, .context = &(uint64_t){size}};
        struct merkle_batch b;
        struct hash built, path[MERKLE_BATCH_PATH_LIMIT], proved[MERKLE_PATH_LIMIT], sum;
        struct fault why;
        size_t proved_count;

        build(&b, size, &built);
        ck_assert(hash_equal(&built, root));
        for (unsigned i = 0; i < size; i++) {
                unsigned count = merkle_batch_path(&b, i, path);

                buffer_add(&paths, path, count * sizeof(struct hash));
                ck_assert_int_eq(
                        merkle_verify_inclusion(&digest, i, size, &b.nodes[i], path, count, root), MERKLE_RIGHT);
                if (size > 70 || i % 3)
                        continue;
                ck_assert(merkle_prove_inclusion(&digest, &source, i, size, proved, &proved_count, &why));
                ck_assert_uint_eq(proved_count, count);
                ck_assert_mem_eq(proved, path, count * sizeof(struct hash));
        }
        digest_hash(&digest, buffer_slice(&paths), &sum);
        ck_assert(hash_equal(&sum, expected));
}

/* Nodes of a log kept level by level, so that all proofs of all sizes stay cheap. */
static struct hash stored[9][256];

static bool read_stored(void *context, unsigned level, uint64_t index, struct hash *ret, struct fault *why)
{
        (void)context;
        (void)why;
        *ret = stored[level][index];
        return true;
}

static void check_consistency(unsigned size, const struct hash roots[], const struct hash *expected)
{
        CLEANUP(buffer) struct buffer proofs = BUFFER_INIT;
        struct merkle_source source = {.read = read_stored};
        struct hash proof[MERKLE_CONSISTENCY_LIMIT], sum;
        struct fault why;
        size_t count;

        for (unsigned m = 1; m <= size; m++) {
                ck_assert(merkle_prove_consistency(&digest, &source, m, size, proof, &count, &why));
                buffer_add(&proofs, proof, count * sizeof(struct hash));
                ck_assert_int_eq(merkle_verify_consistency(&digest, m, &roots[m], size, &roots[size], proof,
                                         count),
                        MERKLE_RIGHT);
        }
        digest_hash(&digest, buffer_slice(&proofs), &sum);
        ck_assert(hash_equal(&sum, expected));
}

START_TEST(every_path_and_proof_up_to_256_leaves_agrees_with_the_oracle)
{
        FILE *file = open_vectors();
        static struct hash roots[257];
        char root[65], paths[65], proofs[65];
        unsigned size, lines = 0;

        for (unsigned i = 0; i < 256; i++)
                leaf_of(i, &stored[0][i]);
        for (unsigned level = 1; level < 9; level++)
                for (unsigned i = 0; i < 256u >> level; i++)
                        merkle_node(&digest, &stored[level - 1][2 * i], &stored[level - 1][2 * i + 1],
                                &stored[level][i]);
        while (fscanf(file, "%u %64s %64s %64s", &size, root, paths, proofs) == 4) {
                struct hash inclusion = hash_of_hex(paths), consistency = hash_of_hex(proofs);

                ck_assert_uint_eq(size, ++lines);
                roots[size] = hash_of_hex(root);
                check_inclusion(size, &roots[size], &inclusion);
                check_consistency(size, roots, &consistency);
        }
        ck_assert_uint_eq(lines, 256);
        fclose(file);
}
END_TEST

START_TEST(a_full_batch_of_512_leaves_proves_each_of_them)
{
        struct merkle_batch b;
        struct hash root, path[MERKLE_BATCH_PATH_LIMIT];

        for (unsigned size = 509; size <= 512; size++) {
                build(&b, size, &root);
                for (unsigned i = 0; i < size; i++) {
                        unsigned count = merkle_batch_path(&b, i, path);

                        ck_assert_int_eq(merkle_verify_inclusion(&digest, i, size, &b.nodes[i], path, count,
                                                 &root),
                                MERKLE_RIGHT);
                }
        }
}
END_TEST

START_TEST(a_frontier_has_the_root_of_the_whole_tree_at_every_size_and_survives_its_octets)
{
        CLEANUP(buffer) struct buffer octets = BUFFER_INIT;
        struct merkle_batch b;
        struct merkle_frontier f, again;
        struct hash root, leaf, at;

        merkle_frontier_init(&f);
        for (unsigned size = 1; size <= 300; size++) {
                leaf_of(size - 1, &leaf);
                merkle_frontier_append(&f, &digest, &leaf);
                build(&b, size, &root);
                buffer_clear(&octets);
                merkle_frontier_encode(&f, &octets);
                ck_assert_uint_eq(octets.length, 8 + 32 * (size_t)__builtin_popcount(size));
                ck_assert(merkle_frontier_decode(buffer_slice(&octets), &again));
                merkle_frontier_root(&again, &digest, &at);
                ck_assert(hash_equal(&at, &root));
                ck_assert(!merkle_frontier_decode(slice_of(octets.data, octets.length - 1), &again));
                buffer_add_u8(&octets, 0);
                ck_assert(!merkle_frontier_decode(buffer_slice(&octets), &again));
        }
}
END_TEST

static const struct {
        const char *text;
        const char *bytes; /* NULL: not canonical */
} base64_cases[] = {
        /* RFC 4648 section 10 */
        {"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm9v", "foo"}, {"Zm9vYg==", "foob"}, {"Zm9vYmE=", "fooba"},
        {"Zm9vYmFy", "foobar"},
        {"Zh==", NULL}, {"Zm9=", NULL}, {"Zg", NULL}, {"Zg=", NULL}, {"Zg==\n", NULL}, {"Z g=", NULL},
        {"Zm9v====", NULL}, {"====", NULL}, {"Z===", NULL}, {"=m9v", NULL}, {"Zm-_", NULL}, {"Zg==Zg==", NULL},
};

START_TEST(base64_is_read_in_its_canonical_form_alone)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        const char *text = base64_cases[_i].text, *bytes = base64_cases[_i].bytes;

        ck_assert_int_eq(base64_decode(slice_text(text), &b), bytes != NULL);
        if (!bytes) {
                ck_assert_uint_eq(b.length, 0);
                return;
        }
        ck_assert(slice_equal(buffer_slice(&b), slice_text(bytes)));
        buffer_clear(&b);
        base64_encode(slice_text(bytes), &b);
        ck_assert(slice_equal(buffer_slice(&b), slice_text(text)));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("merkle");
        TCase *c = tcase_create("merkle");

        tcase_add_checked_fixture(c, setup, teardown);
        tcase_set_timeout(c, 120);
        tcase_add_test(c, a_leaf_shown_as_a_node_is_refused);
        tcase_add_test(c, a_path_is_refused_at_any_other_index_size_or_length);
        tcase_add_test(c, a_consistency_proof_is_refused_when_anything_in_it_changes);
        tcase_add_test(c, a_source_that_fails_makes_no_proof);
        tcase_add_test(c, the_reference_trees_have_their_published_roots);
        tcase_add_test(c, every_path_and_proof_up_to_256_leaves_agrees_with_the_oracle);
        tcase_add_test(c, a_full_batch_of_512_leaves_proves_each_of_them);
        tcase_add_test(c, a_frontier_has_the_root_of_the_whole_tree_at_every_size_and_survives_its_octets);
        tcase_add_loop_test(c, base64_is_read_in_its_canonical_form_alone, 0,
                sizeof(base64_cases) / sizeof(base64_cases[0]));
        suite_add_tcase(suite, c);
        return suite_run(suite);
}
