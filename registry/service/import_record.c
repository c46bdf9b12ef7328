/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/import_record.h"

#include <assert.h>
#include <string.h>

#include "registry/core/name.h"

static struct slice cell_at(const struct slice *cells, int column)
{
        return column < 0 ? slice_of(NULL, 0) : cells[column];
}

static bool is_organization(struct slice class)
{
        static const char *const words[] = {
                "法人及非法人组织",
                "法人",
                "非法人组织",
                "个体工商户",
                "农民专业合作社",
        };

        for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
                if (slice_equal(class, slice_text(words[i])))
                        return true;
        return false;
}

/* Where the class may be left out the code says that it is an organization. */
static void check_class(const struct import_format *format, const struct slice *cells, struct import_row *row)
{
        int column = format->record->party_class;
        struct slice class = cell_at(cells, column);

        if (slice_equal(class, slice_text("自然人")))
                import_refuse(row, column, "natural_person");
        else if (class.length && !is_organization(class))
                import_refuse(row, column, "party_class");
        else if (!class.length && (format->columns[column].flags & IMPORT_REQUIRED))
                import_refuse(row, column, "missing");
}

/* What every record has: without it there is nothing to file, whatever else is right. A code has two columns. */
static bool is_complete(const struct import_format *format, const struct slice *cells, struct import_row *row)
{
        for (int i = 0; i < (int)format->count; i++)
                if ((format->columns[i].flags & IMPORT_REQUIRED) && i != format->record->party_code &&
                        !cells[i].length) {
                        import_refuse(row, i, "missing");
                        return false;
                }
        return true;
}

/* What a person may type (capitals, hyphens) is one code (core/record). */
static const char *office_code(struct import_row *row, struct slice cell, int column, struct arena *texts)
{
        CLEANUP(buffer) struct buffer code = BUFFER_INIT;

        if (record_authority_normalise(cell, &code))
                return import_mark(row, buffer_slice(&code), column, texts);
        import_refuse(row, column, "office_code");
        return "";
}

static void read_party(const struct import_record_columns *columns, const struct slice *cells,
        struct arena *texts, struct import_row *row)
{
        struct record *record = &row->record;
        enum name_flaw flaw;
        const char *code;

        if (!import_code(row, cell_at(cells, columns->party_code), columns->party_code,
                    cell_at(cells, columns->party_inner), columns->party_inner, texts, &code, &record->subject))
                return;
        record->party_name = import_label(row, cells[columns->party_name], columns->party_name, texts);
        flaw = name_check_display(slice_text(record->party_name));
        if (flaw)
                import_refuse(row, columns->party_name, name_flaw_word(flaw));
}

static void read_source(const struct import_record_columns *columns, const struct slice *cells,
        struct arena *texts, struct import_row *row)
{
        struct record *record = &row->record;
        struct slice code = cell_at(cells, columns->source_code);

        record->source_code = record->authority_code;
        row->source_name = record->authority_name;
        if (!code.length)
                return;
        record->source_code = office_code(row, code, columns->source_code, texts);
        row->source_name = import_label(row, cell_at(cells, columns->source), columns->source, texts);
}

static void read_document(const struct import_record_columns *columns, const struct import_tables *tables,
        const struct slice *cells, struct arena *texts, struct import_row *row)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
        struct record *record = &row->record;
        struct slice publicity = cell_at(cells, columns->publicity);

        record->document = import_mark(row, cells[columns->document], columns->document, texts);
        if (!record_document_normalise(slice_text(record->document), &norm))
                import_refuse(row, columns->document, "missing");
        record->document_norm = arena_text(texts, buffer_slice(&norm));
        record->authority_name = import_label(row, cells[columns->authority], columns->authority, texts);
        record->authority_code = office_code(row, cells[columns->authority_code], columns->authority_code, texts);
        read_source(columns, cells, texts, row);
        import_past_day(row, cells[columns->decided], columns->decided, tables->today, &record->decided_on);
        /* The end of publicity is a day to come, as a rule; it cannot lie before its beginning. */
        if (publicity.length && (!day_parse_lenient(publicity, &record->publicity_file) ||
                                        day_is_before(record->publicity_file, record->decided_on)))
                import_refuse(row, columns->publicity, "date");
        record->remark = import_text(row, cell_at(cells, columns->remark), columns->remark, texts);
}

