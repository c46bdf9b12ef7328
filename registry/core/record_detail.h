/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a type of record has beside what all have: the batch of a sampling, the number and the scope of a certificate,
 * who assessed an enterprise and under which standard. A table says which, in which form, and what must be there;
 * filing, imports and tools read the one table. They are described here and evaluated nowhere: what a policy may ask for
 * stands in core/inputs.
 *
 * Stored and hashed as canonical lines `name value\n` in the order of the table, absent ones left out. A value is one
 * line of UTF-8 in NFC that may be shown (core/name).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"
#include "registry/core/record_kind.h"

#define RECORD_DETAILS_MAX 16u          /* of one type */
#define RECORD_DETAIL_OCTETS 300u       /* of one value */
#define RECORD_DETAILS_OCTETS 4096u     /* of all lines: no type's table comes to more, to which its test holds it */

enum record_detail_form {
        DETAIL_TEXT = 1,
        DETAIL_MARK,    /* the same, that designates a paper or a batch: it may have the form of anything, an identity number's too */
        DETAIL_DAY,
        DETAIL_NUMBER,  /* whole, not negative */
        DETAIL_WORD,    /* one of `words` */
        DETAIL_CODE,    /* an organization code or a unified social credit code */
};

struct record_detail {
        enum record_type type;
        const char *name;      /* `batch`, `product`, `agency`, `standard` */
        enum record_detail_form form;
        bool is_required;
        const char *zh, *en;   /* what people call it */
        const char *words;     /* DETAIL_WORD: with spaces between */
        uint64_t most;         /* DETAIL_NUMBER: 0 is no bound */
};

struct record_detail_value {
        struct slice name;
        struct slice value;
};

enum record_detail_flaw {
        DETAIL_SOUND = 0,
        DETAIL_UNKNOWN,   /* the type has none of that name */
        DETAIL_TWICE,
        DETAIL_MISSING,
        DETAIL_VALUE,     /* not of its form */
};

/* Those of a type, in the table's order; NULL, and a count of 0, of one that has none. */
const struct record_detail *record_details_of(enum record_type type, size_t *ret_count);
/* One of a type by its name; NULL if it has none of that name. */
const struct record_detail *record_detail_find(enum record_type type, struct slice name);
/* Appends what its value may be, for people: `one of production, circulation`. */
void record_detail_describe(const struct record_detail *detail, struct buffer *to);
/*
 * Appends the lines. On a flaw `to` is untouched, and `ret_name` is what it is about: the table's word, or the unknown
 * name as it was given.
 */
enum record_detail_flaw record_details_format(enum record_type type, const struct record_detail_value *values,
        size_t count, struct buffer *to, struct slice *ret_name) MUST_CHECK;
/* What is wrong, for people: `the type has none of that name`. NULL for DETAIL_SOUND. */
const char *record_detail_flaw_text(enum record_detail_flaw flaw);
/* Are these the canonical lines of that type? */
bool record_details_is_valid(enum record_type type, struct slice lines);
/* The value of a name in canonical lines; false if it is not there. */
bool record_details_get(struct slice lines, const char *name, struct slice *ret) MUST_CHECK;
/* Calls `each` for every line. */
void record_details_each(
        struct slice lines, void (*each)(void *closure, struct slice name, struct slice value), void *closure);
