/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The verdict: from what is known of one enterprise, the active policy and the state of the data, all lines of
 * a statement but those only the asking and the signing give (request, nonce, purpose, salt). Pure: the
 * same facts on the same day are the same verdict, wherever it is decided.
 *
 * A grade is always evaluated from the packed inputs, for the reasons it stands on must be said with it; the
 * live outcome that was stored with them must agree while it is in force, else somebody changed one of the
 * two and nothing is said. What is said is not to be relied on past the first day on which it may change.
 *
 * An explanation says the same and binds the facts that give the grade by their hash, for the asker to reckon
 * again. What is not shown any more by law is not among them; it must have no part in the grade either.
 */
#pragma once

#include "registry/core/grade.h"
#include "registry/core/inputs.h"
#include "registry/core/org_code.h"
#include "registry/core/policy.h"
#include "registry/core/statement.h"

/* 主体类型; words as in qcr.party_version. */
enum party_kind {
        PARTY_ENTERPRISE = 1,  /* 企业 */
        PARTY_SOLE_PROPRIETOR, /* 个体工商户 */
        PARTY_COOPERATIVE,     /* 农民专业合作社 */
        PARTY_INSTITUTION,     /* 事业单位 */
        PARTY_SOCIAL,          /* 社会组织 */
        PARTY_OTHER,
};

/* A statement is never relied on longer, however quiet the file. */
#define VERDICT_VALID_MS (24 * 3600 * 1000)

/* One enterprise, as the view has it. */
struct verdict_party {
        const char *subject;
        struct slice name;
        enum statement_registration registration;
        struct slice merged_into;        /* code, or empty */
        struct slice inputs;             /* packed */
        const char *grade;               /* live outcome; "" is unrated */
        int32_t score;
        struct day graded_on;
        struct day next_change;          /* DAY_NONE: never */
        const uint8_t *policy_hash;      /* first 8 octets of the policy the outcome was made under */
        uint64_t decision;               /* 0: none */
};

struct verdict_facts {
        const char *origin;
        enum statement_kind kind;           /* CURRENT, EXPLAIN, or AS_OF: then the next three and ledger_size are set */
        struct day as_of;                   /* the day decided for; it is that of now but for AS_OF */
        int64_t known_at_ms;                /* whose knowledge it is; that of the last entry but for AS_OF */
        bool is_withheld;                   /* the law keeps the answer from the asker */
        const struct verdict_party *party;  /* NULL: no enterprise has the code */
        const struct policy *policy;        /* the active one */
        struct slice coverage;              /* the line's text, empty for none */
        uint64_t serial;                    /* ledger entries known */
        int64_t serial_at_ms;
        uint64_t ledger_size;               /* of AS_OF: entries there are by now, whose root is said */
        const uint8_t *root;                /* of the ledger, 32 octets */
        int64_t data_as_of_ms;
};

enum verdict_refusal {
        VERDICT_GIVEN = 0,
        VERDICT_INPUTS,     /* the packed inputs cannot be read */
        VERDICT_LIVE,       /* the stored outcome is not what its inputs give */
        VERDICT_POLICY,     /* the active policy is not for this day */
        VERDICT_REDUCED,    /* without what may not be shown any more another grade would come out */
        VERDICT_TIME,       /* the data claim to be of a time after now */
};

/* Memory to unpack and reckon in, kept from one verdict to the next: what is large in it needs no clearing. */
struct verdict_room {
        struct grade_inputs inputs;
        struct grade_outcome outcome;
        struct grade_inputs shown;     /* of an explanation: what may be shown of the inputs on the day */
        struct grade_outcome explained;
        struct buffer reasons;         /* buffer_done() by whoever holds the room; of `packed` too */
        struct buffer packed;
        struct digest *sha256;         /* the holder's; only for explanations */
};

/*
 * `code` is what was asked, canonical; `now_ms` the wall clock, whose legal day is the day graded for. `ret` is
 * set whole when the answer is VERDICT_GIVEN and holds nothing useful otherwise.
 */
enum verdict_refusal verdict_decide(const struct verdict_facts *facts, const struct org_code *code, int64_t now_ms,
        struct verdict_room *room, struct statement *ret) MUST_CHECK;
const char *verdict_refusal_text(enum verdict_refusal refusal);

/* False if the word is none; `ret` untouched then. */
bool party_kind_parse(const char *word, enum party_kind *ret) MUST_CHECK;
const char *party_kind_word(enum party_kind kind);
