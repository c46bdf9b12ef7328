/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/credit.h"

#include <assert.h>
#include <string.h>

#include "registry/base/log.h"
#include "registry/core/name.h"
#include "registry/store/ledger.h"
#include "registry/store/standing.h"

#define ROW_SLACK 512u /* octets: what each text of a row takes beside itself */

static struct credit *credit_of(struct writing *writing)
{
        return writing->credit;
}

void credit_init_listings(
        struct credit *credit, struct call *call, const struct org_code *code, const char *party_name)
{
        CLEANUP(buffer) struct buffer norm = BUFFER_INIT;

        *credit = (struct credit){
                .subject = call_text(call, slice_text(code->subject)),
                .code = call_text(call, slice_text(code->text)),
                .name_norm = "",
        };
        call->code = credit->code;
        if (*party_name && name_normalise(slice_text(party_name), &norm) == NAME_SOUND)
                credit->name_norm = call_text(call, buffer_slice(&norm));
}

void credit_init(struct credit *credit, struct call *call, const struct org_code *code,
        const char *authority_code, const char *document_norm, enum record_type type, const char *party_name)
{
        credit_init_listings(credit, call, code, party_name);
        credit->authority_code = authority_code;
        credit->document_norm = document_norm;
        credit->type = record_type_word(type);
}

/* ----------------------------------------------------------------- loading */

static void unreadable(struct writing *writing, const char *what)
{
        log_event(LOG_ERR, "store.unreadable", "id", writing->call->id, "what", what);
        failure_set(&writing->call->failure, RESULT_STORE_UNAVAILABLE,
                "the store holds %s that cannot be read", what);
        writing_refuse(writing);
}

static void on_standing(struct writing *writing, const PGresult *result)
{
        struct credit *credit = credit_of(writing);
        CLEANUP(buffer) struct buffer inputs = BUFFER_INIT;

        if (PQntuples(result) == 0)
                return;
        credit->before = call_alloc(writing->call, sizeof(*credit->before));
        if (!cell_bytes(result, 0, STANDING_INPUTS, &inputs) ||
                !inputs_decode(buffer_slice(&inputs), credit->before) ||
                !cell_octets(result, 0, STANDING_POLICY_HASH, credit->stored_policy,
                        sizeof(credit->stored_policy)) ||
                strlen(cell_text(result, 0, STANDING_GRADE)) >= sizeof(credit->stored_grade)) {
                unreadable(writing, "a standing");
                return;
        }
        credit->is_found = cell_bool(result, 0, STANDING_KNOWS_CODE);
        credit->version = (uint64_t)cell_number(result, 0, STANDING_VERSION);
        strcpy(credit->stored_grade, cell_text(result, 0, STANDING_GRADE));
        credit->stored_score = cell_is_null(result, 0, STANDING_SCORE)
                                       ? -1
                                       : (int32_t)cell_number(result, 0, STANDING_SCORE);
        credit->stored_next = cell_day(result, 0, STANDING_NEXT_CHANGE);
}

static void on_names(struct writing *writing, const PGresult *result)
{
        struct credit *credit = credit_of(writing);

        for (int i = 0; i < PQntuples(result); i++)
                if (strcmp(cell_text(result, i, 0), credit->name_norm) == 0)
                        credit->has_name = true;
}

void credit_keep_record(struct call *call, struct record *record)
{
        const char **texts[] = {
                &record->subject,
                &record->authority_code,
                &record->document,
                &record->document_norm,
                &record->state,
                &record->domain,
                &record->source_code,
                &record->authority_name,
                &record->party_name,
                &record->conduct,
                &record->facts,
                &record->basis,
                &record->penalty,
                &record->content,
                &record->licence,
                &record->remark,
                &record->details,
        };

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
                *texts[i] = call_text(call, slice_text(*texts[i]));
}

/* What the rows take of the call's memory, for which somebody else may have filed too much. */
static size_t octets_of_rows(const PGresult *result)
{
        size_t octets = (size_t)PQntuples(result) * (sizeof(struct record_row) + ROW_SLACK);

        for (int row = 0; row < PQntuples(result); row++)
                for (int column = 0; column < PQnfields(result); column++)
                        octets += (size_t)PQgetlength(result, row, column);
        return octets;
}

static struct record_row *take_rows(struct writing *writing, const PGresult *result, size_t *ret_count)
{
        const struct arena *arena = &writing->call->arena;
        size_t count = (size_t)PQntuples(result);
        struct record_row *rows;

        if (octets_of_rows(result) > (arena->budget - arena->used) / 2) {
                log_event(LOG_ERR, "records.costly", "id", writing->call->id, "subject", credit_of(writing)->subject);
                failure_set(&writing->call->failure, RESULT_MESSAGE_TOO_COSTLY,
                        "the enterprise's records take more memory than a request may");
                writing_refuse(writing);
                return NULL;
        }
        rows = call_alloc(writing->call, count * sizeof(*rows));
        for (size_t i = 0; i < count; i++) {
                if (!records_from_row(result, (int)i, credit_of(writing)->subject, &rows[i])) {
                        unreadable(writing, "a record");
                        return NULL;
                }
                credit_keep_record(writing->call, &rows[i].record);
        }
        *ret_count = count;
        return rows;
}

