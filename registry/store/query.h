/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A query is one SQL text with its parameters, and the readers of its result's cells. It is the same for the
 * daemon, which sends it asynchronously (store/db), and for the administrator's tool, which waits (store/link):
 * what is asked stands once. SQL texts are literals; values travel as parameters only.
 */
#pragma once

#include <libpq-fe.h>

#include "registry/base/bytes.h"
#include "registry/core/calendar.h"

#define QUERY_PARAMETERS_MAX 32u

struct query {
        const char *sql;                  /* a literal; lives for ever */
        struct buffer texts;              /* the parameters' octets, NUL after each */
        int count;
        int32_t offset[QUERY_PARAMETERS_MAX]; /* into texts; -1 is NULL */
        int length[QUERY_PARAMETERS_MAX];
        int format[QUERY_PARAMETERS_MAX];     /* 0 text, 1 binary */
        const char *value[QUERY_PARAMETERS_MAX]; /* set by query_values */
};

void query_init(struct query *query, const char *sql);
void query_done(struct query *query);
void query_cleanup(struct query *query); /* for CLEANUP(query) */

void query_null(struct query *query);
void query_text(struct query *query, const char *text);          /* NULL is NULL */
void query_slice(struct query *query, struct slice text);
void query_number(struct query *query, int64_t number);
void query_bytes(struct query *query, const void *bytes, size_t length); /* bytea */
void query_day(struct query *query, struct day day);              /* DAY_NONE is NULL */
void query_instant(struct query *query, int64_t at_ms);           /* timestamptz */

/* The parameter array as libpq wants it; valid until the query is changed. */
const char *const *query_values(struct query *query);

/* Cells of a result. Columns by position, as in the SQL beside the caller. */
bool cell_is_null(const PGresult *result, int row, int column);
const char *cell_text(const PGresult *result, int row, int column);
int64_t cell_number(const PGresult *result, int row, int column);
bool cell_bool(const PGresult *result, int row, int column);
struct day cell_day(const PGresult *result, int row, int column); /* DAY_NONE for NULL */
/* timestamptz selected as `(extract(epoch from x) * 1000)::bigint` reads with cell_number. */
/* Appends a bytea's octets; false if the cell is not one. */
bool cell_bytes(const PGresult *result, int row, int column, struct buffer *ret) __attribute__((warn_unused_result));
/* Exactly `length` octets; false otherwise. */
bool cell_octets(const PGresult *result, int row, int column, void *ret, size_t length)
        __attribute__((warn_unused_result));
