/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/domain_table.h"

#include <string.h>

#include "registry/core/csv.h"
#include "registry/core/name.h"

static const char *const domains[] = {"product", "engineering", "service", "environment"};
static const char *const bys[] = {"conduct", "office", "default"};

const char *domain_word(struct slice word)
{
        for (size_t i = 0; i < sizeof(domains) / sizeof(*domains); i++)
                if (slice_equal(word, slice_text(domains[i])))
                        return domains[i];
        return NULL;
}

static bool by_parse(struct slice word, enum domain_by *ret)
{
        for (size_t i = 0; i < sizeof(bys) / sizeof(*bys); i++)
                if (slice_equal(word, slice_text(bys[i]))) {
                        *ret = (enum domain_by)i;
                        return true;
                }
        return false;
}

static bool row_parse(const struct csv_row *row, struct domain_table *table, struct fault *why)
{
        struct domain_row *ret = &table->rows[table->count];
        bool by_default;

        if (table->count == DOMAIN_ROWS_MAX)
                return fault_set(why, FAULT_CONFIG, "domains: more than %u rows", DOMAIN_ROWS_MAX);
        if (row->flaw || row->count != 3 || !by_parse(row->fields[0], &ret->by) ||
                !(ret->domain = domain_word(row->fields[2])))
                return fault_set(why, FAULT_CONFIG, "domains: line %llu is not BY,TEXT,DOMAIN",
                        (unsigned long long)row->line);
        by_default = ret->by == DOMAIN_BY_DEFAULT;
        ret->at = table->texts.length;
        /* A default has no text: it would never be compared with anything. */
        if (by_default ? row->fields[1].length > 0
                       : name_normalise(row->fields[1], &table->texts) != NAME_SOUND)
                return fault_set(why, FAULT_CONFIG, "domains: line %llu: its text cannot be used",
                        (unsigned long long)row->line);
        ret->length = table->texts.length - ret->at;
        table->count++;
        return true;
}

bool domain_table_parse(struct slice text, struct domain_table *ret, struct fault *why)
{
        CLEANUP(csv) struct csv csv;
        const struct csv_row *row;
        bool header = true, has_default = false;

        *ret = (struct domain_table){0};
        csv_init(&csv);
        if (text.length > DOMAIN_TABLE_OCTETS_MAX)
                return fault_set(
                        why, FAULT_CONFIG, "domains: longer than %u octets", DOMAIN_TABLE_OCTETS_MAX);
        csv_push(&csv, text);
        csv_end(&csv);
        for (; csv_next(&csv, &row) == CSV_ROW; header = false) {
                if (header)
                        continue;
                if (!row_parse(row, ret, why))
                        return false;
                has_default |= ret->rows[ret->count - 1].by == DOMAIN_BY_DEFAULT;
        }
        return has_default || fault_set(why, FAULT_CONFIG, "domains: no row says the default");
}

void domain_table_done(struct domain_table *table)
{
        buffer_done(&table->texts);
}

/* NULL when none of the rows' texts stands in the field. */
static const char *find(const struct domain_table *table, enum domain_by by, struct slice field)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        const struct domain_row *best = NULL;

        if (by != DOMAIN_BY_DEFAULT && name_normalise(field, &text) != NAME_SOUND)
                return NULL;
        for (unsigned i = 0; i < table->count; i++) {
                const struct domain_row *row = &table->rows[i];

                if (row->by != by || (best && row->length <= best->length))
                        continue;
                if (!row->length || memmem(text.data, text.length, table->texts.data + row->at, row->length))
                        best = row;
        }
        return best ? best->domain : NULL;
}

const char *domain_table_find(const struct domain_table *table, struct slice conduct, struct slice office)
{
        const char *domain = find(table, DOMAIN_BY_CONDUCT, conduct);

        if (!domain)
                domain = find(table, DOMAIN_BY_OFFICE, office);
        return domain ? domain : find(table, DOMAIN_BY_DEFAULT, slice_of(NULL, 0));
}
