/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "registry/core/base64.h"
#include "registry/core/note.h"
#include "tests/support/mini_ca.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* The receipts of docs/EVIDENCE.md, made and checked by the independent implementation. */
static const char *const names[] = {"found", "not-registered", "listed", "merged", "withheld", "explained"};
#define OF_ONE_BATCH 5 /* the first; the last is alone in its own */

static struct digest digest;
static X509 *root;
static struct buffer file;

static void read_data(const char *name, struct buffer *ret)
{
        const char *folder = getenv("QCR_SOURCE");
        char path[512];
        FILE *from;
        size_t got;

        snprintf(path, sizeof(path), "%s/tests/data/evidence/%s", folder ? folder : ".", name);
        from = fopen(path, "re");
        ck_assert_msg(from != NULL, "%s", path);
        do {
                got = fread(buffer_reserve(ret, 4096), 1, 4096, from);
                ret->length += got;
        } while (got);
        fclose(from);
}

static void read_receipt(const char *name)
{
        char full[64];

        snprintf(full, sizeof(full), "receipt-%s.txt", name);
        buffer_clear(&file);
        read_data(full, &file);
}

static void setup(void)
{
        CLEANUP(buffer) struct buffer pem = BUFFER_INIT;
        struct fault why;
        BIO *bio;

        ck_assert(digest_init(&digest, SUITE_ED25519_SHA256, &why));
        read_data("root.pem", &pem);
        bio = BIO_new_mem_buf(pem.data, (int)pem.length);
        root = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        ck_assert(root != NULL);
        BIO_free(bio);
        read_receipt("found");
}

static void teardown(void)
{
        X509_free(root);
        buffer_done(&file);
        digest_done(&digest);
}

/* Decodes and judges: 0 only when both say yes. */
static int judge(struct slice text)
{
        CLEANUP(receipt) struct receipt receipt = {.bytes = BUFFER_INIT};
        struct trust trust = {.roots = &root, .root_count = 1, .suites = SUITE_BIT(SUITE_ED25519_SHA256)};
        struct evidence_verdict verdict;
        enum receipt_flaw flaw = receipt_decode(text, &receipt);

        return flaw ? 1000 + (int)flaw : (int)evidence_verify(&receipt.evidence, &trust, &digest, &verdict);
}

static void replace(struct buffer *ret, const char *from, const char *to)
{
        const char *text = buffer_text(&file), *at = strstr(text, from);

        ck_assert_msg(at != NULL, "%s", from);
        buffer_add(ret, text, (size_t)(at - text));
        buffer_add_text(ret, to);
        buffer_add_text(ret, at + strlen(from));
}

static const struct {
        enum receipt_flaw flaw;
        const char *from;
        const char *to;
} forms[] = {
        {RECEIPT_BLOCK, "-----BEGIN QCR STATEMENT-----\n", "\n-----BEGIN QCR STATEMENT-----\n"},
        {RECEIPT_BLOCK, "-----BEGIN QCR STATEMENT-----\n", "a note\n-----BEGIN QCR STATEMENT-----\n"},
        {RECEIPT_BLOCK, "-----BEGIN QCR STATEMENT-----\n", ""},
        {RECEIPT_BLOCK, "-----BEGIN QCR REQUEST-----\n", "\n-----BEGIN QCR REQUEST-----\n"},
        {RECEIPT_BLOCK, "-----BEGIN QCR REQUEST-----\n",
                "-----BEGIN QCR LOG PROOF-----\nAAAA\n-----END QCR LOG PROOF-----\n-----BEGIN QCR REQUEST-----\n"},
        {RECEIPT_BLOCK, "-----BEGIN QCR INCLUSION-----\n", "-----BEGIN QCR inclusion-----\n"},
        {RECEIPT_BLOCK, "-----BEGIN QCR HEAD-----\n", "-----BEGIN QCR HEAD-----\r\n"},
        {RECEIPT_BLOCK, "-----BEGIN CERTIFICATE-----\n", "-----BEGIN TRUSTED CERTIFICATE-----\n"},
        {RECEIPT_BASE64, "-----END QCR HEAD-----\n", "\n-----END QCR HEAD-----\n"},
        {RECEIPT_BASE64, "-----END QCR HEAD-----\n", "AAAA\n-----END QCR HEAD-----\n"},
        {RECEIPT_BASE64, "-----END QCR STATEMENT-----\n", "-----END QCR STATEMENT----- \n"},
        {RECEIPT_BASE64, "-----BEGIN QCR REQUEST-----\n", "-----BEGIN QCR REQUEST-----\nAAAA\n"},
        {RECEIPT_BASE64, "-----BEGIN QCR REQUEST-----\n", "-----BEGIN QCR REQUEST-----\n-----END QCR REQUEST-----\n"},
        {RECEIPT_BASE64, "-----BEGIN QCR HEAD-----\n", "-----BEGIN QCR HEAD-----\nVersion: 1\n\n"},
};

