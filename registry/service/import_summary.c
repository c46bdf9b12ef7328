/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/import_summary.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void add_reason(struct import_summary *summary, const char *word)
{
        for (unsigned i = 0; i < summary->reasons; i++)
                if (!strcmp(summary->reason[i].word, word)) {
                        summary->reason[i].count++;
                        return;
                }
        assert(summary->reasons < IMPORT_REASONS_MAX);
        summary->reason[summary->reasons++] = (struct import_reason){word, 1};
}

void import_summary_add(struct import_summary *summary, const struct import_row *row)
{
        summary->rows++;
        switch (row->outcome) {
        case IMPORT_UNDECIDED:
                assert(false);
                break;
        case IMPORT_ACCEPTED:
                summary->accepted++;
                break;
        case IMPORT_UNCHANGED:
                summary->unchanged++;
                break;
        case IMPORT_CORRECTED:
                summary->corrected++;
                break;
        case IMPORT_HELD:
                summary->held++;
                break;
        case IMPORT_PARKED:
                summary->parked++;
                break;
        case IMPORT_REJECTED:
                summary->rejected++;
                break;
        }
        if (row->reason)
                add_reason(summary, row->reason);
        if (row->is_sound) {
                summary->inner_checks += (row->warnings & IMPORT_CODE_INNER) != 0;
                summary->types += (row->warnings & IMPORT_CODE_TYPE) != 0;
        }
}

static int compare_reasons(const void *a, const void *b)
{
        return strcmp(((const struct import_reason *)a)->word, ((const struct import_reason *)b)->word);
}

void import_summary_format(struct import_summary *summary, const char *run, struct buffer *to)
{
        if (summary->reasons)
                qsort(summary->reason, summary->reasons, sizeof(*summary->reason), compare_reasons);
        buffer_add_text(to, "{");
        if (run)
                buffer_add_format(to, "\"run\":\"%s\",", run);
        buffer_add_format(to,
                "\"rows\":%" PRIu64 ",\"accepted\":%" PRIu64 ",\"unchanged\":%" PRIu64
                ",\"corrected\":%" PRIu64 ",\"held\":%" PRIu64 ",\"parked\":%" PRIu64 ",\"rejected\":%" PRIu64
                ",\"reasons\":{",
                summary->rows, summary->accepted, summary->unchanged, summary->corrected, summary->held,
                summary->parked, summary->rejected);
        /* Reasons are words of the program: nothing in them needs escaping. */
        for (unsigned i = 0; i < summary->reasons; i++)
                buffer_add_format(to, "%s\"%s\":%" PRIu64, i ? "," : "", summary->reason[i].word,
                        summary->reason[i].count);
        buffer_add_text(to, "}}");
}
