/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on policies: a policy is its document, known by the SHA-256 of the canonical form it is stored in. Which
 * there are and which was in force from when on is what signed entries say (tools/doctor_people plays them back and
 * compares the tables); here it is asked whether each switch could be made.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "tools/doctor_facts.h"
#include "tools/home.h"

/* ------------------------------------------------------------ what signed entries say */

const char *doctor_policy_add(struct doctor *doctor, struct slice document, uint64_t serial)
{
        struct policy *policy = must_alloc(sizeof(*policy));
        struct document_error error;
        char hex[65], rest[24];
        bool is_sound = policy_parse(document, policy, &error) == DOCUMENT_SOUND;

        if (is_sound) {
                hex_encode(policy->hash, sizeof(policy->hash), hex);
                snprintf(rest, sizeof(rest), "%" PRIu64, serial);
                doctor_facts_add(&doctor->facts, "policy", hex, rest);
        }
        free(policy);
        return is_sound ? NULL : "brings in what is no policy";
}

const char *doctor_policy_activate(struct doctor *doctor, struct slice hash, uint64_t run_serial, uint64_t serial,
        int64_t at_ms)
{
        struct doctor_activation *item;
        char key[24], hex[65], rest[96];

        if (hash.length != 32)
                return "puts in force what is no policy";
        doctor->activations = doctor_grow(doctor->activations, doctor->activation_count, &doctor->activation_room,
                sizeof(*doctor->activations));
        item = &doctor->activations[doctor->activation_count++];
        *item = (struct doctor_activation){.serial = serial, .run_serial = run_serial, .day = day_of_instant(at_ms)};
        memcpy(item->hash, hash.data, 32);
        hex_encode(item->hash, 32, hex);
        snprintf(key, sizeof(key), "%" PRIu64, serial);
        snprintf(rest, sizeof(rest), "%s|%" PRIu64, hex, run_serial);
        doctor_facts_add(&doctor->facts, "policy_activation", key, rest);
        return NULL;
}

/* -------------------------------------------------------------------------- documents */

static bool take_policy(void *closure, const PGresult *row, struct fault *why)
{
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        struct doctor *doctor = closure;
        struct doctor_policy *item;
        struct document_error error;
        char hex[65];
        uint8_t hash[32], stored[32];

        if (!cell_octets(row, 0, 0, stored, 32) || !cell_bytes(row, 0, 1, &document))
                return fault_set(why, FAULT_INPUT, "qcr.policy: a row cannot be read");
        hex_encode(stored, 32, hex);
        if (!EVP_Digest(document.data, document.length, hash, NULL, EVP_sha256(), NULL))
                abort();
        if (memcmp(hash, stored, 32) != 0) {
                doctor_find(doctor, "policy", hex, "document was changed: its SHA-256 is another");
                return true;
        }
        doctor->policies =
                must_resize(doctor->policies, (doctor->policy_count + 1) * sizeof(*doctor->policies));
        item = &doctor->policies[doctor->policy_count];
        memcpy(item->hash, hash, 32);
        item->serial = (uint64_t)cell_number(row, 0, 5);
        if (policy_parse(buffer_slice(&document), &item->policy, &error)) {
                doctor_find(
                        doctor, "policy", hex, "document cannot be read: %s: %s", error.path, error.reason);
                return true;
        }
        doctor->policy_count++;
        if (strcmp(item->policy.id, cell_text(row, 0, 2)) != 0 ||
                item->policy.version != cell_number(row, 0, 3) ||
                strcmp(policy_standing_word(policy_standing(&item->policy)), cell_text(row, 0, 4)) != 0)
                doctor_find(doctor, "policy", hex, "id, version or standing is not the document's");
        return true;
}

/* --------------------------------------------------------------------------- switches */

static const struct doctor_policy *find_policy(const struct doctor *doctor, const uint8_t hash[32])
{
        for (size_t i = 0; i < doctor->policy_count; i++)
                if (memcmp(doctor->policies[i].hash, hash, 32) == 0)
                        return &doctor->policies[i];
        return NULL;
}

static bool was_active(const struct doctor *doctor, size_t before, const uint8_t hash[32])
{
        for (size_t i = 0; i < before; i++)
                if (memcmp(doctor->activations[i].hash, hash, 32) == 0)
                        return true;
        return false;
}

/* NULL, or why the switch at that place cannot have been made. */
static const char *check_switch(const struct doctor *doctor, size_t at)
{
        const struct doctor_activation *activation = &doctor->activations[at];
        const struct doctor_policy *policy = find_policy(doctor, activation->hash);

        if (!policy || policy->serial >= activation->serial)
                return "put in force a policy that nobody had brought in";
        if (memcmp(activation->hash, doctor->activations[at - 1].hash, 32) == 0)
                return "put in force the policy that was in force";
        if (policy_standing(&policy->policy) == POLICY_TRIAL && !was_active(doctor, at, activation->hash))
                return "put in force a policy on trial";
        if (!policy_is_effective(&policy->policy, activation->day))
                return "put in force a policy that was not for that day";
        return NULL;
}

/* Without a policy for the day nobody is answered. */
static void check_end(struct doctor *doctor)
{
        const struct doctor_activation *active = &doctor->activations[doctor->activation_count - 1];
        const struct doctor_policy *policy = find_policy(doctor, active->hash);
        char last[DAY_TEXT];

        if (!policy || !policy_ends_soon(&policy->policy, day_of_instant(now_ms())))
                return;
        day_format(policy->policy.to, last);
        doctor_warn(doctor, "policy", "%s@%" PRId32 " is in force, and its last day is %s: no answer is given after it until"
                " another is put in force", policy->policy.id, policy->policy.version, last);
}

static bool take_runless(void *closure, const PGresult *row, struct fault *why)
{
        (void)why;
        doctor_find(closure, "policy_activation", cell_text(row, 0, 0),
                "its run was not the newest complete shadow run under that policy");
        return true;
}

static bool check_runs(struct doctor *doctor, struct fault *why)
{
        struct query query;

        query_init(&query,
                "SELECT a.serial FROM qcr.policy_activation a WHERE a.run_serial IS NOT NULL AND NOT EXISTS ("
                " SELECT FROM qcr.recalc r JOIN qcr.recalc_end USING (serial) JOIN qcr.run_end d USING (run_id)"
                " WHERE r.serial = a.run_serial AND r.kind = 'shadow' AND r.policy_hash = a.policy_hash"
                " AND d.serial < a.serial AND NOT EXISTS (SELECT FROM qcr.run n WHERE n.kind = 'shadow'"
                " AND n.serial > r.serial AND n.serial < a.serial)) ORDER BY a.serial");
        return link_each(doctor->link, &query, take_runless, doctor, why);
}

bool doctor_policies(struct doctor *doctor, struct fault *why)
{
        struct query query;
        char key[DOCTOR_KEY];

        query_init(&query,
                "SELECT policy_hash, document, policy_id, policy_version, standing, serial FROM qcr.policy");
        if (!link_each(doctor->link, &query, take_policy, doctor, why))
                return false;
        for (size_t i = 1; i < doctor->activation_count; i++) { /* the first is the founding's */
                const char *reason = check_switch(doctor, i);

                if (reason)
                        doctor_find(doctor, "approval", doctor_key(key, "%" PRIu64, doctor->activations[i].serial), "%s",
                                reason);
        }
        if (doctor->activation_count > 0)
                check_end(doctor);
        return check_runs(doctor, why);
}
