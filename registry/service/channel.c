/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/channel.h"

#include <assert.h>
#include <string.h>

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

/*
 * u8 1, u32 generation, u64 id, u8 suite, 32 request hash, part code, part nonce, u8 has purpose (0 or 1),
 * then 32 purpose hash if it has, u32 max age, u64 min serial
 */
void seal_request_encode(struct buffer *to, const struct seal_request *request)
{
        assert(request->code.length <= CODE_OCTETS_MAX && request->nonce.length <= NONCE_OCTETS_MAX);
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
}

bool seal_request_decode(struct slice packet, struct seal_request *ret)
{
        struct reader r = reader_of(packet);
        struct seal_request request = {0};
        uint8_t kind, has_purpose;

        kind = reader_u8(&r);
        request.generation = reader_u32(&r);
        request.id = reader_u64(&r);
        request.suite = reader_u8(&r);
        take_octets(&r, request.request_hash, sizeof(request.request_hash));
        request.code = take_part(&r);
        request.nonce = take_part(&r);
        has_purpose = reader_u8(&r);
        request.has_purpose = has_purpose == 1;
        if (request.has_purpose)
                take_octets(&r, request.purpose_hash, sizeof(request.purpose_hash));
        request.max_age_ms = reader_u32(&r);
        request.min_serial = reader_u64(&r);
        if (!reader_is_done(&r) || kind != PACKET_SEAL_REQUEST || has_purpose > 1 ||
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
