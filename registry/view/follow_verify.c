/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "proto/qcr.pb-c.h"
#include "proto/text.h"
#include "registry/core/act.h"
#include "registry/core/ledger_entry.h"
#include "registry/core/policy.h"
#include "registry/core/role.h"
#include "registry/view/follow_cases.h"
#include "registry/view/follow_deputies.h"
#include "registry/view/follow_people.h"
#include "registry/view/follow_policies.h"
#include "registry/view/follow_recalc.h"

/* What decoding one stored request may cost; the frame it came in was below 64 KiB. */
#define REQUEST_ARENA ((size_t)1 << 20)

/* What a ledger body says: core/ledger_entry's text, read. */
struct claim {
        struct slice kind;
        struct slice subject;      /* empty: none */
        struct slice proposal;     /* SERIAL.ITEM, or empty */
        uint64_t proposal_serial;
        uint64_t proposal_item;
        uint8_t content[32];
        bool has_act;
        uint8_t act[32];
};

bool follow_refuse(struct fault *why, const struct follow_entry *entry, const char *format, ...)
{
        char reason[160];
        va_list args;

        va_start(args, format);
        vsnprintf(reason, sizeof(reason), format, args);
        va_end(args);
        return fault_set(why, FAULT_MISMATCH, "ledger entry %" PRIu64 ": %s", entry->serial, reason);
}

static bool refuse(struct fault *why, const struct follow_entry *entry, const char *reason)
{
        return follow_refuse(why, entry, "%s", reason);
}

/* ------------------------------------------------------------------- bodies */

static struct slice unless_none(struct slice value)
{
        return slice_equal(value, slice_text("-")) ? slice_text("") : value;
}

static bool proposal_parse(struct slice text, uint64_t *ret_serial, uint64_t *ret_item)
{
        const uint8_t *dot = memchr(text.data, '.', text.length);
        size_t serial = dot ? (size_t)(dot - text.data) : text.length;

        *ret_item = 0;
        return number_parse(slice_of(text.data, serial), ret_serial) &&
               (!dot || number_parse(slice_of(dot + 1, text.length - serial - 1), ret_item));
}

static bool hash_parse(struct slice text, uint8_t ret[32])
{
        return hex_decode((const char *)text.data, text.length, ret, 32);
}

static bool claim_parse(struct slice body, struct claim *ret)
{
        struct lines lines = lines_of(body);
        struct slice first = lines_next(&lines), previous, content, act;
        struct claim claim = {0};
        uint64_t number;

        claim.kind = lines_value(&lines, "kind");
        claim.subject = unless_none(lines_value(&lines, "subject"));
        previous = unless_none(lines_value(&lines, "previous"));
        claim.proposal = unless_none(lines_value(&lines, "proposal"));
        content = lines_value(&lines, "content");
        act = unless_none(lines_value(&lines, "act"));
        if (!lines_is_done(&lines) || !slice_equal(first, slice_text("qcr-ledger-body/v1")) ||
                (previous.length && !number_parse(previous, &number)) || !hash_parse(content, claim.content))
                return false;
        if (claim.proposal.length &&
                !proposal_parse(claim.proposal, &claim.proposal_serial, &claim.proposal_item))
                return false;
        claim.has_act = act.length > 0;
        if (claim.has_act && !hash_parse(act, claim.act))
                return false;
        *ret = claim;
        return true;
}

uint64_t follow_proposal_serial(const struct follow_entry *entry)
{
        struct claim claim;

        return entry->has_body && claim_parse(entry->body, &claim) ? claim.proposal_serial : 0;
}

/* --------------------------------------------------------------------- acts */

static bool is_hash_of(struct follow_verify *v, struct slice bytes, const uint8_t hash[32])
{
        struct hash computed;

        digest_hash(v->sha256, bytes, &computed);
        return memcmp(computed.octets, hash, sizeof(computed.octets)) == 0;
}

