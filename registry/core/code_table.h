/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A code table: words with a meaning that the law gives and takes, each with the days from which and until which
 * it may be used, in Chinese and English, with its article and attributes that rules ask for. Grounds of listing,
 * legal bases and permitted measures are such tables (share/codes/). A table is data: a rule document of kind `codes`.
 *
 * A row is never taken out, only ended: what was decided under it stays readable.
 */
#pragma once

#include "registry/base/arena.h"
#include "registry/core/calendar.h"
#include "registry/core/document.h"

#define CODE_TABLE_FORMAT "qcr-codes/1"
#define CODE_TABLE_ROWS_MAX 256u
#define CODE_TABLE_ATTRIBUTES_MAX 8u
#define CODE_TABLE_ID 33
#define CODE_WORD_OCTETS 40u /* a code: `[A-Za-z0-9.-]`, without NUL */

struct code_attribute {
        const char *name;
        const char *value;
};

struct code_row {
        const char *code;
        const char *zh;
        const char *en;
        const char *article;  /* of the rule it comes from; "" when none is named */
        struct day from;
        struct day to;        /* the last day; DAY_NONE: still in force */
        unsigned attribute_count;
        struct code_attribute attributes[CODE_TABLE_ATTRIBUTES_MAX];
};

struct code_table {
        struct arena arena;   /* of all texts */
        char id[CODE_TABLE_ID];
        int32_t version;
        uint8_t hash[32];
        unsigned count;
        struct code_row *rows; /* a code may stand in several rows whose days do not overlap */
};

/* DOCUMENT_SOUND with `*ret` made; or the flaw, `*ret` NULL. */
enum document_flaw code_table_parse(struct slice json, struct code_table **ret, struct document_error *ret_error)
        MUST_CHECK;
void code_table_free(struct code_table *table);

/* The code's row in force on the day; NULL if there is none. */
const struct code_row *code_table_find(const struct code_table *table, struct slice code, struct day day);
/* Whatever the day; the newest. For showing. */
const struct code_row *code_table_newest(const struct code_table *table, struct slice code);
/* "" when the row has no such attribute. */
const char *code_row_attribute(const struct code_row *row, const char *name);
