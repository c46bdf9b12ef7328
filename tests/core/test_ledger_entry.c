/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Values computed by hashlib from the formulas in docs/EVIDENCE, not by this program. */
#include <string.h>

#include "registry/core/ledger_entry.h"
#include "registry/core/run_header.h"
#include "tests/support/suite.h"

static void is_hex(const uint8_t hash[32], const char *expected)
{
        char hex[65];

        hex_encode(hash, 32, hex);
        ck_assert_str_eq(hex, expected);
}

START_TEST(a_body_is_a_text_of_seven_lines_and_its_commitment_is_keyed_by_the_salt)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct ledger_body body = {.kind = "record-file", .subject = "14177763X", .previous = 12, .has_act = true};
        uint8_t salt[32], commitment[32], other[32];

        memset(body.content, 0x11, 32);
        memset(body.act, 0x22, 32);
        memset(salt, 0x33, 32);
        ledger_body_format(&text, &body);
        ledger_commitment(salt, buffer_slice(&text), commitment);
        is_hex(commitment, "9690e39c14a5599a5c06aecc2f677dc69e3840a2d5e2ade9f2acd97b371ba90f");
        salt[31] ^= 1;
        ledger_commitment(salt, buffer_slice(&text), other);
        ck_assert_mem_ne(commitment, other, 32);
}
END_TEST

START_TEST(what_a_body_does_not_have_is_a_hyphen)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct ledger_body body = {.kind = "approval", .proposal = "16.0"};

        ledger_body_format(&text, &body);
        ck_assert_str_eq(buffer_text(&text),
                "qcr-ledger-body/v1\nkind approval\nsubject -\nprevious -\nproposal 16.0\ncontent "
                "0000000000000000000000000000000000000000000000000000000000000000\nact -\n");
}
END_TEST

START_TEST(leaf_chain_and_act_hash_are_those_of_the_document)
{
        uint8_t commitment[32], hash[32], fingerprint[32], signature[64];

        memset(commitment, 0x44, 32);
        memset(fingerprint, 0x55, 32);
        memset(signature, 0x66, 64);
        ledger_leaf(7, 1795502466139, commitment, hash);
        is_hex(hash, "8f3dcf76da5250f26ab3c090af2faa412895a954dc21b32f57d61c6eb64d956d");
        ledger_chain_first(hash);
        is_hex(hash, "af80dddbbb8145ffced57345b0dfa29e1e4c14b1a4e16b0f4d1609f683c786b3");
        ledger_chain_next(hash, 7, 1795502466139, commitment, hash);
        is_hex(hash, "e3550c45eee5772d8b4e9b716921bf4f33c2b9cc602115bb9be913bb35efb8f9");
        ledger_act_hash(fingerprint, signature, slice_text("request"), hash);
        is_hex(hash, "9503e3e3d86fb41ce25e59af5ac90f1ac8cbd6f84d0a5f9aa50326a82363b5dc");
}
END_TEST

START_TEST(a_runs_headers_are_strict_texts)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct run_header header = {.origin = "credit.example", .run = "00112233445566778899aabbccddeeff",
                .kind = "penalties", .octets = 9, .person = "admin", .at_ms = 1795502466139};
        uint8_t root[32] = {0};

        run_header_format(&text, &header);
        run_chunk_format(&text, header.run, 2, 1000, root);
        run_end_format(&text, header.run, 2, slice_text("{}"));
        ck_assert_str_eq(buffer_text(&text),
                "qcr-run/v1\norigin credit.example\nrun 00112233445566778899aabbccddeeff\nkind penalties\nfile "
                "0000000000000000000000000000000000000000000000000000000000000000\noctets 9\nperson admin\nat "
                "2026-11-24T06:41:06.139Z\n"
                "qcr-run-chunk/v1\nrun 00112233445566778899aabbccddeeff\nchunk 2\nrows 1000\nroot "
                "0000000000000000000000000000000000000000000000000000000000000000\n"
                "qcr-run-end/v1\nrun 00112233445566778899aabbccddeeff\nchunks 2\nsummary "
                "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\n");
}
END_TEST

