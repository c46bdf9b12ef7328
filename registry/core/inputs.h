/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Grade inputs: the facts of one enterprise's file that any policy could ask
 * for, without any policy in them. They are packed into one value beside the
 * live grade, so that a grade is decided again from a single read, by the
 * registry on the day it changes and by anybody at home.
 *
 * One set of facts has one encoding and one encoding is one set of facts:
 * records ascend by ordinal, listings by day, varints are minimal, a field that
 * a type has not is not there. Anything else is refused, so that two registries
 * agree byte for byte. A record of five with a fine has about 20 octets.
 *
 *     u8 version (1)
 *     varint records: each
 *         u8    bits 0-2 type - 1; 3-4 severity; 5 publicity end; 6 money; 7 valid-through. Severity 3: the next octet
 *         [u8]  bits 0-1 severity; 2-3 result; 4 the type is 8 further on. Only if there is a result or such a type
 *         varint ordinal - the one before - 1 (the first after 0)
 *         signed varint decided_on
 *         [signed varint publicity_end - decided_on]
 *         u64   case_ref
 *         penalty:     varint kinds [varint fine_fen varint confiscated_fen]
 *         certificate: varint certificate
 *         [varint valid_through - decided_on] of certificates, brands, awards, permits, assessments
 *     varint listings: each
 *         u8    bits 0-1 effect (unknown is 0); 2 end; 3 published
 *         signed varint from [varint to - from]
 *     [varint ended]  only if not 0
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"
#include "registry/core/calendar.h"
#include "registry/core/record_kind.h"

#define GRADE_RECORDS_MAX 1024 /* of one enterprise: 70 is the national mean of all records */
#define GRADE_LISTINGS_MAX 32

struct grade_record {
        enum record_type type;
        enum severity severity;            /* of findings; of a penalty if its document states it */
        enum record_result result;         /* of types that have one; NONE there is as FAIL */
        enum certificate_kind certificate; /* of certificates only; NONE is any other */
        uint16_t kinds;                    /* of penalties only, at least one: PENALTY_BIT() */
        uint32_t ordinal;                  /* from 1, unique within the enterprise */
        uint64_t case_ref;                 /* records of one case have the same */
        struct day decided_on;
        struct day publicity_end;          /* the first day it is not used any more; DAY_NONE: not known */
        struct day valid_through;          /* of what is valid for a time: the last day; DAY_NONE if without end */
        int64_t fine_fen;                  /* of penalties only */
        int64_t confiscated_fen;
};

enum listing_effect {
        LISTING_IN_FORCE = 1,
        LISTING_SUSPENDED = 2, /* 停止执行 */
        LISTING_QUASHED = 3,   /* the basis is gone: counts as never listed */
        LISTING_UNKNOWN = 4,   /* a mirrored one whose source was not read in time: neither listed nor clear */
};

/* A time in which a listing had one effect. */
struct grade_listing {
        struct day from;
        struct day to; /* the first day it is over; DAY_NONE while open */
        enum listing_effect effect;
        bool is_published; /* visible to the public */
};

struct grade_inputs {
        uint32_t count;
        uint32_t listings_count;
        struct grade_record records[GRADE_RECORDS_MAX];
        struct grade_listing listings[GRADE_LISTINGS_MAX];
        uint32_t ended; /* records taken out, as inputs_reduce() counts; 0 but in explanations; in the limit with `count` */
};

struct policy;

/*
 * The first day a record is neither used nor shown any more under a policy: the end of its publicity, or for a negative
 * record whose publicity has no known end, or which counts for less, the end of the policy's window. DAY_NONE: never.
 */
struct day inputs_record_end(const struct grade_record *record, const struct policy *policy);
/*
 * What may be shown of them on a day under a policy: without records that are over and without listings that are over
 * or quashed. `ended` counts those records, and those before, no further than the policy asks for records at all. Under
 * that policy the grade, its score, the reasons that are shown and its next change are the same on that day and on every
 * later one. `ret` may be `inputs`.
 */
void inputs_reduce(const struct grade_inputs *inputs, const struct policy *policy, struct day today,
        struct grade_inputs *ret);

/* Puts the records in their order, by ordinal. */
void inputs_sort(struct grade_inputs *inputs);

/* `in-force`, `suspended`, `quashed`, `unknown`. */
const char *listing_effect_word(enum listing_effect effect);

/* Can these be encoded: in order, every field in its range and only where its type has it? */
bool inputs_is_valid(const struct grade_inputs *inputs);
/* Appends the encoding. False, with `to` untouched, if they are not valid. */
bool inputs_encode(const struct grade_inputs *inputs, struct buffer *to) MUST_CHECK;
/* False if `bytes` are not exactly what inputs_encode() writes; `ret` holds nothing useful then. */
bool inputs_decode(struct slice bytes, struct grade_inputs *ret) MUST_CHECK;
