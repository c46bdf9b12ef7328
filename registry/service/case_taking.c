/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/case_taking.h"

#include <string.h>

#include "registry/base/log.h"
#include "registry/core/listing.h"
#include "registry/service/case_refusal.h"
#include "registry/service/evidence_store.h"

/* What opens a case must be there; the rest is there and cannot be used. */
static bool is_missing(const Qcr__CaseStep *message, const char *field)
{
        return (strcmp(field, "name") == 0 && !message->has_name) ||
               (strcmp(field, "procedure") == 0 && !message->has_procedure);
}

bool case_taking_read(struct call *call, const Qcr__CaseStep *message, struct case_taking *ret)
{
        struct fields fields = call_fields(call);
        const char *field, *value, *why;
        struct org_code code;

        *ret = (struct case_taking){0};
        fields_code(&fields, "code", &message->code, &code);
        if (fields.failed)
                return false;
        if (!case_request_read(&call->arena, message, &ret->request, &field, &value, &why))
                return failure_set_field(&call->failure,
                        is_missing(message, field) ? RESULT_FIELD_MISSING : RESULT_FIELD_INVALID, field,
                        slice_text(value), "%s: %s", field, why);
        credit_init_listings(&ret->credit, call, &code, ret->request.name);
        return true;
}

/* ------------------------------------------------------------------- rules */

static bool refuse(struct writing *writing, enum result_code code)
{
        return failure_set(&writing->call->failure, code, "%s", result_find(code)->meaning);
}

static bool is_any_office(const struct case_taking *taking)
{
        unsigned action = procedure_action_find(taking->procedure, slice_text(taking->request.step.action));

        return action != PROCEDURE_NONE && taking->procedure->actions[action].is_any_office;
}

/* Whoever has no part in a case of another office is not told that there is one; a step open to any office tells. */
static bool is_seen(const struct case_taking *taking, const struct hand *hand)
{
        return hand_roles_in(hand, taking->own->office) != 0 || is_any_office(taking);
}

/* Is there a case, or a procedure to open one under? */
static bool check_there(struct writing *writing, const struct case_taking *taking)
{
        if (!taking->credit.is_found)
                return credit_check(writing, &taking->credit);
        if (taking->request.number > 0 && (!taking->own || !is_seen(taking, &writing->hand)))
                return refuse(writing, RESULT_CASE_UNKNOWN);
        if (taking->request.number == 0 && taking->head >= INT32_MAX)
                return failure_set(&writing->call->failure, RESULT_STORE_UNAVAILABLE,
                        "the ledger is longer than a case's number may be");
        if (!taking->has_procedure)
                return failure_set_field(&writing->call->failure, RESULT_FIELD_INVALID, "procedure",
                        slice_text(taking->request.procedure), "procedure: none of that id is in force");
        return true;
}

static struct case_file file_of(const struct case_taking *taking, const struct case_loaded *loaded,
        const struct procedure *procedure)
{
        return (struct case_file){
                .subject = taking->credit.subject,
                .number = loaded->number,
                .office = loaded->office,
                .procedure = procedure,
                .events = loaded->events,
                .count = loaded->count,
        };
}

/* Whoever could not take the step anyway is not told how far the case is. */
static bool is_told(enum case_refusal refusal)
{
        return refusal != CASE_ACTION_UNKNOWN && refusal != CASE_ROLE && refusal != CASE_OFFICE;
}

static bool decide_step(struct writing *writing, struct case_taking *taking, const struct case_file *file,
        const struct hand *first, const struct hand *second, struct case_verdict *ret)
{
        bool is_open_to_all = is_any_office(taking);
        struct case_person one = hand_person(first, file->office, is_open_to_all), other;

        if (second)
                other = hand_person(second, file->office, is_open_to_all);
        taking->request.step.name_differs = file->count == 0 && !taking->credit.has_name;
        case_decide(file, &taking->request.step, &taking->case_rules, &one, second ? &other : NULL, ret);
        if (is_told(ret->refusal) && taking->request.after > 0 && taking->request.after != file->count)
                return refuse(writing, RESULT_CASE_MOVED_ON);
        if (ret->refusal != CASE_GRANTED)
                return case_refuse(writing->call, file, &taking->case_rules, ret);
        return true;
}

