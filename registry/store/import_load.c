/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/store/import_load.h"

#include <stdlib.h>
#include <string.h>

#include "registry/store/bulk.h"

/* ---------------------------------------------------------------- subjects */

static int compare_subjects(const void *a, const void *b)
{
        return strcmp(((const struct import_subject *)a)->file.subject,
                ((const struct import_subject *)b)->file.subject);
}

static void empty(struct import_subjects *subjects)
{
        for (size_t i = 0; i < subjects->count; i++) {
                party_file_done(&subjects->items[i].file);
                free(subjects->items[i].codes);
        }
        subjects->count = 0;
        arena_done(&subjects->texts);
}

void import_subjects_begin(struct import_subjects *subjects)
{
        empty(subjects);
        arena_init(&subjects->texts, IMPORT_TEXTS_MAX);
}

void import_subjects_name(struct import_subjects *subjects, const char *subject)
{
        if (subjects->count == subjects->room) {
                subjects->room = subjects->room ? 2 * subjects->room : 256;
                subjects->items = must_resize(subjects->items, subjects->room * sizeof(*subjects->items));
        }
        subjects->items[subjects->count] = (struct import_subject){.score = -1, .next_change = DAY_NONE};
        party_file_init(&subjects->items[subjects->count++].file, subject);
}

void import_subjects_end(struct import_subjects *subjects)
{
        size_t kept = 0;

        if (subjects->count)
                qsort(subjects->items, subjects->count, sizeof(*subjects->items), compare_subjects);
        for (size_t i = 0; i < subjects->count; i++)
                if (!kept || compare_subjects(&subjects->items[kept - 1], &subjects->items[i]))
                        subjects->items[kept++] = subjects->items[i];
        subjects->count = kept;
}

void import_subjects_done(struct import_subjects *subjects)
{
        empty(subjects);
        free(subjects->items);
        *subjects = (struct import_subjects){0};
}

struct import_subject *import_subjects_find(const struct import_subjects *subjects, const char *subject)
{
        size_t low = 0, high = subjects->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = strcmp(subjects->items[middle].file.subject, subject);

                if (!order)
                        return &subjects->items[middle];
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

/* A copy that lives as long as the chunk; "" once the budget is used up, which is asked for after each load.
 */
static const char *keep(struct import_subjects *subjects, const PGresult *rows, int row, int column)
{
        const char *copy = arena_text(&subjects->texts, slice_text(cell_text(rows, row, column)));

        return copy ? copy : "";
}

static bool within_budget(const struct import_subjects *subjects, struct fault *why)
{
        return !subjects->texts.exhausted ||
               fault_set(why, FAULT_LIMIT,
                       "one chunk's enterprises have more than %u octets: use a smaller chunk",
                       IMPORT_TEXTS_MAX);
}

static bool ask(struct link *link, const struct import_subjects *subjects, const char *sql, PGresult **ret,
        struct fault *why)
{
        CLEANUP(buffer) struct buffer array = BUFFER_INIT;
        struct query query;

        array_begin(&array);
        for (size_t i = 0; i < subjects->count; i++)
                array_text(&array, subjects->items[i].file.subject);
        array_end(&array);
        query_init(&query, sql);
        query_slice(&query, buffer_slice(&array));
        return link_query(link, &query, ret, why);
}

/* The row's enterprise; rows come ascending, so it is the last one or one behind. */
static struct import_subject *next_subject(
        struct import_subjects *subjects, struct import_subject *last, const PGresult *rows, int row)
{
        const char *subject = cell_text(rows, row, 0);

        return last && !strcmp(last->file.subject, subject) ? last : import_subjects_find(subjects, subject);
}

static bool is_damaged(const char *what, struct fault *why)
{
        return fault_set(
                why, FAULT_STORE, "the store has a %s that cannot be read: qcr-admin doctor names it", what);
}

/* ---------------------------------------------------------------- loading */

static bool take_standing(struct import_subject *subject, const PGresult *rows, int row,
        struct grade_inputs *inputs, struct buffer *octets)
{
        const char *grade = cell_text(rows, row, 2);

