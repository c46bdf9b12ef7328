/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "registry/core/certificate_time.h"

#define HOST_LIMIT 256u
#define READ_OCTETS 16384u /* one TLS record */

struct wire {
        int fd;
        SSL_CTX *context;
        SSL *ssl;
        struct buffer in;
        struct buffer out;
        size_t taken; /* octets at the front of `in` that the frame given last lies in */
        uint32_t reply_ms;
};

static int64_t monotonic_ms(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum wire_trouble trouble(struct fault *why, enum wire_trouble kind, enum fault_code code,
        const char *format, ...) __attribute__((format(printf, 4, 5)));

static enum wire_trouble trouble(
        struct fault *why, enum wire_trouble kind, enum fault_code code, const char *format, ...)
{
        va_list args;
        char text[sizeof(why->text)];

        va_start(args, format);
        vsnprintf(text, sizeof(text), format, args);
        va_end(args);
        fault_set(why, code, "%s", text);
        ERR_clear_error();
        return kind;
}

static const char *library_reason(void)
{
        const char *reason = ERR_reason_error_string(ERR_peek_last_error());

        return reason ? reason : "no reason given";
}

/* ------------------------------------------------------------------ waiting */

/* False when the deadline passed first. */
static bool wait_for(int fd, short events, int64_t deadline)
{
        for (;;) {
                int64_t left = deadline - monotonic_ms();
                struct pollfd p = {.fd = fd, .events = events};
                int n;

                if (left <= 0)
                        return false;
                n = poll(&p, 1, (int)left);
                if (n > 0)
                        return true;
                if (n < 0 && errno != EINTR)
                        return false;
        }
}

/* ------------------------------------------------------------------ address */

/* "host:port", "[::1]:port". */
static bool split_server(const char *server, char ret_host[HOST_LIMIT], const char **ret_port)
{
        const char *colon = strrchr(server, ':');
        const char *from = server;
        size_t length;

        if (!colon || !colon[1])
                return false;
        length = (size_t)(colon - server);
        if (*from == '[') {
                if (length < 3 || from[length - 1] != ']')
                        return false;
                from++;
                length -= 2;
        } else if (memchr(from, ':', length)) {
                return false;
        }
        if (length == 0 || length >= HOST_LIMIT)
                return false;
        memcpy(ret_host, from, length);
        ret_host[length] = '\0';
        *ret_port = colon + 1;
        return true;
}

static bool connect_one(const struct addrinfo *to, int64_t deadline, int *ret, int *ret_error)
{
        int fd = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->ai_protocol);
        int error = 0;
        int one = 1;
        socklen_t size = sizeof(error);

        if (fd < 0) {
                *ret_error = errno;
                return false;
        }
        if (connect(fd, to->ai_addr, to->ai_addrlen) < 0) {
                error = errno;
                if (error == EINPROGRESS) {
                        if (!wait_for(fd, POLLOUT, deadline))
                                error = ETIMEDOUT;
                        else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
                                error = errno;
                }
        }
        if (error) {
                close(fd);
                *ret_error = error;
                return false;
        }
        /* Requests are small and answered at once; waiting to fill a segment would only delay them. */
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        *ret = fd;
        return true;
}

static enum wire_trouble connect_any(
        const struct wire_options *options, const char *host, const char *port, int *ret, struct fault *why)
{
        int64_t deadline = monotonic_ms() + (options->connect_ms ? options->connect_ms : WIRE_CONNECT_MS);
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
        struct addrinfo *found;
        int error = 0;
        int failed = getaddrinfo(host, port, &hints, &found);

        if (failed == EAI_SERVICE || failed == EAI_NONAME)
                return trouble(why, failed == EAI_SERVICE ? WIRE_CONFIG : WIRE_UNREACHABLE, FAULT_CONFIG,
                        "%s: %s", options->server, gai_strerror(failed));
        if (failed)
                return trouble(
                        why, WIRE_UNREACHABLE, FAULT_PEER, "%s: %s", options->server, gai_strerror(failed));
        for (const struct addrinfo *a = found; a; a = a->ai_next)
                if (connect_one(a, deadline, ret, &error)) {
                        freeaddrinfo(found);
                        return WIRE_FINE;
                }
        freeaddrinfo(found);
        return trouble(why, WIRE_UNREACHABLE, FAULT_PEER, "%s: %s", options->server, strerror(error));
}

