/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What the follower checks of an entry before the view says anything that rests on it:
 *
 *   every entry    serial without a gap, time not going back, chain, commitment over a body of the right form
 *   founding       the registry CA's signature over the document, the first policy's hash
 *   filings,       the person's own signature over the request: a certificate known and not revoked, a role that
 *   proposals,     allows it at that serial, an operation that is what the entry's kind says
 *   decisions
 *   approvals      a proposal that its person signed and nobody has decided, and another person than that one
 *   steps of       what core/case_file grants these persons in this case as the view knows it; where two are needed,
 *   cases          with both (view/follow_cases)
 *   runs, chunks   the signature of the person who ran them over the header; under it, outcomes under a policy that is
 *                  not in force (view/follow_recalc)
 *   policies       an administrator's own document; two of them put one in force that a run has found the outcomes of
 *                  (view/follow_policies)
 *   contents       the body's content is the hash of what was signed, or of the row that was stored
 *
 * Persons, roles, certificates, deputies, rules and cases come into the view from these signed documents alone
 * (view/follow_people, follow_rules, follow_cases, follow_policies), not from their tables. What is checked row by row over the
 * whole store is doctor's.
 */
#pragma once

#include <openssl/types.h>

#include "registry/core/merkle.h"
#include "registry/core/founding.h"
#include "registry/view/follow_batch.h"
#include "registry/view/follow_rules.h"
#include "registry/view/view_write.h"

struct follow_verify {
        struct view_writer *writer;        /* its state is that of the entry before */
        const struct follow_batch *batch;
        EVP_PKEY *ca_key;
        struct slice origin;
        struct digest *sha256;
        struct view_meta *meta;            /* serial, chain and policy move with each entry; root does not */
        struct merkle_frontier *frontier;
        struct follow_rules *rules;
};

/* Who signed, as the view knows them at the entry before. */
struct follow_signer {
        char person_id[FOUNDING_ID_LIMIT + 1];
        char office_id[FOUNDING_ID_LIMIT + 1];
        uint32_t roles;
};

/* Sets FAULT_MISMATCH with the entry's serial and why it is not what it must be; returns false. */
bool follow_refuse(struct fault *why, const struct follow_entry *entry, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/*
 * Verifies the entry behind meta's and moves on to it, with what it says of persons. FAULT_MISMATCH: it is not what
 * it must be, and the batch is to be abandoned; another fault: the view could not be read or written.
 */
bool follow_verify_entry(struct follow_verify *v, const struct follow_entry *entry, struct fault *why) MUST_CHECK;

/* The serial of the proposal that an entry decides, for loading it; 0 when it decides none. Believes nothing. */
uint64_t follow_proposal_serial(const struct follow_entry *entry);
