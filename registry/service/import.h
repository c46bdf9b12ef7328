/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An import: one file of a department, chunk by chunk into the store, signed by the person who runs it.
 *
 *     read -> chunk -> load -> decide -> sign -> ledger -> save -> commit
 *
 * Each chunk is one transaction with one ledger entry, so a killed import leaves whole chunks; run again,
 * their rows are unchanged and the rest follows. The run's first entry comes with the first chunk that stores
 * anything, its last with the summary and the coverage. Each of these entries asks whether the person may
 * still import: once their certificate is revoked or over, or their role has ended, the import stops there,
 * what was committed stands, and another administrator's import of the same file brings the rest.
 *
 * A dry run goes the same way in one transaction that is rolled back. It inserts parties and records, because
 * later rows of the same file must be decided against earlier ones, and only the store can hold a file's
 * worth of them in bounded memory; it takes no lock that a filing waits for (no standing, no ledger head),
 * and its rows are seen by nobody. What a filing of the very same document would wait for is the dry run's
 * end.
 */
#pragma once

#include <openssl/types.h>

#include "proto/result.h"
#include "registry/service/import_summary.h"
#include "registry/store/link.h"

#define IMPORT_CHUNK_DEFAULT 1000u

struct import_options {
        const struct import_format *format;
        const char *path;
        const char *rejects_path; /* NULL: no rejects file */
        unsigned chunk_rows;      /* 1 to IMPORT_CHUNK_MAX */
        bool is_dry;
        EVP_PKEY *key;              /* the person's */
        const uint8_t *fingerprint; /* of their certificate */
        const struct publicity *publicity;
        const struct domain_table *domains;
        int64_t now_ms;
        /* Told after each chunk; may be NULL. */
        void (*progress)(void *closure, uint64_t octets, uint64_t all_octets, uint64_t rows);
        /* Told once of each column without a meaning here; may be NULL. */
        void (*unknown_column)(void *closure, struct slice name);
        void *closure;
};

struct import_result {
        struct import_summary summary;
        char run[33]; /* empty: a dry run */
        enum result_code refused; /* why the person may not import, or not any more; DONE: they may */
        struct buffer json;
};

/*
 * Refused rows are no fault; that the person may not import is one, and `ret->refused` says which. After a
 * fault, what was committed stands; `ret` then says how far it went.
 */
bool import_run(struct link *link, const struct import_options *options, struct import_result *ret,
        struct fault *why) MUST_CHECK;
void import_result_done(struct import_result *result);
