/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `qcr whoami`, `qcr ping`: who one is to the registry, and how the registry is. */
#include "tools/qcr.h"

#include "registry/core/calendar.h"
#include "tools/language.h"
#include "tools/show.h"

#define DAY_MS 86400000

static void add(struct table *rows, const char *label, const char *value)
{
        table_add_text(rows, label);
        table_add_text(rows, value);
}

static void add_slice(struct table *rows, const char *label, ProtobufCBinaryData value)
{
        table_add_text(rows, label);
        table_add(rows, client_slice(value));
}

static void add_number(struct table *rows, const char *label, int64_t number, const char *unit)
{
        char text[64];

        snprintf(text, sizeof(text), "%lld %s", (long long)number, unit);
        add(rows, label, text);
}

/* `-` for what is no instant: it came from outside. */
static const char *instant_text(int64_t at_ms, char ret[INSTANT_TEXT])
{
        if (!instant_is_valid(at_ms))
                return "-";
        instant_format(at_ms, ret);
        return ret;
}

static void join_words(size_t count, const ProtobufCBinaryData *words, struct buffer *ret)
{
        for (size_t i = 0; i < count; i++) {
                if (i)
                        buffer_add_text(ret, ", ");
                buffer_add_slice(ret, client_slice(words[i]));
        }
}

/* -------------------------------------------------------------------- whoami */

static void print_person(const Qcr__Person *person)
{
        CLEANUP(buffer) struct buffer roles = BUFFER_INIT;
        CLEANUP(table) struct table rows;
        char until[INSTANT_TEXT], fingerprint[65] = "-";

        join_words(person->n_role, person->role, &roles);
        if (person->certificate_sha256.len == 32)
                hex_encode(person->certificate_sha256.data, 32, fingerprint);
        table_init(&rows, 2);
        add_slice(&rows, _("person"), person->person);
        add_slice(&rows, _("name"), person->name);
        add_slice(&rows, _("office"), person->office);
        add(&rows, _("roles"), person->n_role ? buffer_text(&roles) : _("none"));
        add(&rows, _("certificate"), fingerprint);
        add(&rows, _("certificate until"), instant_text(person->certificate_until_ms, until));
        table_print(&rows, "", stdout);
}

static json_t *person_document(const Qcr__Person *person)
{
        json_t *d = json_object();
        char until[INSTANT_TEXT], fingerprint[65] = "";

        if (person->certificate_sha256.len == 32)
                hex_encode(person->certificate_sha256.data, 32, fingerprint);
        json_object_set_new(d, "exit", json_integer(EXIT_ANSWERED));
        output_set_bytes(d, "person", person->person);
        output_set_bytes(d, "name", person->name);
        output_set_bytes(d, "office", person->office);
        json_object_set_new(d, "roles", output_strings(person->n_role, person->role));
        output_set_text(d, "certificate_sha256", fingerprint);
        output_set_text(d, "certificate_until", instant_text(person->certificate_until_ms, until));
        return d;
}

static int run_whoami(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__Whoami question = QCR__WHOAMI__INIT;
        int status;

        (void)flags;
        (void)count;
        (void)operands;
        request.operation_case = QCR__REQUEST__OPERATION_WHOAMI;
        request.whoami = &question;
        status = qcr_ask(qcr, &request, QCR__REPLY__BODY_PERSON, &answer);
        if (status)
                return status;
        if (qcr->output.mode == OUTPUT_TEXT)
                print_person(answer.reply->person);
        else
                output_document(&qcr->output, person_document(answer.reply->person));
        return EXIT_ANSWERED;
}

/* ---------------------------------------------------------------------- ping */

struct ping {
        const Qcr__Greeting *greeting;
        const Qcr__Pong *pong;
        int64_t sent_ms, received_ms;
        int64_t person_until_ms; /* of the certificate in use; the server's word is not needed for it */
        int64_t server_until_ms;
};

/* The server's clock less ours, as it was half way through the exchange. */
static int64_t skew_ms(const struct ping *p)
{
        return p->pong->at_ms - (p->sent_ms + (p->received_ms - p->sent_ms) / 2);
}

