/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "proto/frame.h"

#include <assert.h>

#define LENGTH_OCTETS 4u
#define BEHIND_LENGTH (FRAME_HEADER_OCTETS - LENGTH_OCTETS)

enum frame_state frame_parse(struct slice bytes, size_t limit, struct frame *ret, size_t *ret_octets)
{
        struct reader r = reader_of(bytes);
        uint32_t length = reader_u32(&r);

        if (r.failed)
                return FRAME_NOT_YET;
        if (length < BEHIND_LENGTH)
                return FRAME_MALFORMED;
        if (length > limit)
                return FRAME_TOO_LARGE;

        uint8_t version = reader_u8(&r);
        uint8_t kind = reader_u8(&r);
        uint16_t zero = reader_u16(&r);
        uint64_t request_id = reader_u64(&r);

        if (bytes.length > 4 && version != FRAME_VERSION)
                return FRAME_MALFORMED;
        if (bytes.length > 5 && (kind < FRAME_GREETING || kind > FRAME_FAILURE))
                return FRAME_MALFORMED;
        if (r.failed)
                return FRAME_NOT_YET;
        if (zero != 0)
                return FRAME_MALFORMED;

        struct slice payload = reader_take(&r, length - BEHIND_LENGTH);

        if (r.failed)
                return FRAME_NOT_YET;
        *ret = (struct frame){.kind = (enum frame_kind)kind, .request_id = request_id, .payload = payload};
        *ret_octets = LENGTH_OCTETS + (size_t)length;
        return FRAME_WHOLE;
}

void frame_encode_header(struct buffer *to, enum frame_kind kind, uint64_t request_id, size_t length)
{
        assert(length <= UINT32_MAX - BEHIND_LENGTH);
        buffer_add_u32(to, (uint32_t)(length + BEHIND_LENGTH));
        buffer_add_u8(to, FRAME_VERSION);
        buffer_add_u8(to, (uint8_t)kind);
        buffer_add_u16(to, 0);
        buffer_add_u64(to, request_id);
}

void frame_encode(struct buffer *to, enum frame_kind kind, uint64_t request_id, struct slice payload)
{
        frame_encode_header(to, kind, request_id, payload.length);
        buffer_add_slice(to, payload);
}
