/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on rules: procedures, code tables and calendars are what the founding names and what two administrators
 * brought in since. From these, and from no row, it follows which of them held when a step was taken, and what the
 * table of moves must be.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "tools/doctor_facts.h"

/* ------------------------------------------------------------------------ what follows */

struct moves {
        struct doctor *doctor;
        const char *hash;
};

static void add_move(void *closure, const char *from, const char *action, const char *to, bool needs_second,
        bool excludes_opener)
{
        const struct moves *moves = closure;
        char key[DOCTOR_KEY];

        doctor_facts_add(&moves->doctor->facts, "procedure_transition",
                doctor_key(key, "%s %s %s %s %d %d", moves->hash, from ? from : "", action, to, needs_second,
                        excludes_opener),
                "");
}

static bool parse(struct doctor_rule *rule, struct slice document)
{
        struct document_error error;

        switch (rule->rule.kind) {
        case RULE_PROCEDURE:
                return !procedure_parse(document, &rule->procedure, &error);
        case RULE_CODES:
                return !code_table_parse(document, &rule->table, &error);
        case RULE_CALENDAR:
                rule->calendar = must_alloc(sizeof(*rule->calendar));
                return !work_calendar_parse(document, rule->calendar, &error);
        }
        return false;
}

const char *doctor_rule_add(struct doctor *doctor, struct slice document, uint64_t serial)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        struct document_error error;
        struct doctor_rule *item;
        char hash[65], rest[DOCTOR_KEY];

        doctor->rules =
                doctor_grow(doctor->rules, doctor->rule_count, &doctor->rule_room, sizeof(*doctor->rules));
        item = &doctor->rules[doctor->rule_count];
        *item = (struct doctor_rule){.serial = serial};
        if (rule_read(document, &item->rule, &canonical, &error))
                return "brings in a rule that cannot be read";
        doctor->rule_count++;
        if (!parse(item, buffer_slice(&canonical)))
                abort(); /* it was sound a moment ago */
        hex_encode(item->rule.hash, sizeof(item->rule.hash), hash);
        snprintf(rest, sizeof(rest), "%s %s %" PRId32 "|%" PRIu64, rule_kind_word(item->rule.kind), item->rule.id,
                item->rule.version, serial);
        doctor_facts_add(&doctor->facts, "rule", hash, rest);
        if (item->procedure)
                procedure_each_transition(item->procedure, add_move, &(struct moves){doctor, hash});
        return NULL;
}

void doctor_rules_settle(struct doctor *doctor)
{
        for (size_t i = 0; i < doctor->rule_count; i++) {
                const struct rule *rule = &doctor->rules[i].rule;
                char key[DOCTOR_KEY], version[16];

                if (doctor_rule_at(doctor, rule->kind, rule->id, UINT64_MAX) != &doctor->rules[i])
                        continue;
                snprintf(version, sizeof(version), "%" PRId32, rule->version);
                doctor_facts_add(&doctor->facts, "rule_current",
                        doctor_key(key, "%s %s", rule_kind_word(rule->kind), rule->id), version);
        }
}

void doctor_rules_done(struct doctor *doctor)
{
        for (size_t i = 0; i < doctor->rule_count; i++) {
                procedure_free(doctor->rules[i].procedure);
                code_table_free(doctor->rules[i].table);
                free(doctor->rules[i].calendar);
        }
        free(doctor->rules);
}

/* ---------------------------------------------------------------------------- founding */

/* The founding has the hash alone; whose SHA-256 it is, is the document. */
static bool add_founded(
        struct doctor *doctor, const PGresult *result, const uint8_t wanted[32], const char **ret_reason)
{
        for (int i = 0; i < PQntuples(result); i++) {
                CLEANUP(buffer) struct buffer document = BUFFER_INIT;
                uint8_t hash[32];

                if (!cell_bytes(result, i, 0, &document) ||
                        !EVP_Digest(document.data, document.length, hash, NULL, EVP_sha256(), NULL) ||
                        memcmp(hash, wanted, sizeof(hash)) != 0)
                        continue;
                *ret_reason = doctor_rule_add(doctor, buffer_slice(&document), 1);
                return true;
        }
        return false;
}

bool doctor_rules_found(struct doctor *doctor, const struct founding *founding, struct fault *why)
{
        struct query query;
        PGresult *result;

        query_init(&query, "SELECT document FROM qcr.rule ORDER BY kind, id, version");
        if (!link_query(doctor->link, &query, &result, why))
                return false;
        for (size_t i = 0; i < founding->rule_count; i++) {
                const char *reason = NULL;
                char hash[65];

                hex_encode(founding->rule_hashes[i], 32, hash);
                if (!add_founded(doctor, result, founding->rule_hashes[i], &reason))
                        doctor_facts_add(&doctor->facts, "rule", hash, "the founding names it");
                else if (reason)
                        doctor_find(doctor, "founding", "1", "%s: %s", reason, hash);
        }
        PQclear(result);
        return true;
}

/* ---------------------------------------------------------------------- what held when */

const struct doctor_rule *doctor_rule_at(
        const struct doctor *doctor, enum rule_kind kind, const char *id, uint64_t serial)
{
        const struct doctor_rule *newest = NULL;

        for (size_t i = 0; i < doctor->rule_count && doctor->rules[i].serial < serial; i++)
                if (doctor->rules[i].rule.kind == kind && strcmp(doctor->rules[i].rule.id, id) == 0)
                        newest = &doctor->rules[i];
        return newest;
}

struct case_rules doctor_rules_at(
        const struct doctor *doctor, uint64_t serial, struct day today, const struct code_table **tables)
{
        struct case_rules rules = {.tables = tables, .today = today};

        for (size_t i = 0; i < doctor->rule_count && doctor->rules[i].serial < serial; i++) {
                const struct doctor_rule *item = &doctor->rules[i];

                if (doctor_rule_at(doctor, item->rule.kind, item->rule.id, serial) != item)
                        continue;
                if (item->calendar)
                        rules.calendar = item->calendar;
                else if (item->table && rules.table_count < DOCTOR_TABLES_MAX)
                        tables[rules.table_count++] = item->table;
        }
        return rules;
}
