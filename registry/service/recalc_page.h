/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A page: enterprises in the order of their subjects, each evaluated as it is read, and of them what differs from what is
 * stored. Only that is held, so that memory does not grow with the population.
 */
#pragma once

#include "registry/core/grade.h"
#include "registry/core/merkle.h"
#include "registry/store/recalc_read.h"
#include "registry/store/recalc_save.h"

/* A policy's scale, which is told when the policy is gone. */
struct recalc_grades {
        unsigned count;
        char words[POLICY_GRADES_MAX][GRADE_TEXT];
};

void recalc_grades_of(const struct policy *policy, struct recalc_grades *ret);

struct recalc_page {
        const struct policy *policy;
        const struct recalc_grades *grades;
        struct day day;
        bool in_place;
        size_t most;                     /* outcomes it may have; 0: as many as there are */
        struct recalc_outcome *outcomes; /* ascending */
        size_t count, room;
        bool is_cut;                     /* it ends where it had the most, and something may be behind */
        char first[RECALC_SUBJECT], last[RECALC_SUBJECT]; /* read; empty: none */
        uint64_t evaluated;
        uint64_t through;
        uint64_t by_grade[POLICY_GRADES_MAX];
        struct grade_inputs inputs;
        struct grade_outcome outcome;
};

/* Large: allocated. */
struct recalc_page *recalc_page_new(
        const struct policy *policy, const struct recalc_grades *grades, struct day day, bool in_place, size_t most);
void recalc_page_free(struct recalc_page *page);

/* Forgets the page before. */
bool recalc_page_read(struct recalc_page *page, struct link *link, const struct recalc_reading *reading, struct fault *why)
        MUST_CHECK;
/* Of the outcomes, in the version they are stored under. */
bool recalc_page_root(const struct recalc_page *page, uint8_t ret[32], struct fault *why) MUST_CHECK;
