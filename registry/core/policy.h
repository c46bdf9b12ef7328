/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A policy: the rules by which a file becomes a grade, as loadable data. The
 * law on grades differs by place, trade and year and its tables change, so none
 * of it is code: a policy is a document (docs/POLICY.md) known by the SHA-256
 * of its canonical form, and a grade is worth nothing without that hash.
 *
 * A policy whose document of an organ is not named is on trial: it may be
 * computed, compared and shown as such, and nothing more.
 *
 * The parsed policy is flat, holds no pointer into the document, and every
 * number in it is an integer within a stated range. Everything a document may
 * say is evaluated; what is not evaluated may not be said.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"
#include "registry/core/calendar.h"
#include "registry/core/document.h"
#include "registry/core/inputs.h"
#include "registry/core/statement.h"

#define GRADE_TEXT 8 /* `unrated` and its NUL; a grade is one to three capitals */
#define GRADE_UNRATED "unrated" /* 未评价 */

#define POLICY_BANDS_MAX 8
#define POLICY_GATES_MAX 8
#define POLICY_TIERS_MAX 8     /* by amount, of one kind of penalty */
#define POLICY_REPEATS_MAX 8
#define POLICY_MEASURES_MAX 8  /* of one grade */
#define POLICY_ID 65      /* and its NUL */
#define POLICY_TEXT (DOCUMENT_TEXT_OCTETS + 1)
#define POLICY_NAME 97
#define POLICY_NUMBER (STATEMENT_DOCUMENT_LIMIT + 1) /* every answer under the policy has to carry it */
#define POLICY_POINTS_MAX 1000
#define POLICY_MONTHS_MAX 1200
#define POLICY_NOTICE_DAYS 30
#define POLICY_REPEAT_ID 24    /* octets of the id of a repeat rule */
#define POLICY_REPEAT_WORD (sizeof("repeat.") + POLICY_REPEAT_ID)
#define POLICY_YUAN_MAX 1000000000 /* 十亿元, of an amount from which on points differ */

/*
 * What can cost points: every kind of penalty, the same when its decision calls it serious, then every finding by
 * severity (sampling, recall, complaint, accident, breach, acceptance, inspection).
 */
#define POLICY_FINDINGS 7u
#define POLICY_RULE_PENALTY(kind) ((unsigned)(kind))
#define POLICY_RULE_SERIOUS_PENALTY(kind) (PENALTY_KINDS + (unsigned)(kind))
#define POLICY_RULES (2u * PENALTY_KINDS + 2u * POLICY_FINDINGS)
/* `type` is a finding (record_type_is_finding). */
unsigned policy_rule_finding(enum record_type type, enum severity severity);

enum policy_standing {
        POLICY_TRIAL = 1,    /* 试行 */
        POLICY_IN_FORCE = 2, /* 施行 */
};

enum policy_window {
        POLICY_PUBLICITY = 1, /* a record counts until its publicity ends */
        POLICY_MONTHS = 2,    /* a record counts for some months, never past its publicity's end */
};

/* What follows from a grade: incentives and supervision. Shown with the grade, not evaluated. */
struct policy_measure {
        char zh[POLICY_NAME];
        char en[POLICY_NAME];
        char basis[POLICY_NAME]; /* the law it rests on: none may be used without */
        char item[POLICY_ID];    /* of the national list of measures; empty: an incentive, or supervision of the organ's own */
};

struct policy_measures {
        unsigned count;
        struct policy_measure measures[POLICY_MEASURES_MAX];
};

struct policy_band {
        char grade[GRADE_TEXT];
        char zh[POLICY_NAME];
        char en[POLICY_NAME];
        int32_t least; /* the lowest score that has it */
        struct policy_measures measures;
};

/* From that amount on (inclusive) that many points instead. */
struct policy_tier {
        int64_t from_fen;
        int32_t points;
};

/*
 * 累犯: so many cases with a negative record that counts (is in time, whatever it costs), decided within so many
 * months, and the grade is this one or a lower one.
 */
struct policy_repeat {
        char word[POLICY_REPEAT_WORD]; /* whole, as reasons have it: `repeat.` and its id */
        uint32_t types;           /* bits of record_type: 1 << type; negative ones only */
        enum severity severity;   /* SERIOUS: only serious ones; NONE: all */
        int32_t count;            /* distinct cases */
        int32_t months;
        unsigned band;
};

