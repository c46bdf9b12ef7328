/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `qcr case list|due|affected`: which cases there are, which are pressing, and what one person signed. */
#include "tools/qcr.h"

#include <string.h>

#include "registry/core/calendar.h"
#include "tools/case_reading.h"
#include "tools/case_text.h"
#include "tools/language.h"
#include "tools/show.h"

#define WITHIN_DEFAULT 5u
#define WITHIN_MAX 366u

struct list_flags {
        const char *purpose;
        const char *within;
};

static void add_case(struct table *rows, ProtobufCBinaryData code, uint32_t number)
{
        CLEANUP(buffer) struct buffer name = BUFFER_INIT;

        buffer_add_slice(&name, client_slice(code));
        buffer_add_format(&name, "-%u", number);
        table_add(rows, buffer_slice(&name));
}

static void set_case(json_t *document, ProtobufCBinaryData code, uint32_t number)
{
        CLEANUP(buffer) struct buffer name = BUFFER_INIT;

        buffer_add_slice(&name, client_slice(code));
        buffer_add_format(&name, "-%u", number);
        output_set(document, "case", buffer_slice(&name));
}

/* ----------------------------------------------------------------- list, due */

static int ask(struct qcr *qcr, const char *code, bool has_within, uint32_t within, const char *purpose,
        struct client_answer *ret)
{
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__CaseList question = QCR__CASE_LIST__INIT;

        question.has_code = code != NULL;
        question.code = client_bytes(code);
        question.has_within_days = has_within;
        question.within_days = within;
        question.has_purpose = purpose != NULL;
        question.purpose = client_bytes(purpose);
        request.operation_case = QCR__REQUEST__OPERATION_CASE_LIST;
        request.case_list = &question;
        return qcr_ask(qcr, &request, QCR__REPLY__BODY_CASES, ret);
}

static json_t *case_row_document(const Qcr__CaseRow *row)
{
        json_t *d = json_object();
        json_t *deadlines = json_array();

        for (size_t i = 0; i < row->n_deadline; i++)
                json_array_append_new(deadlines, case_reading_deadline_document(row->deadline[i]));
        set_case(d, row->code, row->number);
        output_set_bytes(d, "code", row->code);
        output_set_number(d, "number", row->number);
        output_set_bytes(d, "name", row->name);
        output_set_bytes(d, "procedure", row->procedure);
        output_set_bytes(d, "state", row->state);
        output_set_bytes(d, "opened_on", row->opened_on);
        json_object_set_new(d, "deadlines", deadlines);
        return d;
}

static void write_cases(struct output *output, const Qcr__Cases *cases)
{
        json_t *rows = json_array();
        json_t *d;

        for (size_t i = 0; i < cases->n_row; i++) {
                json_t *row = case_row_document(cases->row[i]);

                if (output->mode == OUTPUT_JSONL)
                        output_document(output, row);
                else
                        json_array_append_new(rows, row);
        }
        if (output->mode == OUTPUT_JSONL) {
                json_decref(rows);
                return;
        }
        d = json_object();
        json_object_set_new(d, "exit", json_integer(EXIT_ANSWERED));
        json_object_set_new(d, "cases", rows);
        json_object_set_new(d, "truncated", json_boolean(cases->truncated));
        output_document(output, d);
}

static void print_cases(const Qcr__Cases *cases)
{
        CLEANUP(table) struct table rows;

        table_init(&rows, 5);
        for (size_t i = 0; i < cases->n_row; i++) {
                const Qcr__CaseRow *row = cases->row[i];

                add_case(&rows, row->code, row->number);
                table_add(&rows, client_slice(row->opened_on));
                table_add(&rows, client_slice(row->procedure));
                table_add(&rows, client_slice(row->state));
                table_add(&rows, client_slice(row->name));
        }
        table_print(&rows, "", stdout);
        if (cases->n_row == 0)
                fprintf(stderr, "qcr: %s\n", _("no cases"));
        if (cases->truncated)
                fprintf(stderr, "qcr: %s\n", _("there is more; these are the newest"));
}

