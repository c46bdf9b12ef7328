/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Which documents may be kept: those a court can open in ten years, told by their octets and never by a name. PDF,
 * PNG, JPEG and packages in ZIP form (OFD, GB/T 33190; office documents) begin with their mark; what begins with none
 * must be text to its end: UTF-8 without NUL. Octets come in pieces, so the check keeps where it is in a character.
 */
#pragma once

#include "registry/base/bytes.h"

enum evidence_type {
        EVIDENCE_TYPE_UNKNOWN = 0, /* nothing seen yet */
        EVIDENCE_PDF,
        EVIDENCE_PNG,
        EVIDENCE_JPEG,
        EVIDENCE_ZIP,
        EVIDENCE_TEXT,
        EVIDENCE_FORBIDDEN,
};

struct evidence_type_check {
        enum evidence_type type;
        unsigned owed;         /* octets of the character still to come */
        uint8_t least, most;   /* which the next one may be */
};

/* Starts from {0}. The first piece must hold the mark whole (8 octets), or be the whole document. */
void evidence_type_add(struct evidence_type_check *check, struct slice octets);
/* Of the whole: FORBIDDEN when text ends within a character, or nothing came at all. */
enum evidence_type evidence_type_end(const struct evidence_type_check *check);
