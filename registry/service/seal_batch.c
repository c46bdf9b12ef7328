/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/seal_batch.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "registry/base/log.h"

/* When to ask again: a poll of the follower, a beat of the heart. */
#define RETRY_CATCHING_UP_MS 200u
#define RETRY_STALE_MS 1000u

/* One place in the tree. */
struct sealed {
        const struct seal_question *question;
        size_t statement;   /* where it begins in statements */
        size_t length;
};

struct seal_batch {
        struct seal_key *key;
        struct digest *sha256;
        struct seal_limits limits;
        /* kept from batch to batch */
        bool has_policy;
        struct policy policy;
        bool has_past_policy;
        struct policy past_policy;
        struct verdict_room room;
        struct buffer coverage;
        struct buffer statements;
        struct buffer head;
        /* of this batch */
        struct view_meta meta;
        struct statement statement;
        uint8_t salts[MERKLE_BATCH_LIMIT][STATEMENT_SALT_SIZE]; /* drawn at once: a draw costs a microsecond */
        struct sealed sealed[MERKLE_BATCH_LIMIT];
        struct merkle_batch tree;
};

struct seal_batch *seal_batch_new(struct seal_key *key, struct digest *sha256, const struct seal_limits *limits)
{
        struct seal_batch *batch = must_alloc(sizeof(*batch));

        memset(batch, 0, sizeof(*batch));
        batch->key = key;
        batch->sha256 = sha256;
        batch->room.sha256 = sha256;
        batch->limits = *limits;
        return batch;
}

void seal_batch_free(struct seal_batch *batch)
{
        if (!batch)
                return;
        buffer_done(&batch->room.reasons);
        buffer_done(&batch->room.packed);
        buffer_done(&batch->coverage);
        buffer_done(&batch->statements);
        buffer_done(&batch->head);
        free(batch);
}

/* ------------------------------------------------------------------ refusing */

static void refuse(const struct seal_question *question, enum result_code code, uint32_t retry_after_ms,
        struct slice text, struct slice field_value)
{
        const struct seal_answer answer = {
                .generation = question->request.generation,
                .id = question->request.id,
                .code = (uint16_t)code,
                .retry_after_ms = retry_after_ms,
                .text = text,
                .field_value = field_value,
        };

        seal_answer_encode(outbox_begin(question->outbox), &answer);
        outbox_end(question->outbox);
}

static void refuse_with(const struct seal_question *question, enum result_code code, const char *text)
{
        refuse(question, code, 0, slice_text(text), slice_text(""));
}

static void refuse_all(const struct seal_question *questions, unsigned count, enum result_code code, const char *text)
{
        for (unsigned i = 0; i < count; i++)
                refuse_with(&questions[i], code, text);
}

/* The flaw's word, then what helps to find it: `code_check position=18 expected=7`. */
static void refuse_code(const struct seal_question *question, const struct org_code_report *report)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;

        buffer_add_text(&value, org_code_flaw_word(report->flaw));
        if (report->position)
                buffer_add_format(&value, " position=%u", report->position);
        if (report->character[0])
                buffer_add_format(&value, " character=%s", report->character);
        if (report->expected)
                buffer_add_format(&value, " expected=%c", report->expected);
        if (report->suggestion[0])
                buffer_add_format(&value, " suggestion=%s", report->suggestion);
        refuse(question, RESULT_CODE_INVALID, 0, slice_text("the code is not one"), buffer_slice(&value));
}

/* ------------------------------------------------------------------ deciding */

/* Meta, coverage and the active policy, once for the whole batch. */
static bool load_state(struct seal_batch *batch, struct view *view, struct fault *why)
{
        struct document_error error;
        enum view_found found;
        struct slice document;

        if (!view_meta(view, &batch->meta, why))
                return false;
        buffer_clear(&batch->coverage);
        if (!view_coverage(view, &batch->coverage, why))
                return false;
        if (batch->has_policy && memcmp(batch->policy.hash, batch->meta.policy_hash, sizeof(batch->policy.hash)) == 0)
                return true;
        batch->has_policy = false;
        if (!view_policy(view, batch->meta.policy_hash, &found, &document, why))
                return false;
        if (found)
                return fault_set(why, FAULT_VIEW, "the active policy is not in the view");
        if (policy_parse(document, &batch->policy, &error) != DOCUMENT_SOUND ||
                memcmp(batch->policy.hash, batch->meta.policy_hash, sizeof(batch->policy.hash)) != 0)
                return fault_set(why, FAULT_VIEW, "the active policy in the view is not what its hash says");
        batch->has_policy = true;
        return true;
}

