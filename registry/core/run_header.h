/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The headers of a bulk run: what the person who runs it signs (core/act, the header being the request). The
 * first names the file, the next one chunk of stored rows each, the last the summary. So every imported row
 * rests on a signature: row, its hash, the chunk's root, the chunk's header.
 *
 * Strict text (core/lines), one form each:
 *
 *     qcr-run/v1        origin, run, kind, file, octets, person, at
 *     qcr-run-chunk/v1  run, chunk, rows, root
 *     qcr-run-end/v1    run, chunks, summary
 *
 * The root is RFC 9162's over the content hashes of the rows the chunk stored (record.content_hash,
 * party_version.row_hash, waiting_row.row_hash) by ascending row_no, which is unique within a run.
 */
#pragma once

#include "registry/core/calendar.h"

#define RUN_ID_TEXT 33 /* 32 hexadecimal digits and NUL */
#define RUN_ID_OCTETS 16u

/*
 * Rows that come with a file's row but are none of it (parked ones that find their enterprise) count from
 * here.
 */
#define RUN_ATTACHED_FROM INT64_C(1000000000)

struct run_header {
        const char *origin;
        const char *run;
        const char *kind;
        uint8_t file_hash[32];
        uint64_t octets;
        const char *person;
        int64_t at_ms;
};

void run_header_format(struct buffer *to, const struct run_header *header);
void run_chunk_format(
        struct buffer *to, const char *run, uint64_t chunk, uint64_t rows, const uint8_t root[32]);
/* `summary` is the text whose hash the header has. */
void run_end_format(struct buffer *to, const char *run, uint64_t chunks, struct slice summary);

/* What was signed, read back; slices point into the text. False: it is not what the functions above write. */
struct run_header_read {
        uint8_t run[RUN_ID_OCTETS];
        struct slice origin, kind, person;
        uint8_t file_hash[32];
        uint64_t octets;
        int64_t at_ms;
};
struct run_chunk_read {
        uint8_t run[RUN_ID_OCTETS];
        uint32_t chunk;
        uint64_t rows;
        uint8_t root[32];
};
struct run_end_read {
        uint8_t run[RUN_ID_OCTETS];
        uint64_t chunks;
        uint8_t summary_hash[32];
};

bool run_header_parse(struct slice text, struct run_header_read *ret) MUST_CHECK;
bool run_chunk_parse(struct slice text, struct run_chunk_read *ret) MUST_CHECK;
bool run_end_parse(struct slice text, struct run_end_read *ret) MUST_CHECK;
