/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An operation: a row of operation.def with the functions that carry it out. The runner knows operations by
 * this table alone; what is common to all (roles, limits, signature, idempotency, audit, visibility) is done
 * there, once, for everybody.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call;
struct writing;

enum operation_kind {
        OPERATION_READ = 1,
        OPERATION_TALK,
        OPERATION_ACT,
};

/* What the rules make of an act. */
enum act_decision {
        ACT_WRITE = 0, /* an entry is made, and `save` called with its serial */
        ACT_NOTHING,   /* done without an entry: it is so already, or it was a rehearsal; the reply is set */
        ACT_REFUSED,   /* the writing's failure says why */
};

/*
 * An act is carried out in one transaction, again from `check` when others got in between
 * (service/writing).
 */
struct act {
        /* Reads the fields, without the store. False: the call's failure says which one is wrong. */
        bool (*check)(struct writing *writing);
        /* Sends the first queries; subject and other rows are locked here. */
        void (*load)(struct writing *writing);
        /* Answers are in: true if more queries were sent because of them. NULL: never. */
        bool (*load_more)(struct writing *writing);
        /* The rules, on what was loaded. Sets the entry's body and the reply but for its serial. */
        enum act_decision (*decide)(struct writing *writing);
        /* Sends the rows that carry the entry's serial. */
        void (*save)(struct writing *writing);
};

struct operation {
        const char *word;
        unsigned message_case; /* Qcr__Request__OperationCase */
        enum operation_kind kind;
        uint32_t roles;        /* enum role; any of them allows it */
        void (*run)(struct call *call); /* of READ and TALK */
        const struct act *act;          /* of ACT */
};

/* NULL for a case this server does not know. */
const struct operation *operation_find(unsigned message_case);
/* The whole table, for docs and tests. */
const struct operation *operation_table(size_t *ret_count);

/* The functions of the table, each in the file of its name. */
void lookup_run(struct call *call);
void find_run(struct call *call);
void whoami_run(struct call *call);      /* about.c */
void ping_run(struct call *call);        /* about.c */
void record_list_run(struct call *call);
void pending_run(struct call *call);
extern const struct act filing_act;      /* record-file */
extern const struct act withdrawal_act;  /* record-withdraw */
extern const struct act approval_act;    /* decide */
extern const struct act people_act; /* office-add, person-add, role-change, certificate-add, -revoke, deputy-set */
extern const struct act case_step_act;
void case_show_run(struct call *call);
void case_list_run(struct call *call);
void case_affected_run(struct call *call);
void evidence_put_run(struct call *call);
void evidence_get_run(struct call *call);
extern const struct act rule_act;        /* rule-add */
void rule_show_run(struct call *call);
void explain_run(struct call *call);
extern const struct act policy_add_act, policy_activate_act; /* policies.c */
void policy_show_run(struct call *call);
