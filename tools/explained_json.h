/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An explanation as JSON, complete: whoever has it can reckon the grade again. Writing and reading stand side by side,
 * and what one would not write the other does not read: the facts in a file are those that were signed, or it is seen.
 */
#pragma once

#include "tools/explained.h"

/* The member `explanation`: receipt, policy, inputs, records, outcome. `policy` is the document's text. */
json_t *explained_document(const struct explained *e, struct slice receipt, struct slice policy);
/* What follows from the parts, as the document has it; null where there is no grade. */
json_t *explained_outcome(const struct explained *e);

/* What a file gives for the judge; the texts of records live as long as the JSON. */
struct explained_parts {
        struct buffer inputs; /* packed */
        struct buffer policy; /* the document's text */
};
#define EXPLAINED_PARTS_INIT ((struct explained_parts){BUFFER_INIT, BUFFER_INIT})
void explained_parts_cleanup(struct explained_parts *parts);

/*
 * Reads the member `explanation` but for its receipt: the records go into `e`, the rest into `ret`. Returns the flaws
 * of members that are not as they are written; of what they would have given there is then nothing, or a part.
 */
unsigned explained_read(const json_t *explanation, struct explained *e, struct explained_parts *ret);
