/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Evidence: everything that proves one answer. The same parts arrive on a live
 * connection and stand in a receipt, and the same function judges them.
 *
 * Nothing of a part is believed before the step that proves it; each step has
 * a refusal of its own, and the first that fails ends the judgement. What was
 * proved is handed out only when all steps have said yes.
 *
 * Authentic and current are two questions: what was true when it was signed
 * stays authentic for ever, and is relied on until its valid-until.
 */
#pragma once

#include <openssl/types.h>

#include "registry/core/chain.h"
#include "registry/core/head.h"
#include "registry/core/statement.h"

#define EVIDENCE_REQUEST_LIMIT 65536u /* octets of a request */
#define EVIDENCE_SKEW_MS 300000       /* clocks of one registry may differ by this */

/* Slices belong to whoever holds the bytes. */
struct evidence {
        struct slice statement;
        struct slice request; /* the request's exact bytes; a live client gives its own */
        unsigned index;
        unsigned size;        /* of the batch, as the inclusion proof says it */
        struct hash path[MERKLE_BATCH_PATH_LIMIT];
        unsigned path_count;
        struct slice head;    /* signed note */
        struct slice certificates[CHAIN_LIMIT]; /* DER; the signing one first, the root never */
        unsigned certificate_count;
};

/* Whom and what the judge accepts. */
struct trust {
        X509 *const *roots;
        unsigned root_count;
        struct slice origin; /* the registry that must have spoken; empty: any under the roots */
        unsigned suites;     /* SUITE_BIT()s accepted */
        struct slice code;   /* canonical code the answer must be about; empty: any */
        struct slice nonce;  /* the nonce of one's own request; empty: any */
};

enum evidence_refusal {
        EVIDENCE_AUTHENTIC = 0,
        EVIDENCE_HEAD_NOTE,            /* the head is not a signed note */
        EVIDENCE_HEAD_BODY,            /* the note is not the head of a batch */
        EVIDENCE_SUITE,                /* suite not accepted */
        EVIDENCE_CERTIFICATE_FORM,     /* no certificates, too many, not DER, or a root among them */
        EVIDENCE_CERTIFICATE_HASH,     /* the first is not the one the head names */
        EVIDENCE_CERTIFICATE_KEY,      /* its key cannot sign in this suite */
        EVIDENCE_HEAD_SIGNATURE,
        EVIDENCE_CHAIN,                /* does not lead to a trusted root at the time of signing */
        EVIDENCE_USAGE,                /* not for signing answers, or for something else as well */
        EVIDENCE_INCLUSION,            /* the statement is not in the batch */
        EVIDENCE_STATEMENT,            /* the statement is not one */
        EVIDENCE_ORIGIN,               /* head, statement and trust do not name one registry */
        EVIDENCE_REQUEST,              /* the answer to another request */
        EVIDENCE_CODE,                 /* about another code */
        EVIDENCE_NONCE,                /* another nonce */
        EVIDENCE_TIME,                 /* data-as-of, signed and valid-until contradict each other */
};

struct evidence_verdict {
        struct head head;
        struct statement statement;
};

/* All steps. `sha256` is an SHA-256 digest. `ret` is untouched unless authentic. */
enum evidence_refusal evidence_verify(const struct evidence *evidence, const struct trust *trust,
        struct digest *sha256, struct evidence_verdict *ret);
/*
 * The same in two halves, for who gets many answers under one head: the head is judged once, for exactly
 * these head octets, certificates and trust; then each answer against the head so proved.
 */
enum evidence_refusal evidence_verify_head(const struct evidence *evidence, const struct trust *trust,
        struct digest *sha256, struct head *ret);
enum evidence_refusal evidence_verify_answer(const struct evidence *evidence, const struct trust *trust,
        const struct head *head, struct digest *sha256, struct statement *ret);
/* Of an authentic answer: may it still be relied on at this instant? */
bool evidence_is_current(const struct evidence_verdict *verdict, int64_t at_ms);
/* Stable lower-case word. */
const char *evidence_refusal_word(enum evidence_refusal refusal);
