/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/report_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define FORMAT "qcr-report/v1"
#define FLAGS (JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY)

/* -------------------------------------------------------------------- writing */

static json_t *text_json(const char *text)
{
        return text ? json_string(text) : json_null();
}

static json_t *number_json(uint64_t number)
{
        return json_integer((json_int_t)number);
}

static json_t *words_json(const struct report_words *words)
{
        return json_pack("{s:o, s:o}", "zh", text_json(words->zh), "en", text_json(words->en));
}

static json_t *cell_json(const struct report_cell *cell, enum report_form form)
{
        uint64_t per_mille;

        if (!cell->is_set)
                return json_null();
        if (form == REPORT_ANSWER)
                return json_boolean(cell->n != 0);
        if (form != REPORT_SHARE)
                return number_json(cell->n);
        return json_pack("{s:o, s:o, s:o}", "n", number_json(cell->n), "of", number_json(cell->of), "per_mille",
                report_per_mille(cell, form, &per_mille) ? number_json(per_mille) : json_null());
}

static json_t *row_json(const struct report *report, const struct report_row *row)
{
        json_t *to = words_json(&row->words), *cells = json_array();

        for (unsigned i = 0; i < report->columns_count; i++)
                json_array_append_new(cells, cell_json(&row->cells[i], report->columns[i].form));
        json_object_set_new(to, "key", json_string(row->key));
        json_object_set_new(to, "cells", cells);
        return to;
}

static json_t *columns_json(const struct report *report)
{
        json_t *to = json_array();

        for (unsigned i = 0; i < report->columns_count; i++) {
                const struct report_column *column = &report->columns[i];
                json_t *item = words_json(&column->words);

                json_object_set_new(item, "key", json_string(column->key));
                json_object_set_new(item, "form", json_string(report_form_word(column->form)));
                json_array_append_new(to, item);
        }
        return to;
}

static json_t *rows_json(const struct report *report)
{
        json_t *to = json_array();

        for (size_t i = 0; i < report->rows_count; i++)
                json_array_append_new(to, row_json(report, &report->rows[i]));
        return to;
}

static void set_notes(const struct report *report, json_t *to)
{
        json_t *definitions = json_array(), *sources = json_array();

        for (unsigned i = 0; i < report->definitions_count; i++)
                json_array_append_new(definitions, words_json(&report->definitions[i]));
        for (unsigned i = 0; i < report->sources_count; i++) {
                const struct report_source *source = &report->sources[i];

                json_array_append_new(sources, json_pack("{s:s, s:o, s:o}", "what", source->what, "rows",
                        number_json(source->rows), "serial", number_json(source->serial)));
        }
        json_object_set_new(to, "definitions", definitions);
        json_object_set_new(to, "sources", sources);
}

static json_t *hash_json(const uint8_t hash[32])
{
        char hex[65];

        hex_encode(hash, 32, hex);
        return json_string(hex);
}

static json_t *document_json(const struct report *report)
{
        json_t *to = json_object();
        char day[DAY_TEXT];

        day_format(report->day, day);
        json_object_set_new(to, "format", json_string(FORMAT));
        json_object_set_new(to, "report", json_string(report->kind));
        json_object_set_new(to, "by", json_string(report->by));
        json_object_set_new(to, "township", text_json(report->township));
        json_object_set_new(to, "origin", text_json(report->origin));
        json_object_set_new(to, "year", json_integer(report->year));
        json_object_set_new(to, "day", json_string(day));
        json_object_set_new(to, "serial", number_json(report->serial));
        json_object_set_new(to, "policy", json_pack("{s:s, s:i, s:o}", "id", report->policy_id, "version",
                (int)report->policy_version, "sha256", hash_json(report->policy_hash)));
        json_object_set_new(to, "configuration", hash_json(report->configuration));
        json_object_set_new(to, "title", words_json(&report->title));
        json_object_set_new(to, "dimension", words_json(&report->dimension));
        json_object_set_new(to, "plot", json_pack("{s:s, s:i, s:i}", "form", report_plot_word(report->plot), "first",
                (int)report->plot_first, "last", (int)report->plot_last));
        json_object_set_new(to, "columns", columns_json(report));
        json_object_set_new(to, "rows", rows_json(report));
        json_object_set_new(to, "total", row_json(report, &report->total));
        set_notes(report, to);
        return to;
}

void report_encode(const struct report *report, struct buffer *to)
{
        json_t *document = document_json(report);
        size_t length = json_dumpb(document, NULL, 0, FLAGS);

        json_dumpb(document, (char *)buffer_reserve(to, length), length, FLAGS);
        to->length += length;
        json_decref(document);
}

/* -------------------------------------------------------------------- reading */

/*
 * What is there is taken, what is not leaves the report as it is: whether it was all of the document, and nothing else,
 * is seen by writing it again. Only what could overrun is asked for.
 */
static bool take_text(const json_t *from, const char *member, char **ret)
{
        const char *text = json_string_value(json_object_get(from, member));

        if (!text)
                return false;
        free(*ret);
        *ret = must_copy_text(text);
        return true;
}

/* Of a row they may be missing: its key is there. */
static bool take_words(const json_t *from, struct report_words *ret)
{
        bool has_zh = take_text(from, "zh", &ret->zh), has_en = take_text(from, "en", &ret->en);

        return has_zh && has_en;
}

static bool take_word(const json_t *from, const char *member, char *ret, size_t size)
{
        const char *text = json_string_value(json_object_get(from, member));

        return text && (size_t)snprintf(ret, size, "%s", text) < size;
}

