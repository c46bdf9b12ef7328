/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/inputs.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/grade_weight.h"

#define VERSION 1

#define HEAD_TYPE 0x07u
#define HEAD_SEVERITY_SHIFT 3
#define HEAD_SEVERITY 0x03u
#define HEAD_PUBLICITY 0x20u
#define HEAD_MONEY 0x40u
#define HEAD_VALID 0x80u
#define HEAD_MORE 3u /* no severity: it stands in the next octet */

#define MORE_SEVERITY 0x03u
#define MORE_RESULT_SHIFT 2
#define MORE_RESULT 0x03u
#define MORE_TYPE_SHIFT 4
#define MORE_TYPE 0x01u
#define MORE_ALL 0x1fu
#define TYPES_BELOW 8u /* that fit into the head */

#define LISTING_EFFECT 0x03u /* the octet's two bits hold LISTING_UNKNOWN, 4, as 0 */
#define LISTING_END 0x04u
#define LISTING_PUBLISHED 0x08u

#define DAYS_MOST 3068036 /* from DAY_FIRST to DAY_LAST */

struct day inputs_record_end(const struct grade_record *record, const struct policy *policy)
{
        struct grade_weight weight;

        return grade_weigh(policy, record, &weight) ? weight.end : record->publicity_end;
}

/* Is it over, on this day and every later one? One to come is not: it still has to be counted once. */
static bool record_is_ended(const struct grade_record *r, const struct policy *policy, struct day today)
{
        struct day end = inputs_record_end(r, policy);

        return !day_is_none(end) && !day_is_before(today, end) && !day_is_before(today, r->decided_on);
}

static bool listing_is_ended(const struct grade_listing *l, struct day today)
{
        return l->effect == LISTING_QUASHED || (!day_is_none(l->to) && !day_is_before(today, l->to));
}

void inputs_reduce(const struct grade_inputs *inputs, const struct policy *policy, struct day today,
        struct grade_inputs *ret)
{
        uint32_t asked_for = (uint32_t)policy->records_ever;
        uint32_t count = 0, listings_count = 0, ended;

        for (uint32_t i = 0; i < inputs->count; i++)
                if (!record_is_ended(&inputs->records[i], policy, today))
                        ret->records[count++] = inputs->records[i];
        for (uint32_t i = 0; i < inputs->listings_count; i++)
                if (!listing_is_ended(&inputs->listings[i], today))
                        ret->listings[listings_count++] = inputs->listings[i];
        ended = inputs->ended + inputs->count - count;
        ret->ended = ended < asked_for ? ended : asked_for;
        ret->count = count;
        ret->listings_count = listings_count;
}

