/* SPDX-License-Identifier: MulanPSL-2.0 */
/* qcr-admin doctor: options, the order of the checks (tools/doctor.h), and what is said at the end. */
#include "tools/admin.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tools/doctor.h"
#include "tools/home.h"
#include "tools/pki.h"

#define COMMAND "doctor"
#define DATABASE_USER "qcr_audit"

static const char help[] =
        "Usage: qcr-admin doctor [--home DIR] [--database CONNINFO] [--ca FILE] [--json]\n"
        "\n"
        "Proves in one snapshot of the database that everything in it rests on signed entries of the ledger, "
        "and\n"
        "that the view agrees. One line a finding, naming table, key and reason; exit 0 if there is none, "
        "else 1.\n"
        "Warnings (settings, keys that end soon) do not change the exit status.\n"
        "\n"
        "  --home DIR           the registry's folder; QCR_HOME otherwise. Only read.\n"
        "  --database CONNINFO  without a user; QCR_DATABASE or qcrd.conf otherwise. Reads as qcr_audit.\n"
        "  --ca FILE            the CA's certificate, if it is not HOME/ca/ca.pem: from another hand than "
        "the\n"
        "                       database's administrator, for everything rests on it\n"
        "  --json               one document: findings, what was looked at, clean\n";

struct request {
        const char *home, *database, *ca_file;
        bool is_json;
};

/* Without a view nothing is missing: it is a copy, and the daemon may never have run. */
static void open_view(struct doctor *doctor)
{
        CLEANUP(buffer) struct buffer name = BUFFER_INIT;
        char path[HOME_PATH_MAX];
        struct fault why;

        if (!doctor->home)
                return;
        if (!home_setting(doctor->home, "view_directory", &name, &why) || !name.length)
                buffer_add_text(&name, "view");
        if (buffer_text(&name)[0] == '/')
                snprintf(path, sizeof(path), "%s", buffer_text(&name));
        else if (!home_path(doctor->home, buffer_text(&name), path, &why))
                return;
        /* A view may be lost; that answers were given from one up to some entry is remembered beside it. */
        if (!view_witness_read(path, &doctor->witness, &why))
                doctor_warn(doctor, "view", "its witness is not compared: %s", why.text);
        if (view_open(&doctor->view, path, &why) && view_begin(doctor->view, &why) &&
                view_meta(doctor->view, &doctor->view_meta, &why))
                return;
        view_free(doctor->view);
        doctor->view = NULL;
        doctor_warn(doctor, "view", "not compared: %s", why.text);
}

static bool prepare(struct doctor *doctor, const struct request *request, struct fault *why)
{
        CLEANUP(buffer) struct buffer conninfo = BUFFER_INIT;
        char path[HOME_PATH_MAX];

        doctor->at_ms = now_ms();
        doctor->home = request->home ? request->home : getenv("QCR_HOME");
        if (request->ca_file)
                snprintf(path, sizeof(path), "%s", request->ca_file);
        else if (!doctor->home)
                return fault_set(
                        why, FAULT_CONFIG, "no registry named: give --home DIR, or --ca FILE and --database");
        else if (!home_path(doctor->home, "ca/ca.pem", path, why))
                return false;
        if (!pki_certificate_read(path, &doctor->ca, why) ||
                !home_conninfo(request->database, doctor->home, &conninfo, why))
                return false;
        /* The view first: it never runs ahead of a snapshot that is taken after it. */
        open_view(doctor);
        return link_open(&doctor->link, buffer_text(&conninfo), DATABASE_USER, why) &&
               link_begin_snapshot(doctor->link, why);
}

static bool examine(struct doctor *doctor, struct fault *why)
{
        return doctor_server(doctor, why) && doctor_people(doctor, why) && doctor_policies(doctor, why) &&
               doctor_ledger(doctor, why) && doctor_runs(doctor, why) && doctor_records(doctor, why) &&
               doctor_parties(doctor, why) && doctor_cases(doctor, why) && doctor_grades(doctor, why);
}

static void conclude(const struct doctor *doctor, const struct fault *fault)
{
        if (!doctor->is_json) {
                printf("looked at %" PRIu64 " ledger entries, %" PRIu64 " enterprises, %" PRIu64 " records\n",
                        doctor->entries, doctor->parties, doctor->records);
                if (fault)
                        puts("not finished");
                else if (doctor->findings)
                        printf("%" PRIu64 " findings\n", doctor->findings);
                else
                        puts("clean");
                return;
        }
        printf("],\n\"entries\":%" PRIu64 ",\"enterprises\":%" PRIu64 ",\"records\":%" PRIu64
               ",\"count\":%" PRIu64 ",\"clean\":%s",
                doctor->entries, doctor->parties, doctor->records, doctor->findings,
                !fault && !doctor->findings ? "true" : "false");
        if (fault) {
                json_t *text = json_string(fault->text);
                char *dumped = text ? json_dumps(text, JSON_ENCODE_ANY) : NULL;

                printf(",\"error\":%s", dumped ? dumped : "\"\"");
                free(dumped);
                json_decref(text);
        }
        puts("}");
}

static void release(struct doctor *doctor)
{
        if (doctor->view) {
                view_end(doctor->view);
                view_free(doctor->view);
        }
        link_free(doctor->link);
        for (size_t i = 0; i < doctor->certificate_count; i++)
                EVP_PKEY_free(doctor->certificates[i].key);
        free(doctor->certificates);
        free(doctor->roles);
        free(doctor->persons);
        free(doctor->deputies);
        doctor_rules_done(doctor);
        for (size_t i = 0; i < doctor->listed_count; i++)
                free(doctor->listed[i].listings);
        free(doctor->listed);
        free(doctor->policies);
        free(doctor->activations);
        X509_free(doctor->ca);
}

static int run(const struct request *request)
{
        struct doctor doctor = {.is_json = request->is_json};
        struct fault fault;
        bool done;
        int status = ADMIN_DONE;

        if (doctor.is_json)
                printf("{\"findings\":[");
        done = prepare(&doctor, request, &fault) && examine(&doctor, &fault);
        conclude(&doctor, done ? NULL : &fault);
        if (!done)
                status = admin_fail(COMMAND, &fault);
        else if (doctor.findings)
                status = ADMIN_FAILED;
        release(&doctor);
        return status;
}

static const struct option options[] = {
        {"home", required_argument, NULL, 'H'},
        {"database", required_argument, NULL, 'd'},
        {"ca", required_argument, NULL, 'c'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

int admin_doctor(int argc, char **argv)
{
        struct request request = {0};
        int letter;

        optind = 1;
        opterr = 0;
        while ((letter = getopt_long(argc, argv, "+:h", options, NULL)) != -1) {
                switch (letter) {
                case 'H': request.home = optarg; break;
                case 'd': request.database = optarg; break;
                case 'c': request.ca_file = optarg; break;
                case 'j': request.is_json = true; break;
                case 'h': return admin_help(help);
                default: return admin_bad_option(COMMAND, letter, argv);
                }
        }
        if (optind < argc)
                return admin_usage(COMMAND, "%s: not expected here", argv[optind]);
        return run(&request);
}
