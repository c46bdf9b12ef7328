/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The policies there are: which of them is in force, was before, or could be, and one of them with its document.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/service/reading.h"
#include "registry/store/policies.h"

#define VERSION_DIGITS 9u /* that many fit every version */
#define NAME_OCTETS (POLICY_ID - 1 + 1 + VERSION_DIGITS)

static void reply_policies(struct call *call, Qcr__Policy **policies, size_t count, const char *outcome)
{
        Qcr__Policies body = QCR__POLICIES__INIT;
        Qcr__Reply reply = QCR__REPLY__INIT;

        if (!call_audit(call, outcome))
                return;
        body.policy = policies;
        body.n_policy = count;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_POLICIES;
        reply.policies = &body;
        call_reply(call, &reply);
}

/* A serial that may not be there. */
static void take_serial(const PGresult *result, int row, int column, protobuf_c_boolean *ret_has, uint64_t *ret)
{
        *ret_has = !cell_is_null(result, row, column);
        if (*ret_has)
                *ret = (uint64_t)cell_number(result, row, column);
}

/* NULL: the row cannot be read. */
static Qcr__Policy *policy_of(struct call *call, const PGresult *result, int row)
{
        Qcr__Policy *policy = call_alloc(call, sizeof(*policy));
        uint8_t *hash = call_alloc(call, 32);

        qcr__policy__init(policy);
        policy->id = call_data_text(cell_text(result, row, POLICIES_ID));
        policy->version = (uint32_t)cell_number(result, row, POLICIES_VERSION);
        policy->sha256 = call_data(slice_of(hash, 32));
        policy->serial = (uint64_t)cell_number(result, row, POLICIES_SERIAL);
        policy->standing = call_data_text(cell_text(result, row, POLICIES_STANDING));
        take_serial(result, row, POLICIES_ACTIVE_SINCE, &policy->has_active_since, &policy->active_since);
        take_serial(result, row, POLICIES_ACTIVE_UNTIL, &policy->has_active_until, &policy->active_until);
        take_serial(result, row, POLICIES_RUN_SERIAL, &policy->has_run_serial, &policy->run_serial);
        policy->has_was_active = true;
        policy->was_active = policy->has_active_until;
        return cell_octets(result, row, POLICIES_HASH, hash, 32) ? policy : NULL;
}

static void on_list(struct call *call, const PGresult *result)
{
        size_t count = (size_t)PQntuples(result);
        Qcr__Policy **policies = call_alloc(call, (count + 1) * sizeof(*policies));

        for (size_t i = 0; i < count; i++) {
                policies[i] = policy_of(call, result, (int)i);
                if (!policies[i]) {
                        call_fail_with(call, RESULT_STORE_UNAVAILABLE);
                        return;
                }
        }
        reply_policies(call, policies, count, "listed");
}

static void on_one(struct call *call, const PGresult *result)
{
        const ProtobufCBinaryData *wanted = &call->message->policy_show->policy;
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        Qcr__Policy *policy;

        if (PQntuples(result) == 0) {
                failure_set_field(&call->failure, RESULT_NOT_THERE, "policy", slice_of(wanted->data, wanted->len),
                        "policy: there is none");
                if (call_audit(call, "not-found"))
                        call_fail(call);
                return;
        }
        policy = policy_of(call, result, 0);
        if (!policy || !cell_bytes(result, 0, POLICIES_DOCUMENT, &document)) {
                call_fail_with(call, RESULT_STORE_UNAVAILABLE);
                return;
        }
        policy->has_document = true;
        policy->document = call_data(buffer_slice(&document));
        reply_policies(call, &policy, 1, "found");
}

/* False: it is neither a hash nor an id and a version. */
static bool one_query(const char *text, struct query *ret)
{
        const char *at = strrchr(text, '@');
        uint8_t hash[32];

        if (hex_decode(text, strlen(text), hash, sizeof(hash))) {
                policies_one_query(ret, hash, slice_of(NULL, 0), 0);
                return true;
        }
        if (!at || at == text || strlen(at + 1) < 1 || strlen(at + 1) > VERSION_DIGITS ||
                strspn(at + 1, "0123456789") != strlen(at + 1))
                return false;
        policies_one_query(ret, NULL, slice_of(text, (size_t)(at - text)), (int32_t)strtol(at + 1, NULL, 10));
        return true;
}

void policy_show_run(struct call *call)
{
        const Qcr__PolicyShow *message = call->message->policy_show;
        struct fields fields = call_fields(call);
        const char *wanted =
                message->has_policy ? fields_text(&fields, "policy", &message->policy, NAME_OCTETS) : NULL;
        struct query query;

        if (fields.failed) {
                call_fail(call);
                return;
        }
        if (!wanted) {
                policies_list_query(&query);
        } else if (!one_query(wanted, &query)) {
                fields_refuse(&fields, RESULT_FIELD_INVALID, "policy", slice_text(wanted),
                        "ID@VERSION or 64 hexadecimal digits are wanted");
                call_fail(call);
                return;
        }
        reading_ask(call, &query, wanted ? on_one : on_list);
}
