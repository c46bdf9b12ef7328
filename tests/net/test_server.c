/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The server with real sockets and real TLS, a client in the same loop, and a service that the test decides. */
#include "registry/net/server.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>

#include "registry/base/log.h"
#include "tests/net/fake_service.h"
#include "tools/pki.h"
#include "tests/support/suite.h"

#define WAIT_MS 10000

enum who { NOBODY, PERSON, EXPIRED, NOT_YET, SERVER_USAGE, LOOKUP_USAGE, STRANGER, SELF_SIGNED, WHO_COUNT };

struct client {
        int fd;
        SSL *tls;
        struct buffer in;
        bool is_up;     /* its side of the handshake is done */
        bool is_ended;  /* the server closed, or the connection broke */
        bool is_clean;  /* ... with close_notify */
        bool is_deaf;   /* does not read */
};

static EVP_PKEY *keys[WHO_COUNT];
static X509 *certificates[WHO_COUNT];
static struct buffer ca_pem, server_pem, server_key_pem;
static SSL_CTX *client_context[WHO_COUNT];

static struct event_base *base;
static struct service *service;
static struct server *server;
static int listen_fd;
static struct server_limits limits;

static int64_t now_ms(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t wall_ms(void)
{
        return (int64_t)time(NULL) * 1000;
}

/* ------------------------------------------------------------- certificates */

static X509 *issue(X509 *ca, EVP_PKEY *ca_key, enum pki_profile profile, EVP_PKEY *key, int64_t from, int64_t until)
{
        struct pki_certificate what = {.profile = profile, .common_name = "somebody", .key = key,
                .from_ms = wall_ms() + from, .until_ms = wall_ms() + until};
        struct fault why;
        X509 *ret;

        ck_assert_msg(pki_issue(ca, ca_key, &what, &ret, &why), "%s", why.text);
        return ret;
}

static void make_certificates(void)
{
        EVP_PKEY *ca_key = pki_key_new(), *other_key = pki_key_new(), *server_key = pki_key_new();
        X509 *ca = pki_ca_new(ca_key, "registry.example", wall_ms()), *certificate;
        X509 *other = pki_ca_new(other_key, "registry.example", wall_ms());

        for (int i = PERSON; i < WHO_COUNT; i++)
                keys[i] = i == SELF_SIGNED ? other_key : pki_key_new();
        certificates[PERSON] = issue(ca, ca_key, PKI_PERSON, keys[PERSON], -60000, PKI_DAY_MS);
        certificates[EXPIRED] = issue(ca, ca_key, PKI_PERSON, keys[EXPIRED], -PKI_DAY_MS, -60000);
        certificates[NOT_YET] = issue(ca, ca_key, PKI_PERSON, keys[NOT_YET], 60000, PKI_DAY_MS);
        certificates[SERVER_USAGE] = issue(ca, ca_key, PKI_SERVER, keys[SERVER_USAGE], -60000, PKI_DAY_MS);
        certificates[LOOKUP_USAGE] = issue(ca, ca_key, PKI_LOOKUP, keys[LOOKUP_USAGE], -60000, PKI_DAY_MS);
        certificates[STRANGER] = issue(other, other_key, PKI_PERSON, keys[STRANGER], -60000, PKI_DAY_MS);
        certificates[SELF_SIGNED] = other;
        certificate = issue(ca, ca_key, PKI_SERVER, server_key, -60000, PKI_DAY_MS);
        pki_certificate_pem(ca, &ca_pem);
        pki_certificate_pem(certificate, &server_pem);
        pki_key_pem(server_key, &server_key_pem);
        for (int i = 0; i < WHO_COUNT; i++) {
                client_context[i] = SSL_CTX_new(TLS_client_method());
                X509_STORE_add_cert(SSL_CTX_get_cert_store(client_context[i]), ca);
                SSL_CTX_set_verify(client_context[i], SSL_VERIFY_PEER, NULL);
                if (i != NOBODY) {
                        ck_assert_int_eq(SSL_CTX_use_certificate(client_context[i], certificates[i]), 1);
                        ck_assert_int_eq(SSL_CTX_use_PrivateKey(client_context[i], keys[i]), 1);
                }
        }
        X509_free(certificate);
        X509_free(ca);
        EVP_PKEY_free(ca_key);
        EVP_PKEY_free(server_key);
}

static void drop_certificates(void)
{
        for (int i = 0; i < WHO_COUNT; i++) {
                SSL_CTX_free(client_context[i]);
                X509_free(certificates[i]);
                EVP_PKEY_free(keys[i]);
        }
        buffer_done(&ca_pem);
        buffer_done(&server_pem);
        buffer_done(&server_key_pem);
}

/* -------------------------------------------------------------------- stage */

static void on_reply(void *closure, uint64_t session, uint64_t request_id, enum frame_kind kind, struct slice payload)
{
        (void)closure;
        server_reply(server, session, request_id, kind, payload);
}

static void begin(void)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

        listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        ck_assert_int_eq(bind(listen_fd, (struct sockaddr *)&address, sizeof(address)), 0);
        ck_assert_int_eq(listen(listen_fd, 64), 0);
        base = event_base_new();
        service = fake_service_new(on_reply, NULL);
        limits = (struct server_limits){
                .handshake_ms = 60000,
                .idle_ms = 60000,
                .frame_ms = 60000,
                .write_ms = 60000,
                .connections_max = 64,
                .unauthenticated_max = 64,
                .per_address_max = 64,
                .in_flight_per_connection = FAKE_CALLS_MAX,
        };
        server = NULL;
}

