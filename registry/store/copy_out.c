/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/copy_out.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

/* PostgreSQL 15, COPY, "Binary Format": signature, flags (none is known here), length of an extension. */
#define SIGNATURE_OCTETS 11u
#define TRAILER 0xffffu
#define DAYS_TO_2000 10957 /* from 1970-01-01 */

static const uint8_t signature[SIGNATURE_OCTETS + 1] = "PGCOPY\n\377\r\n";

bool copy_out_begin(struct copy_out *copy, struct link *link, const char *sql, unsigned columns, struct fault *why)
{
        assert(columns <= COPY_OUT_COLUMNS_MAX);
        *copy = (struct copy_out){.columns = columns};
        if (!link_read_begin(link, sql, why))
                return false;
        copy->link = link;
        return true;
}

static bool fail(struct fault *why)
{
        return fault_set(why, FAULT_STORE, "PostgreSQL: COPY sent a row that is not of the form that was asked for");
}

static void take_header(struct reader *reader)
{
        struct slice start = reader_take(reader, SIGNATURE_OCTETS);

        if (reader->failed || memcmp(start.data, signature, SIGNATURE_OCTETS) != 0 || reader_u32(reader))
                reader->failed = true;
        reader_take(reader, reader_u32(reader));
}

/* Six times a row and a million rows: read at once, not octet by octet. */
static uint32_t load_u32(const uint8_t *octets)
{
        uint32_t number;

        memcpy(&number, octets, sizeof(number));
        return be32toh(number);
}

static bool take_row(struct copy_out *copy, struct reader *reader, struct fault *why)
{
        const uint8_t *at = reader->data, *end = at + reader->left;

        if (reader_u16(reader) != copy->columns)
                return fail(why);
        at += 2;
        for (unsigned i = 0; i < copy->columns; i++) {
                uint32_t length;

                if (end - at < 4)
                        return fail(why);
                length = load_u32(at);
                at += 4;
                copy->fields[i] = (struct slice){0};
                if (length == UINT32_MAX)
                        continue;
                if (length > (size_t)(end - at))
                        return fail(why);
                copy->fields[i] = slice_of(at, length);
                at += length;
        }
        return at == end || fail(why);
}

static bool is_trailer(const struct reader *reader)
{
        struct reader ahead = *reader;

        return reader_u16(&ahead) == TRAILER && reader_is_done(&ahead);
}

/* One message of the server: the header, a row, the header before its first row, or what says that there is no more. */
static bool take_message(struct copy_out *copy, struct reader *reader, bool *ret, struct fault *why)
{
        *ret = false;
        if (!copy->has_header) {
                take_header(reader);
                copy->has_header = true;
                if (reader->failed)
                        return fail(why);
        }
        if (!reader->left || is_trailer(reader))
                return true;
        *ret = true;
        return take_row(copy, reader, why);
}

bool copy_out_next(struct copy_out *copy, bool *ret, struct fault *why)
{
        struct reader reader;
        size_t length;

        if (copy->is_odd)
                return fail(why);
        for (;;) {
                PQfreemem(copy->row);
                if (!link_read_next(copy->link, &copy->row, &length, why))
                        return false;
                if (!copy->row) {
                        copy->link = NULL;
                        *ret = false;
                        return true;
                }
                reader = reader_of(slice_of(copy->row, length));
                if (!take_message(copy, &reader, ret, why))
                        return false;
                if (*ret)
                        return true;
        }
}

void copy_out_done(struct copy_out *copy)
{
        PQfreemem(copy->row);
        copy->row = NULL;
        if (copy->link)
                link_read_abandon(copy->link);
        copy->link = NULL;
}

bool copy_out_is_null(const struct copy_out *copy, unsigned column)
{
        assert(column < copy->columns);
        return !copy->fields[column].data;
}

int64_t copy_out_number(struct copy_out *copy, unsigned column)
{
        struct slice field;

        assert(column < copy->columns);
        field = copy->fields[column];
        switch (field.length) {
        case 2:
                return (int16_t)(field.data[0] << 8 | field.data[1]);
        case 4:
                return (int32_t)load_u32(field.data);
        case 8:
                return (int64_t)((uint64_t)load_u32(field.data) << 32 | load_u32(field.data + 4));
        }
        copy->is_odd = true;
        return 0;
}

bool copy_out_word(const struct copy_out *copy, unsigned column, char *ret, size_t size)
{
        struct slice field = copy->fields[column];

        if (!field.data || field.length >= size)
                return false;
        memcpy(ret, field.data, field.length);
        ret[field.length] = '\0';
        return true;
}

struct day copy_out_day(struct copy_out *copy, unsigned column)
{
        int64_t days;

        if (copy_out_is_null(copy, column))
                return DAY_NONE;
        days = copy_out_number(copy, column);
        /* `infinity` and its like are no day here. */
        if (days < DAY_FIRST.number - DAYS_TO_2000 || days > DAY_LAST.number - DAYS_TO_2000) {
                copy->is_odd = true;
                return DAY_NONE;
        }
        return (struct day){(int32_t)days + DAYS_TO_2000};
}
