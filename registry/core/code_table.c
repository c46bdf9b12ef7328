/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/code_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/rule_head.h"

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})
/* Rows are counted and texts are no longer than the document (DOCUMENT_OCTETS_MAX), so that this is never reached. */
#define TABLE_OCTETS (1024u * 1024u)
#define ATTRIBUTE_OCTETS 32u

static const char *keep(struct code_table *table, const char *text)
{
        const char *kept = arena_text(&table->arena, slice_text(text));

        assert(kept);
        return kept;
}

static const char *read_text(const struct place *at, const char *key, struct code_table *table)
{
        char text[RULE_NAME];

        place_text(at, key, text, sizeof(text));
        return keep(table, text);
}

static bool is_code(const char *text)
{
        static const char octets[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
        size_t length = strlen(text);

        return length > 0 && length < CODE_WORD_OCTETS && strspn(text, octets) == length;
}

static void read_attributes(const struct place *row, struct code_table *table, struct code_row *ret)
{
        struct place attributes = place_object(row, "attributes");
        const char *name;
        json_t *value;

        if (json_object_size(attributes.value) > CODE_TABLE_ATTRIBUTES_MAX)
                place_refuse(row, "attributes", DOCUMENT_VALUE, "at most 8 attributes are wanted");
        if (!document_is_sound(row->document))
                return;
        json_object_foreach(attributes.value, name, value) {
                struct code_attribute *attribute = &ret->attributes[ret->attribute_count++];

                if (strlen(name) >= ATTRIBUTE_OCTETS || !rule_word_is_sound(name, '_'))
                        place_refuse(&attributes, name, DOCUMENT_UNKNOWN, "is no name of an attribute");
                attribute->name = keep(table, name);
                attribute->value = read_text(&attributes, name, table);
        }
}

static bool overlaps(const struct code_row *a, const struct code_row *b)
{
        return (day_is_none(a->to) || !day_is_before(a->to, b->from)) &&
               (day_is_none(b->to) || !day_is_before(b->to, a->from));
}

static void read_row(const struct place *at, struct code_table *table, struct code_row *ret)
{
        place_only(at, KEYS("code", "zh", "en", "article", "from", "to", "attributes"));
        ret->code = read_text(at, "code", table);
        if (!is_code(ret->code))
                place_refuse(at, "code", DOCUMENT_VALUE, "1 to 39 letters, digits, points and hyphens are wanted");
        ret->zh = read_text(at, "zh", table);
        ret->en = read_text(at, "en", table);
        ret->article = place_has(at, "article") ? read_text(at, "article", table) : "";
        ret->from = place_day(at, "from");
        ret->to = place_is_null(at, "to") ? DAY_NONE : place_day(at, "to");
        if (!day_is_none(ret->to) && day_is_before(ret->to, ret->from))
                place_refuse(at, "to", DOCUMENT_VALUE, "comes before from");
        if (place_has(at, "attributes"))
                read_attributes(at, table, ret);
}

static void read_rows(const struct place *root, struct code_table *table)
{
        struct place rows = place_array(root, "rows", 1, CODE_TABLE_ROWS_MAX);
        size_t count = place_count(&rows);

        table->rows = arena_alloc(&table->arena, count * sizeof(*table->rows));
        assert(table->rows);
        for (size_t i = 0; i < count; i++) {
                struct place at = place_item(&rows, i);
                struct code_row *row = &table->rows[i];

                read_row(&at, table, row);
                for (size_t k = 0; k < i; k++)
                        if (strcmp(table->rows[k].code, row->code) == 0 && overlaps(&table->rows[k], row))
                                place_refuse(&at, "code", DOCUMENT_VALUE, "is in force twice on some day");
                table->count++;
        }
}

enum document_flaw code_table_parse(struct slice json, struct code_table **ret, struct document_error *ret_error)
{
        struct code_table *table = must_alloc(sizeof(*table));
        struct document document;
        struct rule_head head = {0};
        struct place root;

        *table = (struct code_table){0};
        arena_init(&table->arena, TABLE_OCTETS);
        document_init(&document, json);
        root = document_root(&document);
        place_only(&root, KEYS("format", "id", "version", "names", "rows"));
        rule_head_read(&root, CODE_TABLE_FORMAT, &head);
        read_rows(&root, table);
        if (document_is_sound(&document)) {
                memcpy(table->id, head.id, sizeof(table->id));
                table->version = head.version;
                document_hash(&document, table->hash);
        } else {
                code_table_free(table);
                table = NULL;
        }
        *ret = table;
        *ret_error = document.error;
        document_done(&document);
        return ret_error->flaw;
}

void code_table_free(struct code_table *table)
{
        if (!table)
                return;
        arena_done(&table->arena);
        free(table);
}

static bool is_of(const struct code_row *row, struct slice code)
{
        return slice_equal(slice_text(row->code), code);
}

const struct code_row *code_table_find(const struct code_table *table, struct slice code, struct day day)
{
        for (unsigned i = 0; i < table->count; i++) {
                const struct code_row *row = &table->rows[i];

                if (is_of(row, code) && !day_is_before(day, row->from) &&
                        (day_is_none(row->to) || !day_is_before(row->to, day)))
                        return row;
        }
        return NULL;
}

const struct code_row *code_table_newest(const struct code_table *table, struct slice code)
{
        const struct code_row *newest = NULL;

        for (unsigned i = 0; i < table->count; i++) {
                const struct code_row *row = &table->rows[i];

                if (is_of(row, code) && (!newest || day_is_before(newest->from, row->from)))
                        newest = row;
        }
        return newest;
}

const char *code_row_attribute(const struct code_row *row, const char *name)
{
        for (unsigned i = 0; i < row->attribute_count; i++)
                if (strcmp(row->attributes[i].name, name) == 0)
                        return row->attributes[i].value;
        return "";
}
