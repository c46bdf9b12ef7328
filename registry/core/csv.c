/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/csv.h"

#include <assert.h>
#include <string.h>

static const uint8_t byte_order_mark[3] = {0xef, 0xbb, 0xbf};

void csv_init(struct csv *csv)
{
        *csv = (struct csv){.line = 1, .column = 1, .row = {.line = 1}};
}

void csv_done(struct csv *csv)
{
        buffer_done(&csv->text);
}

void csv_cleanup(struct csv *csv)
{
        csv_done(csv);
}

void csv_push(struct csv *csv, struct slice bytes)
{
        assert(!csv->input.length && !csv->ended);
        csv->input = bytes;
}

void csv_end(struct csv *csv)
{
        csv->ended = true;
}

/* The first flaw of a row is the one that is told. */
static void flaw(struct csv *csv, enum csv_flaw which)
{
        if (csv->row.flaw)
                return;
        csv->row.flaw = which;
        csv->row.flaw_line = csv->line;
        csv->row.flaw_column = csv->column;
}

static void begin_row(struct csv *csv)
{
        buffer_clear(&csv->text);
        csv->row.flaw = CSV_SOUND;
        csv->row.line = csv->line;
        csv->row.count = 0;
        csv->starts[0] = 0;
}

static void add(struct csv *csv, const uint8_t *octets, size_t length)
{
        if (csv->row.flaw)
                return;
        if (csv->text.length + length > CSV_ROW_MAX)
                flaw(csv, CSV_ROW_LENGTH);
        else if (csv->text.length - csv->starts[csv->row.count] + length > CSV_FIELD_MAX)
                flaw(csv, CSV_FIELD_LENGTH);
        else
                buffer_add(&csv->text, octets, length);
}

static void end_field(struct csv *csv)
{
        if (csv->row.flaw)
                return;
        if (csv->row.count == CSV_COLUMNS_MAX)
                flaw(csv, CSV_COLUMNS);
        else
                csv->starts[++csv->row.count] = csv->text.length;
}

static const struct csv_row *end_row(struct csv *csv)
{
        csv->state = CSV_AT_ROW;
        if (csv->row.flaw)
                csv->row.count = 0;
        for (unsigned i = 0; i < csv->row.count; i++)
                csv->row.fields[i] =
                        slice_of(csv->text.data + csv->starts[i], csv->starts[i + 1] - csv->starts[i]);
        return &csv->row;
}

/* Moves over `length` octets that hold no line end, counting characters (UTF-8 continuations are none). */
static void pass(struct csv *csv, size_t length)
{
        for (size_t i = 0; i < length; i++)
                csv->column += (csv->input.data[i] & 0xc0) != 0x80;
        csv->input.data += length;
        csv->input.length -= length;
}

/* How many octets from here have no meaning but themselves. */
static size_t plain_length(const struct csv *csv)
{
        const uint8_t *p = csv->input.data;
        size_t n = 0;

        if (csv->state == CSV_QUOTED)
                while (n < csv->input.length && p[n] != '"' && p[n] != '\n' && p[n])
                        n++;
        else
                while (n < csv->input.length && p[n] != '"' && p[n] != '\n' && p[n] != ',' && p[n] != '\r' &&
                        p[n])
                        n++;
        return n;
}

static void take_plain(struct csv *csv, size_t length)
{
        if (csv->state == CSV_QUOTE)
                flaw(csv, CSV_AFTER_QUOTE);
        if (csv->state == CSV_RETURN)
                flaw(csv, CSV_STRAY_RETURN);
        if (csv->state != CSV_QUOTED)
                csv->state = CSV_PLAIN;
        add(csv, csv->input.data, length);
        pass(csv, length);
}

static void take_quote(struct csv *csv)
{
        switch (csv->state) {
        case CSV_AT_ROW:
        case CSV_AT_FIELD:
                csv->state = CSV_QUOTED;
                break;
        case CSV_QUOTED:
                csv->state = CSV_QUOTE;
                break;
        case CSV_QUOTE:
                csv->state = CSV_QUOTED;
                add(csv, csv->input.data, 1);
                break;
        case CSV_RETURN:
                csv->state = CSV_PLAIN;
                flaw(csv, CSV_STRAY_RETURN);
                break;
        case CSV_PLAIN:
                flaw(csv, CSV_STRAY_QUOTE);
                break;
        }
        pass(csv, 1);
}

/* A NUL counts as an ordinary character, so that it moves no border. */
static void take_nul(struct csv *csv)
{
        flaw(csv, CSV_NUL);
        if (csv->state != CSV_QUOTED)
                csv->state = CSV_PLAIN;
        pass(csv, 1);
}

static void take_return(struct csv *csv)
{
        /* An empty line's CR leaves the row without a field: nothing is reported for it. */
        if (csv->state == CSV_RETURN)
                flaw(csv, CSV_STRAY_RETURN);
        else if (csv->state != CSV_AT_ROW)
                end_field(csv);
        csv->state = CSV_RETURN;
        pass(csv, 1);
}

