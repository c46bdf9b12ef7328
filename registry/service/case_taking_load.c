/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a step is weighed with: the party's credit file, the rules in force, the cases' events out of the requests they
 * were signed in, and what the step's own fields name.
 */
#include "registry/service/case_taking.h"

#include <string.h>

#include "proto/text.h"
#include "registry/base/log.h"
#include "registry/core/record.h"
#include "registry/service/clock.h"

/* ----------------------------------------------------------------- loading */

static void unreadable(struct writing *writing, const char *what, const struct fault *why)
{
        log_event(LOG_ERR, "store.unreadable", "id", writing->call->id, "what", what, "text", why ? why->text : "");
        failure_set(&writing->call->failure, RESULT_STORE_UNAVAILABLE, "the store holds %s that cannot be read", what);
        writing_refuse(writing);
}

/* Days are the database's; the worker that would reckon with them must live on the same ones. */
static void on_day(struct writing *writing, const PGresult *result)
{
        struct call *call = writing->call;

        writing->taking->today = cell_day(result, 0, 0);
        writing->taking->now_ms = cell_number(result, 0, 1);
        writing->taking->head = (uint64_t)cell_number(result, 0, 2);
        if (clock_watch_agrees(&call->service->clock, writing->taking->now_ms, call->now_ms))
                return;
        failure_set(&call->failure, RESULT_CLOCK_STEPPED,
                "this machine's clock and the database's are apart; cases are frozen until the operator has looked");
        writing_refuse(writing);
}

static void on_rules(struct writing *writing, const PGresult *result)
{
        struct case_taking *taking = writing->taking;
        const char *id = taking->request.procedure;
        struct fault why;

        if (!rule_cache_take(writing->call->service->rules, result, &taking->rules, &why)) {
                if (why.code == FAULT_CONFLICT)
                        writing_conflict(writing);
                else
                        unreadable(writing, "a rule", &why);
                return;
        }
        for (int i = 0; taking->request.number == 0 && i < PQntuples(result); i++)
                if (cell_bool(result, i, CASE_RULE_IS_CURRENT) &&
                        strcmp(cell_text(result, i, CASE_RULE_KIND), rule_kind_word(RULE_PROCEDURE)) == 0 &&
                        strcmp(cell_text(result, i, CASE_RULE_ID), id) == 0)
                        taking->has_procedure = cell_octets(
                                result, i, CASE_RULE_HASH, taking->procedure_hash, sizeof(taking->procedure_hash));
}

static void on_cases(struct writing *writing, const PGresult *result)
{
        struct case_taking *taking = writing->taking;

        taking->count = (size_t)PQntuples(result);
        taking->cases = call_alloc(writing->call, taking->count * sizeof(*taking->cases));
        for (size_t i = 0; i < taking->count; i++) {
                struct case_loaded *loaded = &taking->cases[i];
                int row = (int)i;

                loaded->number = (uint32_t)cell_number(result, row, 0);
                loaded->office = call_text(writing->call, slice_text(cell_text(result, row, 2)));
                loaded->opener = call_text(writing->call, slice_text(cell_text(result, row, 3)));
                if (!cell_octets(result, row, 1, loaded->procedure, sizeof(loaded->procedure))) {
                        unreadable(writing, "a case", NULL);
                        return;
                }
                if (loaded->number == taking->request.number)
                        taking->own = loaded;
        }
        if (!taking->own)
                return;
        memcpy(taking->procedure_hash, taking->own->procedure, sizeof(taking->procedure_hash));
        taking->has_procedure = true;
}

void case_taking_load(struct writing *writing, struct case_taking *taking)
{
        struct query query;

        writing->taking = taking;
        cases_day_query(&query);
        writing_send(writing, &query, on_day);
        credit_load(writing, &taking->credit);
        cases_rules_lock_query(&query);
        writing_send(writing, &query, NULL);
        cases_rules_query(&query, taking->credit.subject, taking->request.number);
        rule_cache_known(writing->call->service->rules, &query);
        writing_send(writing, &query, on_rules);
        cases_list_query(&query, taking->credit.subject, taking->request.number);
        writing_send(writing, &query, on_cases);
}

/* -------------------------------------------------------------------- events */

static const char *keep(struct arena *arena, const char *text, bool *failed)
{
        const char *copy = arena_text(arena, slice_text(text));

        *failed |= !copy;
        return copy;
}