/* With `limits` as the test has set them. */
static void serve(void)
{
        struct fault why;
        struct tls *tls;

        ck_assert_msg(tls_new(&tls, buffer_slice(&ca_pem), buffer_slice(&server_pem), buffer_slice(&server_key_pem),
                              &why), "%s", why.text);
        server = server_new(base, listen_fd, tls, service, &limits);
        server_start(server);
}

static void end(void)
{
        server_free(server);
        service_free(service);
        event_base_free(base);
        close(listen_fd);
}

static struct client *dial(enum who who)
{
        struct client *client = must_alloc(sizeof(*client));
        struct sockaddr_in address;
        socklen_t length = sizeof(address);

        ck_assert_int_eq(getsockname(listen_fd, (struct sockaddr *)&address, &length), 0);
        client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ck_assert_int_eq(connect(client->fd, (struct sockaddr *)&address, length), 0);
        ck_assert_int_eq(fcntl(client->fd, F_SETFL, O_NONBLOCK), 0);
        client->tls = SSL_new(client_context[who]);
        SSL_set_fd(client->tls, client->fd);
        SSL_set_connect_state(client->tls);
        SSL_set_mode(client->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        return client;
}

static void hang_up(struct client *client)
{
        SSL_free(client->tls);
        close(client->fd);
        buffer_done(&client->in);
        free(client);
}

static void take_end(struct client *client, int result)
{
        int error = SSL_get_error(client->tls, result);

        if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
                return;
        client->is_ended = true;
        client->is_clean = error == SSL_ERROR_ZERO_RETURN;
}

static void step(struct client *client)
{
        size_t octets;
        int result;

        if (client->is_ended)
                return;
        ERR_clear_error();
        if (!client->is_up) {
                result = SSL_do_handshake(client->tls);
                client->is_up = result == 1;
                if (result != 1)
                        take_end(client, result);
        }
        while (client->is_up && !client->is_deaf && !client->is_ended) {
                ERR_clear_error();
                result = SSL_read_ex(client->tls, buffer_reserve(&client->in, 16384), 16384, &octets);
                if (result != 1) {
                        take_end(client, result);
                        break;
                }
                client->in.length += octets;
        }
}

/* Both sides move; a millisecond's rest on the client's socket when there is nothing to do. */
static void turn(struct client *client)
{
        struct pollfd poller = {.events = POLLIN};

        event_base_loop(base, EVLOOP_NONBLOCK);
        if (client) {
                step(client);
                poller.fd = client->fd;
        }
        (void)poll(&poller, client && !client->is_ended && !client->is_deaf ? 1 : 0, 1);
}

/* Until it is so; fails when it does not come to be. */
#define UNTIL(client, condition)                                                                                     \
        do {                                                                                                         \
                int64_t limit_ = now_ms() + WAIT_MS;                                                                 \
                while (!(condition)) {                                                                               \
                        ck_assert_msg(now_ms() < limit_, "never: " #condition);                                      \
                        turn(client);                                                                                \
                }                                                                                                    \
        } while (0)

static void send_bytes(struct client *client, struct slice bytes)
{
        int64_t limit = now_ms() + WAIT_MS;
        size_t octets;

        while (bytes.length) {
                int result;

                ERR_clear_error();
                result = SSL_write_ex(client->tls, bytes.data, bytes.length, &octets);
                if (result == 1)
                        bytes = slice_of(bytes.data + octets, bytes.length - octets);
                else if (SSL_get_error(client->tls, result) != SSL_ERROR_WANT_WRITE)
                        return;
                ck_assert(now_ms() < limit);
                turn(client);
        }
}

static void call(struct client *client, uint64_t request_id, const char *payload)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;

        frame_encode(&bytes, FRAME_CALL, request_id, slice_text(payload));
        send_bytes(client, buffer_slice(&bytes));
}

/* Whether a whole frame is there; takes it. */
static bool heard(struct client *client, struct frame *ret, char *payload)
{
        size_t octets;

        if (frame_parse(buffer_slice(&client->in), FRAME_REPLY_LIMIT, ret, &octets) != FRAME_WHOLE)
                return false;
        if (payload) {
                memcpy(payload, ret->payload.data, ret->payload.length);
                payload[ret->payload.length] = '\0';
        }
        buffer_drop_front(&client->in, octets);
        return true;
}

static void expect(struct client *client, enum frame_kind kind, uint64_t request_id, const char *payload)
{
        char text[256];
        struct frame frame;

        UNTIL(client, heard(client, &frame, text));
        ck_assert_int_eq(frame.kind, kind);
        ck_assert_uint_eq(frame.request_id, request_id);
        ck_assert_str_eq(text, payload);
}

/* Somebody who has been greeted. */
static struct client *enter(void)
{
        struct client *client = dial(PERSON);

