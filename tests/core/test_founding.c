/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/founding.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "registry/core/role.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define EPOCH "11111111-2222-4333-8444-555555555555"
#define POLICY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

#define HEAD "qcr-founding/v1\norigin credit.example.cn\nepoch " EPOCH "\n"
#define OFFICE "office market 11510823008765438X 剑阁县 局\n"
#define ANN "person ann market 安\n"
#define BOB "person bob market Bob B.\n"
#define ROLES "role ann admin\nrole bob regulator\nrole bob admin\n"
#define CERTIFICATES "certificate ann 3001\ncertificate ann 3002\ncertificate bob 3003\n"
#define RULE_A "1111111111111111111111111111111111111111111111111111111111111111"
#define RULE_B "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define TAIL "policy " POLICY "\n"
#define RULES "rule " RULE_A "\nrule " RULE_B "\n"
#define WITHOUT_RULES HEAD OFFICE ANN BOB ROLES CERTIFICATES TAIL
#define WHOLE WITHOUT_RULES RULES

static const struct {
        const char *text;
        enum founding_flaw flaw;
} refused[] = {
        {"", FOUNDING_FORM},
        {"qcr-founding/v2\norigin credit.example.cn\n", FOUNDING_FORM},
        {WHOLE "\n", FOUNDING_FORM},
        {WHOLE "policy " POLICY "\n", FOUNDING_FORM},
        {HEAD OFFICE ANN BOB ROLES CERTIFICATES, FOUNDING_FORM},
        {HEAD ANN BOB ROLES CERTIFICATES TAIL, FOUNDING_FORM},
        {HEAD OFFICE BOB ANN ROLES CERTIFICATES TAIL, FOUNDING_ORDER},
        {HEAD OFFICE ANN ANN BOB ROLES CERTIFICATES TAIL, FOUNDING_ORDER},
        {HEAD OFFICE ANN BOB "role bob admin\nrole ann admin\n" CERTIFICATES TAIL, FOUNDING_ORDER},
        {HEAD OFFICE ANN BOB "role ann admin\nrole bob admin\nrole bob regulator\n" CERTIFICATES TAIL,
                FOUNDING_ORDER},
        {HEAD OFFICE ANN BOB ROLES "certificate ann 3001\ncertificate bob 3001\n" TAIL, FOUNDING_ORDER},
        {HEAD OFFICE ANN "person bob police Bob\n" ROLES CERTIFICATES TAIL, FOUNDING_REFERENCE},
        {HEAD OFFICE ANN BOB ROLES "role cyd admin\n" CERTIFICATES TAIL, FOUNDING_REFERENCE},
        {HEAD OFFICE ANN BOB ROLES CERTIFICATES "certificate cyd 3004\n" TAIL, FOUNDING_REFERENCE},
        /* who could ever approve? */
        {HEAD OFFICE ANN BOB "role ann admin\nrole bob regulator\n" CERTIFICATES TAIL, FOUNDING_ADMINS},
        {HEAD OFFICE ANN BOB ROLES "certificate ann 3001\ncertificate ann 3002\n" TAIL, FOUNDING_ADMINS},
        {HEAD OFFICE ANN BOB "role ann king\nrole bob admin\n" CERTIFICATES TAIL, FOUNDING_FORM},
        {HEAD OFFICE ANN "person BOB market Bob\n" ROLES CERTIFICATES TAIL, FOUNDING_FORM},
        {HEAD OFFICE ANN "person bob market\n" ROLES CERTIFICATES TAIL, FOUNDING_FORM},
        {HEAD OFFICE ANN "person bob  market Bob\n" ROLES CERTIFICATES TAIL, FOUNDING_REFERENCE},
        {HEAD "office market 1151082300876543 A\n" ANN BOB ROLES CERTIFICATES TAIL, FOUNDING_FORM},
        {HEAD OFFICE ANN "person bob market Bob\\x41\n" ROLES CERTIFICATES TAIL, FOUNDING_FORM},
        {HEAD OFFICE ANN BOB ROLES "certificate ann 30A1\ncertificate bob 3003\n" TAIL, FOUNDING_FORM},
        {HEAD OFFICE ANN BOB ROLES "certificate ann 300\ncertificate bob 3003\n" TAIL, FOUNDING_FORM},
        {HEAD OFFICE ANN BOB ROLES CERTIFICATES "policy 00\n", FOUNDING_FORM},
        {HEAD OFFICE ANN BOB ROLES CERTIFICATES RULES TAIL, FOUNDING_FORM},
        {WITHOUT_RULES "rule 11\n", FOUNDING_FORM},
        {WITHOUT_RULES "rule \n", FOUNDING_FORM},
        {WITHOUT_RULES "rule " RULE_A "00\n", FOUNDING_FORM},
        {WITHOUT_RULES "rule " RULE_B "\nrule " RULE_A "\n", FOUNDING_ORDER},
        {WITHOUT_RULES "rule " RULE_A "\nrule " RULE_A "\n", FOUNDING_ORDER},
        {"qcr-founding/v1\norigin Credit\nepoch " EPOCH "\n" OFFICE ANN BOB ROLES CERTIFICATES TAIL,
                FOUNDING_FORM},
        {"qcr-founding/v1\norigin a\nepoch 1111\n" OFFICE ANN BOB ROLES CERTIFICATES TAIL, FOUNDING_FORM},
};

