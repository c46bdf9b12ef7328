/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/report_svg.h"

#include <inttypes.h>
#include <string.h>

#include "registry/core/character.h"
#include "registry/core/name.h"

#define WIDTH 1000
#define LABEL_END 196 /* where a row's label ends */
#define BAR_FROM 204
#define BAR_LENGTH 520
#define ROW_HEIGHT 24
#define BAR_HEIGHT 16
#define ROWS_FROM 104
#define LEGEND_STEP 96 /* of a legend's entries, which go on beneath past the width */
#define LABEL_COLUMNS 26u /* that fit before LABEL_END; a Han character is two */
#define HUNDREDTHS 100
#define REST_COLOUR "#9aa5b1"
#define RATE_COLOUR "#2c7fb8"
#define TOTAL_COLOUR "#1f4e79"
#define TARGET_COLOUR "#000000"

/* From good to bad for most policies; what has no grade is grey. Neighbours differ in lightness too. */
static const char *const colours[] = {"#1a7f37", "#7cc68d", "#d4b106", "#e8833a", "#b3261e", "#6f42c1", "#2c7fb8", "#7fcdbb",
        "#54278f", "#fdae61", "#4d4d4d"};

static void add_number(struct buffer *to, uint64_t hundredths)
{
        buffer_add_format(to, "%" PRIu64 ".%02u", hundredths / HUNDREDTHS, (unsigned)(hundredths % HUNDREDTHS));
}

/* What XML has no place for, or nobody would see, is shown as a replacement character. */
static void add_xml(struct buffer *to, const char *text)
{
        struct reader r = reader_of(slice_text(text));

        while (r.left) {
                struct reader before = r;
                int32_t code_point = character_next(&r);
                char utf8[CHARACTER_TEXT];

                if (code_point == CHARACTER_MALFORMED) {
                        r = reader_of(slice_of(before.data + 1, before.left - 1));
                        code_point = 0xfffd;
                } else if (character_class(code_point) != CHARACTER_PLAIN && character_class(code_point) != CHARACTER_SPACE) {
                        code_point = 0xfffd;
                }
                switch (code_point) {
                case '&':
                        buffer_add_text(to, "&amp;");
                        break;
                case '<':
                        buffer_add_text(to, "&lt;");
                        break;
                case '>':
                        buffer_add_text(to, "&gt;");
                        break;
                case '"':
                        buffer_add_text(to, "&quot;");
                        break;
                default:
                        character_text(code_point, utf8);
                        buffer_add_text(to, utf8);
                        break;
                }
        }
}

static const char *label_of(const struct report_row *row)
{
        return row->words.zh ? row->words.zh : row->key;
}

static const char *colour_of(const struct report *report, unsigned column)
{
        unsigned place = column - report->plot_first;

        if (strcmp(report->columns[column].key, GRADE_UNRATED) == 0)
                return REST_COLOUR;
        return colours[place % (sizeof(colours) / sizeof(*colours))];
}

static unsigned legend_rows(const struct report *report)
{
        const unsigned a_row = (WIDTH - BAR_FROM) / LEGEND_STEP;

        return report->plot == REPORT_PLOT_STACK ? (report->plot_last - report->plot_first) / a_row : 0;
}

/* ----------------------------------------------------------------------- head */

static void add_head(const struct report *report, unsigned height, struct buffer *to)
{
        char day[DAY_TEXT], hash[65];

        day_format(report->day, day);
        hex_encode(report->policy_hash, 32, hash);
        buffer_add_format(to,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%d\" height=\"%u\" viewBox=\"0 0 %d %u\""
                " font-family=\"Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, sans-serif\" font-size=\"13\">\n",
                WIDTH, height, WIDTH, height);
        buffer_add_text(to, "<title>");
        add_xml(to, report->title.zh);
        buffer_add_format(to, "</title>\n<desc>report %s by %s, day %s, ledger serial %" PRIu64 ", policy ", report->kind,
                report->by, day, report->serial);
        add_xml(to, report->policy_id);
        buffer_add_format(to, "@%d %s</desc>\n", (int)report->policy_version, hash);
        buffer_add_format(to, "<rect x=\"0\" y=\"0\" width=\"%d\" height=\"%u\" fill=\"#ffffff\"/>\n", WIDTH, height);
        buffer_add_text(to, "<text x=\"16\" y=\"30\" font-size=\"19\" font-weight=\"bold\">");
        add_xml(to, report->title.zh);
        buffer_add_format(to, "（%d年）", (int)report->year);
        if (report->township)
                add_xml(to, report->township);
        buffer_add_format(to, "</text>\n<text x=\"16\" y=\"52\" fill=\"#444444\">截至 %s，账本序号 %" PRIu64 "，评价标准 ", day,
                report->serial);
        add_xml(to, report->policy_id);
        buffer_add_format(to, "@%d</text>\n", (int)report->policy_version);
}

