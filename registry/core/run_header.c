/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/run_header.h"

#include <inttypes.h>

#include <openssl/sha.h>

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