/* Of the event's fields those that some rule may ask for: words of persons are nobody's but a reader's. */
static bool keep_values(struct arena *arena, const struct procedure *procedure, const struct case_step *step,
        struct case_event *to)
{
        unsigned index = procedure_action_find(procedure, slice_text(step->action));
        const struct procedure_action *action;
        struct case_value *values;
        bool failed = false;

        if (index == PROCEDURE_NONE)
                return false;
        action = &procedure->actions[index];
        values = arena_alloc(arena, step->value_count * sizeof(*values));
        if (!values && step->value_count > 0)
                return false;
        to->values = values;
        for (size_t i = 0; i < step->value_count && !failed; i++) {
                const struct procedure_field *field =
                        procedure_field_find(action, slice_text(step->values[i].name));

                if (field && field->type != FIELD_TEXT)
                        values[to->value_count++] = (struct case_value){
                                .name = keep(arena, step->values[i].name, &failed),
                                .value = keep(arena, step->values[i].value, &failed),
                        };
        }
        return !failed;
}

/* The step as it was signed. */
static bool read_signed(struct arena *arena, const struct procedure *procedure, struct slice request,
        struct case_event *to)
{
        struct arena scratch;
        ProtobufCAllocator allocator;
        const Qcr__Request *message;
        struct case_request read;
        const char *field, *value, *why;
        bool is_good;

        arena_init(&scratch, 2 * CALL_DECODE_BUDGET);
        text_allocator_init(&allocator, &scratch);
        message = qcr__request__unpack(&allocator, request.length, request.data);
        is_good = message && message->operation_case == QCR__REQUEST__OPERATION_CASE_STEP &&
                  case_request_read(&scratch, message->case_step, &read, &field, &value, &why) &&
                  keep_values(arena, procedure, &read.step, to);
        arena_done(&scratch);
        return is_good;
}

static bool take_event(struct writing *writing, const PGresult *result, int row, struct case_loaded *to)
{
        struct arena *arena = &writing->call->arena;
        const struct procedure *procedure = rule_cache_procedure(writing->call->service->rules, to->procedure);
        CLEANUP(buffer) struct buffer request = BUFFER_INIT;
        struct case_event *event = &to->events[to->count];
        bool failed = false;

        if (!procedure) {
                writing_conflict(writing); /* others needed the room in the cache */
                return true;
        }
        *event = (struct case_event){
                .seq = (uint32_t)cell_number(result, row, CASE_EVENT_SEQ),
                .serial = (uint64_t)cell_number(result, row, CASE_EVENT_SERIAL),
                .recorded_ms = cell_number(result, row, CASE_EVENT_AT_MS),
                .action = keep(arena, cell_text(result, row, CASE_EVENT_ACTION), &failed),
                .proposer = keep(arena, cell_text(result, row, CASE_EVENT_PROPOSER), &failed),
                .actor = keep(arena, cell_text(result, row, CASE_EVENT_ACTOR), &failed),
        };
        to->count++;
        return !failed && event->seq == to->count && cell_bytes(result, row, CASE_EVENT_REQUEST, &request) &&
               read_signed(arena, procedure, buffer_slice(&request), event);
}

/* Rows of one case stand together, in the order of the cases. Room is made for what is there: they may be many. */
static void on_events(struct writing *writing, const PGresult *result)
{
        struct case_taking *taking = writing->taking;
        struct case_loaded *to = taking->cases, *end = taking->cases + taking->count;
        size_t rows = (size_t)PQntuples(result);
        struct case_event *events = arena_alloc(&writing->call->arena, rows * sizeof(*events));

        for (int i = 0; i < (int)rows; i++) {
                uint32_t number = (uint32_t)cell_number(result, i, CASE_EVENT_CASE);

                while (to < end && to->number != number)
                        to++;
                if (to == end) {
                        writing_conflict(writing);
                        return;
                }
                if (to->count == 0)
                        to->events = events + i;
                if (!events || to->count == CASE_EVENTS_MAX || !take_event(writing, result, i, to)) {
                        unreadable(writing, "a case", NULL);
                        return;
                }
                if (writing->trouble != RESULT_DONE)
                        return;
        }
}

