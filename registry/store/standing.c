/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/standing.h"

#include "registry/store/policies.h"

void standing_lock_query(struct query *ret, const char *subject, const char *code)
{
        query_init(ret,
                "SELECT version, inputs, policy_hash, grade, score, graded_on, next_change,"
                " $2::text = $1::text OR EXISTS (SELECT FROM qcr.code WHERE code = $2::text AND subject ="
                " $1::text)"
                " FROM qcr.standing WHERE subject = $1::text FOR UPDATE OF standing");
        query_text(ret, subject);
        query_text(ret, code);
}

void standing_names_query(struct query *ret, const char *subject)
{
        query_init(ret, "SELECT DISTINCT name_norm FROM qcr.party_version WHERE subject = $1::text");
        query_text(ret, subject);
}

static void add_outcome(struct query *query, const struct grade_outcome *outcome, struct day graded_on)
{
        query_text(query, outcome->grade);
        if (outcome->score < 0)
                query_null(query);
        else
                query_number(query, outcome->score);
        query_day(query, graded_on);
        query_day(query, outcome->next_change);
}

void standing_update(struct query *ret, const char *subject, uint64_t version, struct slice inputs,
        const uint8_t policy_hash[32], const struct grade_outcome *outcome, struct day graded_on,
        uint64_t serial)
{
        query_init(ret,
                "UPDATE qcr.standing SET version = version + 1, inputs = $3::bytea, policy_hash = $4::bytea,"
                " grade = $5::text, score = $6::smallint, graded_on = $7::date, next_change = $8::date,"
                " serial = $9::bigint WHERE subject = $1::text AND version = $2::bigint"
                " AND $4::bytea = " POLICIES_IN_FORCE);
        query_text(ret, subject);
        query_number(ret, (int64_t)version);
        query_bytes(ret, inputs.data, inputs.length);
        query_bytes(ret, policy_hash, 32);
        add_outcome(ret, outcome, graded_on);
        query_number(ret, (int64_t)serial);
}

void standing_history_insert(struct query *ret, const char *subject, uint64_t version,
        const uint8_t policy_hash[32], const struct grade_outcome *outcome, struct day graded_on,
        uint64_t serial)
{
        query_init(ret,
                "INSERT INTO qcr.grade_history (subject, version, policy_hash, grade, score, graded_on,"
                " next_change,"
                " serial) VALUES ($1::text, $2::bigint, $3::bytea, $4::text, $5::smallint, $6::date,"
                " $7::date,"
                " $8::bigint)");
        query_text(ret, subject);
        query_number(ret, (int64_t)version);
        query_bytes(ret, policy_hash, 32);
        add_outcome(ret, outcome, graded_on);
        query_number(ret, (int64_t)serial);
}

void standing_policy_query(struct query *ret)
{
        query_init(ret, "SELECT " POLICIES_IN_FORCE);
}

void standing_policy_document_query(struct query *ret, const uint8_t hash[32])
{
        query_init(ret, "SELECT document FROM qcr.policy WHERE policy_hash = $1::bytea");
        query_bytes(ret, hash, 32);
}
