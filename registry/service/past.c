/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/past.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/base/log.h"
#include "registry/core/listing.h"
#include "registry/core/party_file.h"
#include "registry/store/past.h"
#include "registry/store/records.h"

/* Who may see what is not shown any more, and says why. */
#define ROLES_INSIDE (ROLE_AUDITOR | ROLE_OFFICER | ROLE_REVIEWER | ROLE_SUPERIOR | ROLE_PUBLISHER)

struct past {
        struct call *call;
        struct seal_request request;
        sealing_done_fn done;
        struct org_code code;
        bool is_by_serial;
        struct db_turn *turn;
        unsigned owed;              /* answers still to come */
        bool failed;                /* the call's failure is set */
        struct grade_inputs *inputs;
};

bool past_is_asked(const struct call *call)
{
        const Qcr__Lookup *message = call->message->lookup;

        return message->has_as_of || message->has_known_at_ms || message->has_known_serial;
}

/* --------------------------------------------------------------- the question */

static bool read_question(struct past *past)
{
        struct call *call = past->call;
        const Qcr__Lookup *message = call->message->lookup;
        struct seal_past *asked = &past->request.past;
        struct fields fields = call_fields(call);

        fields_code(&fields, "code", &message->code, &past->code);
        asked->as_of = message->has_as_of ? fields_day(&fields, "as_of", &message->as_of) : call->today;
        if (!fields.failed && day_is_before(call->today, asked->as_of))
                fields_refuse(&fields, RESULT_DATE_IN_FUTURE, "as_of",
                        slice_of(message->as_of.data, message->as_of.len), "after today (UTC+8)");
        if (message->has_known_at_ms && message->has_known_serial)
                fields_refuse(&fields, RESULT_FIELD_INVALID, "known_serial", slice_of(NULL, 0),
                        "an instant or a serial, not both");
        asked->known_at_ms = message->has_known_at_ms ? message->known_at_ms : call->now_ms;
        if (!instant_is_valid(asked->known_at_ms))
                fields_refuse(&fields, RESULT_FIELD_INVALID, "known_at_ms", slice_of(NULL, 0), "not an instant");
        else if (asked->known_at_ms > call->now_ms)
                fields_refuse(&fields, RESULT_DATE_IN_FUTURE, "known_at_ms", slice_of(NULL, 0), "after now");
        past->is_by_serial = message->has_known_serial;
        asked->serial = message->has_known_serial ? message->known_serial : 0;
        if (past->is_by_serial && (asked->serial == 0 || asked->serial > INT64_MAX))
                fields_refuse(&fields, RESULT_FIELD_INVALID, "known_serial", slice_of(NULL, 0),
                        "not a serial of the ledger");
        return !fields.failed;
}

/* ------------------------------------------------------------------- answers */

static void give_up(struct past *past)
{
        db_release(past->turn, false);
        call_fail(past->call);
}

static void fail(struct past *past, enum result_code code, const char *text)
{
        if (!past->failed)
                failure_set(&past->call->failure, code, "%s", text);
        past->failed = true;
}

static void unreadable(struct past *past, const char *what)
{
        log_event(LOG_ERR, "store.unreadable", "id", past->call->id, "what", what);
        fail(past, RESULT_STORE_UNAVAILABLE, "the store holds rows that cannot be read");
}

/* False: this answer is nothing to go on with; the call's failure says why. */
static bool is_rows(struct past *past, const PGresult *result, const struct fault *why)
{
        if (past->failed)
                return false;
        if (!result) {
                failure_of_fault(&past->call->failure, why);
                past->failed = true;
                return false;
        }
        if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK) {
                log_event(LOG_ERR, "store.error", "id", past->call->id, "text",
                        PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
                fail(past, RESULT_STORE_UNAVAILABLE, result_find(RESULT_STORE_UNAVAILABLE)->meaning);
                return false;
        }
        return true;
}

static void seal(struct past *past);

static void ask(struct past *past, struct query *query, db_done_fn done)
{
        past->owed++;
        db_send(past->turn, query, done, past);
        query_done(query);
}

static void answered(struct past *past)
{
        if (--past->owed > 0)
                return;
        if (past->failed)
                give_up(past);
        else
                seal(past);
}

