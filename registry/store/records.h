/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Credit records in the store: versions of what one authority's one document says about one party.
 */
#pragma once

#include "registry/core/record.h"
#include "registry/store/query.h"

/*
 * A stored version and where it stands. The texts of `record` that are words of a body are "" unless it was
 * read.
 */
struct record_row {
        struct record record;
        uint32_t version;
        uint32_t ordinal;
        uint64_t serial;
        uint8_t content_hash[32];
};

/* The newest version of each record of the subject, without bodies. */
void records_current_query(struct query *ret, const char *subject);
/* The same as of a ledger serial. */
void records_known_query(struct query *ret, const char *subject, uint64_t serial);
/*
 * The same with bodies, at most `limit`, for one who knows the enterprise by `code`. No row: there is no such
 * enterprise; one row of nulls: it has no record.
 */
void records_list_query(struct query *ret, const char *subject, const char *code, unsigned limit);
/* The newest versions that were not taken back, by ordinal, with nothing of their bodies but what the authority is called. */
void records_named_query(struct query *ret, const char *subject);
/*
 * Every version of one record, newest first, that one with its body; an erased body is empty texts. Of those before there
 * is what tells one content from another: the hash and the guise (core/record), so the name of the party too.
 */
void records_versions_query(struct query *ret, const char *subject, const char *authority_code,
        const char *document_norm, const char *type);
/*
 * A row of these, with texts that live as long as the result. False: not a row this program can read. The
 * type's word is known to every version that wrote it, so a false one is another program's.
 */
bool records_from_row(const PGresult *result, int row, const char *subject, struct record_row *ret)
        __attribute__((warn_unused_result));

/* Two statements: the version, then its body. */
void records_insert(struct query *ret, const struct record *record, uint32_t version, uint32_t ordinal,
        const uint8_t content_hash[32], uint64_t serial);
void records_body_insert(struct query *ret, const struct record *record, uint32_t version);
