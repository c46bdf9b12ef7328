/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a step did to its case, or would do: the same rows for the question before it, the report after it and the
 * dry run, and the same members for programs.
 */
#pragma once

#include "tools/output.h"
#include "tools/show.h"

/* Adds rows of label and value. `code` is the party's, empty where it is not known here. */
void case_outcome_describe(const Qcr__CaseOutcome *outcome, struct slice code, struct table *rows);
/* The member `case`: case, number, action, state_before, state_after, ...; the caller's. */
json_t *case_outcome_document(const Qcr__CaseOutcome *outcome, struct slice code);
