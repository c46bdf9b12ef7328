/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Policies: one administrator brings a document in, which means nothing yet; one proposes to put it in force and
 * another approves. The approval's entry is the switch, for every enterprise at once. What is asked of a switch is
 * asked when it is proposed, again when it is approved, and the part that others can change in between a third time
 * behind the ledger head's lock (store/policies).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/base/log.h"
#include "registry/service/approval.h"
#include "registry/store/cases.h"
#include "registry/store/policies.h"

#define NAME_TEXT (POLICY_ID + 12) /* ID@VERSION */

/* What a policy is known by, without its rules. */
struct policy_name {
        char text[NAME_TEXT];
        char hash_text[65];
};

static void name_set(struct policy_name *name, const struct policy *policy)
{
        snprintf(name->text, sizeof(name->text), "%s@%" PRId32, policy->id, policy->version);
        hex_encode(policy->hash, sizeof(policy->hash), name->hash_text);
}

static void reply_filed(struct writing *writing, const char *outcome)
{
        Qcr__Filed *filed = call_alloc(writing->call, sizeof(*filed));

        qcr__filed__init(filed);
        filed->outcome = call_data_text(outcome);
        writing->reply->body_case = QCR__REPLY__BODY_FILED;
        writing->reply->filed = filed;
}

/* ------------------------------------------------------------ bringing one in */

struct policy_adding {
        struct policy policy;
        struct policy_name name;
        struct slice document;  /* canonical; of the call */
        bool is_taken;          /* its hash, or its id and version */
        uint8_t taken_hash[32]; /* by this document */
};

/* What was wrong with the document, at which of its keys. */
static bool refuse_document(struct call *call, const struct document_error *error)
{
        const char *path = call_text(call, slice_text(error->path[0] ? error->path : "document"));

        return failure_set_field(&call->failure, RESULT_RULE_INVALID, path,
                slice_text(call_text(call, slice_text(error->value))), "%s: %s", path, error->reason);
}

static bool adding_check(struct writing *writing)
{
        const ProtobufCBinaryData *octets = &writing->call->message->policy_add->document;
        struct policy_adding *adding = call_alloc(writing->call, sizeof(*adding));
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        struct document_error error;
        struct document document;

        writing->data = adding;
        if (policy_parse_draft(slice_of(octets->data, octets->len), &adding->policy, &error))
                return refuse_document(writing->call, &error);
        document_init(&document, slice_of(octets->data, octets->len));
        document_canonical(&document, &canonical);
        document_done(&document);
        adding->document = slice_of(call_text(writing->call, buffer_slice(&canonical)), canonical.length);
        name_set(&adding->name, &adding->policy);
        return true;
}

static void on_same(struct writing *writing, const PGresult *result)
{
        struct policy_adding *adding = writing->data;

        adding->is_taken = PQntuples(result) > 0;
        if (adding->is_taken && !cell_octets(result, 0, 0, adding->taken_hash, sizeof(adding->taken_hash)))
                writing_conflict(writing);
}

static void adding_load(struct writing *writing)
{
        const struct policy_adding *adding = writing->data;
        struct query query;

        policies_same_query(&query, &adding->policy);
        writing_send(writing, &query, on_same);
}

static bool refuse_taken(struct writing *writing, const struct policy_adding *adding)
{
        struct failure *failure = &writing->call->failure;
        char hash[65];

        hex_encode(adding->taken_hash, sizeof(adding->taken_hash), hash);
        if (memcmp(adding->taken_hash, adding->policy.hash, sizeof(adding->taken_hash)) == 0)
                return failure_set_field(failure, RESULT_ALREADY_THERE, "document", slice_of(NULL, 0),
                        "document: there is this one, as %s", adding->name.text);
        return failure_set_field(failure, RESULT_ALREADY_THERE, "version", slice_text(adding->name.text),
                "version: %s is another document, %s", adding->name.text, hash);
}

static enum act_decision adding_decide(struct writing *writing)
{
        const struct policy_adding *adding = writing->data;

        if (adding->is_taken) {
                refuse_taken(writing, adding);
                return ACT_REFUSED;
        }
        writing->body.kind = "policy-add";
        memcpy(writing->body.content, writing->call->request_hash, sizeof(writing->body.content));
        reply_filed(writing, "added");
        return ACT_WRITE;
}