static void on_current(struct writing *writing, const PGresult *result)
{
        struct credit *credit = credit_of(writing);

        credit->current = take_rows(writing, result, &credit->current_count);
}

static void on_versions(struct writing *writing, const PGresult *result)
{
        struct credit *credit = credit_of(writing);

        credit->versions = take_rows(writing, result, &credit->versions_count);
}

static void on_policy(struct writing *writing, const PGresult *result)
{
        struct credit *credit = credit_of(writing);

        if (PQntuples(result) != 1 ||
                !cell_octets(result, 0, 0, credit->policy_hash, sizeof(credit->policy_hash)))
                unreadable(writing, "an active policy");
}

static void on_policy_document(struct writing *writing, const PGresult *result)
{
        struct service *service = writing->call->service;
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        struct document_error error;

        service->has_policy =
                PQntuples(result) == 1 && cell_bytes(result, 0, 0, &document) &&
                policy_parse(buffer_slice(&document), &service->policy, &error) == DOCUMENT_SOUND &&
                memcmp(service->policy.hash, credit_of(writing)->policy_hash, 32) == 0;
        if (!service->has_policy)
                unreadable(writing, "a policy");
}

static void load_records(struct writing *writing, const struct credit *credit)
{
        struct query query;

        records_current_query(&query, credit->subject);
        writing_send(writing, &query, on_current);
        records_versions_query(
                &query, credit->subject, credit->authority_code, credit->document_norm, credit->type);
        writing_send(writing, &query, on_versions);
}

void credit_load(struct writing *writing, struct credit *credit)
{
        struct query query;

        writing->credit = credit;
        standing_lock_query(&query, credit->subject, credit->code);
        writing_send(writing, &query, on_standing);
        standing_names_query(&query, credit->subject);
        writing_send(writing, &query, on_names);
        if (credit->authority_code)
                load_records(writing, credit);
        standing_policy_query(&query);
        writing_send(writing, &query, on_policy);
        writing_send_previous(writing, credit->subject);
}

bool credit_has_policy(const struct writing *writing, const struct credit *credit)
{
        const struct service *service = writing->call->service;

        return service->has_policy &&
               memcmp(service->policy.hash, credit->policy_hash, sizeof(credit->policy_hash)) == 0;
}

bool credit_load_more(struct writing *writing, struct credit *credit)
{
        struct query query;

        if (credit_has_policy(writing, credit))
                return false;
        standing_policy_document_query(&query, credit->policy_hash);
        writing_send(writing, &query, on_policy_document);
        return true;
}

bool credit_check(struct writing *writing, const struct credit *credit)
{
        struct failure *failure = &writing->call->failure;

        if (!credit->is_found)
                return failure_set_field(failure, RESULT_PARTY_UNKNOWN, "code", slice_text(credit->code),
                        "code: no enterprise of this code is registered");
        if (*credit->name_norm && !credit->has_name)
                return failure_set_field(failure, RESULT_NAME_MISMATCH, "name", slice_of(NULL, 0),
                        "name: not one this code's party has or had");
        return true;
}

/* ---------------------------------------------------------------- weighing */

static bool cannot(struct writing *writing, const char *text)
{
        return failure_set_field(
                &writing->call->failure, RESULT_FIELD_INVALID, "record", slice_of(NULL, 0), "%s", text);
}

static bool is_same_record(const struct record *a, const struct record *b)
{
        return a->type == b->type && strcmp(a->authority_code, b->authority_code) == 0 &&
               strcmp(a->document_norm, b->document_norm) == 0;
}

static bool full(struct writing *writing)
{
        return cannot(writing, "the enterprise has as many records of its kind as a credit file can hold");
}

/* Adds what counts of a record: only active ones do. */
static bool pack(
        struct writing *writing, const struct record *record, uint32_t ordinal, struct grade_inputs *to)
{
        if (strcmp(record->state, "active") != 0)
                return true;
        if (to->count == GRADE_RECORDS_MAX)
                return full(writing);
        to->records[to->count] = party_file_facts(record);
        to->records[to->count].ordinal = ordinal;
        to->count++;
        return true;
}

/* Is there room for a new record beside these? A version of one that is there takes none. */
static bool has_room(const struct credit *credit, const struct grade_inputs *others)
{
        struct grade_record facts = party_file_facts(credit->record);
        struct party_file_load load = {0};

        for (uint32_t i = 0; i < others->count; i++)
                party_file_load_add(&load, &others->records[i]);
        return credit->versions_count > 0 || party_file_load_has_room(&load, &facts);
}