static bool signature_is_true(const struct follow_verify *v, const uint8_t public_key[32],
        const struct follow_act *act)
{
        EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, 32);
        bool is_true = key && act_verify(key, v->origin, act->request, slice_of(act->signature, sizeof(act->signature)));

        EVP_PKEY_free(key);
        return is_true;
}

/* Whose certificate it is, as of the entry before. */
static bool signer_of(struct follow_verify *v, const struct follow_entry *entry, const struct follow_act *act,
        struct view_certificate *ret_certificate, struct follow_signer *ret, struct fault *why)
{
        struct view_person person;
        enum view_found found;

        if (!view_writer_certificate(v->writer, act->certificate, &found, ret_certificate, why))
                return false;
        if (found)
                return refuse(why, entry, "it is signed with a certificate nobody knows");
        if (!view_writer_person(v->writer, ret_certificate->person_id, &found, &person, why))
                return false;
        if (found || person.person_id.length > FOUNDING_ID_LIMIT || person.office_id.length > FOUNDING_ID_LIMIT)
                return refuse(why, entry, "it is signed by a person nobody knows");
        *ret = (struct follow_signer){.roles = person.roles};
        memcpy(ret->person_id, person.person_id.data, person.person_id.length);
        memcpy(ret->office_id, person.office_id.data, person.office_id.length);
        return true;
}

/* The entry's own signature: true, and its certificate good at the entry's time. */
static bool check_act(struct follow_verify *v, const struct follow_entry *entry, const struct follow_act *act,
        struct follow_signer *ret, struct fault *why)
{
        struct view_certificate certificate;

        if (!act->is_signed)
                return refuse(why, entry, "nobody signed it");
        if (!signer_of(v, entry, act, &certificate, ret, why))
                return false;
        if (certificate.revoked)
                return refuse(why, entry, "it is signed with a revoked certificate");
        if (entry->at_ms < certificate.not_before_ms || entry->at_ms > certificate.not_after_ms)
                return refuse(why, entry, "it is signed with a certificate out of its days");
        if (!signature_is_true(v, certificate.public_key, act))
                return refuse(why, entry, "its signature is false");
        return true;
}

static bool act_is_claimed(const struct claim *claim, const struct follow_act *act)
{
        uint8_t hash[32];

        if (!claim->has_act)
                return false;
        ledger_act_hash(act->certificate, act->signature, act->request, hash);
        return memcmp(hash, claim->act, sizeof(hash)) == 0;
}

/* ----------------------------------------------------------------- requests */

static Qcr__Request *request_decode(struct arena *arena, struct slice bytes)
{
        ProtobufCAllocator allocator;

        text_allocator_init(&allocator, arena);
        return qcr__request__unpack(&allocator, bytes.length, bytes.data);
}

static bool is_for_us(const struct follow_verify *v, const Qcr__Request *request)
{
        return slice_equal(slice_of(request->origin.data, request->origin.len), v->origin);
}

/* Operations that change anything: whose roles may come with one, and whose may approve it. */
static const struct change {
        Qcr__Request__OperationCase operation;
        uint32_t roles;
        uint32_t second_roles;
} changes[] = {
        {QCR__REQUEST__OPERATION_RECORD_FILE, ROLE_RECORDER | ROLE_OFFICER, ROLE_REVIEWER | ROLE_SUPERIOR},
        {QCR__REQUEST__OPERATION_RECORD_WITHDRAW, ROLE_RECORDER | ROLE_OFFICER, ROLE_REVIEWER | ROLE_SUPERIOR},
        {QCR__REQUEST__OPERATION_OFFICE_ADD, ROLE_ADMIN, ROLE_ADMIN},
        {QCR__REQUEST__OPERATION_PERSON_ADD, ROLE_ADMIN, ROLE_ADMIN},
        {QCR__REQUEST__OPERATION_ROLE_CHANGE, ROLE_ADMIN, ROLE_ADMIN},
        {QCR__REQUEST__OPERATION_CERTIFICATE_ADD, ROLE_ADMIN, ROLE_ADMIN},
        {QCR__REQUEST__OPERATION_CERTIFICATE_REVOKE, ROLE_ADMIN, ROLE_ADMIN},
        /* Who of these it is says the case's procedure (view/follow_cases). */
        {QCR__REQUEST__OPERATION_CASE_STEP, ROLES_OF_CASES, ROLES_OF_CASES},
        {QCR__REQUEST__OPERATION_RULE_ADD, ROLE_ADMIN, ROLE_ADMIN},
        {QCR__REQUEST__OPERATION_DEPUTY_SET, ROLE_ADMIN, ROLE_ADMIN},
        {QCR__REQUEST__OPERATION_POLICY_ADD, ROLE_ADMIN, 0}, /* nobody's to approve */
        {QCR__REQUEST__OPERATION_POLICY_ACTIVATE, ROLE_ADMIN, ROLE_ADMIN},
};

