/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Blacklist cases in the store, for whoever takes a step: what a party's cases are and the signed requests their
 * events stand in, the rules that hold, who deputises for whom; and the rows of a new event.
 *
 * To be asked after the party's standing was locked, and after the rules were: what comes back is then as of the
 * entry that will be made.
 */
#pragma once

#include "registry/core/calendar.h"
#include "registry/store/query.h"

/* One row: the transaction's legal day, its instant in ms, and the newest serial of the ledger. */
void cases_day_query(struct query *ret);

/* No use is made of the rows: the rules stay as they are until the transaction ends. */
void cases_rules_lock_query(struct query *ret);
/*
 * The rules in force and the procedures of the cases below. Add the hashes whose documents are not wanted
 * (rule_cache_known) before sending.
 */
enum case_rule_column {
        CASE_RULE_KIND,
        CASE_RULE_ID,
        CASE_RULE_VERSION,
        CASE_RULE_HASH,
        CASE_RULE_DOCUMENT,   /* null: not wanted */
        CASE_RULE_IS_CURRENT,
};
void cases_rules_query(struct query *ret, const char *subject, uint32_t number);

/*
 * By number, the case of that number and those of the party that list or did; however many others it has is nobody's
 * burden. Columns: number, procedure hash, office, opener.
 */
void cases_list_query(struct query *ret, const char *subject, uint32_t number);

enum case_event_column {
        CASE_EVENT_CASE,
        CASE_EVENT_SEQ,
        CASE_EVENT_SERIAL,
        CASE_EVENT_AT_MS,     /* of the entry that put it into effect */
        CASE_EVENT_ACTION,
        CASE_EVENT_PROPOSER,
        CASE_EVENT_ACTOR,
        CASE_EVENT_REQUEST,   /* what the proposer signed, in which its fields stand */
};
/* Events of one case by seq. */
void cases_events_query(struct query *ret, const char *subject, uint32_t number);
/* Events of the others of these cases, by case and seq. */
void cases_other_events_query(struct query *ret, const char *subject, uint32_t number);
/* Which case of the party has a document of that number by that action, and its office; no row: none. */
void cases_document_query(struct query *ret, const char *subject, const char *action, const char *number_norm);
/* Of ids, one a line, those that are nobody's. */
void cases_strangers_query(struct query *ret, const char *ids);

/* Keeps the roles of those the person deputises for as they are. No use is made of the rows. */
void cases_away_lock_query(struct query *ret, const char *person_id);
/* Columns: office, role: what the person may do for somebody who is away on the transaction's day. */
void cases_away_roles_query(struct query *ret, const char *person_id);

struct case_row {
        const char *subject;
        uint32_t number;          /* the serial it is opened under */
        const uint8_t *procedure; /* hash, 32 octets */
        const char *opener;
        const char *office;
};
void cases_insert(struct query *ret, const struct case_row *row, uint64_t serial);

struct case_event_row {
        const struct case_row *file;
        uint32_t seq;
        const char *from_state;   /* "" opens the case */
        const char *action;
        const char *to_state;
        bool needs_second;
        bool excludes_opener;
        const char *proposer;
        const char *actor;
        struct day event_on;
        bool is_late;
        bool lists;               /* it changed the times in which the case lists */
        uint64_t proposal;        /* 0: one person was enough */
};
void cases_event_insert(struct query *ret, const struct case_event_row *row, uint64_t serial);
void cases_document_insert(struct query *ret, const struct case_event_row *row, const char *number_norm);
