/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/report_table.h"

#include <inttypes.h>

#include "registry/core/name.h"
#include "tools/show.h"

#define GAP 2u

static const char *words_text(const struct report_words *words, bool is_chinese, const char *otherwise)
{
        const char *text = is_chinese ? words->zh : words->en;

        return text ? text : otherwise;
}

static void cell_text_of(const struct report_cell *cell, enum report_form form, bool is_chinese, struct buffer *to)
{
        uint64_t per_mille;

        if (!cell->is_set) {
                buffer_add_text(to, "-");
                return;
        }
        switch (form) {
        case REPORT_COUNT:
                buffer_add_format(to, "%" PRIu64, cell->n);
                break;
        case REPORT_SHARE:
                buffer_add_format(to, "%" PRIu64 "/%" PRIu64, cell->n, cell->of);
                if (report_per_mille(cell, form, &per_mille))
                        buffer_add_format(to, " %4" PRIu64 "‰", per_mille);
                else
                        buffer_add_text(to, "     -");
                break;
        case REPORT_PER_MILLE:
                buffer_add_format(to, "%" PRIu64 "‰", cell->n);
                break;
        case REPORT_ANSWER:
                buffer_add_text(to, is_chinese ? (cell->n ? "是" : "否") : (cell->n ? "yes" : "no"));
                break;
        }
}

static size_t width_of(const struct buffer *text)
{
        return name_width(buffer_slice(text));
}

/* The dimension to the left, figures to the right. */
struct layout {
        const struct report *report;
        bool is_chinese;
        size_t widths[REPORT_COLUMNS_MAX + 1];
};

/* One cell as it is shown; row NULL is the head. Column 0 is the dimension. */
static void show_cell(const struct layout *layout, const struct report_row *row, unsigned column, struct buffer *to)
{
        const struct report *report = layout->report;
        const char *text;

        buffer_clear(to);
        if (row && column) {
                cell_text_of(&row->cells[column - 1], report->columns[column - 1].form, layout->is_chinese, to);
                return;
        }
        if (row)
                text = words_text(&row->words, layout->is_chinese, row->key);
        else if (column)
                text = words_text(&report->columns[column - 1].words, layout->is_chinese, report->columns[column - 1].key);
        else
                text = words_text(&report->dimension, layout->is_chinese, report->by);
        show_text(to, slice_text(text));
}

static void measure(struct layout *layout, const struct report_row *row)
{
        CLEANUP(buffer) struct buffer cell = BUFFER_INIT;

        for (unsigned i = 0; i <= layout->report->columns_count; i++) {
                show_cell(layout, row, i, &cell);
                if (width_of(&cell) > layout->widths[i])
                        layout->widths[i] = width_of(&cell);
        }
}

static void add_line(const struct layout *layout, const struct report_row *row, struct buffer *to)
{
        CLEANUP(buffer) struct buffer cell = BUFFER_INIT;

        show_cell(layout, row, 0, &cell);
        show_padded(to, buffer_slice(&cell), layout->widths[0]);
        for (unsigned i = 1; i <= layout->report->columns_count; i++) {
                show_cell(layout, row, i, &cell);
                for (size_t space = width_of(&cell); space < layout->widths[i] + GAP; space++)
                        buffer_add_u8(to, ' ');
                buffer_add_slice(to, buffer_slice(&cell));
        }
        buffer_add_u8(to, '\n');
}

static void add_head(const struct report *report, bool is_chinese, struct buffer *to)
{
        char day[DAY_TEXT], hash[65];

        day_format(report->day, day);
        hex_encode(report->policy_hash, 32, hash);
        show_text(to, slice_text(words_text(&report->title, is_chinese, report->kind)));
        buffer_add_format(to, is_chinese ? "（%d年）" : ", %d", (int)report->year);
        if (report->township) {
                buffer_add_text(to, is_chinese ? "，" : ", ");
                show_text(to, slice_text(report->township));
        }
        buffer_add_format(to, is_chinese ? "\n截至 %s，账本序号 %" PRIu64 "，" : "\nday %s, ledger serial %" PRIu64 ", ", day,
                report->serial);
        show_text(to, slice_text(report->origin ? report->origin : ""));
        buffer_add_format(to, is_chinese ? "\n评价标准 %s@%d %s\n\n" : "\npolicy %s@%d %s\n\n", report->policy_id,
                (int)report->policy_version, hash);
}

static void add_notes(const struct report *report, bool is_chinese, struct buffer *to)
{
        buffer_add_text(to, is_chinese ? "\n口径\n" : "\ndefinitions\n");
        for (unsigned i = 0; i < report->definitions_count; i++) {
                buffer_add_text(to, "  ");
                show_text(to, slice_text(words_text(&report->definitions[i], is_chinese, "")));
                buffer_add_u8(to, '\n');
        }
        buffer_add_text(to, is_chinese ? "来源\n" : "sources\n");
        for (unsigned i = 0; i < report->sources_count; i++) {
                const struct report_source *source = &report->sources[i];

                buffer_add_text(to, "  ");
                show_text(to, slice_text(source->what));
                buffer_add_format(to, is_chinese ? "：%" PRIu64 " 条，最新序号 %" PRIu64 "\n" :
                                                   ": %" PRIu64 ", the newest of serial %" PRIu64 "\n",
                        source->rows, source->serial);
        }
}

void report_table(const struct report *report, bool is_chinese, struct buffer *to)
{
        struct layout layout = {.report = report, .is_chinese = is_chinese};

        measure(&layout, NULL);
        for (size_t i = 0; i < report->rows_count; i++)
                measure(&layout, &report->rows[i]);
        measure(&layout, &report->total);
        add_head(report, is_chinese, to);
        add_line(&layout, NULL, to);
        for (size_t i = 0; i < report->rows_count; i++)
                add_line(&layout, &report->rows[i], to);
        add_line(&layout, &report->total, to);
        add_notes(report, is_chinese, to);
}
