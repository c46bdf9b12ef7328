/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/channel.h"

#include <check.h>
#include <string.h>

#include "registry/core/statement.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const uint8_t nonce[32] = {1, 2, 3};

static struct seal_request request_sample(bool has_purpose)
{
        return (struct seal_request){
                .generation = 7,
                .id = 0x0102030405060708,
                .suite = SUITE_ED25519_SHA256,
                .request_hash = {9},
                .code = slice_text("91350100M000100Y43"),
                .nonce = slice_of(nonce, 16),
                .has_purpose = has_purpose,
                .purpose_hash = {8},
                .max_age_ms = 60000,
                .min_serial = 42,
        };
}

/* A question about the past, with as much in it as a credit file can have. */
static struct seal_request past_sample(void)
{
        static uint8_t inputs[40000];
        struct seal_request request = request_sample(true);

        request.is_past = true;
        request.past = (struct seal_past){
                .as_of = {20514},
                .known_at_ms = 1772668800000,
                .serial = 41,
                .is_found = true,
                .subject = slice_text("M000100Y4"),
                .name = slice_text("福州某某有限公司"),
                .registration = REGISTRATION_REVOKED,
                .inputs = slice_of(inputs, sizeof(inputs)),
                .policy_hash = {3},
                .coverage = slice_text("product/SC-0810=2026-11-20"),
                .decision = 40,
        };
        return request;
}

static void must_refuse_other_lengths(struct buffer *packet, bool (*decodes)(struct slice packet))
{
        ck_assert(decodes(buffer_slice(packet)));
        for (size_t length = 0; length < packet->length; length++)
                ck_assert_msg(!decodes(slice_of(packet->data, length)), "%zu octets", length);
        buffer_add_u8(packet, 0);
        ck_assert(!decodes(buffer_slice(packet)));
}

static bool request_decodes(struct slice packet)
{
        struct seal_request request;

        return seal_request_decode(packet, &request);
}

static bool answer_decodes(struct slice packet)
{
        struct seal_answer answer;

        return seal_answer_decode(packet, &answer);
}

static bool poke_decodes(struct slice packet)
{
        struct poke poke;

        return poke_decode(packet, &poke);
}

/* ------------------------------------------------------------------ refusals */

START_TEST(a_cut_or_longer_packet_is_refused)
{
        const struct seal_request request = request_sample(_i == 1);
        const struct seal_answer answer = {.id = 1, .code = 1000, .statement = slice_text("context a/lookup-statement/v1\n")};
        const struct poke poke = {POKE_REACH, 3, 99};
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;

        seal_request_encode(&packet, &request);
        must_refuse_other_lengths(&packet, request_decodes);
        buffer_clear(&packet);
        seal_answer_encode(&packet, &answer);
        must_refuse_other_lengths(&packet, answer_decodes);
        buffer_clear(&packet);
        poke_encode(&packet, &poke);
        must_refuse_other_lengths(&packet, poke_decodes);
}
END_TEST

START_TEST(a_packet_of_another_channel_is_refused)
{
        const struct seal_request request = request_sample(false);
        const struct seal_answer answer = {.id = 1, .code = 1000};
        const struct poke poke = {POKE_REACHED, 3, 99};
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;

        seal_request_encode(&packet, &request);
        ck_assert(!answer_decodes(buffer_slice(&packet)) && !poke_decodes(buffer_slice(&packet)));
        buffer_clear(&packet);
        seal_answer_encode(&packet, &answer);
        ck_assert(!request_decodes(buffer_slice(&packet)) && !poke_decodes(buffer_slice(&packet)));
        buffer_clear(&packet);
        poke_encode(&packet, &poke);
        ck_assert(!request_decodes(buffer_slice(&packet)) && !answer_decodes(buffer_slice(&packet)));
}
END_TEST

static const size_t bad_nonces[] = {0, 15};

START_TEST(a_nonce_that_is_too_short_is_refused)
{
        struct seal_request request = request_sample(false);
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;

        request.nonce.length = bad_nonces[_i];
        seal_request_encode(&packet, &request);
        ck_assert(!request_decodes(buffer_slice(&packet)));
}
END_TEST

