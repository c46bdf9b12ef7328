/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/channel.h"

#include <assert.h>
#include <string.h>

#include "registry/core/statement.h"

/* What a packet is, its first octet: one that strays into another channel is refused there. Pokes have 3. */
enum packet {
        PACKET_SEAL_REQUEST = 1,
        PACKET_SEAL_ANSWER = 2,
};

#define CODE_OCTETS_MAX 64u
#define NONCE_OCTETS_MIN 16u
#define NONCE_OCTETS_MAX 32u

/* A 16-bit length before the octets: every part of a packet is far below 64 KiB. */
static void add_part(struct buffer *to, struct slice part)
{
        assert(part.length <= UINT16_MAX);
        buffer_add_u16(to, (uint16_t)part.length);
        buffer_add_slice(to, part);
}

static struct slice take_part(struct reader *r)
{
        return reader_take(r, reader_u16(r));
}

static void take_octets(struct reader *r, void *ret, size_t length)
{
        struct slice octets = reader_take(r, length);

        if (!r->failed)
                memcpy(ret, octets.data, length);
}

static bool take_flag(struct reader *r)
{
        uint8_t flag = reader_u8(r);

        if (flag > 1)
                r->failed = true;
        return flag == 1;
}

/*
 * i32 as of, u64 known at, u64 serial, u8 is withheld, u8 is found, part subject, part name, u8 registration,
 * part inputs, 32 policy hash, part coverage, u64 decision
 */
static void past_encode(struct buffer *to, const struct seal_past *past)
{
        buffer_add_u32(to, (uint32_t)past->as_of.number);
        buffer_add_u64(to, (uint64_t)past->known_at_ms);
        buffer_add_u64(to, past->serial);
        buffer_add_u8(to, past->is_withheld);
        buffer_add_u8(to, past->is_found);
        add_part(to, past->subject);
        add_part(to, past->name);
        buffer_add_u8(to, past->registration);
        add_part(to, past->inputs);
        buffer_add(to, past->policy_hash, sizeof(past->policy_hash));
        add_part(to, past->coverage);
        buffer_add_u64(to, past->decision);
}

static void past_decode(struct reader *r, struct seal_past *ret)
{
        ret->as_of.number = (int32_t)reader_u32(r);
        ret->known_at_ms = (int64_t)reader_u64(r);
        ret->serial = reader_u64(r);
        ret->is_withheld = take_flag(r);
        ret->is_found = take_flag(r);
        ret->subject = take_part(r);
        ret->name = take_part(r);
        ret->registration = reader_u8(r);
        ret->inputs = take_part(r);
        take_octets(r, ret->policy_hash, sizeof(ret->policy_hash));
        ret->coverage = take_part(r);
        ret->decision = reader_u64(r);
        if (!day_is_valid(ret->as_of) || !instant_is_valid(ret->known_at_ms) ||
                ret->subject.length != (ret->is_found ? STATEMENT_SUBJECT_SIZE : 0) ||
                ret->name.length > STATEMENT_NAME_LIMIT || ret->coverage.length > STATEMENT_COVERAGE_LIMIT ||
                ret->registration > REGISTRATION_REVOKED || ret->decision > ret->serial)
                r->failed = true;
}

/*
 * u8 1, u32 generation, u64 id, u8 suite, 32 request hash, part code, part nonce, u8 has purpose (0 or 1),
 * then 32 purpose hash if it has, u32 max age, u64 min serial, u8 is explain, u8 is past, then the past if it is
 */
void seal_request_encode(struct buffer *to, const struct seal_request *request)
{
        assert(request->code.length <= CODE_OCTETS_MAX && request->nonce.length <= NONCE_OCTETS_MAX);
        assert(!request->is_explain || !request->is_past);
        buffer_add_u8(to, PACKET_SEAL_REQUEST);
        buffer_add_u32(to, request->generation);
        buffer_add_u64(to, request->id);
        buffer_add_u8(to, request->suite);
        buffer_add(to, request->request_hash, sizeof(request->request_hash));
        add_part(to, request->code);
        add_part(to, request->nonce);
        buffer_add_u8(to, request->has_purpose);
        if (request->has_purpose)
                buffer_add(to, request->purpose_hash, sizeof(request->purpose_hash));
        buffer_add_u32(to, request->max_age_ms);
        buffer_add_u64(to, request->min_serial);
        buffer_add_u8(to, request->is_explain);
        buffer_add_u8(to, request->is_past);
        if (request->is_past)
                past_encode(to, &request->past);
}

bool seal_request_decode(struct slice packet, struct seal_request *ret)
{
        struct reader r = reader_of(packet);
        struct seal_request request = {0};
        uint8_t kind;

        kind = reader_u8(&r);
        request.generation = reader_u32(&r);
        request.id = reader_u64(&r);
        request.suite = reader_u8(&r);
        take_octets(&r, request.request_hash, sizeof(request.request_hash));
        request.code = take_part(&r);
        request.nonce = take_part(&r);
        request.has_purpose = take_flag(&r);
        if (request.has_purpose)
                take_octets(&r, request.purpose_hash, sizeof(request.purpose_hash));
        request.max_age_ms = reader_u32(&r);
        request.min_serial = reader_u64(&r);
        request.is_explain = take_flag(&r);
        request.is_past = take_flag(&r);
        if (request.is_past)
                past_decode(&r, &request.past);
        if (!reader_is_done(&r) || kind != PACKET_SEAL_REQUEST || (request.is_explain && request.is_past) ||
                request.code.length > CODE_OCTETS_MAX || request.nonce.length < NONCE_OCTETS_MIN ||
                request.nonce.length > NONCE_OCTETS_MAX)
                return false;
        *ret = request;
        return true;
}

/*
 * u8 2, u32 generation, u64 id, u16 code, u32 retry after, part text, part field value, u32 index,
 * part statement, part path, part head, part certificates
 */
void seal_answer_encode(struct buffer *to, const struct seal_answer *answer)
{
        size_t before = to->length;

        buffer_add_u8(to, PACKET_SEAL_ANSWER);
        buffer_add_u32(to, answer->generation);
        buffer_add_u64(to, answer->id);
        buffer_add_u16(to, answer->code);
        buffer_add_u32(to, answer->retry_after_ms);
        add_part(to, answer->text);
        add_part(to, answer->field_value);
        buffer_add_u32(to, answer->index);
        add_part(to, answer->statement);
        add_part(to, answer->path);
        add_part(to, answer->head);
        add_part(to, answer->certificates);
        assert(to->length - before <= CHANNEL_PACKET_LIMIT);
}

bool seal_answer_decode(struct slice packet, struct seal_answer *ret)
{
        struct reader r = reader_of(packet);
        struct seal_answer answer = {0};
        uint8_t kind;

        kind = reader_u8(&r);
        answer.generation = reader_u32(&r);
        answer.id = reader_u64(&r);
        answer.code = reader_u16(&r);
        answer.retry_after_ms = reader_u32(&r);
        answer.text = take_part(&r);
        answer.field_value = take_part(&r);
        answer.index = reader_u32(&r);
        answer.statement = take_part(&r);
        answer.path = take_part(&r);
        answer.head = take_part(&r);
        answer.certificates = take_part(&r);
        if (!reader_is_done(&r) || kind != PACKET_SEAL_ANSWER || packet.length > CHANNEL_PACKET_LIMIT)
                return false;
        *ret = answer;
        return true;
}
