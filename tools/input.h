/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Input: the words a command works through, from its operands or, for `-`, line by line from standard input.
 * Blank lines and lines beginning with # are passed over; a line end of CR LF is one, a byte order mark in
 * front is none of the first word. A line longer than INPUT_LINE_LIMIT is cut there: whatever is made of it
 * is refused for its length.
 */
#pragma once

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

#define INPUT_LINE_LIMIT 4096u

struct input {
        char **operands;
        unsigned count;
        unsigned next;
        bool is_stream;
        bool ended;
        bool begun;
        struct buffer bytes; /* read, not yet given */
        size_t taken;        /* octets at the front that were given last */
};

/* One operand `-` is standard input; anything else is itself. */
void input_init(struct input *input, unsigned count, char **operands);
void input_done(struct input *input);
void input_cleanup(struct input *input);

/* Would input_next() answer without waiting for somebody to type? */
bool input_is_ready(const struct input *input);
/* The next word, which lives until the next call. False at the end, or with a fault: `why` is set then. */
bool input_next(struct input *input, struct slice *ret, struct fault *why) MUST_CHECK;
