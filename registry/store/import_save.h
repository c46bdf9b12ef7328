/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What an import writes: the rows of one chunk, gathered and sent with one COPY a table, and the run's own
 * rows. The rows carry their chunk's serial, so they are gathered after the ledger's head is locked and the
 * entry is appended; what happens under that lock is formatting and sending, never asking.
 *
 * Without a run (a dry run) only what later chunks of the same file must see is sent: parties and records,
 * with no run and serial 0, in a transaction that is rolled back.
 */
#pragma once

#include "registry/core/party_file.h"
#include "registry/store/bulk.h"

struct import_save {
        const char *run; /* NULL: a dry run */
        int64_t chunk;
        uint64_t serial;
        const char *proposer;
        struct bulk party, party_version, code;
        struct bulk record, record_body;
        struct bulk waiting, waiting_end, proposal;
        struct bulk standing, history, change;
        /* standings that are there already: one array a column */
        struct buffer subjects, versions, inputs, grades, scores, changes;
        size_t updates;
};

/* An enterprise's standing as it is to be. */
struct import_standing {
        int64_t version; /* 1: it is new */
        struct slice inputs;
        const uint8_t *policy_hash;
        const char *grade;
        int32_t score; /* -1 when unrated */
        struct day graded_on;
        struct day next_change;
        bool is_history; /* grade, score, policy or next change differ from the newest */
};

void import_save_begin(
        struct import_save *save, const char *run, int64_t chunk, uint64_t serial, const char *proposer);
void import_save_done(struct import_save *save);

void import_save_party(struct import_save *save, const struct party *party, const char *name_norm,
        uint32_t version, const uint8_t hash[32], int64_t row_no);
void import_save_code(struct import_save *save, const struct party *party);
void import_save_record(struct import_save *save, const struct record *record, uint32_t version,
        uint32_t ordinal, const uint8_t hash[32], int64_t row_no);
/* A held row gets its proposal, `summary`, too; a parked one has none. */
void import_save_waiting(struct import_save *save, const struct record *record, const char *reason,
        const char *summary, const uint8_t hash[32], int64_t row_no);
void import_save_attached(struct import_save *save, const char *subject, const char *run, int64_t row_no);
void import_save_standing(
        struct import_save *save, const char *subject, const struct import_standing *standing);

/*
 * FAULT_CONFLICT when a standing is no longer at the version before, or the policy no longer the one in force.
 * `policy_hash` and `graded_on`: of them all.
 */
bool import_save_send(struct import_save *save, struct link *link, const uint8_t *policy_hash,
        struct day graded_on, struct fault *why) MUST_CHECK;

/* ---------------------------------------------------------------- the run's own rows */

struct import_run_row {
        const char *run;
        const char *kind;
        const char *person;
        const uint8_t *certificate; /* fingerprint */
        const uint8_t *file_hash;
        uint64_t octets;
};

bool import_insert_run(struct link *link, const struct import_run_row *run, struct slice header,
        const uint8_t *signature, uint64_t serial, struct fault *why) MUST_CHECK;
bool import_insert_chunk(struct link *link, const char *run, int64_t chunk, int64_t rows,
        const uint8_t root[32], struct slice header, const uint8_t *signature, uint64_t serial,
        struct fault *why) MUST_CHECK;
bool import_insert_end(struct link *link, const char *run, int64_t chunks, struct slice summary,
        struct slice header, const uint8_t *signature, uint64_t serial, struct fault *why) MUST_CHECK;
/* A row only if the source has never delivered so far. */
bool import_insert_coverage(struct link *link, const char *source_code, const char *domain,
        const char *source_name, struct day data_through, uint64_t serial, struct fault *why) MUST_CHECK;
