/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A receipt: the evidence of one answer as one text file, blocks in the style
 * of RFC 7468, base64 in lines of 64, so that ordinary tools open it decades
 * later. The blocks stand in one order, and nothing stands outside them:
 * STATEMENT, REQUEST, INCLUSION, HEAD, then one CERTIFICATE or more. There is
 * one file for one evidence: what is decoded and encoded again is the same
 * bytes, or it is refused.
 *
 * Decoding believes nothing; evidence_verify() judges. Blocks that this
 * program does not verify are refused, so that nobody takes what lies in a
 * receipt for what was checked.
 */
#pragma once

#include "registry/core/evidence.h"

#define RECEIPT_LIMIT 131072u /* octets of the file */

/* A decoded receipt; the evidence's slices point into the buffer. */
struct receipt {
        struct buffer bytes;
        struct evidence evidence;
};

enum receipt_flaw {
        RECEIPT_RIGHT = 0,
        RECEIPT_SIZE,      /* longer than RECEIPT_LIMIT, or a part longer than its own limit */
        RECEIPT_BLOCK,     /* a block is missing, unknown, out of order, or something stands outside */
        RECEIPT_BASE64,    /* a block's content is not canonical base64 in lines of 64 */
        RECEIPT_INCLUSION, /* the INCLUSION block's text is not in its form */
};

/* Appends the file. The evidence must be within its limits. */
void receipt_encode(const struct evidence *evidence, struct buffer *ret);
/* `ret` is to be released with receipt_done() when the file is right, and untouched otherwise. */
enum receipt_flaw receipt_decode(struct slice file, struct receipt *ret);
void receipt_done(struct receipt *receipt);
void receipt_cleanup(struct receipt *receipt);
/* Stable lower-case word. */
const char *receipt_flaw_word(enum receipt_flaw flaw);
