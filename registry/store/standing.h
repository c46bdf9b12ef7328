/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An enterprise's standing: the packed grade inputs and the live outcome, one row under a version that
 * every writer compares and sets, and the policy outcomes are made under. Locking this row is how a writer
 * claims the enterprise; what is read by later statements of the transaction is as of the lock.
 */
#pragma once

#include "registry/core/grade.h"
#include "registry/store/query.h"

/* Columns of the lock. No row: no enterprise of this subject. */
enum standing_column {
        STANDING_VERSION,
        STANDING_INPUTS,
        STANDING_POLICY_HASH,
        STANDING_GRADE,
        STANDING_SCORE,       /* null when unrated */
        STANDING_GRADED_ON,
        STANDING_NEXT_CHANGE, /* null when never */
        STANDING_KNOWS_CODE,  /* is `code` one this enterprise has or had */
};
void standing_lock_query(struct query *ret, const char *subject, const char *code);
/* Normalised names, present and former, one a row. */
void standing_names_query(struct query *ret, const char *subject);

/*
 * Touches one row, or none if the version, or the policy in force, is another by now. `version` is the one that was
 * locked. Sent behind the ledger head's lock, it leaves no outcome of a policy that a switch has ended meanwhile.
 */
void standing_update(struct query *ret, const char *subject, uint64_t version, struct slice inputs,
        const uint8_t policy_hash[32], const struct grade_outcome *outcome, struct day graded_on,
        uint64_t serial);
/* The outcome under the new version. */
void standing_history_insert(struct query *ret, const char *subject, uint64_t version,
        const uint8_t policy_hash[32], const struct grade_outcome *outcome, struct day graded_on,
        uint64_t serial);

/* One row, column: hash of the active policy. */
void standing_policy_query(struct query *ret);
/* One row, column: the document. */
void standing_policy_document_query(struct query *ret, const uint8_t hash[32]);