static bool is_stale(const struct seal_batch *batch, const struct seal_request *request, int64_t boot_ms)
{
        uint32_t bound = request->max_age_ms ? request->max_age_ms : batch->limits.stale_ms;
        int64_t age = boot_ms - batch->meta.heartbeat_seen_ms;

        if (bound > batch->limits.stale_cap_ms)
                bound = batch->limits.stale_cap_ms;
        return batch->meta.heartbeat_ms == INT64_MIN || age < 0 || age > bound;
}

/* What holds for whatever enterprise is asked about. True: refused. */
static bool refuse_by_state(const struct seal_batch *batch, const struct seal_question *question,
        const struct seal_time *time)
{
        const struct seal_request *request = &question->request;

        if (batch->meta.refused) /* why is the operator's to read: it may name a case and its step */
                refuse_with(question, RESULT_STORE_MISMATCH, result_find(RESULT_STORE_MISMATCH)->meaning);
        else if (request->suite != SUITE_ED25519_SHA256)
                refuse_with(question, RESULT_SUITE_UNKNOWN, "ed25519-sha256 is offered");
        else if (is_stale(batch, request, time->boot_ms))
                refuse(question, RESULT_STALE, RETRY_STALE_MS, slice_text("the data are older than the bound"),
                        slice_text(""));
        else if (request->min_serial > batch->meta.serial)
                refuse(question, RESULT_NOT_CAUGHT_UP, RETRY_CATCHING_UP_MS,
                        slice_text("this node has not reached the serial asked for"), slice_text(""));
        else
                return false;
        return true;
}

static struct verdict_party party_of(const struct view_party *from)
{
        return (struct verdict_party){
                .subject = from->subject,
                .name = from->name,
                .registration = (enum statement_registration)from->registration,
                .merged_into = from->merged_into,
                .inputs = from->inputs,
                .grade = from->grade,
                .score = from->score,
                .graded_on = from->graded_on,
                .next_change = from->next_change,
                .policy_hash = from->policy_hash,
                .decision = from->decision,
        };
}

static enum verdict_refusal decide(struct seal_batch *batch, enum statement_kind kind, const struct view_party *found,
        const struct org_code *code, int64_t now_ms)
{
        struct verdict_party party;
        struct verdict_facts facts = {
                .origin = batch->key->origin,
                .kind = kind,
                .policy = &batch->policy,
                .coverage = buffer_slice(&batch->coverage),
                .serial = batch->meta.serial,
                .serial_at_ms = batch->meta.serial_at_ms,
                .root = batch->meta.root,
                .data_as_of_ms = batch->meta.heartbeat_ms,
        };

        if (found) {
                party = party_of(found);
                facts.party = &party;
        }
        return verdict_decide(&facts, code, now_ms, &batch->room, &batch->statement);
}

/* The policy of a past answer: the one that was active then, which the view keeps. */
static bool load_past_policy(struct seal_batch *batch, struct view *view, const uint8_t hash[32], struct fault *why)
{
        struct document_error error;
        enum view_found found;
        struct slice document;

        if (batch->has_past_policy && memcmp(batch->past_policy.hash, hash, sizeof(batch->past_policy.hash)) == 0)
                return true;
        batch->has_past_policy = false;
        if (!view_policy(view, hash, &found, &document, why))
                return false;
        if (found || policy_parse(document, &batch->past_policy, &error) != DOCUMENT_SOUND ||
                memcmp(batch->past_policy.hash, hash, sizeof(batch->past_policy.hash)) != 0)
                return fault_set(why, FAULT_VIEW, "the view has no such policy");
        batch->has_past_policy = true;
        return true;
}

/* A past answer rests on what the worker read of the store; the statement's kind says so. */
static enum verdict_refusal decide_past(struct seal_batch *batch, const struct seal_past *past,
        const struct org_code *code, int64_t now_ms)
{
        static const uint8_t no_outcome[8];
        char subject[STATEMENT_SUBJECT_SIZE + 1] = "";
        const struct verdict_party party = {
                .subject = subject,
                .name = past->name,
                .registration = (enum statement_registration)past->registration,
                .inputs = past->inputs,
                .grade = "",
                .score = -1,
                .graded_on = past->as_of,
                .next_change = DAY_NONE,
                .policy_hash = no_outcome,
                .decision = past->decision,
        };
        const struct verdict_facts facts = {
                .origin = batch->key->origin,
                .kind = STATEMENT_AS_OF,
                .as_of = past->as_of,
                .known_at_ms = past->known_at_ms,
                .is_withheld = past->is_withheld,
                .party = past->is_found ? &party : NULL,
                .policy = &batch->past_policy,
                .coverage = past->coverage,
                .serial = past->serial,
                .root = batch->meta.root,
                .ledger_size = batch->meta.serial,
                .data_as_of_ms = batch->meta.heartbeat_ms,
        };

        memcpy(subject, past->subject.data, past->subject.length);
        return verdict_decide(&facts, code, now_ms, &batch->room, &batch->statement);
}

