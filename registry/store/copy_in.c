/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/copy_in.h"

#include <assert.h>

/* PostgreSQL 15, COPY, "Binary Format": signature; no flags, no extension. */
#define SIGNATURE_OCTETS 11u
#define TRAILER 0xffffu
#define DAYS_TO_2000 10957 /* from 1970-01-01 */

/* array_recv(): dimensions, nulls, type of the items; then each dimension's length and first index. */
#define ARRAY_HEADER_OCTETS 20u
#define TYPE_TEXT 25u /* pg_type.oid, the same in every database */

static const uint8_t signature[SIGNATURE_OCTETS + 1] = "PGCOPY\n\377\r\n";

void copy_in_begin(struct copy_in *copy, unsigned columns)
{
        buffer_clear(&copy->octets);
        copy->columns = columns;
        copy->left = 0;
        copy->rows = 0;
        buffer_add(&copy->octets, signature, SIGNATURE_OCTETS);
        buffer_add_u32(&copy->octets, 0);
        buffer_add_u32(&copy->octets, 0);
}

void copy_in_done(struct copy_in *copy)
{
        buffer_done(&copy->octets);
}

void copy_in_row(struct copy_in *copy)
{
        assert(!copy->left);
        buffer_add_u16(&copy->octets, (uint16_t)copy->columns);
        copy->left = copy->columns;
        copy->rows++;
}

static void begin_value(struct copy_in *copy, uint32_t length)
{
        assert(copy->left);
        copy->left--;
        buffer_add_u32(&copy->octets, length);
}

void copy_in_null(struct copy_in *copy)
{
        begin_value(copy, UINT32_MAX);
}

void copy_in_text(struct copy_in *copy, struct slice text)
{
        begin_value(copy, (uint32_t)text.length);
        buffer_add_slice(&copy->octets, text);
}

void copy_in_int2(struct copy_in *copy, int16_t number)
{
        begin_value(copy, 2);
        buffer_add_u16(&copy->octets, (uint16_t)number);
}

void copy_in_int4(struct copy_in *copy, int32_t number)
{
        begin_value(copy, 4);
        buffer_add_u32(&copy->octets, (uint32_t)number);
}

void copy_in_int8(struct copy_in *copy, int64_t number)
{
        begin_value(copy, 8);
        buffer_add_u64(&copy->octets, (uint64_t)number);
}

void copy_in_day(struct copy_in *copy, struct day day)
{
        if (day_is_none(day))
                copy_in_null(copy);
        else
                copy_in_int4(copy, day.number - DAYS_TO_2000);
}

void copy_in_texts(struct copy_in *copy, uint32_t count, size_t octets)
{
        assert(count);
        begin_value(copy, (uint32_t)(ARRAY_HEADER_OCTETS + 4u * count + octets));
        buffer_add_u32(&copy->octets, 1);
        buffer_add_u32(&copy->octets, 0);
        buffer_add_u32(&copy->octets, TYPE_TEXT);
        buffer_add_u32(&copy->octets, count);
        buffer_add_u32(&copy->octets, 1);
}

void copy_in_item(struct copy_in *copy, struct slice text)
{
        buffer_add_u32(&copy->octets, (uint32_t)text.length);
        buffer_add_slice(&copy->octets, text);
}

bool copy_in_send(struct copy_in *copy, struct link *link, const char *sql, struct fault *why)
{
        assert(!copy->left);
        if (!copy->rows)
                return true;
        buffer_add_u16(&copy->octets, TRAILER);
        return link_copy_begin(link, sql, why) && link_copy_add(link, buffer_slice(&copy->octets), why) &&
               link_copy_end(link, NULL, why);
}
