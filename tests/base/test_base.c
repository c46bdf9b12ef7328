/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "registry/base/arena.h"
#include "registry/base/fault.h"
#include "registry/base/log.h"
#include "tests/support/suite.h"

static const struct {
        const char *what;
        uint8_t bytes[12];
        size_t length;
} bad_varints[] = {
        {"nothing", {0}, 0},
        {"cut short", {0x80}, 1},
        {"padded with a zero octet", {0x80, 0x00}, 2},
        {"zero in two octets", {0x80, 0x80, 0x00}, 3},
        {"more than 64 bits", {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}, 10},
        {"eleven octets", {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, 11},
};

START_TEST(a_varint_that_is_not_the_shortest_is_refused)
{
        struct reader r = reader_of(slice_of(bad_varints[_i].bytes, bad_varints[_i].length));

        reader_varint(&r);
        ck_assert_msg(r.failed, "%s", bad_varints[_i].what);
}
END_TEST

START_TEST(numbers_come_back_as_they_were_written)
{
        static const uint64_t numbers[] = {0, 1, 127, 128, 300, UINT32_MAX, (uint64_t)INT64_MAX, UINT64_MAX};
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        struct reader r;

        for (size_t i = 0; i < 8; i++) {
                buffer_add_varint(&b, numbers[i]);
                buffer_add_signed_varint(&b, (int64_t)numbers[i]);
                buffer_add_signed_varint(&b, -(int64_t)(numbers[i] >> 1));
                buffer_add_u8(&b, (uint8_t)numbers[i]);
                buffer_add_u16(&b, (uint16_t)numbers[i]);
                buffer_add_u32(&b, (uint32_t)numbers[i]);
                buffer_add_u64(&b, numbers[i]);
        }
        r = reader_of(buffer_slice(&b));
        for (size_t i = 0; i < 8; i++) {
                ck_assert_uint_eq(reader_varint(&r), numbers[i]);
                ck_assert_int_eq(reader_signed_varint(&r), (int64_t)numbers[i]);
                ck_assert_int_eq(reader_signed_varint(&r), -(int64_t)(numbers[i] >> 1));
                ck_assert_uint_eq(reader_u8(&r), (uint8_t)numbers[i]);
                ck_assert_uint_eq(reader_u16(&r), (uint16_t)numbers[i]);
                ck_assert_uint_eq(reader_u32(&r), (uint32_t)numbers[i]);
                ck_assert_uint_eq(reader_u64(&r), numbers[i]);
        }
        ck_assert(reader_is_done(&r));
        reader_u8(&r);
        ck_assert(r.failed);
        ck_assert(!reader_is_done(&r));
}
END_TEST

START_TEST(a_failed_reader_stays_failed_and_gives_nothing)
{
        struct reader r = reader_of(slice_text("ab"));

        ck_assert_ptr_null(reader_take(&r, 3).data);
        ck_assert_ptr_null(reader_take(&r, 1).data);
        ck_assert_uint_eq(reader_u8(&r), 0);
        r = reader_of(slice_of("\x05""ab", 3));
        ck_assert_uint_eq(reader_counted(&r).length, 0);
        ck_assert(r.failed);
}
END_TEST

START_TEST(a_buffer_grows_drops_and_ends_as_text)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;

        for (int i = 0; i < 1000; i++)
                buffer_add_format(&b, "%d,", i % 10);
        ck_assert_uint_eq(b.length, 2000);
        buffer_drop_front(&b, 1996);
        ck_assert_str_eq(buffer_text(&b), "8,9,");
        buffer_add_counted(&b, slice_text("x"));
        ck_assert_uint_eq(b.length, 6);
        buffer_clear(&b);
        ck_assert_str_eq(buffer_text(&b), "");
}
END_TEST

START_TEST(hexadecimal_is_lower_case_and_exact)
{
        uint8_t octets[3] = {9, 9, 9};
        char text[7];

        hex_encode("\x00\xab\xff", 3, text);
        ck_assert_str_eq(text, "00abff");
        ck_assert(!hex_decode("00ABff", 6, octets, 3));
        ck_assert(!hex_decode("00abf", 5, octets, 3));
        ck_assert(!hex_decode("00abfg", 6, octets, 3));
        ck_assert_uint_eq(octets[0], 9);
        ck_assert(hex_decode("00abff", 6, octets, 3));
        ck_assert_mem_eq(octets, "\x00\xab\xff", 3);
}
END_TEST