static void on_number(struct writing *writing, const PGresult *result)
{
        struct case_taking *taking = writing->taking;
        struct case_number *number = &taking->numbers[taking->numbers_asked++];

        if (PQntuples(result) == 0)
                return;
        number->held_by = (uint32_t)cell_number(result, 0, 0);
        number->held_in = call_text(writing->call, slice_text(cell_text(result, 0, 1)));
}

static void on_strangers(struct writing *writing, const PGresult *result)
{
        if (PQntuples(result) > 0)
                writing->taking->stranger = call_text(writing->call, slice_text(cell_text(result, 0, 0)));
}

static const struct procedure_action *action_of(struct writing *writing, const struct case_taking *taking)
{
        const struct procedure *procedure =
                taking->has_procedure
                        ? rule_cache_procedure(writing->call->service->rules, taking->procedure_hash)
                        : NULL;
        unsigned index = procedure ? procedure_action_find(procedure, slice_text(taking->request.step.action))
                                   : PROCEDURE_NONE;

        return index == PROCEDURE_NONE ? NULL : &procedure->actions[index];
}

static void add_number(struct writing *writing, struct case_taking *taking, const struct case_value *value)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;
        struct case_number *number = &taking->numbers[taking->number_count];
        struct query query;

        /* One that cannot be normalised is refused as a field. */
        if (!record_document_normalise(slice_text(value->value), &norm) || norm.length == 0)
                return;
        if (taking->number_count == CASE_UNIQUE_MAX) {
                taking->too_many = value->name;
                return;
        }
        number->field = value->name;
        number->norm = call_text(writing->call, buffer_slice(&norm));
        taking->number_count++;
        cases_document_query(&query, taking->credit.subject, taking->request.step.action, number->norm);
        writing_send(writing, &query, on_number);
}

/* What the step's own fields name. True if a query was sent. */
static bool load_named(struct writing *writing, struct case_taking *taking, const struct procedure_action *action)
{
        CLEANUP(buffer) struct buffer ids = BUFFER_INIT;
        const struct case_step *step = &taking->request.step;
        struct query query;

        for (size_t i = 0; i < step->value_count; i++) {
                const struct procedure_field *field =
                        procedure_field_find(action, slice_text(step->values[i].name));

                if (field && field->type == FIELD_NUMBER && field->is_unique)
                        add_number(writing, taking, &step->values[i]);
                if (field && field->type == FIELD_PERSON)
                        buffer_add_format(&ids, "%s%s", ids.length ? "\n" : "", step->values[i].value);
        }
        if (ids.length == 0)
                return taking->number_count > 0;
        buffer_add_u8(&ids, '\0');
        cases_strangers_query(&query, (const char *)ids.data);
        writing_send(writing, &query, on_strangers);
        return true;
}

static bool load_events(struct writing *writing, struct case_taking *taking)
{
        const struct procedure_action *action = action_of(writing, taking);
        struct query query;
        bool sent = false;

        if (!action)
                return false;
        if (taking->own) {
                cases_events_query(&query, taking->credit.subject, taking->own->number);
                writing_send(writing, &query, on_events);
                sent = true;
        }
        if (action->effect != EFFECT_NONE) {
                cases_other_events_query(&query, taking->credit.subject, taking->request.number);
                writing_send(writing, &query, on_events);
                sent = true;
        }
        return load_named(writing, taking, action) || sent;
}

static bool resolve(struct writing *writing, struct case_taking *taking)
{
        struct rule_cache *cache = writing->call->service->rules;

        for (size_t i = 0; i < taking->count; i++)
                if (taking->cases[i].count > 0 && !rule_cache_procedure(cache, taking->cases[i].procedure))
                        return false;
        if (taking->has_procedure) {
                taking->procedure = rule_cache_procedure(cache, taking->procedure_hash);
                if (!taking->procedure)
                        return false;
        }
        return rule_cache_rules(cache, &taking->rules, taking->today, taking->tables, &taking->case_rules);
}

bool case_taking_load_more(struct writing *writing, struct case_taking *taking)
{
        if (!taking->has_events) {
                bool sent = credit_load_more(writing, &taking->credit);

                taking->has_events = true;
                if (load_events(writing, taking) || sent)
                        return true;
        }
        if (!credit_has_policy(writing, &taking->credit) || !resolve(writing, taking))
                writing_conflict(writing); /* others needed the room in the caches */
        return false;
}
