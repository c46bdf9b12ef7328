/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-admin person and office: proposals about people. Each is an act of the administrator who makes it,
 * signed with their key and sent to the daemon like any other; it takes effect when another administrator
 * approves it (qcr approve). Nothing here touches the database.
 */
#include "tools/admin.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/x509.h>

#include "proto/result.h"
#include "registry/core/calendar.h"
#include "tools/client.h"
#include "tools/failure.h"
#include "tools/options.h"
#include "tools/pki.h"

#define ROLES_MAX 8
#define AS_DEFAULT "admin"

static const char person_help[] =
        "Usage: qcr-admin person add ID --office OFFICE --name NAME --role ROLE... --certificate FILE\n"
        "       qcr-admin person grant ID ROLE\n"
        "       qcr-admin person end ID ROLE\n"
        "       qcr-admin person certificate ID FILE\n"
        "       qcr-admin person revoke FILE --reason TEXT [--since INSTANT]\n"
        "\n"
        "Proposes a change of persons, roles or certificates, signed by the administrator who proposes it. "
        "Another\n"
        "administrator approves it: qcr --as NAME approve SERIAL. Keys are made by qcr-admin key person.\n"
        "\n"
        "  --as NAME       who proposes: a folder under people/; QCR_AS or admin otherwise\n"
        "  --key HEX       idempotency key of an earlier try\n"
        "  --since INSTANT acts since then are for review: 2026-11-24T01:02:03.123Z\n"
        "  --home, --server, --ca as for qcr\n";

static const char office_help[] = "Usage: qcr-admin office add ID --name NAME --code CODE\n"
                                  "\n"
                                  "Proposes an office: an authority persons belong to, with its unified "
                                  "code. Another administrator approves.\n"
                                  "Options as for qcr-admin person.\n";

struct people {
        const char *command, *help;
        struct options options;
        const char *office, *name, *code, *certificate_file, *reason, *since, *key;
        const char *roles[ROLES_MAX];
        size_t role_count;
        const char *word[3]; /* action and operands */
        int word_count;
};

/* A request with the message it points to, whichever is used. */
struct proposal {
        Qcr__Request request;
        Qcr__OfficeAdd office_add;
        Qcr__PersonAdd person_add;
        Qcr__RoleChange role_change;
        Qcr__CertificateAdd certificate_add;
        Qcr__CertificateRevoke certificate_revoke;
        ProtobufCBinaryData roles[ROLES_MAX];
        struct buffer der;
        uint8_t fingerprint[32];
};

static ProtobufCBinaryData octets(const void *data, size_t length)
{
        return (ProtobufCBinaryData){.len = length, .data = (uint8_t *)(uintptr_t)data};
}

static bool read_certificate(struct proposal *proposal, const char *path, struct fault *why)
{
        X509 *certificate;

        if (!pki_certificate_read(path, &certificate, why))
                return false;
        pki_certificate_der(certificate, &proposal->der);
        pki_fingerprint(certificate, proposal->fingerprint);
        X509_free(certificate);
        return true;
}

/* ---------------------------------------------------------------------- the requests */

static bool propose_office(const struct people *p, struct proposal *proposal)
{
        Qcr__OfficeAdd *add = &proposal->office_add;

        if (!p->name || !p->code)
                return false;
        qcr__office_add__init(add);
        add->office_id = client_bytes(p->word[1]);
        add->name = client_bytes(p->name);
        add->code = client_bytes(p->code);
        proposal->request.operation_case = QCR__REQUEST__OPERATION_OFFICE_ADD;
        proposal->request.office_add = add;
        return true;
}

static bool propose_person(const struct people *p, struct proposal *proposal)
{
        Qcr__PersonAdd *add = &proposal->person_add;

        if (!p->office || !p->name || !p->role_count || !p->certificate_file)
                return false;
        qcr__person_add__init(add);
        add->person_id = client_bytes(p->word[1]);
        add->office_id = client_bytes(p->office);
        add->name = client_bytes(p->name);
        for (size_t i = 0; i < p->role_count; i++)
                proposal->roles[i] = client_bytes(p->roles[i]);
        add->n_role = p->role_count;
        add->role = proposal->roles;
        add->certificate = octets(proposal->der.data, proposal->der.length);
        proposal->request.operation_case = QCR__REQUEST__OPERATION_PERSON_ADD;
        proposal->request.person_add = add;
        return true;
}

