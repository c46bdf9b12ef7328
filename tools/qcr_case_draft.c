/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `qcr case draft|document`: papers out of a case: official documents to be written, and those that were handed in. */
#include "tools/qcr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/case_draft.h"
#include "tools/case_paper.h"
#include "tools/language.h"
#include "tools/show.h"

#define TEMPLATE_MAX (1u << 20)

struct draft_flags {
        const char *purpose;
        struct field_list given;
};

static int fail_file(struct qcr *qcr, const char *file, const char *headline)
{
        struct failure failure;
        struct fault why;

        fault_set(&why, FAULT_SYSTEM, "%s: %s", file, strerror(errno));
        failure_of_fault(&failure, EXIT_GENERAL, "file", headline, &why);
        return qcr_fail(qcr, &failure);
}

/* Nothing that is there is written over: a draft somebody has worked on is not lost. */
static int write_new(struct qcr *qcr, const char *file, struct slice octets)
{
        FILE *to = fopen(file, "wxe");
        bool written;

        if (!to)
                return fail_file(qcr, file, N_("the file cannot be written"));
        written = fwrite(octets.data, 1, octets.length, to) == octets.length;
        if (fclose(to) == 0 && written)
                return 0;
        return fail_file(qcr, file, N_("the file cannot be written"));
}

/* --------------------------------------------------------------------- draft */

static bool is_template_name(const char *name)
{
        const size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

        return length > 0 && name[length] == '\0';
}

static int read_template(struct qcr *qcr, const char *name, struct buffer *ret)
{
        CLEANUP(buffer) struct buffer path = BUFFER_INIT;
        const char *share = getenv("QCR_SHARE");
        size_t n;
        FILE *file;

        if (!is_template_name(name))
                return qcr_usage(qcr, "'%s': a template is a word, as notice, decision or receipt", name);
        buffer_add_format(&path, "%s/templates/%s.txt", share && *share ? share : QCR_DATA_FOLDER, name);
        file = fopen(buffer_text(&path), "re");
        if (!file)
                return fail_file(qcr, buffer_text(&path), N_("the template cannot be read"));
        do {
                n = fread(buffer_reserve(ret, 4096), 1, 4096, file);
                ret->length += n;
        } while (n > 0 && ret->length < TEMPLATE_MAX);
        fclose(file);
        return 0;
}

static json_t *draft_document(const struct case_draft *draft, const char *name, const char *file, struct slice text)
{
        json_t *d = json_object();
        json_t *missing = json_array();
        char ref[CASE_REF_TEXT];

        case_ref_format(&draft->reading->ref, ref);
        for (size_t i = 0; i < draft->missing_count; i++)
                json_array_append_new(missing, output_string(slice_text(draft->missing[i])));
        json_object_set_new(d, "exit", json_integer(EXIT_ANSWERED));
        output_set_text(d, "case", ref);
        output_set_text(d, "template", name);
        output_set_text(d, "file", file);
        output_set(d, "text", text);
        json_object_set_new(d, "missing", missing);
        return d;
}

static int report_draft(
        struct qcr *qcr, const struct case_draft *draft, const char *name, const char *file, const struct buffer *text)
{
        int status = file ? write_new(qcr, file, buffer_slice(text)) : 0;

        if (status)
                return status;
        if (qcr->output.mode != OUTPUT_TEXT) {
                output_document(&qcr->output, draft_document(draft, name, file, buffer_slice(text)));
                return EXIT_ANSWERED;
        }
        if (!file)
                show_print(stdout, text);
        for (size_t i = 0; i < draft->missing_count; i++)
                fprintf(stderr, "qcr: %s %s\n", _("to be filled in:"), draft->missing[i]);
        return EXIT_ANSWERED;
}

static int run_draft(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct draft_flags *flags = fields;
        CLEANUP(case_reading) struct case_reading reading = CASE_READING_INIT;
        CLEANUP(case_draft) struct case_draft draft = {0};
        CLEANUP(buffer) struct buffer template = BUFFER_INIT;
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct case_ref ref;
        int status = read_template(qcr, operands[0], &template);

        if (!status)
                status = case_ref_parse(qcr, operands[1], &ref);
        if (!status)
                status = case_reading_load(qcr, &ref, flags->purpose, false, &reading);
        if (!status)
                status = case_draft_init(qcr, &reading, &flags->given, &draft);
        if (status)
                return status;
        if (!case_draft_render(&draft, buffer_slice(&template), &text))
                return qcr_usage(qcr, "template '%s': {{ without }}", operands[0]);
        return report_draft(qcr, &draft, operands[0], count > 2 ? operands[2] : NULL, &text);
}

/* ------------------------------------------------------------------ document */

static int run_document(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct draft_flags *flags = fields;
        CLEANUP(buffer) struct buffer octets = BUFFER_INIT;
        uint8_t sha256[32];
        struct case_ref ref;
        json_t *d;
        int status = case_ref_parse(qcr, operands[0], &ref);

        (void)count;
        if (!status && !hex_decode(operands[1], strlen(operands[1]), sha256, sizeof(sha256)))
                status = qcr_usage(qcr, "'%s': a document is named by its SHA-256, 64 hexadecimal digits", operands[1]);
        if (!status)
                status = case_paper_fetch(qcr, &ref, sha256, flags->purpose, &octets);
        if (!status)
                status = write_new(qcr, operands[2], buffer_slice(&octets));
        if (status)
                return status;
        if (qcr->output.mode == OUTPUT_TEXT) {
                printf(_("%s: %zu octets, and they are what the hash says\n"), operands[2], octets.length);
                return EXIT_ANSWERED;
        }
        d = json_object();
        json_object_set_new(d, "exit", json_integer(EXIT_ANSWERED));
        output_set_text(d, "case", operands[0]);
        output_set_text(d, "sha256", operands[1]);
        output_set_number(d, "octets", octets.length);
        output_set_text(d, "file", operands[2]);
        output_document(&qcr->output, d);
        return EXIT_ANSWERED;
}

#define PURPOSE_FLAG                                                                                         \
        {"purpose", FLAG_TEXT, offsetof(struct draft_flags, purpose), "TEXT",                                \
                N_("why you ask; needed once the case is over, and of auditors")}

static const struct flag draft_flags[] = {
        {"WORD", FLAG_FIELDS, offsetof(struct draft_flags, given), "VALUE",
                N_("a value the case does not have yet, under the word in the template's braces")},
        PURPOSE_FLAG,
        FLAGS_JSON,
        FLAGS_END,
};

static const struct flag document_flags[] = {PURPOSE_FLAG, FLAGS_JSON, FLAGS_END};

const struct command case_paper_commands[] = {
        {"case draft", run_draft, "notice|decision|receipt CASE [FILE]", 2, 3, draft_flags,
                N_("writes an official document from a template and the case; what is missing is marked and listed"),
                "  qcr --as officer case draft notice 91510823141777630N-18 --office 剑阁县市场监督管理局 \\\n"
                "      --notice.number '剑市监告〔2026〕7号'\n"
                "  qcr --as officer case draft decision 91510823141777630N-18 列入决定书.txt\n"},
        {"case document", run_document, "CASE SHA256 FILE", 3, 3, document_flags,
                N_("fetches a document that a step of the case names, also one that waits for confirmation"),
                "  qcr --as reviewer case document 91510823141777630N-18 9f86d081... notice.pdf\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
