/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A chunk: the rows of a file that are loaded for, decided about and saved together, in one transaction with
 * one ledger entry. Its rows are read once; loading and deciding can be done again, when another writer was
 * faster.
 *
 * What is stored has a row number that is unique within the run, and the chunk's root goes over what is
 * stored in that order. A party that arrives brings what was parked for it; those rows count from
 * RUN_ATTACHED_FROM.
 */
#pragma once

#include "registry/core/run_header.h"
#include "registry/service/import_row.h"
#include "registry/store/import_load.h"
#include "registry/store/import_save.h"

#define IMPORT_CHUNK_MAX 10000u /* rows: what a transaction should hold locks for */
#define IMPORT_ROW_TEXTS                                                                                     \
        (4u * CSV_ROW_MAX) /* octets a row's texts take at most: cells, and what they were read as */

enum import_stored_kind {
        IMPORT_STORED_PARTY,
        IMPORT_STORED_RECORD,
        IMPORT_STORED_HELD,
        IMPORT_STORED_PARKED,
};

struct import_stored {
        enum import_stored_kind kind;
        int64_t row_no;
        const struct party *party;
        const char *name_norm;
        bool is_new_code;
        const struct record *record;
        uint32_t version;
        uint32_t ordinal;
        const char *reason;
        uint8_t hash[32];
};

struct import_chunk {
        const struct import_format *format;
        struct import_row *rows;
        size_t count, room;
        struct arena texts;
        /* of one try */
        struct import_subjects subjects;
        struct import_stored *stored;
        size_t stored_count, stored_room;
        struct import_waiting_list waiting; /* parked for parties that arrive */
        const struct import_waiting **attached;
        size_t attached_count;
        struct buffer expected; /* array literal: who was taken not to be there, or to arrive */
        size_t expected_count;
};

struct import_context {
        struct link *link;
        const struct policy *policy;
        struct day today;
        bool is_dry;
        int64_t *next_attached; /* the run's next number from RUN_ATTACHED_FROM */
};

void import_chunk_init(struct import_chunk *chunk, const struct import_format *format, size_t rows);
void import_chunk_done(struct import_chunk *chunk);
/* Forgets the rows. */
void import_chunk_clear(struct import_chunk *chunk);

/* Loads and decides: every row has its outcome afterwards, and what is to be stored stands in `stored`. */
bool import_chunk_decide(
        struct import_chunk *chunk, const struct import_context *context, struct fault *why) MUST_CHECK;
/*
 * Asked under the ledger head's lock, where commits are in order: has an enterprise arrived that was taken to
 * be unknown, or a row been parked for one that arrives? Then neither would ever find the other, and the
 * chunk is to be decided again.
 */
bool import_chunk_is_overtaken(
        const struct import_chunk *chunk, struct link *link, bool *ret, struct fault *why) MUST_CHECK;
/* RFC 9162 root over what is stored; sorts it. */
bool import_chunk_root(struct import_chunk *chunk, uint8_t ret[32], struct fault *why) MUST_CHECK;
/* Gathers what is stored and the standings that change by it. */
void import_chunk_gather(
        const struct import_chunk *chunk, const struct import_context *context, struct import_save *save);

/* For the deciders: one more row to store. */
struct import_stored *import_chunk_store(
        struct import_chunk *chunk, enum import_stored_kind kind, int64_t row_no, const uint8_t hash[32]);
bool import_decide_records(
        struct import_chunk *chunk, const struct import_context *context, struct fault *why) MUST_CHECK;
bool import_decide_enterprises(
        struct import_chunk *chunk, const struct import_context *context, struct fault *why) MUST_CHECK;
