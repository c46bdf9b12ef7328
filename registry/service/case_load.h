/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A case read from the store for somebody who asks to see it: its party, its events out of the signed requests, the
 * rules it is read by, and whether this person may. Everything lives in the call's arena, but for procedure, tables
 * and calendar, which are the worker's cache's and looked up again each time (case_load_file).
 */
#pragma once

#include "registry/service/case_access.h"
#include "registry/service/rule_cache.h"
#include "registry/service/snapshot.h"
#include "registry/store/case_reads.h"

/* What the store says of an event beside its fields. */
struct case_entry {
        const char *state;          /* after it */
        struct day day;
        bool is_late;
        const char *proposer_name, *actor_name;
        Qcr__CaseSignature *step, *confirmation; /* where they were asked for; NULL: none */
};

struct case_load {
        struct call *call;
        /* asked */
        struct org_code code;
        uint32_t number;
        uint32_t signatures_from;   /* 0: no signatures; else from that event on */
        uint32_t signatures_octets; /* as many as make up some of them */
        bool wants_proposals;
        bool wants_pending;         /* what its open proposals would do, with all fields */
        void (*done)(struct case_load *load); /* found, and this person may see it */
        /* found */
        struct case_access access;
        bool has_party, has_case;
        const char *name, *office, *opener;
        uint8_t procedure_hash[32];
        struct slice procedure;     /* its document */
        struct rule_set rules;
        struct case_event *events;  /* CASE_EVENTS_MAX */
        struct case_entry *entries;
        size_t count;
        Qcr__Proposal **proposals;
        size_t proposal_count;
        struct case_step *pending;
        size_t pending_count;
};

/* What core/case_file reads it by; good until control goes back to the event loop. */
struct case_weighing {
        struct case_file file;
        struct case_rules rules;
        const struct code_table *tables[RULE_TABLES_MAX];
};

/*
 * Reads code, number and purpose, then the case; the embedding request's own fields have been read. Ends the call
 * unless `done` is called, which then does.
 */
void case_load_begin(struct case_load *load, const ProtobufCBinaryData *code, uint32_t number, bool has_purpose,
        const ProtobufCBinaryData *purpose);
/* False: the rules are not in the cache any more, and the call has been answered so. */
bool case_load_file(struct case_load *load, struct case_weighing *ret) MUST_CHECK;

/* Is the value a kept document's hash, by the field it stands in? */
bool case_load_is_file(const struct procedure *procedure, const char *action, const struct case_value *value);
/* Is nothing about this case in use any more: an end state, or a listing whose term is over? */
bool case_load_is_over(const struct case_weighing *weighing);

/* Reads an event's row (enum case_read_event_column) into the arena; the request's fields are its values. */
bool case_load_event(struct arena *arena, const PGresult *result, int row, struct case_event *ret, struct fault *why)
        MUST_CHECK;
/* A step as its person signed it, in the arena. */
bool case_load_request(struct arena *arena, struct slice octets, struct case_step *ret, struct fault *why) MUST_CHECK;
/* A copy of a cell's text or octets in the arena; empty past its budget. */
const char *case_load_text(struct call *call, const PGresult *result, int row, int column);
/* `YYYY-MM-DD` in the arena. */
ProtobufCBinaryData case_load_day(struct call *call, struct day day);
