/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "registry/base/log.h"

#define REASON 400

/* Findings go out as they are found: there may be as many as rows. */
static void say(
        struct doctor *doctor, const char *level, const char *table, const char *key, const char *reason)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;

        if (doctor->is_json) {
                json_t *object = json_pack(
                        "{s:s, s:s, s:s, s:s}", "level", level, "table", table, "key", key, "reason", reason);
                char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;

                if (!text)
                        abort(); /* every text here is UTF-8: the database is, and so are ours */
                printf("%s%s", doctor->findings + doctor->warnings ? ",\n" : "\n", text);
                free(text);
                json_decref(object);
                return;
        }
        buffer_add_text(&line, level);
        log_add_pair(&line, "table", table);
        log_add_pair(&line, "key", key);
        log_add_pair(&line, "reason", reason);
        puts(buffer_text(&line));
}

void doctor_find(struct doctor *doctor, const char *table, const char *key, const char *format, ...)
{
        char reason[REASON];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(reason, sizeof(reason), format, arguments);
        va_end(arguments);
        say(doctor, "finding", table, key, reason);
        doctor->findings++;
}

void doctor_warn(struct doctor *doctor, const char *subject, const char *format, ...)
{
        char reason[REASON];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(reason, sizeof(reason), format, arguments);
        va_end(arguments);
        say(doctor, "warning", "-", subject, reason);
        doctor->warnings++;
}

const char *doctor_key(char room[DOCTOR_KEY], const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(room, DOCTOR_KEY, format, arguments);
        va_end(arguments);
        return room;
}

void *doctor_grow(void *items, size_t count, size_t *room, size_t size)
{
        if (count < *room)
                return items;
        *room = *room ? 2 * *room : 16;
        return must_resize(items, *room * size);
}

const struct policy *doctor_policy_of(const struct doctor *doctor, const uint8_t hash[32])
{
        for (size_t i = 0; i < doctor->policy_count; i++)
                if (memcmp(doctor->policies[i].hash, hash, 32) == 0)
                        return &doctor->policies[i].policy;
        return NULL;
}