static void adding_save(struct writing *writing)
{
        const struct policy_adding *adding = writing->data;
        struct query query;

        policies_insert(&query, &adding->policy, adding->document, writing->serial);
        writing_send_one(writing, &query);
}

const struct act policy_add_act = {
        .check = adding_check,
        .load = adding_load,
        .decide = adding_decide,
        .save = adding_save,
};

/* ------------------------------------------------------------ putting one in force */

struct policy_change {
        uint8_t hash[32];
        const char *hash_text;
        uint64_t run_serial;
        bool is_rehearsal;      /* the run is not looked at */
        bool is_known, is_active, was_active, has_run;
        struct policy policy;   /* if it is known */
        struct policy_name name;
};

static bool read_change(struct writing *writing, const Qcr__PolicyActivate *message)
{
        struct policy_change *change = call_alloc(writing->call, sizeof(*change));
        struct fields fields = call_fields(writing->call);
        char hash[65];

        fields_octets(&fields, "policy_hash", &message->policy_hash, change->hash, sizeof(change->hash));
        if (message->run_serial > INT64_MAX)
                fields_refuse(&fields, RESULT_FIELD_INVALID, "run_serial", slice_of(NULL, 0), "that is no serial");
        hex_encode(change->hash, sizeof(change->hash), hash);
        change->hash_text = call_text(writing->call, slice_text(hash));
        change->run_serial = message->run_serial;
        change->is_rehearsal = message->has_dry_run && message->dry_run;
        writing->policy_change = change;
        return !fields.failed;
}

/* ----------------------------------------------------------------- loading */

/* The day the policy must be for is that of the entry. */
static void on_day(struct writing *writing, const PGresult *result)
{
        writing->entry_day = cell_day(result, 0, 0);
}

static void on_candidate(struct writing *writing, const PGresult *result)
{
        struct policy_change *change = writing->policy_change;
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        struct document_error error;

        change->is_known = PQntuples(result) == 1;
        if (!change->is_known)
                return;
        change->is_active = cell_bool(result, 0, POLICIES_CANDIDATE_IS_ACTIVE);
        change->was_active = cell_bool(result, 0, POLICIES_CANDIDATE_WAS_ACTIVE);
        change->has_run = cell_bool(result, 0, POLICIES_CANDIDATE_HAS_RUN);
        if (cell_bytes(result, 0, POLICIES_CANDIDATE_DOCUMENT, &document) &&
                policy_parse(buffer_slice(&document), &change->policy, &error) == DOCUMENT_SOUND &&
                memcmp(change->policy.hash, change->hash, sizeof(change->hash)) == 0) {
                name_set(&change->name, &change->policy);
                return;
        }
        log_event(LOG_ERR, "store.unreadable", "id", writing->call->id, "policy", change->hash_text);
        failure_set(&writing->call->failure, RESULT_STORE_UNAVAILABLE, "the store holds a policy that cannot be read");
        writing_refuse(writing);
}

static void load_change(struct writing *writing)
{
        const struct policy_change *change = writing->policy_change;
        struct query query;

        cases_day_query(&query);
        writing_send(writing, &query, on_day);
        policies_candidate_query(&query, change->hash, change->run_serial);
        writing_send(writing, &query, on_candidate);
}

/* ------------------------------------------------------------------- rules */

static bool refuse_day(struct writing *writing, const struct policy_change *change)
{
        char from[DAY_TEXT], to[DAY_TEXT];
        bool is_open = day_is_none(change->policy.to);

        day_format(change->policy.from, from);
        if (!is_open)
                day_format(change->policy.to, to);
        return failure_set_field(&writing->call->failure, RESULT_POLICY_NOT_EFFECTIVE, "policy_hash",
                slice_text(change->hash_text), "%s is for days from %s %s", change->name.text, from, is_open ? "on" : to);
}

static bool is_early(const struct writing *writing)
{
        return day_is_before(writing->entry_day, writing->policy_change->policy.from);
}

static bool is_over(const struct writing *writing)
{
        struct day to = writing->policy_change->policy.to;

        return !day_is_none(to) && day_is_before(to, writing->entry_day);
}

/*
 * Those that make no difference to who acts come first; the run, which takes hours, last. Its first day is the
 * approval's to ask: what is to follow on a policy that ends is proposed before that one has ended.
 */
