/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A value: what stands behind a name on one line of a statement. Each line of
 * the statement's table says which form its value has and where the field is;
 * writing and reading a form stand here side by side, and what one would not
 * write the other does not read.
 */
#pragma once

#include "registry/core/statement.h"

enum statement_form {
        FORM_WORD,      /* one of a table's words; the field is an enum */
        FORM_HASH,      /* 64 hexadecimal digits */
        FORM_MAYBE_HASH, /* the same or `-`; the field is a bool and a hash */
        FORM_ROOT,      /* a hash in base64, as log checkpoints write it */
        FORM_CODE,      /* capital letters and digits, exactly the field's size or an organization code's */
        FORM_NONCE,
        FORM_SALT,
        FORM_TEXT,      /* escaped text */
        FORM_GRADE,
        FORM_SCORE,
        FORM_DAY,
        FORM_INSTANT,
        FORM_NUMBER,
        FORM_SERIAL,    /* a number, or `-` for 0 */
        FORM_POLICY,    /* id@version */
        FORM_COVERAGE,
};

struct statement_line {
        const char *name;
        enum statement_form form;
        size_t offset;
        size_t limit;             /* characters of CODE and TEXT fields */
        const char *const *words; /* of WORD fields, in the order of their enum */
        const char *only_kind;    /* the word of the one kind that has the line; NULL: all have it */
};

/* Appends the line's value; false when the field holds what may not be said, `ret` may then have grown. */
bool statement_value_add(const struct statement *s, const struct statement_line *line, struct buffer *ret);
/* Into the line's field of an initialised statement; false when the value is not of its form. */
bool statement_value_parse(struct slice value, const struct statement_line *line, struct statement *ret);