static const char *const runs_headers[] = {
        "qcr-run/v1\norigin a.b\nrun 00112233445566778899aabbccddeeff\nkind shadow\nfile "
        "2222222222222222222222222222222222222222222222222222222222222222\noctets 9\nperson admin\nat "
        "2026-11-24T06:41:06.139Z\n",
        "qcr-run-chunk/v1\nrun 00112233445566778899aabbccddeeff\nchunk 2\nrows 1000\nroot "
        "3333333333333333333333333333333333333333333333333333333333333333\n",
        "qcr-run-end/v1\nrun 00112233445566778899aabbccddeeff\nchunks 7\nsummary "
        "4444444444444444444444444444444444444444444444444444444444444444\n",
};

/* As which of the three it reads; 0: none. */
static unsigned reads_as(struct slice text)
{
        struct run_header_read header;
        struct run_chunk_read chunk;
        struct run_end_read end;

        return (run_header_parse(text, &header) ? 1u : 0) + (run_chunk_parse(text, &chunk) ? 2u : 0) +
               (run_end_parse(text, &end) ? 4u : 0);
}

START_TEST(a_runs_header_of_another_form_is_refused)
{
        const char *text = runs_headers[_i];
        CLEANUP(buffer) struct buffer more = BUFFER_INIT;

        for (size_t length = 0; length < strlen(text); length++)
                ck_assert_uint_eq(reads_as(slice_of(text, length)), 0);
        buffer_add_text(&more, text);
        buffer_add_text(&more, "more 1\n");
        ck_assert_uint_eq(reads_as(buffer_slice(&more)), 0);
        /* The first line, then the digits of what is a hash or an id in each. */
        for (size_t i = 0; text[i]; i++)
                if (strchr("/23", text[i])) {
                        buffer_clear(&more);
                        buffer_add(&more, text, i);
                        buffer_add_text(&more, "G");
                        buffer_add_text(&more, text + i + 1);
                        ck_assert_uint_eq(reads_as(buffer_slice(&more)), 0);
                }
}
END_TEST

START_TEST(a_chunks_number_of_more_than_32_bits_is_refused)
{
        const uint8_t root[32] = {0};
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        run_chunk_format(&text, "00112233445566778899aabbccddeeff", UINT32_MAX, 0, root);
        ck_assert_uint_eq(reads_as(buffer_slice(&text)), 2);
        buffer_clear(&text);
        run_chunk_format(&text, "00112233445566778899aabbccddeeff", UINT64_C(1) << 32, 0, root);
        ck_assert_uint_eq(reads_as(buffer_slice(&text)), 0);
}
END_TEST

START_TEST(a_runs_headers_are_read_as_what_was_signed)
{
        struct run_header_read header;
        struct run_chunk_read chunk;
        struct run_end_read end;

        ck_assert(run_header_parse(slice_text(runs_headers[0]), &header));
        ck_assert(slice_equal(header.origin, slice_text("a.b")) && slice_equal(header.kind, slice_text("shadow")) &&
                  slice_equal(header.person, slice_text("admin")));
        ck_assert(header.run[15] == 0xff && header.file_hash[31] == 0x22 && header.octets == 9 && header.at_ms == 1795502466139);
        ck_assert(run_chunk_parse(slice_text(runs_headers[1]), &chunk));
        ck_assert(chunk.run[15] == 0xff && chunk.chunk == 2 && chunk.rows == 1000 && chunk.root[31] == 0x33);
        ck_assert(run_end_parse(slice_text(runs_headers[2]), &end));
        ck_assert(end.run[15] == 0xff && end.chunks == 7 && end.summary_hash[31] == 0x44);
        for (unsigned i = 0; i < 3; i++)
                ck_assert_uint_eq(reads_as(slice_text(runs_headers[i])), 1u << i);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("ledger_entry");
        TCase *tcase = tcase_create("ledger_entry");

        tcase_add_test(tcase, a_body_is_a_text_of_seven_lines_and_its_commitment_is_keyed_by_the_salt);
        tcase_add_test(tcase, what_a_body_does_not_have_is_a_hyphen);
        tcase_add_test(tcase, leaf_chain_and_act_hash_are_those_of_the_document);
        tcase_add_test(tcase, a_runs_headers_are_strict_texts);
        tcase_add_loop_test(tcase, a_runs_header_of_another_form_is_refused, 0, 3);
        tcase_add_test(tcase, a_chunks_number_of_more_than_32_bits_is_refused);
        tcase_add_test(tcase, a_runs_headers_are_read_as_what_was_signed);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
