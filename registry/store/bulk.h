/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Bulk: rows for COPY ... FROM STDIN in PostgreSQL's text format, and arrays as literals, so that a chunk of
 * a thousand rows costs a handful of round trips and not a thousand. Values are escaped here and nowhere
 * else.
 */
#pragma once

#include "registry/store/link.h"

/* Rows for one table. */
struct bulk {
        struct buffer text;
        bool in_row;
        size_t rows;
};

void bulk_done(struct bulk *bulk);
void bulk_clear(struct bulk *bulk);

/* One value each, in the columns' order; bulk_end_row after the last. */
void bulk_null(struct bulk *bulk);
void bulk_text(struct bulk *bulk, const char *text); /* NULL is NULL */
void bulk_number(struct bulk *bulk, int64_t number);
void bulk_day(struct bulk *bulk, struct day day); /* DAY_NONE is NULL */
void bulk_bytes(struct bulk *bulk, const void *bytes, size_t length);
void bulk_end_row(struct bulk *bulk);

/* Sends what was gathered, if anything, with `sql`, a COPY, and clears it. */
bool bulk_send(struct bulk *bulk, struct link *link, const char *sql, struct fault *why) MUST_CHECK;

/* An array literal: begin, items, end; then the text is a parameter. */
void array_begin(struct buffer *array);
void array_text(struct buffer *array, const char *text); /* NULL is NULL */
void array_number(struct buffer *array, int64_t number);
void array_day(struct buffer *array, struct day day);
/* Hexadecimal digits without a prefix, for decode(..., 'hex'). */
void array_hex(struct buffer *array, const void *bytes, size_t length);
void array_end(struct buffer *array);