START_TEST(lengths_inside_a_packet_that_lead_out_of_it_are_refused)
{
        const struct seal_request request = request_sample(false);
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;
        const size_t code_length = 1 + 4 + 8 + 1 + 32;

        seal_request_encode(&packet, &request);
        for (unsigned length = 0; length <= UINT8_MAX; length++) {
                packet.data[code_length + 1] = (uint8_t)length;
                ck_assert(request_decodes(buffer_slice(&packet)) == (length == 18));
        }
        packet.data[code_length + 1] = 18;
        packet.data[code_length] = 0xff;
        ck_assert(!request_decodes(buffer_slice(&packet)));
}
END_TEST

START_TEST(a_poke_of_no_kind_is_refused)
{
        const struct poke poke = {POKE_REACH, 1, 1};
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;

        poke_encode(&packet, &poke);
        for (unsigned kind = 0; kind <= UINT8_MAX; kind++) {
                packet.data[1] = (uint8_t)kind;
                ck_assert(poke_decodes(buffer_slice(&packet)) == (kind >= POKE_REACH && kind <= POKE_REFUSED));
        }
}
END_TEST

START_TEST(a_past_that_contradicts_itself_is_refused)
{
        static const char too_long[STATEMENT_NAME_LIMIT + 2];
        struct seal_request requests[6];
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;

        for (size_t i = 0; i < 6; i++)
                requests[i] = past_sample();
        requests[0].past.as_of = DAY_NONE;
        requests[1].past.subject = slice_text("");
        requests[2].past.is_found = false;
        requests[3].past.decision = 42; /* after what was known */
        requests[4].past.registration = REGISTRATION_REVOKED + 1;
        requests[5].past.name = slice_of(too_long, sizeof(too_long));
        for (size_t i = 0; i < 6; i++) {
                buffer_clear(&packet);
                seal_request_encode(&packet, &requests[i]);
                ck_assert_msg(!request_decodes(buffer_slice(&packet)), "%zu", i);
        }
}
END_TEST

/* The two flags stand behind one another in a question without a past: the last octets of it. */
START_TEST(a_question_that_is_of_no_one_kind_is_refused)
{
        struct seal_request request = past_sample();
        CLEANUP(buffer) struct buffer past = BUFFER_INIT;
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;
        size_t at;

        seal_request_encode(&past, &request);
        request.is_past = false;
        seal_request_encode(&packet, &request);
        at = packet.length - 2;
        past.data[at] = 1;
        ck_assert(!request_decodes(buffer_slice(&past)));
        past.data[at] = 0;
        ck_assert(request_decodes(buffer_slice(&past)));
        packet.data[at] = 2;
        ck_assert(!request_decodes(buffer_slice(&packet)));
}
END_TEST

START_TEST(a_cut_or_longer_question_about_the_past_is_refused)
{
        struct seal_request request = past_sample();
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;

        request.past.inputs.length = 30;
        seal_request_encode(&packet, &request);
        must_refuse_other_lengths(&packet, request_decodes);
}
END_TEST

/* --------------------------------------------------------------- round trips */

START_TEST(a_question_comes_over_as_it_was_asked)
{
        struct seal_request request = request_sample(_i == 1), back;
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;

        request.is_explain = _i == 1;
        request.nonce = slice_of(nonce, _i ? 32 : 16);
        seal_request_encode(&packet, &request);
        ck_assert(seal_request_decode(buffer_slice(&packet), &back));
        ck_assert(back.generation == 7 && back.id == request.id && back.suite == request.suite);
        ck_assert_mem_eq(back.request_hash, request.request_hash, 32);
        ck_assert(slice_equal(back.code, request.code) && slice_equal(back.nonce, request.nonce));
        ck_assert(back.has_purpose == request.has_purpose);
        if (back.has_purpose)
                ck_assert_mem_eq(back.purpose_hash, request.purpose_hash, 32);
        ck_assert(back.max_age_ms == 60000 && back.min_serial == 42);
        ck_assert(back.is_explain == (_i == 1) && !back.is_past);
}
END_TEST