static int run_list(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct list_flags *flags = fields;
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        struct org_code code;
        int status = count ? case_ref_code(qcr, operands[0], &code) : 0;

        if (!status)
                status = ask(qcr, count ? code.text : NULL, false, 0, flags->purpose, &answer);
        if (status)
                return status;
        if (qcr->output.mode == OUTPUT_TEXT)
                print_cases(answer.reply->cases);
        else
                write_cases(&qcr->output, answer.reply->cases);
        return EXIT_ANSWERED;
}

/* One line a deadline: what presses stands first. */
static void print_due(const Qcr__Cases *cases, uint32_t within)
{
        CLEANUP(table) struct table rows;
        size_t count = 0;

        table_init(&rows, 6);
        for (size_t i = 0; i < cases->n_row; i++)
                for (size_t k = 0; k < cases->row[i]->n_deadline; k++, count++) {
                        const Qcr__CaseDeadline *d = cases->row[i]->deadline[k];

                        table_add(&rows, client_slice(d->day));
                        table_add_text(&rows, d->late ? _("OVERDUE") : d->provisional ? _("provisional") : "");
                        add_case(&rows, cases->row[i]->code, cases->row[i]->number);
                        table_add(&rows, client_slice(d->word));
                        table_add(&rows, client_slice(d->article));
                        table_add(&rows, client_slice(cases->row[i]->name));
                }
        table_print(&rows, "", stdout);
        if (count == 0)
                fprintf(stderr, _("qcr: nothing is due within %u days\n"), within);
        if (cases->truncated)
                fprintf(stderr, "qcr: %s\n", _("there is more; these are the most pressing"));
}

/* `5`, `5d`, `2w`. */
static bool read_within(const char *text, uint32_t *ret_days)
{
        const size_t length = strlen(text);
        const char unit = length ? text[length - 1] : '\0';
        const bool has_unit = unit == 'd' || unit == 'w';
        uint64_t count;

        if (!number_parse(slice_of(text, length - has_unit), &count) || count > WITHIN_MAX)
                return false;
        if (unit == 'w')
                count *= 7;
        *ret_days = (uint32_t)count;
        return count <= WITHIN_MAX;
}

static int run_due(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct list_flags *flags = fields;
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        uint32_t within = WITHIN_DEFAULT;
        int status;

        (void)count;
        (void)operands;
        if (flags->within && !read_within(flags->within, &within))
                return qcr_usage(qcr, "--within '%s': days or weeks up to a year, like 5d or 2w", flags->within);
        status = ask(qcr, NULL, true, within, flags->purpose, &answer);
        if (status)
                return status;
        if (qcr->output.mode == OUTPUT_TEXT)
                print_due(answer.reply->cases, within);
        else
                write_cases(&qcr->output, answer.reply->cases);
        return EXIT_ANSWERED;
}

/* ------------------------------------------------------------------ affected */

struct affected_flags {
        const char *person;
        const char *since;
        const char *purpose;
};

static void print_acts(const Qcr__Acts *acts)
{
        CLEANUP(table) struct table rows;

        table_init(&rows, 5);
        for (size_t i = 0; i < acts->n_row; i++) {
                const Qcr__ActRow *row = acts->row[i];
                char serial[24], at[INSTANT_TEXT] = "-";

                snprintf(serial, sizeof(serial), "%llu", (unsigned long long)row->serial);
                if (instant_is_valid(row->at_ms))
                        instant_format(row->at_ms, at);
                table_add_text(&rows, serial);
                table_add_text(&rows, at);
                table_add(&rows, client_slice(row->operation));
                table_add(&rows, row->has_action ? client_slice(row->action) : slice_text("-"));
                if (row->has_subject && row->has_case_number)
                        add_case(&rows, row->subject, row->case_number);
                else
                        table_add(&rows, row->has_subject ? client_slice(row->subject) : slice_text("-"));
        }
        table_print(&rows, "", stdout);
        if (acts->n_row == 0)
                fprintf(stderr, "qcr: %s\n", _("this person signed nothing since then"));
        if (acts->truncated)
                fprintf(stderr, "qcr: %s\n", _("there is more; these are the newest"));
}

