/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A row that is a record, whatever its type: a document of an authority about an enterprise, on a day, delivered by a
 * source. Where these stand a format says in a table, and they are read here, once for all formats; the format reads
 * what its type has beside.
 *
 * A natural person's row is refused before anything else of it is read: the registry keeps files of enterprises.
 */
#pragma once

#include "registry/core/record_detail.h"
#include "registry/service/import_row.h"

/* Where a field of core/record_check stands. */
struct import_field {
        const char *field; /* as record_flaw_field() has it; NULL ends a table */
        int column;
};

/* The format's columns; -1: it has none for this. */
struct import_record_columns {
        int party_class;
        int party_name, party_code, party_inner;
        int document;
        int authority, authority_code;
        int decided;
        int publicity; /* the file's end of publicity */
        int source, source_code; /* who delivered it; the authority itself if the file does not say */
        int remark;
        const struct import_field *fields; /* of the format's own part */
};

/* What departments write for a word of the registry's; a table ends with an empty row. */
struct import_word {
        const char *zh;
        const char *word;
};

/* A column that is a detail of the type (core/record_detail). */
struct import_detail_column {
        int column;
        const char *name;
        const struct import_word *words; /* of DETAIL_WORD */
        bool is_document; /* the record's document: normalised, since how a number is spelt is no content */
};

/* Reads `cells` into row->record and hashes it; the format's own part comes last. */
void import_record_read(const struct import_format *format, const struct import_tables *tables,
        const struct slice *cells, struct arena *texts, struct import_row *row);

/* ---------------------------------------------------------------- for formats */

/* NULL if the cell is none of the words. */
const char *import_word(const struct import_word *words, struct slice zh);
/* Reads the details of the record's type from their columns, and refuses the row at the first that will not do. */
void import_record_details(struct import_row *row, const struct import_detail_column *columns, size_t count,
        const struct slice *cells, struct arena *texts);
