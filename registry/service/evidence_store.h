/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The documents of cases: files under one folder, each named by its SHA-256 (the first octet a folder, the rest the
 * file: `ab/cdef...`), so that a name says what the content must be and the same document is kept once.
 *
 * A file is either there whole or not at all: it is written under another name in `incoming/`, checked for length,
 * hash and type, made durable, and then renamed. Nothing is ever overwritten, so any number of workers may share the
 * folder, and one that is killed leaves nothing but a file in `incoming/`, which a later start removes when it is a day
 * old. No path comes from outside: names are made of hashes, folders are opened without following links.
 *
 * Who may hand in or see a document is not known here (service/evidence).
 */
#pragma once

#include "registry/base/fault.h"
#include "registry/core/calendar.h"
#include "registry/core/digest.h"

struct evidence_store;

#define EVIDENCE_PIECE_OCTETS (48u * 1024) /* of a put; with its envelope it fits a call's frame */
#define EVIDENCE_PUTS_MAX 32u              /* open at once, in one worker */
#define EVIDENCE_PUTS_PER_PERSON 4u
#define EVIDENCE_PUT_IDLE_MS 60000
#define EVIDENCE_LEFTOVER_MS (24 * 3600 * 1000)
/* Written back as it comes: the last piece must not wait for the disk to take the whole document. */
#define EVIDENCE_SYNC_OCTETS (4u << 20)

struct evidence_limits {
        uint64_t octets;         /* of one document */
        uint64_t octets_per_day; /* one person hands in on a legal day, in this worker; counted in whole pieces */
};

/*
 * Does not fail for want of the folder: what needs it is a fault then, each time anew. Removes what is left over in
 * `incoming/`.
 */
struct evidence_store *evidence_store_new(const char *directory, const struct evidence_limits *limits);
/* Documents that are not whole are dropped. */
void evidence_store_free(struct evidence_store *store);

/* Is a document of this hash kept? Its octets are not read. False: that cannot be told now. */
bool evidence_kept(struct evidence_store *store, const uint8_t sha256[32], bool *ret_kept, struct fault *why)
        MUST_CHECK;

/* ------------------------------------------------------------------ putting */

enum evidence_refusal {
        EVIDENCE_TAKEN = 0,
        EVIDENCE_EMPTY,       /* a document has octets, and so has a piece */
        EVIDENCE_TOO_LARGE,   /* more than `octets`, or a piece of more than EVIDENCE_PIECE_OCTETS */
        EVIDENCE_ORDER,       /* not the next octet; the put stays open */
        EVIDENCE_LENGTH,      /* another total than before, or more than the total */
        EVIDENCE_NOT_ALLOWED, /* a type that is not kept */
        EVIDENCE_HASH,        /* not what its hash says */
        EVIDENCE_BUSY,        /* as many are under way as may be */
        EVIDENCE_DAY_SPENT,
};

struct evidence_piece {
        const char *person_id;
        uint8_t sha256[32];
        uint64_t total;
        uint64_t offset;
        struct slice octets;
        int64_t now_ms;     /* boot clock */
        struct day today;
};

/*
 * Takes the next piece of a document; with the last one it is kept. A piece at 0 begins anew. Each person's put of a
 * document is one of its own. TAKEN: `*ret_kept` octets are here, the whole document when that is its total, kept for
 * good. Any refusal but ORDER and BUSY ends the put and leaves nothing behind; so does a fault (a full disk).
 * `*ret_kept` is also set with ORDER: where to go on.
 */
bool evidence_put(struct evidence_store *store, const struct evidence_piece *piece, enum evidence_refusal *ret,
        uint64_t *ret_kept, struct fault *why) MUST_CHECK;
/* Each second: drops puts nobody goes on with. */
void evidence_tick(struct evidence_store *store, int64_t now_ms);

/* ------------------------------------------------------------------ reading */

enum evidence_state {
        EVIDENCE_KEPT = 0,
        EVIDENCE_MISSING, /* no such file */
        EVIDENCE_ALTERED, /* a file, but not the document its name says */
};
const char *evidence_state_word(enum evidence_state state);

/*
 * Reads up to `size` octets from `offset`. `*ret_total` is the file's length, 0 unless KEPT. Whether the octets are
 * those its name says is the check's to tell.
 */
bool evidence_read(struct evidence_store *store, const uint8_t sha256[32], uint64_t offset, void *to, size_t size,
        enum evidence_state *ret, size_t *ret_length, uint64_t *ret_total, struct fault *why) MUST_CHECK;

/*
 * Hashes a document again, a slice at a time, so that a worker's other calls do not wait. Starts with
 * evidence_check_begin(); evidence_check_done() may come at any time.
 */
struct evidence_check {
        uint8_t sha256[32];
        enum evidence_state state; /* once it is over */
        uint64_t octets;           /* length of the file, 0 when there is none */
        int fd;                    /* -1: over */
        struct digest digest;
};
bool evidence_check_begin(struct evidence_store *store, const uint8_t sha256[32], struct evidence_check *ret,
        struct fault *why) MUST_CHECK;
/* Reads at most `octets`; `*ret_over` says whether the state is known now. */
bool evidence_check_more(struct evidence_check *check, size_t octets, bool *ret_over, struct fault *why) MUST_CHECK;
void evidence_check_done(struct evidence_check *check);