        subject->version = cell_number(rows, row, 1);
        if (strlen(grade) >= sizeof(subject->grade))
                return false;
        strcpy(subject->grade, grade);
        subject->score = cell_is_null(rows, row, 3) ? -1 : (int32_t)cell_number(rows, row, 3);
        subject->next_change = cell_day(rows, row, 4);
        buffer_clear(octets);
        if (!cell_octets(rows, row, 5, subject->policy_hash, sizeof(subject->policy_hash)) ||
                !cell_bytes(rows, row, 6, octets) || !inputs_decode(buffer_slice(octets), inputs))
                return false;
        /* Records are taken from their rows; listings stand nowhere else yet. */
        subject->file.listings_count = inputs->listings_count;
        memcpy(subject->file.listings, inputs->listings, sizeof(inputs->listings));
        return true;
}

bool import_load_standing(struct link *link, struct import_subjects *subjects, bool lock, struct fault *why)
{
        static const char reading[] =
                "SELECT subject, version, grade, score, next_change, policy_hash, inputs FROM qcr.standing"
                " WHERE subject = ANY ($1::text[]) ORDER BY subject";
        static const char locking[] =
                "SELECT subject, version, grade, score, next_change, policy_hash, inputs FROM qcr.standing"
                " WHERE subject = ANY ($1::text[]) ORDER BY subject FOR UPDATE";
        CLEANUP(buffer) struct buffer octets = BUFFER_INIT;
        struct grade_inputs *inputs;
        PGresult *rows;
        bool done = true;

        if (!ask(link, subjects, lock ? locking : reading, &rows, why))
                return false;
        inputs = must_alloc(sizeof(*inputs));
        for (int row = 0; row < PQntuples(rows) && done; row++) {
                struct import_subject *subject = next_subject(subjects, NULL, rows, row);

                done = take_standing(subject, rows, row, inputs, &octets) || is_damaged("standing", why);
        }
        free(inputs);
        PQclear(rows);
        return done;
}

bool import_load_parties(struct link *link, struct import_subjects *subjects, struct fault *why)
{
        struct import_subject *subject = NULL;
        PGresult *rows;
        bool done = true;

        if (!ask(link, subjects,
                    "SELECT subject, version, name, row_hash FROM qcr.party_version"
                    " WHERE subject = ANY ($1::text[]) ORDER BY subject, version",
                    &rows, why))
                return false;
        for (int row = 0; row < PQntuples(rows) && done; row++) {
                subject = next_subject(subjects, subject, rows, row);
                subject->file.is_registered = true;
                subject->party_version = (uint32_t)cell_number(rows, row, 1);
                party_file_add_name(&subject->file, keep(subjects, rows, row, 2));
                done = cell_octets(rows, row, 3, subject->row_hash, sizeof(subject->row_hash)) ||
                       is_damaged("party version", why);
        }
        PQclear(rows);
        return done && within_budget(subjects, why);
}

bool import_load_codes(struct link *link, struct import_subjects *subjects, struct fault *why)
{
        struct import_subject *subject = NULL;
        PGresult *rows;

        if (!ask(link, subjects,
                    "SELECT subject, code FROM qcr.code WHERE subject = ANY ($1::text[]) ORDER BY subject",
                    &rows, why))
                return false;
        for (int row = 0; row < PQntuples(rows); row++) {
                subject = next_subject(subjects, subject, rows, row);
                if (subject->codes_count == subject->codes_room) {
                        subject->codes_room = subject->codes_room ? 2 * subject->codes_room : 2;
                        subject->codes =
                                must_resize(subject->codes, subject->codes_room * sizeof(*subject->codes));
                }
                subject->codes[subject->codes_count++] = keep(subjects, rows, row, 1);
        }
        PQclear(rows);
        return within_budget(subjects, why);
}

static bool take_record(
        struct import_subjects *subjects, struct import_subject *subject, const PGresult *rows, int row)
{
        struct party_file_record record = {
                .authority_code = keep(subjects, rows, row, 1),
                .document_norm = keep(subjects, rows, row, 2),
                .version = (uint32_t)cell_number(rows, row, 4),
                .is_active = !strcmp(cell_text(rows, row, 6), "active"),
        };
        const char *certificate = cell_text(rows, row, 14);
        enum certificate_kind kind = CERTIFICATE_NONE;
        enum record_result result;

