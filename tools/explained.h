/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What has been explained: a signed statement, and the inputs and the policy that are bound to it by their hashes,
 * from which the grade was reckoned again. One function judges what came from the registry and what stands in a
 * file; nothing that it has not found to agree is shown as an explanation.
 */
#pragma once

#include <jansson.h>

#include "registry/core/grade.h"
#include "tools/proof.h"

/* A record behind an input, as the registry names it. Number and authority are bound to the input, the rest is not. */
struct explained_record {
        uint32_t ordinal;
        enum record_type type;
        struct slice authority_code;
        struct slice authority_name;
        struct slice document;
        struct slice domain;
        uint32_t version;
        uint64_t serial;
};

/* Large: for the heap. Slices live as long as the answer or document they came from. */
struct explained {
        struct proved proved;
        bool has_grade;               /* the next three are set; not where the enterprise is not registered or merged */
        struct policy policy;
        struct grade_inputs inputs;
        struct grade_outcome outcome; /* of the statement's day; its rules may point into the policy */
        bool has_records;             /* false: one of the inputs, or more, has none */
        uint32_t record_count;
        struct explained_record records[GRADE_RECORDS_MAX];
};

/* Where the parts of an explanation do not belong together; more than one may be. */
enum explained_flaw {
        EXPLAINED_KIND = 1 << 0,       /* the statement is no explanation */
        EXPLAINED_INPUTS = 1 << 1,     /* not those whose hash was signed */
        EXPLAINED_POLICY = 1 << 2,     /* not the one whose hash was signed */
        EXPLAINED_GRADE = 1 << 3,      /* what follows from the two is not what was signed: this and the next three */
        EXPLAINED_SCORE = 1 << 4,
        EXPLAINED_CHANGE = 1 << 5,
        EXPLAINED_REASONS = 1 << 6,
        EXPLAINED_RECORDS = 1 << 7,    /* a record is none of the inputs */
        EXPLAINED_STATEMENT = 1 << 8,  /* of a file: a line shown is not the signed one */
        EXPLAINED_OUTCOME = 1 << 9,    /* of a file: the outcome shown is not what follows */
};
#define EXPLAINED_FLAWS 10u

/* The stable word of one of them. */
const char *explained_flaw_word(enum explained_flaw flaw);

/*
 * `e->proved` is authentic and the records are set; sets the rest from packed inputs and policy document. Returns the
 * flaws found, 0 if there is none. Where there is no grade both must be empty.
 */
unsigned explained_judge(struct explained *e, struct slice inputs, struct slice policy, struct digest *sha256);

/* Takes the parts of an authentic reply and judges them. */
unsigned explained_of_reply(struct explained *e, const Qcr__Explanation *from, struct digest *sha256);

/* The input of this ordinal, or NULL. */
const struct grade_record *explained_input(const struct explained *e, uint32_t ordinal);
/* The record behind the input, or NULL. */
const struct explained_record *explained_record(const struct explained *e, uint32_t ordinal);
