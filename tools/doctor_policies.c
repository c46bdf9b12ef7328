/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The doctor on policies: a policy is its document, known by the SHA-256 of the canonical form it is stored
 * in. That it was let in at all is compared with the people's tables (tools/doctor_people).
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "tools/doctor.h"

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

bool doctor_policies(struct doctor *doctor, struct fault *why)
{
        struct query query;

        query_init(
                &query, "SELECT policy_hash, document, policy_id, policy_version, standing FROM qcr.policy");
        return link_each(doctor->link, &query, take_policy, doctor, why);
}
