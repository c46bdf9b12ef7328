/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Taking a step of a case inside a writing: loaded under the party's lock with the rules that hold, decided by
 * core/case_file, written as one event. Whoever is enough for it alone, whoever proposes it and whoever confirms it
 * go through the same; they differ in the persons and in what is written.
 *
 * A step that changes the times in which the case lists also changes the party's credit file (service/credit), in the
 * same transaction and under the same serial; one that does not leaves nothing outside the case's own tables.
 *
 *     case_taking_load -> answers -> case_taking_load_more -> case_taking_decide -> case_taking_save
 */
#pragma once

#include "registry/service/credit.h"
#include "registry/service/rule_cache.h"
#include "registry/store/cases.h"
#include "registry/view/case_request.h"

#define CASE_UNIQUE_MAX 8u /* numbers of one step that no other case of the party may have */

/* A case of the party that is weighed; texts of fields are left where they are signed, no rule asks for them. */
struct case_loaded {
        uint32_t number;
        const char *office;
        const char *opener;
        uint8_t procedure[32];
        struct case_event *events;
        size_t count;
};

struct case_number {
        const char *field;
        const char *norm;
        uint32_t held_by;            /* case; 0: none */
        const char *held_in;         /* its office */
};

struct case_taking {
        /* what is asked for, set by case_taking_read */
        struct case_request request;
        struct credit credit;
        /* what was loaded */
        bool has_events;             /* asked for */
        int64_t now_ms;              /* the transaction's */
        uint64_t head;               /* the ledger's newest serial */
        struct day today;
        struct rule_set rules;
        bool has_procedure;          /* the case's, or the one in force of the id asked for */
        uint8_t procedure_hash[32];
        struct case_loaded *cases;   /* the one it is a step of, and those that list or did; by number */
        size_t count;
        struct case_loaded *own;     /* NULL: there is none of that number, or it is to be opened */
        struct case_number numbers[CASE_UNIQUE_MAX];
        size_t number_count;
        size_t numbers_asked;
        const char *too_many;        /* a field of numbers that there is no more room for; NULL: none */
        const char *stranger;        /* of its persons, one who is none */
        /* resolved for `decide`, which does not wait */
        const struct procedure *procedure;
        const struct code_table *tables[RULE_TABLES_MAX];
        struct case_rules case_rules;
        /* what was decided; `row` with the texts it needs later */
        bool needs_second;
        bool lists;                  /* the case's times of listing are others by it */
        struct case_row file;
        struct case_event_row row;
        Qcr__CaseOutcome *outcome;
        const char *summary;         /* of a proposal, for people; no personal data */
};

/* Reads the message. False: the call's failure names the field. */
bool case_taking_read(struct call *call, const Qcr__CaseStep *message, struct case_taking *ret);
/* Sends the queries: the party's row is locked first, then the rules. The taking must live in the writing's call. */
void case_taking_load(struct writing *writing, struct case_taking *taking);
/* True if more queries were sent. */
bool case_taking_load_more(struct writing *writing, struct case_taking *taking);
/*
 * The rules, with `second` NULL while nobody has confirmed. False: the call's failure says why not. An entry of it must
 * be made on the day it was decided on (writing.entry_day is set).
 */
bool case_taking_decide(struct writing *writing, struct case_taking *taking, const struct hand *first,
        const struct hand *second);
/* What would be, or is, and the grade where it changes. A case has its number once it is saved. */
void case_taking_reply(const struct case_taking *taking, Qcr__Filed *filed);
/* The rows. `proposal` is the proposal's serial, 0 when one person was enough. */
void case_taking_save(struct writing *writing, struct case_taking *taking, uint64_t proposal);
