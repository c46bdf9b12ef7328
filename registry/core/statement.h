/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The statement: what the registry says, one answer, as text. Lines "name
 * value" in one fixed order, every line of its kind there, `-` where nothing is
 * to be said; readable in court without a schema, and read by everybody the same
 * way. The statement is a leaf of a batch; the time of signing stands in the
 * batch's head, once.
 *
 * It says what was asked (request, code, nonce, purpose), the answer, the
 * policy and its standing, how far the registry's knowledge reaches (coverage,
 * as-of, known-at, data-as-of), until when it may be relied on, and the ledger
 * state it was said in. The salt keeps a neighbour in the batch from guessing
 * it from its hash.
 *
 * Formatting and parsing walk the same table of lines; both apply the same
 * rules between lines, so that what cannot be meant can be neither signed nor
 * read. parse(format(x)) == x and format(parse(b)) == b.
 */
#pragma once

#include "registry/core/calendar.h"
#include "registry/core/digest.h"
#include "registry/core/lines.h"

#define STATEMENT_CONTEXT "/lookup-statement/v1"
#define STATEMENT_LIMIT 8192u          /* octets of a statement */
#define STATEMENT_CODE_LIMIT 18u       /* characters of a unified social credit code */
#define STATEMENT_SUBJECT_SIZE 9u      /* characters of an organization code */
#define STATEMENT_NONCE_MIN 16u        /* octets, as RFC 9654 has responders accept */
#define STATEMENT_NONCE_LIMIT 32u
#define STATEMENT_NAME_LIMIT 300u      /* octets, as names are stored */
#define STATEMENT_GRADE_LIMIT 7u       /* "unrated" */
#define STATEMENT_POLICY_LIMIT 64u     /* octets of a policy's id */
#define STATEMENT_DOCUMENT_LIMIT 120u  /* octets of the number of the document behind a policy */
#define STATEMENT_REASONS_LIMIT 600u   /* octets */
#define STATEMENT_COVERAGE_LIMIT 2048u /* octets of all sources together */
#define STATEMENT_WORD_LIMIT 40u       /* octets of a domain's or a source's word */
#define STATEMENT_SALT_SIZE 16u
#define STATEMENT_UNRATED "unrated"

#define STATEMENT_NO_SCORE (-1)
#define STATEMENT_NO_DECISION 0u /* serials begin at 1 */

enum statement_kind {
        STATEMENT_CURRENT = 0, /* as the registry stands now, from its view */
        STATEMENT_AS_OF,       /* as it stood on a day, or was known at an instant */
        STATEMENT_EXPLAIN,     /* as `current`, and the facts that give the grade, by their hash */
        STATEMENT_HISTORY,
};

enum statement_result {
        RESULT_FOUND = 0,
        RESULT_NOT_REGISTERED,
        RESULT_WITHHELD,    /* the law keeps this answer from the asker */
        RESULT_MERGED_INTO, /* the enterprise went over into another */
};

enum statement_registration {
        REGISTRATION_NONE = 0,    /* not said */
        REGISTRATION_ACTIVE,      /* 存续 */
        REGISTRATION_DEREGISTERED, /* 注销 */
        REGISTRATION_REVOKED,     /* 吊销 */
};

enum statement_standing {
        STANDING_NONE = 0,
        STANDING_TRIAL,    /* 试行: no document of an organ stands behind the policy */
        STANDING_IN_FORCE,
};

enum statement_listing {
        LISTING_NONE = 0, /* not said */
        LISTING_NOT_LISTED,
        LISTING_LISTED,
        LISTING_STAYED,        /* its effect is stayed */
        LISTING_BASIS_QUASHED, /* the decision it rests on was annulled */
        LISTING_LAPSED,        /* `unknown`: another organ's, whose list was not read in time */
};

enum statement_published {
        PUBLISHED_NONE = 0,
        PUBLISHED_YES,
        PUBLISHED_NO,
};

