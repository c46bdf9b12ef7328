/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What all commands share that decide something: the question before, the key, the report after. */
#include "tools/qcr.h"

#include <string.h>
#include <unistd.h>

#include "proto/result.h"
#include "tools/case_outcome.h"
#include "tools/language.h"
#include "tools/show.h"

bool qcr_can_ask(const struct act_flags *flags)
{
        return !flags->yes && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool qcr_confirm(const struct qcr *qcr, const char *what, struct table *rows)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        char answer[16];

        show_coloured(&line, COLOUR_STRONG, qcr->error_colours, what);
        buffer_add_u8(&line, '\n');
        show_print(stderr, &line);
        table_print(rows, "  ", stderr);
        fprintf(stderr, "%s", _("Do it? [y/N] "));
        if (fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y'))
                return true;
        fprintf(stderr, "qcr: %s\n", _("nothing was done"));
        return false;
}

static const char *outcome_text(const struct client_answer *answer)
{
        const Qcr__Filed *filed = answer->reply->filed;

        if (answer->reply->code == RESULT_PENDING)
                return N_("filed; a second person must approve");
        if (answer->reply->body_case != QCR__REPLY__BODY_FILED)
                return N_("done");
        if (filed->case_outcome && filed->case_outcome->has_seq)
                return N_("the step is taken");
        if (slice_equal(client_slice(filed->outcome), slice_text("filed")))
                return N_("filed");
        if (slice_equal(client_slice(filed->outcome), slice_text("corrected")))
                return N_("corrected");
        if (slice_equal(client_slice(filed->outcome), slice_text("unchanged")))
                return N_("unchanged: the registry has exactly this already");
        if (slice_equal(client_slice(filed->outcome), slice_text("taken")))
                return N_("the step is taken");
        if (slice_equal(client_slice(filed->outcome), slice_text("proposed")))
                return N_("filed; a second person must approve");
        return N_("done");
}

static bool is_dry_run(const Qcr__Request *request)
{
        if (request->operation_case == QCR__REQUEST__OPERATION_RECORD_FILE)
                return request->record_file->dry_run;
        return request->operation_case == QCR__REQUEST__OPERATION_CASE_STEP && request->case_step->dry_run;
}

/* The party of a case's step; empty of other acts. */
static struct slice code_of(const Qcr__Request *request)
{
        return request->operation_case == QCR__REQUEST__OPERATION_CASE_STEP ? client_slice(request->case_step->code)
                                                                             : slice_of(NULL, 0);
}

static void print_result(const struct client_answer *answer, const Qcr__Request *request, bool colours)
{
        const Qcr__Reply *reply = answer->reply;
        const Qcr__Filed *filed = reply->body_case == QCR__REPLY__BODY_FILED ? reply->filed : NULL;
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        CLEANUP(table) struct table rows;
        char serial[24];

        if (is_dry_run(request))
                buffer_add_format(&line, "%s: ", _("dry run, nothing was done"));
        show_coloured(&line, reply->code == RESULT_PENDING ? COLOUR_CARE : COLOUR_GOOD, colours,
                _(outcome_text(answer)));
        buffer_add_u8(&line, '\n');
        show_print(stdout, &line);
        table_init(&rows, 2);
        if (reply->has_serial) {
                snprintf(serial, sizeof(serial), "%llu", (unsigned long long)reply->serial);
                table_add_text(&rows, _("ledger serial"));
                table_add_text(&rows, serial);
        }
        if (filed && filed->has_proposal) {
                table_add_text(&rows, _("proposal"));
                table_add(&rows, client_slice(filed->proposal));
        }
        if (filed && filed->has_grade_before && filed->has_grade_after) {
                CLEANUP(buffer) struct buffer change = BUFFER_INIT;

                buffer_add_slice(&change, client_slice(filed->grade_before));
                if (!slice_equal(client_slice(filed->grade_before), client_slice(filed->grade_after))) {
                        buffer_add_text(&change, " -> ");
                        buffer_add_slice(&change, client_slice(filed->grade_after));
                }
                table_add_text(&rows, _("grade"));
                table_add(&rows, buffer_slice(&change));
        }
        if (filed && filed->case_outcome)
                case_outcome_describe(filed->case_outcome, code_of(request), &rows);
        if (reply->code == RESULT_NOT_YET_VISIBLE) {
                table_add_text(&rows, _("note"));
                table_add_text(&rows, _("lookups here will show it from this serial on"));
        }
        table_print(&rows, "  ", stdout);
}

static json_t *result_document(const struct client_answer *answer, const Qcr__Request *request, const char *key)
{
        const Qcr__Reply *reply = answer->reply;
        const Qcr__Filed *filed = reply->body_case == QCR__REPLY__BODY_FILED ? reply->filed : NULL;
        const struct result *result = result_find(reply->code);
        json_t *d = json_object();

        json_object_set_new(d, "exit", json_integer(result ? result->exit_status : EXIT_ANSWERED));
        output_set_number(d, "result", reply->code);
        output_set_text(d, "reason", result ? result->word : NULL);
        json_object_set_new(
                d, "serial", reply->has_serial ? json_integer((json_int_t)reply->serial) : json_null());
        json_object_set_new(d, "visible", reply->has_visible ? json_boolean(reply->visible) : json_null());
        output_set(d, "outcome", filed ? client_slice(filed->outcome) : slice_of(NULL, 0));
        output_set(d, "proposal", filed ? client_slice(filed->proposal) : slice_of(NULL, 0));
        output_set(d, "grade_before", filed ? client_slice(filed->grade_before) : slice_of(NULL, 0));
        output_set(d, "grade_after", filed ? client_slice(filed->grade_after) : slice_of(NULL, 0));
        json_object_set_new(d, "case",
                filed && filed->case_outcome ? case_outcome_document(filed->case_outcome, code_of(request)) : json_null());
        json_object_set_new(d, "dry_run", json_boolean(is_dry_run(request)));
        output_set_text(d, "key", key);
        output_set_number(d, "request_id", answer->request_id);
        output_set_bytes(d, "server", reply->server);
        return d;
}

static int report_unknown(
        struct qcr *qcr, enum wire_trouble trouble, const struct fault *why, const char *key)
{
        struct failure failure;

        failure_of_trouble(&failure, trouble, why);
        failure.exit_status = EXIT_OUTCOME_UNKNOWN;
        failure.code = RESULT_OUTCOME_UNKNOWN;
        failure.reason = result_find(RESULT_OUTCOME_UNKNOWN)->word;
        failure.headline = N_("the request was sent and no answer came: whether it was done is not known");
        failure.next = N_("ask again with the same words and this --key: it is done once at most");
        failure.key = key;
        return qcr_fail(qcr, &failure);
}

static int report(struct qcr *qcr, const struct client_answer *answer, const Qcr__Request *request, const char *key)
{
        struct failure failure;

        if (answer->failure) {
                failure_of_answer(&failure, answer);
                if (failure.exit_status == EXIT_OUTCOME_UNKNOWN)
                        failure.key = key;
                return qcr_fail(qcr, &failure);
        }
        if (qcr->output.mode == OUTPUT_TEXT)
                print_result(answer, request, qcr->colours);
        else
                output_document(&qcr->output, result_document(answer, request, key));
        return EXIT_ANSWERED;
}

int qcr_preview(struct qcr *qcr, Qcr__Request *request, struct client_answer *ret)
{
        uint8_t key[CLIENT_KEY_OCTETS];
        struct failure failure;
        struct fault why;
        int status;

        /* A key of its own: under the act's, the act would be another request. */
        if (!client_new_key(key, &why)) {
                failure_of_fault(&failure, EXIT_GENERAL, "random", N_("no new key can be made"), &why);
                return qcr_fail(qcr, &failure);
        }
        request->has_idempotency_key = true;
        request->idempotency_key = (ProtobufCBinaryData){.len = sizeof(key), .data = key};
        status = qcr_ask(qcr, request, QCR__REPLY__BODY_FILED, ret);
        request->has_idempotency_key = false;
        return status;
}

int qcr_act(struct qcr *qcr, Qcr__Request *request, const struct act_flags *flags)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        uint8_t key[CLIENT_KEY_OCTETS];
        char key_text[2 * CLIENT_KEY_OCTETS + 1];
        enum wire_trouble trouble;
        struct failure failure;
        struct fault why;

        if (flags->key && !hex_decode(flags->key, strlen(flags->key), key, sizeof(key)))
                return qcr_usage(qcr, "--key '%s': %zu hexadecimal digits", flags->key, 2 * sizeof(key));
        if (!flags->key && !client_new_key(key, &why)) {
                failure_of_fault(&failure, EXIT_GENERAL, "random", N_("no new key can be made"), &why);
                return qcr_fail(qcr, &failure);
        }
        hex_encode(key, sizeof(key), key_text);
        if (!qcr_connect(qcr, &failure))
                return qcr_fail(qcr, &failure);
        request->has_idempotency_key = true;
        request->idempotency_key = (ProtobufCBinaryData){.len = sizeof(key), .data = key};
        trouble = client_ask(qcr->client, request, &answer, &why);
        if (trouble && trouble != WIRE_CONFIG && !is_dry_run(request))
                return report_unknown(qcr, trouble, &why, key_text);
        if (trouble) {
                failure_of_trouble(&failure, trouble, &why);
                return qcr_fail(qcr, &failure);
        }
        return report(qcr, &answer, request, key_text);
}