/* ---------------------------------------------------------------------- TLS */

/* A key that others can read is not the person's own any more; whatever it signs could be theirs. */
static enum wire_trouble check_key_file(const char *file, struct fault *why)
{
        struct stat is;

        if (stat(file, &is) < 0)
                return trouble(why, WIRE_IDENTITY, FAULT_SYSTEM, "%s: %s", file, strerror(errno));
        if (is.st_mode & (S_IRWXG | S_IRWXO))
                return trouble(
                        why, WIRE_IDENTITY, FAULT_CONFIG, "%s: others may read this key (chmod 600)", file);
        return WIRE_FINE;
}

static enum wire_trouble make_context(struct wire *w, const struct wire_options *options, struct fault *why)
{
        enum wire_trouble t = check_key_file(options->key_file, why);

        if (t)
                return t;
        w->context = SSL_CTX_new(TLS_client_method());
        if (!w->context || !SSL_CTX_set_min_proto_version(w->context, TLS1_3_VERSION))
                return trouble(why, WIRE_CONFIG, FAULT_CRYPTO, "TLS: %s", library_reason());
        SSL_CTX_set_verify(w->context, SSL_VERIFY_PEER, NULL);
        SSL_CTX_set_mode(w->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                             SSL_MODE_AUTO_RETRY);
        SSL_CTX_set_session_cache_mode(w->context, SSL_SESS_CACHE_OFF);
        if (SSL_CTX_load_verify_file(w->context, options->ca_file) != 1)
                return trouble(why, WIRE_CONFIG, FAULT_CRYPTO, "%s: no CA certificate can be read here",
                        options->ca_file);
        if (SSL_CTX_use_certificate_chain_file(w->context, options->certificate_file) != 1)
                return trouble(why, WIRE_IDENTITY, FAULT_CRYPTO, "%s: no certificate can be read here",
                        options->certificate_file);
        if (SSL_CTX_use_PrivateKey_file(w->context, options->key_file, SSL_FILETYPE_PEM) != 1)
                return trouble(why, WIRE_IDENTITY, FAULT_CRYPTO, "%s: not the key of %s", options->key_file,
                        options->certificate_file);
        return WIRE_FINE;
}

static enum wire_trouble make_session(struct wire *w, char *host, struct fault *why)
{
        struct in6_addr address;
        bool is_address = inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;

        w->ssl = SSL_new(w->context);
        if (!w->ssl || SSL_set_fd(w->ssl, w->fd) != 1)
                return trouble(why, WIRE_CONFIG, FAULT_CRYPTO, "TLS: %s", library_reason());
        SSL_set_connect_state(w->ssl);
        if (is_address) {
                if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(w->ssl), host) != 1)
                        return trouble(why, WIRE_CONFIG, FAULT_CRYPTO, "%s: %s", host, library_reason());
        } else if (SSL_set1_host(w->ssl, host) != 1 || SSL_set_tlsext_host_name(w->ssl, host) != 1) {
                return trouble(why, WIRE_CONFIG, FAULT_CRYPTO, "%s: %s", host, library_reason());
        }
        return WIRE_FINE;
}

/* Is it one of the alerts by which a server turns a client's certificate down? RFC 8446, 6.2. */
static bool is_refusal(int reason)
{
        switch (reason - SSL_AD_REASON_OFFSET) {
        case SSL_AD_BAD_CERTIFICATE:
        case SSL_AD_UNSUPPORTED_CERTIFICATE:
        case SSL_AD_CERTIFICATE_REVOKED:
        case SSL_AD_CERTIFICATE_EXPIRED:
        case SSL_AD_CERTIFICATE_UNKNOWN:
        case SSL_AD_UNKNOWN_CA:
        case SSL_AD_ACCESS_DENIED:
        case SSL_AD_CERTIFICATE_REQUIRED:
                return true;
        default:
                return false;
        }
}