/* What only a question about the past can have wrong. True: refused. */
static bool refuse_past(struct seal_batch *batch, struct view *view, const struct seal_question *question,
        int64_t now_ms)
{
        const struct seal_past *past = &question->request.past;
        struct fault why;

        if (day_is_before(day_of_instant(now_ms), past->as_of) || past->known_at_ms > now_ms)
                refuse_with(question, RESULT_DATE_IN_FUTURE, "what is asked about has not come yet");
        else if (past->serial > batch->meta.serial)
                refuse(question, RESULT_NOT_CAUGHT_UP, RETRY_CATCHING_UP_MS,
                        slice_text("this node has not reached what was known then"), slice_text(""));
        else if (!load_past_policy(batch, view, past->policy_hash, &why))
                refuse_with(question, RESULT_VIEW_UNAVAILABLE, why.text);
        else
                return false;
        return true;
}

/* A switch leaves days behind that the new policy is not for; those who ask for them are told of whom to ask. */
static void refuse_past_day(const struct seal_question *question, const struct policy *policy)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        char from[DAY_TEXT], to[DAY_TEXT] = "on";

        day_format(policy->from, from);
        if (!day_is_none(policy->to))
                day_format(policy->to, to);
        buffer_add_format(&text,
                "%s@%" PRId32 " was in force by then, and is for days from %s %s: ask with a knowledge (--known-at) from"
                " before it was put in force, for the grade by the policy before it",
                policy->id, policy->version, from, to);
        refuse(question, RESULT_POLICY_NOT_EFFECTIVE, 0, buffer_slice(&text), slice_text(""));
}

/* The asker's part of the statement, and the salt that hides it from its neighbours. */
static void complete(struct statement *statement, const struct seal_request *request,
        const uint8_t salt[STATEMENT_SALT_SIZE])
{
        memcpy(statement->request.octets, request->request_hash, sizeof(statement->request.octets));
        memcpy(statement->nonce, request->nonce.data, request->nonce.length);
        statement->nonce_size = (unsigned)request->nonce.length;
        statement->has_purpose = request->has_purpose;
        if (request->has_purpose)
                memcpy(statement->purpose.octets, request->purpose_hash, sizeof(statement->purpose.octets));
        memcpy(statement->salt, salt, STATEMENT_SALT_SIZE);
}

/* Decides one question and gives its statement a place in the tree, or refuses it. */
static void answer_one(struct seal_batch *batch, struct view *view, const struct seal_question *question,
        const struct seal_time *time)
{
        enum statement_kind kind = question->request.is_explain ? STATEMENT_EXPLAIN : STATEMENT_CURRENT;
        size_t before = batch->statements.length;
        struct org_code_report report;
        enum verdict_refusal refusal;
        enum statement_flaw flaw;
        struct view_party party;
        enum view_found found;
        struct org_code code;
        struct hash leaf;
        struct fault why;

        if (refuse_by_state(batch, question, time))
                return;
        if (org_code_parse(question->request.code, &code, &report) != ORG_CODE_SOUND) {
                refuse_code(question, &report);
                return;
        }
        if (question->request.is_past) {
                if (refuse_past(batch, view, question, time->now_ms))
                        return;
                refusal = decide_past(batch, &question->request.past, &code, time->now_ms);
        } else if (!view_party(view, code.text, &found, &party, &why)) {
                log_event(LOG_ALERT, "seal.view", "fault", fault_word(why.code), "text", why.text);
                refuse_with(question, RESULT_VIEW_UNAVAILABLE, "the enterprise's entry cannot be read");
                return;
        } else {
                refusal = decide(batch, kind, found == VIEW_FOUND ? &party : NULL, &code, time->now_ms);
        }
        if (refusal == VERDICT_POLICY && question->request.is_past) {
                refuse_past_day(question, &batch->past_policy);
                return;
        }
        if (refusal) {
                /* That the policy has ended is said once a day (sealer), and not of each question. */
                if (refusal != VERDICT_POLICY)
                        log_event(LOG_ALERT, "seal.verdict", "reason", verdict_refusal_text(refusal));
                refuse_with(question, RESULT_VIEW_UNAVAILABLE, verdict_refusal_text(refusal));
                return;
        }
        complete(&batch->statement, &question->request, batch->salts[batch->tree.size]);
        flaw = statement_format(&batch->statement, &batch->statements);
        if (flaw) {
                log_event(LOG_ALERT, "seal.statement", "flaw", statement_flaw_word(flaw));
                refuse_with(question, RESULT_VIEW_UNAVAILABLE, "what is known of the enterprise cannot be stated");
                return;
        }
        merkle_leaf(batch->sha256, slice_of(batch->statements.data + before, batch->statements.length - before), &leaf);
        batch->sealed[merkle_batch_add(&batch->tree, &leaf)] =
                (struct sealed){question, before, batch->statements.length - before};
}

