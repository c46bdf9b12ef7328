/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `qcr case dossier|check-evidence`: a case as it is handed to a court, and whether it still proves itself. */
#include "tools/qcr.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/case_dossier_check.h"
#include "tools/case_dossier_make.h"
#include "tools/language.h"
#include "tools/show.h"

struct dossier_flags {
        const char *purpose;
};

/* ------------------------------------------------------------------- dossier */

static json_t *missing_document(const struct dossier *d)
{
        json_t *rows = json_array();

        for (size_t i = 0; i < d->paper_count; i++)
                if (strcmp(d->papers[i].state, "kept") != 0) {
                        json_t *row = json_object();

                        output_set_text(row, "sha256", d->papers[i].sha256);
                        output_set_text(row, "state", d->papers[i].state);
                        json_array_append_new(rows, row);
                }
        return rows;
}

static json_t *dossier_document(const struct dossier *d, const char *file, int status)
{
        CLEANUP(buffer) struct buffer name = BUFFER_INIT;
        json_t *document = json_object();

        buffer_add_format(&name, "%s-%u", d->code, d->number);
        json_object_set_new(document, "exit", json_integer(status));
        output_set(document, "case", buffer_slice(&name));
        output_set_text(document, "name", d->name);
        output_set_text(document, "origin", d->origin);
        output_set_text(document, "state", d->events[d->event_count - 1].state);
        output_set_number(document, "steps", d->event_count);
        output_set_number(document, "documents", d->paper_count);
        json_object_set_new(document, "missing", missing_document(d));
        output_set_text(document, "file", file);
        return document;
}

static void print_missing(const struct dossier *d)
{
        for (size_t i = 0; i < d->paper_count; i++)
                if (strcmp(d->papers[i].state, "kept") != 0)
                        fprintf(stderr, "qcr: %s: %s (%s)\n", _("a document is not there"), d->papers[i].sha256,
                                d->papers[i].state);
}

static int run_dossier(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct dossier_flags *flags = fields;
        CLEANUP(case_reading) struct case_reading reading = CASE_READING_INIT;
        CLEANUP(dossier) struct dossier dossier = {0};
        struct case_ref ref;
        int status = case_ref_parse(qcr, operands[0], &ref);

        (void)count;
        if (!status)
                status = case_reading_load(qcr, &ref, flags->purpose, true, &reading);
        if (!status)
                status = dossier_load(qcr, &reading, &dossier);
        if (!status)
                status = dossier_write(qcr, &reading, flags->purpose, operands[1], &dossier);
        if (status)
                return status;
        status = dossier_missing_papers(&dossier) ? EXIT_SOME_ROWS : EXIT_ANSWERED;
        if (qcr->output.mode != OUTPUT_TEXT) {
                output_document(&qcr->output, dossier_document(&dossier, operands[1], status));
                return status;
        }
        print_missing(&dossier);
        printf(_("%s: %zu steps, %zu documents, %zu of them missing\n"), operands[1], dossier.event_count,
                dossier.paper_count, dossier_missing_papers(&dossier));
        return status;
}

/* ------------------------------------------------------------- check, offline */

static void print_checked(const struct dossier *d, bool colours)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        CLEANUP(table) struct table rows;

        show_coloured(&line, COLOUR_GOOD, colours, _("everything in this dossier proves itself"));
        buffer_add_text(&line, "\n");
        show_print(stdout, &line);
        buffer_clear(&line);
        buffer_add_format(&line, "%s-%u", d->code, d->number);
        table_init(&rows, 2);
        table_add_text(&rows, _("case"));
        table_add(&rows, buffer_slice(&line));
        table_add_text(&rows, _("party"));
        table_add_text(&rows, d->name);
        table_add_text(&rows, _("registry"));
        table_add_text(&rows, d->origin);
        buffer_clear(&line);
        buffer_add_format(&line, "%s, %s %d, sha256 ", d->procedure->id, _("version"), d->procedure->version);
        for (size_t i = 0; i < sizeof(d->procedure->hash); i++)
                buffer_add_format(&line, "%02x", d->procedure->hash[i]);
        table_add_text(&rows, _("procedure"));
        table_add(&rows, buffer_slice(&line));
        table_print(&rows, "  ", stdout);
}

