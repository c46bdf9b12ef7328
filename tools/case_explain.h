/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A refused step explained in the reader's language. The registry says why in English and by article; the procedure has
 * the same rule in Chinese, and the case knows what may be done instead. What cannot be found out is left as it came.
 */
#pragma once

#include "tools/case_ref.h"
#include "tools/qcr.h"

struct case_explain {
        const struct case_ref *ref; /* number 0: the step would open a case */
        const char *procedure;      /* its id then */
        const char *action;
};

/* For `struct qcr`; `closure` is a struct case_explain. */
void case_explain(struct qcr *qcr, void *closure, struct failure *failure);
