/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "registry/core/certificate_usage.h"
#include "registry/core/person_certificate.h"
#include "tests/support/mini_ca.h"
#include "tests/support/suite.h"

#define NOW_MS INT64_C(1795502466000)
#define DAY_MS INT64_C(86400000)
#define RIGHT_USAGE "critical,clientAuth," USAGE_PERSON_OID

static const struct {
        const char *what;
        const char *subject;
        const char *basic;
        const char *extended_usage;
        int64_t until_ms;
        bool is_rsa;
        enum person_certificate_flaw flaw;
} cases[] = {
        {"a key that is not Ed25519", "officer", NULL, RIGHT_USAGE, NOW_MS + DAY_MS, true, PERSON_CERTIFICATE_KEY},
        {"no usage", "officer", NULL, NULL, NOW_MS + DAY_MS, false, PERSON_CERTIFICATE_USAGE},
        {"a client's usage alone", "officer", NULL, "critical,clientAuth", NOW_MS + DAY_MS, false,
                PERSON_CERTIFICATE_USAGE},
        {"a person's usage alone", "officer", NULL, "critical," USAGE_PERSON_OID, NOW_MS + DAY_MS, false,
                PERSON_CERTIFICATE_USAGE},
        {"a usage that is not critical", "officer", NULL, "clientAuth," USAGE_PERSON_OID, NOW_MS + DAY_MS, false,
                PERSON_CERTIFICATE_USAGE},
        {"a server's usage as well", "officer", NULL, RIGHT_USAGE ",serverAuth", NOW_MS + DAY_MS, false,
                PERSON_CERTIFICATE_USAGE},
        {"the usage that signs answers as well", "officer", NULL, RIGHT_USAGE "," USAGE_LOOKUP_SIGNING_OID,
                NOW_MS + DAY_MS, false, PERSON_CERTIFICATE_USAGE},
        {"an authority", "officer", "critical,CA:TRUE", RIGHT_USAGE, NOW_MS + DAY_MS, false,
                PERSON_CERTIFICATE_USAGE},
        {"somebody else's name", "officer2", NULL, RIGHT_USAGE, NOW_MS + DAY_MS, false, PERSON_CERTIFICATE_SUBJECT},
        {"a time that is over", "officer", NULL, RIGHT_USAGE, NOW_MS, false, PERSON_CERTIFICATE_TIME},
        {"a sound one", "officer", NULL, RIGHT_USAGE, NOW_MS + DAY_MS, false, PERSON_CERTIFICATE_SOUND},
};

static void make(int i, struct buffer *ret)
{
        EVP_PKEY *ca_key = mini_key("authority");
        EVP_PKEY *key = cases[i].is_rsa ? EVP_RSA_gen(2048) : mini_key("officer");
        struct mini_certificate ca = {.subject = "authority", .key = ca_key, .issuer_key = ca_key,
                .basic = "critical,CA:TRUE",
                .from_ms = NOW_MS - DAY_MS, .until_ms = NOW_MS + 9 * DAY_MS};
        X509 *issuer = mini_certificate(&ca);
        struct mini_certificate fields = {.subject = cases[i].subject, .key = key, .issuer = issuer,
                .issuer_key = ca_key, .basic = cases[i].basic, .extended_usage = cases[i].extended_usage,
                .from_ms = NOW_MS - DAY_MS, .until_ms = cases[i].until_ms};
        X509 *certificate = mini_certificate(&fields);

        mini_der(certificate, ret);
        X509_free(certificate);
        X509_free(issuer);
        EVP_PKEY_free(key);
        EVP_PKEY_free(ca_key);
}

START_TEST(only_a_certificate_for_this_person_and_nothing_else_is_enrolled)
{
        CLEANUP(buffer) struct buffer der = BUFFER_INIT;
        struct person_certificate certificate = {.not_after_ms = 7};
        enum person_certificate_flaw flaw;

        make(_i, &der);
        flaw = person_certificate_read(buffer_slice(&der), "officer", NOW_MS, &certificate);
        ck_assert_msg(flaw == cases[_i].flaw, "%s: %s", cases[_i].what, person_certificate_flaw_text(flaw));
        ck_assert_int_eq(certificate.not_after_ms, flaw ? 7 : cases[_i].until_ms);
}
END_TEST

START_TEST(octets_that_are_not_one_certificate_are_refused)
{
        CLEANUP(buffer) struct buffer der = BUFFER_INIT;
        struct person_certificate certificate;

        make((int)(sizeof(cases) / sizeof(cases[0])) - 1, &der);
        for (size_t length = 0; length < der.length; length++)
                ck_assert_int_eq(person_certificate_read(slice_of(der.data, length), "officer", NOW_MS, &certificate),
                        PERSON_CERTIFICATE_FORM);
        buffer_add_u8(&der, 0);
        ck_assert_int_eq(person_certificate_read(buffer_slice(&der), "officer", NOW_MS, &certificate),
                PERSON_CERTIFICATE_FORM);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("person_certificate");
        TCase *tcase = tcase_create("person_certificate");

        tcase_add_loop_test(tcase, only_a_certificate_for_this_person_and_nothing_else_is_enrolled, 0,
                sizeof(cases) / sizeof(cases[0]));
        tcase_add_test(tcase, octets_that_are_not_one_certificate_are_refused);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
