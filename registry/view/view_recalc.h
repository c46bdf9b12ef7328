/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What the follower keeps in the view of runs: of every one, of whatever kind, whose it is, whether it has ended and, until
 * then, which of its chunks were entered; the outcomes of the two newest recalculations that matter among those under
 * policies not in force, in the slots; and which policies have been in force. Which slot is whose, and which is live,
 * stands in meta.
 */
#pragma once

#include "registry/view/view_entry.h"
#include "registry/view/view_table.h"
#include "registry/view/view_write.h"

/*
 * A run that has begun.
 *
 *     run        varint serial, varint chunks, u8 is shadow, u8 has ended, 32 certificate
 */
struct view_run {
        uint64_t serial;          /* of its beginning */
        uint64_t chunks;          /* that were entered */
        bool is_shadow;           /* a recalculation under a policy that is not in force */
        bool has_ended;
        uint8_t certificate[32];  /* its beginning was signed with it, and all of it must be */
};

bool view_run_is_valid(const struct view_run *run);
void view_run_encode(struct buffer *to, const struct view_run *run);
bool view_run_decode(struct slice value, struct view_run *ret) MUST_CHECK;

bool view_recalc_run(struct view_writer *writer, const uint8_t run_id[16], enum view_found *ret_found,
        struct view_run *ret, struct fault *why) MUST_CHECK;
bool view_recalc_put_run(struct view_writer *writer, const uint8_t run_id[16], const struct view_run *run,
        struct fault *why) MUST_CHECK;
/* Notes that entry `serial` is the run's chunk of this number; `*ret_is_new` is false if another was. */
bool view_recalc_add_chunk(struct view_writer *writer, const uint8_t run_id[16], uint32_t chunk, uint64_t serial,
        bool *ret_is_new, struct fault *why) MUST_CHECK;
/* Its chunks are counted in the run itself from now on. */
bool view_recalc_forget_chunks(struct view_writer *writer, const uint8_t run_id[16], struct fault *why) MUST_CHECK;

/* Slots by their place, from 0. */
bool view_recalc_empty_slot(struct view_writer *writer, unsigned slot, struct fault *why) MUST_CHECK;
/* Of an enterprise the newest version stays: chunks come in any order. `subject` has VIEW_SUBJECT_OCTETS. */
bool view_recalc_put_grade(struct view_writer *writer, unsigned slot, const char *subject,
        const struct view_grade *grade, struct fault *why) MUST_CHECK;

/* The policy is in force from entry `serial` on. */
bool view_recalc_activate(struct view_writer *writer, const uint8_t policy_hash[32], uint64_t serial,
        struct fault *why) MUST_CHECK;
/* Was it ever? */
bool view_recalc_was_active(struct view_writer *writer, const uint8_t policy_hash[32], bool *ret,
        struct fault *why) MUST_CHECK;