/* Nothing here is negative: what is, is read as another number, and seen when it is written again. */
static uint64_t value_of(const json_t *number)
{
        json_int_t value = json_integer_value(number);

        return value > 0 ? (uint64_t)value : 0;
}

static uint64_t number_of(const json_t *from, const char *member)
{
        return value_of(json_object_get(from, member));
}

static bool take_hash(const json_t *from, const char *member, uint8_t ret[32])
{
        const char *text = json_string_value(json_object_get(from, member));

        return text && hex_decode(text, strlen(text), ret, 32);
}

static bool take_columns(const json_t *from, struct report *ret)
{
        for (size_t i = 0; i < json_array_size(from); i++) {
                const json_t *item = json_array_get(from, i);
                struct report_column *column = &ret->columns[i];
                const char *form = json_string_value(json_object_get(item, "form"));

                if (i == REPORT_COLUMNS_MAX || !form)
                        return false;
                ret->columns_count++;
                for (column->form = REPORT_COUNT; strcmp(report_form_word(column->form), form) != 0; column->form++)
                        if (column->form == REPORT_ANSWER)
                                return false;
                if (!take_word(item, "key", column->key, sizeof(column->key)) || !take_words(item, &column->words))
                        return false;
        }
        return true;
}

static void take_cells(const json_t *from, const struct report *report, struct report_row *ret)
{
        for (unsigned i = 0; i < report->columns_count; i++) {
                const json_t *cell = json_array_get(from, i);

                if (!cell || json_is_null(cell))
                        continue;
                ret->cells[i].is_set = true;
                if (json_is_object(cell)) {
                        ret->cells[i].n = number_of(cell, "n");
                        ret->cells[i].of = number_of(cell, "of");
                } else {
                        ret->cells[i].n = json_is_true(cell) ? 1 : value_of(cell);
                }
        }
}

static bool take_rows(const json_t *from, struct report *ret)
{
        for (size_t i = 0; i < json_array_size(from); i++) {
                const json_t *item = json_array_get(from, i);
                const char *key = json_string_value(json_object_get(item, "key"));
                struct report_row *row = key ? report_row(ret, slice_text(key)) : NULL;

                if (!row)
                        return false;
                (void)take_words(item, &row->words);
                take_cells(json_object_get(item, "cells"), ret, row);
        }
        return true;
}

static bool take_total(const json_t *from, struct report *ret)
{
        take_cells(json_object_get(from, "cells"), ret, &ret->total);
        return take_words(from, &ret->total.words);
}

static bool take_notes(const json_t *from, struct report *ret)
{
        const json_t *definitions = json_object_get(from, "definitions"), *sources = json_object_get(from, "sources");

        if (json_array_size(definitions) > REPORT_NOTES_MAX || json_array_size(sources) > REPORT_NOTES_MAX)
                return false;
        for (size_t i = 0; i < json_array_size(definitions); i++)
                if (!take_words(json_array_get(definitions, i), &ret->definitions[ret->definitions_count++]))
                        return false;
        for (size_t i = 0; i < json_array_size(sources); i++) {
                const json_t *item = json_array_get(sources, i);
                const char *what = json_string_value(json_object_get(item, "what"));

                if (!what)
                        return false;
                report_add_source(ret, what, number_of(item, "rows"), number_of(item, "serial"));
        }
        return true;
}

static bool take_head(const json_t *from, struct report *ret)
{
        const json_t *policy = json_object_get(from, "policy"), *plot = json_object_get(from, "plot");
        const char *day = json_string_value(json_object_get(from, "day"));
        const char *form = json_string_value(json_object_get(plot, "form"));

        take_text(from, "township", &ret->township);
        take_text(from, "origin", &ret->origin);
        ret->year = (int32_t)number_of(from, "year");
        ret->serial = number_of(from, "serial");
        ret->policy_version = (int32_t)number_of(policy, "version");
        ret->plot = form && strcmp(form, "rate") == 0 ? REPORT_PLOT_RATE : REPORT_PLOT_STACK;
        ret->plot_first = (unsigned)number_of(plot, "first");
        ret->plot_last = (unsigned)number_of(plot, "last");
        return day && day_parse(slice_text(day), &ret->day) && take_words(json_object_get(from, "title"), &ret->title) &&
               take_words(json_object_get(from, "dimension"), &ret->dimension) &&
               take_word(from, "report", ret->kind, sizeof(ret->kind)) &&
               take_word(from, "by", ret->by, sizeof(ret->by)) &&
               take_word(policy, "id", ret->policy_id, sizeof(ret->policy_id)) &&
               take_hash(policy, "sha256", ret->policy_hash) && take_hash(from, "configuration", ret->configuration);
}

static bool take_document(const json_t *from, struct report *ret)
{
        return take_head(from, ret) && take_columns(json_object_get(from, "columns"), ret) &&
               ret->plot_first <= ret->plot_last && ret->plot_last < ret->columns_count &&
               take_rows(json_object_get(from, "rows"), ret) && take_total(json_object_get(from, "total"), ret) &&
               take_notes(from, ret);
}

bool report_decode(struct slice json, struct report *ret)
{
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        json_t *document = json.length <= REPORT_OCTETS_MAX ?
                json_loadb((const char *)json.data, json.length, JSON_REJECT_DUPLICATES, NULL) : NULL;
        bool done;

        report_init(ret);
        done = document && take_document(document, ret);
        if (done) {
                report_encode(ret, &again);
                done = slice_equal(buffer_slice(&again), json);
        }
        json_decref(document);
        return done;
}
