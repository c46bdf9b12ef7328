/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What an import has to know before it decides about a chunk of rows: of each enterprise the rows name its
 * standing, its names and codes, its records, and what waits for it. Everything of a chunk is asked at once,
 * so that the number of round trips does not grow with the rows.
 *
 * `import_load_standing` comes first: it locks, ascending, so that two writers never wait for each other in a
 * circle, and what is read afterwards stays true until the transaction ends.
 */
#pragma once

#include "registry/base/arena.h"
#include "registry/core/party_file.h"
#include "registry/store/link.h"

/* Octets that the texts of one chunk's enterprises may take. */
#define IMPORT_TEXTS_MAX (256u * 1024 * 1024)

struct import_subject {
        struct party_file file;
        /* standing; version 0: there is none yet */
        int64_t version;
        char grade[GRADE_TEXT];
        int32_t score; /* -1 when unrated */
        struct day next_change;
        uint8_t policy_hash[32];
        /* the newest party version; 0: there is none yet */
        uint32_t party_version;
        uint8_t row_hash[32];
        const char **codes;
        size_t codes_count, codes_room;
        /* for whoever decides */
        size_t waiting; /* rows, open ones */
        bool is_changed;
};

struct import_subjects {
        struct import_subject *items; /* ascending */
        size_t count, room;
        struct arena texts;
};

/* A row that waits, or that a person has refused. */
struct import_waiting {
        const char *subject;
        const char *run;
        int64_t row_no;
        bool is_parked;
        const char *outcome; /* rejected; NULL: it waits */
        uint8_t row_hash[32];
        struct record record;
};

struct import_waiting_list {
        struct import_waiting *items;
        size_t count, room;
        struct buffer *texts; /* one a row: what its record points to */
};

/* Who the rows name, in any order and repeatedly; empties what was there. */
void import_subjects_begin(struct import_subjects *subjects);
void import_subjects_name(struct import_subjects *subjects, const char *subject);
void import_subjects_end(struct import_subjects *subjects);
void import_subjects_done(struct import_subjects *subjects);
/* NULL if nobody named it. */
struct import_subject *import_subjects_find(const struct import_subjects *subjects, const char *subject);

/* Version, live grade, listings. With `lock` the rows are held until the transaction ends. */
bool import_load_standing(
        struct link *link, struct import_subjects *subjects, bool lock, struct fault *why) MUST_CHECK;
/* Names, the newest version, whether it is registered. */
bool import_load_parties(struct link *link, struct import_subjects *subjects, struct fault *why) MUST_CHECK;
bool import_load_codes(struct link *link, struct import_subjects *subjects, struct fault *why) MUST_CHECK;
/* Every record in its newest version. */
bool import_load_records(struct link *link, struct import_subjects *subjects, struct fault *why) MUST_CHECK;
/* All versions of those records that `rows` could be one of. */
bool import_load_versions(struct link *link, struct import_subjects *subjects,
        const struct record *const *rows, size_t count, struct fault *why) MUST_CHECK;

/*
 * The rows of `subjects`, an array literal, that wait or that a person has refused; with `open_parked`, those alone
 * that are parked and wait.
 */
bool import_load_waiting(struct link *link, const char *subjects, bool open_parked,
        struct import_waiting_list *ret, struct fault *why) MUST_CHECK;
void import_waiting_done(struct import_waiting_list *list);

/* The active policy; it is read again only if `policy` has another hash than the active one. */
bool import_load_policy(struct link *link, struct policy *policy, struct fault *why) MUST_CHECK;