START_TEST(a_document_that_is_not_in_its_one_form_or_lacks_two_admins_is_refused)
{
        CLEANUP(arena) struct arena arena;
        struct founding founding;

        arena_init(&arena, FOUNDING_ARENA);
        memset(&founding, 0x5a, sizeof(founding));
        ck_assert_int_eq(founding_parse(slice_text(refused[_i].text), &arena, &founding), refused[_i].flaw);
        ck_assert_int_eq(founding.epoch[0], 0x5a);
}
END_TEST

/* A rule's whole line may be cut off: that is another founding, which the signature tells apart. */
static bool ends_with_a_whole_line(size_t length)
{
        return length == sizeof(WITHOUT_RULES) - 1 || length == sizeof(WITHOUT_RULES "rule " RULE_A "\n") - 1;
}

START_TEST(a_document_cut_anywhere_but_between_rules_is_refused)
{
        for (size_t length = 0; length < sizeof(WHOLE) - 1; length++) {
                CLEANUP(arena) struct arena arena;
                struct founding founding;

                arena_init(&arena, FOUNDING_ARENA);
                ck_assert_int_eq(founding_parse(slice_of(WHOLE, length), &arena, &founding) == FOUNDING_RIGHT,
                        ends_with_a_whole_line(length));
        }
}
END_TEST

START_TEST(a_founding_without_rules_is_right)
{
        CLEANUP(arena) struct arena arena;
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        struct founding founding;

        arena_init(&arena, FOUNDING_ARENA);
        ck_assert_int_eq(founding_parse(slice_text(WITHOUT_RULES), &arena, &founding), FOUNDING_RIGHT);
        ck_assert_uint_eq(founding.rule_count, 0);
        ck_assert_int_eq(founding_format(&founding, &again), FOUNDING_RIGHT);
        ck_assert_str_eq(buffer_text(&again), WITHOUT_RULES);
}
END_TEST

START_TEST(a_document_read_and_written_again_is_the_same)
{
        CLEANUP(arena) struct arena arena;
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        struct founding founding;

        arena_init(&arena, FOUNDING_ARENA);
        ck_assert_int_eq(founding_parse(slice_text(WHOLE), &arena, &founding), FOUNDING_RIGHT);
        ck_assert_uint_eq(founding.person_count, 2);
        ck_assert_uint_eq(founding.certificate_count, 3);
        ck_assert_uint_eq(founding.roles[1].role, ROLE_REGULATOR);
        ck_assert(slice_equal(founding.offices[0].name, slice_text("剑阁县 局")));
        ck_assert_uint_eq(founding.rule_count, 2);
        ck_assert_uint_eq(founding.rule_hashes[0][31], 0x11);
        ck_assert_uint_eq(founding.rule_hashes[1][0], 0xaa);
        ck_assert_int_eq(founding_format(&founding, &again), FOUNDING_RIGHT);
        ck_assert_str_eq(buffer_text(&again), WHOLE);
}
END_TEST

