/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_batch.h"

#include <string.h>

void follow_batch_init(struct follow_batch *batch)
{
        *batch = (struct follow_batch){0};
        arena_init(&batch->arena, FOLLOW_ARENA);
}

void follow_batch_done(struct follow_batch *batch)
{
        arena_done(&batch->arena);
}

/* ------------------------------------------------------------------- cells */

/* Rows being read into a batch. The first cell that is not of its form makes the whole refused, once, at the end. */
struct rows {
        struct follow_batch *batch;
        const PGresult *result;
        const char *what;
        bool failed;
};

static bool rows_begin(struct rows *rows, struct follow_batch *batch, const PGresult *result, const char *what,
        int columns, struct fault *why)
{
        if (PQresultStatus(result) != PGRES_TUPLES_OK || PQnfields(result) != columns)
                return fault_set(why, FAULT_STORE, "%s: %s", what, PQresultErrorMessage(result));
        *rows = (struct rows){.batch = batch, .result = result, .what = what};
        return true;
}

static bool rows_end(const struct rows *rows, struct fault *why)
{
        if (rows->batch->arena.exhausted)
                return fault_set(why, FAULT_LIMIT, "%s: a batch takes more than %zu octets", rows->what, FOLLOW_ARENA);
        if (rows->failed)
                return fault_set(why, FAULT_STORE, "%s: a row is not of its form", rows->what);
        return true;
}

/* Zeroed; NULL past the arena's budget, which rows_end() tells. */
static void *rows_alloc(struct rows *rows, size_t size)
{
        size_t count = (size_t)PQntuples(rows->result);
        void *room = count ? arena_alloc(&rows->batch->arena, count * size) : NULL;

        rows->failed = rows->failed || (count && !room);
        return room;
}

static int rows_count(const struct rows *rows)
{
        return rows->failed ? 0 : PQntuples(rows->result);
}

static bool is_null(const struct rows *rows, int row, int column)
{
        return cell_is_null(rows->result, row, column);
}

/* NULL is the empty text. */
static struct slice take_text(struct rows *rows, int row, int column)
{
        struct slice text = slice_text(cell_text(rows->result, row, column));
        char *copy = arena_text(&rows->batch->arena, text);

        if (!copy) {
                rows->failed = true;
                return slice_text("");
        }
        return slice_of(copy, text.length);
}

static struct slice take_bytes(struct rows *rows, int row, int column)
{
        const char *text = cell_text(rows->result, row, column);
        size_t digits = strlen(text);
        uint8_t *octets;

        if (digits < 2 || digits % 2 || text[0] != '\\' || text[1] != 'x')
                goto fail;
        octets = arena_alloc(&rows->batch->arena, digits / 2);
        if (!octets || !hex_decode(text + 2, digits - 2, octets, digits / 2 - 1))
                goto fail;
        return slice_of(octets, digits / 2 - 1);
fail:
        rows->failed = true;
        return slice_text("");
}

static void take_octets(struct rows *rows, int row, int column, void *ret, size_t length)
{
        if (!cell_octets(rows->result, row, column, ret, length))
                rows->failed = true;
}

/* Not negative: serials, versions, counts. */
static uint64_t take_number(struct rows *rows, int row, int column)
{
        int64_t number = cell_number(rows->result, row, column);

        if (is_null(rows, row, column) || number < 0) {
                rows->failed = true;
                return 0;
        }
        return (uint64_t)number;
}

static void take_act(struct rows *rows, int row, int first, struct follow_act *ret)
{
        take_octets(rows, row, first, ret->certificate, sizeof(ret->certificate));
        ret->is_signed = !is_null(rows, row, first + 1);
        if (!ret->is_signed)
                return;
        ret->request = take_bytes(rows, row, first + 1);
        take_octets(rows, row, first + 2, ret->signature, sizeof(ret->signature));
}

/* -------------------------------------------------------- entries and acts */

