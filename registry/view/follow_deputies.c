/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_deputies.h"

#include <string.h>

#include "registry/core/role.h"

#define DEPUTY_ARENA ((size_t)1 << 18) /* VIEW_DEPUTY_MAX times, and one more */

static struct slice slice_of_field(ProtobufCBinaryData field)
{
        return slice_of(field.data, field.len);
}

/* ------------------------------------------------------------------- setting */

static bool is_there(struct follow_verify *v, struct slice person_id, bool *ret, struct fault *why)
{
        struct view_person person;
        enum view_found found;

        if (!view_writer_person(v->writer, person_id, &found, &person, why))
                return false;
        *ret = !found;
        return true;
}

/* Ended from today: yesterday was the last day. */
static void end_times(struct view_deputy *deputy, struct slice person_id, struct day today)
{
        for (size_t i = 0; i < deputy->count; i++) {
                struct view_deputy_time *time = &deputy->times[i];

                if (slice_equal(slice_text(time->person_id), person_id) && !day_is_before(time->to, today))
                        time->to = day_add(today, -1);
        }
}

/* Times that are past, or were over before they began. */
static void drop_past(struct view_deputy *deputy, struct day today)
{
        size_t kept = 0;

        for (size_t i = 0; i < deputy->count; i++)
                if (!day_is_before(deputy->times[i].to, today) &&
                        !day_is_before(deputy->times[i].to, deputy->times[i].from))
                        deputy->times[kept++] = deputy->times[i];
        deputy->count = kept;
}

static bool grant(struct view_deputy *deputy, struct arena *arena, const Qcr__DeputySet *message, struct day from,
        struct day to)
{
        struct view_deputy_time *times;

        if (deputy->count == VIEW_DEPUTY_MAX)
                return false;
        times = arena_alloc(arena, (deputy->count + 1) * sizeof(times[0]));
        if (!times)
                return false;
        if (deputy->count)
                memcpy(times, deputy->times, deputy->count * sizeof(times[0]));
        times[deputy->count++] = (struct view_deputy_time){
                .person_id = arena_text(arena, slice_of_field(message->person_id)),
                .from = from,
                .to = to,
        };
        deputy->times = times;
        return true;
}

static bool set_deputy(struct follow_verify *v, const struct follow_entry *entry, const Qcr__DeputySet *message,
        struct arena *arena, struct fault *why)
{
        struct day today = day_of_instant(entry->at_ms), from, to;
        struct slice deputy_id = slice_of_field(message->deputy_id);
        struct view_deputy deputy;

        if (!day_parse(slice_of_field(message->from), &from) || !day_parse(slice_of_field(message->to), &to) ||
                day_is_before(to, from))
                return follow_refuse(why, entry, "an approved deputy has no days");
        if (!view_cases_deputy(v->writer, deputy_id, arena, &deputy, why))
                return false;
        if (!message->grant)
                end_times(&deputy, slice_of_field(message->person_id), today);
        drop_past(&deputy, today);
        if (message->grant && !day_is_before(to, today) && !grant(&deputy, arena, message, from, to))
                return follow_refuse(why, entry, "somebody would be deputy too often");
        return view_cases_put_deputy(v->writer, deputy_id, &deputy, why);
}

bool follow_deputies_set(struct follow_verify *v, const struct follow_entry *entry, const Qcr__DeputySet *message,
        struct fault *why)
{
        struct arena arena;
        bool person, deputy, set;

        if (!is_there(v, slice_of_field(message->person_id), &person, why) ||
                !is_there(v, slice_of_field(message->deputy_id), &deputy, why))
                return false;
        if (!person || !deputy || slice_equal(slice_of_field(message->person_id), slice_of_field(message->deputy_id)))
                return follow_refuse(why, entry, "an approved deputy is nobody, or for nobody else");
        arena_init(&arena, DEPUTY_ARENA);
        set = set_deputy(v, entry, message, &arena, why);
        arena_done(&arena);
        return set;
}

/* -------------------------------------------------------------------- asking */

bool follow_deputies_roles(struct view_writer *writer, const char *person_id, const char *office_id, struct day day,
        uint32_t *ret, struct fault *why)
{
        struct view_deputy deputy;
        struct arena arena;
        bool read;

        *ret = 0;
        arena_init(&arena, DEPUTY_ARENA);
        read = view_cases_deputy(writer, slice_text(person_id), &arena, &deputy, why);
        for (size_t i = 0; read && i < deputy.count; i++) {
                const struct view_deputy_time *time = &deputy.times[i];
                struct view_person away;
                enum view_found found;

                if (day_is_before(day, time->from) || day_is_before(time->to, day))
                        continue;
                read = view_writer_person(writer, slice_text(time->person_id), &found, &away, why);
                if (read && !found && (!office_id || slice_equal(away.office_id, slice_text(office_id))))
                        *ret |= away.roles & ROLES_OF_CASES;
        }
        arena_done(&arena);
        return read;
}