static void print_checked_steps(const struct dossier *d)
{
        CLEANUP(table) struct table rows;

        table_init(&rows, 4);
        for (size_t i = 0; i < d->event_count; i++) {
                const struct dossier_event *e = &d->events[i];
                CLEANUP(buffer) struct buffer who = BUFFER_INIT;
                char seq[16], day[DAY_TEXT];

                snprintf(seq, sizeof(seq), "%u", e->event.seq);
                day_format(e->day, day);
                buffer_add_text(&who, e->event.proposer);
                if (e->is_confirmed)
                        buffer_add_format(&who, " + %s", e->event.actor);
                table_add_text(&rows, seq);
                table_add_text(&rows, day);
                table_add_text(&rows, e->event.action);
                table_add(&rows, buffer_slice(&who));
        }
        table_print(&rows, "    ", stdout);
}

static int fail_flaw(struct qcr *qcr, const struct dossier_flaw *flaw)
{
        struct failure failure;

        failure_of_evidence(&failure, flaw->word);
        failure.field = flaw->member[0] ? flaw->member : NULL;
        failure.value = flaw->detail;
        return qcr_fail(qcr, &failure);
}

static int check_octets(struct qcr *qcr, const struct proof *proof, const char *file, struct slice octets)
{
        CLEANUP(dossier) struct dossier dossier = {0};
        struct dossier_flaw flaw;

        if (!dossier_check(octets, proof, &dossier, &flaw))
                return fail_flaw(qcr, &flaw);
        if (qcr->output.mode != OUTPUT_TEXT) {
                output_document(&qcr->output, dossier_document(&dossier, file, EXIT_ANSWERED));
                return EXIT_ANSWERED;
        }
        print_checked(&dossier, qcr->colours);
        print_checked_steps(&dossier);
        print_missing(&dossier);
        return EXIT_ANSWERED;
}

static int fail_file(struct qcr *qcr, const char *file)
{
        struct failure failure;
        struct fault why;

        fault_set(&why, FAULT_SYSTEM, "%s: %s", file, strerror(errno));
        failure_of_fault(&failure, EXIT_GENERAL, "file", N_("the file cannot be read"), &why);
        return qcr_fail(qcr, &failure);
}

static int check_mapped(struct qcr *qcr, const struct proof *proof, const char *file, int fd, size_t length)
{
        void *octets;
        int status;

        if (length == 0)
                return check_octets(qcr, proof, file, slice_of(NULL, 0));
        octets = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
        if (octets == MAP_FAILED)
                return fail_file(qcr, file);
        status = check_octets(qcr, proof, file, slice_of(octets, length));
        munmap(octets, length);
        return status;
}

static int check_file(struct qcr *qcr, const char *file)
{
        CLEANUP(proof) struct proof proof = {0};
        const char *ca_file;
        struct failure failure;
        struct stat there;
        struct fault why;
        int status, fd;

        if (!options_ca(&qcr->options, &ca_file, &why))
                return qcr_usage(qcr, "%s", why.text);
        if (!proof_init(&proof, ca_file, &why)) {
                failure_of_fault(&failure, EXIT_GENERAL, "ca", N_("the CA's file cannot be read"), &why);
                return qcr_fail(qcr, &failure);
        }
        fd = open(file, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &there) != 0)
                status = fail_file(qcr, file);
        else
                status = check_mapped(qcr, &proof, file, fd, (size_t)there.st_size);
        if (fd >= 0)
                close(fd);
        return status;
}

/* ---------------------------------------------------- check, by the registry */

static bool is_kept(const Qcr__CaseDocument *document)
{
        return slice_equal(client_slice(document->state), slice_text("kept"));
}