static void print_ping(const struct ping *p)
{
        CLEANUP(buffer) struct buffer suites = BUFFER_INIT;
        CLEANUP(table) struct table rows;
        char at[INSTANT_TEXT];

        join_words(p->greeting->n_suite, p->greeting->suite, &suites);
        table_init(&rows, 2);
        add_slice(&rows, _("registry"), p->greeting->origin);
        add_slice(&rows, _("server"), p->greeting->server);
        add_slice(&rows, _("software"), p->greeting->software);
        add_number(&rows, _("protocol"), p->greeting->protocol, "");
        add_number(&rows, _("schema"), p->pong->schema, "");
        add(&rows, _("suites"), suites.length ? buffer_text(&suites) : "-");
        add_number(&rows, _("round trip"), p->received_ms - p->sent_ms, "ms");
        add_number(&rows, _("clock skew"), skew_ms(p), "ms");
        add(&rows, _("data as of"), instant_text(p->pong->data_as_of_ms, at));
        add_number(&rows, _("data age"), p->pong->at_ms - p->pong->data_as_of_ms, "ms");
        add_number(&rows, _("ledger serial"), (int64_t)p->pong->serial, "");
        add_slice(&rows, _("person"), p->greeting->person);
        add(&rows, _("certificate until"), instant_text(p->person_until_ms, at));
        add_number(&rows, _("certificate left"), (p->person_until_ms - p->pong->at_ms) / DAY_MS,
                _("days"));
        add(&rows, _("server's until"), instant_text(p->server_until_ms, at));
        add_number(&rows, _("lookups a day"), p->greeting->lookups_per_day, "");
        add_number(&rows, _("lookups left"), p->greeting->lookups_left, "");
        table_print(&rows, "", stdout);
}

static json_t *ping_document(const struct ping *p)
{
        json_t *d = json_object();
        char at[INSTANT_TEXT];

        json_object_set_new(d, "exit", json_integer(EXIT_ANSWERED));
        output_set_bytes(d, "origin", p->greeting->origin);
        output_set_bytes(d, "server", p->greeting->server);
        output_set_bytes(d, "software", p->greeting->software);
        output_set_number(d, "protocol", p->greeting->protocol);
        output_set_number(d, "schema", p->pong->schema);
        json_object_set_new(d, "suites", output_strings(p->greeting->n_suite, p->greeting->suite));
        json_object_set_new(d, "round_trip_ms", json_integer(p->received_ms - p->sent_ms));
        json_object_set_new(d, "clock_skew_ms", json_integer(skew_ms(p)));
        output_set_text(d, "data_as_of", instant_text(p->pong->data_as_of_ms, at));
        json_object_set_new(d, "data_age_ms", json_integer(p->pong->at_ms - p->pong->data_as_of_ms));
        output_set_number(d, "serial", p->pong->serial);
        output_set_bytes(d, "person", p->greeting->person);
        json_object_set_new(d, "roles", output_strings(p->greeting->n_role, p->greeting->role));
        output_set_bytes(d, "office", p->greeting->office);
        output_set_text(d, "certificate_until", instant_text(p->person_until_ms, at));
        output_set_text(d, "server_certificate_until", instant_text(p->server_until_ms, at));
        output_set_number(d, "frame_limit", p->greeting->frame_limit);
        output_set_number(d, "in_flight_limit", p->greeting->in_flight_limit);
        output_set_number(d, "lookups_per_day", p->greeting->lookups_per_day);
        output_set_number(d, "lookups_left", p->greeting->lookups_left);
        return d;
}

static int run_ping(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__Ping question = QCR__PING__INIT;
        struct failure failure;
        struct ping ping = {0};
        int status;

        (void)flags;
        (void)count;
        (void)operands;
        request.operation_case = QCR__REQUEST__OPERATION_PING;
        request.ping = &question;
        if (!qcr_connect(qcr, &failure))
                return qcr_fail(qcr, &failure);
        ping.sent_ms = qcr_now_ms();
        status = qcr_ask(qcr, &request, QCR__REPLY__BODY_PONG, &answer);
        ping.received_ms = qcr_now_ms();
        if (status)
                return status;
        ping.pong = answer.reply->pong;
        ping.greeting = client_greeting(qcr->client);
        ping.person_until_ms = wire_certificate_until_ms(client_wire(qcr->client));
        ping.server_until_ms = wire_server_until_ms(client_wire(qcr->client));
        if (qcr->output.mode == OUTPUT_TEXT)
                print_ping(&ping);
        else
                output_document(&qcr->output, ping_document(&ping));
        return EXIT_ANSWERED;
}

static const struct flag identity_flags[] = {FLAGS_JSON, FLAGS_END};

const struct command identity_commands[] = {
        {"whoami", run_whoami, "", 0, 0, identity_flags,
                N_("shows who one is to the registry, and the roles"),
                "  qcr whoami\n"
                "  qcr --as reviewer whoami --json\n"},
        {"ping", run_ping, "", 0, 0, identity_flags,
                N_("shows versions, clock skew, the certificate's end, the age of the data, the quota"),
                "  qcr ping\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