/* What a failed call into the library means; `otherwise` where it says no more than that it ended. */
static enum wire_trouble explain(struct wire *w, int error, enum wire_trouble otherwise, struct fault *why)
{
        unsigned long code = ERR_peek_error();
        long verified = SSL_get_verify_result(w->ssl);

        if (error == SSL_ERROR_SSL && ERR_GET_LIB(code) == ERR_LIB_SSL) {
                if (ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED)
                        return trouble(why, WIRE_UNTRUSTED, FAULT_CRYPTO, "the server's certificate: %s",
                                X509_verify_cert_error_string(verified));
                if (is_refusal(ERR_GET_REASON(code)))
                        return trouble(why, WIRE_NOT_ADMITTED, FAULT_PEER,
                                "the server refuses our certificate: %s", library_reason());
                return trouble(why, otherwise, FAULT_PEER, "TLS: %s", library_reason());
        }
        if (error == SSL_ERROR_SYSCALL && errno)
                return trouble(why, otherwise, FAULT_PEER, "%s", strerror(errno));
        return trouble(why, otherwise, FAULT_PEER, "the server closed the connection");
}

static enum wire_trouble handshake(struct wire *w, struct fault *why)
{
        int64_t deadline = monotonic_ms() + w->reply_ms;

        for (;;) {
                int done, error;

                ERR_clear_error();
                errno = 0;
                done = SSL_do_handshake(w->ssl);
                if (done == 1)
                        return WIRE_FINE;
                error = SSL_get_error(w->ssl, done);
                if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
                        return explain(w, error, WIRE_UNREACHABLE, why);
                if (!wait_for(w->fd, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline))
                        return trouble(why, WIRE_UNREACHABLE, FAULT_PEER, "no TLS handshake within %u ms",
                                w->reply_ms);
        }
}

enum wire_trouble wire_open(struct wire **ret, const struct wire_options *options, struct fault *why)
{
        char host[HOST_LIMIT];
        const char *port;
        struct wire *w;
        enum wire_trouble t;

        if (!split_server(options->server, host, &port))
                return trouble(why, WIRE_CONFIG, FAULT_CONFIG, "%s: not HOST:PORT", options->server);
        w = must_alloc(sizeof(*w));
        w->fd = -1;
        w->reply_ms = options->reply_ms ? options->reply_ms : WIRE_REPLY_MS;
        t = make_context(w, options, why);
        if (!t)
                t = connect_any(options, host, port, &w->fd, why);
        if (!t)
                t = make_session(w, host, why);
        if (!t)
                t = handshake(w, why);
        if (t) {
                wire_close(w);
                return t;
        }
        *ret = w;
        return WIRE_FINE;
}

void wire_close(struct wire *wire)
{
        if (!wire)
                return;
        if (wire->ssl && SSL_is_init_finished(wire->ssl))
                SSL_shutdown(wire->ssl);
        SSL_free(wire->ssl);
        SSL_CTX_free(wire->context);
        if (wire->fd >= 0)
                close(wire->fd);
        buffer_done(&wire->in);
        buffer_done(&wire->out);
        ERR_clear_error();
        free(wire);
}

EVP_PKEY *wire_key(const struct wire *wire)
{
        return SSL_get_privatekey(wire->ssl);
}

static int64_t until_ms(const X509 *certificate)
{
        int64_t end_ms;

        return certificate && certificate_time_read(X509_get0_notAfter(certificate), &end_ms) ? end_ms : 0;
}

int64_t wire_certificate_until_ms(const struct wire *wire)
{
        return until_ms(SSL_get_certificate(wire->ssl));
}

int64_t wire_server_until_ms(const struct wire *wire)
{
        return until_ms(SSL_get0_peer_certificate(wire->ssl));
}

/* ------------------------------------------------------------------- frames */