static void propose_role(const struct people *p, struct proposal *proposal, bool is_grant)
{
        Qcr__RoleChange *change = &proposal->role_change;

        qcr__role_change__init(change);
        change->person_id = client_bytes(p->word[1]);
        change->role = client_bytes(p->word[2]);
        change->grant = is_grant;
        proposal->request.operation_case = QCR__REQUEST__OPERATION_ROLE_CHANGE;
        proposal->request.role_change = change;
}

static void propose_certificate(const struct people *p, struct proposal *proposal)
{
        Qcr__CertificateAdd *add = &proposal->certificate_add;

        qcr__certificate_add__init(add);
        add->person_id = client_bytes(p->word[1]);
        add->certificate = octets(proposal->der.data, proposal->der.length);
        proposal->request.operation_case = QCR__REQUEST__OPERATION_CERTIFICATE_ADD;
        proposal->request.certificate_add = add;
}

static bool propose_revocation(const struct people *p, struct proposal *proposal)
{
        Qcr__CertificateRevoke *revoke = &proposal->certificate_revoke;

        if (!p->reason)
                return false;
        qcr__certificate_revoke__init(revoke);
        revoke->fingerprint = octets(proposal->fingerprint, sizeof(proposal->fingerprint));
        revoke->reason = client_bytes(p->reason);
        revoke->has_since_ms = p->since != NULL;
        if (p->since && !instant_parse(slice_text(p->since), &revoke->since_ms))
                return false;
        proposal->request.operation_case = QCR__REQUEST__OPERATION_CERTIFICATE_REVOKE;
        proposal->request.certificate_revoke = revoke;
        return true;
}

/* --------------------------------------------------------------------------- sending */

/* What failed at the wire or the registry, in the words and with the status of all clients. */
static int fail(struct failure *failure)
{
        int status = failure->exit_status;

        failure_print(failure, false);
        failure_done(failure);
        return status;
}

static int report(const struct people *p, const struct client_answer *answer, const char *key)
{
        struct failure failure;

        if (answer->failure) {
                failure_of_answer(&failure, answer);
                failure.key = key;
                return fail(&failure);
        }
        printf("proposed as %" PRIu64
               " by %s; another administrator approves it: qcr --as NAME approve %" PRIu64 "\n",
                answer->reply->serial, options_get(&p->options, OPTION_AS), answer->reply->serial);
        return ADMIN_DONE;
}

static int send_proposal(struct people *p, struct proposal *proposal)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        uint8_t key[CLIENT_KEY_OCTETS];
        char key_text[2 * CLIENT_KEY_OCTETS + 1];
        struct client *client = NULL;
        struct wire_options wire;
        enum wire_trouble trouble;
        struct failure failure;
        struct fault fault;
        int status;

        if (p->key && !hex_decode(p->key, strlen(p->key), key, sizeof(key)))
                return admin_usage(p->command, "--key %s: %zu hexadecimal digits", p->key, 2 * sizeof(key));
        if (!options_wire(&p->options, &wire, &fault) || (!p->key && !client_new_key(key, &fault)))
                return admin_fail(p->command, &fault);
        hex_encode(key, sizeof(key), key_text);
        trouble = client_open(&client, &wire, &fault);
        if (!trouble) {
                proposal->request.has_idempotency_key = true;
                proposal->request.idempotency_key = octets(key, sizeof(key));
                trouble = client_ask(client, &proposal->request, &answer, &fault);
                if (trouble)
                        fprintf(stderr,
                                "qcr-admin %s: sent with --key %s: whether it was done is not known\n",
                                p->command, key_text);
        }
        if (trouble) {
                failure_of_trouble(&failure, trouble, &fault);
                if (client)
                        failure.exit_status = EXIT_OUTCOME_UNKNOWN;
                status = fail(&failure);
        } else {
                status = report(p, &answer, key_text);
        }
        client_close(client);
        return status;
}

/* --------------------------------------------------------------------------- choosing */

static int missing(const struct people *p, const char *what)
{
        return admin_usage(p->command, "%s %s: %s", p->word[0], p->word[1] ? p->word[1] : "", what);
}

static int run_office(struct people *p, struct proposal *proposal)
{
        if (strcmp(p->word[0], "add") != 0)
                return admin_usage(p->command, "%s: there is only add", p->word[0]);
        if (p->word_count != 2 || !propose_office(p, proposal))
                return missing(p, "ID, --name and --code are needed");
        return send_proposal(p, proposal);
}

