/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-admin person and office: proposals about people (tools/admin_act).
 */
#include "tools/admin.h"

#include <string.h>

#include <openssl/x509.h>

#include "registry/core/calendar.h"
#include "tools/admin_act.h"
#include "tools/home.h"
#include "tools/pki.h"

#define ROLES_MAX 8

static const char person_help[] =
        "Usage: qcr-admin person add ID --office OFFICE --name NAME --role ROLE... --certificate FILE\n"
        "       qcr-admin person grant ID ROLE\n"
        "       qcr-admin person end ID ROLE\n"
        "       qcr-admin person certificate ID FILE\n"
        "       qcr-admin person revoke FILE --reason TEXT [--since INSTANT]\n"
        "       qcr-admin person deputy ID DEPUTY --from DAY --to DAY\n"
        "       qcr-admin person deputy-end ID DEPUTY\n"
        "\n"
        "Proposes a change of persons, roles, certificates or deputies, signed by the administrator who proposes "
        "it.\n"
        "Another administrator approves it: qcr --as NAME approve SERIAL. Keys are made by qcr-admin key person.\n"
        "From day to day a deputy takes steps of cases with the roles of a person who is away, under their own "
        "name.\n"
        "\n"
        "  --since INSTANT acts since then are for review: 2026-11-24T01:02:03.123Z\n"
        "  --from, --to DAY first and last day, 366 at most: 2026-11-24\n"
        ADMIN_ACT_HELP;

static const char office_help[] = "Usage: qcr-admin office add ID --name NAME --code CODE\n"
                                  "\n"
                                  "Proposes an office: an authority persons belong to, with its unified "
                                  "code. Another administrator approves.\n"
                                  "Options as for qcr-admin person.\n";

struct people {
        const char *command, *help;
        struct admin_act act;
        const char *office, *name, *code, *certificate_file, *reason, *since, *from, *to;
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
        Qcr__DeputySet deputy_set;
        char today[DAY_TEXT];
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

/* An end names no days of its own: both are the day it is asked for. */
static bool propose_deputy(const struct people *p, struct proposal *proposal, bool is_grant)
{
        Qcr__DeputySet *set = &proposal->deputy_set;

        if (is_grant ? !p->from || !p->to : p->from || p->to)
                return false;
        day_format(day_of_instant(now_ms()), proposal->today);
        qcr__deputy_set__init(set);
        set->person_id = client_bytes(p->word[1]);
        set->deputy_id = client_bytes(p->word[2]);
        set->from = client_bytes(is_grant ? p->from : proposal->today);
        set->to = client_bytes(is_grant ? p->to : proposal->today);
        set->grant = is_grant;
        proposal->request.operation_case = QCR__REQUEST__OPERATION_DEPUTY_SET;
        proposal->request.deputy_set = set;
        return true;
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
        return admin_act_propose(&p->act, &proposal->request);
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
        } else if (strcmp(action, "deputy") == 0) {
                if (p->word_count != 3 || !propose_deputy(p, proposal, true))
                        return missing(p, "who is away, DEPUTY, --from and --to are needed");
        } else if (strcmp(action, "deputy-end") == 0) {
                if (p->word_count != 3 || !propose_deputy(p, proposal, false))
                        return missing(p, "who was away and DEPUTY are needed, and no days");
        } else {
                return admin_usage(
                        p->command, "%s: add, grant, end, certificate, revoke, deputy or deputy-end", action);
        }
        return admin_act_propose(&p->act, &proposal->request);
}

static const struct option long_options[] = {
        ADMIN_ACT_OPTIONS,
        {"office", required_argument, NULL, 'o'},
        {"name", required_argument, NULL, 'n'},
        {"code", required_argument, NULL, 'C'},
        {"role", required_argument, NULL, 'r'},
        {"certificate", required_argument, NULL, 'f'},
        {"reason", required_argument, NULL, 'R'},
        {"since", required_argument, NULL, 'S'},
        {"from", required_argument, NULL, 'F'},
        {"to", required_argument, NULL, 'T'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

static int parse(struct people *p, int argc, char **argv)
{
        int letter;

        optind = 1;
        opterr = 0;
        while ((letter = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
                if (admin_act_option(&p->act, letter, optarg))
                        continue;
                switch (letter) {
                case 'o': p->office = optarg; break;
                case 'n': p->name = optarg; break;
                case 'C': p->code = optarg; break;
                case 'f': p->certificate_file = optarg; break;
                case 'R': p->reason = optarg; break;
                case 'S': p->since = optarg; break;
                case 'F': p->from = optarg; break;
                case 'T': p->to = optarg; break;
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
                status = admin_act_load(&p->act, &fault) ? act(p, &proposal) : admin_fail(p->command, &fault);
        }
        buffer_done(&proposal.der);
        admin_act_done(&p->act);
        return status;
}

int admin_person(int argc, char **argv)
{
        struct people p = {.command = "person", .act.command = "person", .help = person_help};

        return run(&p, argc, argv, run_person);
}

int admin_office(int argc, char **argv)
{
        struct people p = {.command = "office", .act.command = "office", .help = office_help};

        return run(&p, argc, argv, run_office);
}
