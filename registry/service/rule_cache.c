/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/rule_cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct entry {
        enum rule_kind kind;
        uint8_t hash[32];
        uint64_t asked;  /* a count, not a time */
        union {
                struct procedure *procedure;
                struct code_table *table;
                struct work_calendar *calendar;
        };
};

struct rule_cache {
        struct entry entries[RULE_CACHE_MAX];
        size_t count;
        uint64_t asked;
};

struct rule_cache *rule_cache_new(void)
{
        return must_alloc(sizeof(struct rule_cache));
}

static void entry_done(struct entry *entry)
{
        switch (entry->kind) {
        case RULE_PROCEDURE:
                procedure_free(entry->procedure);
                break;
        case RULE_CODES:
                code_table_free(entry->table);
                break;
        case RULE_CALENDAR:
                free(entry->calendar);
                break;
        }
}

void rule_cache_free(struct rule_cache *cache)
{
        if (!cache)
                return;
        for (size_t i = 0; i < cache->count; i++)
                entry_done(&cache->entries[i]);
        free(cache);
}

void rule_cache_known(const struct rule_cache *cache, struct query *query)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        buffer_add_u8(&text, '{');
        for (size_t i = 0; i < cache->count; i++) {
                char hex[65];

                hex_encode(cache->entries[i].hash, 32, hex);
                buffer_add_format(&text, "%s\"\\\\x%s\"", i ? "," : "", hex);
        }
        buffer_add_u8(&text, '}');
        query_slice(query, buffer_slice(&text));
}

static struct entry *find(struct rule_cache *cache, const uint8_t hash[32])
{
        for (size_t i = 0; i < cache->count; i++) {
                struct entry *entry = &cache->entries[i];

                if (memcmp(entry->hash, hash, sizeof(entry->hash)) == 0) {
                        entry->asked = ++cache->asked;
                        return entry;
                }
        }
        return NULL;
}

static struct entry *make_room(struct rule_cache *cache)
{
        struct entry *oldest = &cache->entries[0];

        if (cache->count < RULE_CACHE_MAX)
                return &cache->entries[cache->count++];
        for (size_t i = 1; i < cache->count; i++)
                if (cache->entries[i].asked < oldest->asked)
                        oldest = &cache->entries[i];
        entry_done(oldest);
        return oldest;
}

/* The parsed document says which hash it has by itself. */
static enum document_flaw parse(struct entry *entry, struct slice document, struct document_error *error)
{
        enum document_flaw flaw = DOCUMENT_VALUE;

        switch (entry->kind) {
        case RULE_PROCEDURE:
                flaw = procedure_parse(document, &entry->procedure, error);
                if (flaw == DOCUMENT_SOUND)
                        memcpy(entry->hash, entry->procedure->hash, sizeof(entry->hash));
                break;
        case RULE_CODES:
                flaw = code_table_parse(document, &entry->table, error);
                if (flaw == DOCUMENT_SOUND)
                        memcpy(entry->hash, entry->table->hash, sizeof(entry->hash));
                break;
        case RULE_CALENDAR:
                entry->calendar = must_alloc(sizeof(*entry->calendar));
                flaw = work_calendar_parse(document, entry->calendar, error);
                if (flaw == DOCUMENT_SOUND)
                        memcpy(entry->hash, entry->calendar->hash, sizeof(entry->hash));
                else
                        free(entry->calendar);
                break;
        }
        return flaw;
}

bool rule_cache_take_row(struct rule_cache *cache, const PGresult *result, int row, struct fault *why)
{
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        struct document_error error;
        struct entry entry = {0};
        uint8_t hash[32];

        if (!rule_kind_of_word(slice_text(cell_text(result, row, 0)), &entry.kind) ||
            !cell_octets(result, row, 3, hash, sizeof(hash)))
                return fault_set(why, FAULT_STORE, "a rule's row cannot be read");
        if (find(cache, hash))
                return true;
        if (cell_is_null(result, row, 4))
                return fault_set(why, FAULT_CONFLICT, "%s %s: it was here, and others needed the room",
                        cell_text(result, row, 0), cell_text(result, row, 1));
        if (!cell_bytes(result, row, 4, &document))
                return fault_set(why, FAULT_STORE, "%s %s: its document cannot be read", cell_text(result, row, 0),
                        cell_text(result, row, 1));
        if (parse(&entry, buffer_slice(&document), &error) != DOCUMENT_SOUND)
                return fault_set(why, FAULT_STORE, "%s %s: %s: %s", cell_text(result, row, 0),
                        cell_text(result, row, 1), error.path, error.reason);
        if (memcmp(entry.hash, hash, sizeof(hash)) != 0) {
                entry_done(&entry);
                return fault_set(why, FAULT_MISMATCH, "%s %s: not the document its hash says",
                        cell_text(result, row, 0), cell_text(result, row, 1));
        }
        entry.asked = ++cache->asked;
        *make_room(cache) = entry;
        return true;
}

const struct procedure *rule_cache_procedure(struct rule_cache *cache, const uint8_t hash[32])
{
        const struct entry *entry = find(cache, hash);

        return entry && entry->kind == RULE_PROCEDURE ? entry->procedure : NULL;
}

const struct code_table *rule_cache_codes(struct rule_cache *cache, const uint8_t hash[32])
{
        const struct entry *entry = find(cache, hash);

        return entry && entry->kind == RULE_CODES ? entry->table : NULL;
}

const struct work_calendar *rule_cache_calendar(struct rule_cache *cache, const uint8_t hash[32])
{
        const struct entry *entry = find(cache, hash);

        return entry && entry->kind == RULE_CALENDAR ? entry->calendar : NULL;
}

bool rule_cache_take(struct rule_cache *cache, const PGresult *result, struct rule_set *ret, struct fault *why)
{
        *ret = (struct rule_set){0};
        for (int i = 0; i < PQntuples(result); i++) {
                enum rule_kind kind;

                if (!rule_cache_take_row(cache, result, i, why))
                        return false;
                if (!rule_kind_of_word(slice_text(cell_text(result, i, 0)), &kind))
                        return fault_set(why, FAULT_STORE, "a rule's row cannot be read");
                if (kind == RULE_CODES && ret->table_count == RULE_TABLES_MAX)
                        return fault_set(why, FAULT_LIMIT, "more than %u code tables are in force", RULE_TABLES_MAX);
                if (kind == RULE_CODES &&
                    !cell_octets(result, i, 3, ret->tables[ret->table_count++], sizeof(ret->tables[0])))
                        return fault_set(why, FAULT_STORE, "a rule's hash cannot be read");
                if (kind == RULE_CALENDAR) {
                        if (!cell_octets(result, i, 3, ret->calendar, sizeof(ret->calendar)))
                                return fault_set(why, FAULT_STORE, "a rule's hash cannot be read");
                        ret->has_calendar = true;
                }
        }
        return true;
}

bool rule_cache_rules(struct rule_cache *cache, const struct rule_set *set, struct day today,
        const struct code_table *tables[RULE_TABLES_MAX], struct case_rules *ret)
{
        for (size_t i = 0; i < set->table_count; i++) {
                tables[i] = rule_cache_codes(cache, set->tables[i]);
                if (!tables[i])
                        return false;
        }
        *ret = (struct case_rules){.tables = tables, .table_count = set->table_count, .today = today};
        ret->calendar = set->has_calendar ? rule_cache_calendar(cache, set->calendar) : NULL;
        return !set->has_calendar || ret->calendar;
}