static void add_legend_entry(const char *words, const char *colour, unsigned width, unsigned x, unsigned y, struct buffer *to)
{
        buffer_add_format(to, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"12\" fill=\"%s\"/><text x=\"%u\" y=\"%u\">", x, y,
                width, colour, x + width + 5, y + 11);
        add_xml(to, words);
        buffer_add_text(to, "</text>\n");
}

/* What a bar is, and the mark beside it. */
static void add_rate_legend(const struct report *report, struct buffer *to)
{
        add_legend_entry(report->columns[report->plot_first].words.zh, RATE_COLOUR, 12, BAR_FROM, 66, to);
        for (unsigned i = 0; i < report->columns_count; i++)
                if (report->columns[i].form == REPORT_PER_MILLE)
                        add_legend_entry(report->columns[i].words.zh, TARGET_COLOUR, 2, BAR_FROM + LEGEND_STEP, 66, to);
}

static void add_stack_legend(const struct report *report, struct buffer *to)
{
        const unsigned a_row = (WIDTH - BAR_FROM) / LEGEND_STEP;

        for (unsigned i = report->plot_first; i <= report->plot_last; i++) {
                unsigned place = i - report->plot_first;

                add_legend_entry(report->columns[i].words.zh, colour_of(report, i), 12, BAR_FROM + place % a_row * LEGEND_STEP,
                        66 + place / a_row * 20, to);
        }
}

/* ----------------------------------------------------------------------- bars */

static uint64_t stacked(const struct report *report, const struct report_row *row)
{
        uint64_t all = 0;

        for (unsigned i = report->plot_first; i <= report->plot_last; i++)
                all += row->cells[i].n;
        return all;
}

static uint64_t longest(const struct report *report)
{
        uint64_t most = 1;

        for (size_t i = 0; i < report->rows_count; i++)
                if (stacked(report, &report->rows[i]) > most)
                        most = stacked(report, &report->rows[i]);
        return most;
}

/* A product's name may be long: its bar's title has the whole. */
static void cut_label(struct buffer *label)
{
        if (name_width(buffer_slice(label)) <= LABEL_COLUMNS)
                return;
        while (name_width(buffer_slice(label)) >= LABEL_COLUMNS)
                do
                        label->length--;
                while (label->length && (label->data[label->length] & 0xc0) == 0x80);
        buffer_add_text(label, "…");
}

static void add_label(const struct report_row *row, unsigned y, struct buffer *to)
{
        CLEANUP(buffer) struct buffer label = BUFFER_INIT;

        buffer_add_text(&label, label_of(row));
        cut_label(&label);
        buffer_add_format(to, "<text x=\"%d\" y=\"%u\" text-anchor=\"end\">", LABEL_END, y + 13);
        add_xml(to, buffer_text(&label));
        buffer_add_text(to, "</text>\n");
}

static void begin_bar(uint64_t from, uint64_t length, unsigned y, const char *colour, struct buffer *to)
{
        buffer_add_text(to, "<rect x=\"");
        add_number(to, BAR_FROM * HUNDREDTHS + from);
        buffer_add_format(to, "\" y=\"%u\" width=\"", y);
        add_number(to, length);
        buffer_add_format(to, "\" height=\"%d\" fill=\"%s\" stroke=\"#ffffff\" stroke-width=\"0.5\"><title>", BAR_HEIGHT,
                colour);
}

static void end_row(uint64_t behind, unsigned y, struct buffer *to)
{
        buffer_add_text(to, "<text x=\"");
        add_number(to, BAR_FROM * HUNDREDTHS + behind + 6 * HUNDREDTHS);
        buffer_add_format(to, "\" y=\"%u\" font-size=\"12\">", y + 13);
}

