/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The second person's side of everything that needs two. Approving asks the rules again, of the store as it is now,
 * with what the first person signed: nothing of the effect comes from anybody else.
 *
 * What is common to all proposals (there is one, it is open, this person is another than its proposer) is asked in
 * approval.c, once; what a kind of proposal does is its effect. Of a rejection nothing but `is_known` is asked.
 */
#pragma once

#include "registry/service/proposal.h"
#include "registry/service/writing.h"

struct approval {
        uint64_t serial;
        uint64_t item;
        bool approves;
        const char *reason;
        const char *id;                 /* SERIAL.ITEM */
        const char *shown;              /* to people, where the item is 0 */
        const struct proposal *kind;    /* NULL: there is no such proposal */
        const char *subject;            /* NULL: about none */
        const char *proposer;
        const char *office;             /* of a case's step: the case's, or its proposer's where it would open one */
        bool is_decided;
        struct slice request;           /* what the proposer signed; empty for held rows */
        const Qcr__Request *proposed;   /* the same, read */
        struct slice held;              /* a held row's fields, and where its import has it */
        uint8_t held_hash[32];
        const char *run_id;
        int64_t row_no;
        bool held_ended;
        void *data;                     /* the effect's own */
};

/* Of those functions that give a bool, false says that the call's failure is set; what follows is not asked then. */
struct proposal_effect {
        unsigned message_case;          /* of the request it was signed with */
        /*
         * Is there such a proposal as far as this person is told? They may decide it then, unless `decide` says no. NULL:
         * everybody is told, and whoever has one of the kind's roles may.
         */
        bool (*is_known)(const struct writing *writing, const struct approval *approval);
        /* Reads what was signed, as it was read when it was proposed. */
        bool (*read)(struct writing *writing, struct approval *approval);
        /* Sends the queries, rows that will be changed locked. */
        void (*load)(struct writing *writing, struct approval *approval);
        /* Answers are in: true if more queries were sent because of them. NULL: never. */
        bool (*load_more)(struct writing *writing, struct approval *approval);
        bool (*decide)(struct writing *writing, struct approval *approval);
        /* Adds what is particular to the reply; NULL: nothing is. */
        void (*reply)(struct writing *writing, struct approval *approval, Qcr__Filed *filed);
        /* The rows, under the approval's serial. */
        void (*save)(struct writing *writing, struct approval *approval);
};

extern const struct proposal_effect withdraw_effect, repair_effect, correct_effect, held_effect; /* approval_record.c */
extern const struct proposal_effect case_effect;                                  /* case_step.c */
extern const struct proposal_effect rule_effect;                                  /* rules.c */
extern const struct proposal_effect policy_effect;                                /* policies.c */

/* What no longer can be is overtaken, whichever rule says so; its words stay. Returns false. */
bool approval_overtaken(struct writing *writing);
/* The store holds something that nobody proposed like that. Returns false. */
bool approval_unreadable(struct writing *writing, const struct approval *approval);
