/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>

#include "proto/frame.h"
#include "tests/support/suite.h"

/* length, version, kind, zero, id, payload */
#define HEADER(length, version, kind, zero) 0, 0, 0, (length), (version), (kind), 0, (zero), 0, 0, 0, 0, 0, 0, 0, 7

static const struct {
        const char *what;
        uint8_t bytes[24];
        size_t length;
        enum frame_state state;
} cases[] = {
        {"a length below the header", {HEADER(11, 1, 2, 0)}, 16, FRAME_MALFORMED},
        {"a length below the header, as soon as it is there", {0, 0, 0, 11}, 4, FRAME_MALFORMED},
        {"a length above the limit", {0, 0, 1, 0}, 4, FRAME_TOO_LARGE},
        {"another version", {HEADER(12, 2, 2, 0)}, 16, FRAME_MALFORMED},
        {"another version, as soon as it is there", {0, 0, 0, 12, 2}, 5, FRAME_MALFORMED},
        {"kind nought", {HEADER(12, 1, 0, 0)}, 16, FRAME_MALFORMED},
        {"a kind behind the last", {HEADER(12, 1, 5, 0)}, 16, FRAME_MALFORMED},
        {"a kind behind the last, as soon as it is there", {0, 0, 0, 12, 1, 5}, 6, FRAME_MALFORMED},
        {"the zero field set", {HEADER(12, 1, 2, 1)}, 16, FRAME_MALFORMED},
        {"nothing", {0}, 0, FRAME_NOT_YET},
        {"three octets", {0, 0, 0}, 3, FRAME_NOT_YET},
        {"a header without its payload", {HEADER(14, 1, 2, 0), 'a'}, 17, FRAME_NOT_YET},
        {"an empty payload", {HEADER(12, 1, 2, 0)}, 16, FRAME_WHOLE},
        {"two octets and the next frame's", {HEADER(14, 1, 3, 0), 'a', 'b', 'c'}, 19, FRAME_WHOLE},
};

START_TEST(a_frame_is_refused_as_soon_as_its_header_is_wrong_and_waited_for_otherwise)
{
        struct frame frame = {0};
        size_t octets = 0;
        enum frame_state state = frame_parse(slice_of(cases[_i].bytes, cases[_i].length), 200, &frame, &octets);

        ck_assert_msg(state == cases[_i].state, "%s: %d", cases[_i].what, state);
        if (state == FRAME_WHOLE) {
                ck_assert_uint_eq(frame.request_id, 7);
                ck_assert_uint_eq(octets, 16 + frame.payload.length);
        } else {
                ck_assert_uint_eq(octets, 0);
        }
}
END_TEST

START_TEST(every_prefix_of_a_frame_is_not_yet_a_frame_and_the_whole_comes_back)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        struct frame frame;
        size_t octets;

        frame_encode(&b, FRAME_CALL, 0x0102030405060708u, slice_text("payload"));
        for (size_t n = 0; n < b.length; n++)
                ck_assert_int_eq(frame_parse(slice_of(b.data, n), 100, &frame, &octets), FRAME_NOT_YET);
        ck_assert_int_eq(frame_parse(buffer_slice(&b), 100, &frame, &octets), FRAME_WHOLE);
        ck_assert_int_eq(frame.kind, FRAME_CALL);
        ck_assert_uint_eq(frame.request_id, 0x0102030405060708u);
        ck_assert(slice_equal(frame.payload, slice_text("payload")));
        ck_assert_uint_eq(octets, b.length);
}
END_TEST

START_TEST(the_limit_is_the_largest_length_that_passes)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        struct frame frame;
        size_t octets;

        frame_encode(&b, FRAME_REPLY, 1, slice_text("12345678"));
        ck_assert_int_eq(frame_parse(buffer_slice(&b), 20, &frame, &octets), FRAME_WHOLE);
        ck_assert_int_eq(frame_parse(buffer_slice(&b), 19, &frame, &octets), FRAME_TOO_LARGE);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("frame");
        TCase *tcase = tcase_create("frame");

        tcase_add_loop_test(tcase, a_frame_is_refused_as_soon_as_its_header_is_wrong_and_waited_for_otherwise, 0,
                sizeof(cases) / sizeof(cases[0]));
        tcase_add_test(tcase, every_prefix_of_a_frame_is_not_yet_a_frame_and_the_whole_comes_back);
        tcase_add_test(tcase, the_limit_is_the_largest_length_that_passes);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
