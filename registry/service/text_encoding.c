/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/text_encoding.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

void text_probe_init(struct text_probe *probe)
{
        *probe = (struct text_probe){0};
}

/* The first octet of a character: Unicode 15, table 3-7. False if none begins so. */
static bool begin_character(struct text_probe *probe, uint8_t octet)
{
        probe->low = 0x80;
        probe->high = 0xbf;
        if (octet < 0x80)
                return true;
        if (octet >= 0xc2 && octet <= 0xdf)
                probe->pending = 1;
        else if (octet >= 0xe0 && octet <= 0xef)
                probe->pending = 2;
        else if (octet >= 0xf0 && octet <= 0xf4)
                probe->pending = 3;
        else
                return false;
        if (octet == 0xe0)
                probe->low = 0xa0; /* shorter forms exist */
        if (octet == 0xed)
                probe->high = 0x9f; /* surrogates */
        if (octet == 0xf0)
                probe->low = 0x90;
        if (octet == 0xf4)
                probe->high = 0x8f; /* beyond U+10FFFF */
        return true;
}

static bool take_octet(struct text_probe *probe, uint8_t octet)
{
        if (!probe->pending) {
                probe->start = probe->offset;
                return begin_character(probe, octet);
        }
        if (octet < probe->low || octet > probe->high)
                return false;
        probe->low = 0x80;
        probe->high = 0xbf;
        if (!--probe->pending)
                probe->characters++;
        return true;
}

void text_probe_push(struct text_probe *probe, struct slice bytes)
{
        for (size_t i = 0; i < bytes.length && !probe->broken; i++) {
                if (probe->offset < sizeof(probe->head))
                        probe->head[probe->offset] = bytes.data[i];
                if (take_octet(probe, bytes.data[i])) {
                        probe->offset++;
                } else {
                        probe->broken = true;
                        probe->offset = probe->start;
                }
        }
}

enum text_encoding text_probe_end(struct text_probe *probe)
{
        bool marked = probe->head[0] == 0xef && probe->head[1] == 0xbb && probe->head[2] == 0xbf;

        if (!probe->broken && probe->pending) {
                probe->broken = true;
                probe->offset = probe->start;
        }
        if (!probe->broken)
                return TEXT_UTF8;
        return marked || probe->characters >= TEXT_ENCODING_SURE ? TEXT_DAMAGED : TEXT_GB18030;
}

const char *text_encoding_word(enum text_encoding encoding)
{
        switch (encoding) {
        case TEXT_UTF8:
                return "utf-8";
        case TEXT_GB18030:
                return "gb18030";
        case TEXT_DAMAGED:
                return "damaged";
        }
        return "damaged";
}

bool text_decoder_init(struct text_decoder *decoder, enum text_encoding encoding, struct fault *why)
{
        assert(encoding != TEXT_DAMAGED);
        *decoder = (struct text_decoder){.encoding = encoding, .conversion = (iconv_t)-1};
        if (encoding == TEXT_UTF8)
                return true;
        decoder->conversion = iconv_open("UTF-8", "GB18030");
        if (decoder->conversion == (iconv_t)-1)
                return fault_set(
                        why, FAULT_SYSTEM, "this system's iconv has no GB18030: %s", strerror(errno));
        return true;
}

void text_decoder_done(struct text_decoder *decoder)
{
        if (decoder->conversion != (iconv_t)-1)
                iconv_close(decoder->conversion);
        buffer_done(&decoder->carry);
}

/* What is left over at the end of a piece begins a character: at most three octets of four. */
static bool keep_rest(
        struct text_decoder *decoder, const char *rest, size_t length, bool last, struct fault *why)
{
        CLEANUP(buffer) struct buffer kept = BUFFER_INIT;

        if (length && last)
                return fault_set(
                        why, FAULT_INPUT, "not GB18030: cut short at octet %" PRIu64, decoder->offset);
        buffer_add(&kept, rest, length);
        buffer_clear(&decoder->carry);
        buffer_add(&decoder->carry, kept.data, kept.length);
        return true;
}

bool text_decoder_push(
        struct text_decoder *decoder, struct slice bytes, bool last, struct buffer *ret, struct fault *why)
{
        char *in, *out;
        size_t left, room;

        if (decoder->encoding == TEXT_UTF8) {
                buffer_add_slice(ret, bytes);
                decoder->offset += bytes.length;
                return true;
        }
        buffer_add_slice(&decoder->carry, bytes);
        in = (char *)decoder->carry.data;
        left = decoder->carry.length;
        while (left) {
                const char *before = in;
                size_t status;

                /* Two octets of GB18030 are three of UTF-8 at most, one is one and four are four. */
                room = left / 2 * 3 + 4;
                out = (char *)buffer_reserve(ret, room);
                status = iconv(decoder->conversion, &in, &left, &out, &room);
                decoder->offset += (uint64_t)(in - before);
                ret->length = (size_t)((uint8_t *)out - ret->data);
                if (status == (size_t)-1 && errno == EINVAL)
                        break;
                if (status == (size_t)-1 && errno != E2BIG)
                        return fault_set(why, FAULT_INPUT, "neither UTF-8 nor GB18030: octet %" PRIu64,
                                decoder->offset);
        }
        return keep_rest(decoder, in, left, last, why);
}
