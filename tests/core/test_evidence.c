/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "registry/core/note.h"
#include "tests/support/mini_ca.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define SIGNED_MS INT64_C(1795482123123) /* 2026-11-24T01:02:03.123Z */
#define DAY_MS INT64_C(86400000)
#define BATCH 5u
#define ISSUER_BASIC "critical,CA:TRUE"
#define ISSUER_USAGE "critical,keyCertSign,cRLSign"

/* Everything an answer is made of, right until a case changes it. */
struct scene {
        EVP_PKEY *keys[4]; /* root, issuer, signer, somebody else */
        struct mini_certificate root, issuer, signer;
        bool with_issuer, with_root, twice_issuer; /* among the certificates sent */
        const char *key_name;
        EVP_PKEY *head_key;
        struct head head;
        bool keep_certificate_hash, keep_root, checkpoint;
        struct statement statement;
        struct slice request;
        unsigned index, size, path_longer;
        bool path_shorter, node_as_leaf;
        struct trust trust;
        bool trust_other;
};

static struct digest digest;
static struct scene scene;
static struct evidence_verdict verdict;

static void draw_statement(struct statement *s)
{
        statement_init(s);
        strcpy(s->origin, "credit.example.cn");
        strcpy(s->code, "911000001000032490");
        s->nonce_size = 16;
        s->result = RESULT_NOT_REGISTERED;
        s->as_of = day_of_instant(SIGNED_MS);
        s->known_at_ms = SIGNED_MS - 200;
        s->data_as_of_ms = SIGNED_MS - 200;
        s->valid_until_ms = SIGNED_MS + DAY_MS;
        digest_hash(&digest, slice_text("the request"), &s->request);
}

static void setup(void)
{
        struct scene *s = &scene;
        struct fault why;

        ck_assert(digest_init(&digest, SUITE_ED25519_SHA256, &why));
        *s = (struct scene){.with_issuer = true, .index = 2, .size = BATCH, .key_name = "credit.example.cn/lookup"};
        s->keys[0] = mini_key("root");
        s->keys[1] = mini_key("issuer");
        s->keys[2] = mini_key("signer");
        s->keys[3] = mini_key("somebody else");
        s->root = (struct mini_certificate){.subject = "Root", .key = s->keys[0], .issuer_key = s->keys[0],
                .basic = ISSUER_BASIC, .usage = ISSUER_USAGE, .from_ms = SIGNED_MS - 900 * DAY_MS,
                .until_ms = SIGNED_MS + 9000 * DAY_MS};
        s->issuer = s->root;
        s->issuer.subject = "Issuer";
        s->issuer.key = s->keys[1];
        s->signer = (struct mini_certificate){.subject = "Signer", .key = s->keys[2], .issuer_key = s->keys[1],
                .basic = "critical,CA:FALSE", .usage = "critical,digitalSignature",
                .extended_usage = "critical," USAGE_LOOKUP_SIGNING_OID, .from_ms = SIGNED_MS - DAY_MS,
                .until_ms = SIGNED_MS + 30 * DAY_MS};
        s->head_key = s->keys[2];
        strcpy(s->head.origin, "credit.example.cn");
        s->head.suite = SUITE_ED25519_SHA256;
        s->head.suites = SUITE_BIT(SUITE_ED25519_SHA256);
        s->head.size = BATCH;
        s->head.signed_ms = SIGNED_MS;
        s->head.data_as_of_ms = SIGNED_MS - 300;
        strcpy(s->head.instance, "sealer");
        draw_statement(&s->statement);
        s->request = slice_text("the request");
        s->trust.suites = SUITE_BIT(SUITE_ED25519_SHA256);
}

static void teardown(void)
{
        for (int i = 0; i < COUNT(scene.keys); i++)
                EVP_PKEY_free(scene.keys[i]);
        digest_done(&digest);
}

static void make_leaves(struct buffer *statement, struct merkle_batch *batch)
{
        struct hash leaf, root;

        ck_assert_int_eq(statement_format(&scene.statement, statement), STATEMENT_RIGHT);
        merkle_batch_init(batch);
        for (unsigned i = 0; i < BATCH; i++) {
                if (i == scene.index)
                        merkle_leaf(&digest, buffer_slice(statement), &leaf);
                else
                        merkle_leaf(&digest, slice_of(&i, sizeof(i)), &leaf);
                merkle_batch_add(batch, &leaf);
        }
        merkle_batch_build(batch, &digest, &root);
        if (!scene.keep_root)
                scene.head.root = root;
        if (scene.node_as_leaf) {
                /* Two neighbouring hashes as the data of a leaf: what the prefixes are for. */
                buffer_clear(statement);
                buffer_add(statement, &batch->nodes[2], 2 * HASH_SIZE);
        }
}

