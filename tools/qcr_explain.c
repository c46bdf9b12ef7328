/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * `qcr explain`: why an enterprise has its grade, signed, verified and reckoned again before anything of it is shown.
 * `qcr regrade` (tools/regrade) does the reckoning for whoever gets the JSON.
 */
#include "tools/qcr.h"

#include <stdlib.h>
#include <string.h>

#include "tools/answer.h"
#include "tools/explained_json.h"
#include "tools/explained_text.h"
#include "tools/input.h"
#include "tools/language.h"
#include "tools/regrade.h"
#include "tools/show.h"

struct explain_flags {
        const char *purpose;
        const char *receipt;
};

struct explain {
        struct qcr *qcr;
        const struct explain_flags *flags;
        struct proof proof;
        struct explained *explained;
        struct client_answer answer;
        struct org_code code;
        struct org_code_report report;
        bool rows;                 /* several codes, or a stream */
        unsigned long number;      /* of rows shown to people */
        enum wire_trouble trouble; /* ended all asking */
        struct fault why;
        bool all_clear;
        int status;                /* of the last row */
};

/* -------------------------------------------------------------------- asking */

static bool fail_with_trouble(struct explain *x, enum wire_trouble trouble, struct failure *ret)
{
        x->trouble = trouble;
        failure_of_trouble(ret, trouble, &x->why);
        return false;
}

static bool ask(struct explain *x, struct failure *ret)
{
        Qcr__Explain question = QCR__EXPLAIN__INIT;
        Qcr__Request request = QCR__REQUEST__INIT;
        enum wire_trouble trouble = x->trouble;

        question.code = client_bytes(x->code.text);
        question.has_purpose = x->flags->purpose != NULL;
        question.purpose = client_bytes(x->flags->purpose);
        request.operation_case = QCR__REQUEST__OPERATION_EXPLAIN;
        request.explain = &question;
        if (!trouble && !x->qcr->client)
                trouble = client_open(&x->qcr->client, &x->qcr->wire, &x->why);
        if (!trouble)
                trouble = client_ask(x->qcr->client, &request, &x->answer, &x->why);
        if (trouble)
                return fail_with_trouble(x, trouble, ret);
        if (!x->answer.failure)
                return true;
        failure_of_answer(ret, &x->answer);
        return false;
}

/* -------------------------------------------------------------------- judging */

static bool refuse(const struct explain *x, const char *word, struct failure *ret)
{
        failure_of_evidence(ret, word);
        ret->next = N_("do not rely on this server; tell the registry's operator");
        ret->request_id = x->answer.request_id;
        return false;
}

static bool judge(struct explain *x, struct failure *ret)
{
        struct explained *e = x->explained;
        const char *refusal;
        unsigned flaws;

        if (x->answer.reply->body_case != QCR__REPLY__BODY_EXPLANATION)
                return refuse(x, "unsigned", ret);
        refusal = proof_of_answer(&x->proof, &x->answer, client_origin(x->qcr->client), &x->code, &e->proved);
        if (refusal)
                return refuse(x, refusal, ret);
        if (e->proved.verdict.statement.kind != STATEMENT_EXPLAIN)
                return refuse(x, "question", ret);
        flaws = explained_of_reply(e, x->answer.reply->explanation, &x->proof.sha256);
        return !flaws || refuse(x, explained_flaw_word((enum explained_flaw)(flaws & -flaws)), ret);
}

/* Before the answer is shown, so that none is whose proof was lost. */
static bool keep_receipt(const struct explain *x, struct failure *ret)
{
        struct fault why;

        if (!x->flags->receipt || proof_save(&x->answer, x->flags->receipt, true, &why))
                return true;
        failure_of_fault(ret, EXIT_GENERAL, "receipt-not-written",
                N_("the receipt cannot be written, so the answer is not shown"), &why);
        return false;
}

/* -------------------------------------------------------------------- showing */

static void show(struct explain *x, struct slice input)
{
        CLEANUP(buffer) struct buffer receipt = BUFFER_INIT;
        struct explained *e = x->explained;
        json_t *d;

        if (x->qcr->output.mode == OUTPUT_TEXT) {
                if (x->report.warnings & ORG_CODE_NORMALISED)
                        fprintf(stderr, _("qcr: read as %s\n"), x->code.text);
                if (x->rows && x->number++ > 0)
                        printf("\n\n");
                answer_print(&e->proved, x->flags->receipt, x->qcr->colours);
                explained_print(e);
                return;
        }
        if (!proof_write(&x->answer, &receipt))
                abort(); /* what was verified fits into a receipt */
        d = answer_document(&e->proved);
        json_object_set_new(d, "input", output_string(input));
        json_object_set_new(d, "explanation",
                explained_document(e, buffer_slice(&receipt), client_slice(x->answer.reply->explanation->policy)));
        output_set_text(d, "receipt", x->flags->receipt);
        output_set_number(d, "request_id", x->answer.request_id);
        output_set_bytes(d, "server", x->answer.reply->server);
        output_document(&x->qcr->output, d);
}

