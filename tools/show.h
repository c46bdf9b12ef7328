/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What people see: text that cannot move their cursor, columns that meet under Han characters, colour where
 * there is a terminal that has it. Colour only repeats what a word says already.
 */
#pragma once

#include <stdio.h>

#include "registry/base/bytes.h"

enum colour {
        COLOUR_NONE = 0,
        COLOUR_GOOD,
        COLOUR_BAD,
        COLOUR_CARE,
        COLOUR_STRONG,
};

/* `choice` is auto (or NULL: a terminal, TERM not dumb, NO_COLOR empty or not there), always, never. */
bool show_wants_colour(const char *choice, FILE *to);
bool show_is_colour_choice(const char *choice);

/*
 * Appends text that came from outside: control, bidirectional and other hidden characters as \u{202E},
 * octets that are not UTF-8 as \xFF, so that what is seen is what is there.
 */
void show_text(struct buffer *to, struct slice text);
/* The same, then spaces until `columns` are filled. */
void show_padded(struct buffer *to, struct slice text, size_t columns);
/* Our own text in a colour, if `colours` are wanted. */
void show_coloured(struct buffer *to, enum colour colour, bool colours, const char *text);
void show_print(FILE *to, const struct buffer *text);

#define TABLE_COLUMNS 8u

/* Rows of cells, printed when all are known; a column is as wide as its widest cell. */
struct table {
        unsigned columns;
        struct buffer cells; /* counted */
        size_t width[TABLE_COLUMNS];
        unsigned next; /* the column that comes next */
};

void table_init(struct table *table, unsigned columns);
void table_done(struct table *table);
void table_cleanup(struct table *table);
/* The next cell; text from outside is made safe. */
void table_add(struct table *table, struct slice text);
void table_add_text(struct table *table, const char *text); /* NULL is empty */
void table_print(struct table *table, const char *indent, FILE *to);
