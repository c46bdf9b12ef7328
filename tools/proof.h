/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Proof: the client's judge of answers, live ones and receipts. It holds whom it believes (the registry's CA)
 * and judges with registry/core/evidence; what it has not judged authentic nobody gets to see. A receipt is
 * written only from an answer that was.
 */
#pragma once

#include "registry/core/evidence.h"
#include "registry/core/org_code.h"
#include "registry/core/receipt.h"
#include "tools/client.h"

#define PROOF_ROOTS_LIMIT 8u /* certificates in a CA file: the present and the next, a suite each */

struct proof {
        struct digest sha256;
        X509 *roots[PROOF_ROOTS_LIMIT];
        unsigned root_count;
};

/* An authentic answer. */
struct proved {
        struct evidence_verdict verdict;
        struct slice statement; /* its text; lives as long as the answer or receipt it came from */
};

/* Believes the certificates of a PEM file. Release with proof_done(). */
bool proof_init(struct proof *proof, const char *ca_file, struct fault *why) MUST_CHECK;
void proof_done(struct proof *proof);
void proof_cleanup(struct proof *proof);

/*
 * A sealed reply against what was asked: the request's own octets and nonce, this code, the registry that was
 * connected to. NULL and `ret` set, or the stable word of the step that did not hold and `ret` untouched.
 */
const char *proof_of_answer(struct proof *proof, const struct client_answer *answer, struct slice origin,
        const struct org_code *code, struct proved *ret) MUST_CHECK;
/* A decoded receipt, of any registry under the CA. The same answer. */
const char *proof_of_receipt(
        struct proof *proof, const struct receipt *receipt, struct proved *ret) MUST_CHECK;

/* Appends the receipt of an authentic answer. False: it has more parts than a receipt may. */
bool proof_write(const struct client_answer *answer, struct buffer *ret) MUST_CHECK;
/*
 * Writes the receipt of an authentic answer, whole or not at all. With `at_once` it is on the disk when this
 * returns; the many of a batch get there together, by proof_settle() of their folder.
 */
bool proof_save(
        const struct client_answer *answer, const char *file, bool at_once, struct fault *why) MUST_CHECK;
bool proof_settle(const char *folder, struct fault *why) MUST_CHECK;
