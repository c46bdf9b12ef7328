/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/bulk.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

void bulk_done(struct bulk *bulk)
{
        buffer_done(&bulk->text);
}

void bulk_clear(struct bulk *bulk)
{
        buffer_clear(&bulk->text);
        bulk->in_row = false;
        bulk->rows = 0;
}

static void begin_value(struct bulk *bulk)
{
        if (bulk->in_row)
                buffer_add_u8(&bulk->text, '\t');
        bulk->in_row = true;
}

void bulk_null(struct bulk *bulk)
{
        begin_value(bulk);
        buffer_add_text(&bulk->text, "\\N");
}

/* PostgreSQL 15, COPY, "Text Format": backslash, tab and the line ends are escaped. */
void bulk_text(struct bulk *bulk, const char *text)
{
        if (!text) {
                bulk_null(bulk);
                return;
        }
        begin_value(bulk);
        for (;;) {
                size_t plain = strcspn(text, "\\\t\n\r");

                buffer_add(&bulk->text, text, plain);
                text += plain;
                if (!*text)
                        return;
                buffer_add_u8(&bulk->text, '\\');
                buffer_add_u8(&bulk->text, *text == '\t'   ? 't'
                                           : *text == '\n' ? 'n'
                                           : *text == '\r' ? 'r'
                                                           : '\\');
                text++;
        }
}

void bulk_number(struct bulk *bulk, int64_t number)
{
        begin_value(bulk);
        buffer_add_format(&bulk->text, "%" PRId64, number);
}

void bulk_day(struct bulk *bulk, struct day day)
{
        char text[DAY_TEXT];

        if (day_is_none(day)) {
                bulk_null(bulk);
                return;
        }
        day_format(day, text);
        bulk_text(bulk, text);
}

/* 2 * length + 1 octets are written: the digits and a NUL that is not counted. */
static void add_hex(struct buffer *to, const void *bytes, size_t length)
{
        hex_encode(bytes, length, (char *)buffer_reserve(to, 2 * length + 1));
        to->length += 2 * length;
}

void bulk_bytes(struct bulk *bulk, const void *bytes, size_t length)
{
        begin_value(bulk);
        buffer_add_text(&bulk->text, "\\\\x");
        add_hex(&bulk->text, bytes, length);
}

void bulk_end_row(struct bulk *bulk)
{
        assert(bulk->in_row);
        buffer_add_u8(&bulk->text, '\n');
        bulk->in_row = false;
        bulk->rows++;
}

bool bulk_send(struct bulk *bulk, struct link *link, const char *sql, struct fault *why)
{
        int64_t rows;

        assert(!bulk->in_row);
        if (!bulk->rows)
                return true;
        if (!link_copy_begin(link, sql, why) || !link_copy_add(link, buffer_slice(&bulk->text), why) ||
                !link_copy_end(link, &rows, why))
                return false;
        if ((size_t)rows != bulk->rows)
                return fault_set(why, FAULT_STORE, "COPY took %" PRId64 " of %zu rows", rows, bulk->rows);
        bulk_clear(bulk);
        return true;
}

void array_begin(struct buffer *array)
{
        buffer_clear(array);
        buffer_add_u8(array, '{');
}

static void begin_item(struct buffer *array)
{
        if (array->length > 1)
                buffer_add_u8(array, ',');
}

void array_text(struct buffer *array, const char *text)
{
        begin_item(array);
        if (!text) {
                buffer_add_text(array, "NULL");
                return;
        }
        buffer_add_u8(array, '"');
        for (const char *p = text; *p; p++) {
                if (*p == '"' || *p == '\\')
                        buffer_add_u8(array, '\\');
                buffer_add_u8(array, (uint8_t)*p);
        }
        buffer_add_u8(array, '"');
}

void array_number(struct buffer *array, int64_t number)
{
        begin_item(array);
        buffer_add_format(array, "%" PRId64, number);
}

void array_day(struct buffer *array, struct day day)
{
        char text[DAY_TEXT];

        day_format(day, text);
        array_text(array, day_is_none(day) ? NULL : text);
}

void array_hex(struct buffer *array, const void *bytes, size_t length)
{
        begin_item(array);
        buffer_add_u8(array, '"');
        add_hex(array, bytes, length);
        buffer_add_u8(array, '"');
}

void array_end(struct buffer *array)
{
        buffer_add_u8(array, '}');
}
