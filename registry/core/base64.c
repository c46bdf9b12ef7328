/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct slice bytes, struct buffer *ret)
{
        uint8_t *to = buffer_reserve(ret, BASE64_LENGTH(bytes.length));
        const uint8_t *from = bytes.data;
        size_t left = bytes.length;

        ret->length += BASE64_LENGTH(bytes.length);
        for (; left >= 3; left -= 3, from += 3) {
                uint32_t group = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];

                *to++ = (uint8_t)digits[group >> 18];
                *to++ = (uint8_t)digits[group >> 12 & 63];
                *to++ = (uint8_t)digits[group >> 6 & 63];
                *to++ = (uint8_t)digits[group & 63];
        }
        if (left) {
                uint32_t group = (uint32_t)from[0] << 16 | (left == 2 ? (uint32_t)from[1] << 8 : 0);

                *to++ = (uint8_t)digits[group >> 18];
                *to++ = (uint8_t)digits[group >> 12 & 63];
                *to++ = left == 2 ? (uint8_t)digits[group >> 6 & 63] : '=';
                *to++ = '=';
        }
}

static int value_of(uint8_t c)
{
        if (c >= 'A' && c <= 'Z')
                return c - 'A';
        if (c >= 'a' && c <= 'z')
                return c - 'a' + 26;
        if (c >= '0' && c <= '9')
                return c - '0' + 52;
        if (c == '+')
                return 62;
        return c == '/' ? 63 : -1;
}

/* Octets the text stands for, judged by length and padding alone; SIZE_MAX when it cannot be base64. */
static size_t decoded_length(struct slice text)
{
        size_t padding = 0;

        if (text.length % 4)
                return SIZE_MAX;
        if (text.length && text.data[text.length - 1] == '=')
                padding = text.data[text.length - 2] == '=' ? 2 : 1;
        return text.length / 4 * 3 - padding;
}

static bool decode(struct slice text, uint8_t *to, size_t length)
{
        size_t characters = (length * 8 + 5) / 6; /* without the padding */
        uint32_t group = 0;
        unsigned bits = 0;

        for (size_t i = 0; i < characters; i++) {
                int value = value_of(text.data[i]);

                if (value < 0)
                        return false;
                group = (group << 6 | (uint32_t)value) & 0xffffff;
                bits += 6;
                if (bits >= 8) {
                        bits -= 8;
                        *to++ = (uint8_t)(group >> bits);
                }
        }
        return (group & ((1u << bits) - 1)) == 0;
}

bool base64_decode(struct slice text, struct buffer *ret)
{
        size_t length = decoded_length(text);

        if (length == SIZE_MAX || !decode(text, buffer_reserve(ret, length), length))
                return false;
        ret->length += length;
        return true;
}

bool base64_decode_exact(struct slice text, void *ret, size_t length)
{
        return decoded_length(text) == length && decode(text, ret, length);
}