        expect(client, FRAME_GREETING, 0, "hello somebody");
        return client;
}

/* ---------------------------------------------------------------- who enters */

static const enum who strangers[] = {NOBODY, EXPIRED, NOT_YET, SERVER_USAGE, LOOKUP_USAGE, STRANGER, SELF_SIGNED};

START_TEST(whoever_has_no_persons_certificate_of_this_registry_is_refused_in_the_handshake)
{
        struct client *client;

        serve();
        client = dial(strangers[_i]);
        UNTIL(client, client->is_ended);
        ck_assert_uint_eq(client->in.length, 0);
        ck_assert(!client->is_clean);
        UNTIL(client, server->count == 0);
        ck_assert_uint_eq(server->unauthenticated, 0);
        hang_up(client);
}
END_TEST

START_TEST(older_tls_is_refused)
{
        struct client *client;

        serve();
        client = dial(PERSON);
        SSL_set_max_proto_version(client->tls, TLS1_2_VERSION);
        UNTIL(client, client->is_ended);
        ck_assert(!client->is_up);
        hang_up(client);
}
END_TEST

START_TEST(somebody_unknown_is_told_so_even_while_sending)
{
        struct client *client;

        service->login = RESULT_CERTIFICATE_UNKNOWN;
        serve();
        client = dial(PERSON);
        UNTIL(client, client->is_up);
        call(client, 1, "ask");
        expect(client, FRAME_FAILURE, 0, "2101");
        UNTIL(client, client->is_ended);
        ck_assert(client->is_clean);
        ck_assert_uint_eq(service->handed, 0);
        hang_up(client);
        UNTIL(NULL, server->count == 0);
        ck_assert_uint_eq(server->unauthenticated, 0);
}
END_TEST

START_TEST(no_ticket_is_given_and_no_session_comes_back)
{
        struct client *client, *again;
        SSL_SESSION *session;

        serve();
        client = enter();
        session = SSL_get1_session(client->tls);
        ck_assert_int_eq(SSL_SESSION_is_resumable(session), 0);
        again = dial(PERSON);
        SSL_set_session(again->tls, session);
        expect(again, FRAME_GREETING, 0, "hello somebody");
        ck_assert_int_eq(SSL_session_reused(again->tls), 0);
        SSL_SESSION_free(session);
        hang_up(client);
        hang_up(again);
}
END_TEST

START_TEST(key_updates_without_end_are_cut)
{
        struct client *client;

        serve();
        client = enter();
        for (unsigned i = 0; i < 4 * TLS_STEPS_MAX && !client->is_ended; i++) {
                SSL_key_update(client->tls, SSL_KEY_UPDATE_NOT_REQUESTED);
                call(client, i, "ask");
        }
        UNTIL(client, client->is_ended);
        hang_up(client);
}
END_TEST

/* ------------------------------------------------------------------- serving */

START_TEST(calls_are_answered)
{
        struct client *client;

        serve();
        client = enter();
        ck_assert_uint_eq(server->unauthenticated, 0);
        call(client, 0x1122334455667788, "one");
        expect(client, FRAME_REPLY, 0x1122334455667788, "one");
        call(client, 2, "two");
        expect(client, FRAME_REPLY, 2, "two");
        hang_up(client);
        UNTIL(NULL, server->count == 0);
}
END_TEST

START_TEST(a_call_may_come_with_the_handshakes_last_octets)
{
        struct client *client;

        serve();
        client = dial(PERSON);
        while (!client->is_up) { /* the server is not asked between the client's last flight and its call */
                event_base_loop(base, EVLOOP_NONBLOCK);
                step(client);
        }
        call(client, 1, "early");
        expect(client, FRAME_GREETING, 0, "hello somebody");
        expect(client, FRAME_REPLY, 1, "early");
        hang_up(client);
}
END_TEST

START_TEST(a_thousand_calls_at_once_are_answered_in_order)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        struct client *client;
        char text[32];