static void show_failure(struct explain *x, struct slice input, bool is_code, const struct failure *failure)
{
        struct output *output = &x->qcr->output;
        json_t *d;

        if (output->mode == OUTPUT_TEXT && x->rows)
                answer_print_no_answer(input, failure->headline, failure->reason, x->qcr->colours);
        else if (output->mode == OUTPUT_TEXT)
                failure_print(failure, x->qcr->error_colours);
        if (output->mode == OUTPUT_TEXT)
                return;
        d = failure_document(failure);
        json_object_set_new(d, "code", output_string(input));
        json_object_set_new(d, "input", output_string(input));
        output_set_text(d, "flaw", is_code ? NULL : org_code_flaw_word(x->report.flaw));
        json_object_set_new(d, "explanation", json_null());
        output_document(output, d);
}

static void explain_one(struct explain *x, struct slice input)
{
        bool is_code = org_code_parse(input, &x->code, &x->report) == ORG_CODE_SOUND;
        struct failure failure;

        if (!is_code)
                failure_of_code(&failure, input, &x->report);
        if (is_code && ask(x, &failure) && judge(x, &failure) && keep_receipt(x, &failure)) {
                show(x, input);
                x->status = answer_exit(&x->explained->proved.verdict.statement);
        } else {
                show_failure(x, input, is_code, &failure);
                x->status = failure.exit_status;
                failure_done(&failure);
        }
        client_answer_done(&x->answer);
        x->all_clear = x->all_clear && x->status == EXIT_ANSWERED;
}

/* ----------------------------------------------------------------------- run */

static int prepare(struct explain *x)
{
        struct qcr *qcr = x->qcr;
        struct failure failure;
        struct fault why;

        if (x->rows && x->flags->receipt)
                return qcr_usage(qcr, "--receipt is for one code; --json holds the receipt of each");
        if (!options_wire(&qcr->options, &qcr->wire, &why))
                return qcr_usage(qcr, "%s", why.text);
        if (proof_init(&x->proof, qcr->wire.ca_file, &why))
                return 0;
        failure_of_trouble(&failure, WIRE_CONFIG, &why);
        return qcr_fail(qcr, &failure);
}

static int run_explain(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        CLEANUP(input) struct input input;
        struct explain x = {.qcr = qcr, .flags = flags, .all_clear = true};
        struct fault why = {0};
        struct slice text;
        int status;

        input_init(&input, count, operands);
        x.rows = count > 1 || input.is_stream;
        status = prepare(&x);
        if (status)
                return status;
        x.explained = must_alloc(sizeof(*x.explained));
        if (x.rows)
                output_begin_rows(&qcr->output);
        while (!output_is_broken() && input_next(&input, &text, &why))
                explain_one(&x, text);
        if (x.rows)
                output_end_rows(&qcr->output);
        free(x.explained);
        proof_done(&x.proof);
        if (why.code) {
                fprintf(stderr, "qcr: %s\n", why.text);
                return EXIT_GENERAL;
        }
        if (!x.rows)
                return x.status;
        return x.all_clear ? EXIT_ANSWERED : EXIT_SOME_ROWS;
}

static const struct flag explain_flags[] = {
        {"purpose", FLAG_TEXT, offsetof(struct explain_flags, purpose), "TEXT",
                N_("why you ask; it goes into the read audit and, hashed, into the answer")},
        {"receipt", FLAG_TEXT, offsetof(struct explain_flags, receipt), "FILE", N_("keep the proof here")},
        FLAGS_JSON,
        FLAGS_JSONL,
        FLAGS_END,
};

static const struct flag regrade_flags[] = {
        FLAGS_JSON,
        FLAGS_JSONL,
        FLAGS_END,
};

const struct command explain_commands[] = {
        {"explain", run_explain, "CODE...|-", 1, OPERANDS_ANY, explain_flags,
                N_("says why an enterprise has its grade: what counts, what does not, what would change it and when"),
                "  qcr explain 91510823141777630N\n"
                "  qcr explain 91510823141777630N --json > grade.json\n"
                "  qcr explain --jsonl - < codes.txt | qcr regrade -\n"},
        {"regrade", regrade_run, "FILE|-", 1, 1, regrade_flags,
                N_("reckons a grade again from an explanation, without asking anybody; DIFFERS (1) if it is not so"),
                "  qcr regrade grade.json\n"
                "  qcr explain 91510823141777630N --json | qcr regrade -\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
