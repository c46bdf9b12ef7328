/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A document: rules that come as JSON (policies), read strictly. No member
 * twice, none that is not known, none left out, no number with a fraction, no
 * deep nesting: a rule that is misread decides about people.
 *
 * Reading is sticky like a reader of bytes: every place_ function does nothing
 * once something was wrong, and the first error stays in the document with the
 * path of the key, the value and the reason. So a caller reads everything, then
 * asks document_is_sound() once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"
#include "registry/core/calendar.h"

#define DOCUMENT_OCTETS_MAX 65536u
#define DOCUMENT_SENT_MAX 49152u /* octets, canonical, of one that is brought in: it travels in one request */
#define DOCUMENT_DEPTH_MAX 8
#define DOCUMENT_TEXT_OCTETS 300 /* of one text in it, without NUL */
#define DOCUMENT_PATH 128

enum document_flaw {
        DOCUMENT_SOUND = 0,
        DOCUMENT_SIZE,    /* more than DOCUMENT_OCTETS_MAX */
        DOCUMENT_DEPTH,   /* nested deeper than DOCUMENT_DEPTH_MAX */
        DOCUMENT_SYNTAX,  /* not JSON, or a member twice */
        DOCUMENT_UNKNOWN, /* a key that has no meaning here */
        DOCUMENT_MISSING, /* a key that must be there */
        DOCUMENT_TYPE,    /* a value of another type */
        DOCUMENT_VALUE,   /* a value that is out of range or contradicts another */
};

struct document_error {
        enum document_flaw flaw;
        char path[DOCUMENT_PATH]; /* `deductions.penalty.fine`, `bands[2].min`; empty for the whole */
        char value[64];           /* as compact JSON, cut; empty if there is none */
        char reason[160];
        unsigned line;            /* of the text, where it is no JSON or too deep; 0: core/document_line finds it */
};

struct document {
        json_t *root;
        struct document_error error;
};

/* A value in it and how one gets there. `value` is NULL once something was wrong. */
struct place {
        struct document *document;
        json_t *value;
        char path[DOCUMENT_PATH];
};

/* Always initialises `ret`; whether it is sound stands in its error. */
void document_init(struct document *ret, struct slice json);
void document_done(struct document *document);
bool document_is_sound(const struct document *document);
/* The object that the whole document must be. */
struct place document_root(struct document *document);
/*
 * Appends the canonical form: UTF-8, no white space, members in the order of
 * their keys' octets. The document must be sound.
 */
void document_canonical(const struct document *document, struct buffer *to);
/* SHA-256 of the canonical form. The document must be sound. */
void document_hash(const struct document *document, uint8_t ret[32]);
/* The path of a member and of an item, as errors have it: of an unknown key that much of it that is plain ASCII. */
void document_path_member(char ret[DOCUMENT_PATH], const char *at, const char *key);
void document_path_item(char ret[DOCUMENT_PATH], const char *at, size_t index);
/* The stable word: `unknown_key`, `missing_key`, ... */
const char *document_flaw_word(enum document_flaw flaw);

/* Records the first error, about member `key` of the place, or the place itself if `key` is NULL. */
void place_refuse(const struct place *at, const char *key, enum document_flaw flaw, const char *reason);
/* The place must be an object without any member whose key is not in the list, which ends with NULL. */
void place_only(const struct place *at, const char *const *keys);
bool place_has(const struct place *at, const char *key);
bool place_is_null(const struct place *at, const char *key); /* the member must be there */
struct place place_object(const struct place *at, const char *key);
/* The member, an array of `least` to `most` items. */
struct place place_array(const struct place *at, const char *key, size_t least, size_t most);
size_t place_count(const struct place *array);
struct place place_item(const struct place *array, size_t index);
/* The item itself as text; empty when something was wrong. */
const char *place_string(const struct place *at);

int32_t place_integer(const struct place *at, const char *key, int32_t least, int32_t most);
bool place_boolean(const struct place *at, const char *key);
struct day place_day(const struct place *at, const char *key);
/* One line that may be shown (core/name), of fewer than `size` octets. */
void place_text(const struct place *at, const char *key, char *ret, size_t size);
