/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A file to import: read twice, first for its hash and its encoding, then row by row. The hash is what the
 * run's header commits to, so the second reading is hashed too, and a file that changed between is found at
 * its end. Memory does not grow with the file.
 */
#pragma once

#include <openssl/types.h>

#include "registry/core/csv.h"
#include "registry/service/text_encoding.h"

/* Limits of one file: a national department's month fits; more comes in several files. */
#define IMPORT_OCTETS_MAX (256u * 1024 * 1024)
#define IMPORT_ROWS_MAX 1000000u

struct import_file {
        int descriptor;
        uint64_t octets;
        uint64_t done; /* of the second reading */
        uint8_t hash[32];
        enum text_encoding encoding;
        struct text_decoder decoder;
        EVP_MD_CTX *digest;
        struct csv csv;
        struct buffer piece; /* decoded; what `csv` works on */
        bool ended;
};

/* Opens and looks through the whole file; refuses one that is neither UTF-8 nor GB18030, naming the octet. */
bool import_file_open(struct import_file *file, const char *path, struct fault *why) MUST_CHECK;
void import_file_close(struct import_file *file);
/* The next row, or NULL with true at the end. It lives until the next call. */
bool import_file_next(struct import_file *file, const struct csv_row **ret, struct fault *why) MUST_CHECK;
