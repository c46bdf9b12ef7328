/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A party's file as an import meets it: what one enterprise is called, which records it has, and in which
 * versions. Deciding what becomes of one more record is pure: the same content seen before is unchanged, however
 * old; another content of the same document is a correction; what nobody alone may do (lift a grade, put back
 * what was withdrawn, file under a name the code does not have) waits for a person.
 *
 * The file is changed by party_file_add as decisions are taken, so that the next row of the same enterprise is
 * decided against what the one before made of it.
 */
#pragma once

#include "registry/core/grade.h"
#include "registry/core/record.h"

/* One version of one record. Texts are the loader's and must outlive the file. */
struct party_file_version {
        uint32_t record;            /* its place in `records` */
        uint32_t version;
        uint8_t content_hash[32];
        struct record_guise guise;
};

struct party_file_record {
        const char *authority_code;
        const char *document_norm;
        enum record_type type;
        uint32_t version;           /* the newest */
        bool is_active;
        struct grade_record facts;  /* of the newest version */
};

struct party_file {
        char subject[10];
        bool is_registered;
        const char **names;         /* present and former, as displayed */
        size_t names_count, names_room;
        struct party_file_record *records; /* ascending by ordinal */
        size_t records_count, records_room;
        struct party_file_version *versions; /* those that a new record could be compared with */
        size_t versions_count, versions_room;
        uint32_t listings_count;
        struct grade_listing listings[GRADE_LISTINGS_MAX];
};

enum party_file_outcome {
        PARTY_FILE_FILED = 0,      /* a record that was not there */
        PARTY_FILE_CORRECTED,      /* a new version of one that was */
        PARTY_FILE_UNCHANGED,      /* this content was there before */
        PARTY_FILE_NOT_REGISTERED, /* no such enterprise yet: parked */
        PARTY_FILE_NAME_MISMATCH,  /* the code was never the name's: held */
        PARTY_FILE_FAVOURABLE,     /* a correction that lifts the grade, on any day, or is lighter by itself: held */
        PARTY_FILE_WITHDRAWN,      /* the record was withdrawn or repaired: held */
        PARTY_FILE_FULL,           /* no room for it, or RECORD_VERSIONS_MAX versions of it: refused */
};

void party_file_init(struct party_file *file, const char *subject);
void party_file_done(struct party_file *file);

/* For the loader: in the order of versions, and records ascending by ordinal. */
void party_file_add_name(struct party_file *file, const char *name);
void party_file_add_record(struct party_file *file, const struct party_file_record *record);
void party_file_add_version(struct party_file *file, const struct party_file_version *version);
/* The record of this identity; NULL if there is none. */
struct party_file_record *party_file_find(const struct party_file *file, const char *authority_code,
        const char *document_norm, enum record_type type);

/* Is it a present or former name of the enterprise (core/name)? */
bool party_file_has_name(const struct party_file *file, const char *name);

/* The facts of a record that policies may ask for. `ordinal` 0 is to be set when it gets one. */
struct grade_record party_file_facts(const struct record *record);

/*
 * How full a credit file is: of the GRADE_RECORDS_MAX records that count, what does not stand against the enterprise
 * has one half, so that nobody fills a file with what costs nothing until no penalty goes in.
 */
struct party_file_load {
        uint32_t against, other;
};
void party_file_load_add(struct party_file_load *load, const struct grade_record *record);
/* Is there room for this one, too? */
bool party_file_load_has_room(const struct party_file_load *load, const struct grade_record *record);

/*
 * Is a correction to the enterprise's favour by itself, whatever the rest of its file makes of it today and whichever
 * policy is in force? Of what stands against it: that it does not, a lower severity, the heaviest kind of penalty in
 * which the two differ gone, a lower amount, an earlier end of publicity; of anything else: valid for longer, another
 * kind of certificate, a later end; of both: an earlier decision.
 */
bool party_file_is_lighter(const struct grade_record *before, const struct grade_record *after);

/* Would the grade be better under `after` today, or on any day to come? */
bool party_file_lifts(const struct policy *policy, const struct grade_inputs *before,
        const struct grade_inputs *after, struct day today);

/* Decides about a sound record of this subject; changes nothing. */
enum party_file_outcome party_file_decide(const struct party_file *file, const struct record *record,
        const struct policy *policy, struct day today);

/*
 * Takes in a record that was PARTY_FILE_FILED or PARTY_FILE_CORRECTED. Its texts must outlive the file. The
 * record's ordinal and version are in what is returned, which lives until the next addition.
 */
const struct party_file_record *party_file_add(struct party_file *file, const struct record *record);

/* Active records in their newest version, and the listings: what the grade is made of. */
void party_file_inputs(const struct party_file *file, struct grade_inputs *ret);

/* `not_registered`, `name_mismatch`, `favourable_correction`, `withdrawn`, `records_limit`; else NULL. */
const char *party_file_outcome_reason(enum party_file_outcome outcome);
