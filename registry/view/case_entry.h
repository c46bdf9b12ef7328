/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A case as the follower keeps it in the view: what core/case_file weighs the next step with, taken from the signed
 * requests of its steps. Words of persons (fields of type text) are left out: no rule asks for them, and they are
 * nobody's business here.
 *
 *     case    32 procedure's hash, counted office, varint events (1 to CASE_EVENTS_MAX): each
 *             varint serial, signed varint recorded ms - that of the event before (the first: - 0), counted action,
 *             counted proposer, counted actor, 32 request's hash, varint values: each counted name, counted value
 *
 * Events stand in the order of their seq, which is their place. Decoding is strict: what decodes encodes to the same
 * octets. The hash is that of the step's request as it was signed, so that no step can be entered twice.
 */
#pragma once

#include "registry/base/arena.h"
#include "registry/core/case_file.h"

#define VIEW_CASE_ARENA ((size_t)8 << 20) /* what decoding one may cost: 256 events of 64 short values take 1 MiB */

struct view_case {
        uint8_t procedure[32];
        const char *office;          /* of who opened it */
        size_t count;
        const struct case_event *events;
        const uint8_t (*requests)[32]; /* SHA-256 of the step's request, by event */
};

/* Such as a case that was taken step by step is: ascending, texts of their form and within their limits. */
bool view_case_is_valid(const struct view_case *entry);
/* Only a valid one may be encoded. */
void view_case_encode(struct buffer *to, const struct view_case *entry);
/* Everything `ret` points to is in `arena`. False too when the arena is exhausted. */
bool view_case_decode(struct slice value, struct arena *arena, struct view_case *ret) MUST_CHECK;
