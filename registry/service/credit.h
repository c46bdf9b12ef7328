/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * One enterprise's credit file inside a writing: loaded under its lock, weighed with one record more or
 * changed, or with other times of listing, saved under its next version. Filing, withdrawing, correcting, accepting
 * a held row and a case's step that lists are this, with different persons behind them. Records leave the listings as
 * they are, cases leave the records.
 *
 *     credit_load -> answers -> credit_load_more -> credit_weigh or credit_weigh_listings -> credit_save
 */
#pragma once

#include "registry/core/party_file.h"
#include "registry/service/writing.h"
#include "registry/store/records.h"

struct credit {
        /* what is asked for, set by credit_init */
        const char *subject;
        const char *code;            /* as the request has it, canonical */
        const char *authority_code;  /* NULL: about no record */
        const char *document_norm;
        const char *type;
        const char *name_norm;       /* to be compared; "" to compare none */
        /* what was loaded */
        bool is_found;               /* the enterprise, by that code */
        bool has_name;               /* `name_norm` is one of its names */
        uint64_t version;
        struct grade_inputs *before;
        uint8_t stored_policy[32];
        char stored_grade[GRADE_TEXT];
        int32_t stored_score;
        struct day stored_next;
        uint8_t policy_hash[32];     /* the active policy */
        struct record_row *current;  /* newest version of every record */
        size_t current_count;
        struct record_row *versions; /* of the record asked for, newest first, which alone has its body */
        size_t versions_count;
        /* what was weighed */
        const struct record *record; /* NULL: the listings were */
        uint32_t record_version;
        uint32_t record_ordinal;
        uint8_t record_hash[32];
        struct grade_inputs *after;
        struct slice after_packed;
        struct grade_outcome *outcome_before;
        struct grade_outcome *outcome;
        bool lifts;                  /* on some day, to somebody's favour; or lighter by itself (core/party_file) */
};

/* The record's identity. Texts live with the call. */
void credit_init(struct credit *credit, struct call *call, const struct org_code *code,
        const char *authority_code, const char *document_norm, enum record_type type, const char *party_name);

/* About no record: for the enterprise's listings alone. `party_name` is compared, not asked for. */
void credit_init_listings(
        struct credit *credit, struct call *call, const struct org_code *code, const char *party_name);

/* Sends the queries: the subject's row is locked first. The credit must live in the writing's call. */
void credit_load(struct writing *writing, struct credit *credit);
/*
 * The policy's document, if it is not the one the service knows. True if a query was sent. What other calls meet
 * meanwhile may be another policy, around a switch: whoever waits for other answers, too, asks credit_has_policy()
 * before weighing, and begins again if it says no.
 */
bool credit_load_more(struct writing *writing, struct credit *credit);
bool credit_has_policy(const struct writing *writing, const struct credit *credit);

/* The enterprise must be known by this code, and by this name if one was given. */
bool credit_check(struct writing *writing, const struct credit *credit);

/*
 * The file with `record` as the next version of its identity. False: the writing's failure says why it
 * cannot be (too many records, or its fields contradict each other).
 */
bool credit_weigh(struct writing *writing, struct credit *credit, const struct record *record);

/* The file with these times of listing, as core/case_file merges them, and its records as they are. */
bool credit_weigh_listings(struct writing *writing, struct credit *credit, const struct grade_listing *listings,
        size_t count);

/* The grade before and after, when it was weighed. */
void credit_reply(const struct credit *credit, Qcr__Filed *filed);
/* The record with its body if it is about one, standing, history where the outcome is another, change feed. */
void credit_save(struct writing *writing, struct credit *credit);

/* Texts of a row or a decoded record outlive what they were read from: each becomes the call's. */
void credit_keep_record(struct call *call, struct record *record);