        if (!record_type_of_word(slice_text(cell_text(rows, row, 3)), &record.type) ||
                !record_result_of_word(slice_text(cell_text(rows, row, 13)), &result) ||
                (*certificate && !certificate_kind_of_word(slice_text(certificate), &kind)))
                return false;
        record.facts = (struct grade_record){
                .type = record.type,
                .severity = (enum severity)cell_number(rows, row, 8),
                .result = result,
                .certificate = kind,
                .kinds = (uint16_t)cell_number(rows, row, 7),
                .ordinal = (uint32_t)cell_number(rows, row, 5),
                .case_ref = record_case_ref(record.authority_code, record.document_norm),
                .decided_on = cell_day(rows, row, 11),
                .publicity_end = cell_day(rows, row, 12),
                .valid_through = cell_day(rows, row, 15),
                .fine_fen = cell_number(rows, row, 9),
                .confiscated_fen = cell_number(rows, row, 10),
        };
        if (subject->file.records_count &&
                subject->file.records[subject->file.records_count - 1].facts.ordinal >= record.facts.ordinal)
                return false;
        party_file_add_record(&subject->file, &record);
        return true;
}

bool import_load_records(struct link *link, struct import_subjects *subjects, struct fault *why)
{
        struct import_subject *subject = NULL;
        PGresult *rows;
        bool done = true;

        if (!ask(link, subjects,
                    "SELECT DISTINCT ON (subject, ordinal) subject, authority_code, document_norm, type, "
                    "version,"
                    " ordinal, state, kinds, severity, fine_fen, confiscated_fen, decided_on, publicity_end,"
                    " result, certificate, valid_through"
                    " FROM qcr.record WHERE subject = ANY ($1::text[]) ORDER BY subject, ordinal, version "
                    "DESC",
                    &rows, why))
                return false;
        for (int row = 0; row < PQntuples(rows) && done; row++) {
                subject = next_subject(subjects, subject, rows, row);
                done = take_record(subjects, subject, rows, row) || is_damaged("record", why);
        }
        PQclear(rows);
        return done && within_budget(subjects, why);
}

/* ---------------------------------------------------------------- versions */

static bool take_version(
        struct import_subjects *subjects, struct import_subject *subject, const PGresult *rows, int row)
{
        struct party_file_version version = {
                .version = (uint32_t)cell_number(rows, row, 4),
                .guise =
                        {
                                .document = keep(subjects, rows, row, 6),
                                .domain = keep(subjects, rows, row, 7),
                                .publicity_computed = cell_day(rows, row, 8),
                                .party_name = keep(subjects, rows, row, 9),
                        },
        };
        struct party_file_record *record;
        enum record_type type;

        if (!record_type_of_word(slice_text(cell_text(rows, row, 3)), &type) ||
                !cell_octets(rows, row, 5, version.content_hash, sizeof(version.content_hash)))
                return false;
        record = party_file_find(&subject->file, cell_text(rows, row, 1), cell_text(rows, row, 2), type);
        if (!record)
                return false;
        version.record = (uint32_t)(record - subject->file.records);
        party_file_add_version(&subject->file, &version);
        return true;
}

/* Four arrays side by side, one identity in each place. */
struct identities {
        struct buffer subjects, authorities, documents, types;
        size_t count;
};

static void add_identity(struct identities *to, const struct record *record)
{
        array_text(&to->subjects, record->subject);
        array_text(&to->authorities, record->authority_code);
        array_text(&to->documents, record->document_norm);
        array_text(&to->types, record_type_word(record->type));
        to->count++;
}

static bool ask_versions(struct link *link, struct identities *of, PGresult **ret, struct fault *why)
{
        struct query query;

        query_init(&query,
                "SELECT r.subject, r.authority_code, r.document_norm, r.type, r.version, r.content_hash, "
                "r.document,"
                " r.domain, r.publicity_computed, coalesce(b.party_name, '')"
                " FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])"
                "       AS k (subject, authority_code, document_norm, type)) k"
                " JOIN qcr.record r USING (subject, authority_code, document_norm, type)"
                " LEFT JOIN qcr.record_body b ON (b.subject, b.authority_code, b.document_norm, b.type, "
                "b.version)"
                "                              = (r.subject, r.authority_code, r.document_norm, r.type, "
                "r.version)"
                " ORDER BY r.subject, r.version");
        query_slice(&query, buffer_slice(&of->subjects));
        query_slice(&query, buffer_slice(&of->authorities));
        query_slice(&query, buffer_slice(&of->documents));
        query_slice(&query, buffer_slice(&of->types));
        return link_query(link, &query, ret, why);
}

bool import_load_versions(struct link *link, struct import_subjects *subjects,
        const struct record *const *rows, size_t count, struct fault *why)
{
        struct identities known = {0};
        struct buffer *arrays[] = {&known.subjects, &known.authorities, &known.documents, &known.types};
        struct import_subject *subject = NULL;
        PGresult *found = NULL;
        bool done = true;

        for (size_t i = 0; i < sizeof(arrays) / sizeof(*arrays); i++)
                array_begin(arrays[i]);
        for (size_t i = 0; i < count; i++) {
                subject = import_subjects_find(subjects, rows[i]->subject);
                if (party_file_find(
                            &subject->file, rows[i]->authority_code, rows[i]->document_norm, rows[i]->type))
                        add_identity(&known, rows[i]);
        }
        for (size_t i = 0; i < sizeof(arrays) / sizeof(*arrays); i++)
                array_end(arrays[i]);
        if (known.count)
                done = ask_versions(link, &known, &found, why);
        for (int row = 0; found && row < PQntuples(found) && done; row++) {
                subject = next_subject(subjects, subject, found, row);
                done = take_version(subjects, subject, found, row) || is_damaged("record", why);
        }
        PQclear(found);
        for (size_t i = 0; i < sizeof(arrays) / sizeof(*arrays); i++)
                buffer_done(arrays[i]);
        return done && within_budget(subjects, why);
}

/* ---------------------------------------------------------------- waiting rows, policy */

static bool take_waiting(struct import_waiting_list *list, const PGresult *rows, int row)
{
        CLEANUP(buffer) struct buffer fields = BUFFER_INIT;
        struct import_waiting waiting = {
                .row_no = cell_number(rows, row, 2),
                .is_parked = !strcmp(cell_text(rows, row, 3), "parked"),
        };
        struct buffer texts = BUFFER_INIT;
        const char *outcome = cell_text(rows, row, 6);

        if (!cell_octets(rows, row, 4, waiting.row_hash, sizeof(waiting.row_hash)) ||
                !cell_bytes(rows, row, 5, &fields) ||
                !record_decode(buffer_slice(&fields), &texts, &waiting.record)) {
                buffer_done(&texts);
                return false;
        }
        if (list->count == list->room) {
                list->room = list->room ? 2 * list->room : 16;
                list->items = must_resize(list->items, list->room * sizeof(*list->items));
                list->texts = must_resize(list->texts, list->room * sizeof(*list->texts));
        }
        waiting.subject = waiting.record.subject;
        waiting.run = must_copy_text(cell_text(rows, row, 1));
        waiting.outcome = *outcome ? "rejected" : NULL;
        list->items[list->count] = waiting;
        list->texts[list->count++] = texts;
        return true;
}

bool import_load_waiting(struct link *link, const char *subjects, bool open_parked,
        struct import_waiting_list *ret, struct fault *why)
{
        static const char all[] =
                "SELECT w.subject, w.run_id, w.row_no, w.state, w.row_hash, w.fields, coalesce(e.outcome, '')"
                " FROM qcr.waiting_row w LEFT JOIN qcr.waiting_row_end e USING (subject, run_id, row_no)"
                " WHERE w.subject = ANY ($1::text[]) AND (e.outcome IS NULL OR e.outcome = 'rejected')"
                " ORDER BY w.subject, w.run_id, w.row_no";
        static const char parked[] =
                "SELECT w.subject, w.run_id, w.row_no, w.state, w.row_hash, w.fields, ''"
                " FROM qcr.waiting_row w LEFT JOIN qcr.waiting_row_end e USING (subject, run_id, row_no)"
                " WHERE w.subject = ANY ($1::text[]) AND w.state = 'parked' AND e.outcome IS NULL"
                " ORDER BY w.subject, w.run_id, w.row_no";
        struct query query;
        PGresult *rows;
        bool done = true;

