/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/run_header.h"

#include <inttypes.h>

#include <openssl/sha.h>

#include "registry/core/lines.h"

static void add_hash(struct buffer *to, const char *name, const uint8_t hash[32])
{
        char hex[65];

        hex_encode(hash, 32, hex);
        buffer_add_format(to, "%s %s\n", name, hex);
}

void run_header_format(struct buffer *to, const struct run_header *header)
{
        char at[INSTANT_TEXT];

        instant_format(header->at_ms, at);
        buffer_add_format(
                to, "qcr-run/v1\norigin %s\nrun %s\nkind %s\n", header->origin, header->run, header->kind);
        add_hash(to, "file", header->file_hash);
        buffer_add_format(to, "octets %" PRIu64 "\nperson %s\nat %s\n", header->octets, header->person, at);
}

void run_chunk_format(
        struct buffer *to, const char *run, uint64_t chunk, uint64_t rows, const uint8_t root[32])
{
        buffer_add_format(
                to, "qcr-run-chunk/v1\nrun %s\nchunk %" PRIu64 "\nrows %" PRIu64 "\n", run, chunk, rows);
        add_hash(to, "root", root);
}

void run_end_format(struct buffer *to, const char *run, uint64_t chunks, struct slice summary)
{
        uint8_t hash[32];

        SHA256(summary.data, summary.length, hash);
        buffer_add_format(to, "qcr-run-end/v1\nrun %s\nchunks %" PRIu64 "\n", run, chunks);
        add_hash(to, "summary", hash);
}

static bool take_hex(struct lines *lines, const char *name, uint8_t *ret, size_t length)
{
        struct slice value = lines_value(lines, name);

        return hex_decode((const char *)value.data, value.length, ret, length);
}

bool run_header_parse(struct slice text, struct run_header_read *ret)
{
        struct lines lines = lines_of(text);
        struct slice first = lines_next(&lines);
        bool is_right;

        ret->origin = lines_value(&lines, "origin");
        is_right = take_hex(&lines, "run", ret->run, sizeof(ret->run));
        ret->kind = lines_value(&lines, "kind");
        is_right = take_hex(&lines, "file", ret->file_hash, sizeof(ret->file_hash)) && is_right;
        is_right = number_parse(lines_value(&lines, "octets"), &ret->octets) && is_right;
        ret->person = lines_value(&lines, "person");
        is_right = instant_parse(lines_value(&lines, "at"), &ret->at_ms) && is_right;
        return lines_is_done(&lines) && is_right && slice_equal(first, slice_text("qcr-run/v1"));
}

bool run_chunk_parse(struct slice text, struct run_chunk_read *ret)
{
        struct lines lines = lines_of(text);
        struct slice first = lines_next(&lines);
        uint64_t chunk = 0;
        bool is_right;

        is_right = take_hex(&lines, "run", ret->run, sizeof(ret->run));
        is_right = number_parse(lines_value(&lines, "chunk"), &chunk) && is_right;
        is_right = number_parse(lines_value(&lines, "rows"), &ret->rows) && is_right;
        is_right = take_hex(&lines, "root", ret->root, sizeof(ret->root)) && is_right;
        ret->chunk = (uint32_t)chunk;
        return lines_is_done(&lines) && is_right && slice_equal(first, slice_text("qcr-run-chunk/v1")) &&
               chunk <= UINT32_MAX;
}

bool run_end_parse(struct slice text, struct run_end_read *ret)
{
        struct lines lines = lines_of(text);
        struct slice first = lines_next(&lines);
        bool is_right;

        is_right = take_hex(&lines, "run", ret->run, sizeof(ret->run));
        is_right = number_parse(lines_value(&lines, "chunks"), &ret->chunks) && is_right;
        is_right = take_hex(&lines, "summary", ret->summary_hash, sizeof(ret->summary_hash)) && is_right;
        return lines_is_done(&lines) && is_right && slice_equal(first, slice_text("qcr-run-end/v1"));
}