/* NULL: it is not one that changes anything. */
static const struct change *change_of(const Qcr__Request *request)
{
        for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
                if (changes[i].operation == request->operation_case)
                        return &changes[i];
        return NULL;
}

/* Trials are signed like what they try. */
static bool is_trial(const Qcr__Request *request)
{
        switch (request->operation_case) {
        case QCR__REQUEST__OPERATION_RECORD_FILE:
                return request->record_file->dry_run;
        case QCR__REQUEST__OPERATION_CASE_STEP:
                return request->case_step->dry_run;
        case QCR__REQUEST__OPERATION_POLICY_ACTIVATE:
                return request->policy_activate->dry_run;
        default:
                return false;
        }
}

/* Has the signer one of these roles? In cases those of whoever they stand in for count too. */
static bool has_role(struct follow_verify *v, const struct follow_entry *entry, const struct follow_signer *signer,
        const struct change *change, uint32_t roles, bool *ret, struct fault *why)
{
        *ret = (roles & signer->roles) != 0;
        return *ret || change->operation != QCR__REQUEST__OPERATION_CASE_STEP ||
               follow_cases_has_role(v, entry, signer, ret, why);
}

/* -------------------------------------------------------------------- kinds */

static bool verify_founding(struct follow_verify *v, const struct follow_entry *entry, const struct claim *claim,
        struct fault *why)
{
        const struct follow_batch *batch = v->batch;
        struct document_error error;
        struct founding founding;
        struct arena arena;
        struct policy *policy;
        bool verified = false;

        if (entry->serial != 1 || claim->has_act || entry->act.is_signed)
                return refuse(why, entry, "a registry is founded once, by its CA");
        if (!founding_verify(v->ca_key, batch->founding, slice_of(batch->founding_signature, ED25519_SIGNATURE_SIZE)))
                return refuse(why, entry, "the founding is not signed by this registry's CA");
        if (!is_hash_of(v, batch->founding, claim->content))
                return refuse(why, entry, "its content is not the founding document's hash");

        arena_init(&arena, FOUNDING_ARENA);
        policy = must_alloc(sizeof(*policy));
        if (founding_parse(batch->founding, &arena, &founding) != FOUNDING_RIGHT)
                refuse(why, entry, "the founding document cannot be read");
        else if (!slice_equal(founding.origin, v->origin) ||
                memcmp(founding.epoch, batch->identity.epoch, sizeof(founding.epoch)) != 0)
                refuse(why, entry, "the founding is another registry's");
        else if (!batch->has_policy || policy_parse(batch->policy, policy, &error) != DOCUMENT_SOUND ||
                memcmp(policy->hash, founding.policy_hash, sizeof(policy->hash)) != 0)
                refuse(why, entry, "the founding's policy is not the one stored");
        else
                verified = follow_found_people(v->writer, batch, v->ca_key, &founding, why) &&
                        follow_rules_found(v->writer, batch, &founding, why) &&
                        follow_policies_found(v, entry, founding.policy_hash, batch->policy, why);
        free(policy);
        arena_done(&arena);
        return verified;
}

