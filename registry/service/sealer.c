/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/sealer.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>

#include <event2/event.h>

#include "registry/base/log.h"
#include "registry/core/policy.h"
#include "registry/service/clock.h"
#include "registry/service/seal_batch.h"

#define TICK_MS 1000            /* is the view still the current one, is the certificate still good */
#define OPEN_RETRY_MS 100       /* while the follower has not made a view yet */
#define CLOCK_BACK_MS 5000      /* a wall clock may be slewed; a step back would date answers before earlier ones */
#define BURST 8                 /* signatures that may follow each other at once */
#define RECEIVE_AT_ONCE 64u
/* Behind the place of a small question, for the rest of a large one. */
#define OVERFLOW_OCTETS (CHANNEL_PAST_LIMIT - CHANNEL_QUESTION_LIMIT)

struct channel {
        struct sealer *sealer;
        int fd;
        struct event *readable, *writable;
        struct outbox outbox;
};

struct sealer {
        const struct sealer_options *options;
        struct event_base *base;
        struct event *open, *tick, *turn, *terminate, *interrupt;
        struct digest sha256;
        struct seal_key key;
        struct seal_batch *batch;
        struct view *view;
        struct channel *channels;
        struct seal_question *questions;
        unsigned question_count;
        uint8_t (*overflow)[OVERFLOW_OCTETS]; /* RECEIVE_AT_ONCE of them; touched by large questions alone */
        bool is_full;               /* the channels are not read until a batch has gone */
        int64_t due_us;             /* when the next signature is due, by a steady rate (GCRA) */
        int64_t ahead_ms;           /* the furthest the steady wall clock ever was ahead of CLOCK_BOOTTIME */
        struct clock_watch watch;
        bool is_alarmed;
        struct day policy_day;      /* for which the active policy's end was looked at */
        char last_fault[sizeof(((struct fault *)0)->text)];
        int status;
};

/* ------------------------------------------------------------------- ration */

