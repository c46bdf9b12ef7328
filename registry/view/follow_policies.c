/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_policies.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/policy.h"
#include "registry/view/follow_recalc.h"
#include "registry/view/view_recalc.h"

bool follow_policies_found(struct follow_verify *v, const struct follow_entry *entry, const uint8_t policy_hash[32],
        struct slice document, struct fault *why)
{
        if (!view_writer_put_policy(v->writer, policy_hash, document, why) ||
                !view_recalc_activate(v->writer, policy_hash, entry->serial, why))
                return false;
        memcpy(v->meta->policy_hash, policy_hash, sizeof(v->meta->policy_hash));
        return true;
}

/* As the founding's is kept: in the form whose SHA-256 is its hash. */
static bool put_canonical(struct follow_verify *v, const struct policy *policy, struct slice json, struct fault *why)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        struct document document;

        document_init(&document, json);
        document_canonical(&document, &canonical);
        document_done(&document);
        return view_writer_put_policy(v->writer, policy->hash, buffer_slice(&canonical), why);
}

bool follow_policies_add(struct follow_verify *v, const struct follow_entry *entry, const Qcr__PolicyAdd *message,
        struct fault *why)
{
        struct slice json = slice_of(message->document.data, message->document.len);
        struct policy *policy = must_alloc(sizeof(*policy));
        struct document_error error;
        bool added;

        if (policy_parse(json, policy, &error) == DOCUMENT_SOUND)
                added = put_canonical(v, policy, json, why);
        else
                added = follow_refuse(why, entry, "it adds a policy that is none: %s: %s", error.path, error.reason);
        free(policy);
        return added;
}

/* May it be in force from this entry on, whatever was computed under it? */
static bool check_policy(struct follow_verify *v, const struct follow_entry *entry, const struct policy *policy,
        struct fault *why)
{
        bool was_active;

        if (!view_recalc_was_active(v->writer, policy->hash, &was_active, why))
                return false;
        if (policy_standing(policy) == POLICY_TRIAL && !was_active)
                return follow_refuse(why, entry, "it puts a policy in force that is on trial");
        if (!policy_is_effective(policy, day_of_instant(entry->at_ms)))
                return follow_refuse(why, entry, "it puts a policy in force that is not for its day");
        return true;
}

/* The policy as the view has it, in memory to free. */
static bool load_policy(struct follow_verify *v, const struct follow_entry *entry, const uint8_t hash[32],
        struct policy **ret, struct fault *why)
{
        struct document_error error;
        enum view_found found;
        struct slice document;
        struct policy *policy;

        if (!view_tables_get(view_writer_tables(v->writer), VIEW_TABLE_POLICY, slice_of(hash, 32), &found, &document, why))
                return false;
        if (found)
                return follow_refuse(why, entry, "it puts a policy in force that nobody added");
        policy = must_alloc(sizeof(*policy));
        if (policy_parse(document, policy, &error) == DOCUMENT_SOUND) {
                *ret = policy;
                return true;
        }
        free(policy);
        return fault_set(why, FAULT_VIEW, "a policy in the view cannot be read");
}

bool follow_policies_activate(struct follow_verify *v, const struct follow_entry *entry,
        const Qcr__PolicyActivate *message, struct fault *why)
{
        const uint8_t *hash = message->policy_hash.data;
        struct policy *policy;
        bool may;

        if (message->policy_hash.len != sizeof(v->meta->policy_hash))
                return follow_refuse(why, entry, "it puts in force what is no policy's hash");
        if (memcmp(hash, v->meta->policy_hash, sizeof(v->meta->policy_hash)) == 0)
                return follow_refuse(why, entry, "it puts a policy in force that is so already");
        if (!load_policy(v, entry, hash, &policy, why))
                return false;
        may = check_policy(v, entry, policy, why);
        free(policy);
        if (!may || !follow_recalc_switch(v, entry, hash, message->run_serial, why) ||
                !view_recalc_activate(v->writer, hash, entry->serial, why))
                return false;
        memcpy(v->meta->policy_hash, hash, sizeof(v->meta->policy_hash));
        return true;
}
