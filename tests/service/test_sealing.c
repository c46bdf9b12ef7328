/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The worker's end of the sealer's channel, with this test as the sealer: every question is answered once,
 * whatever the other side does.
 */
#include "registry/service/sealing.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/suite.h"

#define GENERATION 7u
#define WAITING 4u

struct asked {
        unsigned times;
        bool is_answered;
        enum fault_code fault;
        uint16_t code;
        uint32_t index;
};

static struct event_base *base;
static struct sealing *sealing;
static int ends[2];

static void set_up_waiting(uint32_t wait_ms)
{
        base = event_base_new();
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
        sealing = sealing_new(base, ends[0], GENERATION, wait_ms, WAITING);
}

static void set_up(void)
{
        set_up_waiting(30000);
}

static void tear_down(void)
{
        sealing_free(sealing);
        event_base_free(base);
        close(ends[0]);
        close(ends[1]);
}

static void on_done(void *closure, const struct seal_answer *answer, const struct fault *why)
{
        struct asked *asked = closure;

        asked->times++;
        asked->is_answered = answer != NULL;
        if (answer) {
                asked->code = answer->code;
                asked->index = answer->index;
        } else {
                asked->fault = why->code;
        }
}

static void ask(struct asked *asked)
{
        struct seal_request request = {
                .code = slice_text("91510823141777630N"), .nonce = slice_text("0123456789abcdef")};

        memset(asked, 0, sizeof(*asked));
        sealing_ask(sealing, &request, on_done, asked);
        ck_assert_uint_eq(asked->times, 0);
}

static void turn(void)
{
        event_base_loop(base, EVLOOP_NONBLOCK);
}

static void wait_for(const struct asked *asked)
{
        while (asked->times == 0)
                event_base_loop(base, EVLOOP_ONCE);
}

/* The sealer's next question; the packet's memory is static. */
static bool next_question(struct seal_request *ret)
{
        static uint8_t packet[1024];
        ssize_t length = recv(ends[1], packet, sizeof(packet), MSG_DONTWAIT);

        if (length <= 0)
                return false;
        ck_assert(seal_request_decode(slice_of(packet, (size_t)length), ret));
        return true;
}

static void answer(uint64_t id, uint32_t generation, uint32_t index)
{
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;
        struct seal_answer message = {.generation = generation, .id = id, .code = 1000, .index = index};

        seal_answer_encode(&packet, &message);
        ck_assert_int_eq(send(ends[1], packet.data, packet.length, 0), (ssize_t)packet.length);
}

START_TEST(a_question_nobody_answers_is_given_up_on_time)
{
        static struct asked asked;

        sealing_free(sealing);
        event_base_free(base);
        close(ends[0]);
        close(ends[1]);
        set_up_waiting(20);
        ask(&asked);
        wait_for(&asked);
        ck_assert(!asked.is_answered);
        ck_assert_int_eq(asked.fault, FAULT_SEALER);
}
END_TEST

START_TEST(one_question_more_than_may_wait_is_refused_at_once)
{
        static struct asked waiting[WAITING], more;

        for (unsigned i = 0; i < WAITING; i++)
                ask(&waiting[i]);
        ask(&more);
        turn();
        ck_assert_uint_eq(more.times, 1);
        ck_assert_int_eq(more.fault, FAULT_LIMIT);
        for (unsigned i = 0; i < WAITING; i++)
                ck_assert_uint_eq(waiting[i].times, 0);
}
END_TEST

START_TEST(an_answer_to_an_earlier_life_is_dropped)
{
        struct seal_request question;
        static struct asked asked;

        ask(&asked);
        turn();
        ck_assert(next_question(&question));
        answer(question.id, GENERATION - 1, 0);
        turn();
        ck_assert_uint_eq(asked.times, 0);
        answer(question.id, GENERATION, 0);
        turn();
        ck_assert_uint_eq(asked.times, 1);
}
END_TEST

START_TEST(an_answer_that_comes_twice_is_taken_once)
{
        struct seal_request question;
        static struct asked asked, next;

        ask(&asked);
        turn();
        ck_assert(next_question(&question));
        answer(question.id, GENERATION, 3);
        answer(question.id, GENERATION, 4);
        turn();
        ck_assert_uint_eq(asked.times, 1);
        ck_assert_uint_eq(asked.index, 3);
        /* Not even by whoever has its place now. */
        ask(&next);
        answer(question.id, GENERATION, 5);
        turn();
        ck_assert_uint_eq(next.times, 0);
}
END_TEST

START_TEST(octets_that_are_no_answer_hurt_nobody)
{
        struct seal_request question;
        static struct asked asked;

        ask(&asked);
        turn();
        ck_assert(next_question(&question));
        ck_assert_int_eq(send(ends[1], "\x02garbage", 8, 0), 8);
        turn();
        ck_assert_uint_eq(asked.times, 0);
        answer(question.id, GENERATION, 0);
        turn();
        ck_assert(asked.is_answered);
}
END_TEST

START_TEST(questions_of_one_turn_are_answered_in_any_order)
{
        struct seal_request questions[WAITING];
        static struct asked asked[WAITING];

        for (unsigned i = 0; i < WAITING; i++)
                ask(&asked[i]);
        turn();
        for (unsigned i = 0; i < WAITING; i++)
                ck_assert(next_question(&questions[i]));
        for (unsigned i = WAITING; i-- > 0;)
                answer(questions[i].id, GENERATION, i);
        turn();
        for (unsigned i = 0; i < WAITING; i++) {
                ck_assert_uint_eq(asked[i].times, 1);
                ck_assert_uint_eq(asked[i].index, i);
        }
}
END_TEST

START_TEST(freeing_tells_whoever_waits)
{
        static struct asked asked;

        ask(&asked);
        sealing_free(sealing);
        sealing = NULL;
        ck_assert_uint_eq(asked.times, 1);
        ck_assert_int_eq(asked.fault, FAULT_SEALER);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("sealing");
        TCase *cases = tcase_create("sealing");

        tcase_add_checked_fixture(cases, set_up, tear_down);
        tcase_add_test(cases, a_question_nobody_answers_is_given_up_on_time);
        tcase_add_test(cases, one_question_more_than_may_wait_is_refused_at_once);
        tcase_add_test(cases, an_answer_to_an_earlier_life_is_dropped);
        tcase_add_test(cases, an_answer_that_comes_twice_is_taken_once);
        tcase_add_test(cases, octets_that_are_no_answer_hurt_nobody);
        tcase_add_test(cases, questions_of_one_turn_are_answered_in_any_order);
        tcase_add_test(cases, freeing_tells_whoever_waits);
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
