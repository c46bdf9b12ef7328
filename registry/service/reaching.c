/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/reaching.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "registry/base/log.h"
#include "registry/service/clock.h"

struct waiter {
        TAILQ_ENTRY(waiter) next; /* by deadline: all wait equally long */
        uint64_t serial;
        int64_t until_ms;
        reaching_done_fn done;
        void *closure;
};
TAILQ_HEAD(waiters, waiter);

struct reaching {
        int channel;
        uint32_t generation;
        uint32_t wait_ms;
        uint64_t reached;         /* the newest serial the follower told of */
        struct waiters waiting;   /* as many as there are calls in flight at most */
        struct event *readable;
        struct event *writable;
        struct event *timer;
};

static void start_timer(struct reaching *reaching)
{
        struct waiter *first = TAILQ_FIRST(&reaching->waiting);
        int64_t left_ms;

        if (!first) {
                evtimer_del(reaching->timer);
                return;
        }
        left_ms = first->until_ms - clock_boot_ms();
        if (left_ms < 0)
                left_ms = 0;
        evtimer_add(reaching->timer,
                (&(struct timeval){.tv_sec = left_ms / 1000, .tv_usec = (left_ms % 1000) * 1000}));
}

static void tell(struct reaching *reaching, struct waiter *waiter, bool reached)
{
        TAILQ_REMOVE(&reaching->waiting, waiter, next);
        waiter->done(waiter->closure, reached);
        free(waiter);
}

static void tell_reached(struct reaching *reaching)
{
        struct waiter *waiter, *after;

        /* Those who are told may wait again: they join at the end, and are told at once if they may. */
        for (waiter = TAILQ_FIRST(&reaching->waiting); waiter; waiter = after) {
                after = TAILQ_NEXT(waiter, next);
                if (waiter->serial <= reaching->reached)
                        tell(reaching, waiter, true);
        }
}

static void on_timeout(evutil_socket_t fd, short what, void *closure)
{
        struct reaching *reaching = closure;
        int64_t now_ms = clock_boot_ms();
        struct waiter *waiter;

        (void)fd;
        (void)what;
        tell_reached(reaching);
        while ((waiter = TAILQ_FIRST(&reaching->waiting)) && waiter->until_ms <= now_ms)
                tell(reaching, waiter, false);
        start_timer(reaching);
}

/* The follower keeps the least and the most that this worker asked for. */
static void poke(struct reaching *reaching, uint64_t serial)
{
        const struct poke message = {
                .kind = POKE_REACH, .generation = reaching->generation, .serial = serial};
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;

        poke_encode(&packet, &message);
        if (send(reaching->channel, packet.data, packet.length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
                return;
        if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
                log_event(LOG_ERR, "follower.channel", "error", strerror(errno));
        event_add(reaching->writable, NULL);
}

/* Some poke was not sent, and which is not kept: all who wait ask again. */
static void on_writable(evutil_socket_t fd, short what, void *closure)
{
        struct reaching *reaching = closure;
        struct waiter *waiter;

        (void)fd;
        (void)what;
        TAILQ_FOREACH(waiter, &reaching->waiting, next)
                if (waiter->serial > reaching->reached)
                        poke(reaching, waiter->serial);
}

static void on_readable(evutil_socket_t fd, short what, void *closure)
{
        struct reaching *reaching = closure;
        uint8_t packet[POKE_OCTETS + 1]; /* a longer packet is cut to what is none */
        struct poke message;
        ssize_t length;

        (void)what;
        while ((length = recv(fd, packet, sizeof(packet), MSG_DONTWAIT)) > 0) {
                if (!poke_decode(slice_of(packet, (size_t)length), &message)) {
                        log_event(LOG_ERR, "follower.malformed", "octets", LOG_NUMBER(length));
                        continue;
                }
                switch (message.kind) {
                case POKE_REACHED:
                        if (message.serial > reaching->reached)
                                reaching->reached = message.serial;
                        break;
                case POKE_REFUSED:
                        while (!TAILQ_EMPTY(&reaching->waiting))
                                tell(reaching, TAILQ_FIRST(&reaching->waiting), false);
                        reaching->reached = 0;
                        break;
                case POKE_REACH: /* ours to send, not to get */
                        break;
                }
        }
        tell_reached(reaching);
        start_timer(reaching);
}

void reaching_wait(struct reaching *reaching, uint64_t serial, reaching_done_fn done, void *closure)
{
        struct waiter *waiter = must_alloc(sizeof(*waiter));

        *waiter = (struct waiter){
                .serial = serial,
                .until_ms = clock_boot_ms() + reaching->wait_ms,
                .done = done,
                .closure = closure,
        };
        TAILQ_INSERT_TAIL(&reaching->waiting, waiter, next);
        if (serial <= reaching->reached) {
                event_active(reaching->timer, EV_TIMEOUT, 1);
                return;
        }
        if (TAILQ_FIRST(&reaching->waiting) == waiter)
                start_timer(reaching);
        poke(reaching, serial);
}

struct reaching *reaching_new(struct event_base *base, int channel, uint32_t generation, uint32_t wait_ms)
{
        struct reaching *reaching = must_alloc(sizeof(*reaching));

        *reaching = (struct reaching){.channel = channel, .generation = generation, .wait_ms = wait_ms};
        TAILQ_INIT(&reaching->waiting);
        reaching->readable = event_new(base, channel, EV_READ | EV_PERSIST, on_readable, reaching);
        reaching->writable = event_new(base, channel, EV_WRITE, on_writable, reaching);
        reaching->timer = evtimer_new(base, on_timeout, reaching);
        if (!reaching->readable || !reaching->writable || !reaching->timer)
                abort();
        event_add(reaching->readable, NULL);
        return reaching;
}

void reaching_free(struct reaching *reaching)
{
        if (!reaching)
                return;
        while (!TAILQ_EMPTY(&reaching->waiting))
                tell(reaching, TAILQ_FIRST(&reaching->waiting), false);
        event_free(reaching->readable);
        event_free(reaching->writable);
        event_free(reaching->timer);
        free(reaching);
}