        serve();
        client = enter();
        for (uint64_t id = 0; id < 1000; id++) {
                snprintf(text, sizeof(text), "call %llu", (unsigned long long)id);
                frame_encode(&bytes, FRAME_CALL, id, slice_text(text));
        }
        send_bytes(client, buffer_slice(&bytes));
        for (uint64_t id = 0; id < 1000; id++) {
                snprintf(text, sizeof(text), "call %llu", (unsigned long long)id);
                expect(client, FRAME_REPLY, id, text);
        }
        hang_up(client);
}
END_TEST

START_TEST(octets_one_by_one_are_a_call_in_the_end)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        struct client *client;

        serve();
        client = enter();
        frame_encode(&bytes, FRAME_CALL, 5, slice_text("slowly"));
        for (size_t i = 0; i < bytes.length; i++)
                send_bytes(client, slice_of(bytes.data + i, 1));
        expect(client, FRAME_REPLY, 5, "slowly");
        hang_up(client);
}
END_TEST

START_TEST(an_answer_for_somebody_gone_is_dropped_and_the_service_told)
{
        struct client *client;

        service->keeps_calls = true;
        serve();
        client = enter();
        call(client, 1, "ask");
        UNTIL(client, service->kept == 1);
        hang_up(client);
        UNTIL(NULL, server->count == 0);
        ck_assert_uint_eq(service->forgotten, 1);
        fake_service_answer(service);
        client = enter(); /* the slot is another connection's now */
        ck_assert_uint_eq(client->in.length, 0);
        hang_up(client);
}
END_TEST

START_TEST(garbage_gets_a_failure_and_a_close)
{
        struct client *client;

        serve();
        client = enter();
        send_bytes(client, slice_text("GET / HTTP/1.1\r\n\r\n"));
        expect(client, FRAME_FAILURE, 0, "2002");
        UNTIL(client, client->is_ended);
        ck_assert(client->is_clean);
        hang_up(client);
}
END_TEST

/* -------------------------------------------------------------------- limits */

START_TEST(a_handshake_that_does_not_go_on_is_ended)
{
        struct client *client;

        limits.handshake_ms = 100;
        serve();
        client = dial(PERSON);
        UNTIL(NULL, server->count == 1);
        UNTIL(NULL, server->count == 0);
        hang_up(client);
}
END_TEST