static json_t *kept_document(const Qcr__CaseDocument *document)
{
        json_t *d = json_object();
        char hash[65] = "";

        if (document->sha256.len == 32)
                hex_encode(document->sha256.data, 32, hash);
        output_set_text(d, "sha256", hash);
        output_set_number(d, "seq", document->seq);
        output_set_bytes(d, "field", document->field);
        output_set_bytes(d, "state", document->state);
        output_set_number(d, "octets", document->octets);
        return d;
}

static void add_kept(struct table *rows, const Qcr__CaseDocument *document)
{
        char seq[16], octets[24], hash[65] = "-";

        if (document->sha256.len == 32)
                hex_encode(document->sha256.data, 32, hash);
        snprintf(seq, sizeof(seq), "%u", document->seq);
        snprintf(octets, sizeof(octets), "%llu", (unsigned long long)document->octets);
        table_add_text(rows, seq);
        table_add(rows, client_slice(document->field));
        table_add_text(rows, hash);
        table_add(rows, client_slice(document->state));
        table_add_text(rows, octets);
}

static int report_kept(struct qcr *qcr, const struct case_reading *reading, const char *name)
{
        CLEANUP(table) struct table rows;
        json_t *documents = json_array();
        json_t *d = json_object();
        int status = EXIT_ANSWERED;

        table_init(&rows, 5);
        for (size_t p = 0; p < reading->page_count; p++)
                for (size_t i = 0; i < reading->pages[p].reply->case_file->n_document; i++) {
                        const Qcr__CaseDocument *document = reading->pages[p].reply->case_file->document[i];

                        if (!is_kept(document))
                                status = EXIT_NOT_VERIFIED;
                        json_array_append_new(documents, kept_document(document));
                        add_kept(&rows, document);
                }
        json_object_set_new(d, "exit", json_integer(status));
        output_set_text(d, "case", name);
        json_object_set_new(d, "documents", documents);
        if (qcr->output.mode != OUTPUT_TEXT) {
                output_document(&qcr->output, d);
                return status;
        }
        json_decref(d);
        table_print(&rows, "", stdout);
        if (status)
                fprintf(stderr, "qcr: %s\n", _("a document is missing or is not what its hash says"));
        return status;
}

static int check_kept(struct qcr *qcr, const char *purpose, const char *operand)
{
        CLEANUP(case_reading) struct case_reading reading = CASE_READING_INIT;
        struct case_ref ref;
        int status = case_ref_parse(qcr, operand, &ref);

        if (!status)
                status = case_reading_load(qcr, &ref, purpose, true, &reading);
        return status ? status : report_kept(qcr, &reading, operand);
}

static int run_check(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct dossier_flags *flags = fields;

        (void)count;
        if (access(operands[0], F_OK) == 0)
                return check_file(qcr, operands[0]);
        if (strpbrk(operands[0], "./"))
                return fail_file(qcr, operands[0]);
        return check_kept(qcr, flags->purpose, operands[0]);
}

static const struct flag dossier_flags[] = {
        {"purpose", FLAG_TEXT, offsetof(struct dossier_flags, purpose), "TEXT",
                N_("why you ask; needed once the case is over, and of auditors")},
        FLAGS_JSON,
        FLAGS_END,
};

const struct command case_file_commands[] = {
        {"case dossier", run_dossier, "CASE FILE", 2, 2, dossier_flags,
                N_("writes a case with its papers, signatures and certificates as one indexed tar archive"),
                "  qcr --as officer case dossier 91510823141777630N-18 案卷.tar\n"
                "  tar xOf 案卷.tar index.txt\n"},
        {"case check-evidence", run_check, "CASE|FILE", 1, 1, dossier_flags,
                N_("verifies a dossier offline, or the documents the registry keeps of a case; 7 if anything was changed"),
                "  qcr case check-evidence 案卷.tar --ca registry-ca.pem\n"
                "  qcr --as officer case check-evidence 91510823141777630N-18\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
