/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A draft of an official document: a template (share/templates/NAME.txt) with `{{ACTION.FIELD}}` and a few other words
 * in it, filled from a case. What is not known is never left out: it is printed as （待填写：...） and listed, so that nobody
 * signs a document with a hole in it. A draft is a draft: the registry keeps what people signed, not this.
 */
#pragma once

#include "registry/core/code_table.h"
#include "tools/case_reading.h"

#define CASE_DRAFT_TABLES_MAX 8u
#define CASE_DRAFT_MISSING_MAX 64u

struct case_draft {
        const struct case_reading *reading;
        const struct field_list *given; /* values said on the command line, under the words in the braces */
        size_t table_count;
        struct code_table *tables[CASE_DRAFT_TABLES_MAX];
        size_t missing_count;
        char missing[CASE_DRAFT_MISSING_MAX][128]; /* each once: its label and its word */
};

/* Fetches the code tables its fields are of. 0, or the exit status of what has been reported. */
int case_draft_init(struct qcr *qcr, const struct case_reading *reading, const struct field_list *given,
        struct case_draft *ret) MUST_CHECK;
void case_draft_done(struct case_draft *draft);
void case_draft_cleanup(struct case_draft *draft);

/* Appends the template filled in. False: a brace is not closed. */
bool case_draft_render(struct case_draft *draft, struct slice template, struct buffer *to) MUST_CHECK;
