/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/personal_number.h"

#include <string.h>

#include "registry/core/org_code.h"

#define IDENTITY_LENGTH 18u
#define MOBILE_LENGTH 11u

static bool is_digit(uint8_t octet)
{
        return octet >= '0' && octet <= '9';
}

static bool is_letter(uint8_t octet)
{
        return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z');
}

static int number(const uint8_t *digits, unsigned count)
{
        int value = 0;

        for (unsigned i = 0; i < count; i++)
                value = 10 * value + (digits[i] - '0');
        return value;
}

/* Form and birth date: GB 11643-1999, 4.1. */
static bool looks_like_identity(const uint8_t *p)
{
        int year, month, date;

        for (unsigned i = 0; i < IDENTITY_LENGTH - 1; i++)
                if (!is_digit(p[i]))
                        return false;
        if (!is_digit(p[IDENTITY_LENGTH - 1]) && (p[IDENTITY_LENGTH - 1] | 0x20) != 'x')
                return false;
        year = number(p + 6, 4);
        month = number(p + 10, 2);
        date = number(p + 12, 2);
        return year >= 1900 && year <= 2099 && month >= 1 && month <= 12 && date >= 1 && date <= 31;
}

static bool has_identity_check(const uint8_t *p)
{
        int sum = 0, weight = 1;
        char expected;

        /* Weights are powers of two modulo 11, from the right. */
        for (unsigned i = IDENTITY_LENGTH - 1; i-- > 0;) {
                weight = weight * 2 % 11;
                sum += weight * (p[i] - '0');
        }
        sum = (12 - sum % 11) % 11;
        expected = sum == 10 ? 'X' : (char)('0' + sum);
        return (is_digit(p[IDENTITY_LENGTH - 1]) ? (char)p[IDENTITY_LENGTH - 1] : 'X') == expected;
}

static bool is_identity(const uint8_t *p)
{
        struct org_code code;

        return looks_like_identity(p) &&
               (has_identity_check(p) || !org_code_parse_canonical(slice_of(p, IDENTITY_LENGTH), &code));
}

static bool is_mobile(const uint8_t *p)
{
        for (unsigned i = 0; i < MOBILE_LENGTH; i++)
                if (!is_digit(p[i]))
                        return false;
        return p[0] == '1' && p[1] >= '3';
}

bool personal_is_identity(struct slice text)
{
        return text.length == IDENTITY_LENGTH && looks_like_identity(text.data) &&
               has_identity_check(text.data);
}

unsigned personal_mask(struct slice text, unsigned kinds, struct buffer *ret)
{
        unsigned count = 0;

        for (size_t at = 0, run; at < text.length; at += run) {
                const uint8_t *p = text.data + at;
                bool masked;

                for (run = 0; at + run < text.length && (is_digit(p[run]) || is_letter(p[run]));)
                        run++;
                if (!run) {
                        buffer_add_u8(ret, *p);
                        run = 1;
                        continue;
                }
                masked = (kinds & PERSONAL_IDENTITY && run == IDENTITY_LENGTH && is_identity(p)) ||
                         (kinds & PERSONAL_MOBILE && run == MOBILE_LENGTH && is_mobile(p));
                for (size_t i = 0; i < run; i++)
                        buffer_add_u8(ret, masked && i > 0 && i < run - 2 ? '*' : p[i]);
                count += masked;
        }
        return count;
}
