/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a recalculation writes. A shadow run's outcomes are sent before the ledger's head is locked, for they name their
 * run and chunk only; in place the rows carry the entry's serial, so they are locked first, ascending, and written by one
 * statement under the head's lock.
 */
#pragma once

#include "registry/core/recalc_row.h"
#include "registry/store/copy_in.h"
#include "registry/store/recalc_load.h"

/* One changed outcome. `version` is of the standing it was computed from. */
struct recalc_outcome {
        char subject[RECALC_SUBJECT];
        char grade[GRADE_TEXT];
        uint64_t version;
        int32_t score; /* -1 when unrated */
        struct day next_change;
};

struct recalc_chunk_row {
        const char *run;
        int32_t chunk;
        struct recalc_range range;
        bool is_catch_up;
        uint64_t evaluated;
        uint64_t through;
};

/* Under the head's lock. FAULT_CONFLICT when that activation, which the run was planned by, is not the newest any more. */
bool recalc_insert_run(struct link *link, uint64_t serial, const char *run, bool is_shadow, const uint8_t policy_hash[32],
        struct day day, bool only_due, uint64_t activation_serial, struct fault *why) MUST_CHECK;
bool recalc_insert_chunk(struct link *link, const struct recalc_chunk_row *row, struct fault *why) MUST_CHECK;
bool recalc_insert_end(struct link *link, uint64_t serial, uint64_t through, uint64_t evaluated, uint64_t changed,
        struct fault *why) MUST_CHECK;

/* `outcomes` by ascending subject. `copy` is memory to use. */
bool recalc_save_shadow(struct link *link, struct copy_in *copy, uint64_t run_serial, int32_t chunk,
        const struct recalc_outcome *outcomes, size_t count, struct fault *why) MUST_CHECK;

/* Locks the standings and drops outcomes of those that have another version by now: whoever changed them evaluated them. */
bool recalc_lock_standings(
        struct link *link, struct recalc_outcome *outcomes, size_t *count, struct fault *why) MUST_CHECK;
/* Of locked ones, under the head's lock. `*ret_in_force` is false when the policy is not in force any more. */
bool recalc_save_live(struct link *link, const struct recalc_outcome *outcomes, size_t count, const uint8_t policy_hash[32],
        struct day graded_on, uint64_t serial, bool *ret_in_force, struct fault *why) MUST_CHECK;

/* One recalculation at a time: taken by the session that begins or goes on with a run, until it ends. */
bool recalc_lock_run(struct link *link, bool *ret_taken, struct fault *why) MUST_CHECK;
/* What an earlier run's jobs still have in the server's hands ends first; they ended with their parent. */
bool recalc_wait_for_jobs(struct link *link, struct fault *why) MUST_CHECK;
bool recalc_join_jobs(struct link *link, struct fault *why) MUST_CHECK;
