/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/regrade.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/answer.h"
#include "tools/explained_json.h"
#include "tools/language.h"
#include "tools/show.h"

/* Documents as they come from a file: objects, or arrays of objects. */
struct documents {
        const char *name;
        FILE *file;
        json_t *array;  /* the one being given; NULL between */
        size_t next;
        json_t *ahead;  /* read, not yet given */
};

struct regrade {
        struct qcr *qcr;
        struct proof proof;
        struct explained *explained;
        bool rows;
        bool all_same;
        int status; /* of the last document */
};

/* ------------------------------------------------------------------- documents */

static bool is_at_end(FILE *file)
{
        int c;

        do
                c = getc(file);
        while (c != EOF && isspace(c));
        return ungetc(c, file) == EOF;
}

/* The next object, the caller's to release; NULL at the end or with `why`, a value that is no object included. */
static json_t *documents_read(struct documents *documents, struct fault *why)
{
        json_error_t error;
        json_t *value;

        for (;;) {
                if (documents->array && documents->next < json_array_size(documents->array))
                        return json_incref(json_array_get(documents->array, documents->next++));
                json_decref(documents->array);
                documents->array = NULL;
                if (is_at_end(documents->file)) {
                        if (ferror(documents->file))
                                fault_set(why, FAULT_SYSTEM, "%s: %s", documents->name, strerror(errno));
                        return NULL;
                }
                value = json_loadf(documents->file, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &error);
                if (!value) {
                        fault_set(why, FAULT_INPUT, "%s: line %d: %s", documents->name, error.line, error.text);
                        return NULL;
                }
                if (!json_is_array(value))
                        return value;
                documents->array = value;
                documents->next = 0;
        }
}

static json_t *documents_next(struct documents *documents, struct fault *why)
{
        json_t *document = documents->ahead;

        documents->ahead = NULL;
        return document ? document : documents_read(documents, why);
}

/* ---------------------------------------------------------------------- judging */

/* The lines shown are those signed; what a file has besides them is its owner's. */
static unsigned judge_lines(const struct explained *e, const json_t *document)
{
        json_t *said = answer_document(&e->proved);
        unsigned flaws = 0;
        const char *member;
        json_t *value;

        json_object_foreach(said, member, value)
                if (!json_equal(value, json_object_get(document, member)))
                        flaws = EXPLAINED_STATEMENT;
        json_decref(said);
        return flaws;
}

static unsigned judge_outcome(const struct explained *e, const json_t *explanation)
{
        json_t *outcome = explained_outcome(e);
        bool is_same = json_equal(outcome, json_object_get(explanation, "outcome"));

        json_decref(outcome);
        return is_same ? 0 : EXPLAINED_OUTCOME;
}

static unsigned judge(struct regrade *r, const json_t *document)
{
        CLEANUP(explained_parts) struct explained_parts parts = EXPLAINED_PARTS_INIT;
        const json_t *explanation = json_object_get(document, "explanation");
        struct explained *e = r->explained;
        unsigned flaws = explained_read(explanation, e, &parts);

        flaws |= explained_judge(e, buffer_slice(&parts.inputs), buffer_slice(&parts.policy), &r->proof.sha256);
        flaws |= judge_lines(e, document);
        /* Without the signed parts nothing follows that the outcome could be compared with. */
        if (!(flaws & (EXPLAINED_KIND | EXPLAINED_INPUTS | EXPLAINED_POLICY)))
                flaws |= judge_outcome(e, explanation);
        return flaws;
}

/* The word of the step that did not hold, or NULL: the statement is the registry's. */
static const char *prove(struct regrade *r, const json_t *document, struct receipt *receipt)
{
        const char *text = json_string_value(json_object_get(json_object_get(document, "explanation"), "receipt"));
        enum receipt_flaw flaw;

        if (!text)
                return "receipt-missing";
        flaw = receipt_decode(slice_text(text), receipt);
        return flaw ? receipt_flaw_word(flaw) : proof_of_receipt(&r->proof, receipt, &r->explained->proved);
}

/* --------------------------------------------------------------------- showing */

static void add_flaws(struct buffer *to, unsigned flaws)
{
        for (unsigned flaw = 1; flaw < 1u << EXPLAINED_FLAWS; flaw <<= 1)
                if (flaws & flaw) {
                        buffer_add_text(to, to->length ? ", " : "");
                        buffer_add_text(to, explained_flaw_word((enum explained_flaw)flaw));
                }
}

