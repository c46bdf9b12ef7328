/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The values of the view's tables, octet by octet. Decoding is strict: a value that is not exactly what encode
 * writes is refused, so that a torn or foreign file is never read as an enterprise.
 *
 *     party        u8 kind, u8 registration, counted code, counted name, counted merged into, varint version,
 *                  counted grade, signed varint score, signed varint graded on, signed varint next change,
 *                  8 policy hash, varint decision, counted inputs
 *     certificate  counted person id, 32 public key, u64 not before, u64 not after, u8 revoked
 *     person       counted name, counted office id, u32 roles, varint version
 *     coverage     signed varint day
 *     grade        varint version, counted grade, signed varint score, signed varint next change
 *     meta         see view_meta_encode
 *
 * Varints are minimal; "counted" is a varint length and the octets; days are numbers, absent is INT32_MIN.
 */
#pragma once

#include "registry/view/view.h"

/* What the follower needs to check a signature and a reader to know whose it is. */
struct view_certificate {
        struct slice person_id;
        uint8_t public_key[32];
        int64_t not_before_ms;
        int64_t not_after_ms;
        bool revoked;
};

/* What one source has delivered in one domain; the two words are the key, with a NUL between. */
struct view_coverage {
        char domain[STATEMENT_WORD_LIMIT + 1];
        char source[STATEMENT_WORD_LIMIT + 1];
        struct day through;
};

/* One outcome in a slot; the subject is the key. */
struct view_grade {
        uint64_t version;    /* of the standing it was computed from */
        char grade[4];       /* "" is unrated */
        int32_t score;       /* -1 when unrated */
        struct day next_change;
};

/* Are its fields such as an entry may have? Only such may be encoded. */
bool view_party_is_valid(const struct view_party *party);
/* The subject is the key and not in the value: `ret->subject` stays as it is. */
void view_party_encode(struct buffer *to, const struct view_party *party);
bool view_party_decode(struct slice value, struct view_party *ret) MUST_CHECK;

/* Are they such as an outcome may have? Only such may be encoded. */
bool view_grade_is_valid(const struct view_grade *grade);
void view_grade_encode(struct buffer *to, const struct view_grade *grade);
bool view_grade_decode(struct slice value, struct view_grade *ret) MUST_CHECK;

void view_certificate_encode(struct buffer *to, const struct view_certificate *certificate);
bool view_certificate_decode(struct slice value, struct view_certificate *ret) MUST_CHECK;

/* The person's id is the key. */
void view_person_encode(struct buffer *to, const struct view_person *person);
bool view_person_decode(struct slice value, struct view_person *ret) MUST_CHECK;

/* Are the words such as statements may have? */
bool view_coverage_is_valid(const struct view_coverage *coverage);
void view_coverage_key(struct buffer *to, const struct view_coverage *coverage);
void view_coverage_encode(struct buffer *to, const struct view_coverage *coverage);
bool view_coverage_decode(struct slice key, struct slice value, struct view_coverage *ret) MUST_CHECK;

/* Can slots be so? What is live has ended, and its policy is the active one. Only such may be encoded. */
bool view_meta_is_valid(const struct view_meta *meta);
void view_meta_encode(struct buffer *to, const struct view_meta *meta);
/* False too for another format: nothing behind it can be read then. */
bool view_meta_decode(struct slice value, struct view_meta *ret) MUST_CHECK;
