/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The view's tables in LMDB and the two things that are done to them: look a key up, put a value. Readers
 * (view) and the writer (view_write) hold a transaction each and share the rest, so that a table's name, flags
 * and the meaning of LMDB's answers stand once.
 */
#pragma once

#include <lmdb.h>

#include "registry/view/view.h"

enum view_table {
        VIEW_TABLE_META = 0,    /* "meta", "frontier" */
        VIEW_TABLE_PARTY,       /* subject -> party */
        VIEW_TABLE_CODE,        /* code -> subject */
        VIEW_TABLE_NAME,        /* SHA-256 of the normalised name -> subject, u8 former; duplicates */
        VIEW_TABLE_CERTIFICATE, /* fingerprint -> certificate */
        VIEW_TABLE_PERSON,      /* person id -> person */
        VIEW_TABLE_POLICY,      /* hash -> document */
        VIEW_TABLE_COVERAGE,    /* domain, NUL, source -> day: LMDB's order is the statement's */
        VIEW_TABLE_RULE,        /* hash -> document; "holding" -> which hold */
        VIEW_TABLE_CASE,        /* subject, u32 number -> case */
        VIEW_TABLE_DEPUTY,      /* deputy's person id -> whom they stand in for, and when */
        VIEW_TABLE_PROPOSAL,    /* u64 serial -> hash of the act that made it, while it is not decided */
        VIEW_TABLE_OWED,        /* subject -> varint serial by which its row must have come */
        VIEW_TABLE_GRADE_0,     /* subject -> grade: the slots, meta says whose and whether one is live */
        VIEW_TABLE_GRADE_1,
        VIEW_TABLE_RUN,         /* 16 run id -> run; 16 run id, u32 chunk -> varint serial, until it ends */
        VIEW_TABLE_ACTIVATION,  /* policy's hash -> varint serial by which it was last put in force */
};

#define VIEW_TABLE_COUNT 17u

#define VIEW_META_KEY "meta"
#define VIEW_FRONTIER_KEY "frontier"
#define VIEW_SUBJECT_OCTETS 9u

/*
 * Address space, not disk: the file is as large as what is in it. A million enterprises of five records take
 * about half a GiB.
 */
#define VIEW_MAP_OCTETS ((size_t)16 << 30)
/* Workers, sealer, follower, and tools that look in. */
#define VIEW_READERS_MAX 126u

struct view_tables {
        MDB_txn *txn;
        MDB_dbi dbi[VIEW_TABLE_COUNT];
};

/* An environment with our limits, not open yet. */
bool view_env_create(MDB_env **ret, struct fault *why) MUST_CHECK;
/* Opens all tables in the transaction that `tables` holds; `create` makes those that are missing. */
bool view_tables_open(struct view_tables *tables, bool create, struct fault *why) MUST_CHECK;

/* The value lives until the transaction writes or ends. */
bool view_tables_get(const struct view_tables *tables, enum view_table table, struct slice key,
        enum view_found *ret_found, struct slice *ret, struct fault *why) MUST_CHECK;
bool view_tables_put(const struct view_tables *tables, enum view_table table, struct slice key, struct slice value,
        struct fault *why) MUST_CHECK;
/* What is not there is no fault. `value` is the duplicate to remove, or empty for the key. */
bool view_tables_remove(const struct view_tables *tables, enum view_table table, struct slice key, struct slice value,
        struct fault *why) MUST_CHECK;

/* Every key of the table. */
bool view_tables_clear(const struct view_tables *tables, enum view_table table, struct fault *why) MUST_CHECK;

/* Is this one of the key's duplicates? */
bool view_tables_has(const struct view_tables *tables, enum view_table table, struct slice key, struct slice value,
        bool *ret, struct fault *why) MUST_CHECK;
/* The first key behind `after`, which may be empty. Key and value live until the transaction writes or ends. */
bool view_tables_next(const struct view_tables *tables, enum view_table table, struct slice after,
        enum view_found *ret_found, struct slice *ret_key, struct slice *ret, struct fault *why) MUST_CHECK;

/* Sets the fault of an LMDB error; returns false. */
bool view_fault(struct fault *why, const char *what, int error);
/* SHA-256 of a normalised name, its key. */
void view_name_key(struct slice name_norm, uint8_t ret[32]);
