/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on deputies: who could act for whom when, played back from what two administrators signed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "registry/core/role.h"
#include "tools/doctor_facts.h"

#define REST 64

static struct slice octets_of(ProtobufCBinaryData data)
{
        return slice_of(data.data, data.len);
}

static bool is_id(const char *id, ProtobufCBinaryData data)
{
        return slice_equal(slice_text(id), octets_of(data));
}

static const char *grant(struct doctor *doctor, const Qcr__DeputySet *message, uint64_t serial)
{
        char key[DOCTOR_KEY], rest[REST], from[DAY_TEXT], to[DAY_TEXT];
        struct doctor_deputy *item;
        struct day first, last;

        if (!day_parse(octets_of(message->from), &first) || !day_parse(octets_of(message->to), &last))
                return "names a deputy without days";
        doctor->deputies = doctor_grow(
                doctor->deputies, doctor->deputy_count, &doctor->deputy_room, sizeof(*doctor->deputies));
        item = &doctor->deputies[doctor->deputy_count++];
        *item = (struct doctor_deputy){.from = first, .to = last, .serial = serial};
        snprintf(item->person, sizeof(item->person), "%.*s", (int)message->person_id.len,
                (const char *)message->person_id.data);
        snprintf(item->deputy, sizeof(item->deputy), "%.*s", (int)message->deputy_id.len,
                (const char *)message->deputy_id.data);
        day_format(first, from);
        day_format(last, to);
        snprintf(rest, sizeof(rest), "%s|%s", from, to);
        doctor_facts_add(&doctor->facts, "deputy",
                doctor_key(key, "%s %s %" PRIu64, item->person, item->deputy, serial), rest);
        return NULL;
}

/*
 * From the entry's day on they act no more. A grant whose days had passed cannot be ended, but the day may have turned
 * since that was asked.
 */
static const char *end(struct doctor *doctor, const Qcr__DeputySet *message, uint64_t serial, struct day today)
{
        for (size_t i = doctor->deputy_count; i-- > 0;) {
                struct doctor_deputy *item = &doctor->deputies[i];
                char key[DOCTOR_KEY], rest[REST], last[DAY_TEXT];

                if (item->ended || day_is_before(item->to, day_add(today, -1)) || !is_id(item->person, message->person_id) ||
                        !is_id(item->deputy, message->deputy_id))
                        continue;
                item->ended = serial;
                item->last = day_add(today, -1);
                day_format(item->last, last);
                snprintf(rest, sizeof(rest), "%s|%" PRIu64, last, serial);
                doctor_facts_add(&doctor->facts, "deputy_end",
                        doctor_key(key, "%s %s %" PRIu64, item->person, item->deputy, item->serial), rest);
                return NULL;
        }
        return "ends a deputy the person did not have";
}

const char *doctor_deputy_set(struct doctor *doctor, const Qcr__DeputySet *message, uint64_t serial, int64_t at_ms)
{
        return message->grant ? grant(doctor, message, serial)
                              : end(doctor, message, serial, day_of_instant(at_ms));
}

static bool acts_on(const struct doctor_deputy *item, uint64_t serial, struct day day)
{
        if (serial <= item->serial || day_is_before(day, item->from) || day_is_before(item->to, day))
                return false;
        return !item->ended || serial <= item->ended || !day_is_before(item->last, day);
}

uint32_t doctor_deputy_roles(
        const struct doctor *doctor, const char *person, const char *office, uint64_t serial, struct day day)
{
        uint32_t roles = 0;

        for (size_t i = 0; i < doctor->deputy_count; i++) {
                const struct doctor_deputy *item = &doctor->deputies[i];

                if (strcmp(item->deputy, person) == 0 && acts_on(item, serial, day) &&
                        (!office || strcmp(doctor_office_of(doctor, item->person), office) == 0))
                        roles |= doctor_roles_of(doctor, item->person, serial);
        }
        return roles & ROLES_OF_CASES;
}
