/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/report.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void report_init(struct report *report)
{
        memset(report, 0, sizeof(*report));
        report->total.key = must_copy_text("total");
        report_set_words(&report->total.words, "合计", "total");
}

static void words_done(struct report_words *words)
{
        free(words->zh);
        free(words->en);
}

static void row_done(struct report_row *row)
{
        free(row->key);
        words_done(&row->words);
}

void report_done(struct report *report)
{
        free(report->township);
        free(report->origin);
        words_done(&report->title);
        words_done(&report->dimension);
        for (unsigned i = 0; i < report->columns_count; i++)
                words_done(&report->columns[i].words);
        for (size_t i = 0; i < report->rows_count; i++)
                row_done(&report->rows[i]);
        free(report->rows);
        row_done(&report->total);
        for (unsigned i = 0; i < report->definitions_count; i++)
                words_done(&report->definitions[i]);
        for (unsigned i = 0; i < report->sources_count; i++)
                free(report->sources[i].what);
}

void report_set_words(struct report_words *words, const char *zh, const char *en)
{
        words_done(words);
        words->zh = must_copy_text(zh);
        words->en = must_copy_text(en);
}

unsigned report_add_column(struct report *report, const char *key, enum report_form form, const char *zh, const char *en)
{
        struct report_column *column = &report->columns[report->columns_count];

        assert(report->columns_count < REPORT_COLUMNS_MAX && strlen(key) < sizeof(column->key));
        snprintf(column->key, sizeof(column->key), "%s", key);
        column->form = form;
        report_set_words(&column->words, zh, en);
        return report->columns_count++;
}

/* By octets, the shorter first: the order of UTF-8 is that of its code points, whatever the locale. */
static int compare(const char *there, struct slice key)
{
        size_t length = strlen(there), least = length < key.length ? length : key.length;
        int order = least ? memcmp(there, key.data, least) : 0;

        return order ? order : (length > key.length) - (length < key.length);
}

static struct report_row *insert(struct report *report, size_t at, struct slice key)
{
        struct report_row *row;

        if (report->rows_count == REPORT_ROWS_MAX)
                return NULL;
        if (report->rows_count == report->rows_room) {
                report->rows_room = report->rows_room ? 2 * report->rows_room : 64;
                report->rows = must_resize(report->rows, report->rows_room * sizeof(*report->rows));
        }
        row = &report->rows[at];
        memmove(row + 1, row, (report->rows_count - at) * sizeof(*row));
        *row = (struct report_row){.key = must_alloc(key.length + 1)};
        if (key.length)
                memcpy(row->key, key.data, key.length);
        row->key[key.length] = '\0';
        report->rows_count++;
        return row;
}

struct report_row *report_row(struct report *report, struct slice key)
{
        size_t low = 0, high = report->rows_count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = compare(report->rows[middle].key, key);

                if (order == 0)
                        return &report->rows[middle];
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return insert(report, low, key);
}

void report_define(struct report *report, const char *zh, const char *en)
{
        assert(report->definitions_count < REPORT_NOTES_MAX);
        report_set_words(&report->definitions[report->definitions_count++], zh, en);
}

void report_add_source(struct report *report, const char *what, uint64_t rows, uint64_t serial)
{
        assert(report->sources_count < REPORT_NOTES_MAX);
        report->sources[report->sources_count++] =
                (struct report_source){.what = must_copy_text(what), .rows = rows, .serial = serial};
}

void report_cell_add(struct report_cell *cell, uint64_t n, uint64_t of)
{
        cell->is_set = true;
        cell->n += n;
        cell->of += of;
}

bool report_per_mille(const struct report_cell *cell, enum report_form form, uint64_t *ret)
{
        if (!cell->is_set || form != REPORT_SHARE || cell->of == 0)
                return false;
        *ret = cell->n * 1000 / cell->of;
        return true;
}

bool report_reaches(const struct report_cell *cell, uint64_t per_mille)
{
        return cell->is_set && cell->of && cell->n * 1000 >= per_mille * cell->of;
}

const char *report_form_word(enum report_form form)
{
        static const char *const words[] = {
                [REPORT_COUNT] = "count",
                [REPORT_SHARE] = "share",
                [REPORT_PER_MILLE] = "per-mille",
                [REPORT_ANSWER] = "answer",
        };

        return words[form];
}

const char *report_plot_word(enum report_plot plot)
{
        static const char *const words[] = {
                [REPORT_PLOT_STACK] = "stack",
                [REPORT_PLOT_RATE] = "rate",
        };

        return words[plot];
}
