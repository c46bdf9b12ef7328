/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A batch: one snapshot's worth of the store as the follower loads it, before anything in it is believed.
 * Everything it points to is in its arena; rows that are not of their form are a fault of the store, rows
 * that are well formed and untrue are found by view/follow_verify.
 */
#pragma once

#include "registry/base/arena.h"
#include "registry/core/verdict.h"
#include "registry/store/follow.h"
#include "registry/store/identity.h"
#include "registry/view/view_entry.h"

/* Entries of one batch: a turn of the loop stays short, and a queue of approvals is still one transaction. */
#define FOLLOW_ENTRIES_MAX 500u
/* Subjects and recalculated outcomes of one batch, unless a single entry has more. */
#define FOLLOW_SUBJECTS_MAX 5000u
/* Memory of one batch: 5,000 enterprises take about 3 MiB, of the largest files 150. */
#define FOLLOW_ARENA ((size_t)256 << 20)

/* What somebody signed. */
struct follow_act {
        uint64_t serial;
        bool is_signed;           /* false: there is none */
        uint8_t certificate[32];
        struct slice request;
        uint8_t signature[64];
};

struct follow_entry {
        uint64_t serial;
        int64_t at_ms;
        uint8_t commitment[32];
        uint8_t chain[32];
        bool has_body;
        struct slice kind;
        struct slice subject;     /* empty: none */
        uint8_t salt[32];
        struct slice body;
        struct follow_act act;
        uint64_t changes;
        uint64_t grades;          /* outcomes that come with it, by its row: to bound a batch with */
};

struct follow_run {
        uint64_t serial;
        struct slice kind;
        struct follow_act act;    /* its request is the header */
        struct slice summary;     /* of an end; empty otherwise */
};

/* A rule of the founding. */
struct follow_rule {
        uint8_t hash[32];
        struct slice document;
};

struct follow_content {
        uint64_t serial;
        uint8_t hash[32];
};

/* What a run's chunk found for an enterprise under a policy that is not in force. */
struct follow_grade {
        uint64_t serial;          /* of the chunk's entry */
        char subject[10];
        bool is_sound;            /* false: it is none that any policy gives */
        struct view_grade grade;
};

struct follow_person {
        struct slice person_id;
        uint64_t version;
};

struct follow_party {
        uint64_t wanted;          /* version in the change feed; the row below has at least this one */
        bool is_there;
        struct view_party party;
        struct slice name_norm;
        struct slice *codes;
        size_t code_count;
        struct slice *names;      /* normalised, the present one among them */
        size_t name_count;
};

struct follow_batch {
        struct arena arena;
        struct store_identity identity;
        struct follow_entry *entries;
        size_t entry_count;
        struct slice founding;
        uint8_t founding_signature[64];
        bool has_policy;
        uint8_t policy_hash[32];
        struct slice policy;
        struct follow_rule *rules;
        size_t rule_count;
        struct follow_run *runs;
        size_t run_count;
        struct follow_grade *grades; /* by serial, subject */
        size_t grade_count;
        struct follow_act *proposals;
        size_t proposal_count;
        struct follow_content *contents;
        size_t content_count;
        struct follow_person *persons;
        size_t person_count;
        struct follow_party *parties;
        size_t party_count;
        struct view_coverage *coverage;
        size_t coverage_count;
};

void follow_batch_init(struct follow_batch *batch);
void follow_batch_done(struct follow_batch *batch);

/* Takes the entries and drops those behind FOLLOW_SUBJECTS_MAX; at least one stays. */
bool follow_take_entries(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;
bool follow_take_founding(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;
bool follow_take_policies(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;
bool follow_take_rules(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;
bool follow_take_runs(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;
bool follow_take_grades(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;
bool follow_take_proposals(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;
bool follow_take_contents(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;
bool follow_take_persons(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;
bool follow_take_coverage(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;
bool follow_take_parties(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;
/* After the parties, whose order they share. */
bool follow_take_codes(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;
bool follow_take_names(struct follow_batch *batch, const PGresult *result, struct fault *why) MUST_CHECK;

/* The rows of a serial; NULL when there is none. */
const struct follow_run *follow_run_of(const struct follow_batch *batch, uint64_t serial);
const struct follow_act *follow_proposal_of(const struct follow_batch *batch, uint64_t serial);
const struct follow_content *follow_content_of(const struct follow_batch *batch, uint64_t serial);
/* The row of an enterprise that the batch touched; NULL when it did not. */
const struct follow_party *follow_party_of(const struct follow_batch *batch, const char *subject);