START_TEST(a_question_about_the_past_comes_over_with_its_facts)
{
        const struct seal_request request = past_sample();
        const struct seal_past *past = &request.past;
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;
        struct seal_request back;

        seal_request_encode(&packet, &request);
        ck_assert_uint_le(packet.length, CHANNEL_PAST_LIMIT);
        ck_assert(seal_request_decode(buffer_slice(&packet), &back));
        ck_assert(back.is_past && back.past.as_of.number == past->as_of.number && back.past.known_at_ms == past->known_at_ms);
        ck_assert(back.past.serial == 41 && back.past.decision == 40 && !back.past.is_withheld && back.past.is_found);
        ck_assert(slice_equal(back.past.subject, past->subject) && slice_equal(back.past.name, past->name));
        ck_assert(slice_equal(back.past.inputs, past->inputs) && slice_equal(back.past.coverage, past->coverage));
        ck_assert(back.past.registration == REGISTRATION_REVOKED);
        ck_assert_mem_eq(back.past.policy_hash, past->policy_hash, 32);
}
END_TEST

START_TEST(an_answer_comes_over_as_it_was_given)
{
        static uint8_t path[9 * 32], statement[8192];
        const struct seal_answer answer = {
                .generation = UINT32_MAX, .id = UINT64_MAX, .code = 5003, .retry_after_ms = 1000,
                .text = slice_text("why"), .field_value = slice_text("code_check expected=3"), .index = 511,
                .statement = slice_of(statement, sizeof(statement)), .path = slice_of(path, sizeof(path)),
                .head = slice_text("head"), .certificates = slice_text("certificates"),
        };
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;
        struct seal_answer back;

        seal_answer_encode(&packet, &answer);
        ck_assert(seal_answer_decode(buffer_slice(&packet), &back));
        ck_assert(back.generation == UINT32_MAX && back.id == UINT64_MAX && back.code == 5003);
        ck_assert(back.retry_after_ms == 1000 && back.index == 511);
        ck_assert(slice_equal(back.text, answer.text) && slice_equal(back.field_value, answer.field_value));
        ck_assert(slice_equal(back.statement, answer.statement) && slice_equal(back.path, answer.path));
        ck_assert(slice_equal(back.head, answer.head) && slice_equal(back.certificates, answer.certificates));
}
END_TEST

START_TEST(a_poke_comes_over_as_it_was_sent)
{
        const struct poke poke = {POKE_REFUSED, UINT32_MAX, UINT64_MAX};
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;
        struct poke back;

        poke_encode(&packet, &poke);
        ck_assert_uint_eq(packet.length, POKE_OCTETS);
        ck_assert(poke_decode(buffer_slice(&packet), &back));
        ck_assert(back.kind == poke.kind && back.generation == poke.generation && back.serial == poke.serial);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("channel");
        TCase *tcase = tcase_create("channel");

        tcase_add_loop_test(tcase, a_cut_or_longer_packet_is_refused, 0, 2);
        tcase_add_test(tcase, a_packet_of_another_channel_is_refused);
        tcase_add_loop_test(tcase, a_nonce_that_is_too_short_is_refused, 0, COUNT(bad_nonces));
        tcase_add_test(tcase, lengths_inside_a_packet_that_lead_out_of_it_are_refused);
        tcase_add_test(tcase, a_poke_of_no_kind_is_refused);
        tcase_add_loop_test(tcase, a_question_comes_over_as_it_was_asked, 0, 2);
        tcase_add_test(tcase, a_past_that_contradicts_itself_is_refused);
        tcase_add_test(tcase, a_question_that_is_of_no_one_kind_is_refused);
        tcase_add_test(tcase, a_cut_or_longer_question_about_the_past_is_refused);
        tcase_add_test(tcase, a_question_about_the_past_comes_over_with_its_facts);
        tcase_add_test(tcase, an_answer_comes_over_as_it_was_given);
        tcase_add_test(tcase, a_poke_comes_over_as_it_was_sent);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
