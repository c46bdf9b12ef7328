/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A frame: sixteen octets of header, then a protobuf payload. The header is
 *
 *     0  u32  length of everything behind this field (12 + payload)
 *     4  u8   version, 1
 *     5  u8   kind
 *     6  u16  zero
 *     8  u64  request id, chosen by the client, echoed by the server
 *
 * big-endian. "Not enough yet" exists only here. A frame is never signed.
 */
#pragma once

#include "registry/base/bytes.h"

enum frame_kind {
        FRAME_GREETING = 1, /* server -> client, payload Greeting, request id 0 */
        FRAME_CALL = 2,     /* client -> server, payload Call */
        FRAME_REPLY = 3,    /* server -> client, payload Reply */
        FRAME_FAILURE = 4,  /* server -> client, payload Failure; request id 0: about the connection */
};

#define FRAME_VERSION 1u
#define FRAME_HEADER_OCTETS 16u
/* A request has no longer field than a DER certificate or a record's texts. */
#define FRAME_CALL_LIMIT 65536u
/* A reply may carry a list of records. */
#define FRAME_REPLY_LIMIT (1u << 20)

struct frame {
        enum frame_kind kind;
        uint64_t request_id;
        struct slice payload; /* into the bytes that were parsed */
};

enum frame_state {
        FRAME_WHOLE = 0,
        FRAME_NOT_YET,     /* more octets are needed; nothing wrong so far */
        FRAME_TOO_LARGE,   /* the length field is above the limit */
        FRAME_MALFORMED,   /* length below the header, version, kind or the zero field */
};

/*
 * Looks at the front of `bytes`. WHOLE: `ret` is set and `ret_octets` is what the frame takes. A header that
 * is wrong is refused as soon as its octets are there; the payload is not waited for.
 */
enum frame_state frame_parse(struct slice bytes, size_t limit, struct frame *ret, size_t *ret_octets);

/* Appends one frame. The payload has at most UINT32_MAX - 12 octets. */
void frame_encode(struct buffer *to, enum frame_kind kind, uint64_t request_id, struct slice payload);

/* Appends a header for a payload of `length` octets that the caller writes behind it itself. */
void frame_encode_header(struct buffer *to, enum frame_kind kind, uint64_t request_id, size_t length);
