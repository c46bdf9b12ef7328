/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * COPY (query) TO STDOUT (FORMAT binary), row by row: the cheapest way to read a million rows without holding them.
 * Fields are octets in the server's binary form (integers big-endian, text and bytea as they are, dates days from
 * 2000-01-01) and live until the next row.
 */
#pragma once

#include "registry/core/calendar.h"
#include "registry/store/link.h"

#define COPY_OUT_COLUMNS_MAX 16u

struct copy_out {
        struct link *link;                           /* NULL: nothing is coming any more */
        unsigned columns;
        char *row;                                   /* libpq's */
        bool has_header;
        bool is_odd;                                 /* a field was asked for what it is not */
        struct slice fields[COPY_OUT_COLUMNS_MAX];   /* data NULL: null */
};

/* `sql` is the whole COPY statement, of so many columns; parameters are the caller's to quote. */
bool copy_out_begin(struct copy_out *copy, struct link *link, const char *sql, unsigned columns, struct fault *why) MUST_CHECK;
/* `*ret` is false behind the last row; the link may be used again then. */
bool copy_out_next(struct copy_out *copy, bool *ret, struct fault *why) MUST_CHECK;
/* After a fault, or to stop early: reads what is still coming. Nothing to do behind the last row. */
void copy_out_done(struct copy_out *copy);

bool copy_out_is_null(const struct copy_out *copy, unsigned column);
/* int2, int4 or int8, by its length. A field of another length makes the next copy_out_next() fail. */
int64_t copy_out_number(struct copy_out *copy, unsigned column);
struct day copy_out_day(struct copy_out *copy, unsigned column); /* DAY_NONE for null */
/* A short text with a NUL behind it, which fields have not; false if it is NULL or does not fit. */
bool copy_out_word(const struct copy_out *copy, unsigned column, char *ret, size_t size) MUST_CHECK;