static void take_entry(struct rows *rows, int row, struct follow_entry *ret)
{
        ret->serial = take_number(rows, row, FOLLOW_ENTRY_SERIAL);
        ret->at_ms = cell_number(rows->result, row, FOLLOW_ENTRY_AT_MS);
        take_octets(rows, row, FOLLOW_ENTRY_COMMITMENT, ret->commitment, sizeof(ret->commitment));
        take_octets(rows, row, FOLLOW_ENTRY_CHAIN, ret->chain, sizeof(ret->chain));
        ret->has_body = !is_null(rows, row, FOLLOW_ENTRY_BODY);
        if (ret->has_body) {
                ret->kind = take_text(rows, row, FOLLOW_ENTRY_KIND);
                ret->subject = take_text(rows, row, FOLLOW_ENTRY_SUBJECT);
                take_octets(rows, row, FOLLOW_ENTRY_SALT, ret->salt, sizeof(ret->salt));
                ret->body = take_bytes(rows, row, FOLLOW_ENTRY_BODY);
        }
        if (!is_null(rows, row, FOLLOW_ENTRY_CERTIFICATE))
                take_act(rows, row, FOLLOW_ENTRY_CERTIFICATE, &ret->act);
        ret->act.serial = ret->serial;
        ret->changes = take_number(rows, row, FOLLOW_ENTRY_CHANGES);
        ret->grades = take_number(rows, row, FOLLOW_ENTRY_GRADES);
        if (!instant_is_valid(ret->at_ms))
                rows->failed = true;
}

bool follow_take_entries(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        struct rows rows;
        uint64_t subjects = 0;

        if (!rows_begin(&rows, batch, result, "ledger", FOLLOW_ENTRY_GRADES + 1, why))
                return false;
        batch->entries = rows_alloc(&rows, sizeof(batch->entries[0]));
        for (int i = 0; i < rows_count(&rows); i++) {
                struct follow_entry *entry = &batch->entries[batch->entry_count];

                take_entry(&rows, i, entry);
                subjects += entry->changes + entry->grades;
                if (i > 0 && subjects > FOLLOW_SUBJECTS_MAX)
                        break;
                batch->entry_count++;
        }
        return rows_end(&rows, why);
}

bool follow_take_founding(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        struct rows rows;

        if (!rows_begin(&rows, batch, result, "founding", 2, why))
                return false;
        if (PQntuples(result) == 1) {
                batch->founding = take_bytes(&rows, 0, 0);
                take_octets(&rows, 0, 1, batch->founding_signature, sizeof(batch->founding_signature));
        }
        return rows_end(&rows, why);
}

bool follow_take_policies(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        struct rows rows;

        if (!rows_begin(&rows, batch, result, "policy", 2, why))
                return false;
        if (PQntuples(result) == 1) {
                take_octets(&rows, 0, 0, batch->policy_hash, sizeof(batch->policy_hash));
                batch->policy = take_bytes(&rows, 0, 1);
                batch->has_policy = true;
        }
        return rows_end(&rows, why);
}

bool follow_take_rules(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        struct rows rows;

        if (!rows_begin(&rows, batch, result, "rule", 2, why))
                return false;
        batch->rules = rows_alloc(&rows, sizeof(batch->rules[0]));
        for (int i = 0; i < rows_count(&rows); i++) {
                struct follow_rule *rule = &batch->rules[batch->rule_count++];

                take_octets(&rows, i, 0, rule->hash, sizeof(rule->hash));
                rule->document = take_bytes(&rows, i, 1);
        }
        return rows_end(&rows, why);
}

bool follow_take_runs(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        struct rows rows;

        if (!rows_begin(&rows, batch, result, "run", 6, why))
                return false;
        batch->runs = rows_alloc(&rows, sizeof(batch->runs[0]));
        for (int i = 0; i < rows_count(&rows); i++) {
                struct follow_run *run = &batch->runs[batch->run_count++];

                run->serial = take_number(&rows, i, 0);
                run->kind = take_text(&rows, i, 1);
                take_act(&rows, i, 2, &run->act);
                run->act.serial = run->serial;
                run->summary = take_text(&rows, i, 5);
        }
        return rows_end(&rows, why);
}

/* NULL and a score below zero are no outcome's. */
static void take_rating(struct rows *rows, int row, int grade_column, int score_column, char ret_grade[4],
        int32_t *ret_score)
{
        const char *grade = cell_text(rows->result, row, grade_column);

        *ret_score = -1;
        if (strcmp(grade, GRADE_UNRATED) == 0)
                return;
        if (strlen(grade) >= 4)
                rows->failed = true;
        else
                strcpy(ret_grade, grade);
        *ret_score = (int32_t)take_number(rows, row, score_column);
}

