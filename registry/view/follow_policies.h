/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Policies, from what administrators signed: one of them adds a document, which means nothing until two put it in
 * force. The entry that does so makes what a recalculation found under it live (view/follow_recalc), so that policy and
 * stored outcomes change in one transaction of the view.
 */
#pragma once

#include "proto/qcr.pb-c.h"
#include "registry/view/follow_verify.h"

/* The founding's, which is in force from then on. */
bool follow_policies_found(struct follow_verify *v, const struct follow_entry *entry, const uint8_t policy_hash[32],
        struct slice document, struct fault *why) MUST_CHECK;
/* FAULT_MISMATCH: the document is no policy. */
bool follow_policies_add(struct follow_verify *v, const struct follow_entry *entry, const Qcr__PolicyAdd *message,
        struct fault *why) MUST_CHECK;
/*
 * What two administrators signed takes effect. FAULT_MISMATCH: the policy is unknown, in force already, on trial and
 * never was in force, or not for the entry's day; or the run named is not the one the free slot holds, whole and under
 * that policy.
 */
bool follow_policies_activate(struct follow_verify *v, const struct follow_entry *entry,
        const Qcr__PolicyActivate *message, struct fault *why) MUST_CHECK;
