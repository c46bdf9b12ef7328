/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/policies.h"

void policies_same_query(struct query *ret, const struct policy *policy)
{
        query_init(ret, "SELECT policy_hash FROM qcr.policy WHERE policy_hash = $1::bytea"
                        " OR (policy_id = $2::text AND policy_version = $3::integer)");
        query_bytes(ret, policy->hash, sizeof(policy->hash));
        query_text(ret, policy->id);
        query_number(ret, policy->version);
}

void policies_insert(struct query *ret, const struct policy *policy, struct slice document, uint64_t serial)
{
        query_init(ret, "INSERT INTO qcr.policy (policy_hash, policy_id, policy_version, document, standing, serial)"
                        " VALUES ($1::bytea, $2::text, $3::integer, $4::bytea, $5::text, $6::bigint)");
        query_bytes(ret, policy->hash, sizeof(policy->hash));
        query_text(ret, policy->id);
        query_number(ret, policy->version);
        query_bytes(ret, document.data, document.length);
        query_text(ret, policy_standing_word(policy_standing(policy)));
        query_number(ret, (int64_t)serial);
}

/* -------------------------------------------------------------- activation */

/*
 * $1 is the policy's hash, $2 the serial of a run's beginning. A later run, complete or not, has taken its place; one for a
 * day behind its entry's is nobody's, as the follower has it.
 */
#define HAS_RUN \
        "EXISTS (SELECT FROM qcr.recalc r JOIN qcr.recalc_end USING (serial) JOIN qcr.run_end USING (run_id)" \
        " WHERE r.serial = $2::bigint AND r.kind = 'shadow' AND r.policy_hash = $1::bytea" \
        " AND r.day <= (SELECT (l.at AT TIME ZONE 'UTC' + interval '8 hours')::date FROM qcr.ledger l WHERE l.serial = r.serial)" \
        " AND NOT EXISTS (SELECT FROM qcr.run n WHERE n.kind = 'shadow' AND n.serial > r.serial))"

void policies_candidate_query(struct query *ret, const uint8_t hash[32], uint64_t run_serial)
{
        query_init(ret, "SELECT p.document, p.policy_hash = " POLICIES_IN_FORCE ","
                        " EXISTS (SELECT FROM qcr.policy_activation a WHERE a.policy_hash = p.policy_hash), " HAS_RUN
                        " FROM qcr.policy p WHERE p.policy_hash = $1::bytea");
        query_bytes(ret, hash, 32);
        query_number(ret, (int64_t)run_serial);
}

void policies_activation_insert(struct query *ret, const uint8_t hash[32], uint64_t run_serial, uint64_t serial)
{
        query_init(ret, "INSERT INTO qcr.policy_activation (serial, policy_hash, run_serial)"
                        " SELECT $3::bigint, $1::bytea, $2::bigint WHERE $1::bytea <> " POLICIES_IN_FORCE
                        " AND " HAS_RUN);
        query_bytes(ret, hash, 32);
        query_number(ret, (int64_t)run_serial);
        query_number(ret, (int64_t)serial);
}

/* ----------------------------------------------------------------- reading */

#define COLUMNS \
        "WITH times AS (SELECT policy_hash, serial, lead(serial) OVER (ORDER BY serial) AS until" \
        " FROM qcr.policy_activation)" \
        " SELECT p.policy_id, p.policy_version, p.policy_hash, p.serial, p.standing," \
        " (SELECT t.serial FROM times t WHERE t.policy_hash = p.policy_hash AND t.until IS NULL)," \
        " (SELECT max(t.until) FROM times t WHERE t.policy_hash = p.policy_hash)," \
        " (SELECT max(r.serial) FROM qcr.recalc r JOIN qcr.recalc_end USING (serial) JOIN qcr.run_end USING (run_id)" \
        "  WHERE r.kind = 'shadow' AND r.policy_hash = p.policy_hash)"

void policies_list_query(struct query *ret)
{
        query_init(ret, COLUMNS " FROM qcr.policy p ORDER BY p.policy_id, p.policy_version");
}

void policies_one_query(struct query *ret, const uint8_t *hash, struct slice id, int32_t version)
{
        if (hash) {
                query_init(ret, COLUMNS ", p.document FROM qcr.policy p WHERE p.policy_hash = $1::bytea");
                query_bytes(ret, hash, 32);
        } else {
                query_init(ret, COLUMNS ", p.document FROM qcr.policy p"
                                        " WHERE p.policy_id = $1::text AND p.policy_version = $2::integer");
                query_slice(ret, id);
                query_number(ret, version);
        }
}