START_TEST(a_receipt_with_anything_beside_its_blocks_is_refused)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        struct receipt receipt;

        replace(&b, forms[_i].from, forms[_i].to);
        ck_assert_int_eq(receipt_decode(buffer_slice(&b), &receipt), forms[_i].flaw);
}
END_TEST

START_TEST(what_stands_behind_the_last_block_is_refused)
{
        static const char *const tails[] = {"\n", " ",
                "-----BEGIN QCR TIMESTAMP TOKEN-----\nAAAA\n-----END QCR TIMESTAMP TOKEN-----\n",
                "-----BEGIN QCR STATEMENT-----\nAAAA\n-----END QCR STATEMENT-----\n"};
        struct receipt receipt;

        for (int i = 0; i < COUNT(tails); i++) {
                CLEANUP(buffer) struct buffer b = BUFFER_INIT;

                buffer_add_slice(&b, buffer_slice(&file));
                buffer_add_text(&b, tails[i]);
                ck_assert_int_eq(receipt_decode(buffer_slice(&b), &receipt), RECEIPT_BLOCK);
        }
}
END_TEST

START_TEST(a_receipt_cut_short_anywhere_is_refused)
{
        for (size_t length = 0; length < file.length; length++)
                ck_assert_int_ne(judge(slice_of(file.data, length)), 0);
}
END_TEST

START_TEST(base64_lines_broken_elsewhere_are_refused)
{
        for (size_t i = 0; i < file.length; i++) {
                CLEANUP(buffer) struct buffer b = BUFFER_INIT;

                buffer_add(&b, file.data, i);
                buffer_add_u8(&b, '\n');
                buffer_add(&b, file.data + i, file.length - i);
                ck_assert_int_ne(judge(buffer_slice(&b)), 0);
                if (file.data[i] != '\n')
                        continue;
                buffer_clear(&b);
                buffer_add(&b, file.data, i);
                buffer_add(&b, file.data + i + 1, file.length - i - 1);
                ck_assert_int_ne(judge(buffer_slice(&b)), 0);
        }
}
END_TEST

static const struct {
        const char *text;
        bool right;
} inclusions[] = {
        {"index 0\nsize 1\n", true},
        {"index 511\nsize 512\n", true},
        {"index 1\nsize 1\n", false},
        {"index 0\nsize 0\n", false},
        {"index 0\nsize 513\n", false},
        {"index 00\nsize 1\n", false},
        {"size 1\nindex 0\n", false},
        {"index 0\nsize 1", false},
        {"index 0\nsize 1\n\n", false},
        {"index 0\nsize 2\nAAAA\n", false},
        {"index 0\nsize 2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", true},
        {"index 0\nsize 2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n", false},
        {"index 0\nsize 2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \n", false},
};

START_TEST(an_inclusion_text_has_one_form)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        CLEANUP(buffer) struct buffer encoded = BUFFER_INIT;
        CLEANUP(receipt) struct receipt receipt = {.bytes = BUFFER_INIT};
        const char *text = buffer_text(&file), *from = strstr(text, "-----BEGIN QCR INCLUSION-----\n");
        const char *until = strstr(text, "-----END QCR INCLUSION-----\n");

        base64_encode(slice_text(inclusions[_i].text), &encoded);
        buffer_add(&b, text, (size_t)(from - text));
        buffer_add_text(&b, "-----BEGIN QCR INCLUSION-----\n");
        for (size_t i = 0; i < encoded.length; i++) {
                buffer_add_u8(&b, encoded.data[i]);
                if (i % 64 == 63 || i == encoded.length - 1)
                        buffer_add_u8(&b, '\n');
        }
        buffer_add_text(&b, until);
        ck_assert_int_eq(receipt_decode(buffer_slice(&b), &receipt),
                inclusions[_i].right ? RECEIPT_RIGHT : RECEIPT_INCLUSION);
}
END_TEST

