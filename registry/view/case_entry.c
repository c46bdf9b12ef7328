/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/case_entry.h"

#include <assert.h>
#include <string.h>

#define WORD_OCTETS PROCEDURE_WORD_OCTETS

/* ------------------------------------------------------------------- validity */

static bool is_text(const char *text, size_t most)
{
        size_t length = strlen(text);

        return length > 0 && length <= most;
}

static bool event_is_valid(const struct case_event *event, const struct case_event *before)
{
        if (event->serial == 0 || !instant_is_valid(event->recorded_ms) || event->value_count > CASE_VALUES_MAX)
                return false;
        if (before && (event->serial <= before->serial || event->recorded_ms < before->recorded_ms))
                return false;
        if (!is_text(event->action, WORD_OCTETS) || !is_text(event->proposer, CASE_PERSON - 1) ||
                !is_text(event->actor, CASE_PERSON - 1))
                return false;
        for (size_t i = 0; i < event->value_count; i++)
                if (!is_text(event->values[i].name, WORD_OCTETS) || !is_text(event->values[i].value, CASE_TEXT_OCTETS))
                        return false;
        return true;
}

bool view_case_is_valid(const struct view_case *entry)
{
        if (!is_text(entry->office, CASE_PERSON - 1) || entry->count == 0 || entry->count > CASE_EVENTS_MAX)
                return false;
        for (size_t i = 0; i < entry->count; i++)
                if (entry->events[i].seq != i + 1 ||
                        !event_is_valid(&entry->events[i], i ? &entry->events[i - 1] : NULL))
                        return false;
        return true;
}

/* ------------------------------------------------------------------- encoding */

void view_case_encode(struct buffer *to, const struct view_case *entry)
{
        int64_t before_ms = 0;

        assert(view_case_is_valid(entry));
        buffer_add(to, entry->procedure, sizeof(entry->procedure));
        buffer_add_counted(to, slice_text(entry->office));
        buffer_add_varint(to, entry->count);
        for (size_t i = 0; i < entry->count; i++) {
                const struct case_event *event = &entry->events[i];

                buffer_add_varint(to, event->serial);
                buffer_add_signed_varint(to, event->recorded_ms - before_ms);
                buffer_add_counted(to, slice_text(event->action));
                buffer_add_counted(to, slice_text(event->proposer));
                buffer_add_counted(to, slice_text(event->actor));
                buffer_add(to, entry->requests[i], sizeof(entry->requests[i]));
                buffer_add_varint(to, event->value_count);
                for (size_t v = 0; v < event->value_count; v++) {
                        buffer_add_counted(to, slice_text(event->values[v].name));
                        buffer_add_counted(to, slice_text(event->values[v].value));
                }
                before_ms = event->recorded_ms;
        }
}

/* ------------------------------------------------------------------- decoding */

static void take_octets(struct reader *r, void *ret, size_t length)
{
        struct slice octets = reader_take(r, length);

        if (!r->failed)
                memcpy(ret, octets.data, length);
}

/* A text without a NUL in it, as one of ours; "" once something was wrong. */
static const char *take_text(struct reader *r, struct arena *arena)
{
        struct slice text = reader_counted(r);
        char *copy = NULL;

        if (!r->failed && !memchr(text.data, '\0', text.length))
                copy = arena_text(arena, text);
        if (!copy)
                r->failed = true;
        return copy ? copy : "";
}

static size_t take_count(struct reader *r, size_t most)
{
        uint64_t count = reader_varint(r);

        if (count > most)
                r->failed = true;
        return r->failed ? 0 : (size_t)count;
}

static void *take_room(struct reader *r, struct arena *arena, size_t size)
{
        void *room = r->failed ? NULL : arena_alloc(arena, size ? size : 1);

        if (!room)
                r->failed = true;
        return room;
}

/* Differences are between instants, so that adding one to an instant cannot overflow. */
static int64_t take_instant(struct reader *r, int64_t before_ms)
{
        int64_t more = reader_signed_varint(r);

        if (more > INT64_MAX / 2 || more < INT64_MIN / 2)
                r->failed = true;
        return r->failed ? 0 : before_ms + more;
}

static void take_event(struct reader *r, struct arena *arena, int64_t before_ms, struct case_event *ret,
        uint8_t ret_request[32])
{
        struct case_value *values;

        ret->serial = reader_varint(r);
        ret->recorded_ms = take_instant(r, before_ms);
        ret->action = take_text(r, arena);
        ret->proposer = take_text(r, arena);
        ret->actor = take_text(r, arena);
        take_octets(r, ret_request, 32);
        ret->value_count = take_count(r, CASE_VALUES_MAX);
        values = take_room(r, arena, ret->value_count * sizeof(values[0]));
        ret->values = values;
        for (size_t v = 0; v < ret->value_count && !r->failed; v++) {
                values[v].name = take_text(r, arena);
                values[v].value = take_text(r, arena);
        }
}

bool view_case_decode(struct slice value, struct arena *arena, struct view_case *ret)
{
        struct reader r = reader_of(value);
        struct view_case entry = {0};
        struct case_event *events;
        uint8_t (*requests)[32];
        int64_t before_ms = 0;

        take_octets(&r, entry.procedure, sizeof(entry.procedure));
        entry.office = take_text(&r, arena);
        entry.count = take_count(&r, CASE_EVENTS_MAX);
        events = take_room(&r, arena, entry.count * sizeof(events[0]));
        requests = take_room(&r, arena, entry.count * sizeof(requests[0]));
        for (size_t i = 0; i < entry.count && !r.failed; i++) {
                events[i].seq = (uint32_t)i + 1;
                take_event(&r, arena, before_ms, &events[i], requests[i]);
                /* Checked here and not at the end, so that the sum above stays within an instant's range. */
                r.failed = r.failed || !event_is_valid(&events[i], i ? &events[i - 1] : NULL);
                before_ms = events[i].recorded_ms;
        }
        entry.events = events;
        entry.requests = (const uint8_t (*)[32])requests;
        if (!reader_is_done(&r) || !view_case_is_valid(&entry))
                return false;
        *ret = entry;
        return true;
}
