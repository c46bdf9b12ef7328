/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `qcr record file|withdraw|list`: one credit record through the daemon. */
#include "tools/qcr.h"

#include <string.h>

#include "registry/core/org_code.h"
#include "registry/core/record_detail.h"
#include "tools/language.h"
#include "tools/record_form.h"
#include "tools/show.h"

/* ---------------------------------------------------------------------- file */

static void explain_refusal(struct qcr *qcr, void *closure, struct failure *failure)
{
        (void)qcr;
        record_form_explain(closure, failure);
}

static int file_message(struct qcr *qcr, struct record_form *form)
{
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__RecordFile act = QCR__RECORD_FILE__INIT;
        struct record_message message;
        struct fault why;
        int status;

        if (!record_form_message(form, &message, &why))
                return qcr_usage(qcr, "%s", why.text);
        if (!form->dry_run && qcr_can_ask(&form->act)) {
                CLEANUP(table) struct table rows;

                table_init(&rows, 2);
                record_form_describe(form, &rows);
                if (!qcr_confirm(qcr, _("File this record:"), &rows))
                        return EXIT_GENERAL;
        }
        act.record = &message.record;
        act.has_dry_run = form->dry_run;
        act.dry_run = form->dry_run;
        request.operation_case = QCR__REQUEST__OPERATION_RECORD_FILE;
        request.record_file = &act;
        qcr->explain = explain_refusal;
        qcr->explain_closure = form;
        status = qcr_act(qcr, &request, &form->act);
        qcr->explain = NULL;
        return status;
}

static int run_file(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        struct record_form form = *(const struct record_form *)fields;
        json_t *document;
        struct fault why;
        int status;

        (void)count;
        (void)operands;
        if (!record_form_load(&form, &document, &why))
                return qcr_usage(qcr, "%s", why.text);
        status = file_message(qcr, &form);
        json_decref(document);
        return status;
}

/* ------------------------------------------------------------------ withdraw */

struct withdraw_flags {
        struct act_flags act;
        const char *code;
        const char *authority_code;
        const char *document;
        const char *type;
        const char *reason;
        const char *basis_document;
        bool repaired;
};

#define WITHDRAW(member) offsetof(struct withdraw_flags, member)

static const struct flag withdraw_flags[] = {
        {"code", FLAG_TEXT, WITHDRAW(code), "CODE", N_("code of the party")},
        {"authority-code", FLAG_TEXT, WITHDRAW(authority_code), "CODE",
                N_("code of the authority that decided")},
        {"document", FLAG_TEXT, WITHDRAW(document), "NUMBER", N_("number of the document")},
        {"type", FLAG_TEXT, WITHDRAW(type), "WORD", N_("type of the record")},
        {"reason", FLAG_TEXT, WITHDRAW(reason), "TEXT", N_("why it is withdrawn, or how it was put right")},
        {"basis-document", FLAG_TEXT, WITHDRAW(basis_document), "NUMBER",
                N_("number of the document that withdraws or repairs it")},
        {"repaired", FLAG_SWITCH, WITHDRAW(repaired), NULL,
                N_("credit repair: the record was right, and what it tells of has been put right")},
        FLAGS_ACT(struct withdraw_flags, act),
        FLAGS_JSON,
        FLAGS_END,
};

static bool withdraw_texts(const struct withdraw_flags *flags, struct table *rows, const char **ret_missing)
{
        for (const struct flag *f = withdraw_flags; f->kind == FLAG_TEXT && f->offset != WITHDRAW(act.key);
                f++) {
                const char *value = *(const char *const *)((const char *)flags + f->offset);

                if (!value || !*value) {
                        *ret_missing = f->name;
                        return false;
                }
                table_add_text(rows, f->name);
                table_add_text(rows, value);
        }
        return true;
}

static int run_withdraw(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct withdraw_flags *flags = fields;
        CLEANUP(table) struct table rows;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__RecordWithdraw act = QCR__RECORD_WITHDRAW__INIT;
        const char *missing;

        (void)count;
        (void)operands;
        table_init(&rows, 2);
        if (!withdraw_texts(flags, &rows, &missing))
                return qcr_usage(qcr, "--%s is missing", missing);
        if (qcr_can_ask(&flags->act) &&
                !qcr_confirm(qcr,
                        flags->repaired ? _("Propose that this record is repaired:")
                                        : _("Propose to withdraw this record:"),
                        &rows))
                return EXIT_GENERAL;
        act.code = client_bytes(flags->code);
        act.authority_code = client_bytes(flags->authority_code);
        act.document = client_bytes(flags->document);
        act.type = client_bytes(flags->type);
        act.reason = client_bytes(flags->reason);
        act.basis_document = client_bytes(flags->basis_document);
        act.has_repair = act.repair = flags->repaired;
        request.operation_case = QCR__REQUEST__OPERATION_RECORD_WITHDRAW;
        request.record_withdraw = &act;
        return qcr_act(qcr, &request, &flags->act);
}

