/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What became of a file's rows, in numbers. Every row is counted once; reasons count the rows that were held,
 * parked or rejected. The JSON text is what the run's end commits to.
 */
#pragma once

#include "registry/service/import_row.h"

#define IMPORT_REASONS_MAX 64u /* reasons are constants of the program; there are fewer */

struct import_summary {
        uint64_t rows, accepted, unchanged, corrected, held, parked, rejected;
        uint64_t inner_checks; /* accepted codes whose embedded organization code fails its own check */
        uint64_t types;        /* and those of a type that GB 32100 does not list */
        unsigned reasons;
        struct import_reason {
                const char *word;
                uint64_t count;
        } reason[IMPORT_REASONS_MAX];
};

/* A row that is decided about. */
void import_summary_add(struct import_summary *summary, const struct import_row *row);
/* One JSON object; reasons in alphabetical order. `run` NULL: a dry run has none. */
void import_summary_format(struct import_summary *summary, const char *run, struct buffer *to);