START_TEST(a_thousand_changes_of_one_octet_are_each_refused)
{
        uint64_t state = 0x2545f4914f6cdd1dull;

        for (int i = 0; i < 1000; i++) {
                CLEANUP(receipt) struct receipt receipt = {.bytes = BUFFER_INIT};
                CLEANUP(buffer) struct buffer changed = BUFFER_INIT;
                struct slice *parts[6];
                struct slice *part;
                size_t at;

                read_receipt(names[i % OF_ONE_BATCH]);
                ck_assert_int_eq(receipt_decode(buffer_slice(&file), &receipt), RECEIPT_RIGHT);
                struct evidence *e = &receipt.evidence;

                parts[0] = &e->statement;
                parts[1] = &e->request;
                parts[2] = &e->head;
                parts[3] = &e->certificates[0];
                parts[4] = &e->certificates[1];
                parts[5] = NULL;
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                part = parts[state % 6];
                at = (size_t)(state >> 16);
                uint8_t flip = (uint8_t)(1u << (state >> 8 & 7));

                if (part)
                        receipt.bytes.data[(size_t)(part->data - receipt.bytes.data) + at % part->length] ^= flip;
                else if (state >> 4 & 1)
                        e->path[at % e->path_count].octets[(at >> 8) % HASH_SIZE] ^= flip;
                else
                        e->index = e->index ? e->index - 1 : 1;
                receipt_encode(e, &changed);
                ck_assert_msg(judge(buffer_slice(&changed)) != 0, "round %d", i);
        }
}
END_TEST

START_TEST(a_change_of_any_character_of_the_file_is_refused)
{
        for (size_t i = 0; i < file.length; i++) {
                file.data[i] ^= 0x01;
                ck_assert_msg(judge(buffer_slice(&file)) != 0, "at %zu", i);
                file.data[i] ^= 0x01;
        }
}
END_TEST

START_TEST(a_receipt_beyond_the_limits_is_refused)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        struct receipt receipt;
        const char *text = buffer_text(&file), *certificate = strstr(text, "-----BEGIN CERTIFICATE-----");

        buffer_add_slice(&b, buffer_slice(&file));
        for (unsigned i = 2; i < CHAIN_LIMIT + 1; i++)
                buffer_add_text(&b, certificate);
        ck_assert_int_eq(receipt_decode(buffer_slice(&b), &receipt), RECEIPT_SIZE);
        while (b.length <= RECEIPT_LIMIT)
                buffer_add_text(&b, certificate);
        ck_assert_int_eq(receipt_decode(buffer_slice(&b), &receipt), RECEIPT_SIZE);
}
END_TEST

START_TEST(the_published_receipts_are_authentic_and_encode_to_the_same_octets)
{
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        CLEANUP(receipt) struct receipt receipt = {.bytes = BUFFER_INIT};

        read_receipt(names[_i]);
        ck_assert_int_eq(judge(buffer_slice(&file)), 0);
        ck_assert_int_eq(receipt_decode(buffer_slice(&file), &receipt), RECEIPT_RIGHT);
        receipt_encode(&receipt.evidence, &again);
        ck_assert(slice_equal(buffer_slice(&again), buffer_slice(&file)));
}
END_TEST

START_TEST(answers_of_one_batch_are_judged_under_a_head_that_was_judged_once)
{
        struct trust trust = {.roots = &root, .root_count = 1, .suites = SUITE_BIT(SUITE_ED25519_SHA256)};
        struct statement statement;
        struct head head;

        for (int i = 0; i < OF_ONE_BATCH; i++) {
                CLEANUP(receipt) struct receipt receipt = {.bytes = BUFFER_INIT};

                read_receipt(names[i]);
                ck_assert_int_eq(receipt_decode(buffer_slice(&file), &receipt), RECEIPT_RIGHT);
                if (i == 0)
                        ck_assert_int_eq(evidence_verify_head(&receipt.evidence, &trust, &digest, &head),
                                EVIDENCE_AUTHENTIC);
                ck_assert_int_eq(evidence_verify_answer(&receipt.evidence, &trust, &head, &digest, &statement),
                        EVIDENCE_AUTHENTIC);
                head.root.octets[0] ^= 1;
                ck_assert_int_eq(evidence_verify_answer(&receipt.evidence, &trust, &head, &digest, &statement),
                        EVIDENCE_INCLUSION);
                head.root.octets[0] ^= 1;
        }
}
END_TEST

