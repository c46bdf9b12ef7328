/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What the follower asks of the store, in one snapshot: the entries behind a serial, then everything the
 * entries of a range rest on and touch. Beside each query stand its columns; readers of rows are the
 * follower's (view/follow_batch), for what a row means depends on what was verified before it.
 */
#pragma once

#include "registry/store/query.h"

/* One snapshot for all that follows, on a replica too. */
void follow_begin_query(struct query *ret);
void follow_commit_query(struct query *ret);

enum follow_entry_column {
        FOLLOW_ENTRY_SERIAL = 0,
        FOLLOW_ENTRY_AT_MS,
        FOLLOW_ENTRY_COMMITMENT,
        FOLLOW_ENTRY_CHAIN,
        FOLLOW_ENTRY_KIND,         /* from here to BODY: NULL when the body was erased */
        FOLLOW_ENTRY_SUBJECT,
        FOLLOW_ENTRY_SALT,
        FOLLOW_ENTRY_BODY,
        FOLLOW_ENTRY_CERTIFICATE,  /* from here to SIGNATURE: NULL when the entry has no act */
        FOLLOW_ENTRY_REQUEST,
        FOLLOW_ENTRY_SIGNATURE,
        FOLLOW_ENTRY_CHANGES,      /* how many subjects it touched */
        FOLLOW_ENTRY_GRADES,       /* how many outcomes it enters under a policy not in force */
};
/* Entries above `after`, ascending, at most `limit`. */
void follow_entries_query(struct query *ret, uint64_t after, unsigned limit);

/* document, signature */
void follow_founding_query(struct query *ret);
/* policy_hash, document: of the founding */
void follow_policies_query(struct query *ret);
/* rule_hash, document: of the founding */
void follow_rules_query(struct query *ret);
/* serial, kind (run-begin, run-chunk, run-end), certificate, header, signature, summary (of an end): in (after, last] */
void follow_runs_query(struct query *ret, uint64_t after, uint64_t last);

enum follow_grade_column {
        FOLLOW_GRADE_SERIAL = 0,   /* of the chunk's entry */
        FOLLOW_GRADE_SUBJECT,
        FOLLOW_GRADE_VERSION,
        FOLLOW_GRADE_GRADE,
        FOLLOW_GRADE_SCORE,
        FOLLOW_GRADE_NEXT_CHANGE,
};
/* Outcomes under policies not in force, of chunks in (after, last], by serial and subject. */
void follow_grades_query(struct query *ret, uint64_t after, uint64_t last);

/*
 * serial, certificate, request, signature: the entries that filed the proposals decided here. `serials` is an
 * array's text, `{1,2}`. An import's chunk files proposals too: its row has the run's certificate and NULLs.
 */
void follow_proposals_query(struct query *ret, const char *serials);
/* serial, content_hash: records filed one by one. Arrays' texts, of their subjects and serials. */
void follow_contents_query(struct query *ret, const char *subjects, const char *serials);
/* person_id, version: of everybody */
void follow_persons_query(struct query *ret);
/* domain, source_code, data_through: the newest in (after, last] */
void follow_coverage_query(struct query *ret, uint64_t after, uint64_t last);

enum follow_party_column {
        FOLLOW_PARTY_SUBJECT = 0,
        FOLLOW_PARTY_WANTED,       /* version in the change feed */
        FOLLOW_PARTY_VERSION,      /* of standing; NULL: not there (yet) */
        FOLLOW_PARTY_INPUTS,
        FOLLOW_PARTY_POLICY,
        FOLLOW_PARTY_GRADE,
        FOLLOW_PARTY_SCORE,
        FOLLOW_PARTY_GRADED_ON,
        FOLLOW_PARTY_NEXT_CHANGE,
        FOLLOW_PARTY_DECISION,     /* serial of standing: the newest decision in effect */
        FOLLOW_PARTY_NAME,         /* of the newest version; NULL: not there */
        FOLLOW_PARTY_NAME_NORM,
        FOLLOW_PARTY_KIND,
        FOLLOW_PARTY_REGISTRATION,
};
/* Enterprises touched in (after, last], by subject. */
void follow_parties_query(struct query *ret, uint64_t after, uint64_t last);
/* subject, code: all codes of the same enterprises, by subject, oldest first */
void follow_codes_query(struct query *ret, uint64_t after, uint64_t last);
/* subject, name_norm: all names of the same, by subject */
void follow_names_query(struct query *ret, uint64_t after, uint64_t last);