static void make_note(struct buffer *ret)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        uint8_t public[ED25519_PUBLIC_SIZE];
        struct note_key key;
        struct fault why;

        if (scene.checkpoint)
                buffer_add_text(&text, "credit.example.cn\n5\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
        else
                head_format(&scene.head, &text);
        ck_assert(ed25519_public(scene.head_key, public));
        note_key_init(&key, slice_text(scene.key_name), public, &digest);
        ck_assert(note_sign(buffer_slice(&text), &key, scene.head_key, ret, &why));
}

static enum evidence_refusal judge(void)
{
        CLEANUP(buffer) struct buffer statement = BUFFER_INIT;
        CLEANUP(buffer) struct buffer note = BUFFER_INIT;
        struct buffer ders[4] = {{0}, {0}, {0}, {0}};
        struct merkle_batch batch;
        struct evidence e = {.request = scene.request, .index = scene.index, .size = scene.size};
        X509 *root = mini_certificate(&scene.root), *issuer, *signer, *other;
        enum evidence_refusal refusal;
        unsigned count = 0;

        scene.issuer.issuer = root;
        issuer = mini_certificate(&scene.issuer);
        scene.signer.issuer = issuer;
        signer = mini_certificate(&scene.signer);
        mini_der(signer, &ders[count++]);
        for (int i = 0; i < (scene.with_issuer ? 1 : 0) + (scene.twice_issuer ? 1 : 0); i++)
                mini_der(issuer, &ders[count++]);
        if (scene.with_root)
                mini_der(root, &ders[count++]);
        if (!scene.keep_certificate_hash)
                digest_hash(&digest, buffer_slice(&ders[0]), &scene.head.certificate);
        make_leaves(&statement, &batch);
        make_note(&note);

        e.statement = buffer_slice(&statement);
        e.head = buffer_slice(&note);
        e.path_count = merkle_batch_path(&batch, scene.index, e.path) + scene.path_longer -
                (scene.path_shorter ? 1 : 0);
        for (unsigned i = 0; i < count; i++)
                e.certificates[e.certificate_count++] = buffer_slice(&ders[i]);
        other = mini_certificate(&(struct mini_certificate){.subject = "Root", .key = scene.keys[3],
                .issuer_key = scene.keys[3], .basic = ISSUER_BASIC, .usage = ISSUER_USAGE,
                .from_ms = scene.root.from_ms, .until_ms = scene.root.until_ms});
        scene.trust.roots = scene.trust_other ? &other : &root;
        scene.trust.root_count = 1;
        refusal = evidence_verify(&e, &scene.trust, &digest, &verdict);

        X509_free(other);
        X509_free(signer);
        X509_free(issuer);
        X509_free(root);
        for (int i = 0; i < COUNT(ders); i++)
                buffer_done(&ders[i]);
        return refusal;
}

/* One change a case; the name of the function says what is wrong. */
#define WRONG(name, ...) \
        static void name(void) \
        { \
                __VA_ARGS__; \
        }

WRONG(a_checkpoint_of_the_log, scene.checkpoint = true)
WRONG(a_suite_we_do_not_accept, scene.head.suite = SUITE_SM2_SM3;
        scene.head.suites |= SUITE_BIT(SUITE_SM2_SM3))
WRONG(a_suite_accepted_but_not_verifiable, a_suite_we_do_not_accept();
        scene.trust.suites |= SUITE_BIT(SUITE_SM2_SM3))
WRONG(no_suite_accepted, scene.trust.suites = 0)
WRONG(a_root_among_the_certificates, scene.with_root = true)
WRONG(another_certificate_named, scene.keep_certificate_hash = true)
WRONG(a_key_of_another_kind, EVP_PKEY_free(scene.keys[3]); scene.keys[3] = EVP_EC_gen("P-256");
        scene.signer.key = scene.keys[3])