START_TEST(the_order_in_which_facts_are_given_makes_no_difference)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct founding_office offices[] = {
                {slice_text("market"), slice_text("11510823008765438X"), slice_text("剑阁县 局")}};
        struct founding_person persons[] = {
                {slice_text("bob"), slice_text("market"), slice_text("Bob B.")},
                {slice_text("ann"), slice_text("market"), slice_text("安")},
        };
        struct founding_role roles[] = {
                {slice_text("bob"), ROLE_ADMIN},
                {slice_text("bob"), ROLE_REGULATOR},
                {slice_text("ann"), ROLE_ADMIN},
        };
        struct founding_certificate certificates[] = {
                {slice_text("bob"), slice_of("\x30\x03", 2)},
                {slice_text("ann"), slice_of("\x30\x02", 2)},
                {slice_text("ann"), slice_of("\x30\x01", 2)},
        };
        uint8_t rules[2][32];
        struct founding founding = {
                .origin = slice_text("credit.example.cn"),
                .offices = offices,
                .office_count = 1,
                .persons = persons,
                .person_count = 2,
                .roles = roles,
                .role_count = 3,
                .certificates = certificates,
                .certificate_count = 3,
                .rule_hashes = rules,
                .rule_count = 2,
        };

        ck_assert(uuid_parse(slice_text(EPOCH), founding.epoch));
        ck_assert(hex_decode(POLICY, 64, founding.policy_hash, 32));
        ck_assert(hex_decode(RULE_B, 64, rules[0], 32) && hex_decode(RULE_A, 64, rules[1], 32));
        ck_assert_int_eq(founding_format(&founding, &text), FOUNDING_RIGHT);
        ck_assert_str_eq(buffer_text(&text), WHOLE);
}
END_TEST

START_TEST(only_the_key_that_signed_verifies_and_only_that_document)
{
        EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
                 *other = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        uint8_t signature[ED25519_SIGNATURE_SIZE], bare[ED25519_SIGNATURE_SIZE];
        struct slice document = slice_text(WHOLE);
        struct fault fault;

        ck_assert(founding_sign(key, document, signature, &fault));
        /* a signature over the document without its context is none */
        ck_assert(ed25519_sign(key, document, bare, &fault));
        ck_assert(!founding_verify(key, document, slice_of(bare, sizeof(bare))));
        ck_assert(!founding_verify(other, document, slice_of(signature, sizeof(signature))));
        ck_assert(!founding_verify(
                key, slice_of(WHOLE, document.length - 1), slice_of(signature, sizeof(signature))));
        ck_assert(!founding_verify(key, document, slice_of(signature, sizeof(signature) - 1)));
        ck_assert(founding_verify(key, document, slice_of(signature, sizeof(signature))));
        EVP_PKEY_free(key);
        EVP_PKEY_free(other);
}
END_TEST

static const char *const no_uuids[] = {
        "", "11111111-2222-4333-8444-55555555555", "11111111-2222-4333-8444-5555555555555",
        "11111111-2222-4333-8444-55555555555G", "1111111-12222-4333-8444-555555555555",
        "AAAAAAAA-2222-4333-8444-555555555555", "111111112222433384445555555555555555",
};

START_TEST(what_is_no_uuid_is_refused)
{
        uint8_t uuid[16];

        ck_assert(!uuid_parse(slice_text(no_uuids[_i]), uuid));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("founding");
        TCase *cases = tcase_create("cases");

        tcase_add_loop_test(cases, a_document_that_is_not_in_its_one_form_or_lacks_two_admins_is_refused, 0,
                COUNT(refused));
        tcase_add_test(cases, a_document_cut_anywhere_but_between_rules_is_refused);
        tcase_add_test(cases, a_founding_without_rules_is_right);
        tcase_add_test(cases, a_document_read_and_written_again_is_the_same);
        tcase_add_test(cases, the_order_in_which_facts_are_given_makes_no_difference);
        tcase_add_test(cases, only_the_key_that_signed_verifies_and_only_that_document);
        tcase_add_loop_test(cases, what_is_no_uuid_is_refused, 0, COUNT(no_uuids));
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
