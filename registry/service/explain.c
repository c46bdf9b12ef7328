/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An explanation: the sealer says the grade and binds by their hash the inputs that give it; the worker adds what has
 * that hash, the policy's document, and the records behind the inputs. It can make up none of these: whoever asked
 * checks inputs and policy against the sealed hashes, and a record is shown only if it is one of the inputs by ordinal
 * and case.
 *
 * The grade follows from inputs and policy alone. Records give it names and document numbers; where one is missing the
 * reply says so.
 */
#include <string.h>

#include "proto/frame.h"
#include "registry/core/digest.h"
#include "registry/core/document.h"
#include "registry/core/inputs.h"
#include "registry/core/statement.h"
#include "registry/service/question.h"
#include "registry/service/record_reply.h"
#include "registry/service/snapshot.h"

/* The sealer read the view before this worker does: where it moved on in between, both read again. */
#define ATTEMPTS 5u
/* The sealed part, the inputs and the policy have 192 KiB of the reply. */
#define ROWS_OCTETS (FRAME_REPLY_LIMIT - 192u * 1024)
#define ROW_HEAD 6u /* octets of a row's tag and length */

struct explain {
        struct call *call;
        unsigned attempts;
        struct seal_answer answer;   /* its octets are the call's */
        struct statement statement;
        struct grade_inputs *inputs; /* the view's, then what may be shown of them */
        struct grade_inputs *shown;
        struct slice packed;
        struct slice document;       /* of the policy, canonical */
        struct policy *policy;
        Qcr__RecordRow **rows;       /* by ordinal */
        size_t row_count;
        size_t row_octets;
};

static void explain_ask(struct explain *explain);

/* -------------------------------------------------------------------- reply */

static void reply(struct explain *explain)
{
        ProtobufCBinaryData certificates[QUESTION_CERTIFICATES_MOST];
        struct call *call = explain->call;
        Qcr__Explanation explanation = QCR__EXPLANATION__INIT;
        Qcr__Reply message = QCR__REPLY__INIT;
        Qcr__Sealed sealed;

        if (!call_audit(call, result_find(RESULT_DONE)->word))
                return;
        if (!question_sealed(&explain->answer, certificates, &sealed)) {
                call_fail_with(call, RESULT_SEALER_UNAVAILABLE);
                return;
        }
        explanation.sealed = &sealed;
        explanation.has_inputs = explain->statement.has_inputs;
        explanation.has_policy = explain->statement.has_inputs;
        explanation.inputs = call_data(explain->packed);
        explanation.policy = call_data(explain->document);
        /* One is missing where the store is away, has moved on, or has more than a reply can carry. */
        explanation.has_without_records = explanation.without_records =
                explain->row_count < explain->shown->count;
        explanation.record = explain->rows;
        explanation.n_record = explain->row_count;
        message.code = RESULT_DONE;
        message.body_case = QCR__REPLY__BODY_EXPLANATION;
        message.explanation = &explanation;
        call_reply(call, &message);
}

/* ------------------------------------------------------------------ records */

/* The input that this record is, or NULL: it is not shown, or the store has it otherwise by now. */
static const struct grade_record *input_of(const struct explain *explain, const struct record_row *stored)
{
        const struct record *record = &stored->record;

        for (uint32_t i = 0; i < explain->shown->count; i++) {
                const struct grade_record *input = &explain->shown->records[i];

                if (input->ordinal == stored->ordinal)
                        return input->type == record->type &&
                                               input->case_ref == record_case_ref(record->authority_code,
                                                       record->document_norm) ?
                                input :
                                NULL;
        }
        return NULL;
}

/* Of what the inputs say, a row says the same: the store may have a newer version of the record. */
static void say_as_input(const struct grade_record *input, struct record *record)
{
        record->kinds = input->kinds;
        record->severity = (uint8_t)input->severity;
        record->result = input->result;
        record->certificate = input->certificate;
        record->fine_fen = input->fine_fen;
        record->confiscated_fen = input->confiscated_fen;
        record->decided_on = input->decided_on;
        record->valid_through = input->valid_through;
        record->publicity_file = input->publicity_end;
        record->publicity_computed = DAY_NONE;
}

/* False: a reply has no room for it, nor for those behind it. */
static bool add_row(struct explain *explain, struct record_row *stored, const struct grade_record *input)
{
        struct arena *arena = &explain->call->arena;
        Qcr__RecordRow *row;

        say_as_input(input, &stored->record);
        row = record_reply(arena, stored);
        if (!row)
                return false;
        explain->row_octets += qcr__record_row__get_packed_size(row) + ROW_HEAD;
        if (explain->row_octets > ROWS_OCTETS)
                return false;
        explain->rows[explain->row_count++] = row;
        return true;
}

static bool on_records(void *closure, const PGresult *result, struct fault *why)
{
        struct explain *explain = closure;

        explain->rows = call_alloc(explain->call, explain->shown->count * sizeof(*explain->rows));
        for (int i = 0; i < PQntuples(result); i++) {
                const struct grade_record *input;
                struct record_row stored;

                if (!records_from_row(result, i, explain->statement.subject, &stored))
                        return fault_set(why, FAULT_STORE, "a record of %s cannot be read",
                                explain->statement.subject);
                input = input_of(explain, &stored);
                if (input && (explain->row_count == explain->shown->count || !add_row(explain, &stored, input)))
                        break;
        }
        return true;
}

static void ask_records(struct snapshot *snapshot, void *closure)
{
        struct explain *explain = closure;
        struct query query;

        records_named_query(&query, explain->statement.subject);
        snapshot_ask(snapshot, &query, on_records);
}

