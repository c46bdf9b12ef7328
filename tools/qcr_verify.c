/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * `qcr verify`: a receipt, offline. All checks of authenticity come first; only what passed them all is
 * shown, and then whether it may still be relied on.
 */
#include "tools/qcr.h"

#include <errno.h>
#include <string.h>

#include "tools/answer.h"
#include "tools/language.h"
#include "tools/show.h"

struct verify_flags {
        const char *at;
        bool fresh;
};

/* Everything up to one octet more than a receipt may have. */
static bool read_file(const char *name, struct buffer *ret, struct fault *why)
{
        FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
        bool failed;
        size_t n;

        if (!file)
                return fault_set(why, FAULT_SYSTEM, "%s: %s", name, strerror(errno));
        errno = 0;
        n = fread(buffer_reserve(ret, RECEIPT_LIMIT + 1), 1, RECEIPT_LIMIT + 1, file);
        failed = ferror(file) != 0;
        ret->length += n;
        if (file != stdin)
                fclose(file);
        return !failed || fault_set(why, FAULT_SYSTEM, "%s: %s", name, strerror(errno));
}

/* An instant, or a legal day: its first instant. */
static bool read_at(const char *text, int64_t *ret_ms)
{
        struct day day;

        if (!day_parse(slice_text(text), &day))
                return qcr_read_instant(text, ret_ms);
        *ret_ms = instant_of_day(day);
        return true;
}

/* The word of the step that did not hold, or NULL. */
static const char *judge(struct proof *proof, struct slice file, struct receipt *receipt, struct proved *ret)
{
        enum receipt_flaw flaw = receipt_decode(file, receipt);

        return flaw ? receipt_flaw_word(flaw) : proof_of_receipt(proof, receipt, ret);
}

/* Of what is not an answer about the present alone; NULL of one that is. */
static const char *kind_text(enum statement_kind kind)
{
        switch (kind) {
        case STATEMENT_CURRENT:
                return NULL;
        case STATEMENT_AS_OF:
                return N_("an answer about the past");
        case STATEMENT_EXPLAIN:
                return N_("an explanation of a grade");
        case STATEMENT_HISTORY:
                return N_("a history");
        }
        return NULL;
}

static void print_verdict(const struct proved *proved, bool current, bool colours)
{
        const char *kind = kind_text(proved->verdict.statement.kind);
        char stated[INSTANT_TEXT], until[INSTANT_TEXT];
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;

        instant_format(proved->verdict.head.signed_ms, stated);
        instant_format(proved->verdict.statement.valid_until_ms, until);
        show_coloured(&line, current ? COLOUR_GOOD : COLOUR_CARE, colours,
                current ? _("authentic") : _("authentic, no longer current"));
        buffer_add_format(&line, _(": stated at %s, current until %s"), stated, until);
        if (kind)
                buffer_add_format(&line, "\n%s", _(kind));
        buffer_add_text(&line, "\n\n");
        show_print(stdout, &line);
        answer_print(proved, NULL, colours);
}

static json_t *verdict_document(const struct proved *proved, const char *file, int status)
{
        json_t *d = json_object();
        json_t *members = answer_document(proved);

        json_object_set_new(d, "exit", json_integer(status));
        json_object_set_new(d, "authentic", json_true());
        json_object_set_new(d, "current", json_boolean(status == EXIT_ANSWERED));
        json_object_set_new(d, "verdict", json_integer(answer_exit(&proved->verdict.statement)));
        json_object_del(members, "exit");
        json_object_update(d, members);
        json_decref(members);
        output_set_text(d, "receipt", file);
        return d;
}

static int verify(struct qcr *qcr, struct proof *proof, const char *file, const int64_t *at_ms)
{
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        CLEANUP(receipt) struct receipt receipt = {0};
        struct failure failure;
        struct proved proved;
        const char *refusal;
        struct fault why;
        bool current;

        if (!read_file(file, &bytes, &why)) {
                failure_of_fault(&failure, EXIT_GENERAL, "file", N_("the file cannot be read"), &why);
                return qcr_fail(qcr, &failure);
        }
        refusal = judge(proof, buffer_slice(&bytes), &receipt, &proved);
        if (refusal) {
                failure_of_evidence(&failure, refusal);
                return qcr_fail(qcr, &failure);
        }
        current = !at_ms || evidence_is_current(&proved.verdict, *at_ms);
        if (qcr->output.mode == OUTPUT_TEXT)
                print_verdict(&proved, current, qcr->colours);
        else
                output_document(&qcr->output,
                        verdict_document(&proved, file, current ? EXIT_ANSWERED : EXIT_NOT_CURRENT));
        return current ? EXIT_ANSWERED : EXIT_NOT_CURRENT;
}

static int run_verify(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct verify_flags *flags = fields;
        CLEANUP(proof) struct proof proof = {0};
        int64_t at_ms = qcr_now_ms();
        const char *ca_file;
        struct fault why;

        (void)count;
        if (flags->at && flags->fresh)
                return qcr_usage(qcr, "--at and --fresh are two different instants");
        if (flags->at && !read_at(flags->at, &at_ms))
                return qcr_usage(qcr, "--at '%s': an instant like 2026-11-24T01:02:03Z or a day", flags->at);
        if (!options_ca(&qcr->options, &ca_file, &why))
                return qcr_usage(qcr, "%s", why.text);
        if (!proof_init(&proof, ca_file, &why)) {
                struct failure failure;

                failure_of_fault(&failure, EXIT_GENERAL, "ca", N_("the CA's file cannot be read"), &why);
                return qcr_fail(qcr, &failure);
        }
        return verify(qcr, &proof, operands[0], flags->at || flags->fresh ? &at_ms : NULL);
}

static const struct flag verify_flags[] = {
        {"at", FLAG_TEXT, offsetof(struct verify_flags, at), "TIME",
                N_("could it be relied on at this instant or day? 6 if not")},
        {"fresh", FLAG_SWITCH, offsetof(struct verify_flags, fresh), NULL,
                N_("may it be relied on now? 6 if not")},
        FLAGS_JSON,
        FLAGS_END,
};

const struct command verify_commands[] = {
        {"verify", run_verify, "FILE", 1, 1, verify_flags,
                N_("verifies a receipt without asking anybody; 7 if anything in it was changed"),
                "  qcr verify answer.receipt\n"
                "  qcr verify answer.receipt --ca registry-ca.pem --at 2026-11-24\n"
                "  qcr verify answer.receipt --fresh --json\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
