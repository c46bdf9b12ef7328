/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * CSV (RFC 4180) as a stream: octets are pushed, rows are pulled. Fields may be quoted, a quoted field may
 * hold commas, line ends and doubled quotes; lines end with LF or CRLF; a UTF-8 byte order mark in front is
 * dropped; empty lines are no rows.
 *
 * A flawed row never stops the others, and never becomes others: what is skipped is skipped to where the
 * row ends by the rules of quoting, so that no text inside a field can be made to read as a row of its own.
 * A row holds no more than CSV_ROW_MAX octets and CSV_COLUMNS_MAX fields however long the input is.
 */
#pragma once

#include "registry/base/bytes.h"

#define CSV_ROW_MAX 16384u  /* octets of one row: a decision's whole text fits several times */
#define CSV_FIELD_MAX 8192u /* octets of one field */
#define CSV_COLUMNS_MAX 64u /* the widest exchange format has 30 columns */

enum csv_flaw {
        CSV_SOUND = 0,
        CSV_NUL,          /* an octet 0: no text */
        CSV_STRAY_QUOTE,  /* a quote within an unquoted field */
        CSV_AFTER_QUOTE,  /* something between a closing quote and the separator */
        CSV_UNCLOSED,     /* the input ends inside quotes */
        CSV_STRAY_RETURN, /* a CR without its LF */
        CSV_FIELD_LENGTH,
        CSV_ROW_LENGTH,
        CSV_COLUMNS,
};

enum csv_answer {
        CSV_MORE = 0, /* push again, or end */
        CSV_ROW,      /* a row, sound or flawed */
        CSV_END,      /* after csv_end: nothing is left */
};

enum csv_state {
        CSV_AT_ROW,   /* before the first octet of a row */
        CSV_AT_FIELD, /* before the first octet of a field that is not the first */
        CSV_PLAIN,
        CSV_QUOTED,
        CSV_QUOTE,  /* after a quote inside quotes: a doubled one, or the end */
        CSV_RETURN, /* after a CR outside quotes */
};

struct csv_row {
        enum csv_flaw flaw;
        uint64_t line;        /* the row's first line, from 1 */
        uint64_t flaw_line;   /* where the flaw is */
        uint64_t flaw_column; /* its character in that line, from 1 */
        unsigned count;
        struct slice fields[CSV_COLUMNS_MAX]; /* valid until the next call */
};

struct csv {
        enum csv_state state;
        bool ended;
        unsigned bom; /* octets of a byte order mark seen; 4: no longer looked for */
        struct slice input;
        uint64_t line;
        uint64_t column;
        struct buffer text; /* the row's fields, one after the other */
        size_t starts[CSV_COLUMNS_MAX + 1];
        struct csv_row row;
};

void csv_init(struct csv *csv);
void csv_done(struct csv *csv);
void csv_cleanup(struct csv *csv); /* for CLEANUP(csv) */

/* Gives more input, which must live until csv_next says CSV_MORE. The input before must be used up. */
void csv_push(struct csv *csv, struct slice bytes);
/* There is no more input. */
void csv_end(struct csv *csv);
/* The next row. A flawed one has `flaw` set and no fields. `ret` points into `csv`. */
enum csv_answer csv_next(struct csv *csv, const struct csv_row **ret);

/* `csv_nul` and so on: stable, for import reasons. */
const char *csv_flaw_word(enum csv_flaw flaw);

/*
 * Appends one field as RFC 4180 has it: quoted where it must be. With `guard`, a text that a spreadsheet
 * would run as a formula (it starts with = + - @, tab or CR) gets an apostrophe in front; csv_unguard takes
 * it off.
 */
void csv_add_field(struct buffer *to, struct slice text, bool guard);
struct slice csv_unguard(struct slice text);