static void print(const struct regrade *r, unsigned flaws)
{
        const struct explained *e = r->explained;
        const struct statement *s = &e->proved.verdict.statement;
        CLEANUP(buffer) struct buffer line = BUFFER_INIT, words = BUFFER_INIT;
        char day[DAY_TEXT];

        day_format(s->as_of, day);
        buffer_add_format(&line, "%s  ", s->code);
        if (flaws) {
                add_flaws(&words, flaws);
                show_coloured(&line, COLOUR_BAD, r->qcr->colours, "DIFFERS");
                buffer_add_format(&line, ": %s\n", buffer_text(&words));
        } else if (!e->has_grade) {
                buffer_add_format(&line, _("%s: there is no grade to reckon\n"), _(answer_headline(s)));
        } else {
                show_coloured(&line, COLOUR_GOOD, r->qcr->colours, e->outcome.grade);
                if (e->outcome.score >= 0)
                        buffer_add_format(&line, _(", %d points"), e->outcome.score);
                buffer_add_format(&line, _(", on %s: the same as was signed\n"), day);
        }
        show_print(stdout, &line);
}

static json_t *verdict_json(const struct regrade *r, unsigned flaws)
{
        const struct explained *e = r->explained;
        const struct statement *s = &e->proved.verdict.statement;
        json_t *d = json_object(), *differs = json_array();
        char day[DAY_TEXT];

        for (unsigned flaw = 1; flaw < 1u << EXPLAINED_FLAWS; flaw <<= 1)
                if (flaws & flaw)
                        json_array_append_new(differs, json_string(explained_flaw_word((enum explained_flaw)flaw)));
        day_format(s->as_of, day);
        json_object_set_new(d, "exit", json_integer(flaws ? EXIT_GENERAL : EXIT_ANSWERED));
        json_object_set_new(d, "same", json_boolean(!flaws));
        json_object_set_new(d, "differs", differs);
        output_set_text(d, "code", s->code);
        output_set_text(d, "as_of", day);
        json_object_set_new(d, "outcome", flaws ? json_null() : explained_outcome(e));
        return d;
}

static void regrade_one(struct regrade *r, const json_t *document)
{
        CLEANUP(receipt) struct receipt receipt = {.bytes = BUFFER_INIT};
        const char *refusal = prove(r, document, &receipt);
        struct failure failure;
        unsigned flaws;

        if (refusal) {
                failure_of_evidence(&failure, refusal);
                r->status = qcr_fail(r->qcr, &failure);
        } else {
                flaws = judge(r, document);
                r->status = flaws ? EXIT_GENERAL : EXIT_ANSWERED;
                if (r->qcr->output.mode == OUTPUT_TEXT)
                        print(r, flaws);
                else
                        output_document(&r->qcr->output, verdict_json(r, flaws));
        }
        r->all_same = r->all_same && r->status == EXIT_ANSWERED;
}

/* ------------------------------------------------------------------------- run */

static bool open_documents(struct documents *documents, const char *name, struct fault *why)
{
        *documents = (struct documents){.name = name, .file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re")};
        return documents->file || fault_set(why, FAULT_SYSTEM, "%s: %s", name, strerror(errno));
}

static void close_documents(struct documents *documents)
{
        json_decref(documents->ahead);
        json_decref(documents->array);
        if (documents->file && documents->file != stdin)
                fclose(documents->file);
}

static void regrade_all(struct regrade *r, struct documents *documents, struct fault *why)
{
        json_t *document = documents_next(documents, why);

        if (!document && !why->code)
                fault_set(why, FAULT_INPUT, "%s: there is no explanation in it", documents->name);
        if (!document)
                return;
        documents->ahead = documents_read(documents, why);
        r->rows = documents->ahead || why->code;
        if (r->rows)
                output_begin_rows(&r->qcr->output);
        while (document && !output_is_broken()) {
                regrade_one(r, document);
                json_decref(document);
                document = why->code ? NULL : documents_next(documents, why);
        }
        json_decref(document);
        if (r->rows)
                output_end_rows(&r->qcr->output);
}

static int open_proof(struct qcr *qcr, struct proof *proof)
{
        struct failure failure;
        const char *ca_file;
        struct fault why;

        if (!options_ca(&qcr->options, &ca_file, &why))
                return qcr_usage(qcr, "%s", why.text);
        if (proof_init(proof, ca_file, &why))
                return 0;
        failure_of_fault(&failure, EXIT_GENERAL, "ca", N_("the CA's file cannot be read"), &why);
        return qcr_fail(qcr, &failure);
}

int regrade_run(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        struct regrade r = {.qcr = qcr, .all_same = true};
        struct documents documents = {0};
        struct fault why = {0};
        struct failure failure;
        int status = open_proof(qcr, &r.proof);

        (void)flags;
        (void)count;
        if (status)
                return status;
        r.explained = must_alloc(sizeof(*r.explained));
        if (open_documents(&documents, operands[0], &why))
                regrade_all(&r, &documents, &why);
        close_documents(&documents);
        free(r.explained);
        proof_done(&r.proof);
        if (why.code && r.rows) {
                fprintf(stderr, "qcr: %s\n", why.text);
                return EXIT_GENERAL;
        }
        if (why.code) {
                failure_of_fault(&failure, EXIT_GENERAL, "file", N_("the file cannot be read"), &why);
                return qcr_fail(qcr, &failure);
        }
        if (!r.rows)
                return r.status;
        return r.all_same ? EXIT_ANSWERED : EXIT_SOME_ROWS;
}
