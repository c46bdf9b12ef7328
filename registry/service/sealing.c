/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/sealing.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "registry/base/log.h"
#include "registry/service/clock.h"

/* Packets moved by one system call, and the most of them taken before others get a turn. */
#define PACKETS_AT_ONCE 32u
#define PACKETS_PER_TURN 256u
struct waiter {
        TAILQ_ENTRY(waiter) next; /* in free, or in waiting by deadline: all wait equally long */
        uint64_t id;              /* 0: free. Its remainder by the number of waiters is its place */
        int64_t until_ms;
        sealing_done_fn done;
        void *closure;
};
TAILQ_HEAD(waiters, waiter);

/* A packet not sent yet. Almost all are small and stay in place; one about the past carries a credit file. */
struct question {
        uint32_t length;
        uint8_t small[CHANNEL_QUESTION_LIMIT];
        uint8_t *large; /* NULL unless it does not fit */
};

struct sealing {
        int channel;
        uint32_t generation;
        uint32_t wait_ms;
        uint64_t rounds;          /* ids given so far */
        unsigned waiting_max;
        struct waiter *all;
        struct waiters free;
        struct waiters waiting;
        struct waiters refused;   /* told by the flush: the table was full */
        struct event *readable;
        struct event *writable;
        struct event *flush;
        struct event *timer;
        struct question *questions; /* a ring */
        unsigned question_first;
        unsigned question_count;
        uint8_t *packets;         /* room for PACKETS_AT_ONCE answers */
};

static void start_timer(struct sealing *sealing)
{
        struct waiter *first = TAILQ_FIRST(&sealing->waiting);
        int64_t left_ms;

        if (!first) {
                evtimer_del(sealing->timer);
                return;
        }
        left_ms = first->until_ms - clock_boot_ms();
        if (left_ms < 0)
                left_ms = 0;
        evtimer_add(sealing->timer,
                (&(struct timeval){.tv_sec = left_ms / 1000, .tv_usec = (left_ms % 1000) * 1000}));
}

/* Frees the place first: whoever is told may ask again. */
static void tell(struct sealing *sealing, struct waiter *waiter, const struct seal_answer *answer,
        const struct fault *why)
{
        sealing_done_fn done = waiter->done;
        void *closure = waiter->closure;

        waiter->id = 0;
        TAILQ_INSERT_TAIL(&sealing->free, waiter, next);
        done(closure, answer, why);
}

static void on_timeout(evutil_socket_t fd, short what, void *closure)
{
        struct sealing *sealing = closure;
        int64_t now_ms = clock_boot_ms();
        struct waiter *waiter;
        struct fault why;

        (void)fd;
        (void)what;
        fault_set(&why, FAULT_SEALER, "no answer within %u ms", sealing->wait_ms);
        while ((waiter = TAILQ_FIRST(&sealing->waiting)) && waiter->until_ms <= now_ms) {
                TAILQ_REMOVE(&sealing->waiting, waiter, next);
                tell(sealing, waiter, NULL, &why);
        }
        start_timer(sealing);
}

/* ----------------------------------------------------------------- answers */

static void take_answer(struct sealing *sealing, struct slice packet)
{
        struct seal_answer answer;
        struct waiter *waiter;

        if (!seal_answer_decode(packet, &answer)) {
                log_event(LOG_ERR, "sealer.malformed", "octets", LOG_NUMBER(packet.length));
                return;
        }
        waiter = &sealing->all[answer.id % sealing->waiting_max];
        if (answer.generation != sealing->generation || answer.id == 0 || waiter->id != answer.id)
                return;
        TAILQ_REMOVE(&sealing->waiting, waiter, next);
        tell(sealing, waiter, &answer, NULL);
}

