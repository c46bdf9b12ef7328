/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What the registry knew at a ledger entry, read back: rows are never overwritten, so the newest version up to a
 * serial is what stood then. To be asked within one snapshot, the point first.
 */
#pragma once

#include "registry/store/query.h"

/*
 * The last entry of which the registry can have known at an instant, or the entry of a serial. Columns: serial, its
 * time in ms. No row: nothing was known yet.
 */
void past_point_query(struct query *ret, int64_t known_at_ms);
void past_serial_query(struct query *ret, uint64_t serial);

/* Columns: subject, name, registration, serial of the version. No row: nobody had the code. */
void past_party_query(struct query *ret, const char *subject, const char *code, uint64_t serial);
/* Column: hash of the policy that was active. */
void past_policy_query(struct query *ret, uint64_t serial);
/* Column: the statement's text of coverage, uncut; null for none. */
void past_coverage_query(struct query *ret, uint64_t serial);
