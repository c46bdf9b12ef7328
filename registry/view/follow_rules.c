/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_rules.h"

#include <stdlib.h>
#include <string.h>

/* All that hold, and as many procedures that cases began under and that were replaced. */
#define PARSED_MAX (2 * VIEW_RULES_MAX)

struct parsed {
        enum rule_kind kind;
        uint8_t hash[32];
        uint64_t used;
        union {
                struct procedure *procedure;
                struct code_table *codes;
                struct work_calendar *calendar;
        };
};

struct follow_rules {
        size_t count;
        uint64_t uses;
        struct parsed parsed[PARSED_MAX];
};

static void parsed_done(struct parsed *parsed)
{
        switch (parsed->kind) {
        case RULE_PROCEDURE:
                procedure_free(parsed->procedure);
                break;
        case RULE_CODES:
                code_table_free(parsed->codes);
                break;
        case RULE_CALENDAR:
                free(parsed->calendar);
                break;
        }
}

struct follow_rules *follow_rules_new(void)
{
        struct follow_rules *rules = must_alloc(sizeof(*rules));

        *rules = (struct follow_rules){0};
        return rules;
}

void follow_rules_free(struct follow_rules *rules)
{
        if (!rules)
                return;
        for (size_t i = 0; i < rules->count; i++)
                parsed_done(&rules->parsed[i]);
        free(rules);
}

/* ------------------------------------------------------------------- believing */

static bool put(struct view_writer *writer, struct view_rules *holding, const struct rule *rule, struct slice document,
        struct fault *why)
{
        if (!view_rules_set(holding, rule))
                return fault_set(why, FAULT_MISMATCH, "rule %s %s@%d does not follow the one that holds, or there are "
                                                      "too many", rule_kind_word(rule->kind), rule->id, (int)rule->version);
        return view_cases_put_rule(writer, rule->hash, document, why);
}

static bool found_one(struct view_writer *writer, const struct follow_batch *batch, struct view_rules *holding,
        const uint8_t hash[32], struct fault *why)
{
        for (size_t i = 0; i < batch->rule_count; i++) {
                CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
                struct document_error error;
                struct rule rule;

                if (memcmp(batch->rules[i].hash, hash, 32) != 0)
                        continue;
                if (rule_read(batch->rules[i].document, &rule, &canonical, &error) ||
                        memcmp(rule.hash, hash, 32) != 0)
                        break;
                return put(writer, holding, &rule, buffer_slice(&canonical), why);
        }
        return fault_set(why, FAULT_MISMATCH, "a rule the founding names is not the one stored");
}

bool follow_rules_found(struct view_writer *writer, const struct follow_batch *batch, const struct founding *founding,
        struct fault *why)
{
        struct view_rules holding = {0};

        for (size_t i = 0; i < founding->rule_count; i++)
                if (!found_one(writer, batch, &holding, founding->rule_hashes[i], why))
                        return false;
        return view_cases_put_rules(writer, &holding, why);
}

bool follow_rules_add(struct view_writer *writer, struct slice document, struct fault *why)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        struct document_error error;
        struct view_rules holding;
        struct rule rule;

        if (rule_read(document, &rule, &canonical, &error))
                return fault_set(why, FAULT_MISMATCH, "an approved rule cannot be read: %s: %s", error.path, error.reason);
        return view_cases_rules(writer, &holding, why) &&
               put(writer, &holding, &rule, buffer_slice(&canonical), why) &&
               view_cases_put_rules(writer, &holding, why);
}

/* --------------------------------------------------------------------- reading */

static bool parse(struct parsed *parsed, struct slice document)
{
        struct document_error error;

        switch (parsed->kind) {
        case RULE_PROCEDURE:
                return !procedure_parse(document, &parsed->procedure, &error);
        case RULE_CODES:
                return !code_table_parse(document, &parsed->codes, &error);
        case RULE_CALENDAR:
                parsed->calendar = must_alloc(sizeof(*parsed->calendar));
                if (!work_calendar_parse(document, parsed->calendar, &error))
                        return true;
                free(parsed->calendar);
                return false;
        }
        return false;
}

/* Where the next one goes: behind the others, or in place of the one asked for longest ago. */
static struct parsed *make_room(struct follow_rules *rules)
{
        struct parsed *oldest = &rules->parsed[0];

        if (rules->count < PARSED_MAX)
                return &rules->parsed[rules->count++];
        for (size_t i = 1; i < PARSED_MAX; i++)
                if (rules->parsed[i].used < oldest->used)
                        oldest = &rules->parsed[i];
        parsed_done(oldest);
        return oldest;
}

/* `*ret` is NULL when the view does not have it. */
static bool take(struct follow_rules *rules, struct view_writer *writer, enum rule_kind kind, const uint8_t hash[32],
        const struct parsed **ret, struct fault *why)
{
        struct parsed parsed = {.kind = kind}, *kept;
        struct slice document;
        enum view_found found;

        rules->uses++;
        for (size_t i = 0; i < rules->count; i++) {
                kept = &rules->parsed[i];
                if (kept->kind == kind && memcmp(kept->hash, hash, sizeof(kept->hash)) == 0) {
                        kept->used = rules->uses;
                        *ret = kept;
                        return true;
                }
        }
        if (!view_cases_rule(writer, hash, &found, &document, why))
                return false;
        *ret = NULL;
        if (found)
                return true;
        if (!parse(&parsed, document))
                return fault_set(why, FAULT_VIEW, "a rule in the view cannot be read");
        memcpy(parsed.hash, hash, sizeof(parsed.hash));
        parsed.used = rules->uses;
        kept = make_room(rules);
        *kept = parsed;
        *ret = kept;
        return true;
}

bool follow_rules_procedure(struct follow_rules *rules, struct view_writer *writer, const uint8_t hash[32],
        const struct procedure **ret, struct fault *why)
{
        const struct parsed *parsed;

        if (!take(rules, writer, RULE_PROCEDURE, hash, &parsed, why))
                return false;
        *ret = parsed ? parsed->procedure : NULL;
        return true;
}

bool follow_rules_holding(struct view_writer *writer, const char *id, enum view_found *ret_found,
        uint8_t ret_hash[32], struct fault *why)
{
        struct view_rules holding;
        const struct rule *rule;

        if (!view_cases_rules(writer, &holding, why))
                return false;
        rule = view_rules_find(&holding, RULE_PROCEDURE, slice_text(id));
        *ret_found = rule ? VIEW_FOUND : VIEW_ABSENT;
        if (rule)
                memcpy(ret_hash, rule->hash, sizeof(rule->hash));
        return true;
}

bool follow_rules_weights(struct follow_rules *rules, struct view_writer *writer, struct day today,
        struct follow_weights *ret, struct fault *why)
{
        struct view_rules holding;

        if (!view_cases_rules(writer, &holding, why))
                return false;
        ret->rules = (struct case_rules){.tables = ret->tables, .today = today};
        for (size_t i = 0; i < holding.count; i++) {
                const struct rule *rule = &holding.rules[i];
                const struct parsed *parsed;

                if (rule->kind == RULE_PROCEDURE)
                        continue;
                if (!take(rules, writer, rule->kind, rule->hash, &parsed, why))
                        return false;
                if (!parsed)
                        return fault_set(why, FAULT_VIEW, "a rule that holds is not in the view");
                if (rule->kind == RULE_CALENDAR)
                        ret->rules.calendar = parsed->calendar;
                else
                        ret->tables[ret->rules.table_count++] = parsed->codes;
        }
        return true;
}
