/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/case_load.h"

#include <string.h>

#include "proto/text.h"
#include "registry/view/case_request.h"

#define PROPOSALS_MOST 100u
/* Decoding one request; beside it a frame of honest fields takes less. */
#define REQUEST_BUDGET (512u * 1024)

const char *case_load_text(struct call *call, const PGresult *result, int row, int column)
{
        return call_text(call, slice_text(cell_text(result, row, column)));
}

ProtobufCBinaryData case_load_day(struct call *call, struct day day)
{
        char text[DAY_TEXT];

        day_format(day, text);
        return call_data_text(call_text(call, slice_text(text)));
}

static bool take_octets(struct call *call, const PGresult *result, int row, int column, struct slice *ret,
        struct fault *why)
{
        CLEANUP(buffer) struct buffer octets = BUFFER_INIT;

        if (!cell_bytes(result, row, column, &octets))
                return fault_set(why, FAULT_STORE, "octets of a case cannot be read");
        *ret = arena_copy(&call->arena, buffer_slice(&octets));
        return true;
}

/* ------------------------------------------------------------------- events */

bool case_load_request(struct arena *arena, struct slice octets, struct case_step *ret, struct fault *why)
{
        CLEANUP(arena) struct arena decoding;
        ProtobufCAllocator allocator;
        const Qcr__Request *request;
        struct case_request read;
        const char *field, *value, *flaw;

        arena_init(&decoding, REQUEST_BUDGET);
        text_allocator_init(&allocator, &decoding);
        request = qcr__request__unpack(&allocator, octets.length, octets.data);
        if (!request || request->operation_case != QCR__REQUEST__OPERATION_CASE_STEP)
                return fault_set(why, FAULT_STORE, "a case's event does not stand on a step's request");
        if (!case_request_read(arena, request->case_step, &read, &field, &value, &flaw))
                return fault_set(why, FAULT_STORE, "a step's request cannot be read: %s: %s", field, flaw);
        *ret = read.step;
        return true;
}

bool case_load_event(struct arena *arena, const PGresult *result, int row, struct case_event *ret, struct fault *why)
{
        CLEANUP(buffer) struct buffer request = BUFFER_INIT;
        struct case_step step;

        if (!cell_bytes(result, row, CASE_READ_EVENT_REQUEST, &request))
                return fault_set(why, FAULT_STORE, "the request of a case's event cannot be read");
        if (!case_load_request(arena, buffer_slice(&request), &step, why))
                return false;
        if (strcmp(step.action, cell_text(result, row, CASE_READ_EVENT_ACTION)) != 0)
                return fault_set(why, FAULT_MISMATCH, "a case's event is not the step its person signed");
        *ret = (struct case_event){
                .seq = (uint32_t)cell_number(result, row, CASE_READ_EVENT_SEQ),
                .serial = (uint64_t)cell_number(result, row, CASE_READ_EVENT_SERIAL),
                .recorded_ms = cell_number(result, row, CASE_READ_EVENT_AT_MS),
                .action = step.action,
                .proposer = arena_text(arena, slice_text(cell_text(result, row, CASE_READ_EVENT_PROPOSER))),
                .actor = arena_text(arena, slice_text(cell_text(result, row, CASE_READ_EVENT_ACTOR))),
                .values = step.values,
                .value_count = step.value_count,
        };
        if (arena->exhausted)
                return fault_set(why, FAULT_LIMIT, "a case takes more memory than a request may");
        return true;
}

/* --------------------------------------------------------------------- rows */

static bool on_access(void *closure, const PGresult *result, struct fault *why)
{
        struct case_load *load = closure;

        (void)why;
        case_access_take(load->call, result, &load->access);
        return true;
}

static bool on_file(void *closure, const PGresult *result, struct fault *why)
{
        struct case_load *load = closure;

        load->has_party = PQntuples(result) == 1;
        if (!load->has_party)
                return true;
        load->name = case_load_text(load->call, result, 0, CASE_READ_NAME);
        load->has_case = !cell_is_null(result, 0, CASE_READ_OFFICE);
        if (!load->has_case)
                return true;
        load->office = case_load_text(load->call, result, 0, CASE_READ_OFFICE);
        load->opener = case_load_text(load->call, result, 0, CASE_READ_OPENER);
        if (!cell_octets(result, 0, CASE_READ_PROCEDURE_HASH, load->procedure_hash, sizeof(load->procedure_hash)))
                return fault_set(why, FAULT_STORE, "a case has no procedure");
        return take_octets(load->call, result, 0, CASE_READ_PROCEDURE, &load->procedure, why) &&
               rule_cache_take_row(load->call->service->rules, result, 0, why);
}

