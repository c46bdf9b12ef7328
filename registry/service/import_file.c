/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/import_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#define PIECE (64u * 1024)

static bool read_piece(struct import_file *file, uint8_t *piece, size_t *ret, struct fault *why)
{
        ssize_t n;

        do
                n = read(file->descriptor, piece, PIECE);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return fault_set(why, FAULT_SYSTEM, "read: %s", strerror(errno));
        *ret = (size_t)n;
        return true;
}

static void hash_begin(struct import_file *file)
{
        if (!EVP_DigestInit_ex(file->digest, EVP_sha256(), NULL))
                abort(); /* only memory can be wanting */
}

static bool rewind_file(struct import_file *file, struct fault *why)
{
        return lseek(file->descriptor, 0, SEEK_SET) == 0 ||
               fault_set(why, FAULT_SYSTEM, "the file cannot be read twice: %s", strerror(errno));
}

/* Hash and encoding, from the first octet to the last. */
static bool look_through(struct import_file *file, uint8_t *piece, struct fault *why)
{
        struct text_probe probe;
        size_t n;

        text_probe_init(&probe);
        hash_begin(file);
        do {
                if (!read_piece(file, piece, &n, why))
                        return false;
                file->octets += n;
                if (file->octets > IMPORT_OCTETS_MAX)
                        return fault_set(
                                why, FAULT_LIMIT, "the file has more than %u octets", IMPORT_OCTETS_MAX);
                EVP_DigestUpdate(file->digest, piece, n);
                text_probe_push(&probe, slice_of(piece, n));
        } while (n);
        EVP_DigestFinal_ex(file->digest, file->hash, NULL);
        file->encoding = text_probe_end(&probe);
        if (file->encoding == TEXT_DAMAGED)
                return fault_set(
                        why, FAULT_INPUT, "damaged UTF-8: octet %" PRIu64 " fits no character", probe.offset);
        return rewind_file(file, why);
}

/* Whether it is GB18030 throughout must be known before a row of it is stored. */
static bool try_gb18030(struct import_file *file, uint8_t *piece, struct fault *why)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct text_decoder decoder;
        bool done = true;
        size_t n;

        if (!text_decoder_init(&decoder, TEXT_GB18030, why))
                return false;
        do {
                buffer_clear(&text);
                done = read_piece(file, piece, &n, why) &&
                       text_decoder_push(&decoder, slice_of(piece, n), !n, &text, why);
        } while (done && n);
        text_decoder_done(&decoder);
        return done && rewind_file(file, why);
}

static bool prepare(struct import_file *file, struct fault *why)
{
        uint8_t *piece = must_alloc(PIECE);
        bool done = look_through(file, piece, why);

        if (done && file->encoding == TEXT_GB18030)
                done = try_gb18030(file, piece, why);
        free(piece);
        hash_begin(file);
        return done && text_decoder_init(&file->decoder, file->encoding, why);
}

bool import_file_open(struct import_file *file, const char *path, struct fault *why)
{
        struct stat status;

        *file = (struct import_file){.decoder = {.conversion = (iconv_t)-1}};
        csv_init(&file->csv);
        file->descriptor = open(path, O_RDONLY | O_CLOEXEC);
        if (file->descriptor < 0)
                return fault_set(why, FAULT_SYSTEM, "%.200s: %s", path, strerror(errno));
        if (fstat(file->descriptor, &status) < 0 || !S_ISREG(status.st_mode)) {
                close(file->descriptor);
                return fault_set(why, FAULT_INPUT, "%.200s: not a regular file", path);
        }
        file->digest = EVP_MD_CTX_new();
        if (!file->digest)
                abort();
        if (prepare(file, why))
                return true;
        import_file_close(file);
        return false;
}

void import_file_close(struct import_file *file)
{
        text_decoder_done(&file->decoder);
        EVP_MD_CTX_free(file->digest);
        csv_done(&file->csv);
        buffer_done(&file->piece);
        close(file->descriptor);
}

static bool is_same_file(struct import_file *file, struct fault *why)
{
        uint8_t hash[32];

        EVP_DigestFinal_ex(file->digest, hash, NULL);
        return !memcmp(hash, file->hash, sizeof(hash)) ||
               fault_set(why, FAULT_INPUT, "the file was changed while it was read");
}

static bool feed(struct import_file *file, struct fault *why)
{
        uint8_t *piece = must_alloc(PIECE);
        bool done;
        size_t n;

        buffer_clear(&file->piece);
        done = read_piece(file, piece, &n, why);
        if (done) {
                EVP_DigestUpdate(file->digest, piece, n);
                file->done += n;
                file->ended = !n;
                done = text_decoder_push(&file->decoder, slice_of(piece, n), !n, &file->piece, why);
        }
        free(piece);
        if (!done || (file->ended && !is_same_file(file, why)))
                return false;
        csv_push(&file->csv, buffer_slice(&file->piece));
        if (file->ended)
                csv_end(&file->csv);
        return true;
}

bool import_file_next(struct import_file *file, const struct csv_row **ret, struct fault *why)
{
        for (;;)
                switch (csv_next(&file->csv, ret)) {
                case CSV_ROW:
                        return true;
                case CSV_END:
                        *ret = NULL;
                        return true;
                case CSV_MORE:
                        if (!feed(file, why))
                                return false;
                        break;
                }
}
