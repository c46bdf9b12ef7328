/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The worker's end of the follower's channel, with this test as the follower.
 */
#include "registry/service/reaching.h"

#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/suite.h"

#define GENERATION 7u

struct asked {
        unsigned times;
        bool reached;
};

static struct event_base *base;
static struct reaching *reaching;
static int ends[2];

static void set_up_waiting(uint32_t wait_ms)
{
        base = event_base_new();
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
        reaching = reaching_new(base, ends[0], GENERATION, wait_ms);
}

static void set_up(void)
{
        set_up_waiting(30000);
}

static void tear_down(void)
{
        reaching_free(reaching);
        event_base_free(base);
        close(ends[0]);
        close(ends[1]);
}

static void on_done(void *closure, bool reached)
{
        struct asked *asked = closure;

        asked->times++;
        asked->reached = reached;
}

static void wait_serial(struct asked *asked, uint64_t serial)
{
        *asked = (struct asked){0};
        reaching_wait(reaching, serial, on_done, asked);
        ck_assert_uint_eq(asked->times, 0);
}

static void turn(void)
{
        event_base_loop(base, EVLOOP_NONBLOCK);
}

static void say(enum poke_kind kind, uint64_t serial)
{
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;
        const struct poke poke = {.kind = kind, .generation = GENERATION, .serial = serial};

        poke_encode(&packet, &poke);
        ck_assert_int_eq(send(ends[1], packet.data, packet.length, 0), (ssize_t)packet.length);
        turn();
}

START_TEST(a_serial_that_is_not_reached_in_time_is_said_not_to_be)
{
        static struct asked asked;

        tear_down();
        set_up_waiting(20);
        wait_serial(&asked, 5);
        while (asked.times == 0)
                event_base_loop(base, EVLOOP_ONCE);
        ck_assert(!asked.reached);
}
END_TEST

START_TEST(a_store_that_is_refused_is_reached_by_nobody)
{
        static struct asked first, second;

        wait_serial(&first, 5);
        wait_serial(&second, 6);
        say(POKE_REFUSED, 6);
        ck_assert_uint_eq(first.times, 1);
        ck_assert(!first.reached && !second.reached);
        /* And what was reached before counts no more. */
        say(POKE_REACHED, 9);
        say(POKE_REFUSED, 9);
        wait_serial(&first, 5);
        turn();
        ck_assert_uint_eq(first.times, 0);
}
END_TEST

START_TEST(each_serial_is_told_when_it_is_reached_and_not_before)
{
        static struct asked low, high;

        wait_serial(&high, 9);
        wait_serial(&low, 5);
        say(POKE_REACHED, 4);
        ck_assert_uint_eq(low.times + high.times, 0);
        say(POKE_REACHED, 5);
        ck_assert_uint_eq(low.times, 1);
        ck_assert(low.reached);
        ck_assert_uint_eq(high.times, 0);
        say(POKE_REACHED, 12);
        ck_assert_uint_eq(high.times, 1);
        ck_assert(high.reached);
}
END_TEST

START_TEST(the_follower_is_asked_for_the_serial_and_not_when_it_is_there)
{
        uint8_t packet[64];
        static struct asked asked;
        struct poke poke;
        ssize_t length;

        wait_serial(&asked, 5);
        length = recv(ends[1], packet, sizeof(packet), 0);
        ck_assert(poke_decode(slice_of(packet, (size_t)length), &poke));
        ck_assert_int_eq(poke.kind, POKE_REACH);
        ck_assert_uint_eq(poke.serial, 5);
        ck_assert_uint_eq(poke.generation, GENERATION);
        say(POKE_REACHED, 5);
        wait_serial(&asked, 4);
        turn();
        ck_assert(asked.reached);
        ck_assert_int_lt(recv(ends[1], packet, sizeof(packet), 0), 0);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("reaching");
        TCase *cases = tcase_create("reaching");

        tcase_add_checked_fixture(cases, set_up, tear_down);
        tcase_add_test(cases, a_serial_that_is_not_reached_in_time_is_said_not_to_be);
        tcase_add_test(cases, a_store_that_is_refused_is_reached_by_nobody);
        tcase_add_test(cases, each_serial_is_told_when_it_is_reached_and_not_before);
        tcase_add_test(cases, the_follower_is_asked_for_the_serial_and_not_when_it_is_there);
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