bool follow_take_grades(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        struct rows rows;

        if (!rows_begin(&rows, batch, result, "shadow_grade", FOLLOW_GRADE_NEXT_CHANGE + 1, why))
                return false;
        batch->grades = rows_alloc(&rows, sizeof(batch->grades[0]));
        for (int i = 0; i < rows_count(&rows); i++) {
                struct follow_grade *to = &batch->grades[batch->grade_count++];
                const char *subject = cell_text(result, i, FOLLOW_GRADE_SUBJECT);

                if (strlen(subject) != sizeof(to->subject) - 1) {
                        rows.failed = true;
                        break;
                }
                strcpy(to->subject, subject);
                to->serial = take_number(&rows, i, FOLLOW_GRADE_SERIAL);
                to->grade.version = take_number(&rows, i, FOLLOW_GRADE_VERSION);
                take_rating(&rows, i, FOLLOW_GRADE_GRADE, FOLLOW_GRADE_SCORE, to->grade.grade, &to->grade.score);
                to->grade.next_change = cell_day(result, i, FOLLOW_GRADE_NEXT_CHANGE);
                to->is_sound = view_grade_is_valid(&to->grade);
        }
        return rows_end(&rows, why);
}

bool follow_take_proposals(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        struct rows rows;

        if (!rows_begin(&rows, batch, result, "proposal", 4, why))
                return false;
        batch->proposals = rows_alloc(&rows, sizeof(batch->proposals[0]));
        for (int i = 0; i < rows_count(&rows); i++) {
                struct follow_act *act = &batch->proposals[batch->proposal_count++];

                act->serial = take_number(&rows, i, 0);
                take_act(&rows, i, 1, act);
        }
        return rows_end(&rows, why);
}

bool follow_take_contents(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        struct rows rows;

        if (!rows_begin(&rows, batch, result, "record", 2, why))
                return false;
        batch->contents = rows_alloc(&rows, sizeof(batch->contents[0]));
        for (int i = 0; i < rows_count(&rows); i++) {
                struct follow_content *content = &batch->contents[batch->content_count++];

                content->serial = take_number(&rows, i, 0);
                take_octets(&rows, i, 1, content->hash, sizeof(content->hash));
        }
        return rows_end(&rows, why);
}

bool follow_take_persons(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        struct rows rows;

        if (!rows_begin(&rows, batch, result, "person", 2, why))
                return false;
        batch->persons = rows_alloc(&rows, sizeof(batch->persons[0]));
        for (int i = 0; i < rows_count(&rows); i++) {
                struct follow_person *person = &batch->persons[batch->person_count++];

                person->person_id = take_text(&rows, i, 0);
                person->version = take_number(&rows, i, 1);
        }
        return rows_end(&rows, why);
}

/* A source whose word no statement can say is left out: less is claimed, not more. */
bool follow_take_coverage(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        struct rows rows;

        if (!rows_begin(&rows, batch, result, "coverage", 3, why))
                return false;
        batch->coverage = rows_alloc(&rows, sizeof(batch->coverage[0]));
        for (int i = 0; i < rows_count(&rows); i++) {
                struct view_coverage *coverage = &batch->coverage[batch->coverage_count];
                const char *domain = cell_text(result, i, 0), *source = cell_text(result, i, 1);

                if (strlen(domain) > STATEMENT_WORD_LIMIT || strlen(source) > STATEMENT_WORD_LIMIT)
                        continue;
                strcpy(coverage->domain, domain);
                strcpy(coverage->source, source);
                coverage->through = cell_day(result, i, 2);
                if (view_coverage_is_valid(coverage))
                        batch->coverage_count++;
        }
        return rows_end(&rows, why);
}

/* ----------------------------------------------------------------- parties */

static bool registration_parse(const char *word, uint8_t *ret)
{
        for (unsigned registration = REGISTRATION_ACTIVE; registration <= REGISTRATION_REVOKED; registration++)
                if (strcmp(word, statement_registration_word((enum statement_registration)registration)) == 0) {
                        *ret = (uint8_t)registration;
                        return true;
                }
        return false;
}

static void take_outcome(struct rows *rows, int row, struct view_party *ret)
{
        uint8_t hash[32];

        ret->version = take_number(rows, row, FOLLOW_PARTY_VERSION);
        ret->inputs = take_bytes(rows, row, FOLLOW_PARTY_INPUTS);
        take_octets(rows, row, FOLLOW_PARTY_POLICY, hash, sizeof(hash));
        memcpy(ret->policy_hash, hash, sizeof(ret->policy_hash));
        take_rating(rows, row, FOLLOW_PARTY_GRADE, FOLLOW_PARTY_SCORE, ret->grade, &ret->score);
        ret->graded_on = cell_day(rows->result, row, FOLLOW_PARTY_GRADED_ON);
        ret->next_change = cell_day(rows->result, row, FOLLOW_PARTY_NEXT_CHANGE);
        ret->decision = take_number(rows, row, FOLLOW_PARTY_DECISION);
}

