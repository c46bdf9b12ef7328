/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_LIMIT 4096u  /* longer lines are cut: a log must not be the way to fill a disk */

static char process_name[32];
static int level_limit = LOG_INFO;

void log_set_process(const char *name)
{
        snprintf(process_name, sizeof(process_name), "%s", name);
}

void log_set_level(int level)
{
        level_limit = level;
}

static bool is_plain(const char *value)
{
        if (!*value)
                return false;
        for (const unsigned char *c = (const unsigned char *)value; *c; c++)
                if (*c <= ' ' || *c >= 0x7f || *c == '"' || *c == '\\' || *c == '=')
                        return false;
        return true;
}

void log_add_pair(struct buffer *line, const char *key, const char *value)
{
        if (line->length)
                buffer_add_u8(line, ' ');
        buffer_add_text(line, key);
        buffer_add_u8(line, '=');
        if (is_plain(value)) {
                buffer_add_text(line, value);
                return;
        }
        buffer_add_u8(line, '"');
        for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
                if (*c == '"' || *c == '\\')
                        buffer_add_format(line, "\\%c", *c);
                else if (*c < ' ' || *c >= 0x7f)
                        buffer_add_format(line, "\\x%02x", *c);
                else
                        buffer_add_u8(line, *c);
        }
        buffer_add_u8(line, '"');
}

void log_event_(int level, const char *event, ...)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        va_list args;
        const char *key;

        if (level > level_limit)
                return;
        log_add_pair(&line, "process", process_name[0] ? process_name : "qcr");
        log_add_pair(&line, "event", event);

        va_start(args, event);
        while ((key = va_arg(args, const char *))) {
                const char *value = va_arg(args, const char *);

                if (value)
                        log_add_pair(&line, key, value);
        }
        va_end(args);

        if (line.length > LINE_LIMIT)
                line.length = LINE_LIMIT;
        buffer_add_u8(&line, '\n');

        CLEANUP(buffer) struct buffer out = BUFFER_INIT;

        buffer_add_format(&out, "<%d>", level);
        buffer_add_slice(&out, buffer_slice(&line));
        /* A log that cannot be written must not stop a verdict; the service manager watches the pipe. */
        if (write(STDERR_FILENO, out.data, out.length) < 0)
                return;
}

const char *log_number_(char *room, long long n)
{
        snprintf(room, 24, "%lld", n);
        return room;
}
