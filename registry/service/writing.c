/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/writing.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/base/log.h"
#include "registry/service/admission.h"
#include "registry/store/ledger.h"
#include "registry/store/proposals.h"

/* Others may get in between this often; each time one of them got its work done. */
#define TRIES_MAX 5u

struct answer {
        struct writing *writing;
        writing_rows_fn rows;
        bool is_one; /* must have touched exactly one row */
};

static void advance(struct writing *writing);
static void begin_try(struct writing *writing);

/* ------------------------------------------------------------------ ending */

static void release(struct writing *writing, bool clean)
{
        if (writing->turn)
                db_release(writing->turn, clean);
        writing->turn = NULL;
}

/* The call's failure is set. If a COMMIT may have been carried out, saying "no" would be a guess. */
static void give_up(struct writing *writing)
{
        struct call *call = writing->call;

        release(writing, false);
        if (writing->is_unknown)
                call_fail_with(call, RESULT_OUTCOME_UNKNOWN);
        else
                call_fail(call);
}

static void give_up_fault(struct writing *writing, const struct fault *why)
{
        struct call *call = writing->call;

        log_event(LOG_WARNING, "request.fault", "id", call->id, "fault", fault_word(why->code), "text",
                why->text);
        failure_of_fault(&call->failure, why);
        give_up(writing);
}

static void try_again(struct writing *writing, enum result_code at_last)
{
        release(writing, false);
        if (++writing->tries < TRIES_MAX) {
                begin_try(writing);
                return;
        }
        failure_set(&writing->call->failure, at_last, "%s", result_find(at_last)->meaning);
        give_up(writing);
}

/* ----------------------------------------------------------------- answers */

void writing_refuse(struct writing *writing)
{
        writing->trouble = writing->call->failure.code;
}

void writing_conflict(struct writing *writing)
{
        writing->trouble = RESULT_CONTENDED;
}

/* Constraints that say what the rules should have said before them: the law is in the tables, too. */
static bool refuse_by_law(struct writing *writing, const char *constraint)
{
        static const struct {
                const char *constraint;
                enum result_code code;
        } laws[] = {
                {"self_approval", RESULT_SELF_APPROVAL},
                {"opener_excluded", RESULT_PERSON_EXCLUDED},
        };

        for (size_t i = 0; i < sizeof(laws) / sizeof(laws[0]); i++)
                if (strcmp(constraint, laws[i].constraint) == 0) {
                        failure_set(&writing->call->failure, laws[i].code, "%s", result_find(laws[i].code)->meaning);
                        writing_refuse(writing);
                        return true;
                }
        return false;
}

/* What an error of the server means. Its primary message alone is logged: the detail quotes rows. */
static void take_error(struct writing *writing, const PGresult *result)
{
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
        static const char *const conflicts[] = {
                "40001", /* serialization_failure */
                "40P01", /* deadlock_detected */
                "23505", /* unique_violation: somebody stored that version, decision or key first */
        };

        if (!state)
                state = "";
        for (size_t i = 0; i < sizeof(conflicts) / sizeof(conflicts[0]); i++)
                if (strcmp(state, conflicts[i]) == 0) {
                        writing_conflict(writing);
                        return;
                }
        if (strcmp(state, "55P03") == 0) { /* lock_not_available: that was the whole wait */
                writing->tries = TRIES_MAX;
                writing_conflict(writing);
                return;
        }
        if (constraint && refuse_by_law(writing, constraint))
                return;
        if (strncmp(state, "57P", 3) == 0) { /* admin_shutdown, crash_shutdown: the connection is as good as gone */
                failure_set(&writing->call->failure, RESULT_STORE_UNAVAILABLE, "the store is going away");
                writing->trouble = RESULT_OUTCOME_UNKNOWN; /* told in place of a COMMIT's answer it may stand */
                return;
        }
        log_event(LOG_ERR, "store.error", "id", writing->call->id, "sqlstate", state, "constraint",
                constraint, "text", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
        failure_set(
                &writing->call->failure, RESULT_STORE_UNAVAILABLE, "the store refused; nothing was written");
        writing_refuse(writing);
}

static void on_answer(void *closure, const PGresult *result, const struct fault *why)
{
        struct answer *answer = closure;
        struct writing *writing = answer->writing;

        writing->owed--;
        if (writing->trouble != RESULT_DONE) {
                /* What comes behind a trouble adds nothing, but all of it must come before the next step. */
        } else if (!result) {
                writing->trouble = RESULT_OUTCOME_UNKNOWN;
                failure_of_fault(&writing->call->failure, why);
        } else if (PQresultStatus(result) == PGRES_FATAL_ERROR) {
                take_error(writing, result);
        } else if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED) {
                writing_conflict(writing); /* an error was before it, so this cannot be */
        } else if (answer->is_one && strcmp(PQcmdTuples((PGresult *)(uintptr_t)result), "1") != 0) {
                writing_conflict(writing);
        } else if (answer->rows) {
                answer->rows(writing, result);
        }
        if (writing->owed == 0)
                advance(writing);
}

