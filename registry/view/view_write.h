/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The view's one writer: a generation, its transactions, and what the follower puts in. Only the follower
 * uses it.
 *
 * Commits are not synced: after a loss of power the boot id differs and the view is built anew, so a torn file
 * is never read; after the death of a process the page cache has everything, in order. A view may be lost,
 * and is never wrong.
 */
#pragma once

#include "registry/core/merkle.h"
#include "registry/view/view.h"
#include "registry/view/view_entry.h"

struct view_tables;
struct view_writer;

/* Opens `generation` in `directory`, as view_generation_create() made it; an empty one gets its tables. */
bool view_writer_open(struct view_writer **ret, const char *directory, const char *generation,
        struct fault *why) MUST_CHECK;
void view_writer_free(struct view_writer *writer);

/* The tables, in the transaction that runs; for files of this room. */
const struct view_tables *view_writer_tables(const struct view_writer *writer);

/* One transaction at a time. After a failed call in it only view_writer_abort() makes sense. */
bool view_writer_begin(struct view_writer *writer, struct fault *why) MUST_CHECK;
bool view_writer_commit(struct view_writer *writer, struct fault *why) MUST_CHECK;
void view_writer_abort(struct view_writer *writer);

/* ABSENT for a new generation. */
bool view_writer_meta(struct view_writer *writer, enum view_found *ret_found, struct view_meta *ret,
        struct merkle_frontier *ret_frontier, struct fault *why) MUST_CHECK;
bool view_writer_put_meta(struct view_writer *writer, const struct view_meta *meta,
        const struct merkle_frontier *frontier, struct fault *why) MUST_CHECK;

/*
 * One enterprise with all its codes, and all its names, normalised: a name that is not present is former. Both
 * only ever grow.
 */
bool view_writer_put_party(struct view_writer *writer, const struct view_party *party, const struct slice *codes,
        size_t code_count, struct slice name_norm, const struct slice *former_norms, size_t former_count,
        struct fault *why) MUST_CHECK;
/* Its codes and names alone, while nothing may be said of it yet: asking for one that has no entry is a fault. */
bool view_writer_put_known_as(struct view_writer *writer, const struct view_party *party, const struct slice *codes,
        size_t code_count, struct slice name_norm, const struct slice *former_norms, size_t former_count,
        struct fault *why) MUST_CHECK;

/* Values of the next two live until the next write. */
bool view_writer_certificate(struct view_writer *writer, const uint8_t fingerprint[32], enum view_found *ret_found,
        struct view_certificate *ret, struct fault *why) MUST_CHECK;
bool view_writer_person(struct view_writer *writer, struct slice person_id, enum view_found *ret_found,
        struct view_person *ret, struct fault *why) MUST_CHECK;

bool view_writer_put_certificate(struct view_writer *writer, const uint8_t fingerprint[32],
        const struct view_certificate *certificate, struct fault *why) MUST_CHECK;
bool view_writer_put_person(struct view_writer *writer, const struct view_person *person, struct fault *why) MUST_CHECK;
bool view_writer_put_policy(struct view_writer *writer, const uint8_t hash[32], struct slice document,
        struct fault *why) MUST_CHECK;
bool view_writer_put_coverage(struct view_writer *writer, const struct view_coverage *coverage,
        struct fault *why) MUST_CHECK;

/* Gives back what dead readers held: without it one killed worker makes the file grow for ever. */
void view_writer_check_readers(struct view_writer *writer);
