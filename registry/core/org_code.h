/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An organization code: the 18-character unified social credit code of
 * GB 32100-2015, or the older 9-character organization code of GB 11714-1997,
 * which every unified code carries in its positions 9 to 17 and which is the
 * key (`subject`) of every credit file.
 *
 * A struct org_code exists only for text whose outer check character is right.
 * The inner check of a unified code is a warning: the standard asks for it, the
 * issuers' word on it is not proven. Both checks use their own table: 31 values
 * without I O S V Z outside, all 36 inside. What people type is normalised
 * (NFKC, upper case, spaces, a legacy code's hyphen) and the report says so;
 * O and I are never silently read as 0 and 1, only suggested.
 */
#pragma once

#include <stdbool.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"
#include "registry/core/character.h"

#define ORG_CODE_USCC_LENGTH 18
#define ORG_CODE_LEGACY_LENGTH 9
#define ORG_CODE_INPUT_MAX 128 /* octets; longer text is no code however it is written */

enum org_code_kind {
        ORG_CODE_USCC = 1,   /* 统一社会信用代码 */
        ORG_CODE_LEGACY = 2, /* 组织机构代码 */
};

struct org_code {
        char text[ORG_CODE_USCC_LENGTH + 1]; /* canonical: capitals and digits only */
        enum org_code_kind kind;
        char subject[ORG_CODE_LEGACY_LENGTH + 1];
};

enum org_code_flaw {
        ORG_CODE_SOUND = 0,
        ORG_CODE_EMPTY,
        ORG_CODE_LENGTH,    /* neither 18 nor 9 characters */
        ORG_CODE_CHARACTER, /* a character that cannot stand there */
        ORG_CODE_CHECK,     /* the check character is another: GB 32100 5.2, GB 11714 4 */
        ORG_CODE_HIDDEN,    /* a zero-width character or a bidirectional control */
        ORG_CODE_INTERNAL,  /* PDY00001 to PDY99999: never accepted in exchange */
};

enum org_code_warning {
        ORG_CODE_NORMALISED = 1 << 0,  /* the canonical text is not what was given */
        ORG_CODE_INNER_CHECK = 1 << 1, /* the embedded organization code fails GB 11714 */
        ORG_CODE_TYPE = 1 << 2,        /* positions 1 and 2 are no pair of GB 32100's table */
        ORG_CODE_RESERVED = 1 << 3,    /* the body is of the range for internal use */
};

struct org_code_report {
        enum org_code_flaw flaw;
        unsigned warnings;              /* enum org_code_warning; beside ORG_CODE_CHECK only NORMALISED */
        unsigned length;                /* characters after normalisation */
        unsigned position;              /* of the flaw in the text as given, from 1, in characters; or 0 */
        int32_t code_point;             /* what stands there: U+FFFD for broken UTF-8; or 0 */
        char character[CHARACTER_TEXT]; /* the same as text; empty for what must not be shown */
        char expected;                  /* the check character that would be right, or NUL */
        char suggestion[ORG_CODE_USCC_LENGTH + 1]; /* the sound code with 0 for O and 1 for I, or empty */
};

/*
 * Reads a code as it is typed or imported. `ret` is set if the answer is
 * ORG_CODE_SOUND and untouched otherwise; `ret_report` is always set. A code of
 * the internal range is sound here, with a warning: it is somebody's key.
 */
enum org_code_flaw org_code_parse(struct slice text, struct org_code *ret, struct org_code_report *ret_report)
        MUST_CHECK;
/* The same for codes that come from or go to another department: the internal range is refused. */
enum org_code_flaw org_code_parse_exchanged(struct slice text, struct org_code *ret,
        struct org_code_report *ret_report) MUST_CHECK;
/* Exactly canonical text, as this registry writes it; nothing is normalised. */
bool org_code_parse_canonical(struct slice text, struct org_code *ret) MUST_CHECK;

/* Is its organization code of GB 11714's range for a system's own use? */
bool org_code_is_internal(const struct org_code *code);

/* The check character of 17 characters of the 31-table; NUL if one of them is not of it. */
char org_code_uscc_check(const char *body);
/* The check character of 8 characters 0-9 A-Z; NUL if one of them is another. */
char org_code_legacy_check(const char *body);

/* `code_check` and so on: stable, for JSON and import reasons; `ok` for ORG_CODE_SOUND. */
const char *org_code_flaw_word(enum org_code_flaw flaw);
/* The stable word of one warning: `normalised`, `inner_check`, `type`, `reserved`. */
const char *org_code_warning_word(enum org_code_warning warning);
/* `uscc` or `legacy`. */
const char *org_code_kind_word(enum org_code_kind kind);
