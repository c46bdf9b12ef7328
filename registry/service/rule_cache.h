/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rule documents a worker has read from the store, parsed once: procedures, code tables, calendars, each known by its
 * hash, which never names another document. A query for rules says which hashes are here already and gets the
 * documents of the others alone.
 *
 * What is in here is bounded; the one asked for longest ago makes room. A pointer is good until control goes back to
 * the event loop: afterwards it is asked for again by its hash.
 */
#pragma once

#include "registry/core/case_file.h"
#include "registry/core/rule.h"
#include "registry/store/query.h"

#define RULE_CACHE_MAX 96u    /* a registry has some ten in force and as many that old cases began under */
#define RULE_TABLES_MAX 16u   /* code tables in force at once */

struct rule_cache;

struct rule_cache *rule_cache_new(void);
void rule_cache_free(struct rule_cache *cache);

/* Adds a parameter: the hashes that are here, as a bytea[]. */
void rule_cache_known(const struct rule_cache *cache, struct query *query);
/*
 * Takes a row of the store: kind, id, version, hash, document (NULL when it was said to be known). False: it is not the
 * document its hash says, or it is one this program cannot read; FAULT_CONFLICT: it was known and made room for others
 * between question and answer, so ask again.
 */
bool rule_cache_take_row(struct rule_cache *cache, const PGresult *result, int row, struct fault *why) MUST_CHECK;

/* NULL: not here, or of another kind. */
const struct procedure *rule_cache_procedure(struct rule_cache *cache, const uint8_t hash[32]);
const struct code_table *rule_cache_codes(struct rule_cache *cache, const uint8_t hash[32]);
const struct work_calendar *rule_cache_calendar(struct rule_cache *cache, const uint8_t hash[32]);

/* The rules in force, by the hashes of what holds: kept by the call, resolved again each time they are used. */
struct rule_set {
        uint8_t tables[RULE_TABLES_MAX][32];
        size_t table_count;
        uint8_t calendar[32];
        bool has_calendar;
};

/*
 * Reads rows as above: takes each into the cache; those of kind `codes` and `calendar` are those in force. Rows of
 * kind `procedure` are only taken.
 */
bool rule_cache_take(struct rule_cache *cache, const PGresult *result, struct rule_set *ret, struct fault *why)
        MUST_CHECK;
/*
 * What core/case_file weighs with. `tables` has room for the pointers `ret` points to. False: one is not here any
 * more.
 */
bool rule_cache_rules(struct rule_cache *cache, const struct rule_set *set, struct day today,
        const struct code_table *tables[RULE_TABLES_MAX], struct case_rules *ret) MUST_CHECK;
