/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `qcr code check`: organization codes, offline. */
#include "tools/qcr.h"

#include <string.h>

#include "registry/core/org_code.h"
#include "tools/input.h"
#include "tools/language.h"
#include "tools/show.h"

#define WARNINGS_ALL 4

struct code_row {
        struct slice input;
        bool is_code;
        struct org_code code;
        struct org_code_report report;
};

static json_t *warnings_of(const struct org_code_report *report)
{
        json_t *words = json_array();

        for (unsigned i = 0; i < WARNINGS_ALL; i++)
                if (report->warnings & 1u << i)
                        json_array_append_new(
                                words, json_string(org_code_warning_word((enum org_code_warning)(1u << i))));
        return words;
}

static json_t *row_document(const struct code_row *row)
{
        const struct org_code_report *report = &row->report;
        json_t *d = json_object();

        json_object_set_new(d, "input", output_string(row->input));
        json_object_set_new(d, "valid", json_boolean(row->is_code));
        output_set_text(d, "canonical", row->is_code ? row->code.text : NULL);
        output_set_text(d, "subject", row->is_code ? row->code.subject : NULL);
        output_set_text(d, "kind", row->is_code ? org_code_kind_word(row->code.kind) : NULL);
        output_set_text(d, "flaw", row->is_code ? NULL : org_code_flaw_word(report->flaw));
        output_set(d, "expected", slice_of(&report->expected, !row->is_code && report->expected ? 1 : 0));
        json_object_set_new(d, "position", report->position ? json_integer(report->position) : json_null());
        output_set_text(d, "suggestion", report->suggestion);
        json_object_set_new(d, "warnings", warnings_of(report));
        return d;
}

static const char *flaw_text(enum org_code_flaw flaw)
{
        switch (flaw) {
        case ORG_CODE_SOUND:
                return "";
        case ORG_CODE_EMPTY:
                return N_("empty");
        case ORG_CODE_LENGTH:
                return N_("neither 18 nor 9 characters");
        case ORG_CODE_CHARACTER:
                return N_("a character that cannot stand there");
        case ORG_CODE_CHECK:
                return N_("wrong check character");
        case ORG_CODE_HIDDEN:
                return N_("a hidden character");
        case ORG_CODE_INTERNAL:
                return N_("for internal use only");
        }
        return "";
}

static const char *warning_text(enum org_code_warning warning)
{
        switch (warning) {
        case ORG_CODE_NORMALISED:
                return N_("read in its canonical form");
        case ORG_CODE_INNER_CHECK:
                return N_("the organization code inside has another check character");
        case ORG_CODE_TYPE:
                return N_("no authority and type known for its first two characters");
        case ORG_CODE_RESERVED:
                return N_("of the range for internal use");
        }
        return "";
}

static void add_note(struct buffer *notes, const char *text)
{
        if (notes->length)
                buffer_add_text(notes, _("; "));
        buffer_add_text(notes, text);
}

static void flaw_notes(const struct org_code_report *report, struct buffer *notes)
{
        add_note(notes, _(flaw_text(report->flaw)));
        if (report->position)
                buffer_add_format(notes, _(" (character %u)"), report->position);
        if (report->expected) {
                add_note(notes, _("expected "));
                buffer_add_u8(notes, (uint8_t)report->expected);
        }
        if (report->suggestion[0]) {
                add_note(notes, _("meant perhaps "));
                buffer_add_text(notes, report->suggestion);
        }
}

static void row_text(const struct code_row *row, struct table *table)
{
        CLEANUP(buffer) struct buffer notes = BUFFER_INIT;

        if (!row->is_code)
                flaw_notes(&row->report, &notes);
        for (unsigned i = 0; i < WARNINGS_ALL; i++)
                if (row->report.warnings & 1u << i)
                        add_note(&notes, _(warning_text((enum org_code_warning)(1u << i))));
        table_add(table, row->input);
        table_add_text(table, row->is_code ? _("is a code") : _("no code"));
        table_add_text(table, row->is_code ? row->code.text : "-");
        table_add_text(table,
                row->is_code ? org_code_kind_word(row->code.kind) : org_code_flaw_word(row->report.flaw));
        table_add(table, buffer_slice(&notes));
}

/* Rows for people are kept to be aligned, but not without end. */
#define ROWS_KEPT 1000u

struct check {
        struct qcr *qcr;
        struct table table;
        unsigned kept;
        bool all_codes;
};

static void check_one(struct check *check, struct slice text)
{
        struct code_row row = {.input = text};

        row.is_code = org_code_parse_exchanged(text, &row.code, &row.report) == ORG_CODE_SOUND;
        if (!row.is_code)
                check->all_codes = false;
        if (check->qcr->output.mode != OUTPUT_TEXT) {
                output_document(&check->qcr->output, row_document(&row));
                return;
        }
        row_text(&row, &check->table);
        if (++check->kept == ROWS_KEPT) {
                table_print(&check->table, "", stdout);
                buffer_clear(&check->table.cells);
                check->kept = 0;
        }
}

static int run_check(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        CLEANUP(input) struct input input;
        struct check check = {.qcr = qcr, .all_codes = true};
        struct slice text;
        struct fault why = {0};
        bool rows;

        (void)flags;
        input_init(&input, count, operands);
        table_init(&check.table, 5);
        rows = count > 1 || input.is_stream;
        if (rows)
                output_begin_rows(&qcr->output);
        while (!output_is_broken() && input_next(&input, &text, &why))
                check_one(&check, text);
        if (rows)
                output_end_rows(&qcr->output);
        table_print(&check.table, "", stdout);
        table_done(&check.table);
        if (why.code) {
                fprintf(stderr, "qcr: %s\n", why.text);
                return EXIT_GENERAL;
        }
        return check.all_codes ? EXIT_ANSWERED : EXIT_USAGE;
}


static const struct flag check_flags[] = {FLAGS_JSON, FLAGS_JSONL, FLAGS_END};

const struct command code_commands[] = {
        {"code check", run_check, "CODE...|-", 1, OPERANDS_ANY, check_flags,
                N_("checks organization codes (GB 32100, GB 11714) without asking anybody; 2 if one is none"),
                "  qcr code check 91510823141777630N\n"
                "  qcr code check --jsonl - < codes.txt\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