WRONG(a_head_signed_by_another_key, scene.head_key = scene.keys[3])
WRONG(a_head_under_another_registrys_key_name, scene.key_name = "credit.example.com/lookup")
WRONG(a_head_under_the_logs_key_name, scene.key_name = "credit.example.cn")
WRONG(another_root_of_the_same_name, scene.trust_other = true)
WRONG(a_missing_issuer, scene.with_issuer = false)
WRONG(an_issuer_sent_twice, scene.twice_issuer = true)
WRONG(a_certificate_expired_at_signing, scene.signer.until_ms = SIGNED_MS - 1000)
WRONG(a_certificate_not_yet_valid_at_signing, scene.signer.from_ms = SIGNED_MS + 2000)
WRONG(an_issuer_expired_at_signing, scene.issuer.until_ms = SIGNED_MS - 1000)
WRONG(an_issuer_that_is_no_ca, scene.issuer.basic = "critical,CA:FALSE")
WRONG(an_issuer_that_may_not_issue, scene.issuer.usage = "critical,digitalSignature")
WRONG(an_issuer_beyond_the_path_length, scene.root.basic = "critical,CA:TRUE,pathlen:0")
WRONG(a_persons_certificate, scene.signer.extended_usage = "critical," USAGE_PERSON_OID)
WRONG(a_log_certificate, scene.signer.extended_usage = "critical," USAGE_LOG_SIGNING_OID)
WRONG(a_tls_certificate, scene.signer.extended_usage = "critical,serverAuth")
WRONG(a_second_usage, scene.signer.extended_usage = "critical," USAGE_LOOKUP_SIGNING_OID ",clientAuth")
WRONG(any_usage, scene.signer.extended_usage = "critical,anyExtendedKeyUsage")
WRONG(no_usage, scene.signer.extended_usage = NULL)
WRONG(a_usage_not_critical, scene.signer.extended_usage = USAGE_LOOKUP_SIGNING_OID)
WRONG(no_key_usage, scene.signer.usage = NULL)
WRONG(a_key_usage_without_signatures, scene.signer.usage = "critical,keyAgreement")
WRONG(a_signer_that_issues, scene.signer.basic = ISSUER_BASIC;
        scene.signer.usage = "critical,digitalSignature,keyCertSign")
WRONG(another_size_than_signed, scene.size = BATCH - 1)
WRONG(a_signed_size_of_another_tree, scene.size = BATCH + 4; scene.head.size = BATCH + 4)
WRONG(a_path_longer_by_one, scene.path_longer = 1)
WRONG(a_path_shorter_by_one, scene.path_shorter = true)
WRONG(another_batchs_root, scene.keep_root = true)
WRONG(a_node_as_leaf, scene.node_as_leaf = true)
WRONG(a_statement_of_another_registry, strcpy(scene.statement.origin, "credit.example.com"))
WRONG(another_registry_than_trusted, scene.trust.origin = slice_text("credit.example.com"))
WRONG(another_request, scene.request = slice_text("The request"))
WRONG(another_code, scene.trust.code = slice_text("100003249"))
WRONG(another_nonce, static uint8_t nonce[16] = {1}; scene.trust.nonce = slice_of(nonce, sizeof(nonce)))
WRONG(a_nonce_cut_short, static uint8_t nonce[15]; scene.trust.nonce = slice_of(nonce, sizeof(nonce)))
WRONG(data_from_the_future, scene.statement.data_as_of_ms = SIGNED_MS + EVIDENCE_SKEW_MS + 1)
WRONG(signed_after_valid_until, scene.statement.valid_until_ms = SIGNED_MS - 1)
WRONG(data_older_than_the_oldest, scene.head.data_as_of_ms = SIGNED_MS - 199)

