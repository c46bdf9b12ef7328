/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `qcr find`: the codes of a name. Not signed: what is found is looked up. */
#include "tools/qcr.h"

#include "registry/core/calendar.h"
#include "tools/language.h"
#include "tools/show.h"

struct find_flags {
        const char *purpose;
};

static void print_codes(const Qcr__Codes *codes)
{
        CLEANUP(table) struct table rows;

        table_init(&rows, 3);
        for (size_t i = 0; i < codes->n_party; i++) {
                table_add(&rows, client_slice(codes->party[i]->code));
                table_add(&rows, client_slice(codes->party[i]->name));
                table_add_text(&rows, codes->party[i]->former ? _("(asked for by a former name)") : "");
        }
        table_print(&rows, "", stdout);
        if (codes->n_party == 0)
                fprintf(stderr, "qcr: %s\n", _("no enterprise has or had this name"));
}

static json_t *codes_document(const Qcr__Codes *codes)
{
        json_t *d = json_object();
        json_t *rows = json_array();
        char at[INSTANT_TEXT];

        for (size_t i = 0; i < codes->n_party; i++) {
                json_t *row = json_object();

                output_set_bytes(row, "code", codes->party[i]->code);
                output_set_bytes(row, "name", codes->party[i]->name);
                json_object_set_new(row, "former", json_boolean(codes->party[i]->former));
                json_array_append_new(rows, row);
        }
        json_object_set_new(d, "exit", json_integer(EXIT_ANSWERED));
        json_object_set_new(d, "codes", rows);
        if (instant_is_valid(codes->data_as_of_ms)) {
                instant_format(codes->data_as_of_ms, at);
                output_set_text(d, "data_as_of", at);
        }
        return d;
}

static int run_find(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct find_flags *flags = fields;
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__Find question = QCR__FIND__INIT;
        int status;

        (void)count;
        question.name = client_bytes(operands[0]);
        question.has_purpose = flags->purpose != NULL;
        question.purpose = client_bytes(flags->purpose);
        request.operation_case = QCR__REQUEST__OPERATION_FIND;
        request.find = &question;
        status = qcr_ask(qcr, &request, QCR__REPLY__BODY_CODES, &answer);
        if (status)
                return status;
        if (qcr->output.mode == OUTPUT_TEXT)
                print_codes(answer.reply->codes);
        else
                output_document(&qcr->output, codes_document(answer.reply->codes));
        return EXIT_ANSWERED;
}

static const struct flag find_flags[] = {
        {"purpose", FLAG_TEXT, offsetof(struct find_flags, purpose), "TEXT",
                N_("why you ask; it goes into the read audit")},
        FLAGS_JSON,
        FLAGS_END,
};

const struct command find_commands[] = {
        {"find", run_find, "NAME", 1, 1, find_flags,
                N_("shows the codes of an exact name, former names included"),
                "  qcr find 剑阁县诚盛农业开发有限公司\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
