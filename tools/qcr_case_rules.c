/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `qcr case procedure|codes`: the rules that steps are held to, as the registry has them in force. */
#include "tools/qcr.h"

#include "registry/core/code_table.h"
#include "registry/core/procedure.h"
#include "registry/core/role.h"
#include "tools/case_rules.h"
#include "tools/case_text.h"
#include "tools/language.h"
#include "tools/show.h"

struct rule_flags {
        bool diagram;
        bool matrix;
};

static int fail_rule(struct qcr *qcr, const struct document_error *error)
{
        struct failure failure;

        failure_of_trouble(&failure, WIRE_LOST, &(struct fault){.code = FAULT_PEER});
        failure.detail = failure_keep(&failure, slice_text(error->reason));
        failure.field = failure_keep(&failure, slice_text(error->path));
        return qcr_fail(qcr, &failure);
}

/* ---------------------------------------------------------------- which there are */

static void print_rules(const Qcr__Rules *rules)
{
        CLEANUP(table) struct table rows;

        table_init(&rows, 3);
        for (size_t i = 0; i < rules->n_rule; i++) {
                char version[16], hash[65] = "-";

                snprintf(version, sizeof(version), "%u", rules->rule[i]->version);
                if (rules->rule[i]->sha256.len == 32)
                        hex_encode(rules->rule[i]->sha256.data, 32, hash);
                table_add(&rows, client_slice(rules->rule[i]->id));
                table_add_text(&rows, version);
                table_add_text(&rows, hash);
        }
        table_print(&rows, "", stdout);
        if (rules->n_rule == 0)
                fprintf(stderr, "qcr: %s\n", _("there are none"));
}

static int list_rules(struct qcr *qcr, enum rule_kind kind)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        json_t *rows, *d;
        int status = case_rules_ask(qcr, kind, NULL, &answer);

        if (status)
                return status;
        if (qcr->output.mode == OUTPUT_TEXT) {
                print_rules(answer.reply->rules);
                return EXIT_ANSWERED;
        }
        rows = json_array();
        for (size_t i = 0; i < answer.reply->rules->n_rule; i++)
                json_array_append_new(rows, case_rules_document(answer.reply->rules->rule[i]));
        d = json_object();
        json_object_set_new(d, "exit", json_integer(EXIT_ANSWERED));
        json_object_set_new(d, "rules", rows);
        output_document(&qcr->output, d);
        return EXIT_ANSWERED;
}

/* One rule document as it stands, for programs. */
static int write_rule(struct qcr *qcr, const Qcr__Rule *rule)
{
        json_t *d = case_rules_document(rule);
        json_t *document = json_loadb((const char *)rule->document.data, rule->document.len, 0, NULL);

        json_object_set_new(d, "exit", json_integer(EXIT_ANSWERED));
        json_object_set_new(d, "document", document ? document : json_null());
        output_document(&qcr->output, d);
        return EXIT_ANSWERED;
}

/* The newest document of the id. */
static int ask_one(struct qcr *qcr, enum rule_kind kind, const char *id, struct client_answer *answer,
        const Qcr__Rule **ret)
{
        const Qcr__Rules *rules;
        int status = case_rules_ask(qcr, kind, id, answer);

        if (status)
                return status;
        rules = answer->reply->rules;
        *ret = NULL;
        for (size_t i = 0; i < rules->n_rule; i++)
                if (rules->rule[i]->has_document && (!*ret || rules->rule[i]->version > (*ret)->version))
                        *ret = rules->rule[i];
        return *ret ? 0 : qcr_usage(qcr, "there is no %s '%s'", rule_kind_word(kind), id);
}

/* ----------------------------------------------------------------- procedure */

static void add_roles(struct buffer *to, uint32_t roles)
{
        const char *comma = "";

        for (unsigned bit = 0; bit < ROLE_COUNT; bit++)
                if (roles & (1u << bit)) {
                        buffer_add_format(to, "%s%s", comma, role_word(1u << bit));
                        comma = ", ";
                }
}

static void add_origin(const struct procedure *p, const struct procedure_action *a, struct buffer *to)
{
        const char *comma = "";

        for (unsigned i = 0; i < p->state_count; i++)
                if (a->from & (1u << i)) {
                        buffer_add_format(to, "%s%s", comma, p->states[i].word);
                        comma = ", ";
                }
        if (a->from & PROCEDURE_FROM_NONE)
                buffer_add_text(to, _("opens a case"));
        buffer_add_format(to, " -> %s", a->to == PROCEDURE_NONE ? _("the same") : p->states[a->to].word);
}

static const char *type_word(const struct procedure_field *f)
{
        switch (f->type) {
        case FIELD_TEXT: return _("text");
        case FIELD_DAY: return _("day");
        case FIELD_WORD: return _("one of");
        case FIELD_CODE: return _("code of");
        case FIELD_NUMBER: return _("document number");
        case FIELD_FILE: return _("@document");
        case FIELD_PERSON: return _("person's id");
        case FIELD_CERTIFICATE_NUMBER: return _("enforcement certificate number");
        }
        return "";
}

static void add_field(struct table *rows, const struct procedure_field *f)
{
        CLEANUP(buffer) struct buffer flag = BUFFER_INIT;
        CLEANUP(buffer) struct buffer type = BUFFER_INIT;

        buffer_add_text(&flag, "--");
        for (const char *c = f->word; *c; c++)
                buffer_add_u8(&flag, *c == '_' ? '-' : (uint8_t)*c);
        buffer_add_text(&type, type_word(f));
        if (f->type == FIELD_CODE)
                buffer_add_format(&type, " %s", f->table);
        for (unsigned i = 0; f->type == FIELD_WORD && i < f->word_count; i++)
                buffer_add_format(&type, "%s%s", i ? " | " : " ", f->words[i]);
        table_add(rows, buffer_slice(&flag));
        table_add_text(rows, case_text_pick(f->zh, f->en));
        table_add(rows, buffer_slice(&type));
        table_add_text(rows, !f->is_required ? "" : f->when.is_there ? _("needed in some cases") : _("needed"));
        table_add_text(rows, f->is_many ? _("may be repeated") : "");
}