static void take_comma(struct csv *csv)
{
        if (csv->state == CSV_RETURN)
                flaw(csv, CSV_STRAY_RETURN);
        end_field(csv);
        csv->state = CSV_AT_FIELD;
        pass(csv, 1);
}

/* True when it ended the row; within quotes it is text. */
static bool take_line_end(struct csv *csv)
{
        if (csv->state == CSV_QUOTED)
                add(csv, csv->input.data, 1);
        else if (csv->state != CSV_AT_ROW && csv->state != CSV_RETURN)
                end_field(csv);
        csv->input.data++;
        csv->input.length--;
        csv->line++;
        csv->column = 1;
        return csv->state != CSV_QUOTED;
}

/* One octet with a meaning, or a run of octets without; true when it ended a row. */
static bool step(struct csv *csv)
{
        size_t plain = plain_length(csv);

        if (csv->state == CSV_AT_ROW)
                begin_row(csv);
        if (plain) {
                take_plain(csv, plain);
                return false;
        }
        switch (csv->input.data[0]) {
        case '\n':
                return take_line_end(csv);
        case '\r':
                take_return(csv);
                return false;
        case ',':
                take_comma(csv);
                return false;
        case '"':
                take_quote(csv);
                return false;
        default:
                take_nul(csv);
                return false;
        }
}

/* Drops a byte order mark, which may come in pieces; true while more input is needed to tell. */
static bool at_byte_order_mark(struct csv *csv)
{
        while (csv->bom < 3 && csv->input.length) {
                if (csv->input.data[0] != byte_order_mark[csv->bom]) {
                        /* Only UTF-8 comes here, and a part of the mark is none: the rest cannot be sound. */
                        if (csv->bom) {
                                begin_row(csv);
                                csv->state = CSV_PLAIN;
                                add(csv, byte_order_mark, csv->bom);
                                csv->column++;
                        }
                        csv->bom = 4;
                        return false;
                }
                csv->bom++;
                csv->input.data++;
                csv->input.length--;
        }
        if (csv->bom == 3)
                csv->bom = 4;
        return csv->bom < 3;
}

enum csv_answer csv_next(struct csv *csv, const struct csv_row **ret)
{
        if (csv->bom < 4 && at_byte_order_mark(csv) && !csv->ended)
                return CSV_MORE;
        while (csv->input.length)
                if (step(csv)) {
                        *ret = end_row(csv);
                        if (csv->row.count || csv->row.flaw)
                                return CSV_ROW;
                }
        if (!csv->ended)
                return CSV_MORE;
        if (csv->state == CSV_AT_ROW)
                return CSV_END;
        if (csv->state == CSV_QUOTED)
                flaw(csv, CSV_UNCLOSED);
        if (csv->state == CSV_RETURN)
                flaw(csv, CSV_STRAY_RETURN);
        else
                end_field(csv);
        *ret = end_row(csv);
        return CSV_ROW;
}

const char *csv_flaw_word(enum csv_flaw which)
{
        switch (which) {
        case CSV_SOUND:
                return "ok";
        case CSV_NUL:
                return "csv_nul";
        case CSV_STRAY_QUOTE:
                return "csv_stray_quote";
        case CSV_AFTER_QUOTE:
                return "csv_after_quote";
        case CSV_UNCLOSED:
                return "csv_unclosed";
        case CSV_STRAY_RETURN:
                return "csv_stray_return";
        case CSV_FIELD_LENGTH:
                return "csv_field_length";
        case CSV_ROW_LENGTH:
                return "csv_row_length";
        case CSV_COLUMNS:
                return "csv_columns";
        }
        return "csv";
}

/* Apostrophes in front are looked through, so that guarding and taking off are each other's reverse. */
static bool is_formula(struct slice text)
{
        size_t n = 0;

        while (n < text.length && text.data[n] == '\'')
                n++;
        return n < text.length && memchr("=+-@\t\r", text.data[n], 6);
}

void csv_add_field(struct buffer *to, struct slice text, bool guard)
{
        bool guarded = guard && is_formula(text);
        /* At a file's start a byte order mark would be taken for the file's. */
        bool quoted = guarded || (text.length >= 3 && !memcmp(text.data, byte_order_mark, 3));

        for (size_t i = 0; i < text.length && !quoted; i++)
                quoted = memchr(",\"\r\n", text.data[i], 4);
        if (!quoted) {
                buffer_add_slice(to, text);
                return;
        }
        buffer_add_text(to, guarded ? "\"'" : "\"");
        for (size_t i = 0; i < text.length; i++) {
                if (text.data[i] == '"')
                        buffer_add_u8(to, '"');
                buffer_add_u8(to, text.data[i]);
        }
        buffer_add_u8(to, '"');
}

struct slice csv_unguard(struct slice text)
{
        struct slice rest;

        if (!text.length || text.data[0] != '\'')
                return text;
        rest = slice_of(text.data + 1, text.length - 1);
        return is_formula(rest) ? rest : text;
}