/* ------------------------------------------------------------------- sealing */

static void send_one(const struct seal_batch *batch, unsigned index)
{
        const struct sealed *sealed = &batch->sealed[index];
        struct hash path[MERKLE_BATCH_PATH_LIMIT];
        unsigned length = merkle_batch_path(&batch->tree, index, path);
        const struct seal_answer answer = {
                .generation = sealed->question->request.generation,
                .id = sealed->question->request.id,
                .code = RESULT_DONE,
                .index = index,
                .statement = slice_of(batch->statements.data + sealed->statement, sealed->length),
                .path = slice_of(path, length * sizeof(path[0])),
                .head = buffer_slice(&batch->head),
                .certificates = buffer_slice(&batch->key->certificates),
        };

        seal_answer_encode(outbox_begin(sealed->question->outbox), &answer);
        outbox_end(sealed->question->outbox);
}

static unsigned seal(struct seal_batch *batch, const struct seal_time *time)
{
        unsigned size = batch->tree.size;
        struct hash root;
        struct fault why;
        bool is_signed;

        if (size == 0)
                return 0;
        merkle_batch_build(&batch->tree, batch->sha256, &root);
        buffer_clear(&batch->head);
        is_signed = seal_key_sign(batch->key, size, &root, time->now_ms, batch->meta.heartbeat_ms, &batch->head, &why);
        if (!is_signed)
                log_event(LOG_ALERT, "seal.sign", "fault", fault_word(why.code), "text", why.text);
        for (unsigned i = 0; i < size; i++)
                if (is_signed)
                        send_one(batch, i);
                else
                        refuse_with(batch->sealed[i].question, RESULT_SEALER_UNAVAILABLE, "the answer could not be signed");
        return is_signed ? size : 0;
}

unsigned seal_batch_answer(struct seal_batch *batch, struct view *view, const struct seal_question *questions,
        unsigned count, const struct seal_time *time)
{
        struct fault why;
        bool loaded;

        assert(count > 0 && count <= MERKLE_BATCH_LIMIT);
        if (time->is_wrong) {
                refuse_all(questions, count, RESULT_CLOCK_STEPPED, result_find(RESULT_CLOCK_STEPPED)->meaning);
                return 0;
        }
        if (!seal_key_is_valid(batch->key, time->now_ms)) {
                refuse_all(questions, count, RESULT_SEALER_UNAVAILABLE,
                        "the lookup-signing certificate is out of its days");
                return 0;
        }
        if (RAND_bytes((uint8_t *)batch->salts, (int)(count * STATEMENT_SALT_SIZE)) != 1) {
                log_event(LOG_ALERT, "seal.salt", "text", "there is no randomness");
                refuse_all(questions, count, RESULT_SEALER_UNAVAILABLE, "there is no randomness");
                return 0;
        }
        if (!view_begin(view, &why)) {
                log_event(LOG_ALERT, "seal.view", "fault", fault_word(why.code), "text", why.text);
                refuse_all(questions, count, RESULT_VIEW_UNAVAILABLE, "the view cannot be read");
                return 0;
        }
        merkle_batch_init(&batch->tree);
        buffer_clear(&batch->statements);
        loaded = load_state(batch, view, &why);
        for (unsigned i = 0; loaded && i < count; i++)
                answer_one(batch, view, &questions[i], time);
        view_end(view);
        if (!loaded) {
                log_event(LOG_ALERT, "seal.view", "fault", fault_word(why.code), "text", why.text);
                refuse_all(questions, count, RESULT_VIEW_UNAVAILABLE, why.text);
                return 0;
        }
        return seal(batch, time);
}
