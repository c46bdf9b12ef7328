/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/receipt.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/base64.h"
#include "registry/core/note.h"

#define LINE_WIDTH 64u

enum block {
        BLOCK_STATEMENT,
        BLOCK_REQUEST,
        BLOCK_INCLUSION,
        BLOCK_HEAD,
        BLOCK_CERTIFICATE, /* the label that other tools know */
};

static const struct {
        const char *begin;
        const char *end;
        size_t limit; /* octets of content */
} blocks[] = {
        [BLOCK_STATEMENT] = {"-----BEGIN QCR STATEMENT-----", "-----END QCR STATEMENT-----", STATEMENT_LIMIT},
        [BLOCK_REQUEST] = {"-----BEGIN QCR REQUEST-----", "-----END QCR REQUEST-----",
                EVIDENCE_REQUEST_LIMIT},
        [BLOCK_INCLUSION] = {"-----BEGIN QCR INCLUSION-----", "-----END QCR INCLUSION-----", 1024},
        [BLOCK_HEAD] = {"-----BEGIN QCR HEAD-----", "-----END QCR HEAD-----", NOTE_LIMIT},
        [BLOCK_CERTIFICATE] = {"-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", 8192},
};

const char *receipt_flaw_word(enum receipt_flaw flaw)
{
        switch (flaw) {
        case RECEIPT_RIGHT:
                return "right";
        case RECEIPT_SIZE:
                return "receipt-size";
        case RECEIPT_BLOCK:
                return "receipt-block";
        case RECEIPT_BASE64:
                return "receipt-base64";
        case RECEIPT_INCLUSION:
                return "receipt-inclusion";
        }
        abort();
}

/* ------------------------------------------------------------------ encoding */

static void add_block(struct buffer *ret, enum block block, struct slice content)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        base64_encode(content, &text);
        buffer_add_text(ret, blocks[block].begin);
        buffer_add_u8(ret, '\n');
        for (size_t i = 0; i < text.length; i += LINE_WIDTH) {
                buffer_add(ret, text.data + i, text.length - i < LINE_WIDTH ? text.length - i : LINE_WIDTH);
                buffer_add_u8(ret, '\n');
        }
        buffer_add_text(ret, blocks[block].end);
        buffer_add_u8(ret, '\n');
}

static void add_inclusion(struct buffer *ret, const struct evidence *evidence)
{
        buffer_add_text(ret, "index ");
        number_format(evidence->index, ret);
        buffer_add_text(ret, "\nsize ");
        number_format(evidence->size, ret);
        buffer_add_u8(ret, '\n');
        for (unsigned i = 0; i < evidence->path_count; i++) {
                base64_encode(hash_slice(&evidence->path[i]), ret);
                buffer_add_u8(ret, '\n');
        }
}

void receipt_encode(const struct evidence *evidence, struct buffer *ret)
{
        CLEANUP(buffer) struct buffer inclusion = BUFFER_INIT;

        assert(evidence->path_count <= MERKLE_BATCH_PATH_LIMIT && evidence->request.length > 0);
        assert(evidence->certificate_count > 0 && evidence->certificate_count <= CHAIN_LIMIT);
        add_inclusion(&inclusion, evidence);
        add_block(ret, BLOCK_STATEMENT, evidence->statement);
        add_block(ret, BLOCK_REQUEST, evidence->request);
        add_block(ret, BLOCK_INCLUSION, buffer_slice(&inclusion));
        add_block(ret, BLOCK_HEAD, evidence->head);
        for (unsigned i = 0; i < evidence->certificate_count; i++)
                add_block(ret, BLOCK_CERTIFICATE, evidence->certificates[i]);
}

/* ------------------------------------------------------------------ decoding */

/*
 * The content of the block whose BEGIN line was read. Lines are joined, then read as one base64
 * text: each but the last has exactly 64 characters, the last 1 to 64.
 */