/* The program writes, from what it read, the octets that the independent implementation wrote. */
START_TEST(the_published_batch_is_made_again_octet_by_octet)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        CLEANUP(buffer) struct buffer note = BUFFER_INIT;
        struct receipt receipts[OF_ONE_BATCH];
        EVP_PKEY *private = mini_key("qcr evidence vector: signer");
        uint8_t public[ED25519_PUBLIC_SIZE];
        struct hash path[MERKLE_BATCH_PATH_LIMIT], leaf;
        struct merkle_batch batch;
        struct note_key key;
        struct note published;
        struct head head;
        struct fault why;

        merkle_batch_init(&batch);
        for (int i = 0; i < OF_ONE_BATCH; i++) {
                struct statement s;

                read_receipt(names[i]);
                ck_assert_int_eq(receipt_decode(buffer_slice(&file), &receipts[i]), RECEIPT_RIGHT);
                ck_assert_int_eq(statement_parse(receipts[i].evidence.statement, &s), STATEMENT_RIGHT);
                buffer_clear(&text);
                ck_assert_int_eq(statement_format(&s, &text), STATEMENT_RIGHT);
                ck_assert(slice_equal(buffer_slice(&text), receipts[i].evidence.statement));
                merkle_leaf(&digest, buffer_slice(&text), &leaf);
                merkle_batch_add(&batch, &leaf);
        }
        ck_assert_int_eq(note_parse(receipts[0].evidence.head, &published), NOTE_RIGHT);
        ck_assert(head_parse(published.text, &head));
        memset(&head.root, 0, sizeof(head.root));
        merkle_batch_build(&batch, &digest, &head.root);
        buffer_clear(&text);
        head_format(&head, &text);
        ck_assert(ed25519_public(private, public));
        note_key_init(&key, slice_text("credit.example.cn/registry/lookup"), public, &digest);
        ck_assert(note_sign(buffer_slice(&text), &key, private, &note, &why));
        for (int i = 0; i < OF_ONE_BATCH; i++) {
                ck_assert(slice_equal(buffer_slice(&note), receipts[i].evidence.head));
                ck_assert_uint_eq(merkle_batch_path(&batch, (unsigned)i, path), receipts[i].evidence.path_count);
                ck_assert_mem_eq(path, receipts[i].evidence.path,
                        receipts[i].evidence.path_count * sizeof(struct hash));
                receipt_done(&receipts[i]);
        }
        EVP_PKEY_free(private);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("receipt");
        TCase *c = tcase_create("receipt");

        tcase_add_checked_fixture(c, setup, teardown);
        tcase_set_timeout(c, 120);
        tcase_add_loop_test(c, a_receipt_with_anything_beside_its_blocks_is_refused, 0, COUNT(forms));
        tcase_add_test(c, what_stands_behind_the_last_block_is_refused);
        tcase_add_test(c, a_receipt_cut_short_anywhere_is_refused);
        tcase_add_test(c, base64_lines_broken_elsewhere_are_refused);
        tcase_add_loop_test(c, an_inclusion_text_has_one_form, 0, COUNT(inclusions));
        tcase_add_test(c, a_thousand_changes_of_one_octet_are_each_refused);
        tcase_add_test(c, a_change_of_any_character_of_the_file_is_refused);
        tcase_add_test(c, a_receipt_beyond_the_limits_is_refused);
        tcase_add_loop_test(c, the_published_receipts_are_authentic_and_encode_to_the_same_octets, 0,
                COUNT(names));
        tcase_add_test(c, answers_of_one_batch_are_judged_under_a_head_that_was_judged_once);
        tcase_add_test(c, the_published_batch_is_made_again_octet_by_octet);
        suite_add_tcase(suite, c);
        return suite_run(suite);
}