static void take_party(struct rows *rows, int row, struct follow_party *ret)
{
        struct slice subject = take_text(rows, row, FOLLOW_PARTY_SUBJECT);
        enum party_kind kind;

        if (subject.length != sizeof(ret->party.subject) - 1) {
                rows->failed = true;
                return;
        }
        memcpy(ret->party.subject, subject.data, subject.length + 1);
        ret->wanted = take_number(rows, row, FOLLOW_PARTY_WANTED);
        ret->is_there = !is_null(rows, row, FOLLOW_PARTY_VERSION) && !is_null(rows, row, FOLLOW_PARTY_NAME);
        if (!ret->is_there)
                return;
        take_outcome(rows, row, &ret->party);
        ret->party.code = subject;
        ret->party.name = take_text(rows, row, FOLLOW_PARTY_NAME);
        ret->name_norm = take_text(rows, row, FOLLOW_PARTY_NAME_NORM);
        if (!party_kind_parse(cell_text(rows->result, row, FOLLOW_PARTY_KIND), &kind) ||
                !registration_parse(cell_text(rows->result, row, FOLLOW_PARTY_REGISTRATION),
                        &ret->party.registration) ||
                ret->party.name.length > STATEMENT_NAME_LIMIT)
                rows->failed = true;
        else
                ret->party.kind = (uint8_t)kind;
}

bool follow_take_parties(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        struct rows rows;

        if (!rows_begin(&rows, batch, result, "standing", FOLLOW_PARTY_REGISTRATION + 1, why))
                return false;
        batch->parties = rows_alloc(&rows, sizeof(batch->parties[0]));
        for (int i = 0; i < rows_count(&rows); i++)
                take_party(&rows, i, &batch->parties[batch->party_count++]);
        return rows_end(&rows, why);
}

/*
 * Hands each enterprise its stretch of rows (subject, text), which are in the parties' order. Rows of nobody here
 * cannot be: both are of the touched subjects.
 */
static bool take_texts(struct follow_batch *batch, const PGresult *result, const char *what, bool is_code,
        struct fault *why)
{
        struct rows rows;
        struct slice *texts;
        size_t p = 0;

        if (!rows_begin(&rows, batch, result, what, 2, why))
                return false;
        texts = rows_alloc(&rows, sizeof(texts[0]));
        for (int i = 0; i < rows_count(&rows); i++) {
                struct follow_party *party;

                while (p < batch->party_count && strcmp(batch->parties[p].party.subject, cell_text(result, i, 0)) != 0)
                        p++;
                if (p == batch->party_count) {
                        rows.failed = true;
                        break;
                }
                party = &batch->parties[p];
                texts[i] = take_text(&rows, i, 1);
                if (is_code) {
                        party->codes = party->code_count++ ? party->codes : &texts[i];
                        /* The newest unified code is the one to show. */
                        if (texts[i].length == ORG_CODE_USCC_LENGTH)
                                party->party.code = texts[i];
                } else {
                        party->names = party->name_count++ ? party->names : &texts[i];
                }
        }
        return rows_end(&rows, why);
}

bool follow_take_codes(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        return take_texts(batch, result, "code", true, why);
}

bool follow_take_names(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        return take_texts(batch, result, "party_version", false, why);
}

/* ------------------------------------------------------------------ lookups */

const struct follow_run *follow_run_of(const struct follow_batch *batch, uint64_t serial)
{
        for (size_t i = 0; i < batch->run_count; i++)
                if (batch->runs[i].serial == serial)
                        return &batch->runs[i];
        return NULL;
}

const struct follow_act *follow_proposal_of(const struct follow_batch *batch, uint64_t serial)
{
        for (size_t i = 0; i < batch->proposal_count; i++)
                if (batch->proposals[i].serial == serial)
                        return &batch->proposals[i];
        return NULL;
}

const struct follow_content *follow_content_of(const struct follow_batch *batch, uint64_t serial)
{
        for (size_t i = 0; i < batch->content_count; i++)
                if (batch->contents[i].serial == serial)
                        return &batch->contents[i];
        return NULL;
}

/* Rows come by subject. */
const struct follow_party *follow_party_of(const struct follow_batch *batch, const char *subject)
{
        size_t low = 0, high = batch->party_count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;
                int order = strcmp(batch->parties[middle].party.subject, subject);

                if (order == 0)
                        return &batch->parties[middle];
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}