static void print_action(const struct procedure *p, const struct procedure_action *a)
{
        CLEANUP(buffer) struct buffer who = BUFFER_INIT;
        CLEANUP(buffer) struct buffer from = BUFFER_INIT;
        CLEANUP(table) struct table fields;

        add_roles(&who, a->roles);
        if (a->second_roles) {
                buffer_add_format(&who, "; %s ", _("confirmed by"));
                add_roles(&who, a->second_roles);
        }
        add_origin(p, a, &from);
        printf("\n%s  %s\n  %s; %s; %s\n", a->word, case_text_pick(a->zh, a->en), buffer_text(&who), buffer_text(&from),
                a->article);
        table_init(&fields, 5);
        for (unsigned i = 0; i < a->field_count; i++)
                add_field(&fields, &a->fields[i]);
        table_print(&fields, "    ", stdout);
        for (unsigned i = 0; i < a->guard_count; i++)
                printf("    ! %s  (%s)\n", case_text_pick(a->guards[i].zh, a->guards[i].en), a->guards[i].article);
}

static void print_procedure(const struct procedure *p)
{
        char hash[65];

        hex_encode(p->hash, sizeof(p->hash), hash);
        printf("%s, %s %d  %s\n%s\nsha256 %s\n", p->id, _("version"), p->version, case_text_pick(p->zh, p->en), p->basis,
                hash);
        for (unsigned i = 0; i < p->action_count; i++)
                print_action(p, &p->actions[i]);
}

static int run_procedure(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct rule_flags *flags = fields;
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct procedure *procedure;
        struct document_error error;
        const Qcr__Rule *rule;
        int status;

        if (count == 0 && (flags->diagram || flags->matrix))
                return qcr_usage(qcr, "--diagram and --matrix are of one procedure: give its ID");
        if (count == 0)
                return list_rules(qcr, RULE_PROCEDURE);
        status = ask_one(qcr, RULE_PROCEDURE, operands[0], &answer, &rule);
        if (status)
                return status;
        if (qcr->output.mode != OUTPUT_TEXT)
                return write_rule(qcr, rule);
        if (procedure_parse(client_slice(rule->document), &procedure, &error) != DOCUMENT_SOUND)
                return fail_rule(qcr, &error);
        if (flags->diagram)
                procedure_diagram(procedure, language_is_chinese(), &text);
        if (flags->matrix)
                procedure_matrix(procedure, &text);
        if (flags->diagram || flags->matrix)
                show_print(stdout, &text);
        else
                print_procedure(procedure);
        procedure_free(procedure);
        return EXIT_ANSWERED;
}

/* --------------------------------------------------------------------- codes */

static void add_attributes(struct table *rows, const struct code_row *row)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        for (unsigned i = 0; i < row->attribute_count; i++)
                buffer_add_format(&text, "%s%s=%s", i ? " " : "", row->attributes[i].name, row->attributes[i].value);
        table_add(rows, buffer_slice(&text));
}

static void print_codes(const struct code_table *table)
{
        CLEANUP(table) struct table rows;

        table_init(&rows, 6);
        for (unsigned i = 0; i < table->count; i++) {
                const struct code_row *row = &table->rows[i];
                char from[DAY_TEXT] = "", to[DAY_TEXT] = "";

                day_format(row->from, from);
                if (!day_is_none(row->to))
                        day_format(row->to, to);
                table_add_text(&rows, row->code);
                table_add_text(&rows, case_text_pick(row->zh, row->en));
                table_add_text(&rows, from);
                table_add_text(&rows, to);
                table_add_text(&rows, row->article);
                add_attributes(&rows, row);
        }
        table_print(&rows, "", stdout);
}

static int run_codes(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        struct code_table *table;
        struct document_error error;
        const Qcr__Rule *rule;
        int status;

        (void)flags;
        if (count == 0)
                return list_rules(qcr, RULE_CODES);
        status = ask_one(qcr, RULE_CODES, operands[0], &answer, &rule);
        if (status)
                return status;
        if (qcr->output.mode != OUTPUT_TEXT)
                return write_rule(qcr, rule);
        if (code_table_parse(client_slice(rule->document), &table, &error) != DOCUMENT_SOUND)
                return fail_rule(qcr, &error);
        print_codes(table);
        code_table_free(table);
        return EXIT_ANSWERED;
}

static const struct flag procedure_flags[] = {
        {"diagram", FLAG_SWITCH, offsetof(struct rule_flags, diagram), NULL,
                N_("its states and actions as a Mermaid diagram")},
        {"matrix", FLAG_SWITCH, offsetof(struct rule_flags, matrix), NULL,
                N_("who may take and who confirms each action")},
        FLAGS_JSON,
        FLAGS_END,
};

static const struct flag codes_flags[] = {FLAGS_JSON, FLAGS_END};

const struct command case_rule_commands[] = {
        {"case procedure", run_procedure, "[ID]", 0, 1, procedure_flags,
                N_("shows a procedure: its actions, fields, who takes them and what the law wants before"),
                "  qcr case procedure\n"
                "  qcr case procedure samr-44\n"
                "  qcr case procedure samr-44 --diagram\n"},
        {"case codes", run_codes, "[ID]", 0, 1, codes_flags,
                N_("shows a code table: grounds, bases, measures, with the days they are in force"),
                "  qcr case codes grounds\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
