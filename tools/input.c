/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define READ_OCTETS 65536u

static const char byte_order_mark[] = "\xef\xbb\xbf";

void input_init(struct input *input, unsigned count, char **operands)
{
        *input = (struct input){.operands = operands, .count = count};
        input->is_stream = count == 1 && strcmp(operands[0], "-") == 0;
}

void input_done(struct input *input)
{
        buffer_done(&input->bytes);
}

void input_cleanup(struct input *input)
{
        input_done(input);
}

static struct slice unread(const struct input *input)
{
        if (!input->bytes.data)
                return slice_of(NULL, 0);
        return slice_of(input->bytes.data + input->taken, input->bytes.length - input->taken);
}

static bool has_line(struct slice s)
{
        return s.length && memchr(s.data, '\n', s.length);
}

bool input_is_ready(const struct input *input)
{
        struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};

        if (!input->is_stream || input->ended || has_line(unread(input)))
                return true;
        return poll(&p, 1, 0) > 0;
}

static bool read_more(struct input *input, struct fault *why)
{
        ssize_t n;

        buffer_drop_front(&input->bytes, input->taken);
        input->taken = 0;
        do
                n = read(STDIN_FILENO, buffer_reserve(&input->bytes, READ_OCTETS), READ_OCTETS);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return fault_set(why, FAULT_SYSTEM, "standard input: %s", strerror(errno));
        input->bytes.length += (size_t)n;
        input->ended = n == 0;
        return true;
}

static struct slice without_mark(struct slice line)
{
        if (line.length >= 3 && memcmp(line.data, byte_order_mark, 3) == 0)
                return slice_of(line.data + 3, line.length - 3);
        return line;
}

/* What lies before the next LF, or before the end. */
static bool next_line(struct input *input, struct slice *ret, struct fault *why)
{
        struct slice line;
        const uint8_t *end;

        while (!has_line(unread(input)) && !input->ended)
                if (!read_more(input, why))
                        return false;
        line = unread(input);
        if (line.length == 0)
                return false;
        end = memchr(line.data, '\n', line.length);
        if (end)
                line.length = (size_t)(end - line.data);
        input->taken += line.length + (end ? 1 : 0);
        if (line.length && line.data[line.length - 1] == '\r')
                line.length--;
        *ret = input->begun ? line : without_mark(line);
        input->begun = true;
        if (ret->length > INPUT_LINE_LIMIT)
                ret->length = INPUT_LINE_LIMIT;
        return true;
}

static bool is_blank(struct slice line)
{
        for (size_t i = 0; i < line.length; i++)
                if (line.data[i] != ' ' && line.data[i] != '\t')
                        return false;
        return true;
}

bool input_next(struct input *input, struct slice *ret, struct fault *why)
{
        *why = (struct fault){0};
        if (!input->is_stream) {
                if (input->next == input->count)
                        return false;
                *ret = slice_text(input->operands[input->next++]);
                return true;
        }
        do
                if (!next_line(input, ret, why))
                        return false;
        while (is_blank(*ret) || *ret->data == '#');
        return true;
}
