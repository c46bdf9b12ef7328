/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/act.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

/* The vector of docs/EVIDENCE.md. */
static const char origin[] = "credit.example.cn/registry";
static const char seed_hex[] = "aa9b863e1efa10be0bf65a12ccb17862197d0d097cebcc886e5d572663b8ab2d";
static const char public_hex[] = "2dd57e904db0d569ca4094da7342415b442288f7dc97eb32f0ede45de794456b";
static const char request_hex[] = "7265717565737420303a20616e79206f63746574732c2000ff20746f6f";
static const char signature_hex[] = "e480a55a112ff5c7c86ff21cc3b2c4d777bfaab38691c3e96257112962d02490"
                                    "064543f627854e17d0a63ada03b0cdd9f049fcf612a33f095bdbf49b26dab205";

static uint8_t request[29], signature[ED25519_SIGNATURE_SIZE];
static EVP_PKEY *private, *public;

static void setup(void)
{
        uint8_t octets[32];

        ck_assert(hex_decode(request_hex, strlen(request_hex), request, sizeof(request)));
        ck_assert(hex_decode(signature_hex, strlen(signature_hex), signature, sizeof(signature)));
        ck_assert(hex_decode(seed_hex, strlen(seed_hex), octets, sizeof(octets)));
        private = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, octets, sizeof(octets));
        ck_assert(hex_decode(public_hex, strlen(public_hex), octets, sizeof(octets)));
        public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, octets, sizeof(octets));
}

static void teardown(void)
{
        EVP_PKEY_free(private);
        EVP_PKEY_free(public);
}

static bool is_act(const char *to, size_t request_length)
{
        return act_verify(public, slice_text(to), slice_of(request, request_length),
                slice_of(signature, sizeof(signature)));
}

START_TEST(an_act_for_another_registry_is_refused)
{
        ck_assert(is_act(origin, sizeof(request)));
        ck_assert(!is_act("credit.example.cn/registry2", sizeof(request)));
        ck_assert(!is_act("credit.example.cn", sizeof(request)));
        ck_assert(!is_act("", sizeof(request)));
        ck_assert(!is_act("credit.example.cn/registry\n", sizeof(request)));
}
END_TEST

START_TEST(an_act_over_any_other_request_is_refused)
{
        for (size_t i = 0; i < sizeof(request); i++) {
                ck_assert(!is_act(origin, i));
                request[i] ^= 0x20;
                ck_assert(!is_act(origin, sizeof(request)));
                request[i] ^= 0x20;
        }
}
END_TEST

START_TEST(a_changed_or_cut_signature_is_refused)
{
        for (size_t i = 0; i < sizeof(signature); i++) {
                signature[i] ^= 0x10;
                ck_assert(!is_act(origin, sizeof(request)));
                signature[i] ^= 0x10;
                ck_assert(!act_verify(public, slice_text(origin), slice_of(request, sizeof(request)),
                        slice_of(signature, i)));
        }
}
END_TEST

START_TEST(the_signature_over_the_bare_request_is_no_act)
{
        struct fault why;

        ck_assert(ed25519_sign(private, slice_of(request, sizeof(request)), signature, &why));
        ck_assert(!is_act(origin, sizeof(request)));
}
END_TEST

/* Under a key of low order the signature R = neutral element, S = 0 verifies for every message. */
START_TEST(a_key_of_low_order_signs_nothing)
{
        uint8_t neutral[ED25519_PUBLIC_SIZE] = {1}, anything[ED25519_SIGNATURE_SIZE] = {1};
        EVP_PKEY *low = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, neutral, sizeof(neutral));

        ck_assert(ed25519_is_low_order(neutral));
        neutral[31] = 0x80;
        ck_assert(ed25519_is_low_order(neutral));
        ck_assert(!act_verify(low, slice_text(origin), slice_of(request, sizeof(request)),
                slice_of(anything, sizeof(anything))));
        EVP_PKEY_free(low);
}
END_TEST

START_TEST(a_key_of_another_kind_neither_signs_nor_verifies)
{
        EVP_PKEY *other = EVP_EC_gen("P-256");
        struct fault why = {0};
        uint8_t made[ED25519_SIGNATURE_SIZE];

        ck_assert(!act_sign(other, slice_text(origin), slice_of(request, sizeof(request)), made, &why));
        ck_assert_int_eq(why.code, FAULT_CRYPTO);
        ck_assert(!act_verify(other, slice_text(origin), slice_of(request, sizeof(request)),
                slice_of(signature, sizeof(signature))));
        EVP_PKEY_free(other);
}
END_TEST

START_TEST(the_published_act_is_made_again_octet_by_octet)
{
        uint8_t made[ED25519_SIGNATURE_SIZE];
        struct fault why;

        ck_assert(act_sign(private, slice_text(origin), slice_of(request, sizeof(request)), made, &why));
        ck_assert_mem_eq(made, signature, sizeof(signature));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("act");
        TCase *c = tcase_create("act");

        tcase_add_checked_fixture(c, setup, teardown);
        tcase_add_test(c, an_act_for_another_registry_is_refused);
        tcase_add_test(c, an_act_over_any_other_request_is_refused);
        tcase_add_test(c, a_changed_or_cut_signature_is_refused);
        tcase_add_test(c, the_signature_over_the_bare_request_is_no_act);
        tcase_add_test(c, a_key_of_low_order_signs_nothing);
        tcase_add_test(c, a_key_of_another_kind_neither_signs_nor_verifies);
        tcase_add_test(c, the_published_act_is_made_again_octet_by_octet);
        suite_add_tcase(suite, c);
        return suite_run(suite);
}
