/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Text in messages is `bytes`; this is the one place where such bytes become text. UTF-8 as RFC 3629 has it
 * (no surrogates, no overlong forms), no NUL, nothing above U+10FFFF, and no control character but those the
 * caller asks for.
 *
 * The allocator decodes a peer's message within a budget: protobuf-c turns a frame of empty repeated messages
 * into fifty times its size, so what a message may cost is bounded here and the refusal is told apart from a
 * malformed message.
 */
#pragma once

#include <stdbool.h>

#include <protobuf-c/protobuf-c.h>

#include "registry/base/arena.h"

enum text_flaw {
        TEXT_FINE = 0,
        TEXT_NOT_UTF8,
        TEXT_NUL,
        TEXT_CONTROL,  /* C0 or C1, DEL, or a bidirectional or zero-width control */
        TEXT_TOO_LONG,
};

enum text_flaw text_check(struct slice bytes, size_t limit_octets);
const char *text_flaw_word(enum text_flaw flaw);

/* An allocator whose memory is the arena's. `ret` must not outlive it; freeing is a no-op. */
void text_allocator_init(ProtobufCAllocator *ret, struct arena *arena);