static void send_query(struct writing *writing, struct query *query, writing_rows_fn rows, bool is_one)
{
        struct answer *answer = call_alloc(writing->call, sizeof(*answer));

        *answer = (struct answer){.writing = writing, .rows = rows, .is_one = is_one};
        writing->owed++;
        db_send(writing->turn, query, on_answer, answer);
        query_done(query);
}

void writing_send(struct writing *writing, struct query *query, writing_rows_fn rows)
{
        send_query(writing, query, rows, false);
}

void writing_send_one(struct writing *writing, struct query *query)
{
        send_query(writing, query, NULL, true);
}

void writing_send_text(struct writing *writing, const char *sql, writing_rows_fn rows)
{
        struct query query;

        query_init(&query, sql);
        send_query(writing, &query, rows, false);
}

/* ------------------------------------------------------------------ saving */

static void on_previous(struct writing *writing, const PGresult *result)
{
        writing->previous = (uint64_t)cell_number(result, 0, 0);
}

void writing_send_previous(struct writing *writing, const char *subject)
{
        struct query query;

        ledger_previous_query(&query, subject);
        writing_send(writing, &query, on_previous);
}

void writing_propose(struct writing *writing, const char *subject)
{
        writing->body.kind = "proposal";
        writing->body.subject = subject;
        memcpy(writing->body.content, writing->call->request_hash, sizeof(writing->body.content));
        writing->reply->code = RESULT_PENDING;
}

void writing_reply_proposal(struct writing *writing, const char *outcome)
{
        Qcr__Filed *filed = writing->reply->filed;
        char id[24];

        if (!filed) {
                filed = call_alloc(writing->call, sizeof(*filed));
                qcr__filed__init(filed);
                writing->reply->body_case = QCR__REPLY__BODY_FILED;
                writing->reply->filed = filed;
        }
        snprintf(id, sizeof(id), "%" PRIu64, writing->serial);
        filed->outcome = call_data_text(call_text(writing->call, slice_text(outcome)));
        filed->has_proposal = true;
        filed->proposal = call_data_text(call_text(writing->call, slice_text(id)));
}

void writing_save_proposal(
        struct writing *writing, const char *kind, const char *subject, const char *summary)
{
        struct query query;

        proposals_insert(&query, writing->serial, 0, kind, subject, writing->call->person_id, summary);
        writing_send_one(writing, &query);
}

/* Midnight, or the end of the certificate, may have come between the rules and the entry. */
static void on_appended(struct writing *writing, const PGresult *result)
{
        int64_t at_ms = cell_number(result, 0, 1);
        struct day day = day_of_instant(at_ms);

        if (at_ms < writing->not_before_ms || at_ms > writing->not_after_ms) {
                failure_set(&writing->call->failure, RESULT_CERTIFICATE_EXPIRED, "%s",
                        result_find(RESULT_CERTIFICATE_EXPIRED)->meaning);
                writing_refuse(writing);
                return;
        }
        if (!day_is_none(writing->entry_day) && day_compare(day, writing->entry_day) != 0) {
                writing_conflict(writing);
                return;
        }
        writing->serial = (uint64_t)cell_number(result, 0, 0);
}

static void append(struct writing *writing)
{
        struct call *call = writing->call;
        struct query query;

        writing->state = WRITING_APPENDING;
        writing->body.previous = writing->previous;
        writing->body.has_act = true;
        ledger_act_hash(call->fingerprint, call->signature.data, call->request, writing->body.act);
        ledger_append_query(&query, &writing->body);
        writing_send(writing, &query, on_appended);
}

static void on_committed(struct writing *writing, const PGresult *result)
{
        /* A transaction that has failed answers COMMIT with ROLLBACK. */
        if (strcmp(PQcmdStatus((PGresult *)(uintptr_t)result), "COMMIT") == 0)
                writing->is_committed = true;
        else
                writing_conflict(writing);
}

static void save_key(struct writing *writing)
{
        struct call *call = writing->call;
        CLEANUP(buffer) struct buffer reply = BUFFER_INIT;
        struct query query;
        size_t length;

        writing->state = WRITING_SAVING;
        writing->reply->has_serial = true;
        writing->reply->serial = writing->serial;
        length = qcr__reply__get_packed_size(writing->reply);
        qcr__reply__pack(writing->reply, buffer_reserve(&reply, length));
        proposals_key_insert(&query, call->person_id, call->message->idempotency_key.data, call->request_hash,
                slice_of(reply.data, length), writing->serial, call->now_ms);
        writing_send_one(writing, &query);
}

