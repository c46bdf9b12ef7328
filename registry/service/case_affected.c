/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What one person's certificates signed since a time, newest first: where a key was stolen or a person is no longer to
 * be trusted, somebody looks at each of these again. Acts of every kind; of cases of an office whose cases the asker
 * may not see it is said that something was signed, and not about whom.
 */
#include <string.h>

#include "proto/text.h"
#include "registry/service/case_access.h"
#include "registry/service/snapshot.h"
#include "registry/store/case_reads.h"

#define ROWS_MOST 2000u
/* Decoding one request for its action. */
#define REQUEST_BUDGET (64u * 1024)

struct affected {
        struct call *call;
        const char *person_id;
        int64_t since_ms;
        struct case_access access;
        const char *office;      /* of the person; NULL: there is none of that id */
        Qcr__ActRow **rows;
        size_t count;
        bool truncated;
};

/* Which operation files a proposal of that kind. */
static const char *operation_word(const char *kind, const char *proposal)
{
        static const char *const words[][2] = {
                {"record-correct", "record-file"},
                {"record-repair", "record-withdraw"},
                {"role-grant", "role-change"},
                {"role-end", "role-change"},
                {"deputy-end", "deputy-set"},
        };

        if (!proposal)
                return strcmp(kind, "approval") == 0 || strcmp(kind, "rejection") == 0 ? "decide" : kind;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
                if (strcmp(proposal, words[i][0]) == 0)
                        return words[i][1];
        return proposal;
}

/* The action of a step that was proposed and not taken; NULL when it cannot be told. */
static const char *action_of(struct call *call, const PGresult *result, int row)
{
        CLEANUP(buffer) struct buffer octets = BUFFER_INIT;
        CLEANUP(arena) struct arena arena;
        ProtobufCAllocator allocator;
        const Qcr__Request *request;

        if (cell_is_null(result, row, CASE_ACT_REQUEST) || !cell_bytes(result, row, CASE_ACT_REQUEST, &octets))
                return NULL;
        arena_init(&arena, REQUEST_BUDGET);
        text_allocator_init(&allocator, &arena);
        request = qcr__request__unpack(&allocator, octets.length, octets.data);
        if (!request || request->operation_case != QCR__REQUEST__OPERATION_CASE_STEP)
                return NULL;
        return call_text(call, slice_of(request->case_step->action.data, request->case_step->action.len));
}

static ProtobufCBinaryData copied(struct call *call, const char *text)
{
        return call_data_text(call_text(call, slice_text(text)));
}

/* Whom it is about, unless it is a case's that the asker may not see. */
static void add_case(struct affected *affected, const PGresult *result, int row, Qcr__ActRow *shown)
{
        struct call *call = affected->call;
        const char *action;

        if (!cell_is_null(result, row, CASE_ACT_OFFICE) && !case_access_is_auditor(&affected->access) &&
            !case_access_is_insider(&affected->access, cell_text(result, row, CASE_ACT_OFFICE)))
                return;
        shown->has_subject = !cell_is_null(result, row, CASE_ACT_SUBJECT);
        if (shown->has_subject)
                shown->subject = copied(call, cell_text(result, row, CASE_ACT_SUBJECT));
        shown->has_case_number = !cell_is_null(result, row, CASE_ACT_NUMBER);
        if (shown->has_case_number)
                shown->case_number = (uint32_t)cell_number(result, row, CASE_ACT_NUMBER);
        action = cell_is_null(result, row, CASE_ACT_ACTION)
                ? action_of(call, result, row)
                : call_text(call, slice_text(cell_text(result, row, CASE_ACT_ACTION)));
        shown->has_action = action != NULL;
        if (action)
                shown->action = call_data_text(action);
}