/* A run's beginning, chunk or end: the header that its person signed. */
static bool verify_run(struct follow_verify *v, const struct follow_entry *entry, const struct claim *claim,
        struct fault *why)
{
        const struct follow_run *run = follow_run_of(v->batch, entry->serial);
        struct follow_signer signer;

        if (!run || !slice_equal(run->kind, claim->kind))
                return refuse(why, entry, "its run is not there");
        if (claim->has_act && !act_is_claimed(claim, &run->act))
                return refuse(why, entry, "its signature is not the one it was entered with");
        if (!is_hash_of(v, run->act.request, claim->content))
                return refuse(why, entry, "its content is not the run header's hash");
        if (!check_act(v, entry, &run->act, &signer, why))
                return false;
        if (!(signer.roles & ROLE_ADMIN))
                return refuse(why, entry, "its person may not run it");
        return follow_recalc_run(v, entry, run, &signer, why);
}

/* A filing, a step of a case, a policy or a proposal: one person's act. */
static bool verify_own(struct follow_verify *v, const struct follow_entry *entry, const struct claim *claim,
        const Qcr__Request *request, const struct follow_signer *signer, struct fault *why)
{
        bool is_filing = slice_equal(claim->kind, slice_text("record-file"));
        bool is_step = slice_equal(claim->kind, slice_text("case-step"));
        bool is_policy = slice_equal(claim->kind, slice_text("policy-add"));
        const struct change *change = change_of(request);
        bool may;

        if (!change)
                return refuse(why, entry, "what was signed changes nothing");
        if (is_trial(request))
                return refuse(why, entry, "what was signed was to be tried only");
        if (!has_role(v, entry, signer, change, change->roles, &may, why))
                return false;
        if (!may)
                return refuse(why, entry, "its person's roles do not allow what was signed");
        if (is_filing) {
                const struct follow_content *content = follow_content_of(v->batch, entry->serial);

                if (request->operation_case != QCR__REQUEST__OPERATION_RECORD_FILE || claim->subject.length == 0)
                        return refuse(why, entry, "what was signed is not the filing of a record");
                if (!content || memcmp(content->hash, claim->content, sizeof(content->hash)) != 0)
                        return refuse(why, entry, "its content is not the stored record's hash");
                return true;
        }
        if (!is_hash_of(v, entry->act.request, claim->content))
                return refuse(why, entry, "its content is not the request's hash");
        if ((request->operation_case == QCR__REQUEST__OPERATION_POLICY_ADD) != is_policy)
                return refuse(why, entry, is_policy ? "what was signed is no policy" : "what was signed is a policy");
        if (is_policy)
                return follow_policies_add(v, entry, request->policy_add, why);
        if (!is_step)
                return view_cases_propose(v->writer, entry->serial, claim->act, why);
        if (request->operation_case != QCR__REQUEST__OPERATION_CASE_STEP)
                return refuse(why, entry, "what was signed is not a step of a case");
        return follow_cases_step(v, &(struct follow_step){
                .entry = entry,
                .subject = claim->subject,
                .message = request->case_step,
                .request = entry->act.request,
                .proposer = signer,
        }, why);
}

/* It was entered, signed as it is, and is decided once: the decision names it by its serial alone. */
static bool check_waiting(struct follow_verify *v, const struct follow_entry *entry, const struct follow_act *proposal,
        struct fault *why)
{
        uint8_t waiting[32], act[32];
        enum view_found found;

        if (!view_cases_decide(v->writer, proposal->serial, &found, waiting, why))
                return false;
        if (found)
                return refuse(why, entry, "the proposal it decides does not wait for anybody");
        ledger_act_hash(proposal->certificate, proposal->signature, proposal->request, act);
        if (memcmp(act, waiting, sizeof(act)) != 0)
                return refuse(why, entry, "the proposal it decides is not the one that was entered");
        return true;
}

