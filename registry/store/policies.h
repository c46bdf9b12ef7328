/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Policies in the store: every document there is (qcr.policy), and which one was in force from which serial on
 * (qcr.policy_activation). The newest activation holds.
 *
 * A switch is made under the ledger head's lock, and so is everything that must not come between: whoever asks again
 * behind that lock, in a statement of its own (READ COMMITTED), sees every switch and every run that was before.
 */
#pragma once

#include "registry/core/policy.h"
#include "registry/store/query.h"

/* One value of SQL: the hash of the policy in force. */
#define POLICIES_IN_FORCE "(SELECT policy_hash FROM qcr.policy_activation ORDER BY serial DESC LIMIT 1)"

/* Column: the hash of the policy that has this hash, or its id and version. No row: there is none. */
void policies_same_query(struct query *ret, const struct policy *policy);
/* Touches one row. `document` is canonical. */
void policies_insert(struct query *ret, const struct policy *policy, struct slice document, uint64_t serial);

enum policies_candidate_column {
        POLICIES_CANDIDATE_DOCUMENT,
        POLICIES_CANDIDATE_IS_ACTIVE,
        POLICIES_CANDIDATE_WAS_ACTIVE, /* or is */
        POLICIES_CANDIDATE_HAS_RUN,    /* `run_serial` is a complete shadow run under it, and none began later */
};
/* No row: there is no such policy. */
void policies_candidate_query(struct query *ret, const uint8_t hash[32], uint64_t run_serial);
/* Touches one row, or none if it is in force by now or the run is not the newest any more. */
void policies_activation_insert(struct query *ret, const uint8_t hash[32], uint64_t run_serial, uint64_t serial);

enum policies_column {
        POLICIES_ID,
        POLICIES_VERSION,
        POLICIES_HASH,
        POLICIES_SERIAL,
        POLICIES_STANDING,
        POLICIES_ACTIVE_SINCE, /* null: it is not in force */
        POLICIES_ACTIVE_UNTIL, /* the activation that ended it last; null: none did */
        POLICIES_RUN_SERIAL,   /* of its newest complete shadow run; null: it has none */
        POLICIES_DOCUMENT,     /* not in the list */
};
/* All of them, by id and version. */
void policies_list_query(struct query *ret);
/* One, with its document; by its hash, or by id and version where the hash is NULL. No row: there is none. */
void policies_one_query(struct query *ret, const uint8_t *hash, struct slice id, int32_t version);
