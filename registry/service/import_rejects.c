/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/import_rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "registry/core/personal_number.h"
#include "registry/service/import_record.h"

static bool failed(struct fault *why)
{
        return fault_set(why, FAULT_SYSTEM, "the rejects file cannot be written: %s", strerror(errno));
}

static bool put(struct import_rejects *rejects, const struct buffer *line, struct fault *why)
{
        return fwrite(line->data, 1, line->length, rejects->file) == line->length || failed(why);
}

bool import_rejects_open(struct import_rejects *rejects, const char *path, const struct import_format *format,
        const struct import_header *header, struct fault *why)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        int descriptor;

        *rejects = (struct import_rejects){.format = format, .header = header};
        if (!path)
                return true;
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (descriptor < 0)
                return fault_set(why, FAULT_SYSTEM, "%.200s: %s", path, strerror(errno));
        rejects->file = fdopen(descriptor, "w");
        if (!rejects->file) {
                close(descriptor);
                return failed(why);
        }
        for (unsigned i = 0; i < header->count; i++) {
                if (import_is_reject_column(header->names[i]))
                        continue;
                csv_add_field(&line, header->names[i], true);
                buffer_add_u8(&line, ',');
        }
        buffer_add_text(&line, "line,column,value,reason\r\n");
        return put(rejects, &line, why);
}

static const struct import_column *column_of(const struct import_rejects *rejects, unsigned at)
{
        for (unsigned i = 0; i < rejects->format->count; i++)
                if (rejects->header->file_column[i] == (int)at)
                        return &rejects->format->columns[i];
        return NULL;
}

static bool is_persons(const struct import_row *row)
{
        return row->reason && !strcmp(row->reason, "natural_person");
}

static bool is_hidden(const struct import_rejects *rejects, const struct import_row *row, unsigned at)
{
        const struct import_column *column = column_of(rejects, at);

        if (column && (column->flags & IMPORT_PERSONAL))
                return true;
        return is_persons(row) && !(column && (column->flags & IMPORT_PAPER));
}

/* The number of the paper comes back as it was, or what is put right and read again is filed under another. */
static bool is_number(const struct import_rejects *rejects, const struct import_row *row, int at)
{
        const struct import_format *format = rejects->format;

        return format->record && at >= 0 && column_of(rejects, (unsigned)at) == &format->columns[format->record->document] &&
               !is_persons(row);
}

static void add_cell(struct buffer *line, struct slice cell, bool is_number)
{
        CLEANUP(buffer) struct buffer masked = BUFFER_INIT;

        if (!is_number)
                personal_mask(csv_unguard(cell), PERSONAL_IDENTITY | PERSONAL_MOBILE, &masked);
        csv_add_field(line, is_number ? csv_unguard(cell) : buffer_slice(&masked), true);
}

bool import_rejects_add(struct import_rejects *rejects, const struct import_row *row, struct fault *why)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        struct reader cells = reader_of(row->cells);
        struct slice value = slice_of(NULL, 0);

        if (!rejects->file)
                return true;
        for (unsigned i = 0; i < rejects->header->count; i++) {
                struct slice cell = cells.left ? reader_counted(&cells) : slice_of(NULL, 0);

                if (is_hidden(rejects, row, i))
                        cell = slice_of(NULL, 0);
                if ((int)i == row->column)
                        value = cell;
                if (import_is_reject_column(rejects->header->names[i]))
                        continue;
                add_cell(&line, cell, is_number(rejects, row, (int)i));
                buffer_add_u8(&line, ',');
        }
        buffer_add_format(&line, "%" PRIu64 ",", row->line);
        if (row->column >= 0)
                csv_add_field(&line, rejects->header->names[row->column], true);
        buffer_add_u8(&line, ',');
        add_cell(&line, value, is_number(rejects, row, row->column));
        buffer_add_format(&line, ",%s\r\n", row->reason);
        return put(rejects, &line, why);
}

bool import_rejects_close(struct import_rejects *rejects, struct fault *why)
{
        FILE *file = rejects->file;

        rejects->file = NULL;
        return !file || fclose(file) == 0 || failed(why);
}
