/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Base64 (RFC 4648 section 4) in its one canonical form: padded, no white
 * space, unused bits zero. Everything that is signed or kept as evidence is
 * read through here, so that no two texts stand for the same bytes.
 */
#pragma once

#include "registry/base/bytes.h"

/* Octets of text for `length` octets of data, padding included. */
#define BASE64_LENGTH(length) (((length) + 2) / 3 * 4)

void base64_encode(struct slice bytes, struct buffer *ret);
/* Appends the bytes. False when the text is not canonical; `ret` keeps its old length then. */
bool base64_decode(struct slice text, struct buffer *ret);
/* Exactly `length` octets into `ret`; false otherwise, what `ret` holds is then undefined. */
bool base64_decode_exact(struct slice text, void *ret, size_t length);
