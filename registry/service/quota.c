/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/quota.h"

#include <stdlib.h>
#include <string.h>

#include "registry/base/bytes.h"

/* A power of two; grows with the persons who ask, and those are enrolled by two others. */
#define SLOTS_FIRST 64u

struct person_quota {
        char person_id[33]; /* empty: a free slot */
        uint32_t taken;
};

struct quota {
        uint32_t per_day;
        struct day today;
        struct person_quota *slots;
        uint32_t size;
        uint32_t used;
};

struct quota *quota_new(uint32_t per_day)
{
        struct quota *quota = must_alloc(sizeof(*quota));

        quota->per_day = per_day;
        quota->today = DAY_NONE;
        quota->size = SLOTS_FIRST;
        quota->slots = must_alloc(quota->size * sizeof(*quota->slots));
        return quota;
}

void quota_free(struct quota *quota)
{
        if (!quota)
                return;
        free(quota->slots);
        free(quota);
}

/* FNV-1a. Ids come from certificates that two persons approved: nobody chooses them to collide. */
static uint32_t hash_of(const char *text)
{
        uint32_t hash = 2166136261u;

        while (*text)
                hash = (hash ^ (uint8_t)*text++) * 16777619u;
        return hash;
}

static struct person_quota *find(struct quota *quota, const char *person_id)
{
        uint32_t i = hash_of(person_id) & (quota->size - 1);

        while (quota->slots[i].person_id[0] && strcmp(quota->slots[i].person_id, person_id) != 0)
                i = (i + 1) & (quota->size - 1);
        return &quota->slots[i];
}

static void grow(struct quota *quota)
{
        struct person_quota *old = quota->slots;
        uint32_t size = quota->size;

        quota->size *= 2;
        quota->slots = must_alloc(quota->size * sizeof(*quota->slots));
        for (uint32_t i = 0; i < size; i++)
                if (old[i].person_id[0])
                        *find(quota, old[i].person_id) = old[i];
        free(old);
}

static struct person_quota *find_today(struct quota *quota, const char *person_id, struct day today)
{
        if (day_compare(quota->today, today) != 0) {
                memset(quota->slots, 0, quota->size * sizeof(*quota->slots));
                quota->used = 0;
                quota->today = today;
        }
        return find(quota, person_id);
}

bool quota_take(struct quota *quota, const char *person_id, struct day today)
{
        struct person_quota *slot = find_today(quota, person_id, today);

        if (!slot->person_id[0]) {
                if (quota->per_day == 0)
                        return false;
                if ((quota->used + 1) * 2 > quota->size) {
                        grow(quota);
                        slot = find(quota, person_id);
                }
                strncpy(slot->person_id, person_id, sizeof(slot->person_id) - 1);
                quota->used++;
        }
        if (slot->taken >= quota->per_day)
                return false;
        slot->taken++;
        return true;
}

uint32_t quota_left(struct quota *quota, const char *person_id, struct day today)
{
        return quota->per_day - find_today(quota, person_id, today)->taken;
}
