/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The rejects file: what was not taken, as UTF-8 CSV with the file's own columns and line, column, value,
 * reason behind them, so that it can be corrected and imported again. Cells that a spreadsheet would run are
 * guarded.
 *
 * Nothing personal goes back: columns of identity papers are left empty, identity and mobile numbers in texts
 * are masked, and of a natural person's row only the document and who decided it are shown.
 */
#pragma once

#include <stdio.h>

#include "registry/service/import_row.h"

struct import_rejects {
        FILE *file; /* NULL: nobody wants them */
        const struct import_format *format;
        const struct import_header *header;
};

/* Opens `path` (for its owner alone) and writes the header; with NULL nothing is written ever. */
bool import_rejects_open(struct import_rejects *rejects, const char *path, const struct import_format *format,
        const struct import_header *header, struct fault *why) MUST_CHECK;
bool import_rejects_add(
        struct import_rejects *rejects, const struct import_row *row, struct fault *why) MUST_CHECK;
/* False if not everything reached the file. */
bool import_rejects_close(struct import_rejects *rejects, struct fault *why) MUST_CHECK;