static void on_readable(evutil_socket_t fd, short what, void *closure)
{
        struct sealing *sealing = closure;
        struct mmsghdr headers[PACKETS_AT_ONCE];
        struct iovec parts[PACKETS_AT_ONCE];
        unsigned taken = 0;
        int count;

        (void)what;
        do {
                memset(headers, 0, sizeof(headers));
                for (unsigned i = 0; i < PACKETS_AT_ONCE; i++) {
                        parts[i] = (struct iovec){
                                .iov_base = sealing->packets + i * CHANNEL_PACKET_LIMIT,
                                .iov_len = CHANNEL_PACKET_LIMIT,
                        };
                        headers[i].msg_hdr.msg_iov = &parts[i];
                        headers[i].msg_hdr.msg_iovlen = 1;
                }
                count = recvmmsg(fd, headers, PACKETS_AT_ONCE, MSG_DONTWAIT, NULL);
                for (int i = 0; i < count; i++)
                        take_answer(sealing, slice_of(parts[i].iov_base, headers[i].msg_len));
                taken += count > 0 ? (unsigned)count : 0;
        } while (count == (int)PACKETS_AT_ONCE && taken < PACKETS_PER_TURN);
        if (count < 0 && errno != EAGAIN && errno != EINTR)
                log_event(LOG_ERR, "sealer.channel", "error", strerror(errno));
        start_timer(sealing);
}

/* --------------------------------------------------------------- questions */

static void question_set(struct question *question, struct slice packet)
{
        question->length = (uint32_t)packet.length;
        question->large = packet.length > sizeof(question->small) ? must_alloc(packet.length) : NULL;
        memcpy(question->large ? question->large : question->small, packet.data, packet.length);
}

/* The first ones have been sent, or nobody waits any more. */
static void questions_drop(struct sealing *sealing, unsigned count)
{
        for (; count > 0; count--) {
                free(sealing->questions[sealing->question_first].large);
                sealing->questions[sealing->question_first].large = NULL;
                sealing->question_first = (sealing->question_first + 1) % sealing->waiting_max;
                sealing->question_count--;
        }
}

/*
 * Sends what is queued; what the channel does not take waits until it does, or until nobody waits any more.
 */
static void send_questions(struct sealing *sealing)
{
        while (sealing->question_count > 0) {
                struct mmsghdr headers[PACKETS_AT_ONCE] = {0};
                struct iovec parts[PACKETS_AT_ONCE];
                unsigned count = 0;
                int sent;

                while (count < sealing->question_count && count < PACKETS_AT_ONCE) {
                        struct question *question =
                                &sealing->questions[(sealing->question_first + count) % sealing->waiting_max];

                        parts[count] = (struct iovec){
                                .iov_base = question->large ? question->large : question->small,
                                .iov_len = question->length,
                        };
                        headers[count].msg_hdr.msg_iov = &parts[count];
                        headers[count].msg_hdr.msg_iovlen = 1;
                        count++;
                }
                sent = sendmmsg(sealing->channel, headers, count, MSG_DONTWAIT | MSG_NOSIGNAL);
                if (sent <= 0) {
                        if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
                                log_event(LOG_ERR, "sealer.channel", "error", strerror(errno));
                        event_add(sealing->writable, NULL);
                        return;
                }
                questions_drop(sealing, (unsigned)sent);
        }
}

static void on_writable(evutil_socket_t fd, short what, void *closure)
{
        (void)fd;
        (void)what;
        send_questions(closure);
}

static void on_flush(evutil_socket_t fd, short what, void *closure)
{
        struct sealing *sealing = closure;
        struct waiters refused = TAILQ_HEAD_INITIALIZER(refused);
        struct waiter *waiter;
        struct fault why;

        (void)fd;
        (void)what;
        fault_set(&why, FAULT_LIMIT, "%u questions wait for the sealer", sealing->waiting_max);
        TAILQ_CONCAT(&refused, &sealing->refused, next);
        while ((waiter = TAILQ_FIRST(&refused))) {
                TAILQ_REMOVE(&refused, waiter, next);
                waiter->done(waiter->closure, NULL, &why);
                free(waiter);
        }
        send_questions(sealing);
}

