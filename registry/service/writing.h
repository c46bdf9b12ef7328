/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A writing: an act on its way through one transaction. The story is the same for all of them:
 *
 *     BEGIN, the person's row locked against change, their roles and certificate as they are now, and whether
 *     this key was used before; then what the act itself loads, its subject's row locked (`load`)
 *     the rules (`decide`)
 *     the ledger's entry, which locks the head and has its time by the database's clock
 *     the rows that carry its serial (`save`) and the reply under the idempotency key
 *     COMMIT, once each of them is known to have touched what it must
 *     the view reaches the serial; the reply
 *
 * When others got in between (a conflict), it all begins again, from `check`, a few times. When the
 * connection is lost during COMMIT it also begins again: if that COMMIT was carried out, or still is, the
 * key's row is found or waited for, so the act happens once whatever happened. Only if the store stays away
 * is the outcome unknown.
 */
#pragma once

#include "registry/core/ledger_entry.h"
#include "registry/service/call.h"
#include "registry/service/hand.h"
#include "registry/store/query.h"

struct case_taking;
struct credit;
struct people_change;
struct policy_change;
struct rule_change;

enum writing_state {
        WRITING_WAITING,    /* for a lane */
        WRITING_LOADING,
        WRITING_APPENDING,  /* the entry */
        WRITING_SAVING,     /* rows */
        WRITING_COMMITTING,
        WRITING_SETTLING,   /* for the view */
};

struct writing {
        struct call *call;
        enum writing_state state;
        struct db_turn *turn;
        unsigned tries;
        unsigned owed;             /* answers of this state still to come */
        bool is_unknown;           /* a COMMIT's answer never came */
        enum result_code trouble;  /* of this state's answers: DONE, CONTENDED (a conflict), or what it was */
        struct hand hand;          /* who acts, now, in the transaction */
        uint32_t roles;            /* their own */
        int64_t not_before_ms;     /* the time of their certificate: the entry's must be in it */
        int64_t not_after_ms;
        struct hand *asked_hand;   /* the one whose answers are to come (service/hand) */
        struct day entry_day;      /* the entry must be of the day the rules were asked for; DAY_NONE: of any */
        bool is_replay;            /* the key was used before, for this same request */
        bool is_rehearsal;         /* set by decide with ACT_NOTHING: not even the key is stored */
        bool is_committed;
        Qcr__Reply *reply;         /* what the act answers; stored with its key */
        struct ledger_body body;   /* of the entry */
        uint64_t previous;         /* the subject's entry before */
        uint64_t serial;           /* of the entry, or of what the reply refers to */
        struct credit *credit;     /* the credit file it is about (service/credit) */
        struct case_taking *taking; /* the step of a case it is (service/case_taking) */
        struct people_change *people; /* the change of persons it is about (service/people) */
        struct rule_change *rule;  /* the rule it brings in (service/rules) */
        struct policy_change *policy_change; /* the switch of policies it is (service/policies) */
        void *data;                /* the act's own */
};

/* Takes over a call whose envelope, role and signature are right. */
void writing_begin(struct call *call);

/* What to do with an answer's rows; only called for a good one, and not after a refusal. */
typedef void (*writing_rows_fn)(struct writing *writing, const PGresult *result);
/* Sends one query of the transaction and consumes it. `rows` may be NULL. */
void writing_send(struct writing *writing, struct query *query, writing_rows_fn rows);
/* The same for a literal without parameters. */
void writing_send_text(struct writing *writing, const char *sql, writing_rows_fn rows);
/* The same for a statement that must touch exactly one row: otherwise others got in between. */
void writing_send_one(struct writing *writing, struct query *query);
/* The call's failure has been set by a rows function: nothing is written. */
void writing_refuse(struct writing *writing);
/* What was loaded is not what the rows before it said: begin again. */
void writing_conflict(struct writing *writing);

/* A subject's newest entry, for its body; to be sent after the subject's row was locked. */
void writing_send_previous(struct writing *writing, const char *subject);

/* decide's part of a proposal: the entry's body and the reply. `subject` may be NULL. */
void writing_propose(struct writing *writing, const char *subject);
/* save's part: the reply names the proposal, the row keeps it. */
void writing_reply_proposal(struct writing *writing, const char *outcome);
void writing_save_proposal(
        struct writing *writing, const char *kind, const char *subject, const char *summary);
