/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Personal numbers in running text: resident identity numbers (GB 11643: 17 digits and a check character, the
 * birth date in positions 7 to 14) and mobile numbers. Files of departments carry them in facts and remarks;
 * the registry has no use for them, so they are masked before anything is stored, shown or written back.
 *
 * An identity number is known by its birth date and its own check character or, failing that, by not being an
 * organization code: of 18 digits alone both could be meant, and a code must not be masked out of a document.
 */
#pragma once

#include <stdbool.h>

#include "registry/base/bytes.h"

enum personal_number {
        PERSONAL_IDENTITY = 1 << 0,
        PERSONAL_MOBILE = 1 << 1,
};

/* Is the whole text an identity number with a right check character (ISO 7064 MOD 11-2)? */
bool personal_is_identity(struct slice text);

/*
 * Appends the text with each such number's octets as asterisks, but the first and the last two; says how
 * many.
 */
unsigned personal_mask(struct slice text, unsigned kinds, struct buffer *ret);
