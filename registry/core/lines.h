/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Text that is signed: UTF-8 lines "name value", LF only, in one fixed order.
 * There is one way to write each value, so that reading and writing again
 * gives the same bytes and two readers can never see different things.
 *
 * Free text is escaped: a backslash is `\\`; a control octet (0x01-0x1f, 0x7f),
 * and a space that stands first or last, is `\x` and two lower-case digits; the
 * text "-" is `\x2d`, because a bare `-` means empty. Everything else stands as
 * it is. NUL, C1 controls (U+0080-U+009F) and octets that are not UTF-8
 * (RFC 3629) are in no text.
 */
#pragma once

#include "registry/base/bytes.h"

#define ORIGIN_LIMIT 100u /* octets of an origin */

/* Walks the lines of a text; the failure is sticky and checked once at the end. */
struct lines {
        struct slice rest;
        bool failed;
};

struct lines lines_of(struct slice text);
/* The next line without its LF. Every line ends with one, the last too. */
struct slice lines_next(struct lines *l);
/* The value of the next line, which must be called `name`. Not empty, no space at either end. */
struct slice lines_value(struct lines *l, const char *name);
/* Nothing left and nothing failed. */
bool lines_is_done(const struct lines *l);

/* Decimal, no leading zeroes, no sign. */
bool number_parse(struct slice text, uint64_t *ret);
void number_format(uint64_t number, struct buffer *ret);

/*
 * A registry's name in everything it signs, like `credit.example.cn/registry`: 1 to ORIGIN_LIMIT of
 * a-z 0-9 . - /, with no slash first, last or beside another. It has neither space nor plus, as the
 * names of note keys must not.
 */
bool origin_is_valid(struct slice origin);
/* The origin of a first line `<origin><suffix>`, NUL-terminated; `ret` is untouched unless it is one. */
bool origin_parse(struct slice line, const char *suffix, char ret[ORIGIN_LIMIT + 1]);

/* May the bytes stand in a signed text, escaped? UTF-8 without NUL and C1 controls. */
bool text_is_valid(struct slice text);
void text_escape(struct slice text, struct buffer *ret);
/*
 * Appends what the value stands for. False unless the value is what text_escape() writes for it;
 * `ret` then keeps its old length.
 */
bool text_unescape(struct slice value, struct buffer *ret);
