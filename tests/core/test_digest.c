/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/digest.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

/* FIPS 180-4 and GB/T 32905 both publish the hash of "abc". */
static const struct {
        const char *word;
        enum suite suite;
        const char *abc;
} suites[] = {
        {"ed25519-sha256", SUITE_ED25519_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"sm2-sm3", SUITE_SM2_SM3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
};

START_TEST(a_word_that_names_no_suite_is_refused)
{
        static const char *const words[] = {"", "ed25519", "Ed25519-SHA256", "ed25519-sha256 ", "sm2-sm", "none"};
        enum suite suite = SUITE_SM2_SM3;

        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                ck_assert(!suite_parse(slice_text(words[i]), &suite));
        ck_assert_int_eq(suite, SUITE_SM2_SM3);
}
END_TEST

START_TEST(a_suite_has_its_word_and_its_published_hash_again_and_again)
{
        struct digest digest;
        struct hash whole, pieces, published;
        struct fault why;
        enum suite suite;

        ck_assert(suite_parse(slice_text(suites[_i].word), &suite));
        ck_assert_int_eq(suite, suites[_i].suite);
        ck_assert_str_eq(suite_word(suite), suites[_i].word);
        ck_assert(hex_decode(suites[_i].abc, 64, published.octets, HASH_SIZE));
        ck_assert(digest_init(&digest, suite, &why));
        for (int i = 0; i < 3; i++) {
                digest_hash(&digest, slice_text("abc"), &whole);
                digest_begin(&digest);
                digest_add(&digest, slice_text("a"));
                digest_add(&digest, slice_of(NULL, 0));
                digest_add(&digest, slice_text("bc"));
                digest_end(&digest, &pieces);
                ck_assert(hash_equal(&whole, &published));
                ck_assert(hash_equal(&pieces, &published));
        }
        digest_done(&digest);
        digest_done(&digest);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("digest");
        TCase *c = tcase_create("digest");

        tcase_add_test(c, a_word_that_names_no_suite_is_refused);
        tcase_add_loop_test(c, a_suite_has_its_word_and_its_published_hash_again_and_again, 0,
                (int)(sizeof(suites) / sizeof(suites[0])));
        suite_add_tcase(suite, c);
        return suite_run(suite);
}
