/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The log: one line an event on standard error, `key=value`, with the level
 * prefix that service managers read (sd-daemon(3)). Values with anything but
 * printable, unambiguous characters are quoted and escaped, so that no peer can
 * forge a line or move a terminal's cursor. No personal data goes in here.
 *
 *     log_event(LOG_NOTICE, "import.done", "run", run, "rows", LOG_NUMBER(rows));
 */
#pragma once

#include <syslog.h>

#include "registry/base/bytes.h"

/* Which process speaks: "parent", "worker/0", "sealer", ... Copied. Until set, nothing is said. */
void log_set_process(const char *name);
/* Lines above this level (LOG_DEBUG is the highest) are not written. LOG_INFO at start. */
void log_set_level(int level);

/*
 * Writes `<level>process=... event=... key=value ...`: pairs of texts, a NULL value is left out.
 * One write(2) a line.
 */
#define log_event(...) log_event_(__VA_ARGS__, (const char *)NULL)
void log_event_(int level, const char *event, ...) __attribute__((sentinel));

/* A number as a value; the text lives to the end of the enclosing block. */
#define LOG_NUMBER(n) log_number_((char[24]){0}, (long long)(n))
const char *log_number_(char *room, long long n);

/* Appends `key=value` with the value quoted when it must be. Exposed for tests and the audit spool. */
void log_add_pair(struct buffer *line, const char *key, const char *value);
