/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/import_row.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "registry/core/character.h"
#include "registry/core/name.h"
#include "registry/core/org_code.h"
#include "registry/core/personal_number.h"
#include "registry/service/import_record.h"

#define LABEL_MAX 200u /* octets of a document number or an authority's name */

/* ---------------------------------------------------------------- formats and headers */

const struct import_format *import_format_find(const char *kind)
{
        static const struct import_format *const formats[] = {
                &import_enterprises_format,
                &import_penalties_format,
                &import_sampling_format,
                &import_certificates_format,
        };

        for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
                if (!strcmp(formats[i]->kind, kind))
                        return formats[i];
        return NULL;
}

bool import_is_reject_column(struct slice name)
{
        static const char *const words[] = {"line", "column", "value", "reason"};

        for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
                if (slice_equal(name, slice_text(words[i])))
                        return true;
        return false;
}

static int format_column(const struct import_format *format, struct slice name)
{
        for (unsigned i = 0; i < format->count; i++)
                if (slice_equal(name, slice_text(format->columns[i].name)))
                        return (int)i;
        return -1;
}

bool import_header_read(struct import_header *header, const struct import_format *format,
        const struct csv_row *row, struct fault *why)
{
        size_t total = 0;

        assert(format->count <= IMPORT_COLUMNS_MAX);
        *header = (struct import_header){.count = row->count};
        if (row->flaw)
                return fault_set(why, FAULT_INPUT, "the header is no CSV: %s at column %llu",
                        csv_flaw_word(row->flaw), (unsigned long long)row->flaw_column);
        for (unsigned i = 0; i < IMPORT_COLUMNS_MAX; i++)
                header->file_column[i] = -1;
        for (unsigned i = 0; i < row->count; i++)
                total += row->fields[i].length;
        buffer_reserve(&header->texts, total + 1);
        for (unsigned i = 0; i < row->count; i++) {
                struct slice name = import_trim(row->fields[i]);
                int column = format_column(format, name);

                header->names[i] = slice_of(header->texts.data + header->texts.length, name.length);
                buffer_add_slice(&header->texts, name);
                if (column < 0)
                        header->unknown[header->unknown_count++] = i;
                else if (header->file_column[column] >= 0)
                        return fault_set(
                                why, FAULT_INPUT, "column %s stands twice", format->columns[column].name);
                else
                        header->file_column[column] = (int)i;
        }
        for (unsigned i = 0; i < format->count; i++)
                if ((format->columns[i].flags & IMPORT_REQUIRED) && header->file_column[i] < 0)
                        return fault_set(why, FAULT_INPUT, "column %s is missing", format->columns[i].name);
        return true;
}

void import_header_done(struct import_header *header)
{
        buffer_done(&header->texts);
}

/* ---------------------------------------------------------------- cells */

void import_refuse(struct import_row *row, int column, const char *reason)
{
        if (row->reason)
                return;
        row->is_sound = false;
        row->outcome = IMPORT_REJECTED;
        row->reason = reason;
        row->column = column;
}

/* Octets of the space that `text` begins with, or 0: ASCII, no-break and ideographic. */
static size_t leading_space(struct slice text)
{
        if (text.length && memchr(" \t\r\n", text.data[0], 4))
                return 1;
        if (text.length >= 2 && !memcmp(text.data, "\xc2\xa0", 2))
                return 2;
        return text.length >= 3 && !memcmp(text.data, "\xe3\x80\x80", 3) ? 3 : 0;
}

static size_t trailing_space(struct slice text)
{
        static const uint8_t sizes[] = {1, 2, 3};

        for (size_t i = 0; i < sizeof(sizes); i++)
                if (text.length >= sizes[i] &&
                        leading_space(slice_of(text.data + text.length - sizes[i], sizes[i])) == sizes[i])
                        return sizes[i];
        return 0;
}

struct slice import_trim(struct slice cell)
{
        size_t n;

        while ((n = leading_space(cell)))
                cell = slice_of(cell.data + n, cell.length - n);
        while ((n = trailing_space(cell)))
                cell.length -= n;
        return cell;
}

static bool has_only(struct slice text, bool one_line)
{
        struct reader r = reader_of(text);

        while (r.left) {
                int32_t c = character_next(&r);

                if (r.failed)
                        return false;
                switch (character_class(c)) {
                case CHARACTER_PLAIN:
                case CHARACTER_SPACE:
                        break;
                case CHARACTER_CONTROL:
                        if (one_line || (c != '\t' && c != '\n' && c != '\r'))
                                return false;
                        break;
                case CHARACTER_HIDDEN:
                        if (one_line)
                                return false;
                        break;
                }
        }
        return true;
}

/* A copy; "" when the chunk's room is used up, which the arena remembers. */
static const char *copy(struct arena *texts, struct slice text)
{
        const char *made = arena_text(texts, text);

        return made ? made : "";
}

const char *import_text(struct import_row *row, struct slice cell, int column, struct arena *texts)
{
        CLEANUP(buffer) struct buffer masked = BUFFER_INIT;

        if (!has_only(cell, false)) {
                import_refuse(row, column, "text");
                return "";
        }
        personal_mask(cell, PERSONAL_IDENTITY | PERSONAL_MOBILE, &masked);
        return copy(texts, buffer_slice(&masked));
}

