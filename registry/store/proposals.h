/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Proposals, their outcomes, and the idempotency keys of acts.
 */
#pragma once

#include "registry/store/query.h"

/* Columns: request hash, reply, serial. No row: the key is new. */
void proposals_key_query(struct query *ret, const char *person_id, const uint8_t key[16]);
void proposals_key_insert(struct query *ret, const char *person_id, const uint8_t key[16],
        const uint8_t request_hash[32], struct slice reply, uint64_t serial, int64_t at_ms);

/* No row: there is none. */
enum proposal_column {
        PROPOSAL_COLUMN_KIND,
        PROPOSAL_COLUMN_SUBJECT,
        PROPOSAL_COLUMN_PROPOSER,
        PROPOSAL_COLUMN_REQUEST, /* of the proposal's act; null when it has none: held rows */
        PROPOSAL_COLUMN_OUTCOME, /* null: open */
        PROPOSAL_COLUMN_OFFICE,  /* whose case the step is of, or would be; null of other kinds */
};
void proposals_query(struct query *ret, uint64_t serial, uint64_t item);
/*
 * The row an import holds under a proposal of that item. Columns: run, row, fields, row hash, whether it
 * ended.
 */
void proposals_held_query(struct query *ret, uint64_t serial, uint64_t item);
void proposals_insert(struct query *ret, uint64_t serial, uint64_t item, const char *kind,
        const char *subject, const char *proposer, const char *summary);
/* A step of a case; `case_no` 0 where it would open one. */
void proposals_step_insert(struct query *ret, uint64_t serial, const char *subject, uint32_t case_no,
        const char *proposer, const char *summary);
void proposals_approval_insert(struct query *ret, uint64_t proposal_serial, uint64_t proposal_item,
        const char *proposer, const char *actor, bool approved, const char *reason, uint64_t serial);
void proposals_held_end_insert(struct query *ret, const char *subject, const char *run_id, int64_t row_no,
        bool accepted, uint64_t serial);
/*
 * Open ones, oldest first. Columns: serial, item, kind, proposer, summary, subject, at in ms. Steps of cases only if the
 * person works on cases of that office, by an own role or as a deputy on that day.
 */
void proposals_open_query(struct query *ret, const char *person_id, struct day today, unsigned limit);