/* Not sent along with the rows: that one of them touched none is no error of the server's, which would commit. */
static void commit(struct writing *writing)
{
        writing->state = WRITING_COMMITTING;
        writing_send_text(writing, "COMMIT", on_committed);
}

static void save(struct writing *writing)
{
        struct call *call = writing->call;
        struct query query;

        ledger_act_query(&query, writing->serial, call->fingerprint, call->request, call->signature.data);
        writing_send_one(writing, &query);
        call->operation->act->save(writing);
        save_key(writing);
}

static void decide(struct writing *writing)
{
        switch (writing->call->operation->act->decide(writing)) {
        case ACT_WRITE:
                append(writing);
                return;
        case ACT_REFUSED:
                give_up(writing);
                return;
        case ACT_NOTHING:
                if (writing->is_rehearsal) {
                        release(writing, false);
                        call_reply(writing->call, writing->reply);
                } else {
                        save_key(writing);
                }
                return;
        }
}

/* ---------------------------------------------------------------- settling */

static void on_reached(void *closure, bool reached)
{
        struct writing *writing = closure;
        Qcr__Reply *reply = writing->reply;

        /* A follower that was started anew meanwhile has reached it without knowing who waits. */
        reached = reached || glance_has(&writing->call->service->glance, writing->serial);
        reply->has_visible = true;
        reply->visible = reached;
        if (!reached && reply->code == RESULT_DONE)
                reply->code = RESULT_NOT_YET_VISIBLE;
        call_reply(writing->call, reply);
}

static void settle(struct writing *writing)
{
        release(writing, writing->is_committed);
        writing->state = WRITING_SETTLING;
        reaching_wait(writing->call->service->reaching, writing->serial, on_reached, writing);
}

/* ------------------------------------------------------------------- story */

static void advance_trouble(struct writing *writing)
{
        switch (writing->trouble) {
        case RESULT_CONTENDED:
                try_again(writing, RESULT_CONTENDED);
                return;
        case RESULT_OUTCOME_UNKNOWN: /* the connection is gone */
                if (writing->state != WRITING_COMMITTING) {
                        give_up(writing);
                        return;
                }
                writing->is_unknown = true;
                try_again(writing, RESULT_OUTCOME_UNKNOWN);
                return;
        default: /* a refusal, or what the server said */
                give_up(writing);
                return;
        }
}

static void advance(struct writing *writing)
{
        const struct act *act = writing->call->operation->act;

        if (writing->trouble != RESULT_DONE) {
                advance_trouble(writing);
                return;
        }
        switch (writing->state) {
        case WRITING_LOADING:
                if (writing->is_replay)
                        settle(writing);
                else if (act->load_more && act->load_more(writing))
                        return; /* more to come */
                else if (writing->trouble != RESULT_DONE)
                        advance_trouble(writing);
                else
                        decide(writing);
                return;
        case WRITING_APPENDING:
                save(writing);
                return;
        case WRITING_SAVING:
                commit(writing);
                return;
        case WRITING_COMMITTING:
                assert(writing->is_committed);
                settle(writing);
                return;
        case WRITING_WAITING:
        case WRITING_SETTLING:
                abort(); /* nothing is owed in these states */
        }
}

static void on_turn(void *closure, struct db_turn *turn, const struct fault *why)
{
        struct writing *writing = closure;

        if (!turn) {
                give_up_fault(writing, why);
                return;
        }
        writing->turn = turn;
        writing->state = WRITING_LOADING;
        admission_load(writing);
        writing->call->operation->act->load(writing);
}

static void begin_try(struct writing *writing)
{
        struct call *call = writing->call;

        *writing = (struct writing){
                .call = call,
                .state = WRITING_WAITING,
                .tries = writing->tries,
                .is_unknown = writing->is_unknown,
                .trouble = RESULT_DONE,
                .entry_day = DAY_NONE,
                .reply = call_alloc(call, sizeof(Qcr__Reply)),
        };
        qcr__reply__init(writing->reply);
        writing->reply->code = RESULT_DONE;
        writing->reply->server = call_data_text(call->service->limits.server_id);
        if (!call->operation->act->check(writing)) {
                give_up(writing);
                return;
        }
        db_begin_turn(call->service->db, on_turn, writing);
}

void writing_begin(struct call *call)
{
        struct writing *writing = call_alloc(call, sizeof(*writing));
        struct view_meta meta;
        struct fault why;

        if (!clock_watch_is_steady(&call->service->clock)) {
                call_fail_with(call, RESULT_CLOCK_STEPPED);
                return;
        }
        /* The follower compares store and view at each of its polls; what it refuses nobody writes to. */
        if (!glance_meta(&call->service->glance, &meta, &why)) {
                call_fail_fault(call, &why);
                return;
        }
        if (meta.refused) {
                call_fail_with(call, RESULT_STORE_MISMATCH);
                return;
        }
        writing->call = call;
        begin_try(writing);
}
