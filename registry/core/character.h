/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A character: one Unicode code point, read strictly from UTF-8, and the class
 * that decides whether it may stand in a code or a name.
 *
 * Hidden characters change what a text is without changing what it looks like:
 * zero-width joiners, bidirectional controls, fillers, variation selectors,
 * soft hyphens. A registry that matched or showed them would answer for one
 * enterprise under the face of another, so they are refused, never removed.
 * Private-use and unassigned code points are plain: rare Han characters of real
 * names live there.
 */
#pragma once

#include <stdint.h>

#include "registry/base/bytes.h"

enum character_class {
        CHARACTER_PLAIN = 0,
        CHARACTER_SPACE,   /* general category Zs: the ideographic and no-break ones too */
        CHARACTER_CONTROL, /* Cc, and the line and paragraph separators */
        CHARACTER_HIDDEN,  /* Cf, Default_Ignorable_Code_Point, noncharacters */
};

#define CHARACTER_MALFORMED (-1)
#define CHARACTER_TEXT 5 /* four octets of UTF-8 and a NUL */

/*
 * The next code point, or CHARACTER_MALFORMED (overlong, surrogate, cut short),
 * which sets the reader's failure. The reader must have bytes left.
 */
int32_t character_next(struct reader *r);
enum character_class character_class(int32_t code_point);
/* NUL-terminated UTF-8; `code_point` is a scalar value. */
void character_text(int32_t code_point, char ret[CHARACTER_TEXT]);
