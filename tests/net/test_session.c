/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The session as a pure state machine: octets in, octets out. */
#include "registry/net/session.h"

#include <stdlib.h>
#include <string.h>

#include "tests/net/fake_service.h"
#include "tests/support/suite.h"

static const uint8_t fingerprint[32] = {1};
static struct service *service;
static struct session session;

static void on_reply(void *closure, uint64_t id, uint64_t request_id, enum frame_kind kind, struct slice payload)
{
        (void)closure;
        ck_assert_uint_eq(id, session.id);
        session_reply(&session, request_id, kind, payload);
}

static void begin(void)
{
        service = fake_service_new(on_reply, NULL);
        session_init(&session, service, 7, 4);
}

static void end(void)
{
        session_done(&session);
        service_free(service);
}

/* READY, with the greeting read. */
static void begin_ready(void)
{
        begin();
        session_login(&session, fingerprint, slice_text("certificate"), INT64_MAX);
        ck_assert_int_eq(session.state, SESSION_READY);
        buffer_clear(&session.out);
}

/* The next frame of what the session says. */
static struct frame said(void)
{
        static struct buffer kept;
        struct frame frame;
        size_t octets = 0;

        buffer_clear(&kept);
        ck_assert_int_eq(frame_parse(buffer_slice(&session.out), FRAME_REPLY_LIMIT, &frame, &octets), FRAME_WHOLE);
        buffer_add(&kept, session.out.data, octets);
        buffer_drop_front(&session.out, octets);
        ck_assert_int_eq(frame_parse(buffer_slice(&kept), FRAME_REPLY_LIMIT, &frame, &octets), FRAME_WHOLE);
        return frame;
}

static void expect(enum frame_kind kind, uint64_t request_id, const char *payload)
{
        struct frame frame = said();

        ck_assert_int_eq(frame.kind, kind);
        ck_assert_uint_eq(frame.request_id, request_id);
        ck_assert(slice_equal(frame.payload, slice_text(payload)));
}

static void add_call(struct buffer *to, uint64_t request_id, const char *payload)
{
        frame_encode(to, FRAME_CALL, request_id, slice_text(payload));
}

static enum session_wish give(struct buffer *bytes)
{
        size_t taken;
        enum session_wish wish = session_input(&session, buffer_slice(bytes), &taken);

        buffer_drop_front(bytes, taken);
        return wish;
}

static const enum result_code no_entry[] = {
        RESULT_CERTIFICATE_UNKNOWN, RESULT_CERTIFICATE_REVOKED, RESULT_STALE, RESULT_VIEW_UNAVAILABLE,
};

START_TEST(who_may_not_enter_is_told_why_and_nothing_else_is_taken)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        char code[8];

        service->login = no_entry[_i];
        session_login(&session, fingerprint, slice_text("certificate"), INT64_MAX);
        snprintf(code, sizeof(code), "%d", (int)no_entry[_i]);
        expect(FRAME_FAILURE, 0, code);
        ck_assert_int_eq(session.state, SESSION_CLOSING);
        ck_assert_int_eq(session.end, SESSION_UNKNOWN_PEER);
        add_call(&bytes, 1, "ask");
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_END);
        ck_assert_uint_eq(service->handed, 0);
        ck_assert_uint_eq(session.out.length, 0);
        ck_assert(session_is_over(&session));
}
END_TEST

START_TEST(octets_before_the_login_are_not_taken)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        add_call(&bytes, 1, "ask");
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_TURN);
        ck_assert_uint_eq(bytes.length, FRAME_HEADER_OCTETS + 3);
        ck_assert_uint_eq(service->handed, 0);
}
END_TEST

START_TEST(whoever_may_enter_is_greeted_first)
{
        session_login(&session, fingerprint, slice_text("certificate"), INT64_MAX);
        expect(FRAME_GREETING, 0, "hello somebody");
        ck_assert_int_eq(session.state, SESSION_READY);
        ck_assert(slice_equal(session.peer.certificate, slice_text("certificate")));
}
END_TEST