static int compare_ordinals(const void *left, const void *right)
{
        const struct grade_record *a = left, *b = right;

        return (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

void inputs_sort(struct grade_inputs *inputs)
{
        qsort(inputs->records, inputs->count, sizeof(inputs->records[0]), compare_ordinals);
}

/* By number: a bulk run asks for millions of days. */
static bool is_day(struct day day)
{
        return day.number >= DAY_FIRST.number && day.number <= DAY_LAST.number;
}

static bool is_none(struct day day)
{
        return day.number == DAY_NONE.number;
}

static bool record_is_valid(const struct grade_record *r)
{
        bool is_penalty = r->type == RECORD_PENALTY;

        if (r->type < RECORD_PENALTY || r->type > RECORD_TYPE_LAST || r->ordinal == 0)
                return false;
        if (!is_day(r->decided_on) || (!is_none(r->publicity_end) && !is_day(r->publicity_end)))
                return false;
        if (r->severity != SEVERITY_NONE &&
                (r->severity > SEVERITY_LAST || !(is_penalty || record_type_is_finding(r->type))))
                return false;
        if (r->result != RECORD_RESULT_NONE && (r->result > RECORD_RESULT_LAST || !record_type_has_result(r->type)))
                return false;
        if (is_penalty ? r->kinds == 0 || r->kinds > PENALTY_ALL : r->kinds != 0)
                return false;
        if (r->fine_fen < 0 || r->confiscated_fen < 0)
                return false;
        if (!is_penalty && (r->fine_fen > 0 || r->confiscated_fen > 0))
                return false;
        if (r->certificate > (r->type == RECORD_CERTIFICATE ? CERTIFICATE_LAST : CERTIFICATE_NONE))
                return false;
        return is_none(r->valid_through) ||
               (is_day(r->valid_through) && r->valid_through.number >= r->decided_on.number &&
                       record_type_has_validity(r->type));
}

static bool listing_is_valid(const struct grade_listing *l)
{
        return l->effect >= LISTING_IN_FORCE && l->effect <= LISTING_UNKNOWN && day_is_valid(l->from) &&
               (day_is_none(l->to) || (day_is_valid(l->to) && day_is_before(l->from, l->to)));
}

/* By first day, then by last with the open ones behind, effect, published; equal ones are one too many. */
static bool listing_is_before(const struct grade_listing *a, const struct grade_listing *b)
{
        int64_t a_to = day_is_none(a->to) ? INT64_MAX : a->to.number;
        int64_t b_to = day_is_none(b->to) ? INT64_MAX : b->to.number;

        if (a->from.number != b->from.number)
                return day_is_before(a->from, b->from);
        if (a_to != b_to)
                return a_to < b_to;
        return a->effect != b->effect ? a->effect < b->effect : a->is_published < b->is_published;
}

const char *listing_effect_word(enum listing_effect effect)
{
        switch (effect) {
        case LISTING_IN_FORCE:
                return "in-force";
        case LISTING_SUSPENDED:
                return "suspended";
        case LISTING_QUASHED:
                return "quashed";
        case LISTING_UNKNOWN:
                return "unknown";
        }
        abort();
}

bool inputs_is_valid(const struct grade_inputs *inputs)
{
        if (inputs->count > GRADE_RECORDS_MAX || inputs->listings_count > GRADE_LISTINGS_MAX)
                return false;
        if (inputs->ended > GRADE_RECORDS_MAX - inputs->count)
                return false;
        for (uint32_t i = 0; i < inputs->count; i++) {
                if (!record_is_valid(&inputs->records[i]))
                        return false;
                if (i > 0 && inputs->records[i].ordinal <= inputs->records[i - 1].ordinal)
                        return false;
        }
        for (uint32_t i = 0; i < inputs->listings_count; i++) {
                if (!listing_is_valid(&inputs->listings[i]))
                        return false;
                if (i > 0 && !listing_is_before(&inputs->listings[i - 1], &inputs->listings[i]))
                        return false;
        }
        return true;
}

static void encode_record(struct buffer *to, const struct grade_record *r, uint32_t ordinal_before)
{
        bool has_publicity = !day_is_none(r->publicity_end);
        bool has_money = r->fine_fen > 0 || r->confiscated_fen > 0;
        bool has_valid = !day_is_none(r->valid_through);
        unsigned type = r->type - 1u;
        bool has_more = r->result != RECORD_RESULT_NONE || type >= TYPES_BELOW;

        buffer_add_u8(to, (uint8_t)((type & HEAD_TYPE) |
                (has_more ? HEAD_MORE : (unsigned)r->severity) << HEAD_SEVERITY_SHIFT |
                (has_publicity ? HEAD_PUBLICITY : 0) | (has_money ? HEAD_MONEY : 0) |
                (has_valid ? HEAD_VALID : 0)));
        if (has_more)
                buffer_add_u8(to, (uint8_t)((unsigned)r->severity | (unsigned)r->result << MORE_RESULT_SHIFT |
                        (type >= TYPES_BELOW ? MORE_TYPE << MORE_TYPE_SHIFT : 0)));
        buffer_add_varint(to, r->ordinal - ordinal_before - 1);
        buffer_add_signed_varint(to, r->decided_on.number);
        if (has_publicity)
                buffer_add_signed_varint(to, (int64_t)r->publicity_end.number - r->decided_on.number);
        buffer_add_u64(to, r->case_ref);
        if (r->type == RECORD_PENALTY)
                buffer_add_varint(to, r->kinds);
        if (has_money) {
                buffer_add_varint(to, (uint64_t)r->fine_fen);
                buffer_add_varint(to, (uint64_t)r->confiscated_fen);
        }
        if (r->type == RECORD_CERTIFICATE)
                buffer_add_varint(to, r->certificate);
        if (has_valid)
                buffer_add_varint(to, (uint64_t)((int64_t)r->valid_through.number - r->decided_on.number));
}

bool inputs_encode(const struct grade_inputs *inputs, struct buffer *to)
{
        uint32_t ordinal = 0;

        if (!inputs_is_valid(inputs))
                return false;
        buffer_add_u8(to, VERSION);
        buffer_add_varint(to, inputs->count);
        for (uint32_t i = 0; i < inputs->count; i++) {
                encode_record(to, &inputs->records[i], ordinal);
                ordinal = inputs->records[i].ordinal;
        }
        buffer_add_varint(to, inputs->listings_count);
        for (uint32_t i = 0; i < inputs->listings_count; i++) {
                const struct grade_listing *l = &inputs->listings[i];
                bool has_end = !day_is_none(l->to);

                buffer_add_u8(to, (uint8_t)(((unsigned)l->effect & LISTING_EFFECT) | (has_end ? LISTING_END : 0) |
                        (l->is_published ? LISTING_PUBLISHED : 0)));
                buffer_add_signed_varint(to, l->from.number);
                if (has_end)
                        buffer_add_varint(to, (uint64_t)(l->to.number - l->from.number));
        }
        if (inputs->ended > 0)
                buffer_add_varint(to, inputs->ended);
        return true;
}

/*
 * A bulk run decodes a million of these. Most varints have one to three octets, days three: those are read here,
 * whatever else there is (longer, padded, near the end) by the reader of base/bytes.
 */
static inline uint64_t read_varint(struct reader *r)
{
        const uint8_t *at = r->data;
        unsigned octets;
        uint64_t value;

        if (r->left < 3 || r->failed)
                return reader_varint(r);
        if (at[0] < 0x80) {
                octets = 1;
                value = at[0];
        } else if (at[1] < 0x80 && at[1] > 0) {
                octets = 2;
                value = (at[0] & 0x7fu) | (unsigned)at[1] << 7;
        } else if (at[1] >= 0x80 && at[2] < 0x80 && at[2] > 0) {
                octets = 3;
                value = (at[0] & 0x7fu) | (at[1] & 0x7fu) << 7 | (unsigned)at[2] << 14;
        } else {
                return reader_varint(r);
        }
        r->data += octets;
        r->left -= octets;
        return value;
}

static inline unsigned read_u8(struct reader *r)
{
        if (r->left == 0)
                return reader_u8(r);
        r->left--;
        return *r->data++;
}

static inline uint64_t read_u64(struct reader *r)
{
        uint64_t value;

        if (r->left < sizeof(value))
                return reader_u64(r);
        memcpy(&value, r->data, sizeof(value));
        r->data += sizeof(value);
        r->left -= sizeof(value);
        return be64toh(value);
}

/* A varint of at most `limit`: the reader fails past it, so that no cast below narrows. */
static inline uint64_t read_limited(struct reader *r, uint64_t limit)
{
        uint64_t value = read_varint(r);

        if (value > limit)
                r->failed = true;
        return r->failed ? 0 : value;
}

static inline int64_t read_signed_limited(struct reader *r, int64_t limit)
{
        uint64_t raw = read_varint(r);
        int64_t value = (int64_t)(raw >> 1) ^ -(int64_t)(raw & 1);

        if (value > limit || value < -limit)
                r->failed = true;
        return r->failed ? 0 : value;
}

/* Near enough to add without overflow; whether it is a day is inputs_is_valid()'s question. */
static inline struct day read_day(struct reader *r, struct day from)
{
        return (struct day){(int32_t)(from.number + read_signed_limited(r, DAYS_MOST))};
}

static inline struct day read_later_day(struct reader *r, struct day from)
{
        return (struct day){(int32_t)(from.number + (int64_t)read_limited(r, DAYS_MOST))};
}

/* Type, severity and result, out of the head and of the octet behind it if there is one. */
static void decode_kind(struct reader *r, unsigned head, struct grade_record *ret)
{
        unsigned type = head & HEAD_TYPE;
        unsigned severity = head >> HEAD_SEVERITY_SHIFT & HEAD_SEVERITY;

        if (severity == HEAD_MORE) {
                unsigned more = read_u8(r);

                severity = more & MORE_SEVERITY;
                ret->result = (enum record_result)(more >> MORE_RESULT_SHIFT & MORE_RESULT);
                type |= (more >> MORE_TYPE_SHIFT & MORE_TYPE) * TYPES_BELOW;
                /* Nothing in it that needed it, or something that is not written. */
                if (more <= MORE_SEVERITY || more > MORE_ALL)
                        r->failed = true;
        }
        ret->type = (enum record_type)(type + 1);
        ret->severity = (enum severity)severity;
}

static void decode_record(struct reader *r, uint32_t ordinal_before, struct grade_record *ret)
{
        static const struct day epoch = {0};
        unsigned head = read_u8(r);

        *ret = (struct grade_record){.publicity_end = DAY_NONE, .valid_through = DAY_NONE};
        decode_kind(r, head, ret);
        /* Past the last ordinal it wraps to one that is out of order. */
        ret->ordinal = ordinal_before + 1 + (uint32_t)read_limited(r, UINT32_MAX);
        ret->decided_on = read_day(r, epoch);
        if (head & HEAD_PUBLICITY)
                ret->publicity_end = read_day(r, ret->decided_on);
        ret->case_ref = read_u64(r);
        if (ret->type == RECORD_PENALTY)
                ret->kinds = (uint16_t)read_limited(r, PENALTY_ALL);
        if (head & HEAD_MONEY) {
                ret->fine_fen = (int64_t)read_limited(r, INT64_MAX);
                ret->confiscated_fen = (int64_t)read_limited(r, INT64_MAX);
                if (ret->fine_fen == 0 && ret->confiscated_fen == 0)
                        r->failed = true;
        }
        if (ret->type == RECORD_CERTIFICATE)
                ret->certificate = (enum certificate_kind)read_limited(r, CERTIFICATE_LAST);
        if (head & HEAD_VALID)
                ret->valid_through = read_later_day(r, ret->decided_on);
}

static void decode_listing(struct reader *r, struct grade_listing *ret)
{
        static const struct day epoch = {0};
        unsigned head = read_u8(r);

        if (head & ~(LISTING_EFFECT | LISTING_END | LISTING_PUBLISHED))
                r->failed = true;
        ret->effect = head & LISTING_EFFECT ? (enum listing_effect)(head & LISTING_EFFECT) : LISTING_UNKNOWN;
        ret->is_published = head & LISTING_PUBLISHED;
        ret->from = read_day(r, epoch);
        ret->to = head & LISTING_END ? read_later_day(r, ret->from) : DAY_NONE;
}

bool inputs_decode(struct slice bytes, struct grade_inputs *ret)
{
        struct reader r = reader_of(bytes);
        uint32_t ordinal = 0;

        if (read_u8(&r) != VERSION)
                return false;
        ret->count = (uint32_t)read_limited(&r, GRADE_RECORDS_MAX);
        for (uint32_t i = 0; i < ret->count && !r.failed; i++) {
                decode_record(&r, ordinal, &ret->records[i]);
                ordinal = ret->records[i].ordinal;
        }
        ret->listings_count = (uint32_t)read_limited(&r, GRADE_LISTINGS_MAX);
        for (uint32_t i = 0; i < ret->listings_count && !r.failed; i++)
                decode_listing(&r, &ret->listings[i]);
        ret->ended = 0;
        if (r.left > 0) {
                ret->ended = (uint32_t)read_limited(&r, GRADE_RECORDS_MAX);
                if (ret->ended == 0)
                        r.failed = true;
        }
        return reader_is_done(&r) && inputs_is_valid(ret);
}
