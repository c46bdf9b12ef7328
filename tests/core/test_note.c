/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/note.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "registry/core/base64.h"
#include "registry/core/head.h"
#include "tests/support/mini_ca.h"
#include "tests/support/suite.h"

static struct digest digest;
static EVP_PKEY *private;
static struct note_key key;

static void setup(void)
{
        struct fault why;
        uint8_t public[ED25519_PUBLIC_SIZE];

        ck_assert(digest_init(&digest, SUITE_ED25519_SHA256, &why));
        private = mini_key("note");
        ck_assert(ed25519_public(private, public));
        note_key_init(&key, slice_text("example.org/key"), public, &digest);
}

static void teardown(void)
{
        EVP_PKEY_free(private);
        digest_done(&digest);
}

/* The published example of the format. */
static const char example_key[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char example_note[] =
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
        "\n"
        "\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

START_TEST(the_published_example_verifies_under_its_published_key)
{
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        struct note_key peter;
        struct note note;

        ck_assert(note_key_parse(slice_text(example_key), &digest, &peter));
        ck_assert_int_eq(note_parse(slice_text(example_note), &note), NOTE_RIGHT);
        ck_assert_int_eq(note_verify(&note, &peter), NOTE_RIGHT);
        note_key_format(&peter, &again);
        ck_assert_str_eq(buffer_text(&again), example_key);
        ck_assert_int_eq(note_verify(&note, &key), NOTE_UNSIGNED);
}
END_TEST

#define LINE "\xe2\x80\x94 a AAAAAAA=\n"

static const struct {
        const char *note;
        enum note_flaw flaw;
} forms[] = {
        {"", NOTE_FORM},
        {"text\n", NOTE_FORM},
        {"text\n\n", NOTE_FORM},
        {"\n\n" LINE, NOTE_FORM},
        {"text\n" LINE, NOTE_FORM},
        {"text\n\n- a AAAAAAA=\n", NOTE_FORM},
        {"text\n\n\xe2\x80\x94" "a AAAAAAA=\n", NOTE_FORM},
        {"text\n\n\xe2\x80\x94  AAAAAAA=\n", NOTE_FORM},
        {"text\n\n\xe2\x80\x94 a+b AAAAAAA=\n", NOTE_FORM},
        {"text\n\n\xe2\x80\x94 a  AAAAAAA=\n", NOTE_FORM},
        {"text\n\n\xe2\x80\x94 a AAAAAAA=", NOTE_FORM},
        {"text\n\n\xe2\x80\x94 a AAAAAAA= \n", NOTE_FORM},
        {"text\n\n\xe2\x80\x94 a AAAAAA==\n", NOTE_FORM}, /* a key id and no signature */
        {"text\n\n\xe2\x80\x94 a AAAAAAB=\n", NOTE_FORM}, /* unused bits set */
        {"text\n\n\xe2\x80\x94 a AAAA AAA=\n", NOTE_FORM},
        {"text\n\n" LINE "more\n", NOTE_FORM},
        {"text\n\n" LINE LINE, NOTE_REPEATED},
        {"te\rxt\n\n" LINE, NOTE_TEXT},
        {"te\txt\n\n" LINE, NOTE_TEXT},
        {"te\xffxt\n\n" LINE, NOTE_TEXT},
        {"te\xc2\x9bxt\n\n" LINE, NOTE_TEXT},
        {"te\x7fxt\n\n" LINE, NOTE_TEXT},
        {"text\n\n" LINE, NOTE_RIGHT},
        {"te\n\nxt\n\n" LINE, NOTE_RIGHT},
        {"text\n\n" LINE "\xe2\x80\x94 b AAAAAAA=\n", NOTE_RIGHT},
};

START_TEST(a_note_is_read_in_its_one_form)
{
        struct note note;

        ck_assert_int_eq(note_parse(slice_text(forms[_i].note), &note), forms[_i].flaw);
}
END_TEST

START_TEST(a_nul_is_refused_anywhere)
{
        char text[] = "text\n\n" LINE;
        struct note note;

        for (size_t i = 0; i < sizeof(text) - 1; i++) {
                char kept = text[i];

                text[i] = '\0';
                ck_assert_int_ne(note_parse(slice_of(text, sizeof(text) - 1), &note), NOTE_RIGHT);
                text[i] = kept;
        }
}
END_TEST

START_TEST(notes_longer_than_the_limits_are_refused)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        struct note note;

        for (size_t i = 0; i < NOTE_TEXT_LIMIT - 1; i++)
                buffer_add_u8(&b, 'x');
        buffer_add_text(&b, "\n\n" LINE);
        ck_assert_int_eq(note_parse(buffer_slice(&b), &note), NOTE_RIGHT);
        ck_assert_uint_eq(note.text.length, NOTE_TEXT_LIMIT);
        b.data[NOTE_TEXT_LIMIT - 1] = 'x';
        ck_assert_int_ne(note_parse(buffer_slice(&b), &note), NOTE_RIGHT);
        buffer_clear(&b);
        for (size_t i = 0; i < NOTE_TEXT_LIMIT; i++)
                buffer_add_u8(&b, 'x');
        buffer_add_text(&b, "\n\n" LINE);
        ck_assert_int_eq(note_parse(buffer_slice(&b), &note), NOTE_SIZE);

        buffer_clear(&b);
        buffer_add_text(&b, "text\n\n");
        for (unsigned i = 0; i < NOTE_SIGNATURE_LIMIT; i++)
                buffer_add_format(&b, "\xe2\x80\x94 a%u AAAAAAA=\n", i);
        ck_assert_int_eq(note_parse(buffer_slice(&b), &note), NOTE_RIGHT);
        buffer_add_text(&b, LINE);
        ck_assert_int_eq(note_parse(buffer_slice(&b), &note), NOTE_SIZE);
}
END_TEST

