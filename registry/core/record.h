/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A credit record as it is filed or imported, and a party as a file gives it, each with its canonical
 * encoding. The encoding's SHA-256 is the record's content hash: it tells `unchanged` from `corrected`, stands
 * as the leaf of its chunk's tree, and is what a filing's ledger entry commits to. All strings are UTF-8 as
 * stored; the parties' names are displayed names, not normalised ones.
 */
#pragma once

#include "registry/core/calendar.h"
#include "registry/core/record_kind.h"

struct record {
        const char *subject;         /* 9-character organization code */
        const char *authority_code;
        const char *document;        /* as written */
        const char *document_norm;   /* record_document_normalise() */
        enum record_type type;
        const char *state;           /* active, withdrawn, repaired */
        const char *domain;          /* product, engineering, service, environment */
        uint16_t kinds;              /* bits of penalty_kind */
        uint8_t severity;
        int64_t fine_fen;
        int64_t confiscated_fen;
        enum record_result result;
        enum certificate_kind certificate; /* of certificates only */
        struct day decided_on;
        struct day valid_through;    /* the last day, of what is valid for a time; DAY_NONE if without end */
        struct day publicity_file;   /* DAY_NONE: the file gives none */
        struct day publicity_computed;
        const char *source_code;
        /* the words, which stand in record_body */
        const char *authority_name;
        const char *party_name;
        const char *conduct;
        const char *facts;
        const char *basis;
        const char *penalty;
        const char *content;
        const char *licence;
        const char *remark;
        const char *details;         /* canonical lines of core/record_detail; NULL or "" if there are none */
};

struct party {
        const char *subject;
        const char *code;            /* unified social credit code, or the subject for a legacy party */
        const char *name;
        const char *kind;            /* enterprise, sole-proprietor, cooperative, institution, social, other */
        const char *registration;    /* active, deregistered, revoked */
        const char *region;
        const char *township;
        const char *industry;
        struct day established_on;   /* DAY_NONE when unknown */
};

/* Of one record: each version is compared with what is filed, so there must not be any number of them. */
#define RECORD_VERSIONS_MAX 256u

/* Identity of documents: NFKC, upper case, no spaces, brackets 〔〕【】［］[]() all as (). Appends to `ret`. */
bool record_document_normalise(struct slice utf8, struct buffer *ret) MUST_CHECK;

/*
 * Identity of authorities: a code of an organization in its one form, whichever way it was typed; else the department's
 * own number as it is, of the letters, digits and `-._` of ASCII. Appends to `ret`; false, with `ret` untouched, if it
 * is neither.
 */
bool record_authority_normalise(struct slice utf8, struct buffer *ret) MUST_CHECK;

/* Which field cannot stand as it is, for the type or beside another. */
enum record_flaw {
        RECORD_SOUND = 0,
        RECORD_KINDS_MISSING,       /* of a penalty */
        RECORD_KINDS_STRAY,         /* of anything else */
        RECORD_SEVERITY_UNKNOWN,
        RECORD_SEVERITY_STRAY,      /* of what is no penalty and no finding */
        RECORD_FINE_STRAY,          /* amounts: of what is no penalty */
        RECORD_CONFISCATED_STRAY,
        RECORD_RESULT_MISSING,      /* of an acceptance or an inspection: what came of it is all they say */
        RECORD_RESULT_STRAY,
        RECORD_CERTIFICATE_MISSING,
        RECORD_CERTIFICATE_STRAY,   /* a kind of certificate, of what is none */
        RECORD_VALIDITY_STRAY,      /* of what does not end by itself */
        RECORD_VALIDITY_EARLY,      /* over before it was decided */
        RECORD_DETAILS,             /* not the lines its type has (core/record_detail) */
};
#define RECORD_FLAW_LAST RECORD_DETAILS

/*
 * May these fields stand together? The one place that says so, for filing, imports and the doctor. What a field is by
 * itself (a day, a text, an amount in its range) is its reader's to ask.
 */
enum record_flaw record_check(const struct record *record) MUST_CHECK;
/* The field, as messages have it: `fine_fen`. NULL for RECORD_SOUND. */
const char *record_flaw_field(enum record_flaw flaw);
/* Why, for people. NULL for RECORD_SOUND. */
const char *record_flaw_text(enum record_flaw flaw);
/* Is a field wanting, rather than wrong? */
bool record_flaw_is_missing(enum record_flaw flaw);

/*
 * Appends the canonical encoding: a context text, then every field in the order above as a counted value
 * (days and amounts as signed varints), so that no two records share one. `record_decode` gives pointers into
 * `bytes`-backed memory of `text` (NUL-terminated copies appended there); false if not canonical.
 *
 * A record that has neither result, certificate, validity nor details is encoded as it was before records had them, so
 * that its hash is what it was; the others have another context and these four behind the rest.
 */
bool record_is_extended(const struct record *record);
void record_encode(struct buffer *to, const struct record *record);
bool record_decode(struct slice bytes, struct buffer *text, struct record *ret) __attribute__((warn_unused_result));
void party_encode(struct buffer *to, const struct party *party);
bool party_decode(struct slice bytes, struct buffer *text, struct party *ret) __attribute__((warn_unused_result));

/* SHA-256 of the encoding. */
void record_hash(const struct record *record, uint8_t ret[32]);
void party_hash(const struct party *party, uint8_t ret[32]);

/* What a stored version has beside its content: how it was spelt, and what the registry worked out itself. */
struct record_guise {
        const char *document;
        const char *party_name;
        const char *domain;
        struct day publicity_computed;
};

/*
 * Is this the content of `content_hash`, but for the guise it has there? Brackets, width and spaces are no
 * content, and neither are the tables that domains and publicity ends were taken from: a file that is sent again,
 * by another department's system or under newer tables, has the same records. What is stored and hashed stays
 * as it was written. `record` must be of the same identity.
 */
bool record_has_content(const struct record *record, const struct record_guise *guise,
        const uint8_t content_hash[32]);

/*
 * First 64 bits of SHA-256 over authority and normalised document number: records of one case share it. (With 32
 * bits a firm in a nation's register would have two cases taken for one, and a deduction forgiven.)
 */
uint64_t record_case_ref(const char *authority_code, const char *document_norm);
