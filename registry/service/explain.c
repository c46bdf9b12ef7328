/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An explanation: the sealer says the grade and binds by their hash the inputs that give it; the worker adds what has
 * that hash, the policy's document, and the records behind the inputs. It can make up none of these: whoever asked
 * checks inputs and policy against the sealed hashes, and a record is shown only if it is one of the inputs by ordinal
 * and case.
 *
 * The grade follows from inputs and policy alone. Records give it names and document numbers; without the store they
 * are left out, and the reply says so.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/core/digest.h"
#include "registry/core/document.h"
#include "registry/core/inputs.h"
#include "registry/core/statement.h"
#include "registry/service/question.h"
#include "registry/service/snapshot.h"
#include "registry/store/records.h"

/* The sealer read the view before this worker does: where it moved on in between, both read again. */
#define ATTEMPTS 5u
/* A reply has at most FRAME_REPLY_LIMIT octets, of which inputs, policy and the sealed part may have 150 KiB. */
#define ROWS_OCTETS (512u * 1024)
#define ROWS_MOST 2000u /* withdrawn ones, which are among them, are not counted by anybody's limit */

struct explain {
        struct call *call;
        unsigned attempts;
        struct seal_answer answer;   /* its octets are the call's */
        struct statement statement;
        struct grade_inputs *inputs; /* the view's, then what may be shown of them */
        struct grade_inputs *shown;
        struct slice packed;
        struct slice policy;         /* canonical */
        bool has_records;
        Qcr__RecordRow **rows;
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
        explanation.policy = call_data(explain->policy);
        explanation.has_without_records = explanation.without_records = !explain->has_records;
        explanation.record = explain->rows;
        explanation.n_record = explain->row_count;
        message.code = RESULT_DONE;
        message.body_case = QCR__REPLY__BODY_EXPLANATION;
        message.explanation = &explanation;
        call_reply(call, &message);
}

/* ------------------------------------------------------------------ records */

static ProtobufCBinaryData text_data(struct explain *explain, const char *text)
{
        struct slice copy = slice_text(call_text(explain->call, slice_text(text)));

        explain->row_octets += copy.length;
        return call_data(copy);
}

static ProtobufCBinaryData day_data(struct explain *explain, struct day day)
{
        char text[DAY_TEXT];

        day_format(day, text);
        return text_data(explain, text);
}

static void add_kinds(struct explain *explain, Qcr__RecordRow *row, uint16_t kinds)
{
        row->kind = call_alloc(explain->call, PENALTY_KINDS * sizeof(*row->kind));
        for (unsigned i = 0; i < PENALTY_KINDS; i++)
                if (kinds & PENALTY_BIT(i))
                        row->kind[row->n_kind++] = text_data(explain, penalty_kind_word((enum penalty_kind)i));
}

/* What the inputs say is shown as they say it; what they have no word for comes from the store. */
static Qcr__RecordRow *row_of(struct explain *explain, const struct record_row *stored,
        const struct grade_record *input)
{
        const struct record *record = &stored->record;
        Qcr__RecordRow *row = call_alloc(explain->call, sizeof(*row));

        qcr__record_row__init(row);
        row->type = text_data(explain, record_type_word(input->type));
        row->authority_code = text_data(explain, record->authority_code);
        row->authority_name = text_data(explain, record->authority_name);
        row->document = text_data(explain, record->document);
        row->domain = text_data(explain, record->domain);
        add_kinds(explain, row, input->kinds);
        row->fine_fen = (uint64_t)input->fine_fen;
        row->confiscated_fen = (uint64_t)input->confiscated_fen;
        row->decided_on = day_data(explain, input->decided_on);
        row->has_publicity_end = !day_is_none(input->publicity_end);
        if (row->has_publicity_end)
                row->publicity_end = day_data(explain, input->publicity_end);
        row->state = text_data(explain, record->state);
        row->version = stored->version;
        row->serial = stored->serial;
        row->has_ordinal = true;
        row->ordinal = stored->ordinal;
        return row;
}

static int compare_ordinals(const void *left, const void *right)
{
        const Qcr__RecordRow *const *a = left, *const *b = right;

        return ((*a)->ordinal > (*b)->ordinal) - ((*a)->ordinal < (*b)->ordinal);
}

/* The input that this record is, or NULL: it changed since, is withdrawn, or is not shown any more. */
static const struct grade_record *input_of(const struct explain *explain, const struct record_row *stored)
{
        const struct record *record = &stored->record;

        if (strcmp(record->state, "active") != 0)
                return NULL;
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

static bool on_records(void *closure, const PGresult *result, struct fault *why)
{
        struct explain *explain = closure;
        int count = PQntuples(result);

        explain->rows = call_alloc(explain->call, (size_t)count * sizeof(*explain->rows));
        for (int i = 0; i < count && explain->row_octets < ROWS_OCTETS; i++) {
                const struct grade_record *input;
                struct record_row row;

                if (cell_is_null(result, i, 0))
                        continue;
                if (!records_from_row(result, i, explain->statement.subject, &row))
                        return fault_set(why, FAULT_STORE, "a record of %s cannot be read",
                                explain->statement.subject);
                input = input_of(explain, &row);
                if (input)
                        explain->rows[explain->row_count++] = row_of(explain, &row, input);
        }
        qsort(explain->rows, explain->row_count, sizeof(*explain->rows), compare_ordinals);
        explain->has_records = true;
        return true;
}

static void ask_records(struct snapshot *snapshot, void *closure)
{
        struct explain *explain = closure;
        struct query query;

        records_list_query(&query, explain->statement.subject, explain->statement.subject, ROWS_MOST);
        snapshot_ask(snapshot, &query, on_records);
}

static void on_read(void *closure)
{
        reply(closure);
}

static void on_store_away(void *closure, const struct fault *why)
{
        struct explain *explain = closure;

        (void)why;
        explain->has_records = false;
        explain->row_count = 0;
        reply(explain);
}

/* --------------------------------------------------------------------- view */

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
                inputs_reduce(explain->inputs, s->as_of, explain->shown);
                is_same = inputs_encode(explain->shown, &packed);
                digest_hash(&explain->call->service->digest, buffer_slice(&packed), &hash);
                is_same = is_same && hash_equal(&hash, &s->inputs);
        }
        *ret_moved_on = !is_same;
        explain->packed = arena_copy(&explain->call->arena, buffer_slice(&packed));
        return is_same;
}

/* The document of the policy that the sealer decided by: the view keeps those of before too. */
static bool read_policy(struct explain *explain, struct view *view, struct fault *why)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        const struct statement *s = &explain->statement;
        struct document document;
        enum view_found found;
        struct slice stored;
        struct hash hash;

        if (!view_policy(view, s->policy_hash.octets, &found, &stored, why))
                return false;
        if (found)
                return fault_set(why, FAULT_VIEW, "the policy that was sealed is not in the view");
        document_init(&document, stored);
        if (document_is_sound(&document))
                document_canonical(&document, &canonical);
        document_done(&document);
        digest_hash(&explain->call->service->digest, buffer_slice(&canonical), &hash);
        if (!hash_equal(&hash, &s->policy_hash))
                return fault_set(why, FAULT_VIEW, "a policy in the view is not what its hash says");
        explain->policy = arena_copy(&explain->call->arena, buffer_slice(&canonical));
        return true;
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
                is_read = read_inputs(explain, glance->view, &moved_on, &why) &&
                          read_policy(explain, glance->view, &why);
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
        explain->has_records = true;
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