/* ---------------------------------------------------------------------- list */

struct list_flags {
        const char *purpose;
};

/* What it says: kinds of penalty, what came of it, or what it certifies. */
static void add_outcome(const Qcr__RecordRow *row, struct buffer *ret)
{
        for (size_t i = 0; i < row->n_kind; i++) {
                if (i)
                        buffer_add_text(ret, ",");
                buffer_add_slice(ret, client_slice(row->kind[i]));
        }
        if (row->has_result)
                buffer_add_slice(ret, client_slice(row->result));
        if (row->has_certificate)
                buffer_add_slice(ret, client_slice(row->certificate));
        if (ret->length == 0)
                buffer_add_text(ret, "-");
}

/* How much, or until when. */
static void add_extent(const Qcr__RecordRow *row, struct buffer *ret)
{
        if (row->fine_fen)
                buffer_add_format(ret, _("%llu.%02llu yuan"), (unsigned long long)row->fine_fen / 100,
                        (unsigned long long)row->fine_fen % 100);
        else if (row->has_valid_through)
                buffer_add_format(ret, _("through %.*s"), (int)row->valid_through.len,
                        (const char *)row->valid_through.data);
        else
                buffer_add_text(ret, "-");
}

/* The authority, and what the type has beside. */
static void add_rest(const Qcr__RecordRow *row, struct buffer *ret)
{
        enum record_type type;
        bool is_known = record_type_of_word(client_slice(row->type), &type);

        buffer_add_slice(ret, client_slice(row->authority_name));
        for (size_t i = 0; i < row->n_detail; i++) {
                struct slice name = client_slice(row->detail[i]->name);
                const struct record_detail *detail = is_known ? record_detail_find(type, name) : NULL;

                buffer_add_text(ret, "; ");
                /* A newer registry may know one that this program does not. */
                if (detail)
                        buffer_add_text(ret, language_is_chinese() ? detail->zh : detail->en);
                else
                        buffer_add_slice(ret, name);
                buffer_add_text(ret, " ");
                buffer_add_slice(ret, client_slice(row->detail[i]->value));
        }
}

static void print_records(const Qcr__Records *records)
{
        CLEANUP(table) struct table rows;

        table_init(&rows, 8);
        for (size_t i = 0; i < records->n_record; i++) {
                const Qcr__RecordRow *row = records->record[i];
                CLEANUP(buffer) struct buffer outcome = BUFFER_INIT;
                CLEANUP(buffer) struct buffer extent = BUFFER_INIT;
                CLEANUP(buffer) struct buffer rest = BUFFER_INIT;

                add_outcome(row, &outcome);
                add_extent(row, &extent);
                add_rest(row, &rest);
                table_add(&rows, client_slice(row->decided_on));
                table_add(&rows, client_slice(row->type));
                table_add(&rows, client_slice(row->domain));
                table_add(&rows, client_slice(row->state));
                table_add(&rows, buffer_slice(&outcome));
                table_add(&rows, buffer_slice(&extent));
                table_add(&rows, client_slice(row->document));
                table_add(&rows, buffer_slice(&rest));
        }
        table_print(&rows, "", stdout);
        if (records->n_record == 0)
                fprintf(stderr, "qcr: %s\n", _("no records"));
        if (records->truncated)
                fprintf(stderr, "qcr: %s\n", _("there is more; these are the newest"));
}

/* Names are the registry's, texts of its table; what cannot be a member is left out. */
static json_t *details_document(const Qcr__RecordRow *row)
{
        json_t *d = json_object();

        for (size_t i = 0; i < row->n_detail; i++) {
                struct slice name = client_slice(row->detail[i]->name);

                json_object_setn_new(d, (const char *)name.data, name.length,
                        output_string(client_slice(row->detail[i]->value)));
        }
        return d;
}