static bool on_rows(void *closure, const PGresult *result, struct fault *why)
{
        struct affected *affected = closure;
        struct call *call = affected->call;
        int count = PQntuples(result);

        affected->truncated = count > (int)ROWS_MOST;
        affected->rows = call_alloc(call, (size_t)count * sizeof(*affected->rows));
        for (int i = 0; i < count && i < (int)ROWS_MOST; i++) {
                const char *kind = cell_text(result, i, CASE_ACT_KIND);
                const char *proposal =
                        cell_is_null(result, i, CASE_ACT_PROPOSAL) ? NULL : cell_text(result, i, CASE_ACT_PROPOSAL);
                Qcr__ActRow *shown = call_alloc(call, sizeof(*shown));
                uint8_t *certificate = call_alloc(call, 32);

                if (!cell_octets(result, i, CASE_ACT_CERTIFICATE, certificate, 32))
                        return fault_set(why, FAULT_STORE, "an act's certificate cannot be read");
                qcr__act_row__init(shown);
                shown->serial = (uint64_t)cell_number(result, i, CASE_ACT_SERIAL);
                shown->at_ms = cell_number(result, i, CASE_ACT_AT_MS);
                shown->kind = copied(call, kind);
                shown->operation = copied(call, operation_word(kind, proposal));
                shown->certificate_sha256 = call_data(slice_of(certificate, 32));
                add_case(affected, result, i, shown);
                affected->rows[affected->count++] = shown;
        }
        return true;
}

static bool on_access(void *closure, const PGresult *result, struct fault *why)
{
        struct affected *affected = closure;

        (void)why;
        case_access_take(affected->call, result, &affected->access);
        return true;
}

static bool on_person(void *closure, const PGresult *result, struct fault *why)
{
        struct affected *affected = closure;

        (void)why;
        if (PQntuples(result) == 1)
                affected->office = call_text(affected->call, slice_text(cell_text(result, 0, 0)));
        return true;
}

static void ask(struct snapshot *snapshot, void *closure)
{
        struct affected *affected = closure;
        struct query query;

        case_reads_access_query(&query, affected->call->person_id);
        snapshot_ask(snapshot, &query, on_access);
        case_reads_person_query(&query, affected->person_id);
        snapshot_ask(snapshot, &query, on_person);
        case_reads_acts_query(&query, affected->person_id, affected->since_ms, ROWS_MOST + 1);
        snapshot_ask(snapshot, &query, on_rows);
}

/* Administrators and auditors look at anybody's; a superior at those of their own office. */
static bool check(struct affected *affected)
{
        struct failure *failure = &affected->call->failure;
        const struct case_access *access = &affected->access;
        uint32_t everybodys = access->own_roles & (ROLE_ADMIN | ROLE_AUDITOR);

        if (!(access->own_roles & affected->call->operation->roles))
                return failure_set(failure, RESULT_ROLE_MISSING, "none of your roles allows %s",
                        affected->call->operation->word);
        if (!everybodys && (!affected->office || strcmp(affected->office, affected->call->office_id) != 0))
                return failure_set(failure, RESULT_OTHER_OFFICE, "the person is not of your office");
        if (!affected->office)
                return failure_set_field(failure, RESULT_NOT_THERE, "person_id", slice_text(affected->person_id),
                        "person_id: there is no such person");
        return true;
}

static void done(void *closure)
{
        struct affected *affected = closure;
        Qcr__Acts acts = QCR__ACTS__INIT;
        Qcr__Reply reply = QCR__REPLY__INIT;

        if (!check(affected)) {
                call_fail(affected->call);
                return;
        }
        acts.row = affected->rows;
        acts.n_row = affected->count;
        acts.truncated = affected->truncated;
        if (!call_audit(affected->call, "listed"))
                return;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_ACTS;
        reply.acts = &acts;
        call_reply(affected->call, &reply);
}

void case_affected_run(struct call *call)
{
        static const struct snapshot_story story = {.ask = ask, .done = done};
        const Qcr__CaseAffected *message = call->message->case_affected;
        struct affected *affected = call_alloc(call, sizeof(*affected));
        struct fields fields = call_fields(call);

        affected->call = call;
        affected->person_id = fields_id(&fields, "person_id", &message->person_id);
        affected->since_ms = message->since_ms;
        if (!instant_is_valid(message->since_ms))
                fields_refuse(&fields, RESULT_FIELD_INVALID, "since_ms", slice_of(NULL, 0), "not an instant");
        call->code = affected->person_id;
        case_access_purpose(call, &fields, true, &message->purpose);
        if (!call->purpose)
                fields_refuse(&fields, RESULT_PURPOSE_MISSING, "purpose", slice_of(NULL, 0),
                        result_find(RESULT_PURPOSE_MISSING)->meaning);
        if (fields.failed) {
                call_fail(call);
                return;
        }
        snapshot_begin(call, &story, affected);
}
