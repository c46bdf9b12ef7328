/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follower.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>

#include <event2/event.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "registry/base/log.h"
#include "registry/core/ed25519.h"
#include "registry/view/follow_keep.h"
#include "registry/view/follow_load.h"
#include "registry/view/poke.h"

#define DATABASE_USER "qcr_follow"
#define POLL_MS 200     /* between polls nobody asked for */
#define TICK_MS 1000    /* witness, dead readers */

static const struct db_limits limits = {
        .lanes = 1,
        .turns_max = 1,     /* one batch at a time */
        .connect_ms = 5000,
        .query_ms = 30000,  /* 5,000 of the largest files */
        .wait_ms = 2000,
        .retry_ms = 500,
};

/* One worker's end of the inner channel, and what it waits for. */
struct worker {
        struct follower *follower;
        int channel;
        struct event *readable;
        uint32_t generation;
        uint64_t least, most; /* serials it asked for and was not told of; most 0: none */
};

struct follower {
        struct event_base *base;
        struct follow_keep keep;
        struct db *db;
        struct event *poll, *tick, *terminate, *interrupt;
        struct worker *workers;
        size_t worker_count;
        bool is_loading;
        bool load_again;    /* somebody asked meanwhile */
        int64_t asked_ms, wall_ms;
        char last_fault[sizeof(((struct fault *)0)->text)];
        int status;
};

