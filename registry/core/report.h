/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A report: figures about the population on one day, as of one serial of the ledger, with everything that is needed to
 * reckon them again: under which policy and configuration, from which records, by which definitions. Nobody is named in
 * it. Figures are whole numbers and fractions of whole numbers; a rate is never rounded but downwards to the per mille.
 *
 * One model for all of them: a dimension (the first column, what a row is of), columns, rows ascending by their keys'
 * octets, and one row of totals, which counts everybody once and need not be the sum. What it looks like is for
 * report_json, report_csv, report_svg and tools/report_table.
 */
#pragma once

#include "registry/core/calendar.h"
#include "registry/core/policy.h"

#define REPORT_COLUMNS_MAX 24u
#define REPORT_ROWS_MAX 10000u /* products are text from outside: more would be no report any more */
#define REPORT_NOTES_MAX 64u   /* definitions, sources */
#define REPORT_WORD 33         /* and its NUL: of a report, a dimension, a column */

enum report_form {
        REPORT_COUNT = 1,
        REPORT_SHARE,    /* so many of so many */
        REPORT_PER_MILLE,
        REPORT_ANSWER,   /* n is 1 for yes, 0 for no */
};

enum report_plot {
        REPORT_PLOT_STACK = 1, /* the plotted columns' numbers end to end */
        REPORT_PLOT_RATE,      /* one column of shares, as per mille */
};

/* Owned by the report; NULL: the key is all there is. */
struct report_words {
        char *zh, *en;
};

struct report_column {
        char key[REPORT_WORD];
        enum report_form form;
        struct report_words words;
};

struct report_cell {
        bool is_set;    /* not: there is no such figure */
        uint64_t n, of; /* `of`: of shares */
};

struct report_row {
        char *key;
        struct report_words words;
        struct report_cell cells[REPORT_COLUMNS_MAX];
};

/* Records or rows that were read: how many, and the newest entry of the ledger that brought one. */
struct report_source {
        char *what;
        uint64_t rows, serial;
};

struct report {
        char kind[REPORT_WORD]; /* `grades` */
        char by[REPORT_WORD];   /* `township` */
        char *township;         /* only this one; NULL: all */
        char *origin;
        int32_t year;
        struct day day;
        uint64_t serial;
        char policy_id[POLICY_ID];
        int32_t policy_version;
        uint8_t policy_hash[32];
        uint8_t configuration[32]; /* hash of share/reports.json in canonical form */
        struct report_words title, dimension;
        enum report_plot plot;
        unsigned plot_first, plot_last; /* columns */
        unsigned columns_count;
        struct report_column columns[REPORT_COLUMNS_MAX];
        size_t rows_count, rows_room;
        struct report_row *rows;
        struct report_row total;
        unsigned definitions_count, sources_count;
        struct report_words definitions[REPORT_NOTES_MAX];
        struct report_source sources[REPORT_NOTES_MAX];
};

void report_init(struct report *report);
void report_done(struct report *report);

/* Texts are copied; what was there before is dropped. */
void report_set_words(struct report_words *words, const char *zh, const char *en);
/* The number of the new column. */
unsigned report_add_column(struct report *report, const char *key, enum report_form form, const char *zh, const char *en);
/*
 * The row of this key; a new one has no figures. It lives until the next call. NULL: there are REPORT_ROWS_MAX.
 */
struct report_row *report_row(struct report *report, struct slice key);
void report_define(struct report *report, const char *zh, const char *en);
void report_add_source(struct report *report, const char *what, uint64_t rows, uint64_t serial);

/* Sets a cell if it is not, and adds. */
void report_cell_add(struct report_cell *cell, uint64_t n, uint64_t of);
/* n in a thousand of `of`, rounded down; false if there is none to reckon: `of` is 0, the cell not set or no share. */
bool report_per_mille(const struct report_cell *cell, enum report_form form, uint64_t *ret);
/* Does a share reach a target in per mille? Reckoned without rounding; a share of nothing reaches nothing. */
bool report_reaches(const struct report_cell *cell, uint64_t per_mille);

/* `count`, `share`, `per-mille`, `answer`; `stack`, `rate`. */
const char *report_form_word(enum report_form form);
const char *report_plot_word(enum report_plot plot);