static void on_party(void *closure, const PGresult *result, const struct fault *why)
{
        struct past *past = closure;
        struct seal_past *facts = &past->request.past;
        static const char *const words[] = {
                [REGISTRATION_ACTIVE] = "active",
                [REGISTRATION_DEREGISTERED] = "deregistered",
                [REGISTRATION_REVOKED] = "revoked",
        };

        if (is_rows(past, result, why) && PQntuples(result) == 1) {
                facts->is_found = true;
                facts->subject = slice_text(call_text(past->call, slice_text(past->code.subject)));
                facts->name = slice_text(call_text(past->call, slice_text(cell_text(result, 0, 1))));
                for (uint8_t i = REGISTRATION_ACTIVE; i <= REGISTRATION_REVOKED; i++)
                        if (strcmp(cell_text(result, 0, 2), words[i]) == 0)
                                facts->registration = i;
                if (facts->registration == REGISTRATION_NONE || facts->name.length > STATEMENT_NAME_LIMIT)
                        unreadable(past, "a party");
                if ((uint64_t)cell_number(result, 0, 3) > facts->decision)
                        facts->decision = (uint64_t)cell_number(result, 0, 3);
        }
        answered(past);
}

static int compare_ordinals(const void *left, const void *right)
{
        const struct grade_record *a = left, *b = right;

        return (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

static void take_records(struct past *past, const PGresult *result)
{
        struct grade_inputs *inputs = past->inputs;

        for (int i = 0; i < PQntuples(result); i++) {
                struct record_row row;

                if (!records_from_row(result, i, past->code.subject, &row)) {
                        unreadable(past, "a record");
                        return;
                }
                if (row.serial > past->request.past.decision)
                        past->request.past.decision = row.serial;
                if (strcmp(row.record.state, "active") != 0)
                        continue;
                if (inputs->count == GRADE_RECORDS_MAX) {
                        unreadable(past, "more records than a file may have");
                        return;
                }
                inputs->records[inputs->count] = party_file_facts(&row.record);
                inputs->records[inputs->count++].ordinal = row.ordinal;
        }
        qsort(inputs->records, inputs->count, sizeof(inputs->records[0]), compare_ordinals);
}

static void on_records(void *closure, const PGresult *result, const struct fault *why)
{
        struct past *past = closure;

        if (is_rows(past, result, why))
                take_records(past, result);
        answered(past);
}

static void on_policy(void *closure, const PGresult *result, const struct fault *why)
{
        struct past *past = closure;
        struct seal_past *facts = &past->request.past;

        if (is_rows(past, result, why) && (PQntuples(result) != 1 ||
                        !cell_octets(result, 0, 0, facts->policy_hash, sizeof(facts->policy_hash))))
                unreadable(past, "an active policy");
        answered(past);
}

/* Sources that do not fit are left out whole: less is claimed, not more. */
static void on_coverage(void *closure, const PGresult *result, const struct fault *why)
{
        struct past *past = closure;

        if (is_rows(past, result, why) && PQntuples(result) == 1) {
                struct slice text = slice_text(cell_text(result, 0, 0));

                if (text.length > STATEMENT_COVERAGE_LIMIT) {
                        text.length = STATEMENT_COVERAGE_LIMIT + 1;
                        while (text.length > 0 && text.data[text.length - 1] != ';')
                                text.length--;
                        text.length -= text.length > 0;
                }
                past->request.past.coverage = slice_of(call_text(past->call, text), text.length);
        }
        answered(past);
}

static void on_command(void *closure, const PGresult *result, const struct fault *why)
{
        struct past *past = closure;

        is_rows(past, result, why);
        answered(past);
}

static void ask_for_facts(struct past *past)
{
        uint64_t serial = past->request.past.serial;
        struct query query;

        past_party_query(&query, past->code.subject, past->code.text, serial);
        ask(past, &query, on_party);
        records_known_query(&query, past->code.subject, serial);
        ask(past, &query, on_records);
        past_policy_query(&query, serial);
        ask(past, &query, on_policy);
        past_coverage_query(&query, serial);
        ask(past, &query, on_coverage);
        query_init(&query, "COMMIT");
        ask(past, &query, on_command);
}

static void on_point(void *closure, const PGresult *result, const struct fault *why)
{
        struct past *past = closure;
        struct seal_past *facts = &past->request.past;

        if (is_rows(past, result, why)) {
                if (PQntuples(result) == 1) {
                        facts->serial = (uint64_t)cell_number(result, 0, 0);
                        if (past->is_by_serial)
                                facts->known_at_ms = cell_number(result, 0, 1);
                        ask_for_facts(past);
                } else {
                        failure_set_field(&past->call->failure, RESULT_NOT_THERE,
                                past->is_by_serial ? "known_serial" : "known_at_ms", slice_of(NULL, 0),
                                past->is_by_serial ? "the ledger has no entry of this serial"
                                                   : "the registry did not exist yet");
                        past->failed = true;
                }
        }
        answered(past);
}

static void on_turn(void *closure, struct db_turn *turn, const struct fault *why)
{
        struct past *past = closure;
        struct query query;

        if (!turn) {
                call_fail_fault(past->call, why);
                return;
        }
        past->turn = turn;
        query_init(&query, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        ask(past, &query, on_command);
        if (past->is_by_serial)
                past_serial_query(&query, past->request.past.serial);
        else
                past_point_query(&query, past->request.past.known_at_ms);
        ask(past, &query, on_point);
}

/* ------------------------------------------------------- what may not be shown */

/* Today's inputs; empty where the enterprise is gone. */
static bool load_today(struct past *past, struct grade_inputs *ret, struct fault *why)
{
        struct glance *glance = &past->call->service->glance;
        struct view_party party;
        enum view_found found;
        bool is_read;

        *ret = (struct grade_inputs){0};
        if (!glance_begin(glance, why))
                return false;
        is_read = view_party(glance->view, past->code.text, &found, &party, why);
        if (is_read && found == VIEW_FOUND && !inputs_decode(party.inputs, ret))
                is_read = fault_set(why, FAULT_VIEW, "the packed inputs of %s cannot be read", party.subject);
        glance_end(glance);
        return is_read;
}

/* Is the listing of that day one that goes on today, perhaps with another effect? */
static bool listing_goes_on(const struct grade_inputs *now, struct day then, struct day today)
{
        for (struct day day = then;;) {
                const struct grade_listing *next = NULL;

                for (uint32_t i = 0; i < now->listings_count; i++) {
                        const struct grade_listing *listing = &now->listings[i];

                        if (day_is_before(day, listing->from))
                                continue;
                        if (day_is_none(listing->to) || day_is_before(today, listing->to))
                                return true;
                        if (day_is_before(day, listing->to) && (!next || day_is_before(next->to, listing->to)))
                                next = listing;
                }
                if (!next)
                        return false;
                day = next->to;
        }
}

static bool is_shown(const struct grade_record *record, struct day day)
{
        return !day_is_before(day, record->decided_on) &&
               (day_is_none(record->publicity_end) || day_is_before(day, record->publicity_end));
}

static bool record_goes_on(const struct grade_inputs *now, uint32_t ordinal, struct day today)
{
        for (uint32_t i = 0; i < now->count; i++)
                if (now->records[i].ordinal == ordinal)
                        return is_shown(&now->records[i], today);
        return false;
}

/* Would the answer tell of something that is over by now? */
static bool tells_of_what_is_over(const struct past *past, const struct grade_inputs *now)
{
        struct day then = past->request.past.as_of, today = past->call->today;
        struct listing_state listing;

        listing_on(past->inputs, then, &listing);
        if (listing.listing != LISTING_NOT_LISTED && !listing_goes_on(now, then, today))
                return true;
        for (uint32_t i = 0; i < past->inputs->count; i++)
                if (is_shown(&past->inputs->records[i], then) &&
                        !record_goes_on(now, past->inputs->records[i].ordinal, today))
                        return true;
        return false;
}

/* False: refused, or the view cannot be asked. */
static bool decide_withholding(struct past *past)
{
        struct call *call = past->call;
        struct grade_inputs *now = call_alloc(call, sizeof(*now));
        struct fault why;

        if (!load_today(past, now, &why)) {
                failure_of_fault(&call->failure, &why);
                return false;
        }
        if (!tells_of_what_is_over(past, now))
                return true;
        if (!(call->roles & ROLES_INSIDE))
                past->request.past.is_withheld = true;
        else if (!call->purpose)
                return failure_set_field(&call->failure, RESULT_PURPOSE_MISSING, "purpose", slice_of(NULL, 0),
                        "purpose: this tells of what is not shown any more; say why you ask");
        return true;
}

/* -------------------------------------------------------------------- sealing */

static void seal(struct past *past)
{
        struct call *call = past->call;
        struct seal_past *facts = &past->request.past;
        CLEANUP(buffer) struct buffer packed = BUFFER_INIT;

        db_release(past->turn, true);
        if (!decide_withholding(past)) {
                call_fail(call);
                return;
        }
        if (!inputs_encode(past->inputs, &packed)) {
                log_event(LOG_ERR, "store.unreadable", "id", call->id, "what", "a credit file of then");
                call_fail_with(call, RESULT_STORE_UNAVAILABLE);
                return;
        }
        facts->inputs = arena_copy(&call->arena, buffer_slice(&packed));
        sealing_ask(call->service->sealing, &past->request, past->done, call);
}

void past_ask(struct call *call, const struct seal_request *request, sealing_done_fn done)
{
        struct past *past = call_alloc(call, sizeof(*past));

        *past = (struct past){
                .call = call,
                .request = *request,
                .done = done,
                .inputs = call_alloc(call, sizeof(*past->inputs)),
        };
        past->request.is_past = true;
        if (read_question(past))
                db_begin_turn(call->service->db, on_turn, past);
        else
                call_fail(call);
}