static bool check_kept(struct writing *writing, const struct case_taking *taking,
        const struct procedure_action *action)
{
        const struct case_step *step = &taking->request.step;

        for (size_t i = 0; i < step->value_count; i++) {
                const struct case_value *value = &step->values[i];
                const struct procedure_field *field = procedure_field_find(action, slice_text(value->name));
                bool is_kept = false;
                uint8_t sha256[32];
                struct fault why;

                if (field->type != FIELD_FILE)
                        continue;
                if (hex_decode(value->value, strlen(value->value), sha256, sizeof(sha256)) &&
                        !evidence_kept(writing->call->service->evidence, sha256, &is_kept, &why)) {
                        log_event(LOG_ERR, "evidence.fault", "id", writing->call->id, "why", why.text);
                        return failure_of_fault(&writing->call->failure, &why);
                }
                if (!is_kept)
                        return failure_set_field(&writing->call->failure, RESULT_EVIDENCE_MISSING, value->name,
                                slice_text(value->value), "%s: the document has not been handed in", value->name);
        }
        return true;
}

/* The first field with that value. */
static const char *field_with(const struct case_taking *taking, const char *value)
{
        const struct case_step *step = &taking->request.step;

        for (size_t i = 0; i < step->value_count; i++)
                if (strcmp(step->values[i].value, value) == 0)
                        return step->values[i].name;
        return "field";
}

static bool check_named(struct writing *writing, const struct case_taking *taking)
{
        struct failure *failure = &writing->call->failure;

        if (taking->stranger) {
                const char *field = field_with(taking, taking->stranger);

                return failure_set_field(failure, RESULT_FIELD_INVALID, field, slice_text(taking->stranger),
                        "%s: there is no such person", field);
        }
        if (taking->too_many)
                return failure_set_field(failure, RESULT_FIELD_INVALID, taking->too_many, slice_of(NULL, 0),
                        "%s: one step takes %u such numbers at most", taking->too_many, CASE_UNIQUE_MAX);
        for (size_t i = 0; i < taking->number_count; i++) {
                const struct case_number *number = &taking->numbers[i];

                if (number->held_by == 0 || number->held_by == taking->request.number)
                        continue;
                if (hand_roles_in(&writing->hand, number->held_in))
                        return failure_set_field(failure, RESULT_DOCUMENT_NUMBER_TAKEN, number->field,
                                slice_text(number->norm), "%s: case %u has a document of that number", number->field,
                                number->held_by);
                return failure_set_field(failure, RESULT_DOCUMENT_NUMBER_TAKEN, number->field,
                        slice_text(number->norm), "%s: another case of the party has a document of that number",
                        number->field);
        }
        return true;
}

/* --------------------------------------------------------------- its effect */

/* The party's times of listing with `own` as this case's; false: more than a credit file can hold. */
static bool merge(struct writing *writing, const struct case_taking *taking, const struct case_file *own,
        struct grade_listing ret[GRADE_LISTINGS_MAX], size_t *ret_count)
{
        struct grade_listing times[CASE_LISTINGS_MAX];

        *ret_count = 0;
        for (size_t i = 0; i < taking->count; i++) {
                const struct case_loaded *loaded = &taking->cases[i];
                struct case_file other;

                if (loaded->number == own->number || loaded->count == 0)
                        continue;
                other = file_of(
                        taking, loaded, rule_cache_procedure(writing->call->service->rules, loaded->procedure));
                if (!case_listings_merge(ret, ret_count, times, case_listings(&other, times)))
                        return false;
        }
        return case_listings_merge(ret, ret_count, times, case_listings(own, times));
}

