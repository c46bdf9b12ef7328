/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Cases, from the signed requests of their steps: each is weighed by core/case_file against the case as the view has
 * it, with who signed as the view knows them. What the store's tables say of cases is never read.
 */
#pragma once

#include "proto/qcr.pb-c.h"
#include "registry/view/follow_verify.h"

struct follow_step {
        const struct follow_entry *entry;   /* that puts it into effect */
        struct slice subject;               /* the entry's */
        const Qcr__CaseStep *message;
        struct slice request;               /* in which it was signed */
        const struct follow_signer *proposer;
        const struct follow_signer *second; /* NULL: nobody confirmed it */
};

/*
 * Takes the step into the view's case. Where it changes the times in which the case lists, the enterprise's row is
 * owed by this entry. FAULT_MISMATCH: it may not be taken, so the store should not hold it.
 */
bool follow_cases_step(struct follow_verify *v, const struct follow_step *step, struct fault *why) MUST_CHECK;

/* Whether somebody may have a hand in steps of cases at all, by a role of their own or for whoever is away. */
bool follow_cases_has_role(struct follow_verify *v, const struct follow_entry *entry,
        const struct follow_signer *signer, bool *ret, struct fault *why) MUST_CHECK;

/* The times in which the view's cases of an enterprise list, as its packed inputs must hold them. */
bool follow_cases_listings(struct follow_rules *rules, struct view_writer *writer, const char *subject,
        struct grade_listing ret[GRADE_LISTINGS_MAX], size_t *ret_count, struct fault *why) MUST_CHECK;