/* Each column by itself is sound; may they stand together? What may not could be neither packed nor graded. */
static void finish(const struct import_record_columns *columns, struct import_row *row)
{
        enum record_flaw flaw = record_check(&row->record);
        const struct import_field *field = columns->fields;

        if (!flaw) {
                record_hash(&row->record, row->hash);
                return;
        }
        while (field->field && strcmp(field->field, record_flaw_field(flaw)) != 0)
                field++;
        import_refuse(row, field->field ? field->column : -1, record_flaw_is_missing(flaw) ? "missing" : "fields");
}

void import_record_read(const struct import_format *format, const struct import_tables *tables,
        const struct slice *cells, struct arena *texts, struct import_row *row)
{
        row->record = (struct record){
                .state = "active",
                .publicity_file = DAY_NONE,
                .publicity_computed = DAY_NONE,
                .valid_through = DAY_NONE,
                .conduct = "",
                .facts = "",
                .basis = "",
                .penalty = "",
                .content = "",
                .licence = "",
                .details = "",
        };
        check_class(format, cells, row);
        if (!row->is_sound || !is_complete(format, cells, row))
                return;
        read_party(format->record, cells, texts, row);
        if (row->is_sound)
                read_document(format->record, tables, cells, texts, row);
        if (row->is_sound)
                format->read(tables, cells, texts, row);
        if (row->is_sound)
                finish(format->record, row);
}

/* ---------------------------------------------------------------- for formats */

const char *import_word(const struct import_word *words, struct slice zh)
{
        for (; words->zh; words++)
                if (slice_equal(zh, slice_text(words->zh)))
                        return words->word;
        return NULL;
}

static const char *day_value(struct import_row *row, struct slice cell, int column, struct arena *texts)
{
        char text[DAY_TEXT];
        struct day day;

        if (!day_parse_lenient(cell, &day)) {
                import_refuse(row, column, "date");
                return "";
        }
        day_format(day, text);
        return arena_text(texts, slice_text(text));
}

static const char *word_value(struct import_row *row, const struct import_detail_column *column, struct slice cell)
{
        const char *word = import_word(column->words, cell);

        if (!word)
                import_refuse(row, column->column, "word");
        return word ? word : "";
}

/* The cell as such a detail is written; whether it is one is record_details_format()'s to say. */
static const char *detail_value(struct import_row *row, const struct import_detail_column *column,
        enum record_detail_form form, struct slice cell, struct arena *texts)
{
        if (column->is_document)
                return row->record.document_norm;
        if (form == DETAIL_DAY)
                return day_value(row, cell, column->column, texts);
        if (form == DETAIL_WORD)
                return word_value(row, column, cell);
        if (form == DETAIL_MARK)
                return import_mark(row, cell, column->column, texts);
        return import_line(row, cell, column->column, RECORD_DETAIL_OCTETS, texts);
}

static void refuse_detail(struct import_row *row, enum record_detail_flaw flaw, struct slice name,
        const struct import_detail_column *columns, size_t count)
{
        const char *reason = flaw == DETAIL_MISSING ? "missing" : "detail";

        for (size_t i = 0; i < count; i++)
                if (slice_equal(name, slice_text(columns[i].name)))
                        import_refuse(row, columns[i].column, reason);
        import_refuse(row, -1, reason);
}

void import_record_details(struct import_row *row, const struct import_detail_column *columns, size_t count,
        const struct slice *cells, struct arena *texts)
{
        CLEANUP(buffer) struct buffer lines = BUFFER_INIT;
        struct record_detail_value values[RECORD_DETAILS_MAX];
        enum record_type type = row->record.type;
        enum record_detail_flaw flaw;
        struct slice name;
        size_t given = 0;

        assert(count <= RECORD_DETAILS_MAX);
        for (size_t i = 0; i < count && row->is_sound; i++) {
                const struct record_detail *detail = record_detail_find(type, slice_text(columns[i].name));
                struct slice cell = cells[columns[i].column];

                assert(detail);
                if (!cell.length)
                        continue;
                values[given++] = (struct record_detail_value){slice_text(detail->name),
                        slice_text(detail_value(row, &columns[i], detail->form, cell, texts))};
        }
        if (!row->is_sound)
                return;
        flaw = record_details_format(type, values, given, &lines, &name);
        if (flaw)
                refuse_detail(row, flaw, name, columns, count);
        else
                row->record.details = arena_text(texts, buffer_slice(&lines));
}