/* Weighs the credit file where the step changes what is said of the party. */
static bool weigh(struct writing *writing, struct case_taking *taking, const struct case_file *before,
        const struct case_file *after)
{
        struct grade_listing old[CASE_LISTINGS_MAX], new[CASE_LISTINGS_MAX], all[GRADE_LISTINGS_MAX];
        size_t count;

        taking->lists = !case_listings_equal(old, case_listings(before, old), new, case_listings(after, new));
        if (!taking->lists)
                return true;
        if (!merge(writing, taking, after, all, &count))
                return failure_set(&writing->call->failure, RESULT_CASE_STATE,
                        "the enterprise has as many times of listing as a credit file can hold");
        return credit_weigh_listings(writing, &taking->credit, all, count);
}

static struct case_file file_with(struct call *call, const struct case_file *file, const struct case_event *event)
{
        struct case_event *events = call_alloc(call, (file->count + 1) * sizeof(*events));
        struct case_file with = *file;

        if (file->count > 0)
                memcpy(events, file->events, file->count * sizeof(*events));
        events[file->count] = *event;
        with.events = events;
        with.count++;
        return with;
}

/* ---------------------------------------------------------------- what is said */

static void add_roles(struct call *call, Qcr__CaseOutcome *outcome, uint32_t roles)
{
        outcome->second_role = call_alloc(call, ROLE_COUNT * sizeof(*outcome->second_role));
        for (unsigned i = 0; i < ROLE_COUNT; i++)
                if (roles & (1u << i))
                        outcome->second_role[outcome->n_second_role++] = call_data_text(role_word(1u << i));
}

static ProtobufCBinaryData day_data(struct call *call, struct day day)
{
        char text[DAY_TEXT];

        day_format(day, text);
        return call_data_text(call_text(call, slice_text(text)));
}

static void add_listing(struct call *call, const struct case_taking *taking, Qcr__CaseOutcome *outcome)
{
        const struct credit *credit = &taking->credit;
        struct listing_state before, after;

        listing_on(credit->before, taking->today, &before);
        listing_on(taking->lists ? credit->after : credit->before, taking->today, &after);
        outcome->has_listing_before = outcome->has_listing_after = true;
        outcome->listing_before = call_data_text(statement_listing_word(before.listing));
        outcome->listing_after = call_data_text(statement_listing_word(after.listing));
        outcome->has_listing_until = !day_is_none(after.until);
        if (outcome->has_listing_until)
                outcome->listing_until = day_data(call, after.until);
}

static void set_outcome(struct call *call, struct case_taking *taking, const struct case_verdict *verdict)
{
        const struct procedure_action *action = verdict->action;
        Qcr__CaseOutcome *outcome = call_alloc(call, sizeof(*outcome));

        qcr__case_outcome__init(outcome);
        outcome->number = taking->file.number;
        outcome->action = call_data_text(taking->row.action);
        outcome->state_before = call_data_text(taking->row.from_state);
        outcome->state_after = call_data_text(taking->row.to_state);
        outcome->day = day_data(call, verdict->day);
        outcome->late = verdict->is_late;
        if (verdict->needs_second)
                add_roles(call, outcome, action->second_roles ? action->second_roles : action->name_second_roles);
        add_listing(call, taking, outcome);
        taking->outcome = outcome;
}

/* `case 91510823141777630N-1: decide 列入决定, number 剑市监列〔2026〕1号`. */
static void set_summary(struct call *call, struct case_taking *taking, const struct procedure_action *action)
{
        const struct case_request *request = &taking->request;
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        buffer_add_format(&text, "case %s", request->code.text);
        if (request->number > 0)
                buffer_add_format(&text, "-%u", request->number);
        buffer_add_format(&text, ": %s %s", action->word, action->zh);
        /* Who confirms an opening does so because of the name. */
        if (request->number == 0)
                buffer_add_format(&text, ", name %s", request->name);
        for (size_t i = 0; i < request->step.value_count; i++) {
                const struct case_value *value = &request->step.values[i];

                if (procedure_field_find(action, slice_text(value->name))->type == FIELD_NUMBER)
                        buffer_add_format(&text, ", %s %s", value->name, value->value);
        }
        taking->summary = call_text(call, buffer_slice(&text));
}