/* One line, in NFC. */
static bool compose(struct import_row *row, struct slice cell, int column, size_t most, struct buffer *ret)
{
        utf8proc_uint8_t *composed = NULL;
        utf8proc_ssize_t length;

        if (cell.length > most || !has_only(cell, true)) {
                import_refuse(row, column, "text");
                return false;
        }
        length = utf8proc_map(
                cell.data, (utf8proc_ssize_t)cell.length, &composed, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
        if (length < 0)
                abort(); /* it is UTF-8, so only memory can be wanting */
        buffer_add_slice(ret, slice_of(composed, (size_t)length));
        free(composed);
        return true;
}

const char *import_mark(struct import_row *row, struct slice cell, int column, struct arena *texts)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;

        return compose(row, cell, column, LABEL_MAX, &line) ? copy(texts, buffer_slice(&line)) : "";
}

const char *import_line(
        struct import_row *row, struct slice cell, int column, size_t most, struct arena *texts)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT, masked = BUFFER_INIT;

        if (!compose(row, cell, column, most, &line))
                return "";
        personal_mask(buffer_slice(&line), PERSONAL_IDENTITY | PERSONAL_MOBILE, &masked);
        return copy(texts, buffer_slice(&masked));
}

const char *import_label(struct import_row *row, struct slice cell, int column, struct arena *texts)
{
        return import_line(row, cell, column, LABEL_MAX, texts);
}

/* The same organization code, however it is written: with a hyphen, spaces, full width. */
static bool is_inner(struct slice cell, const char *subject)
{
        CLEANUP(buffer) struct buffer plain = BUFFER_INIT;
        size_t at = 0;

        if (!record_document_normalise(cell, &plain))
                return false;
        for (size_t i = 0; i < plain.length; i++)
                if (plain.data[i] != '-')
                        plain.data[at++] = plain.data[i];
        return slice_equal(slice_of(plain.data, at), slice_text(subject));
}

bool import_code(struct import_row *row, struct slice code, int code_column, struct slice inner,
        int inner_column, struct arena *texts, const char **ret_code, const char **ret_subject)
{
        struct org_code parsed;
        struct org_code_report report;
        int column = code.length ? code_column : inner_column;
        enum org_code_flaw flaw;

        if (!code.length && !inner.length) {
                import_refuse(row, code_column, "missing");
                return false;
        }
        flaw = org_code_parse_exchanged(code.length ? code : inner, &parsed, &report);
        if (flaw) {
                import_refuse(row, column, org_code_flaw_word(flaw));
                return false;
        }
        /* Somebody's identity number in the code's column would become the key of a file. */
        if (personal_is_identity(slice_text(parsed.text))) {
                import_refuse(row, column, "personal_number");
                return false;
        }
        /* The inner check is a warning, but what stands there must be able to be a key (GB 11714: 0-9 or X).
         */
        if (!strchr("0123456789X", parsed.subject[ORG_CODE_LEGACY_LENGTH - 1])) {
                import_refuse(row, column, "code_inner");
                return false;
        }
        if (code.length && inner.length && !is_inner(inner, parsed.subject)) {
                import_refuse(row, inner_column, "code_mismatch");
                return false;
        }
        if (report.warnings & ORG_CODE_INNER_CHECK)
                row->warnings |= IMPORT_CODE_INNER;
        if (report.warnings & ORG_CODE_TYPE)
                row->warnings |= IMPORT_CODE_TYPE;
        *ret_code = copy(texts, slice_text(parsed.text));
        *ret_subject = copy(texts, slice_text(parsed.subject));
        return true;
}

bool import_past_day(struct import_row *row, struct slice cell, int column, struct day today, struct day *ret)
{
        struct day day;

        if (!day_parse_lenient(cell, &day) || day_is_before(today, day)) {
                import_refuse(row, column, "date");
                return false;
        }
        *ret = day;
        return true;
}

/* ---------------------------------------------------------------- rows */

static struct slice keep_cells(const struct csv_row *row, struct arena *texts)
{
        CLEANUP(buffer) struct buffer cells = BUFFER_INIT;

        for (unsigned i = 0; i < row->count; i++)
                buffer_add_counted(&cells, row->fields[i]);
        return arena_copy(texts, buffer_slice(&cells));
}

void import_row_read(const struct import_header *header, const struct import_format *format,
        const struct import_tables *tables, const struct csv_row *row, struct arena *texts,
        struct import_row *ret)
{
        struct slice cells[IMPORT_COLUMNS_MAX] = {{0}};

        *ret = (struct import_row){.line = row->line, .is_sound = true, .column = -1};
        if (row->flaw) {
                import_refuse(ret, -1, csv_flaw_word(row->flaw));
                return;
        }
        ret->cells = keep_cells(row, texts);
        if (row->count != header->count) {
                import_refuse(ret, -1, "columns");
                return;
        }
        for (unsigned i = 0; i < format->count; i++)
                if (header->file_column[i] >= 0)
                        cells[i] = import_trim(csv_unguard(import_trim(row->fields[header->file_column[i]])));
        if (format->record)
                import_record_read(format, tables, cells, texts, ret);
        else
                format->read(tables, cells, texts, ret);
        if (ret->column >= 0)
                ret->column = header->file_column[ret->column];
}
