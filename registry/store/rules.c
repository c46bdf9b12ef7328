/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/rules.h"

void rules_lock_query(struct query *ret)
{
        query_init(ret, "LOCK TABLE qcr.rule_current IN EXCLUSIVE MODE");
}

void rules_newest_query(struct query *ret, const struct rule *rule)
{
        query_init(ret, "SELECT coalesce(max(version) FILTER (WHERE kind = $1::text AND id = $2::text), 0),"
                        " coalesce(bool_or(rule_hash = $3::bytea), false),"
                        " (SELECT count(*) FROM qcr.rule_current WHERE kind = $1::text AND id <> $2::text),"
                        " (SELECT count(*) FROM qcr.rule_current) FROM qcr.rule");
        query_text(ret, rule_kind_word(rule->kind));
        query_text(ret, rule->id);
        query_bytes(ret, rule->hash, sizeof(rule->hash));
}

void rules_list_query(struct query *ret, const char *kind)
{
        query_init(ret, "SELECT r.id, r.version, r.rule_hash, r.serial FROM qcr.rule r"
                        " JOIN qcr.rule_current c USING (kind, id, version) WHERE r.kind = $1::text ORDER BY r.id");
        query_text(ret, kind);
}

void rules_current_query(struct query *ret, const char *kind, const char *id)
{
        query_init(ret, "SELECT r.version, r.rule_hash, r.document, r.serial FROM qcr.rule r"
                        " JOIN qcr.rule_current c USING (kind, id, version)"
                        " WHERE r.kind = $1::text AND r.id = $2::text");
        query_text(ret, kind);
        query_text(ret, id);
}

void rules_insert(struct query *ret, const struct rule *rule, struct slice document, uint64_t serial)
{
        query_init(ret, "INSERT INTO qcr.rule (kind, id, version, rule_hash, document, serial)"
                        " VALUES ($1::text, $2::text, $3::integer, $4::bytea, $5::bytea, $6::bigint)");
        query_text(ret, rule_kind_word(rule->kind));
        query_text(ret, rule->id);
        query_number(ret, rule->version);
        query_bytes(ret, rule->hash, sizeof(rule->hash));
        query_bytes(ret, document.data, document.length);
        query_number(ret, (int64_t)serial);
}

void rules_current_set(struct query *ret, const struct rule *rule)
{
        query_init(ret, "INSERT INTO qcr.rule_current AS c (kind, id, version)"
                        " VALUES ($1::text, $2::text, $3::integer)"
                        " ON CONFLICT (kind, id) DO UPDATE SET version = EXCLUDED.version"
                        " WHERE c.version < EXCLUDED.version");
        query_text(ret, rule_kind_word(rule->kind));
        query_text(ret, rule->id);
        query_number(ret, rule->version);
}

/* ------------------------------------------------------------- transitions */

/* One PostgreSQL array a column. Words are `[a-z0-9-]`: quotes are all they need. */
struct columns {
        struct buffer from, action, to, needs_second, excludes_opener;
};

static void add_element(struct buffer *array, const char *text)
{
        buffer_add_text(array, array->length ? ",\"" : "{\"");
        buffer_add_text(array, text);
        buffer_add_u8(array, '"');
}

static void add_transition(void *closure, const char *from, const char *action, const char *to, bool needs_second,
        bool excludes_opener)
{
        struct columns *columns = closure;

        add_element(&columns->from, from ? from : "");
        add_element(&columns->action, action);
        add_element(&columns->to, to);
        add_element(&columns->needs_second, needs_second ? "true" : "false");
        add_element(&columns->excludes_opener, excludes_opener ? "true" : "false");
}

static void take_array(struct query *query, struct buffer *array)
{
        buffer_add_text(array, array->length ? "}" : "{}");
        query_slice(query, buffer_slice(array));
        buffer_done(array);
}

void rules_transitions_insert(struct query *ret, const struct procedure *procedure)
{
        struct columns columns = {0};

        procedure_each_transition(procedure, add_transition, &columns);
        query_init(ret,
                "INSERT INTO qcr.procedure_transition (procedure_hash, from_state, action, to_state, needs_second,"
                " excludes_opener) SELECT $1::bytea, t.* FROM unnest($2::text[], $3::text[], $4::text[],"
                " $5::boolean[], $6::boolean[]) t");
        query_bytes(ret, procedure->hash, sizeof(procedure->hash));
        take_array(ret, &columns.from);
        take_array(ret, &columns.action);
        take_array(ret, &columns.to);
        take_array(ret, &columns.needs_second);
        take_array(ret, &columns.excludes_opener);
}