START_TEST(a_line_of_a_known_key_must_be_true_whatever_stands_beside_it)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        struct fault why;
        struct note note;

        ck_assert(note_sign(slice_text("said\n"), &key, private, &b, &why));
        buffer_add_text(&b, "\xe2\x80\x94 witness AAAAAAA=\n");
        ck_assert_int_eq(note_parse(buffer_slice(&b), &note), NOTE_RIGHT);
        ck_assert_int_eq(note_verify(&note, &key), NOTE_RIGHT);
        b.data[0] ^= 1;
        ck_assert_int_eq(note_parse(buffer_slice(&b), &note), NOTE_RIGHT);
        ck_assert_int_eq(note_verify(&note, &key), NOTE_SIGNATURE);
}
END_TEST

START_TEST(a_short_signature_of_a_known_key_is_refused)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        uint8_t line[4 + 63] = {0};
        struct note note;

        for (unsigned i = 0; i < 4; i++)
                line[i] = (uint8_t)(key.id >> (24 - 8 * i));
        buffer_add_text(&b, "said\n\n\xe2\x80\x94 example.org/key ");
        base64_encode(slice_of(line, sizeof(line)), &b);
        buffer_add_u8(&b, '\n');
        ck_assert_int_eq(note_parse(buffer_slice(&b), &note), NOTE_RIGHT);
        ck_assert_int_eq(note_verify(&note, &key), NOTE_SIGNATURE);
}
END_TEST

START_TEST(a_verifier_key_with_another_id_name_or_type_is_refused)
{
        char vkey[sizeof(example_key)];
        struct note_key peter;

        for (size_t i = 0; i < sizeof(example_key) - 1; i++) {
                memcpy(vkey, example_key, sizeof(vkey));
                vkey[i] = vkey[i] == 'A' ? 'B' : 'A';
                ck_assert_msg(!note_key_parse(slice_text(vkey), &digest, &peter), "at %zu", i);
        }
        ck_assert(!note_key_parse(slice_text(""), &digest, &peter));
        ck_assert(!note_key_parse(slice_text("PeterNeumann+c74f20a3+"), &digest, &peter));
}
END_TEST

/* ------------------------------------------------------------------- heads */

static const char head_text[] =
        "credit.example.cn/registry/lookup-batch/v1\n"
        "suite ed25519-sha256\n"
        "tree 5 R8JF+oV81pdY0ySBi9BR1IgaxwvYUoBaJ4bpR/P6ZP0=\n"
        "signed 2026-11-24T01:02:03.123Z\n"
        "data-as-of 2026-11-24T01:02:02.900Z\n"
        "cert c1e807ea0f73265d414c8ef2298a1d6d72a77c2153ba5a76dfde334857a82ddd\n"
        "suites ed25519-sha256 sm2-sm3\n"
        "seq node1.sealer-42\n";

START_TEST(a_head_is_written_as_it_was_read)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        struct head head;

        ck_assert(head_parse(slice_text(head_text), &head));
        ck_assert_str_eq(head.origin, "credit.example.cn/registry");
        ck_assert_uint_eq(head.size, 5);
        ck_assert_uint_eq(head.suites, SUITE_BIT(SUITE_ED25519_SHA256) | SUITE_BIT(SUITE_SM2_SM3));
        ck_assert_str_eq(head.instance, "node1.sealer");
        ck_assert_uint_eq(head.counter, 42);
        ck_assert_int_eq(head.signed_ms - head.data_as_of_ms, 223);
        head_format(&head, &b);
        ck_assert_str_eq(buffer_text(&b), head_text);
}
END_TEST