static int64_t steady_us(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* 0: a signature may be made now. Else how long to wait for its slot. */
static int64_t ration_wait_us(const struct sealer *s)
{
        int64_t interval = 1000000 / s->options->signatures_per_second;
        int64_t wait = s->due_us - steady_us() - (BURST - 1) * interval;

        return wait > 0 ? wait : 0;
}

static void ration_spend(struct sealer *s)
{
        int64_t now = steady_us();

        s->due_us = (s->due_us > now ? s->due_us : now) + 1000000 / s->options->signatures_per_second;
}

/* --------------------------------------------------------------------- time */

static struct seal_time time_now(struct sealer *s)
{
        struct seal_time time = {.now_ms = clock_now_ms(), .boot_ms = clock_boot_ms()};
        int64_t ahead = time.now_ms - time.boot_ms;
        bool is_steady = clock_watch_is_steady(&s->watch);

        if (is_steady && ahead > s->ahead_ms)
                s->ahead_ms = ahead;
        time.is_wrong = !is_steady || s->ahead_ms - ahead > CLOCK_BACK_MS;
        return time;
}

/* Said when it begins and when it ends, not with every answer. */
static void watch_signing(struct sealer *s)
{
        struct seal_time time = time_now(s);
        bool may_sign = !time.is_wrong && seal_key_is_valid(&s->key, time.now_ms);

        if (may_sign == !s->is_alarmed)
                return;
        s->is_alarmed = !may_sign;
        if (may_sign)
                log_event(LOG_NOTICE, "seal.resumed");
        else
                log_event(LOG_ALERT, "seal.refused", "reason",
                        time.is_wrong ? "the wall clock has stepped" : "the lookup-signing certificate is out of its days");
}

/* -------------------------------------------------------------------- policy */

static bool read_policy(struct view *view, struct policy *ret, struct fault *why)
{
        struct document_error error;
        struct slice document;
        struct view_meta meta;
        enum view_found found;
        bool is_read;

        if (!view_begin(view, why))
                return false;
        is_read = view_meta(view, &meta, why) && view_policy(view, meta.policy_hash, &found, &document, why) &&
                  found == VIEW_FOUND && policy_parse(document, ret, &error) == DOCUMENT_SOUND;
        view_end(view);
        return is_read;
}

/* Without a policy for the day nobody is answered: once a day it is said that the active one is about to end, or has. */
static void watch_policy(struct sealer *s)
{
        struct seal_time time = time_now(s);
        struct day today = day_of_instant(time.now_ms);
        struct policy *policy;
        struct fault ignored;

        if (time.is_wrong || day_compare(today, s->policy_day) == 0)
                return;
        policy = must_alloc(sizeof(*policy));
        if (read_policy(s->view, policy, &ignored)) { /* where it cannot be read, answers say so */
                char last[DAY_TEXT];

                s->policy_day = today;
                day_format(policy->to, last);
                if (policy_ends_soon(policy, today))
                        log_event(policy_is_effective(policy, today) ? LOG_WARNING : LOG_ALERT, "policy.ends", "policy",
                                policy->id, "version", LOG_NUMBER(policy->version), "last-day", last);
        }
        free(policy);
}

/* ------------------------------------------------------------------ channels */

static void channel_flush(struct channel *channel)
{
        int error = outbox_flush(&channel->outbox, channel->fd);

        if (error) {
                log_event(LOG_ERR, "seal.send", "error", strerror(error));
                return;
        }
        if (outbox_is_empty(&channel->outbox))
                event_del(channel->writable);
        else
                event_add(channel->writable, NULL);
}

static void on_writable(evutil_socket_t fd, short what, void *closure)
{
        (void)fd;
        (void)what;
        channel_flush(closure);
}

static void must_add(struct event *event, const struct timeval *after)
{
        if (!event || event_add(event, after) < 0)
                abort();
}

static void read_channels(struct sealer *s, bool wanted)
{
        for (size_t i = 0; i < s->options->channel_count; i++)
                if (wanted)
                        must_add(s->channels[i].readable, NULL);
                else
                        event_del(s->channels[i].readable);
        s->is_full = !wanted;
}

/* A packet that is no question is dropped: nobody can be told, for nobody can be made out. */
static void take_packet(struct channel *channel, struct seal_question *question, size_t length,
        const uint8_t *overflow)
{
        struct slice packet = slice_of(question->packet, length);

        question->large = NULL;
        if (length > sizeof(question->packet) && length <= CHANNEL_PAST_LIMIT) {
                question->large = must_alloc(length);
                memcpy(question->large, question->packet, sizeof(question->packet));
                memcpy(question->large + sizeof(question->packet), overflow, length - sizeof(question->packet));
                packet.data = question->large;
        }
        if (length > CHANNEL_PAST_LIMIT || !seal_request_decode(packet, &question->request)) {
                log_event(LOG_ERR, "seal.request-malformed");
                free(question->large);
                return;
        }
        question->outbox = &channel->outbox;
        channel->sealer->question_count++;
}

/* The kernel fills the questions behind the last in place; a malformed one leaves a hole that the next batch fills. */
static bool receive(struct channel *channel)
{
        struct sealer *s = channel->sealer;
        struct mmsghdr messages[RECEIVE_AT_ONCE] = {0};
        struct iovec parts[RECEIVE_AT_ONCE][2];
        unsigned room = s->options->batch_max - s->question_count;
        struct seal_question *first = &s->questions[s->question_count];
        int count;

        if (room > RECEIVE_AT_ONCE)
                room = RECEIVE_AT_ONCE;
        for (unsigned i = 0; i < room; i++) {
                parts[i][0] = (struct iovec){first[i].packet, sizeof(first[i].packet)};
                parts[i][1] = (struct iovec){s->overflow[i], OVERFLOW_OCTETS};
                messages[i].msg_hdr = (struct msghdr){.msg_iov = parts[i], .msg_iovlen = 2};
        }
        count = recvmmsg(channel->fd, messages, room, MSG_DONTWAIT, NULL);
        if (count < 0 && errno != EAGAIN && errno != EINTR)
                log_event(LOG_ERR, "seal.receive", "error", strerror(errno));
        for (int i = 0; i < count; i++) {
                struct seal_question *next = &s->questions[s->question_count];
                size_t length = messages[i].msg_hdr.msg_flags & MSG_TRUNC ? SIZE_MAX : messages[i].msg_len;

                if (next != &first[i])
                        memcpy(next->packet, first[i].packet, sizeof(next->packet));
                take_packet(channel, next, length, s->overflow[i]);
        }
        return count == (int)room;
}

/* Questions of all channels that are ready in this turn go into one batch: the turn's end seals it. */
static void on_readable(evutil_socket_t fd, short what, void *closure)
{
        struct channel *channel = closure;
        struct sealer *s = channel->sealer;

        (void)fd;
        (void)what;
        while (s->question_count < s->options->batch_max && receive(channel))
                ;
        if (s->question_count == s->options->batch_max)
                read_channels(s, false);
        if (s->question_count)
                event_active(s->turn, EV_TIMEOUT, 1);
}

static void on_turn(evutil_socket_t fd, short what, void *closure)
{
        struct sealer *s = closure;
        struct seal_time time;
        int64_t wait_us;

        (void)fd;
        (void)what;
        if (s->question_count == 0)
                return;
        wait_us = ration_wait_us(s);
        if (wait_us > 0) {
                const struct timeval slot = {wait_us / 1000000, wait_us % 1000000};

                must_add(s->turn, &slot);
                return;
        }
        time = time_now(s);
        if (seal_batch_answer(s->batch, s->view, s->questions, s->question_count, &time))
                ration_spend(s);
        for (unsigned i = 0; i < s->question_count; i++)
                free(s->questions[i].large);
        s->question_count = 0;
        for (size_t i = 0; i < s->options->channel_count; i++)
                if (!outbox_is_empty(&s->channels[i].outbox))
                        channel_flush(&s->channels[i]);
        if (s->is_full)
                read_channels(s, true);
}

/* --------------------------------------------------------------------- view */

static void stop(struct sealer *s, int status)
{
        s->status = status;
        event_base_loopbreak(s->base);
}

static void on_tick(evutil_socket_t fd, short what, void *closure)
{
        struct sealer *s = closure;

        (void)fd;
        (void)what;
        watch_signing(s);
        watch_policy(s);
        if (!view_is_current(s->view)) {
                log_event(LOG_NOTICE, "seal.view-replaced");
                stop(s, EX_TEMPFAIL);
        }
}

/* Waits for the view, locks the process down behind it, and only then reads what comes from workers. */
static void on_open(evutil_socket_t fd, short what, void *closure)
{
        const struct timeval again = {0, OPEN_RETRY_MS * 1000}, every = {TICK_MS / 1000, 0};
        struct sealer *s = closure;
        struct fault why;

        (void)fd;
        (void)what;
        if (!view_open(&s->view, s->options->view_directory, &why)) {
                if (strcmp(s->last_fault, why.text) != 0)
                        log_event(LOG_NOTICE, "seal.view-awaited", "fault", fault_word(why.code), "text", why.text);
                strcpy(s->last_fault, why.text);
                must_add(s->open, &again);
                return;
        }
        if (s->options->lock_down && !s->options->lock_down(s->options->closure, &why)) {
                log_event(LOG_CRIT, "seal.lock-down", "fault", fault_word(why.code), "text", why.text);
                stop(s, EX_CONFIG);
                return;
        }
        log_event(LOG_INFO, "seal.ready", "instance", s->key.instance);
        watch_signing(s);
        watch_policy(s);
        must_add(s->tick, &every);
        read_channels(s, true);
}

static void on_signal(evutil_socket_t fd, short what, void *closure)
{
        (void)fd;
        (void)what;
        stop(closure, EX_OK);
}

/* --------------------------------------------------------------------- life */

static struct event_base *precise_base(void)
{
        struct event_config *config = event_config_new();
        struct event_base *base;

        /* A slot is a millisecond: libevent's own timers are no finer. */
        if (!config || event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER) < 0)
                abort();
        base = event_base_new_with_config(config);
        if (!base)
                abort();
        event_config_free(config);
        return base;
}

