/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/founding.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "registry/core/procedure.h"
#include "registry/core/role.h"
#include "registry/store/ledger.h"
#include "registry/store/policies.h"
#include "registry/store/rules.h"

#define FOUNDING_SERIAL 1

bool founding_exists(struct link *link, bool *ret, struct fault *why)
{
        struct query query;
        PGresult *result;
        bool has_table;

        query_init(&query, "SELECT to_regclass('qcr.system') IS NOT NULL");
        if (!link_query(link, &query, &result, why))
                return false;
        has_table = cell_bool(result, 0, 0);
        PQclear(result);
        if (!has_table) {
                *ret = false;
                return true;
        }
        query_init(&query, "SELECT EXISTS (SELECT FROM qcr.system) OR EXISTS (SELECT FROM qcr.ledger)");
        if (!link_query(link, &query, &result, why))
                return false;
        *ret = cell_bool(result, 0, 0);
        PQclear(result);
        return true;
}

static bool append_entry(
        struct link *link, const struct founding_rows *rows, int64_t *ret_at_ms, struct fault *why)
{
        struct ledger_body body = {.kind = "founding"};
        struct query query;
        PGresult *result;
        int64_t serial;

        if (!EVP_Digest(rows->document.data, rows->document.length, body.content, NULL, EVP_sha256(), NULL))
                abort();
        ledger_append_query(&query, &body);
        if (!link_query(link, &query, &result, why))
                return false;
        serial = cell_number(result, 0, 0);
        *ret_at_ms = cell_number(result, 0, 1);
        PQclear(result);
        return serial == FOUNDING_SERIAL || fault_set(why, FAULT_CONFLICT, "the ledger has begun already");
}

static bool store_registry(
        struct link *link, const struct founding_rows *rows, int64_t at_ms, struct fault *why)
{
        struct query query;
        char epoch[37];

        uuid_format(rows->founding->epoch, epoch);
        query_init(&query, "INSERT INTO qcr.system (epoch, origin, schema_version, founded_at)"
                           " VALUES ($1::uuid, $2::text, $3::integer, $4::timestamptz)");
        query_text(&query, epoch);
        query_slice(&query, rows->founding->origin);
        query_number(&query, STORE_SCHEMA_VERSION);
        query_instant(&query, at_ms);
        if (!link_run(link, &query, NULL, why))
                return false;
        query_init(&query,
                "INSERT INTO qcr.founding (serial, document, signature) VALUES (1, $1::bytea, $2::bytea)");
        query_bytes(&query, rows->document.data, rows->document.length);
        query_bytes(&query, rows->signature, ED25519_SIGNATURE_SIZE);
        return link_run(link, &query, NULL, why);
}

static bool store_people(struct link *link, const struct founding *founding, struct fault *why)
{
        struct query query;

        for (size_t i = 0; i < founding->office_count; i++) {
                query_init(&query, "INSERT INTO qcr.office (office_id, name, code, serial)"
                                   " VALUES ($1::text, $2::text, $3::text, 1)");
                query_slice(&query, founding->offices[i].id);
                query_slice(&query, founding->offices[i].name);
                query_slice(&query, founding->offices[i].code);
                if (!link_run(link, &query, NULL, why))
                        return false;
        }
        for (size_t i = 0; i < founding->person_count; i++) {
                query_init(&query, "INSERT INTO qcr.person (person_id, office_id, name, version, serial)"
                                   " VALUES ($1::text, $2::text, $3::text, 1, 1)");
                query_slice(&query, founding->persons[i].id);
                query_slice(&query, founding->persons[i].office);
                query_slice(&query, founding->persons[i].name);
                if (!link_run(link, &query, NULL, why))
                        return false;
        }
        for (size_t i = 0; i < founding->role_count; i++) {
                query_init(&query, "INSERT INTO qcr.person_role (person_id, role, serial)"
                                   " VALUES ($1::text, $2::text, 1)");
                query_slice(&query, founding->roles[i].person);
                query_text(&query, role_word(founding->roles[i].role));
                if (!link_run(link, &query, NULL, why))
                        return false;
        }
        return true;
}

static bool store_certificates(struct link *link, const struct founding_rows *rows, struct fault *why)
{
        const struct founding *founding = rows->founding;
        struct query query;

        for (size_t i = 0; i < founding->certificate_count; i++) {
                query_init(&query,
                        "INSERT INTO qcr.certificate (fingerprint, person_id, der, not_before, not_after,"
                        " serial) VALUES (sha256($1::bytea), $2::text, $1::bytea, $3::timestamptz,"
                        " $4::timestamptz, 1)");
                query_bytes(&query, founding->certificates[i].der.data, founding->certificates[i].der.length);
                query_slice(&query, founding->certificates[i].person);
                query_instant(&query, rows->validity[i][0]);
                query_instant(&query, rows->validity[i][1]);
                if (!link_run(link, &query, NULL, why))
                        return false;
        }
        return true;
}

static bool store_policy(struct link *link, const struct founding_rows *rows, struct fault *why)
{
        struct query query;

        policies_insert(&query, rows->policy, rows->policy_document, FOUNDING_SERIAL);
        if (!link_run(link, &query, NULL, why))
                return false;
        query_init(&query, "INSERT INTO qcr.policy_activation (serial, policy_hash) VALUES (1, $1::bytea)");
        query_bytes(&query, rows->policy->hash, sizeof(rows->policy->hash));
        return link_run(link, &query, NULL, why);
}

static bool store_transitions(struct link *link, const struct founding_rule *rule, struct fault *why)
{
        struct document_error error;
        struct procedure *procedure;
        struct query query;

        if (rule->rule.kind != RULE_PROCEDURE)
                return true;
        if (procedure_parse(rule->document, &procedure, &error))
                abort(); /* read as a rule a moment ago */
        rules_transitions_insert(&query, procedure);
        procedure_free(procedure);
        return link_run(link, &query, NULL, why);
}

static bool store_rules(struct link *link, const struct founding_rows *rows, struct fault *why)
{
        struct query query;

        for (size_t i = 0; i < rows->rule_count; i++) {
                rules_insert(&query, &rows->rules[i].rule, rows->rules[i].document, FOUNDING_SERIAL);
                if (!link_run(link, &query, NULL, why))
                        return false;
                rules_current_set(&query, &rows->rules[i].rule);
                if (!link_run(link, &query, NULL, why) || !store_transitions(link, &rows->rules[i], why))
                        return false;
        }
        return true;
}

bool founding_store(struct link *link, const struct founding_rows *rows, struct fault *why)
{
        int64_t at_ms;

        return append_entry(link, rows, &at_ms, why) && store_registry(link, rows, at_ms, why) &&
               store_people(link, rows->founding, why) && store_certificates(link, rows, why) &&
               store_policy(link, rows, why) && store_rules(link, rows, why);
}