static const struct {
        enum evidence_refusal refusal;
        void (*change)(void);
} wrong[] = {
        {EVIDENCE_HEAD_BODY, a_checkpoint_of_the_log},
        {EVIDENCE_SUITE, a_suite_we_do_not_accept},
        {EVIDENCE_SUITE, a_suite_accepted_but_not_verifiable},
        {EVIDENCE_SUITE, no_suite_accepted},
        {EVIDENCE_CERTIFICATE_FORM, a_root_among_the_certificates},
        {EVIDENCE_CERTIFICATE_HASH, another_certificate_named},
        {EVIDENCE_CERTIFICATE_KEY, a_key_of_another_kind},
        {EVIDENCE_HEAD_SIGNATURE, a_head_signed_by_another_key},
        {EVIDENCE_HEAD_SIGNATURE, a_head_under_another_registrys_key_name},
        {EVIDENCE_HEAD_SIGNATURE, a_head_under_the_logs_key_name},
        {EVIDENCE_CHAIN, another_root_of_the_same_name},
        {EVIDENCE_CHAIN, a_missing_issuer},
        {EVIDENCE_CHAIN, an_issuer_sent_twice},
        {EVIDENCE_CHAIN, a_certificate_expired_at_signing},
        {EVIDENCE_CHAIN, a_certificate_not_yet_valid_at_signing},
        {EVIDENCE_CHAIN, an_issuer_expired_at_signing},
        {EVIDENCE_CHAIN, an_issuer_that_is_no_ca},
        {EVIDENCE_CHAIN, an_issuer_that_may_not_issue},
        {EVIDENCE_CHAIN, an_issuer_beyond_the_path_length},
        {EVIDENCE_USAGE, a_persons_certificate},
        {EVIDENCE_USAGE, a_log_certificate},
        {EVIDENCE_USAGE, a_tls_certificate},
        {EVIDENCE_USAGE, a_second_usage},
        {EVIDENCE_USAGE, any_usage},
        {EVIDENCE_USAGE, no_usage},
        {EVIDENCE_USAGE, a_usage_not_critical},
        {EVIDENCE_USAGE, no_key_usage},
        {EVIDENCE_USAGE, a_key_usage_without_signatures},
        {EVIDENCE_USAGE, a_signer_that_issues},
        {EVIDENCE_INCLUSION, another_size_than_signed},
        {EVIDENCE_INCLUSION, a_signed_size_of_another_tree},
        {EVIDENCE_INCLUSION, a_path_longer_by_one},
        {EVIDENCE_INCLUSION, a_path_shorter_by_one},
        {EVIDENCE_INCLUSION, another_batchs_root},
        {EVIDENCE_INCLUSION, a_node_as_leaf},
        {EVIDENCE_ORIGIN, a_statement_of_another_registry},
        {EVIDENCE_ORIGIN, another_registry_than_trusted},
        {EVIDENCE_REQUEST, another_request},
        {EVIDENCE_CODE, another_code},
        {EVIDENCE_NONCE, another_nonce},
        {EVIDENCE_NONCE, a_nonce_cut_short},
        {EVIDENCE_TIME, data_from_the_future},
        {EVIDENCE_TIME, signed_after_valid_until},
        {EVIDENCE_TIME, data_older_than_the_oldest},
};

START_TEST(an_answer_that_fails_a_step_is_refused_with_that_steps_word)
{
        memset(&verdict, 0, sizeof(verdict));
        wrong[_i].change();
        enum evidence_refusal refusal = judge();

        ck_assert_msg(refusal == wrong[_i].refusal, "case %d: %s", _i, evidence_refusal_word(refusal));
        ck_assert_uint_eq(verdict.head.size, 0); /* nothing is handed out */
}
END_TEST

START_TEST(an_answer_is_authentic_for_ever_and_current_until_its_day)
{
        scene.trust.origin = slice_text("credit.example.cn");
        scene.trust.code = slice_text("911000001000032490");
        scene.trust.nonce = slice_of(scene.statement.nonce, 16);
        ck_assert_int_eq(judge(), EVIDENCE_AUTHENTIC);
        ck_assert_str_eq(verdict.statement.code, "911000001000032490");
        ck_assert_int_eq(verdict.head.signed_ms, SIGNED_MS);
        ck_assert(evidence_is_current(&verdict, SIGNED_MS));
        ck_assert(evidence_is_current(&verdict, SIGNED_MS + DAY_MS));
        ck_assert(!evidence_is_current(&verdict, SIGNED_MS + DAY_MS + 1));
}
END_TEST

START_TEST(clocks_may_differ_by_five_minutes_within_the_registry)
{
        scene.statement.data_as_of_ms = SIGNED_MS + EVIDENCE_SKEW_MS;
        ck_assert_int_eq(judge(), EVIDENCE_AUTHENTIC);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("evidence");
        TCase *c = tcase_create("evidence");

        tcase_add_checked_fixture(c, setup, teardown);
        tcase_add_loop_test(c, an_answer_that_fails_a_step_is_refused_with_that_steps_word, 0, COUNT(wrong));
        tcase_add_test(c, an_answer_is_authentic_for_ever_and_current_until_its_day);
        tcase_add_test(c, clocks_may_differ_by_five_minutes_within_the_registry);
        suite_add_tcase(suite, c);
        return suite_run(suite);
}
