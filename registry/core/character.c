/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/character.h"

#include <assert.h>
#include <stdbool.h>
#include <sys/types.h>

#include <utf8proc.h>

/*
 * What Default_Ignorable_Code_Point (Unicode, DerivedCoreProperties) has beyond
 * general category Cf, and the noncharacters below U+FFFE.
 */
static const struct {
        int32_t first;
        int32_t last;
} hidden[] = {
        {0x034f, 0x034f},   /* combining grapheme joiner */
        {0x115f, 0x1160},   /* Hangul fillers */
        {0x17b4, 0x17b5},   /* Khmer inherent vowels */
        {0x180b, 0x180f},   /* Mongolian selectors and vowel separator */
        {0x2065, 0x2065},
        {0x3164, 0x3164},   /* Hangul filler */
        {0xfdd0, 0xfdef},   /* noncharacters */
        {0xfe00, 0xfe0f},   /* variation selectors */
        {0xffa0, 0xffa0},   /* half-width Hangul filler */
        {0xfff0, 0xfff8},
        {0xe0000, 0xe0fff}, /* tags, variation selectors supplement */
};

int32_t character_next(struct reader *r)
{
        utf8proc_int32_t code_point;
        ssize_t octets;

        assert(!r->failed && r->left > 0);
        octets = utf8proc_iterate(r->data, r->left > 4 ? 4 : (ssize_t)r->left, &code_point);
        if (octets <= 0) {
                r->failed = true;
                return CHARACTER_MALFORMED;
        }
        reader_take(r, (size_t)octets);
        return code_point;
}

static bool is_hidden(int32_t code_point)
{
        if ((code_point & 0xfffe) == 0xfffe)
                return true;
        for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
                if (code_point >= hidden[i].first && code_point <= hidden[i].last)
                        return true;
        return false;
}

enum character_class character_class(int32_t code_point)
{
        if (is_hidden(code_point))
                return CHARACTER_HIDDEN;
        switch (utf8proc_category(code_point)) {
        case UTF8PROC_CATEGORY_ZS:
                return CHARACTER_SPACE;
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
                return CHARACTER_CONTROL;
        case UTF8PROC_CATEGORY_CF:
                return CHARACTER_HIDDEN;
        default:
                return CHARACTER_PLAIN;
        }
}

void character_text(int32_t code_point, char ret[CHARACTER_TEXT])
{
        utf8proc_ssize_t octets = utf8proc_encode_char(code_point, (utf8proc_uint8_t *)ret);

        assert(octets > 0 && octets < CHARACTER_TEXT);
        ret[octets] = '\0';
}