static const struct {
        const char *from;
        const char *to;
} head_changes[] = {
        {"tree 5 ", "tree 0 "}, {"tree 5 ", "tree 05 "}, {"tree 5 ", "tree 513 "}, {"tree 5 ", "tree +5 "},
        {"tree 5 ", "tree 5  "}, {"ZP0=", "ZP1="}, {"ZP0=", "ZP0"}, {"R8JF", "R8JFAAAA"},
        {"suite ed", "suite Ed"}, {"suite ed25519-sha256\n", "suite none\n"},
        {"suite ed25519-sha256\ntree", "tree"}, {"suites ed25519-sha256 sm2-sm3", "suites sm2-sm3"},
        {"suites ed25519-sha256 sm2-sm3", "suites sm2-sm3 ed25519-sha256"},
        {"suites ed25519-sha256 sm2-sm3", "suites ed25519-sha256 ed25519-sha256"},
        {"suites ed25519-sha256 sm2-sm3", "suites ed25519-sha256 "}, {"03.123Z", "03Z"}, {"03.123Z", "60.123Z"},
        {"03.123Z", "03.123+00:00"}, {"cert c1", "cert C1"}, {"cert c1", "cert "}, {"2ddd\n", "2ddd0\n"},
        {"seq node1.sealer-42", "seq node1.sealer-042"}, {"seq node1.sealer-42", "seq -42"},
        {"seq node1.sealer-42", "seq node1-sealer-42"}, {"seq node1.sealer-42", "seq node1.sealer42"},
        {"seq node1.sealer-42", "seq node1.sealer-18446744073709551616"}, {"42\n", "42\n\n"}, {"42\n", "42"},
        {"42\n", "42\r\n"}, {"42\n", "42\nextra line\n"}, {"/lookup-batch/v1", "/lookup-batch/v2"},
        {"credit.example.cn/registry/lookup", "/lookup"}, {"credit.example.cn", "Credit.example.cn"},
        {"credit.example.cn/", "credit.example.cn//"}, {"credit.example.cn", "credit example.cn"},
        {"data-as-of", "data_as_of"}, {"signed 2026", "signed  2026"},
};

START_TEST(a_head_changed_in_form_is_refused)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        const char *from = head_changes[_i].from, *at = strstr(head_text, from);
        struct head head;

        ck_assert(at != NULL);
        buffer_add(&b, head_text, (size_t)(at - head_text));
        buffer_add_text(&b, head_changes[_i].to);
        buffer_add_text(&b, at + strlen(from));
        ck_assert(!head_parse(buffer_slice(&b), &head));
}
END_TEST

START_TEST(a_log_checkpoint_is_no_head_and_a_head_is_no_checkpoint)
{
        static const char checkpoint[] = "credit.example.cn/registry/log\n5\n"
                                         "R8JF+oV81pdY0ySBi9BR1IgaxwvYUoBaJ4bpR/P6ZP0=\n";
        struct lines lines = lines_of(slice_text(head_text));
        struct head head;
        uint64_t number;

        ck_assert(!head_parse(slice_text(checkpoint), &head));
        lines_next(&lines);
        ck_assert(!number_parse(lines_next(&lines), &number));
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
        Suite *suite = suite_create("note");
        TCase *c = tcase_create("note");

        tcase_add_checked_fixture(c, setup, teardown);
        tcase_add_loop_test(c, a_note_is_read_in_its_one_form, 0, COUNT(forms));
        tcase_add_test(c, a_nul_is_refused_anywhere);
        tcase_add_test(c, notes_longer_than_the_limits_are_refused);
        tcase_add_test(c, a_line_of_a_known_key_must_be_true_whatever_stands_beside_it);
        tcase_add_test(c, a_short_signature_of_a_known_key_is_refused);
        tcase_add_test(c, a_verifier_key_with_another_id_name_or_type_is_refused);
        tcase_add_test(c, the_published_example_verifies_under_its_published_key);
        tcase_add_loop_test(c, a_head_changed_in_form_is_refused, 0, COUNT(head_changes));
        tcase_add_test(c, a_log_checkpoint_is_no_head_and_a_head_is_no_checkpoint);
        tcase_add_test(c, a_head_is_written_as_it_was_read);
        suite_add_tcase(suite, c);
        return suite_run(suite);
}