static int run_person(struct people *p, struct proposal *proposal)
{
        const char *action = p->word[0], *file = NULL;
        struct fault fault;

        if (strcmp(action, "add") == 0)
                file = p->certificate_file;
        else if (strcmp(action, "certificate") == 0)
                file = p->word[2];
        else if (strcmp(action, "revoke") == 0)
                file = p->word[1];
        if (file && !read_certificate(proposal, file, &fault))
                return admin_fail(p->command, &fault);
        if (strcmp(action, "add") == 0) {
                if (p->word_count != 2 || !propose_person(p, proposal))
                        return missing(p, "ID, --office, --name, --role and --certificate are needed");
        } else if (strcmp(action, "grant") == 0 || strcmp(action, "end") == 0) {
                if (p->word_count != 3)
                        return missing(p, "ID and ROLE are needed");
                propose_role(p, proposal, strcmp(action, "grant") == 0);
        } else if (strcmp(action, "certificate") == 0) {
                if (p->word_count != 3)
                        return missing(p, "ID and FILE are needed");
                propose_certificate(p, proposal);
        } else if (strcmp(action, "revoke") == 0) {
                if (p->word_count != 2 || !propose_revocation(p, proposal))
                        return missing(p, "FILE and --reason are needed; --since is an instant in UTC");
        } else {
                return admin_usage(p->command, "%s: add, grant, end, certificate or revoke", action);
        }
        return send_proposal(p, proposal);
}

static const struct option long_options[] = {
        {"home", required_argument, NULL, 'H'},
        {"server", required_argument, NULL, 's'},
        {"ca", required_argument, NULL, 'c'},
        {"as", required_argument, NULL, 'a'},
        {"key", required_argument, NULL, 'k'},
        {"office", required_argument, NULL, 'o'},
        {"name", required_argument, NULL, 'n'},
        {"code", required_argument, NULL, 'C'},
        {"role", required_argument, NULL, 'r'},
        {"certificate", required_argument, NULL, 'f'},
        {"reason", required_argument, NULL, 'R'},
        {"since", required_argument, NULL, 'S'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

static int parse(struct people *p, int argc, char **argv)
{
        int letter;

        optind = 1;
        opterr = 0;
        while ((letter = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
                switch (letter) {
                case 'H': options_set(&p->options, OPTION_HOME, optarg); break;
                case 's': options_set(&p->options, OPTION_SERVER, optarg); break;
                case 'c': options_set(&p->options, OPTION_CA, optarg); break;
                case 'a': options_set(&p->options, OPTION_AS, optarg); break;
                case 'k': p->key = optarg; break;
                case 'o': p->office = optarg; break;
                case 'n': p->name = optarg; break;
                case 'C': p->code = optarg; break;
                case 'f': p->certificate_file = optarg; break;
                case 'R': p->reason = optarg; break;
                case 'S': p->since = optarg; break;
                case 'r':
                        if (p->role_count == ROLES_MAX)
                                return admin_usage(p->command, "--role %s: too many", optarg);
                        p->roles[p->role_count++] = optarg;
                        break;
                case 'h': return -1;
                default: return admin_bad_option(p->command, letter, argv);
                }
        }
        for (; optind < argc; optind++) {
                if (p->word_count == 3)
                        return admin_usage(p->command, "%s: not expected here", argv[optind]);
                p->word[p->word_count++] = argv[optind];
        }
        return p->word_count ? ADMIN_DONE : admin_usage(p->command, "say what");
}

static int run(
        struct people *p, int argc, char **argv, int (*act)(struct people *p, struct proposal *proposal))
{
        struct proposal proposal = {0};
        struct fault fault;
        int status = parse(p, argc, argv);

        qcr__request__init(&proposal.request);
        if (status == -1) {
                status = admin_help(p->help);
        } else if (status == ADMIN_DONE) {
                if (!options_load(&p->options, NULL, &fault)) {
                        status = admin_fail(p->command, &fault);
                } else {
                        /* What needs an administrator is asked by one, unless somebody said who. */
                        if (!p->options.source[OPTION_AS][0])
                                options_set(&p->options, OPTION_AS, AS_DEFAULT);
                        status = act(p, &proposal);
                }
        }
        buffer_done(&proposal.der);
        options_done(&p->options);
        return status;
}

int admin_person(int argc, char **argv)
{
        struct people p = {.command = "person", .help = person_help};

        return run(&p, argc, argv, run_person);
}

int admin_office(int argc, char **argv)
{
        struct people p = {.command = "office", .help = office_help};

        return run(&p, argc, argv, run_office);
}
