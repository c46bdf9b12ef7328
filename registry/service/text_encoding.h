/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * How a department's file is written: UTF-8, or GB18030 (GB 18030-2022, of which GBK and GB 2312 are parts).
 * The whole file is looked at before anything of it is used, since one early guess would turn every name into
 * another; a file that is neither is refused with the octet where it stops being one.
 *
 * A byte order mark says UTF-8. Without one a file that is UTF-8 throughout is UTF-8. A file that begins as
 * UTF-8, with many multi-octet characters, and then breaks is damaged, not GB18030: that many right by chance
 * is out of the question, and reading it as GB18030 would often "succeed".
 */
#pragma once

#include <iconv.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

#define TEXT_ENCODING_SURE                                                                                   \
        16u /* characters of several octets that settle that a text was meant to be UTF-8 */

enum text_encoding {
        TEXT_UTF8 = 0,
        TEXT_GB18030 = 1,
        TEXT_DAMAGED = 2, /* UTF-8 that breaks at `offset` */
};

/* Looks at a text from its first octet to its last. */
struct text_probe {
        uint64_t offset;     /* of the next octet; of the flaw once there is one */
        uint64_t start;      /* of the character that is being read */
        uint64_t characters; /* of several octets */
        uint8_t pending;     /* octets that the character still needs */
        uint8_t low, high;   /* the range of its next one */
        uint8_t head[3];     /* the first octets, for the byte order mark */
        bool broken;
};

void text_probe_init(struct text_probe *probe);
void text_probe_push(struct text_probe *probe, struct slice bytes);
/* After the last octet. TEXT_GB18030 is what remains to be tried: text_decoder tells whether it is. */
enum text_encoding text_probe_end(struct text_probe *probe);

/* `utf-8`, `gb18030`. */
const char *text_encoding_word(enum text_encoding encoding);

/* Turns pieces of a text into UTF-8. */
struct text_decoder {
        enum text_encoding encoding;
        iconv_t conversion;
        uint64_t offset;     /* of the next octet */
        struct buffer carry; /* the beginning of a character that the next piece completes */
};

/* `encoding` is TEXT_UTF8, which passes through, or TEXT_GB18030. Release with text_decoder_done if true. */
bool text_decoder_init(
        struct text_decoder *decoder, enum text_encoding encoding, struct fault *why) MUST_CHECK;
void text_decoder_done(struct text_decoder *decoder);
/* Appends what `bytes` say. With `last`, no more will come. False with the octet's offset in the fault. */
bool text_decoder_push(struct text_decoder *decoder, struct slice bytes, bool last, struct buffer *ret,
        struct fault *why) MUST_CHECK;