static void sealer_start(struct sealer *s)
{
        const struct sealer_options *options = s->options;
        const struct timeval now = {0, 0};

        s->base = precise_base();
        s->open = event_new(s->base, -1, 0, on_open, s);
        s->tick = event_new(s->base, -1, EV_PERSIST, on_tick, s);
        s->turn = event_new(s->base, -1, 0, on_turn, s);
        s->terminate = evsignal_new(s->base, SIGTERM, on_signal, s);
        s->interrupt = evsignal_new(s->base, SIGINT, on_signal, s);
        if (!s->tick || !s->turn)
                abort();
        must_add(s->terminate, NULL);
        must_add(s->interrupt, NULL);
        must_add(s->open, &now);
        s->questions = must_alloc(options->batch_max * sizeof(s->questions[0]));
        s->overflow = must_alloc(RECEIVE_AT_ONCE * sizeof(s->overflow[0]));
        s->channels = must_alloc((options->channel_count ? options->channel_count : 1) * sizeof(s->channels[0]));
        for (size_t i = 0; i < options->channel_count; i++) {
                struct channel *channel = &s->channels[i];

                *channel = (struct channel){.sealer = s, .fd = options->channels[i]};
                channel->readable = event_new(s->base, channel->fd, EV_READ | EV_PERSIST, on_readable, channel);
                channel->writable = event_new(s->base, channel->fd, EV_WRITE | EV_PERSIST, on_writable, channel);
                if (!channel->readable || !channel->writable)
                        abort();
        }
}