static const struct {
        const char *octets;
        size_t length;
        enum session_end end;
        const char *code;
} bad_frames[] = {
        {"\0\1\0\1", 4, SESSION_FRAME_TOO_LARGE, "2002"},                   /* 65,537 */
        {"\xff\xff\xff\xff", 4, SESSION_FRAME_TOO_LARGE, "2002"},
        {"\0\0\0\0", 4, SESSION_FRAME_MALFORMED, "2001"},
        {"\0\0\0\x0b", 4, SESSION_FRAME_MALFORMED, "2001"},                 /* less than the header */
        {"\0\0\0\x0c\2", 5, SESSION_FRAME_MALFORMED, "2001"},               /* version */
        {"\0\0\0\x0c\1\0", 6, SESSION_FRAME_MALFORMED, "2001"},             /* kind */
        {"\0\0\0\x0c\1\5", 6, SESSION_FRAME_MALFORMED, "2001"},
        {"\0\0\0\x0c\1\2\0\1\0\0\0\0\0\0\0\1", 16, SESSION_FRAME_MALFORMED, "2001"}, /* the zero field */
        {"\0\0\0\x0c\1\1\0\0\0\0\0\0\0\0\0\1", 16, SESSION_FRAME_MALFORMED, "2001"}, /* a greeting from a client */
        {"\0\0\0\x0c\1\3\0\0\0\0\0\0\0\0\0\1", 16, SESSION_FRAME_MALFORMED, "2001"},
        {"GET / HTTP/1.1\r\n", 16, SESSION_FRAME_TOO_LARGE, "2002"},
};

START_TEST(a_frame_at_fault_closes_the_connection_with_a_failure_about_it)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        add_call(&bytes, 1, "before");
        buffer_add(&bytes, bad_frames[_i].octets, bad_frames[_i].length);
        add_call(&bytes, 2, "behind");
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_END);
        expect(FRAME_REPLY, 1, "before");
        expect(FRAME_FAILURE, 0, bad_frames[_i].code);
        ck_assert_uint_eq(session.out.length, 0);
        ck_assert_int_eq(session.end, bad_frames[_i].end);
        ck_assert_uint_eq(service->handed, 1);
}
END_TEST

START_TEST(calls_beyond_the_connections_share_are_refused_with_their_id)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        service->keeps_calls = true;
        for (uint64_t id = 1; id <= 6; id++)
                add_call(&bytes, id, "ask");
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_OCTETS);
        ck_assert_uint_eq(service->handed, 4);
        expect(FRAME_FAILURE, 5, "2201");
        expect(FRAME_FAILURE, 6, "2201");
        fake_service_answer(service);
        expect(FRAME_REPLY, 1, "later");
        add_call(&bytes, 7, "ask");
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_OCTETS);
        ck_assert_uint_eq(service->handed, 5);
        ck_assert_uint_eq(session.out.length, 0);
}
END_TEST

START_TEST(a_person_revoked_between_two_calls_has_the_second_refused)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        service->keeps_calls = true;
        add_call(&bytes, 1, "ask");
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_OCTETS);
        service->recheck = RESULT_CERTIFICATE_REVOKED;
        add_call(&bytes, 2, "ask");
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_END);
        ck_assert_uint_eq(service->handed, 1);
        expect(FRAME_FAILURE, 0, "2102");
        ck_assert_int_eq(session.end, SESSION_REVOKED);
        ck_assert(session_is_over(&session)); /* nothing is owed to somebody who may not be here */
        fake_service_answer(service);
        ck_assert_uint_eq(session.out.length, 0);
}
END_TEST

START_TEST(a_recheck_alone_closes_a_silent_session)
{
        session_recheck(&session);
        ck_assert_int_eq(session.state, SESSION_READY);
        service->recheck = RESULT_CERTIFICATE_REVOKED;
        session_recheck(&session);
        ck_assert_int_eq(session.state, SESSION_CLOSING);
        expect(FRAME_FAILURE, 0, "2102");
}
END_TEST

START_TEST(frames_cut_anywhere_are_taken_whole)
{
        CLEANUP(buffer) struct buffer whole = BUFFER_INIT, bytes = BUFFER_INIT;

        add_call(&whole, 1, "first");
        add_call(&whole, 2, "");
        add_call(&whole, 3, "third");
        for (size_t i = 0; i < whole.length; i++) {
                buffer_add_u8(&bytes, whole.data[i]);
                ck_assert_int_eq(give(&bytes), SESSION_WANTS_OCTETS);
        }
        ck_assert_uint_eq(bytes.length, 0);
        expect(FRAME_REPLY, 1, "first");
        expect(FRAME_REPLY, 2, "");
        expect(FRAME_REPLY, 3, "third");
}
END_TEST

