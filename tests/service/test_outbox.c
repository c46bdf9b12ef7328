/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/outbox.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/suite.h"

static struct outbox outbox;
static int ends[2];

static void set_up(void)
{
        outbox = (struct outbox){0};
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
}

static void tear_down(void)
{
        outbox_done(&outbox);
        close(ends[0]);
        close(ends[1]);
}

static void put(unsigned number, size_t octets)
{
        struct buffer *bytes = outbox_begin(&outbox);

        buffer_add_u32(bytes, number);
        for (size_t i = 4; i < octets; i++)
                buffer_add_u8(bytes, (uint8_t)number);
        outbox_end(&outbox);
}

/* The number of the next packet, which must be whole; -1 when there is none. */
static int64_t take(size_t octets)
{
        static uint8_t packet[32768];
        ssize_t length = recv(ends[1], packet, sizeof(packet), MSG_DONTWAIT);
        struct reader r;
        uint32_t number;

        if (length < 0)
                return -1;
        ck_assert_uint_eq((size_t)length, octets);
        r = reader_of(slice_of(packet, (size_t)length));
        number = reader_u32(&r);
        for (size_t i = 4; i < octets; i++)
                ck_assert_uint_eq(packet[i], (uint8_t)number);
        return number;
}

START_TEST(packets_come_over_whole_and_in_order_however_slowly_they_are_read)
{
        unsigned taken = 0, count = 1000;

        for (unsigned i = 0; i < count; i++)
                put(i, 2000);
        while (taken < count) {
                int64_t number;

                ck_assert_int_eq(outbox_flush(&outbox, ends[0]), 0);
                while ((number = take(2000)) >= 0)
                        ck_assert_int_eq(number, taken++);
        }
        ck_assert(outbox_is_empty(&outbox));
        ck_assert_uint_eq(outbox.dropped, 0);
        ck_assert_int_eq(take(0), -1);
}
END_TEST

START_TEST(past_the_limit_the_oldest_go)
{
        unsigned count = 2 * OUTBOX_LIMIT / 16384;
        int64_t number, expected;

        for (unsigned i = 0; i < count; i++) {
                put(i, 16384);
                ck_assert_uint_le(outbox.bytes.length - outbox.front, OUTBOX_LIMIT);
        }
        ck_assert_uint_ge(outbox.dropped, count / 2);
        ck_assert_uint_le(outbox.bytes.length, 3 * OUTBOX_LIMIT);
        expected = (int64_t)outbox.dropped;
        while (!outbox_is_empty(&outbox)) {
                ck_assert_int_eq(outbox_flush(&outbox, ends[0]), 0);
                while ((number = take(16384)) >= 0)
                        ck_assert_int_eq(number, expected++);
        }
        ck_assert_int_eq(expected, count);
}
END_TEST

START_TEST(a_reader_that_is_gone_is_an_error)
{
        put(1, 100);
        close(ends[1]);
        ck_assert_int_ne(outbox_flush(&outbox, ends[0]), 0);
        ends[1] = -1;
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("outbox");
        TCase *tcase = tcase_create("outbox");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_test(tcase, packets_come_over_whole_and_in_order_however_slowly_they_are_read);
        tcase_add_test(tcase, past_the_limit_the_oldest_go);
        tcase_add_test(tcase, a_reader_that_is_gone_is_an_error);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
