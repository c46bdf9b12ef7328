/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/show.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/core/character.h"
#include "registry/core/name.h"

#define GAP 2u /* columns between cells */

bool show_is_colour_choice(const char *choice)
{
        return strcmp(choice, "auto") == 0 || strcmp(choice, "always") == 0 || strcmp(choice, "never") == 0;
}

bool show_wants_colour(const char *choice, FILE *to)
{
        const char *no_color = getenv("NO_COLOR");
        const char *term = getenv("TERM");

        if (choice && strcmp(choice, "auto") != 0)
                return strcmp(choice, "always") == 0;
        return !(no_color && *no_color) && isatty(fileno(to)) && term && strcmp(term, "dumb") != 0;
}

void show_text(struct buffer *to, struct slice text)
{
        struct reader r = reader_of(text);

        while (r.left) {
                struct reader before = r;
                int32_t code_point = character_next(&r);
                char utf8[CHARACTER_TEXT];

                if (code_point == CHARACTER_MALFORMED) {
                        buffer_add_format(to, "\\x%02X", *before.data);
                        r = reader_of(slice_of(before.data + 1, before.left - 1));
                        continue;
                }
                switch (character_class(code_point)) {
                case CHARACTER_PLAIN:
                case CHARACTER_SPACE:
                        character_text(code_point, utf8);
                        buffer_add_text(to, utf8);
                        break;
                case CHARACTER_CONTROL:
                case CHARACTER_HIDDEN:
                        buffer_add_format(to, "\\u{%04X}", (unsigned)code_point);
                        break;
                }
        }
}

static void add_spaces(struct buffer *to, size_t count)
{
        if (count)
                memset(buffer_reserve(to, count), ' ', count);
        to->length += count;
}

static void fill(struct buffer *to, size_t from, size_t columns)
{
        size_t width = name_width(slice_of(to->data + from, to->length - from));

        if (width < columns)
                add_spaces(to, columns - width);
}

void show_padded(struct buffer *to, struct slice text, size_t columns)
{
        size_t from = to->length;

        show_text(to, text);
        buffer_reserve(to, 1);
        fill(to, from, columns);
}

void show_coloured(struct buffer *to, enum colour colour, bool colours, const char *text)
{
        static const char *const codes[] = {
                [COLOUR_GOOD] = "\033[32m",
                [COLOUR_BAD] = "\033[1;31m",
                [COLOUR_CARE] = "\033[33m",
                [COLOUR_STRONG] = "\033[1m",
        };

        if (!colours || colour == COLOUR_NONE) {
                buffer_add_text(to, text);
                return;
        }
        buffer_add_text(to, codes[colour]);
        buffer_add_text(to, text);
        buffer_add_text(to, "\033[0m");
}

void show_print(FILE *to, const struct buffer *text)
{
        fwrite(text->data, 1, text->length, to);
}

void table_init(struct table *table, unsigned columns)
{
        assert(columns > 0 && columns <= TABLE_COLUMNS);
        *table = (struct table){.columns = columns};
}

void table_done(struct table *table)
{
        buffer_done(&table->cells);
}

void table_cleanup(struct table *table)
{
        table_done(table);
}

void table_add(struct table *table, struct slice text)
{
        CLEANUP(buffer) struct buffer safe = BUFFER_INIT;
        size_t width;

        show_text(&safe, text);
        width = name_width(buffer_slice(&safe));
        if (width > table->width[table->next])
                table->width[table->next] = width;
        buffer_add_counted(&table->cells, buffer_slice(&safe));
        table->next = (table->next + 1) % table->columns;
}

void table_add_text(struct table *table, const char *text)
{
        table_add(table, slice_text(text ? text : ""));
}

void table_print(struct table *table, const char *indent, FILE *to)
{
        CLEANUP(buffer) struct buffer out = BUFFER_INIT;
        struct reader r = reader_of(buffer_slice(&table->cells));

        assert(table->next == 0);
        while (r.left) {
                buffer_add_text(&out, indent);
                for (unsigned i = 0; i < table->columns; i++) {
                        size_t from = out.length;

                        buffer_add_slice(&out, reader_counted(&r));
                        if (i + 1 < table->columns)
                                fill(&out, from, table->width[i] + GAP);
                }
                /* An empty last cell leaves no spaces behind. */
                while (out.length && out.data[out.length - 1] == ' ')
                        out.length--;
                buffer_add_u8(&out, '\n');
        }
        show_print(to, &out);
}
