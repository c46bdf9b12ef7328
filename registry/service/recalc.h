/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A recalculation: every grade, or what is due, evaluated in bulk and signed by the administrator who runs it.
 *
 *     shadow    under a policy that is not in force: what would differ is kept beside the standings, and an activation
 *               makes it hold at once. What changes meanwhile is caught up before the run ends
 *     in place  under the policy in force: what differs from what holds is written into the standings, chunk by chunk
 *
 * One at a time, and none before an unfinished one has been gone on with or left; only what is due may always be begun
 * anew, and leaves what is unfinished to be gone on with. A run has the legal day it was begun on, by the database's
 * clock, to its end, so that killed at any point and gone on with it comes to the same. Nobody's live outcome depends on a
 * run that has not come to its end.
 */
#pragma once

#include <openssl/types.h>

#include "proto/result.h"
#include "registry/service/recalc_page.h"

struct recalc_result;

struct recalc_options {
        const char *conninfo;
        const char *user;
        EVP_PKEY *key;              /* the administrator's */
        const uint8_t *fingerprint; /* of their certificate */
        bool is_shadow;
        uint8_t policy_hash[32]; /* of a shadow run */
        bool only_due;
        bool resume;             /* go on with the unfinished run; what it is stands in it */
        bool abandon;            /* leave the unfinished run as it is and begin another */
        unsigned jobs;           /* 1 to RECALC_JOBS_MAX */
        unsigned chunk;          /* rows of a transaction, to RECALC_PAGE; 0: as many as suit the run */
        unsigned pace;           /* 1 to 100 per cent of the time a job works */
        /* Told several times a second; may be NULL. */
        void (*progress)(void *closure, const struct recalc_result *result);
        void *closure;
};

struct recalc_result {
        enum result_code refused; /* why it may not be, beside the fault; DONE otherwise */
        char in_the_way[RUN_ID_TEXT]; /* the run it was refused for; empty: none */
        bool is_nothing_due;      /* no run was made */
        bool is_begun, is_resumed;
        char run[RUN_ID_TEXT];
        uint64_t serial;
        bool is_shadow, only_due;
        char policy_id[POLICY_ID];
        int32_t policy_version;
        uint8_t policy_hash[32];
        struct day day;
        uint64_t about;              /* so many enterprises there are, about */
        uint64_t evaluated, changed; /* of the whole run; after a fault: what stands */
        uint64_t resumed_from;       /* of `evaluated`: what stood when this call took it up */
        uint64_t through;            /* of a shadow run */
        struct recalc_grades grades; /* evaluated by this call, by grade */
        uint64_t by_grade[POLICY_GRADES_MAX];
};

/* After a fault, what was committed stands, and `ret` says how far the run went. */
bool recalc_run(const struct recalc_options *options, struct recalc_result *ret, struct fault *why) MUST_CHECK;

/* Is there a shadow run under the policy that is the newest, complete, for today, with nothing changed since? 0: no. */
bool recalc_find_complete(const char *conninfo, const char *user, const uint8_t policy_hash[32], uint64_t *ret_serial,
        struct fault *why) MUST_CHECK;