/* Who proposed what is decided; the proposal of an import's chunk has no request of its own. */
static bool check_proposal(struct follow_verify *v, const struct follow_entry *entry, const struct claim *claim,
        struct arena *arena, struct follow_signer *ret_proposer, const struct follow_act **ret_act,
        const Qcr__Request **ret_request, struct fault *why)
{
        const struct follow_act *proposal = follow_proposal_of(v->batch, claim->proposal_serial);
        struct view_certificate certificate;
        Qcr__Request *request;

        if (!proposal || proposal->serial >= entry->serial)
                return refuse(why, entry, "the proposal it decides is not there");
        if (!signer_of(v, entry, proposal, &certificate, ret_proposer, why))
                return false;
        *ret_act = proposal;
        *ret_request = NULL;
        if (!proposal->is_signed)
                return true;
        if (!signature_is_true(v, certificate.public_key, proposal))
                return refuse(why, entry, "the signature of the proposal it decides is false");
        if (!is_hash_of(v, proposal->request, claim->content))
                return refuse(why, entry, "its content is not the proposal's hash");
        if (!check_waiting(v, entry, proposal, why))
                return false;
        request = request_decode(arena, proposal->request);
        if (!request || !is_for_us(v, request) || !change_of(request))
                return refuse(why, entry, "the proposal it decides cannot be read");
        *ret_request = request;
        return true;
}

/* What two persons signed takes effect; records' and offices' is not the view's. */
static bool take_effect(struct follow_verify *v, const struct follow_entry *entry, const struct claim *claim,
        const struct follow_act *act, const Qcr__Request *proposal, const struct follow_signer *proposer,
        const struct follow_signer *actor, struct fault *why)
{
        switch (proposal->operation_case) {
        case QCR__REQUEST__OPERATION_CASE_STEP:
                return follow_cases_step(v, &(struct follow_step){
                        .entry = entry,
                        .subject = claim->subject,
                        .message = proposal->case_step,
                        .request = act->request,
                        .proposer = proposer,
                        .second = actor,
                }, why);
        case QCR__REQUEST__OPERATION_RULE_ADD:
                return follow_rules_add(v->writer, slice_of(proposal->rule_add->document.data,
                                                           proposal->rule_add->document.len), why);
        case QCR__REQUEST__OPERATION_POLICY_ACTIVATE:
                return follow_policies_activate(v, entry, proposal->policy_activate, why);
        case QCR__REQUEST__OPERATION_DEPUTY_SET:
                return follow_deputies_set(v, entry, proposal->deputy_set, why) &&
                       follow_change_people(v->writer, v->batch, v->ca_key, proposal, why);
        default:
                return follow_change_people(v->writer, v->batch, v->ca_key, proposal, why);
        }
}

static bool verify_decision(struct follow_verify *v, const struct follow_entry *entry, const struct claim *claim,
        const Qcr__Request *request, const struct follow_signer *actor, struct arena *arena, struct fault *why)
{
        static const struct change held = {.second_roles = ROLE_REVIEWER | ROLE_SUPERIOR};
        bool approves = slice_equal(claim->kind, slice_text("approval"));
        const struct follow_act *act = NULL;
        const Qcr__Request *proposal = NULL;
        const struct change *change;
        struct follow_signer proposer;
        bool may;

        if (request->operation_case != QCR__REQUEST__OPERATION_DECIDE ||
                request->decide->proposal_serial != claim->proposal_serial ||
                request->decide->proposal_item != claim->proposal_item || (request->decide->approve != 0) != approves)
                return refuse(why, entry, "what was signed is another decision");
        if (!check_proposal(v, entry, claim, arena, &proposer, &act, &proposal, why))
                return false;
        /* Rejecting one's own proposal is taking it back. */
        if (strcmp(actor->person_id, proposer.person_id) == 0)
                return approves ? refuse(why, entry, "it is approved by the person who proposed it") : true;
        change = proposal ? change_of(proposal) : &held;
        if (!has_role(v, entry, actor, change, change->second_roles, &may, why))
                return false;
        if (!may)
                return refuse(why, entry, "its person's roles do not allow the decision");
        return !approves || !proposal || take_effect(v, entry, claim, act, proposal, &proposer, actor, why);
}