static json_t *row_document(const Qcr__RecordRow *row)
{
        json_t *d = json_object();

        output_set_bytes(d, "type", row->type);
        output_set_bytes(d, "domain", row->domain);
        output_set_bytes(d, "authority_code", row->authority_code);
        output_set_bytes(d, "authority", row->authority_name);
        output_set_bytes(d, "document", row->document);
        json_object_set_new(d, "kinds", output_strings(row->n_kind, row->kind));
        output_set_number(d, "fine_fen", row->fine_fen);
        output_set_number(d, "confiscated_fen", row->confiscated_fen);
        output_set_bytes(d, "decided_on", row->decided_on);
        output_set(d, "publicity_end",
                row->has_publicity_end ? client_slice(row->publicity_end) : slice_of(NULL, 0));
        output_set_text(d, "severity", row->has_severity ? severity_word((enum severity)row->severity) : NULL);
        output_set(d, "result", row->has_result ? client_slice(row->result) : slice_of(NULL, 0));
        output_set(d, "certificate", row->has_certificate ? client_slice(row->certificate) : slice_of(NULL, 0));
        output_set(d, "valid_through",
                row->has_valid_through ? client_slice(row->valid_through) : slice_of(NULL, 0));
        json_object_set_new(d, "detail", details_document(row));
        output_set_bytes(d, "state", row->state);
        output_set_number(d, "ordinal", row->ordinal);
        output_set_number(d, "version", row->version);
        output_set_number(d, "serial", row->serial);
        return d;
}

static void write_records(struct output *output, const Qcr__Records *records, const char *code)
{
        json_t *rows = json_array();
        json_t *d = json_object();

        for (size_t i = 0; i < records->n_record; i++)
                json_array_append_new(rows, row_document(records->record[i]));
        json_object_set_new(d, "exit", json_integer(EXIT_ANSWERED));
        output_set_text(d, "code", code);
        json_object_set_new(d, "records", rows);
        json_object_set_new(d, "truncated", json_boolean(records->truncated));
        output_document(output, d);
}

static int run_list(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct list_flags *flags = fields;
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__RecordList question = QCR__RECORD_LIST__INIT;
        struct org_code_report report;
        struct org_code code;
        int status;

        (void)count;
        if (org_code_parse(slice_text(operands[0]), &code, &report)) {
                struct failure failure;

                failure_of_code(&failure, slice_text(operands[0]), &report);
                return qcr_fail(qcr, &failure);
        }
        question.code = client_bytes(code.text);
        question.has_purpose = flags->purpose != NULL;
        question.purpose = client_bytes(flags->purpose);
        request.operation_case = QCR__REQUEST__OPERATION_RECORD_LIST;
        request.record_list = &question;
        status = qcr_ask(qcr, &request, QCR__REPLY__BODY_RECORDS, &answer);
        if (status)
                return status;
        if (qcr->output.mode == OUTPUT_TEXT)
                print_records(answer.reply->records);
        else
                write_records(&qcr->output, answer.reply->records, code.text);
        return EXIT_ANSWERED;
}

static const struct flag list_flags[] = {
        {"purpose", FLAG_TEXT, offsetof(struct list_flags, purpose), "TEXT",
                N_("why you ask; it goes into the read audit")},
        FLAGS_JSON,
        FLAGS_END,
};

const struct command record_commands[] = {
        {"record file", run_file, "", 0, 0, record_form_flags,
                N_("files one credit record, or corrects it; signed with your key"),
                "  qcr --as recorder record file --code 91510823141777630N --name 剑阁县诚盛农业开发有限公司 \\\n"
                "      --type penalty --domain product --authority-code 11510823008765438X \\\n"
                "      --authority 剑阁县市场监督管理局 --document '剑市监处罚〔2026〕9001号' \\\n"
                "      --kind fine --fine 20000.00 --decided-on 2026-11-02 --publicity-end 2027-11-02\n"
                "  qcr --as recorder record file --code 91510823141777630N --name 剑阁县诚盛农业开发有限公司 \\\n"
                "      --type sampling --domain product --authority-code 11510823008765438X \\\n"
                "      --authority 剑阁县市场监督管理局 --document '剑检〔2026〕17号' --result pass \\\n"
                "      --detail batch=2026-01 --detail product=菜籽油 --detail place=production \\\n"
                "      --detail level=county --decided-on 2026-11-02\n"
                "  qcr --as recorder record file --json-file penalty.json --dry-run\n"},
        {"record withdraw", run_withdraw, "", 0, 0, withdraw_flags,
                N_("proposes to withdraw a record, or that it is repaired; a second person must approve"),
                "  qcr --as recorder record withdraw --code 91510823141777630N --type penalty \\\n"
                "      --authority-code 11510823008765438X --document '剑市监处罚〔2026〕9001号' \\\n"
                "      --reason 复议撤销 --basis-document '剑府复决〔2026〕3号'\n"
                "  qcr --as recorder record withdraw --repaired --code 91510823141777630N --type penalty \\\n"
                "      --authority-code 11510823008765438X --document '剑市监处罚〔2026〕9001号' \\\n"
                "      --reason 罚款已缴清、已整改 --basis-document '剑市监修复〔2026〕2号'\n"},
        {"record list", run_list, "CODE", 1, 1, list_flags, N_("shows the records of an enterprise"),
                "  qcr record list 91510823141777630N\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
