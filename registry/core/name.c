/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/name.h"

#include <stdlib.h>

#include <utf8proc.h>

#include "registry/core/character.h"

/* Everything that both forms ask. */
static enum name_flaw check(struct slice name)
{
        struct reader r = reader_of(name);
        bool is_blank = true;

        if (name.length > NAME_MAX_OCTETS)
                return NAME_LENGTH;
        while (r.left > 0) {
                int32_t code_point = character_next(&r);

                if (code_point == CHARACTER_MALFORMED)
                        return NAME_UTF8;
                switch (character_class(code_point)) {
                case CHARACTER_PLAIN:
                        is_blank = false;
                        break;
                case CHARACTER_SPACE:
                        break;
                case CHARACTER_CONTROL:
                        return NAME_CONTROL;
                case CHARACTER_HIDDEN:
                        return NAME_HIDDEN;
                }
        }
        return is_blank ? NAME_EMPTY : NAME_SOUND;
}

/* Appends `text` in the wanted form without spaces; it is sound, so only memory can run out. */
static void add_mapped(struct buffer *to, struct slice text, utf8proc_option_t options)
{
        utf8proc_uint8_t *mapped = NULL;
        utf8proc_ssize_t length = utf8proc_map(text.data, (utf8proc_ssize_t)text.length, &mapped, options);
        struct reader r;

        if (length < 0)
                abort();
        r = reader_of(slice_of(mapped, (size_t)length));
        while (r.left > 0) {
                int32_t code_point = character_next(&r);
                char character[CHARACTER_TEXT];

                if (character_class(code_point) == CHARACTER_SPACE)
                        continue;
                character_text(code_point, character);
                buffer_add_text(to, character);
        }
        free(mapped);
}

enum name_flaw name_normalise(struct slice name, struct buffer *ret)
{
        static const utf8proc_option_t folded =
                UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD;
        CLEANUP(buffer) struct buffer once = BUFFER_INIT;
        enum name_flaw flaw = check(name);

        if (flaw)
                return flaw;
        /*
         * Spacing accents decompose to a space and a mark; without the space the
         * mark falls on the character before and may compose with it. The second
         * pass makes the form one that stays as it is.
         */
        add_mapped(&once, name, folded);
        add_mapped(ret, buffer_slice(&once), folded);
        return NAME_SOUND;
}

bool name_is_same(struct slice a, struct slice b)
{
        CLEANUP(buffer) struct buffer left = BUFFER_INIT;
        CLEANUP(buffer) struct buffer right = BUFFER_INIT;

        return name_normalise(a, &left) == NAME_SOUND && name_normalise(b, &right) == NAME_SOUND &&
               slice_equal(buffer_slice(&left), buffer_slice(&right));
}

static bool is_space_at_end(struct slice name)
{
        struct reader r = reader_of(name);
        bool first = character_class(character_next(&r)) == CHARACTER_SPACE;
        bool last = first;

        while (r.left > 0)
                last = character_class(character_next(&r)) == CHARACTER_SPACE;
        return first || last;
}

static bool is_nfc(struct slice name)
{
        utf8proc_uint8_t *mapped = NULL;
        utf8proc_ssize_t length = utf8proc_map(name.data, (utf8proc_ssize_t)name.length, &mapped,
                UTF8PROC_STABLE | UTF8PROC_COMPOSE);
        bool same;

        if (length < 0)
                abort();
        same = slice_equal(name, slice_of(mapped, (size_t)length));
        free(mapped);
        return same;
}

enum name_flaw name_check_display(struct slice name)
{
        enum name_flaw flaw = check(name);

        if (flaw)
                return flaw;
        return is_space_at_end(name) || !is_nfc(name) ? NAME_FORM : NAME_SOUND;
}

void name_mask_person(struct slice name, struct buffer *ret)
{
        struct reader r = reader_of(name);
        char character[CHARACTER_TEXT];

        if (check(name) == NAME_SOUND) {
                character_text(character_next(&r), character);
                buffer_add_text(ret, character);
        }
        buffer_add_u8(ret, '*');
}

size_t name_width(struct slice text)
{
        struct reader r = reader_of(text);
        size_t columns = 0;

        while (r.left > 0) {
                int32_t code_point = character_next(&r);

                if (code_point == CHARACTER_MALFORMED) {
                        r.failed = false;
                        reader_take(&r, 1);
                        columns++;
                } else {
                        columns += (size_t)utf8proc_charwidth(code_point);
                }
        }
        return columns;
}

const char *name_flaw_word(enum name_flaw flaw)
{
        switch (flaw) {
        case NAME_SOUND:
                return "ok";
        case NAME_EMPTY:
                return "name_empty";
        case NAME_LENGTH:
                return "name_length";
        case NAME_UTF8:
                return "name_utf8";
        case NAME_CONTROL:
                return "name_control";
        case NAME_HIDDEN:
                return "name_hidden";
        case NAME_FORM:
                return "name_form";
        }
        return "unknown";
}