static int64_t clock_ms(clockid_t clock)
{
        struct timespec now;

        clock_gettime(clock, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* -------------------------------------------------------------------- pokes */

/* A worker that takes no more is told at the next poll. */
static bool tell(const struct worker *worker, enum poke_kind kind, uint64_t serial)
{
        CLEANUP(buffer) struct buffer packet = BUFFER_INIT;
        const struct poke poke = {.kind = kind, .generation = worker->generation, .serial = serial};

        poke_encode(&packet, &poke);
        return send(worker->channel, packet.data, packet.length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/* Readers see the view up to meta's serial once it is current. */
static void answer_worker(struct worker *worker)
{
        const struct follow_keep *keep = &worker->follower->keep;

        if (worker->most == 0)
                return;
        if (keep->refused) {
                if (tell(worker, POKE_REFUSED, worker->most))
                        worker->most = 0;
                return;
        }
        if (!keep->is_current || keep->meta.serial < worker->least || !tell(worker, POKE_REACHED, keep->meta.serial))
                return;
        if (keep->meta.serial >= worker->most)
                worker->most = 0;
        else
                worker->least = keep->meta.serial + 1;
}

static void answer_workers(struct follower *f)
{
        for (size_t i = 0; i < f->worker_count; i++)
                answer_worker(&f->workers[i]);
}

/* -------------------------------------------------------------------- polls */

static void poll_store(struct follower *f);

static void stop(struct follower *f, int status, const struct fault *why)
{
        log_event(LOG_CRIT, "follow.stopped", "fault", fault_word(why->code), "text", why->text);
        f->status = status;
        event_base_loopbreak(f->base);
}

/* The store's troubles come and go: each is said once. */
static void say_once(struct follower *f, const struct fault *why)
{
        if (strcmp(f->last_fault, why->text) == 0)
                return;
        strcpy(f->last_fault, why->text);
        log_event(LOG_WARNING, "follow.not-now", "fault", fault_word(why->code), "text", why->text);
}

static bool on_identity(void *closure, const struct store_identity *identity, struct fault *why)
{
        struct follower *f = closure;
        enum follow_judgement judgement;

        if (!follow_keep_judge(&f->keep, identity, &judgement, why)) {
                stop(f, EX_TEMPFAIL, why);
                return false;
        }
        switch (judgement) {
        case FOLLOW_ACCEPTED:
                return true;
        case FOLLOW_REFUSED:
                return fault_set(why, FAULT_MISMATCH, "%s", f->keep.refusal);
        case FOLLOW_REBUILD:
                f->load_again = true;
                return fault_set(why, FAULT_CONFLICT, "the view is built anew");
        }
        abort();
}

static void on_loaded(void *closure, struct follow_batch *batch, const struct fault *lost)
{
        struct follower *f = closure;
        struct fault why;

        f->is_loading = false;
        if (!batch) {
                say_once(f, lost);
        } else {
                f->last_fault[0] = '\0';
                if (!follow_keep_take(&f->keep, batch, f->asked_ms, f->wall_ms, &why)) {
                        stop(f, EX_TEMPFAIL, &why);
                        return;
                }
                f->load_again = f->load_again || (batch->entry_count && f->keep.meta.serial < batch->identity.serial);
        }
        answer_workers(f);
        if (f->load_again)
                poll_store(f);
}

static void poll_store(struct follower *f)
{
        if (f->is_loading) {
                f->load_again = true;
                return;
        }
        f->is_loading = true;
        f->load_again = false;
        f->asked_ms = clock_ms(CLOCK_BOOTTIME);
        f->wall_ms = clock_ms(CLOCK_REALTIME);
        follow_load(f->db, f->keep.meta.serial, follow_keep_known(&f->keep), on_identity, on_loaded, f);
}

/* ------------------------------------------------------------------- events */

static void on_poll(evutil_socket_t fd, short what, void *closure)
{
        struct follower *f = closure;

        (void)fd;
        (void)what;
        if (!f->is_loading)
                poll_store(f);
}

static void on_tick(evutil_socket_t fd, short what, void *closure)
{
        struct follower *f = closure;
        struct fault why;

        (void)fd;
        (void)what;
        view_writer_check_readers(f->keep.writer);
        if (!follow_keep_witness(&f->keep, &why))
                log_event(LOG_ERR, "follow.witness", "fault", fault_word(why.code), "text", why.text);
}

static void on_poke(evutil_socket_t fd, short what, void *closure)
{
        struct worker *worker = closure;
        uint8_t packet[POKE_OCTETS + 1]; /* a longer packet is cut to what is none */
        ssize_t length;

        (void)what;
        while ((length = recv(fd, packet, sizeof(packet), MSG_DONTWAIT)) > 0) {
                struct poke poke;

                if (!poke_decode(slice_of(packet, (size_t)length), &poke) || poke.kind != POKE_REACH || poke.serial == 0) {
                        log_event(LOG_ERR, "follow.poke-malformed");
                        continue;
                }
                if (worker->generation != poke.generation)
                        worker->most = 0; /* an earlier life's wishes */
                worker->generation = poke.generation;
                if (worker->most == 0 || poke.serial < worker->least)
                        worker->least = poke.serial;
                if (poke.serial > worker->most)
                        worker->most = poke.serial;
        }
        if (length < 0 && errno != EAGAIN && errno != EINTR)
                log_event(LOG_ERR, "follow.channel", "error", strerror(errno));
        answer_worker(worker);
        if (worker->most)
                poll_store(worker->follower);
}

static void on_signal(evutil_socket_t fd, short what, void *closure)
{
        struct follower *f = closure;

        (void)fd;
        (void)what;
        event_base_loopbreak(f->base);
}

/* --------------------------------------------------------------------- life */

/* Whatever the store says of itself is judged with each batch; a connection need only lead to a registry. */
static bool on_connected(void *closure, const PGresult *row, struct fault *why)
{
        struct store_identity identity;

        (void)closure;
        return store_identity_from_row(row, &identity, why);
}

static void must_add(struct event *event, const struct timeval *every)
{
        if (!event || event_add(event, every) < 0)
                abort();
}

static void follower_start(struct follower *f, const struct follower_options *options)
{
        const struct timeval poll_every = {0, POLL_MS * 1000}, tick_every = {TICK_MS / 1000, 0};

        f->db = db_new(f->base, options->conninfo, DATABASE_USER, &limits, store_identity_sql, on_connected, f);
        f->poll = event_new(f->base, -1, EV_PERSIST, on_poll, f);
        f->tick = event_new(f->base, -1, EV_PERSIST, on_tick, f);
        f->terminate = evsignal_new(f->base, SIGTERM, on_signal, f);
        f->interrupt = evsignal_new(f->base, SIGINT, on_signal, f);
        must_add(f->poll, &poll_every);
        must_add(f->tick, &tick_every);
        must_add(f->terminate, NULL);
        must_add(f->interrupt, NULL);
        f->worker_count = options->channel_count;
        f->workers = must_alloc((options->channel_count ? options->channel_count : 1) * sizeof(f->workers[0]));
        for (size_t i = 0; i < options->channel_count; i++) {
                struct worker *worker = &f->workers[i];

                *worker = (struct worker){.follower = f, .channel = options->channels[i]};
                worker->readable = event_new(f->base, worker->channel, EV_READ | EV_PERSIST, on_poke, worker);
                must_add(worker->readable, NULL);
        }
        poll_store(f);
}

static void follower_end(struct follower *f)
{
        struct event *events[] = {f->poll, f->tick, f->terminate, f->interrupt};

        db_free(f->db);
        for (size_t i = 0; i < f->worker_count; i++)
                event_free(f->workers[i].readable);
        free(f->workers);
        for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
                event_free(events[i]);
}

static bool read_ca(struct slice pem, EVP_PKEY **ret, struct fault *why)
{
        BIO *bio = pem.length <= INT32_MAX ? BIO_new_mem_buf(pem.data, (int)pem.length) : NULL;
        X509 *x509 = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
        EVP_PKEY *key = x509 ? X509_get_pubkey(x509) : NULL;

        X509_free(x509);
        BIO_free(bio);
        if (!key || !ed25519_is_key(key)) {
                EVP_PKEY_free(key);
                return fault_set(why, FAULT_CONFIG, "the CA's certificate is not one with an Ed25519 key");
        }
        *ret = key;
        return true;
}

int follower_run(const struct follower_options *options)
{
        struct follower f = {0};
        EVP_PKEY *ca_key;
        struct fault why;

        if (!read_ca(options->ca_pem, &ca_key, &why)) {
                log_event(LOG_CRIT, "follow.options", "fault", fault_word(why.code), "text", why.text);
                return EX_CONFIG;
        }
        if (!follow_keep_init(&f.keep, options->view_directory, options->origin, ca_key, &why)) {
                log_event(LOG_CRIT, "follow.view", "fault", fault_word(why.code), "text", why.text);
                EVP_PKEY_free(ca_key);
                return why.code == FAULT_INPUT || why.code == FAULT_CONFIG ? EX_CONFIG : EX_TEMPFAIL;
        }
        f.base = event_base_new();
        if (!f.base)
                abort();
        follower_start(&f, options);
        event_base_dispatch(f.base);
        follower_end(&f);
        if (!follow_keep_witness(&f.keep, &why))
                log_event(LOG_ERR, "follow.witness", "fault", fault_word(why.code), "text", why.text);
        follow_keep_done(&f.keep);
        EVP_PKEY_free(ca_key);
        event_base_free(f.base);
        return f.status;
}
