/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The head of a batch: what the registry signs for all answers of a batch at
 * once. It is the text of a signed note of its own kind, with a key and a key
 * name of its own; its second line is not a number, so that no reader of
 * decision-log checkpoints takes it for one. (Heads of thrown-away batches
 * under a log's name would be proof that the log forked.)
 *
 * The certificate's hash stands in the signed text: the same signature cannot
 * be shown with another certificate. `suites` names all suites the server
 * offers, so that an offer stripped on the way can be seen.
 */
#pragma once

#include "registry/core/calendar.h"
#include "registry/core/digest.h"
#include "registry/core/lines.h"
#include "registry/core/merkle.h"

#define HEAD_CONTEXT "/lookup-batch/v1"
#define HEAD_KEY_SUFFIX "/lookup"      /* the key's name is the origin and this */
#define HEAD_INSTANCE_LIMIT 32u        /* octets: a-z 0-9 and dots */

struct head {
        char origin[ORIGIN_LIMIT + 1];
        enum suite suite;
        unsigned size; /* 1..MERKLE_BATCH_LIMIT */
        struct hash root;
        int64_t signed_ms;
        int64_t data_as_of_ms;   /* the oldest of the batch */
        struct hash certificate; /* SHA-256 of the DER of the signing certificate */
        unsigned suites;         /* SUITE_BIT()s of all suites offered; `suite` among them */
        char instance[HEAD_INSTANCE_LIMIT + 1]; /* which signer */
        uint64_t counter;        /* its batches, counted */
};

/* Is the instance's word one that head_format() may write? */
bool head_instance_is_valid(struct slice instance);
/* Appends the note's text. The fields must be valid: head_parse() reads back the same. */
void head_format(const struct head *head, struct buffer *ret);
/* False unless the text is what head_format() writes; `ret` untouched then. */
bool head_parse(struct slice text, struct head *ret);
