/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/doctor_facts.h"

#include <stdlib.h>
#include <string.h>

void doctor_facts_add(struct doctor_facts *facts, const char *table, const char *key, const char *rest)
{
        facts->items = doctor_grow(facts->items, facts->count, &facts->room, sizeof(*facts->items));
        facts->items[facts->count++] = (struct doctor_fact){table, must_copy_text(key), must_copy_text(rest)};
}

void doctor_facts_done(struct doctor_facts *facts)
{
        for (size_t i = 0; i < facts->count; i++) {
                free(facts->items[i].key);
                free(facts->items[i].rest);
        }
        free(facts->items);
        *facts = (struct doctor_facts){0};
}

static int compare(const void *a, const void *b)
{
        const struct doctor_fact *x = a, *y = b;
        int order = strcmp(x->table, y->table);

        return order ? order : strcmp(x->key, y->key);
}

static void sort(struct doctor_facts *facts)
{
        if (facts->count > 1)
                qsort(facts->items, facts->count, sizeof(*facts->items), compare);
}

void doctor_facts_compare(struct doctor *doctor, struct doctor_facts *wanted, struct doctor_facts *stored)
{
        size_t w = 0, s = 0;

        sort(wanted);
        sort(stored);
        while (w < wanted->count || s < stored->count) {
                const struct doctor_fact *want = w < wanted->count ? &wanted->items[w] : NULL;
                const struct doctor_fact *has = s < stored->count ? &stored->items[s] : NULL;
                int order = !want ? 1 : !has ? -1 : compare(want, has);

                if (order < 0)
                        doctor_find(doctor, want->table, want->key,
                                "is missing: a signed entry put it there (%s)", want->rest);
                else if (order > 0)
                        doctor_find(doctor, has->table, has->key,
                                "was inserted: no signed entry gives it");
                else if (strcmp(want->rest, has->rest) != 0)
                        doctor_find(doctor, has->table, has->key, "was changed: is %s, signed was %s",
                                has->rest, want->rest);
                w += order <= 0;
                s += order >= 0;
        }
}
