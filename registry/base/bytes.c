/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/base/bytes.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *must_resize(void *old, size_t size)
{
        void *p = realloc(old, size ? size : 1);

        if (!p)
                abort();
        return p;
}

void *must_alloc(size_t size)
{
        void *p = calloc(1, size ? size : 1);

        if (!p)
                abort();
        return p;
}

char *must_copy_text(const char *text)
{
        size_t size = strlen(text) + 1;

        return memcpy(must_alloc(size), text, size);
}

struct slice slice_of(const void *data, size_t length)
{
        return (struct slice){.data = data, .length = length};
}

struct slice slice_text(const char *text)
{
        return slice_of(text, strlen(text));
}

bool slice_equal(struct slice a, struct slice b)
{
        return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

void buffer_done(struct buffer *b)
{
        free(b->data);
        *b = BUFFER_INIT;
}

void buffer_cleanup(struct buffer *b)
{
        buffer_done(b);
}

void buffer_clear(struct buffer *b)
{
        b->length = 0;
}

uint8_t *buffer_reserve(struct buffer *b, size_t more)
{
        size_t need;

        if (__builtin_add_overflow(b->length, more, &need) || need > SIZE_MAX / 2)
                abort();
        if (need > b->capacity || !b->data) {
                size_t capacity = b->capacity ? b->capacity : 64;

                while (capacity < need)
                        capacity *= 2;
                b->data = must_resize(b->data, capacity);
                b->capacity = capacity;
        }
        return b->data + b->length;
}

void buffer_add(struct buffer *b, const void *data, size_t length)
{
        uint8_t *to = buffer_reserve(b, length);

        if (length)
                memcpy(to, data, length);
        b->length += length;
}

void buffer_add_slice(struct buffer *b, struct slice s)
{
        buffer_add(b, s.data, s.length);
}

void buffer_add_text(struct buffer *b, const char *text)
{
        buffer_add(b, text, strlen(text));
}

void buffer_add_format(struct buffer *b, const char *format, ...)
{
        va_list args;
        int length;

        va_start(args, format);
        length = vsnprintf(NULL, 0, format, args);
        va_end(args);
        assert(length >= 0);

        char *to = (char *)buffer_reserve(b, (size_t)length + 1);

        va_start(args, format);
        vsnprintf(to, (size_t)length + 1, format, args);
        va_end(args);
        b->length += (size_t)length;
}

void buffer_add_u8(struct buffer *b, uint8_t v)
{
        buffer_add(b, &v, 1);
}

static void add_big_endian(struct buffer *b, uint64_t v, unsigned octets)
{
        uint8_t *to = buffer_reserve(b, octets);

        for (unsigned i = 0; i < octets; i++)
                to[i] = (uint8_t)(v >> (8 * (octets - 1 - i)));
        b->length += octets;
}

void buffer_add_u16(struct buffer *b, uint16_t v)
{
        add_big_endian(b, v, 2);
}

void buffer_add_u32(struct buffer *b, uint32_t v)
{
        add_big_endian(b, v, 4);
}

void buffer_add_u64(struct buffer *b, uint64_t v)
{
        add_big_endian(b, v, 8);
}

void buffer_add_varint(struct buffer *b, uint64_t v)
{
        while (v >= 0x80) {
                buffer_add_u8(b, (uint8_t)(v | 0x80));
                v >>= 7;
        }
        buffer_add_u8(b, (uint8_t)v);
}

void buffer_add_signed_varint(struct buffer *b, int64_t v)
{
        buffer_add_varint(b, ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0));
}

void buffer_add_counted(struct buffer *b, struct slice s)
{
        buffer_add_varint(b, s.length);
        buffer_add_slice(b, s);
}

void buffer_drop_front(struct buffer *b, size_t length)
{
        assert(length <= b->length);
        if (length == 0)
                return;
        memmove(b->data, b->data + length, b->length - length);
        b->length -= length;
}

struct slice buffer_slice(const struct buffer *b)
{
        return slice_of(b->data, b->length);
}

const char *buffer_text(struct buffer *b)
{
        *buffer_reserve(b, 1) = '\0';
        return (const char *)b->data;
}

struct reader reader_of(struct slice s)
{
        return (struct reader){.data = s.data, .left = s.length};
}

struct slice reader_take(struct reader *r, size_t length)
{
        struct slice s;

        if (r->failed || length > r->left) {
                r->failed = true;
                return slice_of(NULL, 0);
        }
        s = slice_of(r->data, length);
        r->data += length;
        r->left -= length;
        return s;
}

static uint64_t read_big_endian(struct reader *r, size_t octets)
{
        struct slice s = reader_take(r, octets);
        uint64_t v = 0;

        for (size_t i = 0; i < s.length; i++)
                v = v << 8 | s.data[i];
        return v;
}

uint8_t reader_u8(struct reader *r)
{
        return (uint8_t)read_big_endian(r, 1);
}

uint16_t reader_u16(struct reader *r)
{
        return (uint16_t)read_big_endian(r, 2);
}

uint32_t reader_u32(struct reader *r)
{
        return (uint32_t)read_big_endian(r, 4);
}

uint64_t reader_u64(struct reader *r)
{
        return read_big_endian(r, 8);
}

uint64_t reader_varint(struct reader *r)
{
        uint64_t v = 0;

        for (unsigned shift = 0; shift < 70; shift += 7) {
                uint8_t octet = reader_u8(r);

                if (r->failed)
                        return 0;
                if ((shift == 63 && octet > 1) || (shift > 0 && octet == 0))
                        break;
                v |= (uint64_t)(octet & 0x7f) << shift;
                if (octet < 0x80)
                        return v;
        }
        r->failed = true;
        return 0;
}

int64_t reader_signed_varint(struct reader *r)
{
        uint64_t v = reader_varint(r);

        return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

struct slice reader_counted(struct reader *r)
{
        uint64_t length = reader_varint(r);

        if (length > r->left)
                r->failed = true;
        return reader_take(r, r->failed ? 0 : (size_t)length);
}

bool reader_is_done(const struct reader *r)
{
        return !r->failed && r->left == 0;
}

void hex_encode(const void *data, size_t length, char *ret)
{
        static const char digits[] = "0123456789abcdef";
        const uint8_t *from = data;

        for (size_t i = 0; i < length; i++) {
                ret[2 * i] = digits[from[i] >> 4];
                ret[2 * i + 1] = digits[from[i] & 15];
        }
        ret[2 * length] = '\0';
}

static int hex_value(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        return -1;
}

bool hex_decode(const char *text, size_t text_length, void *ret, size_t length)
{
        uint8_t *to = ret;

        if (text_length != 2 * length)
                return false;
        for (size_t i = 0; i < text_length; i++)
                if (hex_value(text[i]) < 0)
                        return false;
        for (size_t i = 0; i < length; i++)
                to[i] = (uint8_t)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
        return true;
}
