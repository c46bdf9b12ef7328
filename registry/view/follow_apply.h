/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Writing one batch into the view, in one transaction: entries verified in order, then the enterprises they
 * touched, coverage, and meta with serial, chain, root and the time the data are of.
 *
 * An enterprise's row is believed of its records, never of its listing: the times in which it is listed must be those
 * that the view's cases give. A row that is newer than the batch may rest on steps that are still to come; then it
 * waits, and must have come when the view reaches the entry it says it is of.
 */
#pragma once

#include "registry/view/follow_verify.h"

enum follow_applied {
        FOLLOW_APPLIED = 0,
        FOLLOW_NOT_YET,   /* a row that an entry names is not there yet: nothing was written, load again */
};

/*
 * When a heartbeat was first read with this value, by CLOCK_BOOTTIME; how the age of the data is known although
 * the two machines' clocks are not.
 */
struct follow_pulse {
        int64_t heartbeat_ms;
        int64_t seen_ms;
};

/*
 * `meta` and `frontier` are those of the view and become those written; untouched unless FOLLOW_APPLIED. A batch
 * without entries brings the time forward alone.
 */
bool follow_apply(struct view_writer *writer, const struct follow_batch *batch, EVP_PKEY *ca_key, struct slice origin,
        struct digest *sha256, const struct follow_pulse *pulse, struct view_meta *meta,
        struct merkle_frontier *frontier, struct follow_rules *rules, enum follow_applied *ret,
        struct fault *why) MUST_CHECK;