        *ret = (struct import_waiting_list){0};
        query_init(&query, open_parked ? parked : all);
        query_text(&query, subjects);
        if (!link_query(link, &query, &rows, why))
                return false;
        for (int row = 0; row < PQntuples(rows) && done; row++)
                done = take_waiting(ret, rows, row) || is_damaged("waiting row", why);
        PQclear(rows);
        if (!done)
                import_waiting_done(ret);
        return done;
}

void import_waiting_done(struct import_waiting_list *list)
{
        for (size_t i = 0; i < list->count; i++) {
                free((void *)(uintptr_t)list->items[i].run);
                buffer_done(&list->texts[i]);
        }
        free(list->items);
        free(list->texts);
        *list = (struct import_waiting_list){0};
}

bool import_load_policy(struct link *link, struct policy *policy, struct fault *why)
{
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        struct document_error error;
        struct query query;
        PGresult *rows;
        bool done;

        query_init(&query,
                "SELECT p.policy_hash, CASE WHEN p.policy_hash = $1::bytea THEN NULL ELSE p.document END"
                " FROM qcr.policy_activation a JOIN qcr.policy p USING (policy_hash) ORDER BY a.serial DESC "
                "LIMIT 1");
        query_bytes(&query, policy->hash, sizeof(policy->hash));
        if (!link_query(link, &query, &rows, why))
                return false;
        if (PQntuples(rows) != 1)
                done = fault_set(why, FAULT_STORE, "no policy is active");
        else if (cell_is_null(rows, 0, 1))
                done = true;
        else
                done = (cell_bytes(rows, 0, 1, &document) &&
                               policy_parse(buffer_slice(&document), policy, &error) == DOCUMENT_SOUND) ||
                       is_damaged("policy", why);
        PQclear(rows);
        return done;
}
