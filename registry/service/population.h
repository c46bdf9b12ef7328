/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The population: every enterprise with its packed inputs, the outcome that is stored of it and what it is (kind,
 * township, industry), read once from one snapshot in the order of subjects, in constant memory. Simulations and reports
 * are what they do with each.
 */
#pragma once

#include "registry/core/inputs.h"
#include "registry/core/verdict.h"
#include "registry/store/link.h"

struct population_party {
        char subject[10];
        uint64_t version;
        struct slice inputs;
        const char *grade;          /* stored: qcr.live_grade */
        int32_t score;              /* -1 when unrated */
        struct day next_change;
        bool is_current;            /* the stored outcome is of the policy in force */
        struct slice name;
        enum party_kind kind;
        enum statement_registration registration;
        struct slice township;
        struct slice industry;
};

/* May stop by returning false with its own fault; must not use the link. */
typedef bool (*population_fn)(void *closure, const struct population_party *party, struct fault *why);

/* In a snapshot that has begun (link_begin_snapshot). */
bool population_each(struct link *link, population_fn each, void *closure, struct fault *why) MUST_CHECK;
