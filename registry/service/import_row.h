/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A row of an imported file: the cells as they stood, what they were read as, and what became of it. Reading
 * a row is pure: it either gives a sound record or party, or says which column is wrong and why. Nothing that
 * is wrong with one row touches another.
 *
 * Cells are taken without spaces around them and without the apostrophe that guards a formula. Identity
 * numbers in running text are masked here, at the door, so that no later step can store, log or write them
 * back.
 */
#pragma once

#include "registry/base/arena.h"
#include "registry/core/csv.h"
#include "registry/core/domain_table.h"
#include "registry/core/publicity.h"
#include "registry/core/record.h"

#define IMPORT_COLUMNS_MAX 32u

enum import_outcome {
        IMPORT_UNDECIDED = 0,
        IMPORT_ACCEPTED,
        IMPORT_UNCHANGED,
        IMPORT_CORRECTED,
        IMPORT_HELD,
        IMPORT_PARKED,
        IMPORT_REJECTED,
};

enum import_warning {
        IMPORT_CODE_INNER = 1 << 0, /* the embedded organization code fails GB 11714 */
        IMPORT_CODE_TYPE = 1 << 1,  /* positions 1 and 2 are no pair of GB 32100's table */
};

struct import_row {
        uint64_t line;
        struct slice cells; /* counted (base/bytes), for the rejects */
        bool is_sound;
        enum import_outcome outcome;
        const char *reason; /* stable word; NULL if there is none to tell */
        int column;         /* the file's; -1: the row as a whole */
        unsigned warnings;
        struct record record;    /* of formats of records */
        const char *source_name; /* who delivered it */
        struct party party;      /* of enterprises */
        const char *name_norm;   /* the party's name, normalised */
        uint8_t hash[32];        /* record_hash or party_hash */
};

enum import_column_flag {
        IMPORT_REQUIRED = 1 << 0, /* a file without it cannot be read */
        IMPORT_PERSONAL = 1 << 1, /* never read, and never written back */
        IMPORT_PAPER = 1 << 2,    /* which paper it is and whose: shown of a natural person's row too */
};

struct import_column {
        const char *name;
        unsigned flags; /* enum import_column_flag */
};

/* What reading needs beside the row. */
struct import_tables {
        const struct publicity *publicity;
        const struct domain_table *domains;
        struct day today;
};

struct import_record_columns; /* service/import_record */

struct import_format {
        const char *kind;                    /* as in SQL */
        const struct import_column *columns; /* those that have a meaning here */
        unsigned count;
        const struct import_record_columns *record; /* its rows are records; NULL: they are enterprises */
        /*
         * Does its newest decision say up to when a source has delivered? Only of penalties: a newer batch of the same
         * office must not make its penalties look complete.
         */
        bool is_coverage;
        /* `cells` by the format's columns; absent ones are empty. Of a record: what its type has beside. */
        void (*read)(const struct import_tables *tables, const struct slice *cells, struct arena *texts,
                struct import_row *row);
};

extern const struct import_format import_enterprises_format;
extern const struct import_format import_penalties_format;
extern const struct import_format import_sampling_format;
extern const struct import_format import_certificates_format;
/* By its kind; NULL if nothing of that kind can be imported. */
const struct import_format *import_format_find(const char *kind);

/* A file's header against a format: which of its columns is which. */
struct import_header {
        unsigned count;
        struct slice names[CSV_COLUMNS_MAX];
        int file_column[IMPORT_COLUMNS_MAX]; /* by the format's column; -1: the file has none */
        unsigned unknown[CSV_COLUMNS_MAX];   /* columns without a meaning here */
        unsigned unknown_count;
        struct buffer texts;
};

/* False when a required column is missing or one stands twice: then no row can be trusted. */
bool import_header_read(struct import_header *header, const struct import_format *format,
        const struct csv_row *row, struct fault *why) MUST_CHECK;
void import_header_done(struct import_header *header);
/* Is it one of the columns that a rejects file has beside its own? */
bool import_is_reject_column(struct slice name);

/* Reads one row; `ret->is_sound` says whether it can go on. Its texts are in `texts`. */
void import_row_read(const struct import_header *header, const struct import_format *format,
        const struct import_tables *tables, const struct csv_row *row, struct arena *texts,
        struct import_row *ret);

/* ---------------------------------------------------------------- for formats */

/* The row cannot be used: `column` is the format's. The first refusal is the one that is told. */
void import_refuse(struct import_row *row, int column, const char *reason);
/* Without spaces at the ends, the ideographic one too. */
struct slice import_trim(struct slice cell);
/* A running text: identity numbers and mobile numbers masked; control characters but tab and line ends refuse the row. */
const char *import_text(struct import_row *row, struct slice cell, int column, struct arena *texts);
/* What designates a paper, a batch, an office, as it is: in NFC, without anything hidden, one line. */
const char *import_mark(struct import_row *row, struct slice cell, int column, struct arena *texts);
/* A name or words of one line: the same, and masked as a running text is. */
const char *import_label(struct import_row *row, struct slice cell, int column, struct arena *texts);
/* The same of at most `most` octets. */
const char *import_line(
        struct import_row *row, struct slice cell, int column, size_t most, struct arena *texts);
/* Reads a code and, if given, the organization code beside it, which must be the one inside. */
bool import_code(struct import_row *row, struct slice code, int code_column, struct slice inner,
        int inner_column, struct arena *texts, const char **ret_code, const char **ret_subject);
/* A day that is not after `today`. */
bool import_past_day(
        struct import_row *row, struct slice cell, int column, struct day today, struct day *ret);