static enum receipt_flaw take_content(struct lines *lines, enum block block, struct buffer *bytes,
        struct slice *ret)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        size_t before = bytes->length;
        bool last = false;

        for (;;) {
                struct slice line = lines_next(lines);

                if (lines->failed)
                        return RECEIPT_BLOCK;
                if (slice_equal(line, slice_text(blocks[block].end)))
                        break;
                if (last || line.length == 0 || line.length > LINE_WIDTH)
                        return RECEIPT_BASE64;
                last = line.length < LINE_WIDTH;
                buffer_add_slice(&text, line);
        }
        if (text.length > BASE64_LENGTH(blocks[block].limit))
                return RECEIPT_SIZE;
        if (text.length == 0 || !base64_decode(buffer_slice(&text), bytes))
                return RECEIPT_BASE64;
        *ret = slice_of(bytes->data + before, bytes->length - before);
        return ret->length <= blocks[block].limit ? RECEIPT_RIGHT : RECEIPT_SIZE;
}

static enum receipt_flaw take_block(struct lines *lines, enum block block, struct buffer *bytes,
        struct slice *ret)
{
        struct slice begin = lines_next(lines);

        if (lines->failed || !slice_equal(begin, slice_text(blocks[block].begin)))
                return RECEIPT_BLOCK;
        return take_content(lines, block, bytes, ret);
}

static bool parse_inclusion(struct slice text, struct evidence *ret)
{
        struct lines lines = lines_of(text);
        struct slice index = lines_value(&lines, "index");
        struct slice size = lines_value(&lines, "size");
        uint64_t index_number, size_number;

        if (lines.failed || !number_parse(index, &index_number) || !number_parse(size, &size_number) ||
                size_number > MERKLE_BATCH_LIMIT || index_number >= size_number)
                return false;
        ret->index = (unsigned)index_number;
        ret->size = (unsigned)size_number;
        while (lines.rest.length) {
                struct slice line = lines_next(&lines);

                if (lines.failed || ret->path_count == MERKLE_BATCH_PATH_LIMIT ||
                        !base64_decode_exact(line, ret->path[ret->path_count].octets, HASH_SIZE))
                        return false;
                ret->path_count++;
        }
        return true;
}

static enum receipt_flaw decode(struct slice file, struct buffer *bytes, struct evidence *ret)
{
        struct lines lines = lines_of(file);
        struct slice inclusion;
        enum receipt_flaw flaw = take_block(&lines, BLOCK_STATEMENT, bytes, &ret->statement);

        if (!flaw)
                flaw = take_block(&lines, BLOCK_REQUEST, bytes, &ret->request);
        if (!flaw)
                flaw = take_block(&lines, BLOCK_INCLUSION, bytes, &inclusion);
        if (!flaw && !parse_inclusion(inclusion, ret))
                flaw = RECEIPT_INCLUSION;
        if (!flaw)
                flaw = take_block(&lines, BLOCK_HEAD, bytes, &ret->head);
        do {
                if (!flaw && ret->certificate_count == CHAIN_LIMIT)
                        flaw = RECEIPT_SIZE;
                if (!flaw)
                        flaw = take_block(&lines, BLOCK_CERTIFICATE, bytes,
                                &ret->certificates[ret->certificate_count++]);
        } while (!flaw && lines.rest.length);
        return flaw;
}

enum receipt_flaw receipt_decode(struct slice file, struct receipt *ret)
{
        struct receipt receipt = {.bytes = BUFFER_INIT};
        enum receipt_flaw flaw;

        if (file.length > RECEIPT_LIMIT)
                return RECEIPT_SIZE;
        /* The slices stay: what is decoded is never longer than its text. */
        buffer_reserve(&receipt.bytes, file.length);
        flaw = decode(file, &receipt.bytes, &receipt.evidence);
        if (flaw)
                buffer_done(&receipt.bytes);
        else
                *ret = receipt;
        return flaw;
}

void receipt_done(struct receipt *receipt)
{
        buffer_done(&receipt->bytes);
        *receipt = (struct receipt){.bytes = BUFFER_INIT};
}

void receipt_cleanup(struct receipt *receipt)
{
        receipt_done(receipt);
}
