/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/report_csv.h"

#include <inttypes.h>

#include "registry/core/csv.h"

static void add_header(const struct report *report, struct buffer *to)
{
        buffer_add_format(to, "report,report_year,day,serial,policy,%s", report->by);
        for (unsigned i = 0; i < report->columns_count; i++) {
                const char *key = report->columns[i].key;

                buffer_add_format(to, ",%s", key);
                if (report->columns[i].form == REPORT_SHARE)
                        buffer_add_format(to, ",%s_of,%s_per_mille", key, key);
        }
        buffer_add_text(to, "\r\n");
}

static void add_cell(const struct report_cell *cell, enum report_form form, struct buffer *to)
{
        uint64_t per_mille;

        buffer_add_text(to, ",");
        if (cell->is_set && form == REPORT_ANSWER)
                buffer_add_text(to, cell->n ? "yes" : "no");
        else if (cell->is_set)
                buffer_add_format(to, "%" PRIu64, cell->n);
        if (form != REPORT_SHARE)
                return;
        buffer_add_text(to, ",");
        if (cell->is_set)
                buffer_add_format(to, "%" PRIu64, cell->of);
        buffer_add_text(to, ",");
        if (report_per_mille(cell, form, &per_mille))
                buffer_add_format(to, "%" PRIu64, per_mille);
}

static void add_row(const struct report *report, const struct report_row *row, struct buffer *to)
{
        char day[DAY_TEXT];

        day_format(report->day, day);
        buffer_add_format(to, "%s,%d,%s,%" PRIu64 ",%s@%d,", report->kind, (int)report->year, day, report->serial,
                report->policy_id, (int)report->policy_version);
        csv_add_field(to, slice_text(row->key), true);
        for (unsigned i = 0; i < report->columns_count; i++)
                add_cell(&row->cells[i], report->columns[i].form, to);
        buffer_add_text(to, "\r\n");
}

void report_csv(const struct report *report, struct buffer *to)
{
        add_header(report, to);
        for (size_t i = 0; i < report->rows_count; i++)
                add_row(report, &report->rows[i], to);
        add_row(report, &report->total, to);
}