START_TEST(an_arena_refuses_past_its_budget_and_says_so)
{
        CLEANUP(arena) struct arena a;

        arena_init(&a, 10000);
        ck_assert_ptr_nonnull(arena_alloc(&a, 9000));
        ck_assert(!a.exhausted);
        ck_assert_ptr_null(arena_alloc(&a, 1001));
        ck_assert(a.exhausted);
        ck_assert_ptr_null(arena_alloc(&a, SIZE_MAX));
        ck_assert_str_eq(arena_text(&a, slice_text("still")), "still");
        ck_assert_uint_eq(arena_copy(&a, slice_text("abc")).length, 3);
        ck_assert_ptr_null(arena_copy(&a, slice_of(bad_varints, 9999)).data);
}
END_TEST

START_TEST(an_arena_gives_zeroed_aligned_memory_across_blocks)
{
        CLEANUP(arena) struct arena a;

        arena_init(&a, 1u << 20);
        for (int i = 0; i < 2000; i++) {
                uint64_t *p = arena_alloc(&a, 24);

                ck_assert_uint_eq((uintptr_t)p % 16, 0);
                ck_assert_uint_eq(p[0] | p[1] | p[2], 0);
                p[0] = p[1] = p[2] = UINT64_MAX;
        }
        ck_assert(!a.exhausted);
}
END_TEST

START_TEST(a_fault_is_one_line)
{
        struct fault why = {0};

        ck_assert(!fault_set(&why, FAULT_STORE, "connection refused\n\tIs the server running?\n"));
        ck_assert_str_eq(why.text, "connection refused \tIs the server running?");
        ck_assert_str_eq(fault_word(why.code), "store");
        for (int code = FAULT_NONE; code <= FAULT_PEER; code++)
                ck_assert_str_ne(fault_word((enum fault_code)code), "unknown");
        ck_assert_str_eq(fault_word((enum fault_code)99), "unknown");
}
END_TEST

static const char *const hostile[][2] = {
        {"plain-word", "k=plain-word"},
        {"", "k=\"\""},
        {"two words", "k=\"two words\""},
        {"a\nevent=forged", "k=\"a\\x0aevent=forged\""},
        {"say \"hi\" \\", "k=\"say \\\"hi\\\" \\\\\""},
        {"\x1b[31m", "k=\"\\x1b[31m\""},
        {"\xe2\x80\xae", "k=\"\\xe2\\x80\\xae\""},
        {"a=b", "k=\"a=b\""},
};

START_TEST(no_value_can_forge_a_log_line)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;

        log_add_pair(&line, "k", hostile[_i][0]);
        ck_assert_str_eq(buffer_text(&line), hostile[_i][1]);
}
END_TEST

START_TEST(a_log_event_is_one_line_of_pairs_and_levels_are_kept)
{
        char line[512] = "";
        int ends[2], kept = dup(STDERR_FILENO);

        ck_assert_int_eq(pipe(ends), 0);
        dup2(ends[1], STDERR_FILENO);
        log_set_process("worker/0");
        log_set_level(LOG_NOTICE);
        log_event(LOG_INFO, "unseen");
        log_event(LOG_NOTICE, "seen", "n", LOG_NUMBER(42), "none", (const char *)NULL);
        dup2(kept, STDERR_FILENO);
        close(kept);
        close(ends[1]);
        ck_assert_int_gt(read(ends[0], line, sizeof(line) - 1), 0);
        close(ends[0]);
        log_set_level(LOG_INFO);
        ck_assert_str_eq(line, "<5>process=worker/0 event=seen n=42\n");
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("base");
        TCase *tcase = tcase_create("base");

        tcase_add_loop_test(tcase, a_varint_that_is_not_the_shortest_is_refused, 0,
                sizeof(bad_varints) / sizeof(bad_varints[0]));
        tcase_add_test(tcase, numbers_come_back_as_they_were_written);
        tcase_add_test(tcase, a_failed_reader_stays_failed_and_gives_nothing);
        tcase_add_test(tcase, a_buffer_grows_drops_and_ends_as_text);
        tcase_add_test(tcase, hexadecimal_is_lower_case_and_exact);
        tcase_add_test(tcase, an_arena_refuses_past_its_budget_and_says_so);
        tcase_add_test(tcase, an_arena_gives_zeroed_aligned_memory_across_blocks);
        tcase_add_test(tcase, a_fault_is_one_line);
        tcase_add_loop_test(tcase, no_value_can_forge_a_log_line, 0, sizeof(hostile) / sizeof(hostile[0]));
        tcase_add_test(tcase, a_log_event_is_one_line_of_pairs_and_levels_are_kept);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
