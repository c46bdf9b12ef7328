/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A chunk of a recalculation: one page read, evaluated, signed, and stored in one transaction with one ledger entry, so
 * that a killed run leaves whole chunks and knows from them what is left to do. Several jobs work on one run: what they
 * share is the plan, which nobody changes, and the board.
 */
#pragma once

#include <stdatomic.h>

#include "registry/service/import_ledger.h"
#include "registry/service/recalc_page.h"

#define RECALC_JOBS_MAX 16u
#define RECALC_FREE_MAX 64u /* numbers that killed jobs had taken and not used: one each */
/* Rows of a page. In place they are written under the ledger's head, which every filing waits for: fewer. */
#define RECALC_PAGE 20000u
#define RECALC_PAGE_LIVE 2000u

/* What a run is; the same for all its jobs. */
struct recalc_plan {
        char run[RUN_ID_TEXT];
        uint64_t serial;
        bool is_shadow, only_due;
        const struct policy *policy;
        struct recalc_grades grades;
        struct day day;
        struct recalc_activation activation;
        struct recalc_ranges ranges;
        unsigned chunk; /* rows of a page; in place a page is longer where little changes, and writes no more than these */
        unsigned pace;  /* per cent of the time a job works; the rest it sleeps */
};

/* In memory that all jobs share. */
struct recalc_board {
        _Atomic uint64_t evaluated, changed; /* of committed chunks, of this process's time */
        _Atomic uint64_t by_grade[POLICY_GRADES_MAX];
        _Atomic unsigned next_range;
        _Atomic int next_chunk;
        _Atomic unsigned next_free;
        unsigned free_count;
        int32_t free[RECALC_FREE_MAX];
        _Atomic bool stop;
        struct {
                struct fault fault; /* FAULT_NONE: it went well */
                enum result_code refused;
        } jobs[RECALC_JOBS_MAX];
};

struct recalc_job {
        const struct recalc_plan *plan;
        struct recalc_board *board;
        struct link *link;
        struct import_runner runner;
        struct recalc_page *page;
        struct copy_in copy;
        unsigned limit;
        int32_t chunk; /* a number that was taken and is not used yet; 0: none */
        /* Told after each chunk; may be NULL. */
        void (*told)(void *closure);
        void *closure;
};

void recalc_job_init(struct recalc_job *job, const struct recalc_plan *plan, struct recalc_board *board, struct link *link,
        const struct import_runner *runner);
void recalc_job_done(struct recalc_job *job);

/* Chunk after chunk until the range is done, or the board says stop. */
bool recalc_job_range(struct recalc_job *job, const struct recalc_range *range, struct fault *why) MUST_CHECK;
/* Range after range, as they are left. */
bool recalc_job_ranges(struct recalc_job *job, struct fault *why) MUST_CHECK;
/*
 * One round over who changed behind `through`: `*ret_through` is what it saw, `*ret_changed` whether there was anybody.
 */
bool recalc_job_catch_up(struct recalc_job *job, uint64_t through, uint64_t *ret_through, bool *ret_changed,
        struct fault *why) MUST_CHECK;
/* Those, as far as they are due still. */
bool recalc_job_due(struct recalc_job *job, const struct recalc_subjects *due, struct fault *why) MUST_CHECK;