START_TEST(an_idle_connection_is_ended_and_a_waiting_one_is_not)
{
        struct client *idle, *waiting;

        limits.idle_ms = 100;
        service->keeps_calls = true;
        serve();
        waiting = enter();
        call(waiting, 1, "ask");
        UNTIL(waiting, service->kept == 1);
        idle = enter();
        UNTIL(idle, idle->is_ended);
        ck_assert_uint_eq(server->count, 1);
        fake_service_answer(service);
        expect(waiting, FRAME_REPLY, 1, "later");
        hang_up(idle);
        hang_up(waiting);
}
END_TEST

START_TEST(a_frame_that_is_never_finished_ends_the_connection)
{
        struct client *client;

        limits.frame_ms = 100;
        serve();
        client = enter();
        send_bytes(client, slice_of("\0\0\0\x20\1\2", 6));
        UNTIL(client, client->is_ended);
        hang_up(client);
}
END_TEST

START_TEST(who_does_not_read_is_not_served_further_and_then_ended)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        struct client *client;
        size_t handed = 0, octets;
        int64_t quiet_ms;

        limits.write_ms = 300;
        service->answer_octets = 65536;
        serve();
        client = enter();
        client->is_deaf = true;
        frame_encode(&bytes, FRAME_CALL, 1, slice_text("ask"));
        /* Until the server takes no more: its handed calls stand still while the client still sends. */
        quiet_ms = now_ms();
        while (now_ms() - quiet_ms < 200) {
                (void)SSL_write_ex(client->tls, bytes.data, bytes.length, &octets);
                turn(client);
                if (service->handed != handed)
                        quiet_ms = now_ms();
                handed = service->handed;
        }
        ck_assert_uint_lt(handed, 512); /* what the socket's buffers and CONN_OUT_HIGH hold */
        UNTIL(client, server->count == 0);
        hang_up(client);
}
END_TEST

static void expect_shed(unsigned entered)
{
        struct client *in[4], *more;

        serve();
        for (unsigned i = 0; i < entered; i++)
                in[i] = enter();
        more = dial(PERSON);
        UNTIL(more, more->is_ended);
        ck_assert(!more->is_up);
        ck_assert_uint_eq(server->count, entered);
        hang_up(more);
        hang_up(in[0]);
        UNTIL(NULL, server->count == entered - 1);
        in[0] = enter(); /* there is room again */
        for (unsigned i = 0; i < entered; i++)
                hang_up(in[i]);
}

START_TEST(one_connection_too_many_is_sent_away)
{
        limits.connections_max = 3;
        expect_shed(3);
}
END_TEST

START_TEST(one_address_has_its_share_only)
{
        limits.per_address_max = 2;
        expect_shed(2);
}
END_TEST

START_TEST(those_who_have_not_proved_themselves_leave_room_to_those_who_have)
{
        struct client *half[2], *more, *in;

        limits.unauthenticated_max = 2;
        serve();
        in = enter();
        half[0] = dial(PERSON);
        half[1] = dial(PERSON);
        UNTIL(NULL, server->unauthenticated == 2);
        more = dial(PERSON);
        UNTIL(more, more->is_ended);
        call(in, 1, "still");
        expect(in, FRAME_REPLY, 1, "still");
        expect(half[0], FRAME_GREETING, 0, "hello somebody");
        hang_up(more);
        more = dial(PERSON);
        expect(more, FRAME_GREETING, 0, "hello somebody");
        hang_up(more);
        hang_up(half[0]);
        hang_up(half[1]);
        hang_up(in);
}
END_TEST

START_TEST(without_descriptors_the_first_in_line_is_sent_away_and_service_goes_on)
{
        struct rlimit limit, small;
        struct client *in, *more;
        int next;

        serve();
        in = enter();
        more = dial(PERSON);
        next = dup(0);
        close(next);
        ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
        small = limit;
        small.rlim_cur = (rlim_t)next;
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &small), 0);
        UNTIL(more, more->is_ended);
        call(in, 1, "still");
        expect(in, FRAME_REPLY, 1, "still");
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
        hang_up(more);
        more = enter();
        hang_up(more);
        hang_up(in);
}
END_TEST

START_TEST(a_revoked_person_is_out_within_a_second)
{
        struct client *client;
        int64_t began;

        serve();
        client = enter();
        service->recheck = RESULT_CERTIFICATE_REVOKED;
        began = now_ms();
        expect(client, FRAME_FAILURE, 0, "2102");
        UNTIL(client, client->is_ended);
        ck_assert_int_lt(now_ms() - began, 1000);
        hang_up(client);
}
END_TEST

