/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A name: what an enterprise or a person is called. It exists in two forms that
 * are never mixed up. The displayed name is what was registered, in NFC, and is
 * stored and shown as it is. The normalised name is for comparing only: NFKC
 * and case-folded without spaces, so that width, case and （） for () make no
 * difference, and it is never shown.
 *
 * Both refuse what hides: control characters, zero-width and bidirectional
 * ones. Two names that look alike must not differ, and one name must not be two.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

#define NAME_MAX_OCTETS 300

enum name_flaw {
        NAME_SOUND = 0,
        NAME_EMPTY,   /* nothing, or only spaces */
        NAME_LENGTH,  /* more than NAME_MAX_OCTETS */
        NAME_UTF8,    /* not UTF-8 */
        NAME_CONTROL, /* a control character: NUL and line ends too */
        NAME_HIDDEN,  /* a zero-width character or a bidirectional control */
        NAME_FORM,    /* not in NFC, or a space at an end; only of displayed names */
};

/* Appends the normalised form to `ret`, which stays as it is if the answer is not NAME_SOUND. */
enum name_flaw name_normalise(struct slice name, struct buffer *ret) MUST_CHECK;
/* Are both sound and their normalised forms equal? */
bool name_is_same(struct slice a, struct slice b);
/* May it be stored and shown as it is? */
enum name_flaw name_check_display(struct slice name) MUST_CHECK;

/*
 * Appends a person's name with only its first character shown: 张三丰 becomes
 * 张*. Of a compound surname that is less than the surname, never more. What is
 * not UTF-8 becomes * alone.
 */
void name_mask_person(struct slice name, struct buffer *ret);

/* Columns on a terminal: Han characters have two; each octet that is not UTF-8, one. */
size_t name_width(struct slice text);

/* `name_empty` and so on: stable, for JSON and import reasons; `ok` for NAME_SOUND. */
const char *name_flaw_word(enum name_flaw flaw);
