/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A credit file as a filing meets it: what one enterprise is called, which records it has, and in which versions.
 * Deciding what becomes of one more record is pure and the same for a file of a million rows and for one form:
 * the same content seen before is unchanged, however old; another content of the same document is a correction;
 * what nobody alone may do (lift a grade, put back what was withdrawn, file under a name the code does not
 * have) waits for a person.
 *
 * The file is changed by credit_file_add as decisions are taken, so that the next row of the same enterprise is
 * decided against what the one before made of it.
 */
#pragma once

#include "registry/core/grade.h"
#include "registry/core/record.h"

/* One version of one record. Texts are the loader's and must outlive the file. */
struct credit_version {
        uint32_t record;            /* its place in `records` */
        uint32_t version;
        uint8_t content_hash[32];
        struct record_guise guise;
};

struct credit_record {
        const char *authority_code;
        const char *document_norm;
        enum record_type type;
        uint32_t version;           /* the newest */
        bool is_active;
        struct grade_record facts;  /* of the newest version */
};

struct credit_file {
        char subject[10];
        bool is_registered;
        const char **names;         /* present and former, as displayed */
        size_t names_count, names_room;
        struct credit_record *records; /* ascending by ordinal */
        size_t records_count, records_room;
        struct credit_version *versions; /* those that a new record could be compared with */
        size_t versions_count, versions_room;
        uint32_t listings_count;
        struct grade_listing listings[GRADE_LISTINGS_MAX];
};

enum credit_outcome {
        CREDIT_FILED = 0,      /* a record that was not there */
        CREDIT_CORRECTED,      /* a new version of one that was */
        CREDIT_UNCHANGED,      /* this content was there before */
        CREDIT_NOT_REGISTERED, /* no such enterprise yet: parked */
        CREDIT_NAME_MISMATCH,  /* the code was never the name's: held */
        CREDIT_FAVOURABLE,     /* a correction that lifts the grade, today or some day: held */
        CREDIT_WITHDRAWN,      /* the record was withdrawn or repaired: held */
        CREDIT_FULL,           /* GRADE_RECORDS_MAX records: refused */
};

void credit_file_init(struct credit_file *file, const char *subject);
void credit_file_done(struct credit_file *file);

/* For the loader: in the order of versions, and records ascending by ordinal. */
void credit_file_add_name(struct credit_file *file, const char *name);
void credit_file_add_record(struct credit_file *file, const struct credit_record *record);
void credit_file_add_version(struct credit_file *file, const struct credit_version *version);
/* The record of this identity; NULL if there is none. */
struct credit_record *credit_file_find(const struct credit_file *file, const char *authority_code,
        const char *document_norm, enum record_type type);

/* Is it a present or former name of the enterprise (core/name)? */
bool credit_file_has_name(const struct credit_file *file, const char *name);

/* The facts of a record that policies may ask for. `ordinal` 0 is to be set when it gets one. */
struct grade_record record_grade_facts(const struct record *record);

/* Decides about a sound record of this subject; changes nothing. */
enum credit_outcome credit_file_decide(const struct credit_file *file, const struct record *record,
        const struct policy *policy, struct day today);

/*
 * Takes in a record that was CREDIT_FILED or CREDIT_CORRECTED. Its texts must outlive the file. The record's
 * ordinal and version are in what is returned, which lives until the next addition.
 */
const struct credit_record *credit_file_add(struct credit_file *file, const struct record *record);

/* Active records in their newest version, and the listings: what the grade is made of. */
void credit_file_inputs(const struct credit_file *file, struct grade_inputs *ret);

/* `not_registered`, `name_mismatch`, `favourable_correction`, `withdrawn`, `records_limit`; NULL for the rest. */
const char *credit_outcome_reason(enum credit_outcome outcome);
