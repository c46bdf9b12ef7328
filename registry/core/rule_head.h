/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What every rule document (core/rule) begins with: what it is, its id, its version, its names. One reader, so that
 * procedures, code tables and calendars are told apart and called in one way.
 */
#pragma once

#include "registry/core/document.h"

#define RULE_ID 33 /* and its NUL */
#define RULE_NAME (DOCUMENT_TEXT_OCTETS + 1)

struct rule_head {
        char id[RULE_ID];
        int32_t version;
        char zh[RULE_NAME];
        char en[RULE_NAME];
};

/* Reads `format` (which must be this one), `id`, `version` and `names`. Sticky, as all of core/document. */
void rule_head_read(const struct place *root, const char *format, struct rule_head *ret);
/* Small letters and digits, parts joined by single `joint`s (`-` in ids and words, `_` in names of fields). */
bool rule_word_is_sound(const char *word, char joint);