static bool on_rules(void *closure, const PGresult *result, struct fault *why)
{
        struct case_load *load = closure;

        return rule_cache_take(load->call->service->rules, result, &load->rules, why);
}

static bool on_events(void *closure, const PGresult *result, struct fault *why)
{
        struct case_load *load = closure;
        struct call *call = load->call;
        int count = PQntuples(result);

        if (count > (int)CASE_EVENTS_MAX)
                return fault_set(why, FAULT_STORE, "a case has more events than it may");
        load->events = call_alloc(call, CASE_EVENTS_MAX * sizeof(*load->events));
        load->entries = call_alloc(call, CASE_EVENTS_MAX * sizeof(*load->entries));
        for (int i = 0; i < count; i++) {
                struct case_entry *entry = &load->entries[i];

                if (!case_load_event(&call->arena, result, i, &load->events[i], why))
                        return false;
                entry->state = case_load_text(call, result, i, CASE_READ_EVENT_STATE);
                entry->day = cell_day(result, i, CASE_READ_EVENT_DAY);
                entry->is_late = cell_bool(result, i, CASE_READ_EVENT_IS_LATE);
                entry->proposer_name = case_load_text(call, result, i, CASE_READ_EVENT_PROPOSER_NAME);
                entry->actor_name = case_load_text(call, result, i, CASE_READ_EVENT_ACTOR_NAME);
        }
        load->count = (size_t)count;
        return true;
}

static bool take_signature(struct case_load *load, const PGresult *result, int row, int column,
        Qcr__CaseSignature **ret, struct fault *why)
{
        struct slice request, signature, certificate;
        Qcr__CaseSignature *made;

        if (cell_is_null(result, row, column))
                return true;
        if (!take_octets(load->call, result, row, column + 2, &request, why) ||
            !take_octets(load->call, result, row, column + 3, &signature, why) ||
            !take_octets(load->call, result, row, column + 4, &certificate, why))
                return false;
        made = call_alloc(load->call, sizeof(*made));
        qcr__case_signature__init(made);
        made->serial = (uint64_t)cell_number(result, row, column);
        made->at_ms = cell_number(result, row, column + 1);
        made->request = call_data(request);
        made->signature = call_data(signature);
        made->certificate = call_data(certificate);
        *ret = made;
        return true;
}

static bool on_signatures(void *closure, const PGresult *result, struct fault *why)
{
        struct case_load *load = closure;

        for (int i = 0; i < PQntuples(result); i++) {
                size_t seq = (size_t)cell_number(result, i, CASE_READ_SIGNATURE_SEQ);
                struct case_entry *entry;

                if (seq == 0 || seq > load->count)
                        return fault_set(why, FAULT_STORE, "a signature of no event");
                entry = &load->entries[seq - 1];
                if (!take_signature(load, result, i, CASE_READ_SIGNATURE_STEP, &entry->step, why) ||
                    !take_signature(load, result, i, CASE_READ_SIGNATURE_CONFIRMATION, &entry->confirmation, why))
                        return false;
        }
        return true;
}

static bool on_proposals(void *closure, const PGresult *result, struct fault *why)
{
        struct case_load *load = closure;
        struct call *call = load->call;
        int count = PQntuples(result);

        (void)why;
        load->proposals = call_alloc(call, (size_t)count * sizeof(*load->proposals));
        for (int i = 0; i < count; i++) {
                Qcr__Proposal *proposal = call_alloc(call, sizeof(*proposal));

                qcr__proposal__init(proposal);
                proposal->serial = (uint64_t)cell_number(result, i, 0);
                proposal->item = (uint64_t)cell_number(result, i, 1);
                proposal->kind = call_data_text(case_load_text(call, result, i, 2));
                proposal->proposer = call_data_text(case_load_text(call, result, i, 3));
                proposal->summary = call_data_text(case_load_text(call, result, i, 4));
                proposal->has_subject = true;
                proposal->subject = call_data_text(case_load_text(call, result, i, 5));
                proposal->at_ms = cell_number(result, i, 6);
                load->proposals[load->proposal_count++] = proposal;
        }
        return true;
}

static bool on_pending(void *closure, const PGresult *result, struct fault *why)
{
        struct case_load *load = closure;
        int count = PQntuples(result);

        load->pending = call_alloc(load->call, (size_t)count * sizeof(*load->pending));
        for (int i = 0; i < count; i++) {
                CLEANUP(buffer) struct buffer request = BUFFER_INIT;

                if (!cell_bytes(result, i, 0, &request))
                        return fault_set(why, FAULT_STORE, "the request of a proposal cannot be read");
                if (!case_load_request(&load->call->arena, buffer_slice(&request), &load->pending[i], why))
                        return false;
                load->pending_count++;
        }
        return true;
}

