/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A case as people name it: CODE-N, the party's code and the number of the case, which is the serial it was opened
 * under, like `91510823141777630N-18`. The last hyphen parts the two, so that a code may be typed with one of its own.
 */
#pragma once

#include "registry/core/org_code.h"
#include "tools/qcr.h"

struct case_ref {
        struct org_code code;
        uint32_t number; /* from 1 */
};

#define CASE_REF_TEXT (ORG_CODE_USCC_LENGTH + 12)

/* 0, or the exit status of what has been reported. */
int case_ref_parse(struct qcr *qcr, const char *text, struct case_ref *ret) MUST_CHECK;
/* A party's code alone; the same. */
int case_ref_code(struct qcr *qcr, const char *text, struct org_code *ret) MUST_CHECK;
/* `91510823141777630N-18`. */
void case_ref_format(const struct case_ref *ref, char ret[CASE_REF_TEXT]);