static const size_t payload_sizes[] = {
        1023 - 16, 1024 - 16, 1025 - 16, 4095 - 16, 4096 - 16, 4097 - 16, 16383 - 16, 16384 - 16, 16385 - 16, 65524,
};

START_TEST(frames_of_any_size_up_to_the_limit_are_taken)
{
        CLEANUP(buffer) struct buffer payload = BUFFER_INIT, bytes = BUFFER_INIT;

        memset(buffer_reserve(&payload, payload_sizes[_i]), 'p', payload_sizes[_i]);
        payload.length = payload_sizes[_i];
        frame_encode(&bytes, FRAME_CALL, 9, buffer_slice(&payload));
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_OCTETS);
        ck_assert_uint_eq(bytes.length, 0);
        ck_assert(slice_equal(said().payload, buffer_slice(&payload)));
}
END_TEST

START_TEST(one_connection_hands_in_its_share_and_waits_for_the_next_turn)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        for (uint64_t id = 0; id < 2 * SESSION_CALLS_PER_TURN; id++)
                add_call(&bytes, id, "");
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_TURN);
        ck_assert_uint_eq(service->handed, SESSION_CALLS_PER_TURN);
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_TURN);
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_OCTETS);
        ck_assert_uint_eq(service->handed, 2 * SESSION_CALLS_PER_TURN);
}
END_TEST

START_TEST(a_closing_session_is_over_when_everything_is_answered_and_sent)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        service->keeps_calls = true;
        add_call(&bytes, 1, "ask");
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_OCTETS);
        ck_assert(!session_close_if_idle(&session)); /* an answer is owed */
        fake_service_answer(service);
        ck_assert(session_close_if_idle(&session));
        ck_assert(!session_is_over(&session)); /* and not sent */
        buffer_clear(&session.out);
        ck_assert(session_is_over(&session));
        ck_assert_int_eq(session.end, SESSION_DRAINED);
}
END_TEST

START_TEST(a_session_that_goes_while_it_waits_is_forgotten_by_the_service)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        struct session other;

        session_init(&other, service, 8, 4);
        session_done(&other);
        ck_assert_uint_eq(service->forgotten, 0);
        service->keeps_calls = true;
        add_call(&bytes, 1, "ask");
        ck_assert_int_eq(give(&bytes), SESSION_WANTS_OCTETS);
        session_done(&session);
        ck_assert_uint_eq(service->forgotten, 1);
        session_init(&session, service, 7, 4);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("session");
        TCase *before = tcase_create("before the login"), *ready = tcase_create("ready");

        tcase_add_checked_fixture(before, begin, end);
        tcase_add_loop_test(before, who_may_not_enter_is_told_why_and_nothing_else_is_taken, 0,
                sizeof(no_entry) / sizeof(no_entry[0]));
        tcase_add_test(before, octets_before_the_login_are_not_taken);
        tcase_add_test(before, whoever_may_enter_is_greeted_first);
        tcase_add_checked_fixture(ready, begin_ready, end);
        tcase_add_loop_test(ready, a_frame_at_fault_closes_the_connection_with_a_failure_about_it, 0,
                sizeof(bad_frames) / sizeof(bad_frames[0]));
        tcase_add_test(ready, calls_beyond_the_connections_share_are_refused_with_their_id);
        tcase_add_test(ready, a_person_revoked_between_two_calls_has_the_second_refused);
        tcase_add_test(ready, a_recheck_alone_closes_a_silent_session);
        tcase_add_test(ready, frames_cut_anywhere_are_taken_whole);
        tcase_add_loop_test(ready, frames_of_any_size_up_to_the_limit_are_taken, 0,
                sizeof(payload_sizes) / sizeof(payload_sizes[0]));
        tcase_add_test(ready, one_connection_hands_in_its_share_and_waits_for_the_next_turn);
        tcase_add_test(ready, a_closing_session_is_over_when_everything_is_answered_and_sent);
        tcase_add_test(ready, a_session_that_goes_while_it_waits_is_forgotten_by_the_service);
        suite_add_tcase(suite, before);
        suite_add_tcase(suite, ready);
        return suite_run(suite);
}
