/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What the follower keeps in the view to check entries by, and nobody else reads: rule documents and which hold, case
 * files, deputies, proposals that wait, and enterprises whose rows are owed. All of it comes from what persons signed.
 *
 * Slices that are read live until the next write; what is decoded lives in the arena.
 */
#pragma once

#include "registry/view/case_entry.h"
#include "registry/view/deputy_entry.h"
#include "registry/view/rule_entry.h"
#include "registry/view/view_table.h"
#include "registry/view/view_write.h"

/* Canonical documents by their hash, those that no longer hold too: cases keep the procedure they began under. */
bool view_cases_rule(struct view_writer *writer, const uint8_t hash[32], enum view_found *ret_found,
        struct slice *ret_document, struct fault *why) MUST_CHECK;
bool view_cases_put_rule(struct view_writer *writer, const uint8_t hash[32], struct slice document,
        struct fault *why) MUST_CHECK;
/* Which hold; none before the founding. */
bool view_cases_rules(struct view_writer *writer, struct view_rules *ret, struct fault *why) MUST_CHECK;
bool view_cases_put_rules(struct view_writer *writer, const struct view_rules *rules, struct fault *why) MUST_CHECK;

/* A case's number is the serial it was opened under. `subject` has VIEW_SUBJECT_OCTETS. */
bool view_cases_case(struct view_writer *writer, const char *subject, uint32_t number, struct arena *arena,
        enum view_found *ret_found, struct view_case *ret, struct fault *why) MUST_CHECK;
/* The party's case with the next number behind `after`; ABSENT when there is none. */
bool view_cases_next_case(struct view_writer *writer, const char *subject, uint32_t after, struct arena *arena,
        enum view_found *ret_found, uint32_t *ret_number, struct view_case *ret, struct fault *why) MUST_CHECK;
bool view_cases_put_case(struct view_writer *writer, const char *subject, uint32_t number,
        const struct view_case *entry, struct fault *why) MUST_CHECK;

/* Empty when there is none. */
bool view_cases_deputy(struct view_writer *writer, struct slice deputy_id, struct arena *arena,
        struct view_deputy *ret, struct fault *why) MUST_CHECK;
bool view_cases_put_deputy(struct view_writer *writer, struct slice deputy_id, const struct view_deputy *deputy,
        struct fault *why) MUST_CHECK;

/* A proposal waits from its entry until the one that decides it; `act` is the hash its entry names. */
bool view_cases_propose(struct view_writer *writer, uint64_t serial, const uint8_t act[32],
        struct fault *why) MUST_CHECK;
/* Takes it out; ABSENT when there was none, or it was decided. */
bool view_cases_decide(struct view_writer *writer, uint64_t serial, enum view_found *ret_found, uint8_t ret_act[32],
        struct fault *why) MUST_CHECK;

/*
 * The view knows of the enterprise what its row, once it has reached `serial`, must say too. Owed to a later serial
 * replaces owed to an earlier one.
 */
bool view_cases_owe(struct view_writer *writer, const char *subject, uint64_t serial, struct fault *why) MUST_CHECK;
/* Its row has come. */
bool view_cases_settle(struct view_writer *writer, const char *subject, struct fault *why) MUST_CHECK;
/* An enterprise whose row was owed by `serial` and has not come; ABSENT when there is none. */
bool view_cases_overdue(struct view_writer *writer, uint64_t serial, enum view_found *ret_found,
        char ret_subject[VIEW_SUBJECT_OCTETS + 1], struct fault *why) MUST_CHECK;

/* Does the enterprise have, or had it, this name; this code? As of the last batch. */
bool view_cases_has_name(struct view_writer *writer, const char *subject, struct slice name_norm, bool *ret,
        struct fault *why) MUST_CHECK;
bool view_cases_has_code(struct view_writer *writer, const char *subject, const char *code, bool *ret,
        struct fault *why) MUST_CHECK;
