/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "proto/text.h"

/* Takes one code point off the front; false where the octets are not UTF-8. */
static bool take_code_point(struct reader *r, uint32_t *ret)
{
        uint8_t first = reader_u8(r);
        unsigned more;
        uint32_t least, v;

        if (first < 0x80) {
                *ret = first;
                return true;
        }
        if (first >= 0xc2 && first <= 0xdf)
                more = 1, least = 0x80, v = first & 0x1fu;
        else if (first >= 0xe0 && first <= 0xef)
                more = 2, least = 0x800, v = first & 0x0fu;
        else if (first >= 0xf0 && first <= 0xf4)
                more = 3, least = 0x10000, v = first & 0x07u;
        else
                return false;
        while (more--) {
                uint8_t next = reader_u8(r);

                if (r->failed || (next & 0xc0) != 0x80)
                        return false;
                v = v << 6 | (next & 0x3fu);
        }
        if (v < least || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
                return false;
        *ret = v;
        return true;
}

static bool is_control(uint32_t v)
{
        return v < 0x20 || (v >= 0x7f && v < 0xa0) || /* C0, DEL, C1 */
               (v >= 0x200b && v <= 0x200f) ||        /* zero width, marks */
               (v >= 0x202a && v <= 0x202e) ||        /* bidirectional embedding and override */
               (v >= 0x2060 && v <= 0x206f) || v == 0xfeff;
}

enum text_flaw text_check(struct slice bytes, size_t limit_octets)
{
        struct reader r = reader_of(bytes);

        if (bytes.length > limit_octets)
                return TEXT_TOO_LONG;
        while (r.left > 0) {
                uint32_t v;

                if (!take_code_point(&r, &v))
                        return TEXT_NOT_UTF8;
                if (v == 0)
                        return TEXT_NUL;
                if (is_control(v))
                        return TEXT_CONTROL;
        }
        return TEXT_FINE;
}

const char *text_flaw_word(enum text_flaw flaw)
{
        switch (flaw) {
        case TEXT_FINE:
                return "fine";
        case TEXT_NOT_UTF8:
                return "not UTF-8";
        case TEXT_NUL:
                return "contains NUL";
        case TEXT_CONTROL:
                return "contains a control character";
        case TEXT_TOO_LONG:
                return "too long";
        }
        return "unknown";
}

static void *allocate(void *arena, size_t size)
{
        return arena_alloc(arena, size);
}

static void keep(void *arena, void *memory)
{
        (void)arena;
        (void)memory;
}

void text_allocator_init(ProtobufCAllocator *ret, struct arena *arena)
{
        *ret = (ProtobufCAllocator){.alloc = allocate, .free = keep, .allocator_data = arena};
}