static void on_read(void *closure)
{
        reply(closure);
}

static void on_store_away(void *closure, const struct fault *why)
{
        struct explain *explain = closure;

        (void)why; /* the snapshot has logged it */
        explain->row_count = 0;
        reply(explain);
}

/* --------------------------------------------------------------------- view */

/* The document of the policy that the sealer decided by: the view keeps those of before too. */
static bool read_policy(struct explain *explain, struct view *view, struct fault *why)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        const struct statement *s = &explain->statement;
        struct document document;
        struct document_error error;
        enum view_found found;
        struct slice stored;

        if (!view_policy(view, s->policy_hash.octets, &found, &stored, why))
                return false;
        if (found)
                return fault_set(why, FAULT_VIEW, "the policy that was sealed is not in the view");
        document_init(&document, stored);
        if (document_is_sound(&document))
                document_canonical(&document, &canonical);
        document_done(&document);
        if (policy_parse(buffer_slice(&canonical), explain->policy, &error) != DOCUMENT_SOUND ||
                memcmp(explain->policy->hash, s->policy_hash.octets, HASH_SIZE) != 0)
                return fault_set(why, FAULT_VIEW, "a policy in the view is not what its hash says");
        explain->document = arena_copy(&explain->call->arena, buffer_slice(&canonical));
        return true;
}

/* False with `ret_moved_on` set where the view is not any more what the sealer read; or with `why`. */
static bool read_inputs(struct explain *explain, struct view *view, bool *ret_moved_on, struct fault *why)
{
        CLEANUP(buffer) struct buffer packed = BUFFER_INIT;
        const struct statement *s = &explain->statement;
        struct view_party party;
        enum view_found found;
        struct hash hash;
        bool is_same;

        if (!view_party(view, s->code, &found, &party, why))
                return false;
        is_same = found == VIEW_FOUND && strcmp(party.subject, s->subject) == 0 &&
                  inputs_decode(party.inputs, explain->inputs);
        if (is_same) {
                inputs_reduce(explain->inputs, explain->policy, s->as_of, explain->shown);
                is_same = inputs_encode(explain->shown, &packed);
                digest_hash(&explain->call->service->digest, buffer_slice(&packed), &hash);
                is_same = is_same && hash_equal(&hash, &s->inputs);
        }
        *ret_moved_on = !is_same;
        explain->packed = arena_copy(&explain->call->arena, buffer_slice(&packed));
        return is_same;
}

static void read_view(struct explain *explain)
{
        static const struct snapshot_story story = {.ask = ask_records, .done = on_read, .failed = on_store_away};
        struct call *call = explain->call;
        struct glance *glance = &call->service->glance;
        bool is_read, moved_on = false;
        struct fault why;

        is_read = glance_begin(glance, &why);
        if (is_read) {
                is_read = read_policy(explain, glance->view, &why) &&
                          read_inputs(explain, glance->view, &moved_on, &why);
                glance_end(glance);
        }
        if (is_read && !call->arena.exhausted) {
                snapshot_begin(call, &story, explain);
        } else if (is_read) {
                call_fail_with(call, RESULT_MESSAGE_TOO_COSTLY);
        } else if (!moved_on) {
                call_fail_fault(call, &why);
        } else if (explain->attempts < ATTEMPTS) {
                explain_ask(explain);
        } else if (call_audit(call, result_find(RESULT_CONTENDED)->word)) {
                failure_set(&call->failure, RESULT_CONTENDED, "the file kept changing while it was explained");
                call_fail(call);
        }
}

/* ------------------------------------------------------------------- sealer */

/* The answer lives no longer than the sealer's callback. */
static void keep_answer(struct explain *explain, const struct seal_answer *answer)
{
        struct arena *arena = &explain->call->arena;

        explain->answer = *answer;
        explain->answer.statement = arena_copy(arena, answer->statement);
        explain->answer.path = arena_copy(arena, answer->path);
        explain->answer.head = arena_copy(arena, answer->head);
        explain->answer.certificates = arena_copy(arena, answer->certificates);
}

static void on_answer(void *closure, const struct seal_answer *answer, const struct fault *why)
{
        struct explain *explain = closure;
        struct call *call = explain->call;

        if (!question_is_answered(call, answer, why))
                return;
        if (statement_parse(answer->statement, &explain->statement) || explain->statement.kind != STATEMENT_EXPLAIN) {
                call_fail_with(call, RESULT_SEALER_UNAVAILABLE);
                return;
        }
        keep_answer(explain, answer);
        if (explain->statement.has_inputs) {
                read_view(explain);
                return;
        }
        /* Not registered, or gone over into another: there is no grade, and so nothing behind it. */
        reply(explain);
}

static void explain_ask(struct explain *explain)
{
        struct seal_request request;

        explain->attempts++;
        question_request(explain->call, &request);
        request.is_explain = true;
        sealing_ask(explain->call->service->sealing, &request, on_answer, explain);
}

static void ask(struct call *call)
{
        struct explain *explain = call_alloc(call, sizeof(*explain));

        *explain = (struct explain){
                .call = call,
                .inputs = call_alloc(call, sizeof(*explain->inputs)),
                .shown = call_alloc(call, sizeof(*explain->shown)),
                .policy = call_alloc(call, sizeof(*explain->policy)),
        };
        explain_ask(explain);
}

void explain_run(struct call *call)
{
        const Qcr__Explain *message = call->message->explain;
        const struct question_fields fields = {&message->code, message->has_purpose, &message->purpose};

        if (question_begin(call, &fields))
                question_when_reached(call, ask);
        else
                call_fail(call);
}