void wire_send(struct wire *wire, enum frame_kind kind, uint64_t request_id, struct slice payload)
{
        frame_encode(&wire->out, kind, request_id, payload);
}

/* Writes as much as goes; sets `ret_events` to what more would need. */
static enum wire_trouble write_some(struct wire *w, bool *ret_moved, short *ret_events, struct fault *why)
{
        while (w->out.length) {
                size_t written;
                int error;

                ERR_clear_error();
                errno = 0;
                if (SSL_write_ex(w->ssl, w->out.data, w->out.length, &written) == 1) {
                        buffer_drop_front(&w->out, written);
                        *ret_moved = true;
                        continue;
                }
                error = SSL_get_error(w->ssl, 0);
                if (error == SSL_ERROR_WANT_WRITE)
                        *ret_events |= POLLOUT;
                else if (error != SSL_ERROR_WANT_READ)
                        return explain(w, error, WIRE_LOST, why);
                break;
        }
        return WIRE_FINE;
}

static enum wire_trouble read_some(struct wire *w, bool *ret_moved, short *ret_events, struct fault *why)
{
        size_t octets;
        int error;

        ERR_clear_error();
        errno = 0;
        if (SSL_read_ex(w->ssl, buffer_reserve(&w->in, READ_OCTETS), READ_OCTETS, &octets) == 1) {
                w->in.length += octets;
                *ret_moved = true;
                return WIRE_FINE;
        }
        error = SSL_get_error(w->ssl, 0);
        if (error == SSL_ERROR_WANT_READ)
                *ret_events |= POLLIN;
        else if (error == SSL_ERROR_WANT_WRITE)
                *ret_events |= POLLOUT;
        else
                return explain(w, error, WIRE_LOST, why);
        return WIRE_FINE;
}

/* A round of both directions; sleeps when neither moved. */
static enum wire_trouble pump(struct wire *w, int64_t deadline, struct fault *why)
{
        struct fault unwritten;
        bool moved = false;
        short events = 0;
        enum wire_trouble wrote = write_some(w, &moved, &events, &unwritten);
        enum wire_trouble read = read_some(w, &moved, &events, why);

        /* Why the server went away, if it said so, is in what can still be read. */
        if (read || moved)
                return read;
        if (wrote) {
                *why = unwritten;
                return wrote;
        }
        if (!wait_for(w->fd, events, deadline))
                return trouble(why, WIRE_LATE, FAULT_PEER, "no answer within %u ms", w->reply_ms);
        return WIRE_FINE;
}

enum wire_trouble wire_receive(struct wire *wire, struct frame *ret, struct fault *why)
{
        int64_t deadline = monotonic_ms() + wire->reply_ms;

        buffer_drop_front(&wire->in, wire->taken);
        wire->taken = 0;
        for (;;) {
                enum wire_trouble t;

                switch (frame_parse(buffer_slice(&wire->in), FRAME_REPLY_LIMIT, ret, &wire->taken)) {
                case FRAME_WHOLE:
                        return WIRE_FINE;
                case FRAME_NOT_YET:
                        break;
                case FRAME_TOO_LARGE:
                        return trouble(why, WIRE_LOST, FAULT_PEER, "the server's frame is too large");
                case FRAME_MALFORMED:
                        return trouble(why, WIRE_LOST, FAULT_PEER, "the server does not speak this protocol");
                }
                t = pump(wire, deadline, why);
                if (t)
                        return t;
        }
}

const char *wire_trouble_word(enum wire_trouble trouble_kind)
{
        switch (trouble_kind) {
        case WIRE_FINE:
                return "fine";
        case WIRE_CONFIG:
                return "configuration";
        case WIRE_IDENTITY:
                return "identity";
        case WIRE_UNREACHABLE:
                return "unreachable";
        case WIRE_UNTRUSTED:
                return "server-untrusted";
        case WIRE_NOT_ADMITTED:
                return "not-admitted";
        case WIRE_LOST:
                return "connection-lost";
        case WIRE_LATE:
                return "no-answer-in-time";
        }
        return "unknown";
}
