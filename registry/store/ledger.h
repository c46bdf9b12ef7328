/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Appending to the ledger: the last statement of a writing transaction but for the rows that carry its
 * serial. It takes the head's lock, so that serial order is commit order; lock order is subjects ascending,
 * then the head.
 */
#pragma once

#include "registry/core/ledger_entry.h"
#include "registry/store/query.h"

/*
 * Makes the append query: one row comes back, (serial, at in ms). Draws the salt. The body is what
 * ledger_body_format says; `previous` must have been read in this transaction, after the subject was locked.
 */
void ledger_append_query(struct query *ret, const struct ledger_body *body);

/* The subject's newest entry, one row (serial or 0). */
void ledger_previous_query(struct query *ret, const char *subject);

/* The act of the entry `serial`. `fingerprint` has 32 octets, `signature` 64. */
void ledger_act_query(struct query *ret, uint64_t serial, const uint8_t *fingerprint, struct slice request,
        const uint8_t *signature);

/* Subject and its new version in the change feed. */
void ledger_change_query(struct query *ret, uint64_t serial, const char *subject, uint64_t version);
