/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/lines.h"

#include <string.h>

#include "registry/core/character.h"

struct lines lines_of(struct slice text)
{
        return (struct lines){.rest = text};
}

struct slice lines_next(struct lines *l)
{
        const uint8_t *end = NULL;
        struct slice line;

        if (!l->failed && l->rest.length)
                end = memchr(l->rest.data, '\n', l->rest.length);
        if (!end) {
                l->failed = true;
                return slice_of(NULL, 0);
        }
        line = slice_of(l->rest.data, (size_t)(end - l->rest.data));
        l->rest = slice_of(end + 1, l->rest.length - line.length - 1);
        return line;
}

struct slice lines_value(struct lines *l, const char *name)
{
        struct slice line = lines_next(l);
        size_t length = strlen(name);

        if (l->failed || line.length < length + 2 || memcmp(line.data, name, length) != 0 ||
                line.data[length] != ' ' || line.data[length + 1] == ' ' ||
                line.data[line.length - 1] == ' ') {
                l->failed = true;
                return slice_of(NULL, 0);
        }
        return slice_of(line.data + length + 1, line.length - length - 1);
}

bool lines_is_done(const struct lines *l)
{
        return !l->failed && l->rest.length == 0;
}

bool number_parse(struct slice text, uint64_t *ret)
{
        uint64_t number = 0;

        if (text.length == 0 || (text.data[0] == '0' && text.length > 1))
                return false;
        for (size_t i = 0; i < text.length; i++)
                if (text.data[i] < '0' || text.data[i] > '9' || __builtin_mul_overflow(number, 10, &number) ||
                        __builtin_add_overflow(number, text.data[i] - '0', &number))
                        return false;
        *ret = number;
        return true;
}

void number_format(uint64_t number, struct buffer *ret)
{
        uint8_t digits[20];
        size_t at = sizeof(digits);

        do {
                digits[--at] = (uint8_t)('0' + number % 10);
                number /= 10;
        } while (number);
        buffer_add(ret, digits + at, sizeof(digits) - at);
}

bool origin_is_valid(struct slice origin)
{
        bool after_slash = true;

        if (origin.length == 0 || origin.length > ORIGIN_LIMIT)
                return false;
        for (size_t i = 0; i < origin.length; i++) {
                uint8_t c = origin.data[i];
                bool slash = c == '/';
                bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';

                if (slash ? after_slash : !plain)
                        return false;
                after_slash = slash;
        }
        return !after_slash;
}

bool origin_parse(struct slice line, const char *suffix, char ret[ORIGIN_LIMIT + 1])
{
        size_t length = strlen(suffix);
        struct slice origin;

        if (line.length <= length || memcmp(line.data + line.length - length, suffix, length) != 0)
                return false;
        origin = slice_of(line.data, line.length - length);
        if (!origin_is_valid(origin))
                return false;
        memcpy(ret, origin.data, origin.length);
        ret[origin.length] = '\0';
        return true;
}

bool text_is_valid(struct slice text)
{
        struct reader r = reader_of(text);

        while (r.left) {
                int32_t c;

                if (*r.data < 0x80 && *r.data) {
                        r.data++;
                        r.left--;
                        continue;
                }
                c = character_next(&r);
                /* NUL and the C1 controls, which terminals obey; C0 can be escaped. */
                if (c <= 0 || (c >= 0x80 && c < 0xa0))
                        return false;
        }
        return true;
}

static bool needs_escape(struct slice text, size_t i)
{
        uint8_t c = text.data[i];

        if (c == ' ')
                return i == 0 || i == text.length - 1;
        return c < ' ' || c == 0x7f || c == '\\' || (c == '-' && text.length == 1);
}

void text_escape(struct slice text, struct buffer *ret)
{
        static const char digits[] = "0123456789abcdef";
        size_t plain = 0; /* where the octets that stand as they are begin */

        if (text.length == 0) {
                buffer_add_u8(ret, '-');
                return;
        }
        for (size_t i = 0; i < text.length; i++) {
                uint8_t c = text.data[i];

                if (!needs_escape(text, i))
                        continue;
                buffer_add(ret, text.data + plain, i - plain);
                buffer_add(ret, c == '\\' ? "\\\\" : "\\x", 2);
                if (c != '\\') {
                        buffer_add_u8(ret, (uint8_t)digits[c >> 4]);
                        buffer_add_u8(ret, (uint8_t)digits[c & 15]);
                }
                plain = i + 1;
        }
        buffer_add(ret, text.data + plain, text.length - plain);
}

/* Undoes the escapes as they come; whether they were needed is judged by writing again. */
static bool unescape(struct slice value, struct buffer *ret)
{
        for (size_t i = 0; i < value.length; i++) {
                uint8_t c = value.data[i];

                if (c == '\\' && value.length - i >= 2 && value.data[i + 1] == '\\') {
                        i++;
                } else if (c == '\\') {
                        if (value.length - i < 4 || value.data[i + 1] != 'x' ||
                                !hex_decode((const char *)value.data + i + 2, 2, &c, 1))
                                return false;
                        i += 3;
                }
                buffer_add_u8(ret, c);
        }
        return true;
}

bool text_unescape(struct slice value, struct buffer *ret)
{
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        size_t before = ret->length;
        struct slice text;

        if (value.length == 1 && value.data[0] == '-')
                return true;
        if (!unescape(value, ret)) {
                ret->length = before;
                return false;
        }
        text = slice_of(ret->data + before, ret->length - before);
        text_escape(text, &again);
        if (!text_is_valid(text) || !slice_equal(buffer_slice(&again), value)) {
                ret->length = before;
                return false;
        }
        return true;
}
