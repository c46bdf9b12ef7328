/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Blacklist cases in the store, for whoever looks at them: who may, one case with its events and signatures, cases by
 * party or office, what a person signed. To be asked within one snapshot (service/snapshot); nothing here locks.
 */
#pragma once

#include "registry/core/calendar.h"
#include "registry/store/query.h"

/*
 * What the person may do now, on the transaction's legal day, themselves or for somebody who is away. Columns: office,
 * role, whether it is their own.
 */
void case_reads_access_query(struct query *ret, const char *person_id);

/*
 * One case by its party's code. No row: the code is no party's. Nulls but for the name: the party has no case of that
 * number. Columns: kind, id, version, hash and document of its procedure (as rule_cache takes them), name of the party,
 * office, opener.
 */
enum case_read_column {
        CASE_READ_PROCEDURE_HASH = 3,
        CASE_READ_PROCEDURE,
        CASE_READ_NAME,
        CASE_READ_OFFICE,
        CASE_READ_OPENER,
};
void case_reads_file_query(struct query *ret, const char *subject, const char *code, uint32_t number);

/* Its events by seq. */
enum case_read_event_column {
        CASE_READ_EVENT_SUBJECT,
        CASE_READ_EVENT_NUMBER,
        CASE_READ_EVENT_SEQ,
        CASE_READ_EVENT_SERIAL,
        CASE_READ_EVENT_AT_MS,
        CASE_READ_EVENT_ACTION,
        CASE_READ_EVENT_STATE,    /* after it */
        CASE_READ_EVENT_DAY,
        CASE_READ_EVENT_IS_LATE,
        CASE_READ_EVENT_PROPOSER,
        CASE_READ_EVENT_ACTOR,
        CASE_READ_EVENT_PROPOSER_NAME,
        CASE_READ_EVENT_ACTOR_NAME,
        CASE_READ_EVENT_REQUEST,  /* what the proposer signed */
};
void case_reads_events_query(struct query *ret, const char *subject, uint32_t number);

/*
 * The cases of a party that had listed it by a serial, by number. Columns: kind, id, version, hash and document of the
 * procedure as above, then the number; add the hashes whose documents are not wanted.
 */
#define CASE_READ_KNOWN_NUMBER 5
void case_reads_known_query(struct query *ret, const char *subject, uint64_t serial);
/* All their events until now, by case and seq. */
void case_reads_party_events_query(struct query *ret, const char *subject, uint64_t serial);

/*
 * Signatures of its events from one on, by seq, as many as make up some `octets`. The step's: serial, at, request,
 * signature, certificate; then the confirmation's, null where one person was enough.
 */
enum case_read_signature_column {
        CASE_READ_SIGNATURE_SEQ,
        CASE_READ_SIGNATURE_STEP,
        CASE_READ_SIGNATURE_CONFIRMATION = CASE_READ_SIGNATURE_STEP + 5,
};
void case_reads_signatures_query(struct query *ret, const char *subject, uint32_t number, uint32_t from_seq,
        uint32_t octets);

/* Its steps that wait for a second person, oldest first: serial, item, kind, proposer, summary, subject, at. */
void case_reads_proposals_query(struct query *ret, const char *subject, uint32_t number, unsigned limit);

/* What those would do: their signed requests, oldest first. */
void case_reads_pending_query(struct query *ret, const char *subject, uint32_t number, unsigned limit);

/* Steps that wait to open a case of the party, oldest first. Columns: request, office of who proposes it. */
void case_reads_openings_query(struct query *ret, const char *subject, unsigned limit);

/*
 * Code tables and calendars in force, as rule_cache takes them. Add the hashes whose documents are not wanted
 * (rule_cache_known) before sending.
 */
void case_reads_rules_query(struct query *ret);

/* Is the code a party's? One row, a boolean. */
void case_reads_party_query(struct query *ret, const char *subject, const char *code);

/* Cases, newest first. */
struct case_page {
        const char *subject;    /* NULL: of any party */
        const char *offices;    /* ids, one a line; NULL: of any office */
        uint64_t before_serial; /* 0: from the newest on */
        unsigned limit;
        uint32_t octets;        /* of their events' requests, about */
};
enum case_page_column {
        CASE_PAGE_SERIAL,
        CASE_PAGE_SUBJECT,
        CASE_PAGE_NUMBER,
        CASE_PAGE_OFFICE,
        CASE_PAGE_PROCEDURE_HASH,
        CASE_PAGE_CODE,         /* the party's newest unified code, else its organization code */
        CASE_PAGE_NAME,
};
void case_reads_page_query(struct query *ret, const struct case_page *page);
/* Events of such cases, columns as above: `cases` are `SUBJECT NUMBER`, one a line. By case and seq. */
void case_reads_page_events_query(struct query *ret, const char *cases);
/* Procedures by their hashes, one a line in hexadecimal; columns as rule_cache takes them. Add the known ones. */
void case_reads_procedures_query(struct query *ret, const char *hashes);

/* One row, the person's office; none: no such person. */
void case_reads_person_query(struct query *ret, const char *person_id);

/* What a person's certificates signed since an instant, newest first. */
enum case_act_column {
        CASE_ACT_SERIAL,
        CASE_ACT_AT_MS,
        CASE_ACT_KIND,          /* of the entry */
        CASE_ACT_PROPOSAL,      /* kind of the proposal that the entry files; null: it files none */
        CASE_ACT_SUBJECT,
        CASE_ACT_NUMBER,        /* of the case; null: none */
        CASE_ACT_ACTION,        /* null: none, or not taken (yet) */
        CASE_ACT_OFFICE,        /* the case's, or of who would open one; null: not about a case */
        CASE_ACT_CERTIFICATE,
        CASE_ACT_REQUEST,       /* of a step not taken, if it is not too long: its action is in there; else null */
};
void case_reads_acts_query(struct query *ret, const char *person_id, int64_t since_ms, unsigned limit);