/* The totals have no bar: beside theirs nobody else's could be seen. */
static void add_stack(const struct report *report, const struct report_row *row, uint64_t most, unsigned y, struct buffer *to)
{
        const uint64_t scale = BAR_LENGTH * HUNDREDTHS;
        bool is_total = row == &report->total;
        uint64_t before = 0;

        add_label(row, y, to);
        for (unsigned i = report->plot_first; i <= report->plot_last && !is_total; i++) {
                uint64_t n = row->cells[i].n, from = before * scale / most, end = (before + n) * scale / most;

                if (n) {
                        begin_bar(from, end - from, y, colour_of(report, i), to);
                        add_xml(to, label_of(row));
                        buffer_add_text(to, " ");
                        add_xml(to, report->columns[i].words.zh);
                        buffer_add_format(to, " %" PRIu64 "</title></rect>\n", n);
                }
                before += n;
        }
        end_row(before * scale / most, y, to);
        for (unsigned i = report->plot_first; i <= report->plot_last; i++)
                buffer_add_format(to, "%s%" PRIu64, i == report->plot_first ? "" : " / ", row->cells[i].n);
        buffer_add_text(to, "</text>\n");
}

/* A line where the target is, if the report has one for the row. */
static void add_target(const struct report *report, const struct report_row *row, unsigned y, struct buffer *to)
{
        for (unsigned i = 0; i < report->columns_count; i++) {
                if (report->columns[i].form != REPORT_PER_MILLE || !row->cells[i].is_set)
                        continue;
                buffer_add_text(to, "<rect x=\"");
                add_number(to, BAR_FROM * HUNDREDTHS + row->cells[i].n * BAR_LENGTH * HUNDREDTHS / 1000);
                buffer_add_format(to, "\" y=\"%u\" width=\"2.00\" height=\"%d\" fill=\"" TARGET_COLOUR "\"><title>", y - 2,
                        BAR_HEIGHT + 4);
                add_xml(to, label_of(row));
                buffer_add_text(to, " ");
                add_xml(to, report->columns[i].words.zh);
                buffer_add_format(to, " %" PRIu64 "‰</title></rect>\n", row->cells[i].n);
        }
}

static void add_rate(const struct report *report, const struct report_row *row, unsigned y, struct buffer *to)
{
        const struct report_column *column = &report->columns[report->plot_first];
        const struct report_cell *cell = &row->cells[report->plot_first];
        uint64_t per_mille = 0, length = 0;
        bool is_known = report_per_mille(cell, column->form, &per_mille);

        add_label(row, y, to);
        if (is_known) {
                length = cell->n * BAR_LENGTH * HUNDREDTHS / cell->of;
                begin_bar(0, length, y, row == &report->total ? TOTAL_COLOUR : RATE_COLOUR, to);
                add_xml(to, label_of(row));
                buffer_add_text(to, " ");
                add_xml(to, column->words.zh);
                buffer_add_format(to, " %" PRIu64 "/%" PRIu64 " %" PRIu64 "‰</title></rect>\n", cell->n, cell->of, per_mille);
        }
        add_target(report, row, y, to);
        end_row(length, y, to);
        if (is_known)
                buffer_add_format(to, "%" PRIu64 "/%" PRIu64 "　%" PRIu64 "‰", cell->n, cell->of, per_mille);
        else
                buffer_add_text(to, "-");
        buffer_add_text(to, "</text>\n");
}

void report_svg(const struct report *report, struct buffer *to)
{
        unsigned y = ROWS_FROM + legend_rows(report) * 20;
        unsigned height = y + ((unsigned)report->rows_count + 1) * ROW_HEIGHT + 24;
        uint64_t most = longest(report);

        add_head(report, height, to);
        if (report->plot == REPORT_PLOT_STACK)
                add_stack_legend(report, to);
        else
                add_rate_legend(report, to);
        for (size_t i = 0; i <= report->rows_count; i++, y += ROW_HEIGHT) {
                const struct report_row *row = i < report->rows_count ? &report->rows[i] : &report->total;

                if (i == report->rows_count)
                        y += 8;
                if (report->plot == REPORT_PLOT_STACK)
                        add_stack(report, row, most, y, to);
                else
                        add_rate(report, row, y, to);
        }
        buffer_add_text(to, "</svg>\n");
}
