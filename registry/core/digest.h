/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A digest context: one hash function, fetched once, with one working context
 * that is used again for every message. Fetching by name per message costs
 * several times the hashing itself and contends between threads.
 *
 * A suite names signature and hash together, so that neither is ever chosen
 * from a message alone. SM2 with SM3 (GB/T 32905, GB/T 32918) is a reserved
 * word of the formats: it is read, and refused where it is not accepted.
 *
 * After digest_init() hashing fails only for want of memory, which ends the
 * process.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

#define HASH_SIZE 32u /* octets; SHA-256 and SM3 alike */

enum suite {
        SUITE_ED25519_SHA256 = 1,
        SUITE_SM2_SM3 = 2,
};

/* A set of suites: bit n is suite n. */
#define SUITE_BIT(suite) (1u << (unsigned)(suite))

struct hash {
        uint8_t octets[HASH_SIZE];
};

struct digest {
        enum suite suite;
        struct evp_md_st *function;
        struct evp_md_ctx_st *context;
};

/* `ed25519-sha256`, `sm2-sm3`. */
const char *suite_word(enum suite suite);
/* False when the word names no suite; `ret` untouched then. */
bool suite_parse(struct slice word, enum suite *ret);

/* False when the library does not offer the suite's hash. Release with digest_done(). */
bool digest_init(struct digest *d, enum suite suite, struct fault *why) MUST_CHECK;
void digest_done(struct digest *d);
void digest_cleanup(struct digest *d);

/* In pieces: begin, add as often as needed, end. */
void digest_begin(struct digest *d);
void digest_add(struct digest *d, struct slice bytes);
void digest_end(struct digest *d, struct hash *ret);
/* In one. */
void digest_hash(struct digest *d, struct slice bytes, struct hash *ret);

bool hash_equal(const struct hash *a, const struct hash *b);
struct slice hash_slice(const struct hash *h);