/* Texts of the row outlive the procedure. */
static void set_row(struct call *call, struct case_taking *taking, const struct case_file *file,
        const struct case_verdict *verdict, const struct hand *first, const struct hand *second)
{
        const struct procedure_state *states = file->procedure->states;
        const char *from = verdict->from == PROCEDURE_NONE ? "" : states[verdict->from].word;
        const char *to = verdict->to == PROCEDURE_NONE ? from : states[verdict->to].word;

        taking->needs_second = verdict->needs_second;
        taking->file = (struct case_row){
                .subject = taking->credit.subject,
                .number = file->number,
                .procedure = taking->procedure_hash,
                .opener = taking->own ? taking->own->opener : first->id,
                .office = file->office,
        };
        taking->row = (struct case_event_row){
                .file = &taking->file,
                .seq = (uint32_t)file->count + 1,
                .from_state = call_text(call, slice_text(from)),
                .action = taking->request.step.action,
                .to_state = call_text(call, slice_text(to)),
                .needs_second = verdict->needs_second,
                .excludes_opener = verdict->action->excludes_opener,
                .proposer = first->id,
                .actor = second ? second->id : first->id,
                .event_on = verdict->day,
                .is_late = verdict->is_late,
        };
}

bool case_taking_decide(struct writing *writing, struct case_taking *taking, const struct hand *first,
        const struct hand *second)
{
        struct call *call = writing->call;
        const struct case_loaded opened = {.office = first->office};
        struct case_verdict verdict;
        struct case_file file, after;
        struct case_event event;

        if (!check_there(writing, taking))
                return false;
        file = file_of(taking, taking->own ? taking->own : &opened, taking->procedure);
        if (!decide_step(writing, taking, &file, first, second, &verdict) ||
                !check_kept(writing, taking, verdict.action) || !check_named(writing, taking))
                return false;
        writing->entry_day = taking->today;
        set_row(call, taking, &file, &verdict, first, second);
        event = (struct case_event){
                .seq = taking->row.seq,
                .recorded_ms = taking->now_ms,
                .action = taking->row.action,
                .proposer = taking->row.proposer,
                .actor = taking->row.actor,
                .values = taking->request.step.values,
                .value_count = taking->request.step.value_count,
        };
        after = file_with(call, &file, &event);
        if (!weigh(writing, taking, &file, &after))
                return false;
        set_outcome(call, taking, &verdict);
        set_summary(call, taking, verdict.action);
        return true;
}

void case_taking_reply(const struct case_taking *taking, Qcr__Filed *filed)
{
        filed->case_outcome = taking->outcome;
        credit_reply(&taking->credit, filed);
}

/* ------------------------------------------------------------------ saving */

void case_taking_save(struct writing *writing, struct case_taking *taking, uint64_t proposal)
{
        struct query query;

        if (!taking->own) {
                taking->file.number = (uint32_t)writing->serial;
                cases_insert(&query, &taking->file, writing->serial);
                writing_send_one(writing, &query);
        }
        taking->outcome->number = taking->file.number;
        taking->row.proposal = proposal;
        taking->row.lists = taking->lists;
        cases_event_insert(&query, &taking->row, writing->serial);
        writing_send_one(writing, &query);
        for (size_t i = 0; i < taking->number_count; i++)
                if (taking->numbers[i].held_by == 0) {
                        cases_document_insert(&query, &taking->row, taking->numbers[i].norm);
                        writing_send_one(writing, &query);
                }
        if (taking->lists)
                credit_save(writing, &taking->credit);
}