/* A higher grade that points alone do not give: all that is asked for must hold. */
struct policy_gate {
        char grade[GRADE_TEXT];
        char zh[POLICY_NAME];
        char en[POLICY_NAME];
        unsigned of;                       /* the band it lifts from */
        int32_t months_without_deduction;  /* 0: not asked for */
        uint32_t certificates;             /* bits of certificate_kind; all must be held */
        int32_t held_months;               /* each of them for so long */
        struct policy_measures measures;
};

struct policy {
        char id[POLICY_ID];
        int32_t version;
        char zh[POLICY_TEXT];
        char en[POLICY_TEXT];
        char scope[POLICY_TEXT];
        char issued_by[POLICY_TEXT];
        char organ[POLICY_TEXT];           /* of the document that puts it in force; empty: on trial */
        char number[POLICY_NUMBER];
        struct day from;
        struct day to;                     /* the last day it may be used; DAY_NONE if open */
        int32_t base;
        unsigned bands_count;
        struct policy_band bands[POLICY_BANDS_MAX]; /* from the best to the one that begins at 0 */
        char unrated_zh[POLICY_NAME];
        char unrated_en[POLICY_NAME];
        struct policy_measures unrated_measures;
        int32_t points[POLICY_RULES];      /* of a serious penalty no less than of the same otherwise */
        unsigned tiers_count[2];           /* by the amount of the fine, of what is confiscated */
        struct policy_tier tiers[2][POLICY_TIERS_MAX]; /* ascending in amount and points */
        enum policy_window window;
        int32_t window_months;             /* the length, or the publicity of a record that has none */
        int32_t type_months[RECORD_TYPE_LAST + 1]; /* a length of its own for a type, never past its publicity; 0: none */
        bool heaviest_per_case;
        int32_t records_ever;              /* with fewer records an enterprise is unrated */
        bool has_veto;
        unsigned veto;                     /* the band of who is listed */
        unsigned repeats_count;
        struct policy_repeat repeats[POLICY_REPEATS_MAX];
        unsigned gates_count;
        struct policy_gate gates[POLICY_GATES_MAX]; /* the first that holds lifts */
        uint8_t hash[32];
};

#define POLICY_GRADES_MAX (POLICY_BANDS_MAX + POLICY_GATES_MAX + 1)

/* The grades of a policy, the best first: of each band the gates that lift from it, then the band; `unrated` last. */
struct policy_scale {
        unsigned count;
        const char *grades[POLICY_GRADES_MAX]; /* the policy's own texts */
};

/*
 * Reads a policy. DOCUMENT_SOUND with `ret` set; or the flaw, with `ret_error`
 * saying where, what and why, and `ret` untouched. What it asks is the form
 * alone and never grows stricter: a registry reads its old policies by it.
 */
enum document_flaw policy_parse(struct slice json, struct policy *ret, struct document_error *ret_error)
        MUST_CHECK;
/*
 * The same for a policy that no registry has yet: beside its form it must make
 * sense, with no grade, gate or rule in it that no file can ever meet, and be
 * short enough to be brought in (DOCUMENT_SENT_MAX).
 */
enum document_flaw policy_parse_draft(struct slice json, struct policy *ret, struct document_error *ret_error)
        MUST_CHECK;

enum policy_standing policy_standing(const struct policy *policy);
/* `trial` or `in-force`. */
const char *policy_standing_word(enum policy_standing standing);
/* May it be used for that day? */
bool policy_is_effective(const struct policy *policy, struct day day);
/* The first day it may not be used any more; DAY_NONE: it has no last day. */
struct day policy_end(const struct policy *policy);
/* Is its last day less than POLICY_NOTICE_DAYS away, or over? Time to put another in force. */
bool policy_ends_soon(const struct policy *policy, struct day day);
/* The index of the band of a score. */
unsigned policy_band_of(const struct policy *policy, int32_t score);
void policy_scale(const struct policy *policy, struct policy_scale *ret);
/* Its place on the scale; `count` if it is not one of its grades. */
unsigned policy_scale_place(const struct policy_scale *scale, const char *grade);
/* `penalty.fine`, `penalty.fine.serious`, `sampling.serious`: the stable word of a rule below POLICY_RULES. */
const char *policy_rule_word(unsigned rule);
/* What follows from one of its grades; NULL if it has no such grade. */
const struct policy_measures *policy_measures_of(const struct policy *policy, const char *grade);
/* Name of one of its grades in Chinese or English; NULL if it has no such grade. */
const char *policy_grade_name(const struct policy *policy, const char *grade, bool is_chinese);
