/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Making a dossier: the case, its papers and its rules fetched from the registry and written as one file. */
#pragma once

#include "tools/case_dossier.h"
#include "tools/case_reading.h"

/*
 * Fills `ret` from a case read with its signatures, and from the rules in force. 0, or the exit status of what has
 * been reported. Slices of `ret` are those of `reading`, which gives its procedure away.
 */
int dossier_load(struct qcr *qcr, struct case_reading *reading, struct dossier *ret) MUST_CHECK;
/*
 * Writes it to `file`, whole or not at all; papers are fetched one after the other. The same answer. `ret` knows
 * afterwards which papers are kept.
 */
int dossier_write(struct qcr *qcr, const struct case_reading *reading, const char *purpose, const char *file,
        struct dossier *dossier) MUST_CHECK;
