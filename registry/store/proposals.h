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

/*
 * Columns: kind, subject, proposer, the proposal act's request (null when none: held rows), outcome of its
 * approval (null: open). No row: there is none.
 */
void proposals_query(struct query *ret, uint64_t serial, uint64_t item);
/*
 * The row an import holds under a proposal of that item. Columns: run, row, fields, row hash, whether it
 * ended.
 */
void proposals_held_query(struct query *ret, uint64_t serial, uint64_t item);
void proposals_insert(struct query *ret, uint64_t serial, uint64_t item, const char *kind,
        const char *subject, const char *proposer, const char *summary);
void proposals_approval_insert(struct query *ret, uint64_t proposal_serial, uint64_t proposal_item,
        const char *proposer, const char *actor, bool approved, const char *reason, uint64_t serial);
void proposals_held_end_insert(struct query *ret, const char *subject, const char *run_id, int64_t row_no,
        bool accepted, uint64_t serial);
/* Open ones, oldest first. Columns: serial, item, kind, proposer, summary, subject, at in ms. */
void proposals_open_query(struct query *ret, unsigned limit);
