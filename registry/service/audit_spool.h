/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The read audit of one worker until it is in the database: who asked about whom, why, when, and what came of
 * it. A line is written before its reply leaves; what cannot be written is not answered. Lines are made
 * durable together, once a second: a power cut loses the last second's lines, a killed process none.
 *
 * A worker appends to a file of its own, held with flock(2). A file nobody holds has no living writer: it is
 * complete, whoever wrote it, and any worker ships it and removes it (audit_ship). Names carry the node, the
 * worker, the time and random digits, so that no name ever comes back with other lines: the database knows
 * lines by file and number.
 *
 * A line is `key=value` pairs as in the log: at person operation code purpose outcome; code and purpose are
 * left out where there is none. A purpose is a person's own words, at most 512 octets.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

struct audit_spool;

/* A file is closed at this size or age, so that files are removed soon and in pieces. */
#define AUDIT_FILE_OCTETS (4u << 20)
#define AUDIT_FILE_MS 60000
/* Longer lines are not written: all fields are bounded far below. */
#define AUDIT_LINE_OCTETS 4096u

struct audit_line {
        int64_t at_ms;
        const char *person_id;
        const char *operation;
        const char *code;    /* NULL: none */
        const char *purpose; /* NULL: none */
        const char *outcome;
};

/* `directory` exists. `max_octets`: of all files there; beyond it nothing is written. */
struct audit_spool *audit_spool_new(const char *directory, const char *node, unsigned worker, int64_t max_octets);
/* Makes everything durable and lets the file go. */
void audit_spool_free(struct audit_spool *spool);

/* Writes one line. False: it is not there, and nothing may be read. */
bool audit_spool_add(struct audit_spool *spool, const struct audit_line *line, struct fault *why) MUST_CHECK;

/* Each second: makes lines durable, closes a file that is full or old, measures what is in the folder. */
bool audit_spool_tick(struct audit_spool *spool, int64_t now_ms, struct fault *why) MUST_CHECK;

/* The file being written, "" for none. Shipping leaves it alone: its writer holds it. */
const char *audit_spool_current(const struct audit_spool *spool);
void audit_spool_limit(struct audit_spool *spool, int64_t max_octets);

/* One line without its end, as written. */
void audit_line_encode(const struct audit_line *line, struct buffer *to);
/*
 * Reads one back: `ret` points into `room`, which is filled. False: it is not such a line (a machine that lost
 * power leaves a torn one).
 */
bool audit_line_parse(struct slice text, struct buffer *room, struct audit_line *ret) MUST_CHECK;

/*
 * Takes a complete file of the folder for shipping: one that no writer and no shipper holds. Returns its
 * descriptor, locked, and its name; -1 when there is none. An empty one is removed on the way.
 */
int audit_spool_take(const char *directory, char *ret_name, size_t size);