enum statement_flaw {
        STATEMENT_RIGHT = 0,
        STATEMENT_SIZE,     /* longer than STATEMENT_LIMIT */
        STATEMENT_FORM,     /* a line is missing, repeated, out of order, or something follows the last */
        STATEMENT_VALUE,    /* a line's value is not of its kind, too long, or not in its one form */
        STATEMENT_RESULT,   /* a line does not go with the result */
        STATEMENT_GRADE,    /* grade, score, days, policy and inputs do not go together */
        STATEMENT_LISTING,  /* listing, dates and publication do not go together */
        STATEMENT_TIME,     /* valid-until is not after data-as-of, or the decision is after the serial */
};

/* Texts are as meant, not escaped; an empty one is absent. Days: DAY_NONE is absent. */
struct statement {
        char origin[ORIGIN_LIMIT + 1];
        enum statement_kind kind;
        struct hash request;                       /* SHA-256 of the request bytes */
        char code[STATEMENT_CODE_LIMIT + 1];       /* canonical form of the code asked for */
        char subject[STATEMENT_SUBJECT_SIZE + 1];
        uint8_t nonce[STATEMENT_NONCE_LIMIT];
        unsigned nonce_size;
        bool has_purpose;
        struct hash purpose;                       /* SHA-256 of the purpose's text */

        enum statement_result result;
        char merged_into[STATEMENT_CODE_LIMIT + 1];
        enum statement_registration registration;
        char name[STATEMENT_NAME_LIMIT + 1];
        char grade[STATEMENT_GRADE_LIMIT + 1];     /* letters, or STATEMENT_UNRATED */
        int32_t score;                             /* STATEMENT_NO_SCORE when unrated */
        struct day grade_day;                      /* the day it was computed for */
        struct day grade_until;                    /* the first day on which it changes by itself */

        char policy_id[STATEMENT_POLICY_LIMIT + 1];
        uint32_t policy_version;
        bool has_policy_hash;
        struct hash policy_hash;
        enum statement_standing standing;
        char document[STATEMENT_DOCUMENT_LIMIT + 1];

        enum statement_listing listing;
        struct day listing_since;
        struct day listing_until;
        enum statement_published published;
        char reasons[STATEMENT_REASONS_LIMIT + 1];
        bool has_inputs;                           /* of an explanation only: exactly when it has a grade to explain */
        struct hash inputs;                        /* SHA-256 of the packed inputs that give the grade (core/inputs) */

        /* `domain/source=day; ...`, ascending: data of that source is complete through that day */
        char coverage[STATEMENT_COVERAGE_LIMIT + 1];
        struct day as_of;
        int64_t known_at_ms;
        uint64_t serial;
        int64_t data_as_of_ms;
        int64_t valid_until_ms;
        uint64_t ledger_size;
        struct hash ledger_root;
        uint64_t decision; /* serial of the newest published or effective decision */
        uint8_t salt[STATEMENT_SALT_SIZE];
};

/*
 * All fields absent, zero, or empty. Unused octets of a statement are zero after this and after
 * statement_parse(), so that equal statements are equal octets.
 */
void statement_init(struct statement *s);
/* Appends the text; nothing on any flaw, for a statement that nobody may rely on is not to be signed. */
enum statement_flaw statement_format(const struct statement *s, struct buffer *ret);
/* `ret` is untouched unless the text is right. */
enum statement_flaw statement_parse(struct slice text, struct statement *ret);
/* The rules between lines (docs/EVIDENCE.md). */
enum statement_flaw statement_check(const struct statement *s);

/* Stable words, as on the lines; `-` for the NONE members. */
const char *statement_kind_word(enum statement_kind kind);
const char *statement_result_word(enum statement_result result);
const char *statement_registration_word(enum statement_registration registration);
const char *statement_standing_word(enum statement_standing standing);
const char *statement_listing_word(enum statement_listing listing);
const char *statement_flaw_word(enum statement_flaw flaw);

/*
 * Calls `line` for each line with its name and value, in order, of a text that parsed: how tools show
 * a statement without a second list of its lines.
 */
void statement_each_line(struct slice text,
        void (*line)(void *context, struct slice name, struct slice value), void *context);