/* All records anew, in their order; listings are other writers' and stay. */
static bool pack_all(struct writing *writing, struct credit *credit)
{
        struct grade_inputs *after = call_alloc(writing->call, sizeof(*after));
        CLEANUP(buffer) struct buffer packed = BUFFER_INIT;

        after->listings_count = credit->before->listings_count;
        memcpy(after->listings, credit->before->listings, sizeof(after->listings));
        for (size_t i = 0; i < credit->current_count; i++) {
                const struct record_row *row = &credit->current[i];

                if (!is_same_record(&row->record, credit->record) &&
                        !pack(writing, &row->record, row->ordinal, after))
                        return false;
        }
        if (!has_room(credit, after))
                return full(writing);
        if (!pack(writing, credit->record, credit->record_ordinal, after))
                return false;
        inputs_sort(after);
        if (!inputs_encode(after, &packed))
                return cannot(writing, "the record's fields contradict each other");
        credit->after = after;
        credit->after_packed = arena_copy(&writing->call->arena, buffer_slice(&packed));
        return true;
}

static void evaluate(struct writing *writing, struct credit *credit)
{
        const struct policy *policy = &writing->call->service->policy;
        struct day today = writing->call->today;

        assert(credit_has_policy(writing, credit));
        credit->outcome_before = call_alloc(writing->call, sizeof(*credit->outcome_before));
        credit->outcome = call_alloc(writing->call, sizeof(*credit->outcome));
        grade_evaluate(policy, credit->before, today, credit->outcome_before);
        grade_evaluate(policy, credit->after, today, credit->outcome);
        credit->lifts = party_file_lifts(policy, credit->before, credit->after, today);
}

/* Than the version before, by itself. */
static bool is_lighter(const struct credit *credit)
{
        struct grade_record before, after = party_file_facts(credit->record);

        if (credit->versions_count == 0)
                return false;
        before = party_file_facts(&credit->versions[0].record);
        return party_file_is_lighter(&before, &after);
}

bool credit_weigh(struct writing *writing, struct credit *credit, const struct record *record)
{
        uint32_t last = 0;

        for (size_t i = 0; i < credit->current_count; i++)
                if (credit->current[i].ordinal > last)
                        last = credit->current[i].ordinal;
        credit->record = record;
        credit->record_version = credit->versions_count ? credit->versions[0].version + 1 : 1;
        credit->record_ordinal = credit->versions_count ? credit->versions[0].ordinal : last + 1;
        record_hash(record, credit->record_hash);
        if (!pack_all(writing, credit))
                return false;
        evaluate(writing, credit);
        credit->lifts = credit->lifts || is_lighter(credit);
        return true;
}

bool credit_weigh_listings(struct writing *writing, struct credit *credit, const struct grade_listing *listings,
        size_t count)
{
        struct grade_inputs *after = call_alloc(writing->call, sizeof(*after));
        CLEANUP(buffer) struct buffer packed = BUFFER_INIT;

        *after = *credit->before;
        after->listings_count = (uint32_t)count;
        memset(after->listings, 0, sizeof(after->listings));
        memcpy(after->listings, listings, count * sizeof(*listings));
        if (!inputs_encode(after, &packed))
                return failure_set(&writing->call->failure, RESULT_STORE_UNAVAILABLE,
                        "the times of listing cannot be packed");
        credit->after = after;
        credit->after_packed = arena_copy(&writing->call->arena, buffer_slice(&packed));
        evaluate(writing, credit);
        return true;
}

/* ------------------------------------------------------------------ saving */

void credit_reply(const struct credit *credit, Qcr__Filed *filed)
{
        if (!credit->outcome)
                return;
        filed->has_grade_before = filed->has_grade_after = true;
        filed->grade_before = call_data_text(credit->outcome_before->grade);
        filed->grade_after = call_data_text(credit->outcome->grade);
}

/*
 * Than the live one, which the standing's own columns can stand for: under another policy they differ, and under the
 * one in force they are not the live outcome only where a shadow run found their day of change come, which is never
 * the day of change of what is evaluated now.
 */
static bool is_another_outcome(const struct credit *credit)
{
        return strcmp(credit->stored_grade, credit->outcome->grade) != 0 ||
               credit->stored_score != credit->outcome->score ||
               day_compare(credit->stored_next, credit->outcome->next_change) != 0 ||
               memcmp(credit->stored_policy, credit->policy_hash, sizeof(credit->policy_hash)) != 0;
}

static void save_record(struct writing *writing, const struct credit *credit)
{
        struct query query;

        records_insert(&query, credit->record, credit->record_version, credit->record_ordinal,
                credit->record_hash, writing->serial);
        writing_send_one(writing, &query);
        records_body_insert(&query, credit->record, credit->record_version);
        writing_send_one(writing, &query);
}

void credit_save(struct writing *writing, struct credit *credit)
{
        struct day today = writing->call->today;
        struct query query;

        if (credit->record)
                save_record(writing, credit);
        standing_update(&query, credit->subject, credit->version, credit->after_packed, credit->policy_hash,
                credit->outcome, today, writing->serial);
        writing_send_one(writing, &query);
        if (is_another_outcome(credit)) {
                standing_history_insert(&query, credit->subject, credit->version + 1, credit->policy_hash,
                        credit->outcome, today, writing->serial);
                writing_send_one(writing, &query);
        }
        ledger_change_query(&query, writing->serial, credit->subject, credit->version + 1);
        writing_send_one(writing, &query);
}
