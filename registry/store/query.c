/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/query.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void query_init(struct query *query, const char *sql)
{
        *query = (struct query){.sql = sql};
}

void query_done(struct query *query)
{
        buffer_done(&query->texts);
}

void query_cleanup(struct query *query)
{
        query_done(query);
}

static void add(struct query *query, const void *octets, size_t length, int format)
{
        assert(query->count < (int)QUERY_PARAMETERS_MAX);
        assert(query->texts.length + length < INT32_MAX);
        query->offset[query->count] = (int32_t)query->texts.length;
        query->length[query->count] = (int)length;
        query->format[query->count] = format;
        query->count++;
        buffer_add(&query->texts, octets, length);
        buffer_add_u8(&query->texts, 0);
}

void query_null(struct query *query)
{
        add(query, "", 0, 0);
        query->offset[query->count - 1] = -1;
}

void query_slice(struct query *query, struct slice text)
{
        add(query, text.data, text.length, 0);
}

void query_text(struct query *query, const char *text)
{
        if (text)
                query_slice(query, slice_text(text));
        else
                query_null(query);
}

void query_number(struct query *query, int64_t number)
{
        char text[24];

        snprintf(text, sizeof(text), "%" PRId64, number);
        query_text(query, text);
}

void query_bytes(struct query *query, const void *bytes, size_t length)
{
        add(query, bytes, length, 1);
}

void query_day(struct query *query, struct day day)
{
        char text[DAY_TEXT];

        if (day_is_none(day)) {
                query_null(query);
                return;
        }
        day_format(day, text);
        query_text(query, text);
}

void query_instant(struct query *query, int64_t at_ms)
{
        char text[INSTANT_TEXT];

        instant_format(at_ms, text);
        query_text(query, text);
}

const char *const *query_values(struct query *query)
{
        for (int i = 0; i < query->count; i++)
                query->value[i] =
                        query->offset[i] < 0 ? NULL : (const char *)query->texts.data + query->offset[i];
        return query->value;
}

bool cell_is_null(const PGresult *result, int row, int column)
{
        return PQgetisnull(result, row, column);
}

const char *cell_text(const PGresult *result, int row, int column)
{
        return PQgetvalue(result, row, column);
}

int64_t cell_number(const PGresult *result, int row, int column)
{
        return strtoll(PQgetvalue(result, row, column), NULL, 10);
}

bool cell_bool(const PGresult *result, int row, int column)
{
        return PQgetvalue(result, row, column)[0] == 't';
}

struct day cell_day(const PGresult *result, int row, int column)
{
        struct day day;

        if (PQgetisnull(result, row, column) || !day_parse(slice_text(PQgetvalue(result, row, column)), &day))
                return DAY_NONE;
        return day;
}

bool cell_bytes(const PGresult *result, int row, int column, struct buffer *ret)
{
        const char *text = PQgetvalue(result, row, column);
        size_t length = strlen(text);

        if (length < 2 || text[0] != '\\' || text[1] != 'x' || length % 2)
                return false;
        length = length / 2 - 1;
        if (!hex_decode(text + 2, 2 * length, buffer_reserve(ret, length), length))
                return false;
        ret->length += length;
        return true;
}

bool cell_octets(const PGresult *result, int row, int column, void *ret, size_t length)
{
        const char *text = PQgetvalue(result, row, column);

        return strlen(text) == 2 + 2 * length && text[0] == '\\' && text[1] == 'x' &&
               hex_decode(text + 2, 2 * length, ret, length);
}