/* ------------------------------------------------------------------ stopping */

START_TEST(a_draining_server_answers_what_it_accepted_and_lets_go)
{
        struct client *waiting, *idle, *late;

        service->keeps_calls = true;
        serve();
        waiting = enter();
        idle = enter();
        call(waiting, 1, "ask");
        UNTIL(waiting, service->kept == 1);
        server_drain(server);
        UNTIL(idle, idle->is_ended);
        ck_assert(idle->is_clean);
        hang_up(idle);
        late = dial(PERSON); /* the kernel takes it; it waits for whoever listens next */
        UNTIL(NULL, server->count == 1);
        fake_service_answer(service);
        expect(waiting, FRAME_REPLY, 1, "later");
        UNTIL(waiting, waiting->is_ended);
        ck_assert(waiting->is_clean);
        hang_up(waiting);
        UNTIL(NULL, server->count == 0);
        ck_assert(!late->is_up);
        hang_up(late);
}
END_TEST

START_TEST(a_reload_changes_limits_and_keeps_connections)
{
        struct client *client, *more;
        struct fault why;
        struct tls *tls;

        serve();
        client = enter();
        limits.per_address_max = 1;
        ck_assert(!tls_new(&tls, buffer_slice(&ca_pem), buffer_slice(&server_pem), slice_text("no key"), &why));
        ck_assert(tls_new(&tls, buffer_slice(&ca_pem), buffer_slice(&server_pem), buffer_slice(&server_key_pem), &why));
        server_reload(server, tls, &limits);
        call(client, 1, "still");
        expect(client, FRAME_REPLY, 1, "still");
        more = dial(PERSON);
        UNTIL(more, more->is_ended);
        hang_up(more);
        hang_up(client);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("server");
        TCase *cases = tcase_create("server");

        signal(SIGPIPE, SIG_IGN);
        log_set_level(LOG_ERR);
        tcase_set_timeout(cases, 60);
        tcase_add_unchecked_fixture(cases, make_certificates, drop_certificates);
        tcase_add_checked_fixture(cases, begin, end);
        tcase_add_loop_test(cases, whoever_has_no_persons_certificate_of_this_registry_is_refused_in_the_handshake, 0,
                sizeof(strangers) / sizeof(strangers[0]));
        tcase_add_test(cases, older_tls_is_refused);
        tcase_add_test(cases, somebody_unknown_is_told_so_even_while_sending);
        tcase_add_test(cases, no_ticket_is_given_and_no_session_comes_back);
        tcase_add_test(cases, key_updates_without_end_are_cut);
        tcase_add_test(cases, garbage_gets_a_failure_and_a_close);
        tcase_add_test(cases, a_handshake_that_does_not_go_on_is_ended);
        tcase_add_test(cases, an_idle_connection_is_ended_and_a_waiting_one_is_not);
        tcase_add_test(cases, a_frame_that_is_never_finished_ends_the_connection);
        tcase_add_test(cases, who_does_not_read_is_not_served_further_and_then_ended);
        tcase_add_test(cases, one_connection_too_many_is_sent_away);
        tcase_add_test(cases, one_address_has_its_share_only);
        tcase_add_test(cases, those_who_have_not_proved_themselves_leave_room_to_those_who_have);
        tcase_add_test(cases, without_descriptors_the_first_in_line_is_sent_away_and_service_goes_on);
        tcase_add_test(cases, a_revoked_person_is_out_within_a_second);
        tcase_add_test(cases, calls_are_answered);
        tcase_add_test(cases, a_call_may_come_with_the_handshakes_last_octets);
        tcase_add_test(cases, a_thousand_calls_at_once_are_answered_in_order);
        tcase_add_test(cases, octets_one_by_one_are_a_call_in_the_end);
        tcase_add_test(cases, an_answer_for_somebody_gone_is_dropped_and_the_service_told);
        tcase_add_test(cases, a_draining_server_answers_what_it_accepted_and_lets_go);
        tcase_add_test(cases, a_reload_changes_limits_and_keeps_connections);
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
