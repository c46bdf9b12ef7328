/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A department's file, cut anywhere: the rows are the same as uncut, within their limits, and a sound row that is
 * written again reads as itself. What is read of it as a record is encoded in the one form and can be packed as what a
 * grade is made of.
 */
#include "registry/core/csv.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/party_file.h"
#include "registry/service/import_row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_row(const struct csv_row *row, struct buffer *to)
{
        if (row->count > CSV_COLUMNS_MAX || (row->flaw && row->count) || row->flaw_line > row->line + CSV_ROW_MAX * 64u)
                abort();
        buffer_add_varint(to, row->flaw);
        buffer_add_varint(to, row->line);
        buffer_add_varint(to, row->count);
        for (unsigned i = 0; i < row->count; i++) {
                if (row->fields[i].length > CSV_FIELD_MAX)
                        abort();
                buffer_add_counted(to, row->fields[i]);
        }
}

static void read_all(struct slice text, size_t step, struct buffer *ret)
{
        CLEANUP(csv) struct csv csv;
        const struct csv_row *row;
        enum csv_answer answer;
        size_t at = 0;

        csv_init(&csv);
        while ((answer = csv_next(&csv, &row)) != CSV_END) {
                size_t n = text.length - at < step ? text.length - at : step;

                if (answer == CSV_ROW)
                        add_row(row, ret);
                else if (n)
                        csv_push(&csv, slice_of(text.data + at, n));
                else
                        csv_end(&csv);
                if (answer == CSV_MORE)
                        at += n;
        }
}

static void write_again(const struct csv_row *row)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        CLEANUP(csv) struct csv csv;
        const struct csv_row *again;

        csv_init(&csv);
        for (unsigned i = 0; i < row->count; i++) {
                if (i)
                        buffer_add_u8(&line, ',');
                csv_add_field(&line, row->fields[i], true);
        }
        buffer_add_u8(&line, '\n');
        csv_push(&csv, buffer_slice(&line));
        csv_end(&csv);
        if (csv_next(&csv, &again) != CSV_ROW)
                return; /* one empty field is an empty line */
        if (again->flaw == CSV_ROW_LENGTH || again->flaw == CSV_FIELD_LENGTH)
                return; /* the guards made it longer */
        if (again->flaw || again->count != row->count)
                abort();
        for (unsigned i = 0; i < row->count; i++)
                if (!slice_equal(csv_unguard(again->fields[i]), row->fields[i]) &&
                        !slice_equal(again->fields[i], row->fields[i]))
                        abort();
}

static void check_record(const struct record *of)
{
        static struct grade_inputs inputs;
        CLEANUP(buffer) struct buffer bytes = BUFFER_INIT;
        CLEANUP(buffer) struct buffer copy = BUFFER_INIT;
        struct record record;

        record_encode(&bytes, of);
        if (!record_decode(buffer_slice(&bytes), &copy, &record))
                abort();
        inputs.count = 1;
        inputs.records[0] = party_file_facts(&record);
        inputs.records[0].ordinal = 1;
        if (!inputs_is_valid(&inputs))
                abort();
}

/* The first row is the header, the others are records. */
static void import_all(const struct import_format *format, struct slice text)
{
        static const struct publicity publicity;
        static struct domain_table domains;
        struct import_tables tables = {&publicity, &domains, {20781}};
        CLEANUP(csv) struct csv csv;
        struct import_header header;
        const struct csv_row *row;
        struct fault why;

        if (!domains.count &&
                !domain_table_parse(slice_text("by,text,domain\ndefault,,product\n"), &domains, &why))
                abort();
        csv_init(&csv);
        csv_push(&csv, text);
        csv_end(&csv);
        if (csv_next(&csv, &row) != CSV_ROW)
                return;
        if (!import_header_read(&header, format, row, &why)) {
                import_header_done(&header);
                return;
        }
        while (csv_next(&csv, &row) == CSV_ROW) {
                CLEANUP(arena) struct arena texts;
                struct import_row read;

                arena_init(&texts, 4u * CSV_ROW_MAX);
                import_row_read(&header, format, &tables, row, &texts, &read);
                if (texts.exhausted || read.is_sound == !!read.reason)
                        abort();
                if (read.is_sound)
                        check_record(&read.record);
        }
        import_header_done(&header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP(buffer) struct buffer whole = BUFFER_INIT;
        CLEANUP(buffer) struct buffer cut = BUFFER_INIT;
        CLEANUP(csv) struct csv csv;
        const struct csv_row *row;
        struct slice text = slice_of(data, size);

        read_all(text, size ? size : 1, &whole);
        read_all(text, 1 + size % 7, &cut);
        if (!slice_equal(buffer_slice(&whole), buffer_slice(&cut)))
                abort();
        csv_init(&csv);
        csv_push(&csv, text);
        csv_end(&csv);
        while (csv_next(&csv, &row) == CSV_ROW)
                write_again(row);
        import_all(&import_penalties_format, text);
        import_all(&import_sampling_format, text);
        import_all(&import_certificates_format, text);
        return 0;
}