static bool decide_change(struct writing *writing)
{
        const struct policy_change *change = writing->policy_change;
        struct failure *failure = &writing->call->failure;
        struct slice value = slice_text(change->hash_text);

        if (!change->is_known)
                return failure_set_field(failure, RESULT_NOT_THERE, "policy_hash", value, "policy_hash: there is none");
        if (change->is_active)
                return failure_set_field(failure, RESULT_POLICY_ACTIVE, "policy_hash", value, "%s is in force already",
                        change->name.text);
        /* What was in force from the founding on may come back as it was. */
        if (policy_standing(&change->policy) == POLICY_TRIAL && !change->was_active)
                return failure_set_field(failure, RESULT_POLICY_ON_TRIAL, "policy_hash", value,
                        "%s names no organ's document, so that it stays on trial", change->name.text);
        if (is_over(writing))
                return refuse_day(writing, change);
        if (change->is_rehearsal || change->has_run)
                return true;
        return failure_set_field(failure, RESULT_RUN_MISSING, "run_serial", slice_of(NULL, 0),
                "run_serial: %" PRIu64 " is no complete shadow run under %s, or a later one has begun",
                change->run_serial, change->name.text);
}

/* ----------------------------------------------------------------- the act */

static bool change_act_check(struct writing *writing)
{
        return read_change(writing, writing->call->message->policy_activate);
}

static void reply_day(struct writing *writing)
{
        Qcr__Filed *filed = writing->reply->filed;
        char from[DAY_TEXT];

        day_format(writing->policy_change->policy.from, from);
        filed->has_effective_from = true;
        filed->effective_from = call_data_text(call_text(writing->call, slice_text(from)));
}

static enum act_decision change_act_decide(struct writing *writing)
{
        if (!decide_change(writing))
                return ACT_REFUSED;
        writing_propose(writing, NULL);
        reply_filed(writing, "proposed");
        if (is_early(writing))
                reply_day(writing);
        writing->is_rehearsal = writing->policy_change->is_rehearsal;
        return writing->is_rehearsal ? ACT_NOTHING : ACT_WRITE;
}

static void change_act_save(struct writing *writing)
{
        const struct policy_change *change = writing->policy_change;
        const char *kind = proposal_word(PROPOSAL_POLICY_ACTIVATE);
        CLEANUP(buffer) struct buffer summary = BUFFER_INIT;
        char day[DAY_TEXT];

        buffer_add_format(&summary, "%s %s, %s, run %" PRIu64, kind, change->name.text, change->hash_text,
                change->run_serial);
        if (is_early(writing)) {
                day_format(change->policy.from, day);
                buffer_add_format(&summary, ", to be approved from %s on", day);
        }
        if (!day_is_none(policy_end(&change->policy))) {
                day_format(change->policy.to, day);
                buffer_add_format(&summary, ", no answers after its last day %s", day);
        }
        writing_reply_proposal(writing, "proposed");
        writing_save_proposal(writing, kind, NULL, buffer_text(&summary));
}

const struct act policy_activate_act = {
        .check = change_act_check,
        .load = load_change,
        .decide = change_act_decide,
        .save = change_act_save,
};

/* -------------------------------------------------------------- its effect */

static bool change_effect_read(struct writing *writing, struct approval *approval)
{
        return read_change(writing, approval->proposed->policy_activate) || approval_overtaken(writing);
}

static void change_effect_load(struct writing *writing, struct approval *approval)
{
        (void)approval;
        load_change(writing);
}

static bool change_effect_decide(struct writing *writing, struct approval *approval)
{
        (void)approval;
        if (!decide_change(writing))
                return approval_overtaken(writing);
        return !is_early(writing) || refuse_day(writing, writing->policy_change); /* it still waits for its day */
}

static void change_effect_save(struct writing *writing, struct approval *approval)
{
        const struct policy_change *change = writing->policy_change;
        struct query query;

        (void)approval;
        policies_activation_insert(&query, change->hash, change->run_serial, writing->serial);
        writing_send_one(writing, &query);
}

const struct proposal_effect policy_effect = {
        .message_case = QCR__REQUEST__OPERATION_POLICY_ACTIVATE,
        .read = change_effect_read,
        .load = change_effect_load,
        .decide = change_effect_decide,
        .save = change_effect_save,
};
