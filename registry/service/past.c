/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/past.h"

#include <stdlib.h>
#include <string.h>

#include "registry/base/log.h"
#include "registry/core/party_file.h"
#include "registry/core/policy.h"
#include "registry/service/case_load.h"
#include "registry/store/past.h"
#include "registry/store/records.h"

/* Who may see what is not shown any more, and says why. */
#define ROLES_INSIDE (ROLE_AUDITOR | ROLES_OF_CASES)

struct past {
        struct call *call;
        struct seal_request request;
        sealing_done_fn done;
        struct org_code code;
        bool is_by_serial;
        bool has_point;             /* an entry was known then */
        bool has_asked;             /* for what had been recorded up to it */
        struct grade_inputs *inputs;
        struct grade_inputs *now;   /* today's, for what may be shown */
        struct past_case *cases;
        size_t case_count;
};

/* A case of the party: all its events, of which the first so many were known then. */
struct past_case {
        uint32_t number;
        uint8_t procedure[32];
        struct case_event *events;
        size_t count, known;
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

/* ---------------------------------------------------------------------- facts */

static bool on_point(void *closure, const PGresult *result, struct fault *why)
{
        struct past *past = closure;

        (void)why;
        past->has_point = PQntuples(result) == 1;
        if (past->has_point)
                past->request.past.serial = (uint64_t)cell_number(result, 0, 0);
        if (past->has_point && past->is_by_serial)
                past->request.past.known_at_ms = cell_number(result, 0, 1);
        return true;
}

static void rests_on(struct past *past, uint64_t serial)
{
        if (serial > past->request.past.decision)
                past->request.past.decision = serial;
}

static bool on_party(void *closure, const PGresult *result, struct fault *why)
{
        static const char *const words[] = {
                [REGISTRATION_ACTIVE] = "active",
                [REGISTRATION_DEREGISTERED] = "deregistered",
                [REGISTRATION_REVOKED] = "revoked",
        };
        struct past *past = closure;
        struct seal_past *facts = &past->request.past;

        if (PQntuples(result) != 1)
                return true;
        facts->is_found = true;
        facts->subject = slice_text(call_text(past->call, slice_text(past->code.subject)));
        facts->name = slice_text(call_text(past->call, slice_text(cell_text(result, 0, 1))));
        for (uint8_t i = REGISTRATION_ACTIVE; i <= REGISTRATION_REVOKED; i++)
                if (strcmp(cell_text(result, 0, 2), words[i]) == 0)
                        facts->registration = i;
        if (facts->registration == REGISTRATION_NONE || facts->name.length > STATEMENT_NAME_LIMIT)
                return fault_set(why, FAULT_STORE, "a version of %s cannot be read", past->code.subject);
        rests_on(past, (uint64_t)cell_number(result, 0, 3));
        return true;
}

static bool on_records(void *closure, const PGresult *result, struct fault *why)
{
        struct past *past = closure;
        struct grade_inputs *inputs = past->inputs;

        for (int i = 0; i < PQntuples(result); i++) {
                struct record_row row;

                if (!records_from_row(result, i, past->code.subject, &row))
                        return fault_set(why, FAULT_STORE, "the records of %s cannot be read", past->code.subject);
                rests_on(past, row.serial);
                if (strcmp(row.record.state, "active") != 0)
                        continue;
                if (inputs->count == GRADE_RECORDS_MAX)
                        return fault_set(why, FAULT_STORE, "%s has more records than count", past->code.subject);
                inputs->records[inputs->count] = party_file_facts(&row.record);
                inputs->records[inputs->count++].ordinal = row.ordinal;
        }
        inputs_sort(inputs);
        return true;
}

static bool on_policy(void *closure, const PGresult *result, struct fault *why)
{
        struct past *past = closure;
        uint8_t *hash = past->request.past.policy_hash;

        return (PQntuples(result) == 1 && cell_octets(result, 0, 0, hash, 32)) ||
               fault_set(why, FAULT_STORE, "no policy was active");
}

/* Sources that do not fit are left out whole: less is claimed, not more. */
static bool on_coverage(void *closure, const PGresult *result, struct fault *why)
{
        struct past *past = closure;
        struct slice text = slice_text(PQntuples(result) == 1 ? cell_text(result, 0, 0) : "");

        (void)why;
        if (text.length > STATEMENT_COVERAGE_LIMIT) {
                text.length = STATEMENT_COVERAGE_LIMIT + 1;
                while (text.length > 0 && text.data[text.length - 1] != ';')
                        text.length--;
                text.length -= text.length > 0;
        }
        past->request.past.coverage = slice_of(call_text(past->call, text), text.length);
        return true;
}

/* Rows as the rule cache takes them, and the case's number behind. */
static bool on_cases(void *closure, const PGresult *result, struct fault *why)
{
        struct past *past = closure;
        size_t count = (size_t)PQntuples(result);

        past->cases = call_alloc(past->call, count * sizeof(*past->cases));
        for (size_t i = 0; i < count; i++) {
                struct past_case *one = &past->cases[i];

                one->number = (uint32_t)cell_number(result, (int)i, CASE_READ_KNOWN_NUMBER);
                if (!cell_octets(result, (int)i, CASE_READ_PROCEDURE_HASH, one->procedure, sizeof(one->procedure)))
                        return fault_set(why, FAULT_STORE, "a case has no procedure");
                if (!rule_cache_take_row(past->call->service->rules, result, (int)i, why))
                        return false;
        }
        past->case_count = count;
        return true;
}

/* By case and seq, as the cases are. */
static bool on_events(void *closure, const PGresult *result, struct fault *why)
{
        struct past *past = closure;
        struct past_case *one = past->cases, *end = past->cases + past->case_count;
        size_t count = (size_t)PQntuples(result);
        struct case_event *events = call_alloc(past->call, count * sizeof(*events));

        for (size_t i = 0; i < count; i++) {
                uint32_t number = (uint32_t)cell_number(result, (int)i, CASE_READ_EVENT_NUMBER);

                while (one < end && one->number != number)
                        one++;
                if (one == end)
                        return fault_set(why, FAULT_STORE, "an event of no case");
                if (!case_load_event(&past->call->arena, result, (int)i, &events[i], why))
                        return false;
                if (one->count++ == 0)
                        one->events = &events[i];
                one->known += events[i].serial <= past->request.past.serial;
        }
        return true;
}

static void ask(struct snapshot *snapshot, void *closure)
{
        struct past *past = closure;
        struct query query;

        if (past->is_by_serial)
                past_serial_query(&query, past->request.past.serial);
        else
                past_point_query(&query, past->request.past.known_at_ms);
        snapshot_ask(snapshot, &query, on_point);
}

static bool ask_for_facts(struct snapshot *snapshot, void *closure)
{
        struct past *past = closure;
        uint64_t serial = past->request.past.serial;
        const char *subject = past->code.subject;
        struct query query;

        if (!past->has_point || past->has_asked)
                return false;
        past->has_asked = true;
        past_party_query(&query, subject, past->code.text, serial);
        snapshot_ask(snapshot, &query, on_party);
        records_known_query(&query, subject, serial);
        snapshot_ask(snapshot, &query, on_records);
        past_policy_query(&query, serial);
        snapshot_ask(snapshot, &query, on_policy);
        past_coverage_query(&query, serial);
        snapshot_ask(snapshot, &query, on_coverage);
        case_reads_known_query(&query, subject, serial);
        rule_cache_known(past->call->service->rules, &query);
        snapshot_ask(snapshot, &query, on_cases);
        case_reads_party_events_query(&query, subject, serial);
        snapshot_ask(snapshot, &query, on_events);
        return true;
}

/* The case with so many of its events. */
static bool file_of(struct past *past, const struct past_case *one, size_t count, struct case_file *ret, struct fault *why)
{
        *ret = (struct case_file){
                .subject = past->code.subject,
                .number = one->number,
                .procedure = rule_cache_procedure(past->call->service->rules, one->procedure),
                .events = one->events,
                .count = count,
        };
        return ret->procedure || fault_set(why, FAULT_LIMIT, "more procedures than this process keeps");
}

/* The times in which its cases listed the party, by what was known. */
static bool add_listings(struct past *past, struct fault *why)
{
        struct grade_inputs *inputs = past->inputs;
        size_t count = 0;

        for (size_t i = 0; i < past->case_count; i++) {
                struct grade_listing listings[CASE_LISTINGS_MAX];
                struct case_file file;

                if (!file_of(past, &past->cases[i], past->cases[i].known, &file, why))
                        return false;
                if (!case_listings_merge(inputs->listings, &count, listings, case_listings(&file, listings)))
                        return fault_set(why, FAULT_STORE, "more listings than a file may have");
                rests_on(past, case_decision_serial(&file));
        }
        inputs->listings_count = (uint32_t)count;
        return true;
}

/* ------------------------------------------------------- what may not be shown */

/* Today's inputs, empty where the enterprise is gone, and today's policy. */
static bool load_today(struct past *past, struct grade_inputs *ret, struct policy *ret_policy, struct fault *why)
{
        struct glance *glance = &past->call->service->glance;
        struct view_party party;
        enum view_found found;
        bool is_read;

        *ret = (struct grade_inputs){0};
        if (!glance_begin(glance, why))
                return false;
        is_read = glance_policy(glance, ret_policy, why) &&
                  view_party(glance->view, past->code.text, &found, &party, why);
        if (is_read && found == VIEW_FOUND && !inputs_decode(party.inputs, ret))
                is_read = fault_set(why, FAULT_VIEW, "the packed inputs of %s cannot be read", party.subject);
        glance_end(glance);
        return is_read;
}

/* The time that speaks of that day; NULL when none does. */
static const struct grade_listing *listing_of(const struct grade_listing *listings, size_t count, struct day day)
{
        for (size_t i = 0; i < count; i++)
                if (!day_is_before(day, listings[i].from) &&
                        (day_is_none(listings[i].to) || day_is_before(day, listings[i].to)))
                        return &listings[i];
        return NULL;
}

/* By what is known now: does the case list on that day, and without a break until today? One case's times do not overlap. */
static bool listing_goes_on(const struct case_file *now, struct day day, struct day today)
{
        struct grade_listing listings[CASE_LISTINGS_MAX];
        size_t count = case_listings(now, listings);
        const struct grade_listing *listing;

        while ((listing = listing_of(listings, count, day))) {
                if (day_is_none(listing->to) || day_is_before(today, listing->to))
                        return true;
                day = listing->to;
        }
        return false;
}

/* A case that listed on that day, as was known then, and does not any more: another that does is no reason to tell of it. */
static bool tells_of_ended_listing(struct past *past, bool *ret, struct fault *why)
{
        struct day then = past->request.past.as_of, today = past->call->today;

        *ret = false;
        for (size_t i = 0; i < past->case_count; i++) {
                const struct past_case *one = &past->cases[i];
                struct grade_listing listings[CASE_LISTINGS_MAX];
                struct case_file file, now;

                if (!file_of(past, one, one->known, &file, why) || !file_of(past, one, one->count, &now, why))
                        return false;
                *ret = *ret || (listing_of(listings, case_listings(&file, listings), then) &&
                                       !listing_goes_on(&now, then, today));
        }
        return true;
}

static bool is_shown(const struct grade_record *record, const struct policy *policy, struct day day)
{
        struct day end = inputs_record_end(record, policy);

        return !day_is_before(day, record->decided_on) && (day_is_none(end) || day_is_before(day, end));
}

static bool record_goes_on(const struct grade_inputs *now, const struct policy *policy, uint32_t ordinal,
        struct day today)
{
        for (uint32_t i = 0; i < now->count; i++)
                if (now->records[i].ordinal == ordinal)
                        return is_shown(&now->records[i], policy, today);
        return false;
}

/* A record that was shown on that day and is not any more. */
static bool tells_of_ended_record(const struct past *past, const struct policy *policy)
{
        struct day then = past->request.past.as_of, today = past->call->today;

        for (uint32_t i = 0; i < past->inputs->count; i++)
                if (is_shown(&past->inputs->records[i], policy, then) &&
                        !record_goes_on(past->now, policy, past->inputs->records[i].ordinal, today))
                        return true;
        return false;
}

/* False: refused, or the view cannot be asked. */
static bool decide_withholding(struct past *past)
{
        struct call *call = past->call;
        struct policy *policy = must_alloc(sizeof(*policy));
        bool is_read, tells = false;
        struct fault why;

        is_read = load_today(past, past->now, policy, &why) && tells_of_ended_listing(past, &tells, &why);
        tells = tells || (is_read && tells_of_ended_record(past, policy));
        free(policy);
        if (!is_read) {
                failure_of_fault(&call->failure, &why);
                return false;
        }
        if (!tells)
                return true;
        if (!(call->roles & ROLES_INSIDE))
                past->request.past.is_withheld = true;
        else if (!call->purpose)
                return failure_set_field(&call->failure, RESULT_PURPOSE_MISSING, "purpose", slice_of(NULL, 0),
                        "purpose: this tells of what is not shown any more; say why you ask");
        return true;
}

/* -------------------------------------------------------------------- sealing */

static void seal(void *closure)
{
        struct past *past = closure;
        struct call *call = past->call;
        CLEANUP(buffer) struct buffer packed = BUFFER_INIT;
        struct fault why;

        if (!past->has_point) {
                failure_set_field(&call->failure, RESULT_NOT_THERE,
                        past->is_by_serial ? "known_serial" : "known_at_ms", slice_of(NULL, 0), "%s",
                        past->is_by_serial ? "the ledger has no entry of this serial" : "the registry did not exist yet");
                call_fail(call);
                return;
        }
        if (!add_listings(past, &why)) {
                call_fail_fault(call, &why);
                return;
        }
        if (!decide_withholding(past)) {
                call_fail(call);
                return;
        }
        if (!inputs_encode(past->inputs, &packed)) {
                log_event(LOG_ERR, "store.unreadable", "id", call->id, "what", "a credit file of then");
                call_fail_with(call, RESULT_STORE_UNAVAILABLE);
                return;
        }
        past->request.past.inputs = arena_copy(&call->arena, buffer_slice(&packed));
        if (call->arena.exhausted) {
                call_fail_with(call, RESULT_MESSAGE_TOO_COSTLY);
                return;
        }
        sealing_ask(call->service->sealing, &past->request, past->done, call);
}

void past_ask(struct call *call, const struct seal_request *request, sealing_done_fn done)
{
        static const struct snapshot_story story = {.ask = ask, .more = ask_for_facts, .done = seal};
        struct past *past = call_alloc(call, sizeof(*past));

        *past = (struct past){
                .call = call,
                .request = *request,
                .done = done,
                .inputs = call_alloc(call, sizeof(*past->inputs)),
                .now = call_alloc(call, sizeof(*past->now)),
        };
        past->request.is_past = true;
        if (read_question(past))
                snapshot_begin(call, &story, past);
        else
                call_fail(call);
}