static json_t *act_document(const Qcr__ActRow *row)
{
        json_t *d = json_object();
        char fingerprint[65] = "";

        if (row->certificate_sha256.len == 32)
                hex_encode(row->certificate_sha256.data, 32, fingerprint);
        output_set_number(d, "serial", row->serial);
        case_text_set_instant(d, "at", row->at_ms);
        output_set_bytes(d, "kind", row->kind);
        output_set_bytes(d, "operation", row->operation);
        output_set_bytes(d, "subject", row->subject);
        json_object_set_new(d, "number", row->has_case_number ? json_integer(row->case_number) : json_null());
        output_set_bytes(d, "action", row->action);
        output_set_text(d, "certificate", fingerprint);
        return d;
}

static void write_acts(struct output *output, const Qcr__Acts *acts, const struct affected_flags *flags)
{
        json_t *rows = json_array();
        json_t *d = json_object();

        for (size_t i = 0; i < acts->n_row; i++)
                json_array_append_new(rows, act_document(acts->row[i]));
        json_object_set_new(d, "exit", json_integer(EXIT_ANSWERED));
        output_set_text(d, "person", flags->person);
        json_object_set_new(d, "acts", rows);
        json_object_set_new(d, "truncated", json_boolean(acts->truncated));
        output_document(output, d);
}

/* A day begins at midnight, Beijing time. */
static bool read_since(const char *text, int64_t *ret_ms)
{
        struct day day;

        if (!day_parse(slice_text(text), &day))
                return qcr_read_instant(text, ret_ms);
        *ret_ms = instant_of_day(day);
        return true;
}

static int run_affected(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct affected_flags *flags = fields;
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__CaseAffected question = QCR__CASE_AFFECTED__INIT;
        int status;

        (void)count;
        (void)operands;
        if (!flags->person || !flags->since || !flags->purpose)
                return qcr_usage(qcr, "--person ID, --since TIME and --purpose TEXT are all needed");
        if (!read_since(flags->since, &question.since_ms))
                return qcr_usage(qcr, "--since '%s': a day, or an instant like 2026-11-24T01:02:03Z", flags->since);
        question.person_id = client_bytes(flags->person);
        question.purpose = client_bytes(flags->purpose);
        request.operation_case = QCR__REQUEST__OPERATION_CASE_AFFECTED;
        request.case_affected = &question;
        status = qcr_ask(qcr, &request, QCR__REPLY__BODY_ACTS, &answer);
        if (status)
                return status;
        if (qcr->output.mode == OUTPUT_TEXT)
                print_acts(answer.reply->acts);
        else
                write_acts(&qcr->output, answer.reply->acts, flags);
        return EXIT_ANSWERED;
}

#define PURPOSE_FLAG(type)                                                                                   \
        {"purpose", FLAG_TEXT, offsetof(type, purpose), "TEXT", N_("why you ask; it goes into the read audit")}

static const struct flag list_flags[] = {PURPOSE_FLAG(struct list_flags), FLAGS_JSON, FLAGS_JSONL, FLAGS_END};

static const struct flag due_flags[] = {
        {"within", FLAG_TEXT, offsetof(struct list_flags, within), "DAYS",
                N_("how far ahead: 5d, 2w (default 5d); what is overdue is always there")},
        PURPOSE_FLAG(struct list_flags),
        FLAGS_JSON,
        FLAGS_JSONL,
        FLAGS_END,
};

static const struct flag affected_flags[] = {
        {"person", FLAG_TEXT, offsetof(struct affected_flags, person), "ID", N_("whose signatures")},
        {"since", FLAG_TEXT, offsetof(struct affected_flags, since), "TIME",
                N_("from this day or instant on: since when a key may have been in other hands, say")},
        PURPOSE_FLAG(struct affected_flags),
        FLAGS_JSON,
        FLAGS_END,
};

const struct command case_list_commands[] = {
        {"case list", run_list, "[CODE]", 0, 1, list_flags, N_("shows the cases of one's office, or of a party"),
                "  qcr --as officer case list\n"
                "  qcr --as officer case list 91510823141777630N --json\n"},
        {"case due", run_due, "", 0, 0, due_flags, N_("shows what is overdue or due soon"),
                "  qcr --as officer case due\n"
                "  qcr --as superior case due --within 2w --json\n"},
        {"case affected", run_affected, "", 0, 0, affected_flags,
                N_("shows what a person signed since a time, to be looked through again"),
                "  qcr --as auditor case affected --person officer --since 2026-11-20 --purpose 密钥遗失\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
