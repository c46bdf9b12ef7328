/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A rule document: a procedure, a code table or a calendar of working days, as two administrators sign it. It says
 * itself what it is (`format`, `id`, `version`), and is known by the SHA-256 of its canonical form, which is the form
 * that is stored. A newer version replaces the one before; cases keep the procedure they were opened under.
 */
#pragma once

#include "registry/core/document.h"
#include "registry/core/rule_head.h"

enum rule_kind {
        RULE_PROCEDURE = 1,
        RULE_CODES,
        RULE_CALENDAR,
};
#define RULE_KIND_LAST RULE_CALENDAR

struct rule {
        enum rule_kind kind;
        char id[RULE_ID];
        int32_t version;
        uint8_t hash[32];
};

/*
 * Reads any rule document whole, by its kind's own parser. DOCUMENT_SOUND: `ret` is set and `canonical` has the form
 * to store appended; else the first error, both untouched.
 */
enum document_flaw rule_read(struct slice json, struct rule *ret, struct buffer *canonical,
        struct document_error *ret_error) MUST_CHECK;
/* `procedure`, `codes`, `calendar`. */
const char *rule_kind_word(enum rule_kind kind);
bool rule_kind_of_word(struct slice word, enum rule_kind *ret) MUST_CHECK;