static void refuse(struct sealing *sealing, sealing_done_fn done, void *closure)
{
        struct waiter *waiter = must_alloc(sizeof(*waiter));

        *waiter = (struct waiter){.done = done, .closure = closure};
        TAILQ_INSERT_TAIL(&sealing->refused, waiter, next);
}

void sealing_ask(struct sealing *sealing, struct seal_request *request, sealing_done_fn done, void *closure)
{
        struct waiter *waiter = TAILQ_FIRST(&sealing->free);
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;

        event_active(sealing->flush, EV_TIMEOUT, 1);
        if (!waiter || sealing->question_count == sealing->waiting_max) {
                refuse(sealing, done, closure);
                return;
        }
        TAILQ_REMOVE(&sealing->free, waiter, next);
        sealing->rounds++;
        *waiter = (struct waiter){
                .id = sealing->rounds * sealing->waiting_max + (uint64_t)(waiter - sealing->all),
                .until_ms = clock_boot_ms() + sealing->wait_ms,
                .done = done,
                .closure = closure,
        };
        request->id = waiter->id;
        request->generation = sealing->generation;
        seal_request_encode(&packet, request);
        assert(packet.length <= (request->is_past ? CHANNEL_PAST_LIMIT : CHANNEL_QUESTION_LIMIT));
        question_set(&sealing->questions[(sealing->question_first + sealing->question_count) % sealing->waiting_max],
                buffer_slice(&packet));
        sealing->question_count++;
        if (TAILQ_EMPTY(&sealing->waiting)) {
                TAILQ_INSERT_TAIL(&sealing->waiting, waiter, next);
                start_timer(sealing);
        } else {
                TAILQ_INSERT_TAIL(&sealing->waiting, waiter, next);
        }
}

/* -------------------------------------------------------------------- life */

struct sealing *sealing_new(struct event_base *base, int channel, uint32_t generation, uint32_t wait_ms,
        unsigned waiting_max)
{
        struct sealing *sealing = must_alloc(sizeof(*sealing));

        assert(waiting_max > 0);
        *sealing = (struct sealing){
                .channel = channel,
                .generation = generation,
                .wait_ms = wait_ms,
                .waiting_max = waiting_max,
                .all = must_alloc(waiting_max * sizeof(*sealing->all)),
                .questions = must_alloc(waiting_max * sizeof(*sealing->questions)),
                .packets = must_alloc(PACKETS_AT_ONCE * CHANNEL_PACKET_LIMIT),
        };
        TAILQ_INIT(&sealing->free);
        TAILQ_INIT(&sealing->waiting);
        TAILQ_INIT(&sealing->refused);
        for (unsigned i = 0; i < waiting_max; i++)
                TAILQ_INSERT_TAIL(&sealing->free, &sealing->all[i], next);
        sealing->readable = event_new(base, channel, EV_READ | EV_PERSIST, on_readable, sealing);
        sealing->writable = event_new(base, channel, EV_WRITE, on_writable, sealing);
        sealing->flush = event_new(base, -1, 0, on_flush, sealing);
        sealing->timer = evtimer_new(base, on_timeout, sealing);
        if (!sealing->readable || !sealing->writable || !sealing->flush || !sealing->timer)
                abort();
        event_add(sealing->readable, NULL);
        return sealing;
}

void sealing_free(struct sealing *sealing)
{
        struct waiter *waiter;
        struct fault why;

        if (!sealing)
                return;
        fault_set(&why, FAULT_SEALER, "the process is ending");
        while ((waiter = TAILQ_FIRST(&sealing->waiting))) {
                TAILQ_REMOVE(&sealing->waiting, waiter, next);
                tell(sealing, waiter, NULL, &why);
        }
        questions_drop(sealing, sealing->question_count);
        on_flush(-1, 0, sealing);
        event_free(sealing->readable);
        event_free(sealing->writable);
        event_free(sealing->flush);
        event_free(sealing->timer);
        free(sealing->all);
        free(sealing->questions);
        free(sealing->packets);
        free(sealing);
}
