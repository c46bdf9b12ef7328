/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rows for COPY ... FROM STDIN (FORMAT binary): the cheapest way to write many. They are gathered first and sent in one
 * go, so that what is signed of them is known before anything is sent. Values in the columns' order; each of exactly the
 * column's type, since the server converts nothing here.
 */
#pragma once

#include "registry/core/calendar.h"
#include "registry/store/link.h"

struct copy_in {
        struct buffer octets;
        unsigned columns;
        unsigned left; /* of the row */
        size_t rows;
};

/* Empties it; memory of before is used again. */
void copy_in_begin(struct copy_in *copy, unsigned columns);
void copy_in_done(struct copy_in *copy);

void copy_in_row(struct copy_in *copy);
void copy_in_null(struct copy_in *copy);
void copy_in_text(struct copy_in *copy, struct slice text);
void copy_in_int2(struct copy_in *copy, int16_t number);
void copy_in_int4(struct copy_in *copy, int32_t number);
void copy_in_int8(struct copy_in *copy, int64_t number);
void copy_in_day(struct copy_in *copy, struct day day); /* DAY_NONE is null */
/* text[]: its items follow, each by copy_in_item(). `octets`: of all items together. */
void copy_in_texts(struct copy_in *copy, uint32_t count, size_t octets);
void copy_in_item(struct copy_in *copy, struct slice text);

/* Sends what was gathered, if anything, with `sql`, the COPY. */
bool copy_in_send(struct copy_in *copy, struct link *link, const char *sql, struct fault *why) MUST_CHECK;
