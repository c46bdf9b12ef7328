/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * `qcr regrade`: explanations as JSON, one or many behind one another or in an array, each judged offline. First the
 * receipt; then whether inputs and policy are those that were signed; then the grade, reckoned again for the day of the
 * statement; then whether everything else in the document is what follows from these.
 */
#pragma once

#include "tools/qcr.h"

int regrade_run(struct qcr *qcr, const void *flags, unsigned count, char **operands);