static bool verify_act(struct follow_verify *v, const struct follow_entry *entry, const struct claim *claim,
        struct fault *why)
{
        struct arena arena;
        struct follow_signer signer;
        Qcr__Request *request;
        bool verified = false;

        if (!act_is_claimed(claim, &entry->act))
                return refuse(why, entry, "its signature is not the one it was entered with");
        if (!check_act(v, entry, &entry->act, &signer, why))
                return false;
        arena_init(&arena, REQUEST_ARENA);
        request = request_decode(&arena, entry->act.request);
        if (!request || !is_for_us(v, request))
                refuse(why, entry, "what was signed cannot be read");
        else if (slice_equal(claim->kind, slice_text("approval")) || slice_equal(claim->kind, slice_text("rejection")))
                verified = verify_decision(v, entry, claim, request, &signer, &arena, why);
        else
                verified = verify_own(v, entry, claim, request, &signer, why);
        arena_done(&arena);
        return verified;
}

static const struct {
        const char *kind;
        bool (*verify)(struct follow_verify *v, const struct follow_entry *entry, const struct claim *claim,
                struct fault *why);
} kinds[] = {
        {"founding", verify_founding},
        {"run-begin", verify_run},
        {"run-chunk", verify_run},
        {"run-end", verify_run},
        {"record-file", verify_act},
        {"case-step", verify_act},
        {"policy-add", verify_act},
        {"proposal", verify_act},
        {"approval", verify_act},
        {"rejection", verify_act},
};

bool follow_verify_entry(struct follow_verify *v, const struct follow_entry *entry, struct fault *why)
{
        uint8_t octets[32];
        struct claim claim;
        struct hash leaf;
        size_t kind = 0;

        if (entry->serial != v->meta->serial + 1)
                return refuse(why, entry, "the entry before it is missing");
        if (v->meta->serial > 0 && entry->at_ms < v->meta->serial_at_ms)
                return refuse(why, entry, "its time is before that of the entry before");
        ledger_chain_next(v->meta->chain, entry->serial, entry->at_ms, entry->commitment, octets);
        if (memcmp(octets, entry->chain, sizeof(octets)) != 0)
                return refuse(why, entry, "it does not continue the chain");
        if (!entry->has_body)
                return refuse(why, entry, "what it commits to is gone");
        ledger_commitment(entry->salt, entry->body, octets);
        if (memcmp(octets, entry->commitment, sizeof(octets)) != 0)
                return refuse(why, entry, "its body is not what it commits to");
        if (!claim_parse(entry->body, &claim) || !slice_equal(claim.kind, entry->kind) ||
                !slice_equal(claim.subject, entry->subject))
                return refuse(why, entry, "its body cannot be read");
        while (kind < sizeof(kinds) / sizeof(kinds[0]) && !slice_equal(claim.kind, slice_text(kinds[kind].kind)))
                kind++;
        if (kind == sizeof(kinds) / sizeof(kinds[0]) || (entry->serial == 1) != (kind == 0))
                return refuse(why, entry, "it is of a kind that cannot stand there");
        if (!kinds[kind].verify(v, entry, &claim, why))
                return false;

        ledger_leaf(entry->serial, entry->at_ms, entry->commitment, leaf.octets);
        merkle_frontier_append(v->frontier, v->sha256, &leaf);
        v->meta->serial = entry->serial;
        v->meta->serial_at_ms = entry->at_ms;
        memcpy(v->meta->chain, entry->chain, sizeof(v->meta->chain));
        return true;
}