static void sealer_end(struct sealer *s)
{
        struct event *events[] = {s->open, s->tick, s->turn, s->terminate, s->interrupt};

        for (size_t i = 0; i < s->options->channel_count; i++) {
                event_free(s->channels[i].readable);
                event_free(s->channels[i].writable);
                outbox_done(&s->channels[i].outbox);
        }
        for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
                event_free(events[i]);
        free(s->channels);
        for (unsigned i = 0; i < s->question_count; i++)
                free(s->questions[i].large);
        free(s->questions);
        free(s->overflow);
        view_free(s->view);
        event_base_free(s->base);
}

static bool check_options(const struct sealer_options *options, struct fault *why)
{
        if (options->batch_max == 0 || options->batch_max > MERKLE_BATCH_LIMIT)
                return fault_set(why, FAULT_CONFIG, "a batch has 1 to %u answers", MERKLE_BATCH_LIMIT);
        if (options->signatures_per_second == 0 || options->signatures_per_second > 1000000)
                return fault_set(why, FAULT_CONFIG, "there are 1 to 1000000 signatures a second");
        if (options->stale_ms == 0 || options->stale_ms > options->stale_cap_ms)
                return fault_set(why, FAULT_CONFIG, "the bound on the data's age is above 0 and not above its cap");
        return true;
}

int sealer_run(const struct sealer_options *options)
{
        const struct seal_limits limits = {options->stale_ms, options->stale_cap_ms};
        struct sealer s = {
                .options = options,
                .ahead_ms = INT64_MIN,
                .watch = {.ahead_ms = options->ahead_ms, .step_ms = options->clock_step_ms},
        };
        struct fault why;

        if (!check_options(options, &why) || !digest_init(&s.sha256, SUITE_ED25519_SHA256, &why)) {
                log_event(LOG_CRIT, "seal.options", "fault", fault_word(why.code), "text", why.text);
                return EX_CONFIG;
        }
        if (!seal_key_init(&s.key, options->key_pem, options->certificates_pem, options->origin, &s.sha256, &why)) {
                log_event(LOG_CRIT, "seal.key", "fault", fault_word(why.code), "text", why.text);
                digest_done(&s.sha256);
                return EX_CONFIG;
        }
        s.batch = seal_batch_new(&s.key, &s.sha256, &limits);
        sealer_start(&s);
        event_base_dispatch(s.base);
        sealer_end(&s);
        seal_batch_free(s.batch);
        seal_key_done(&s.key);
        digest_done(&s.sha256);
        return s.status;
}