/* -------------------------------------------------------------------- story */

static void ask(struct snapshot *snapshot, void *closure)
{
        struct case_load *load = closure;
        const char *subject = load->code.subject;
        struct query query;

        case_reads_access_query(&query, load->call->person_id);
        snapshot_ask(snapshot, &query, on_access);
        case_reads_file_query(&query, subject, load->code.text, load->number);
        snapshot_ask(snapshot, &query, on_file);
        case_reads_rules_query(&query);
        rule_cache_known(load->call->service->rules, &query);
        snapshot_ask(snapshot, &query, on_rules);
        case_reads_events_query(&query, subject, load->number);
        snapshot_ask(snapshot, &query, on_events);
        if (load->signatures_from > 0) {
                case_reads_signatures_query(&query, subject, load->number, load->signatures_from,
                        load->signatures_octets);
                snapshot_ask(snapshot, &query, on_signatures);
        }
        if (load->wants_proposals) {
                case_reads_proposals_query(&query, subject, load->number, PROPOSALS_MOST);
                snapshot_ask(snapshot, &query, on_proposals);
        }
        if (load->wants_pending) {
                case_reads_pending_query(&query, subject, load->number, PROPOSALS_MOST);
                snapshot_ask(snapshot, &query, on_pending);
        }
}

bool case_load_file(struct case_load *load, struct case_weighing *ret)
{
        struct call *call = load->call;
        struct rule_cache *cache = call->service->rules;
        const struct procedure *procedure = rule_cache_procedure(cache, load->procedure_hash);

        if (!procedure || !rule_cache_rules(cache, &load->rules, call->today, ret->tables, &ret->rules)) {
                call_fail_with(call, RESULT_OVERLOADED);
                return false;
        }
        ret->file = (struct case_file){
                .subject = load->code.subject,
                .number = load->number,
                .office = load->office,
                .procedure = procedure,
                .events = load->events,
                .count = load->count,
        };
        return true;
}

bool case_load_is_file(const struct procedure *procedure, const char *action, const struct case_value *value)
{
        unsigned index = procedure_action_find(procedure, slice_text(action));
        const struct procedure_field *field = NULL;

        if (index != PROCEDURE_NONE)
                field = procedure_field_find(&procedure->actions[index], slice_text(value->name));
        return field && field->type == FIELD_FILE;
}

bool case_load_is_over(const struct case_weighing *weighing)
{
        struct day end = case_term_end(&weighing->file);

        return case_is_over(&weighing->file) || (!day_is_none(end) && !day_is_before(weighing->rules.today, end));
}

static void done(void *closure)
{
        struct case_load *load = closure;
        struct call *call = load->call;
        struct case_weighing weighing;

        if (case_access_is_nobody(&load->access)) {
                (void)case_access_check(call, &load->access, "", false);
                call_fail(call);
        } else if (!load->has_party) {
                failure_set_field(&call->failure, RESULT_PARTY_UNKNOWN, "code", slice_text(call->code),
                        "code: no enterprise of this code is registered");
                call_fail(call);
        } else if (!load->has_case || !case_access_sees(&load->access, load->office)) {
                failure_set(&call->failure, RESULT_CASE_UNKNOWN, "%s", result_find(RESULT_CASE_UNKNOWN)->meaning);
                call_fail(call);
        } else if (case_load_file(load, &weighing)) {
                if (case_access_check(call, &load->access, load->office, case_load_is_over(&weighing)))
                        load->done(load);
                else
                        call_fail(call);
        }
}

void case_load_begin(struct case_load *load, const ProtobufCBinaryData *code, uint32_t number, bool has_purpose,
        const ProtobufCBinaryData *purpose)
{
        static const struct snapshot_story story = {.ask = ask, .done = done};
        struct call *call = load->call;
        struct fields fields = call_fields(call);

        fields_code(&fields, "code", code, &load->code);
        case_access_purpose(call, &fields, has_purpose, purpose);
        if (!fields.failed && (number == 0 || number > INT32_MAX))
                fields_refuse(&fields, RESULT_FIELD_INVALID, "number", slice_of(NULL, 0), "from 1 on");
        if (fields.failed) {
                call_fail(call);
                return;
        }
        call->code = call_text(call, slice_text(load->code.text));
        load->number = number;
        snapshot_begin(call, &story, load);
}
