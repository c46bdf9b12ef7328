/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_load.h"

#include <inttypes.h>
#include <stdlib.h>

#include "registry/view/follow_verify.h"
#include "registry/view/view_table.h"

struct load {
        struct db_turn *turn;
        uint64_t after;
        uint64_t known;
        follow_judge_fn judge;
        follow_loaded_fn loaded;
        void *closure;
        struct follow_batch batch;
        unsigned owed;          /* answers still to come */
        bool failed;
        struct fault why;       /* the first */
};

static void load_finish(struct load *load)
{
        db_release(load->turn, !load->failed);
        load->loaded(load->closure, load->failed ? NULL : &load->batch, &load->why);
        follow_batch_done(&load->batch);
        free(load);
}

static void load_fail(struct load *load, const struct fault *why)
{
        if (!load->failed)
                load->why = *why;
        load->failed = true;
}

static void ask(struct load *load, struct query *query, db_done_fn done)
{
        load->owed++;
        db_send(load->turn, query, done, load);
        query_done(query);
}

/* Each answer: passed to `take` while nothing has failed; the last one ends the batch. */
static void answer(struct load *load, const PGresult *result, const struct fault *lost,
        bool (*take)(struct follow_batch *batch, const PGresult *result, struct fault *why))
{
        struct fault why;

        if (lost)
                load_fail(load, lost);
        else if (!load->failed && !take(&load->batch, result, &why))
                load_fail(load, &why);
        if (--load->owed == 0)
                load_finish(load);
}

static bool take_command(struct follow_batch *batch, const PGresult *result, struct fault *why)
{
        (void)batch;
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
                return fault_set(why, FAULT_STORE, "snapshot: %s", PQresultErrorMessage(result));
        return true;
}

#define ANSWER(name, take)                                                                      \
        static void on_##name(void *closure, const PGresult *result, const struct fault *lost)  \
        {                                                                                       \
                answer(closure, result, lost, take);                                            \
        }

ANSWER(command, take_command)
ANSWER(founding, follow_take_founding)
ANSWER(policies, follow_take_policies)
ANSWER(rules, follow_take_rules)
ANSWER(runs, follow_take_runs)
ANSWER(grades, follow_take_grades)
ANSWER(proposals, follow_take_proposals)
ANSWER(contents, follow_take_contents)
ANSWER(persons, follow_take_persons)
ANSWER(coverage, follow_take_coverage)
ANSWER(parties, follow_take_parties)
ANSWER(codes, follow_take_codes)
ANSWER(names, follow_take_names)

#undef ANSWER

/* ------------------------------------------- what the entries rest on and touch */

static bool is_kind(const struct follow_entry *entry, const char *kind)
{
        return slice_equal(entry->kind, slice_text(kind));
}

static void add_item(struct buffer *array, struct slice item)
{
        buffer_add_text(array, array->length ? "," : "{");
        buffer_add_slice(array, item);
}

static const char *array_end(struct buffer *array)
{
        buffer_add_text(array, "}");
        return buffer_text(array);
}

/* Only such text as needs no quoting in an array; another is nobody's subject. */
static bool is_subject(struct slice text)
{
        for (size_t i = 0; i < text.length; i++)
                if (!((text.data[i] >= '0' && text.data[i] <= '9') || (text.data[i] >= 'A' && text.data[i] <= 'Z')))
                        return false;
        return text.length == VIEW_SUBJECT_OCTETS;
}

static void add_serial(struct buffer *array, uint64_t serial)
{
        char text[24];

        snprintf(text, sizeof(text), "%" PRIu64, serial);
        add_item(array, slice_text(text));
}

static void ask_for_contents(struct load *load)
{
        CLEANUP(buffer) struct buffer subjects = BUFFER_INIT, serials = BUFFER_INIT;
        struct query query;

        for (size_t i = 0; i < load->batch.entry_count; i++) {
                const struct follow_entry *entry = &load->batch.entries[i];

                if (is_kind(entry, "record-file") && is_subject(entry->subject)) {
                        add_item(&subjects, entry->subject);
                        add_serial(&serials, entry->serial);
                }
        }
        if (subjects.length == 0)
                return;
        follow_contents_query(&query, array_end(&subjects), array_end(&serials));
        ask(load, &query, on_contents);
}

static void ask_for_proposals(struct load *load)
{
        CLEANUP(buffer) struct buffer serials = BUFFER_INIT;
        struct query query;

        for (size_t i = 0; i < load->batch.entry_count; i++) {
                uint64_t serial = follow_proposal_serial(&load->batch.entries[i]);

                if (serial > 0 && serial <= INT64_MAX)
                        add_serial(&serials, serial);
        }
        if (serials.length == 0)
                return;
        follow_proposals_query(&query, array_end(&serials));
        ask(load, &query, on_proposals);
}

static void ask_for_rest(struct load *load)
{
        const struct follow_batch *batch = &load->batch;
        uint64_t last = batch->entries[batch->entry_count - 1].serial;
        bool has_founding = false, has_people = false, has_runs = false, has_run_end = false, has_changes = false,
             has_grades = false;
        struct query query;

        for (size_t i = 0; i < batch->entry_count; i++) {
                const struct follow_entry *entry = &batch->entries[i];

                has_founding = has_founding || is_kind(entry, "founding");
                has_people = has_people || is_kind(entry, "founding") || is_kind(entry, "approval");
                has_run_end = has_run_end || is_kind(entry, "run-end");
                has_runs = has_runs || is_kind(entry, "run-begin") || is_kind(entry, "run-chunk") || has_run_end;
                has_changes = has_changes || entry->changes;
                has_grades = has_grades || entry->grades;
        }
        if (has_founding) {
                follow_founding_query(&query);
                ask(load, &query, on_founding);
                follow_policies_query(&query);
                ask(load, &query, on_policies);
                follow_rules_query(&query);
                ask(load, &query, on_rules);
        }
        if (has_people) {
                follow_persons_query(&query);
                ask(load, &query, on_persons);
        }
        if (has_runs) {
                follow_runs_query(&query, load->after, last);
                ask(load, &query, on_runs);
        }
        if (has_grades) {
                follow_grades_query(&query, load->after, last);
                ask(load, &query, on_grades);
        }
        if (has_run_end) {
                follow_coverage_query(&query, load->after, last);
                ask(load, &query, on_coverage);
        }
        if (has_changes) {
                follow_parties_query(&query, load->after, last);
                ask(load, &query, on_parties);
                follow_codes_query(&query, load->after, last);
                ask(load, &query, on_codes);
                follow_names_query(&query, load->after, last);
                ask(load, &query, on_names);
        }
        ask_for_contents(load);
        ask_for_proposals(load);
}

/* ---------------------------------------------------------------- the first trip */

static void on_identity(void *closure, const PGresult *result, const struct fault *lost)
{
        struct load *load = closure;
        struct fault why;

        if (!lost && !load->failed &&
                (!store_identity_from_row(result, &load->batch.identity, &why) ||
                        !load->judge(load->closure, &load->batch.identity, &why)))
                load_fail(load, &why);
        if (lost)
                load_fail(load, lost);
        if (--load->owed == 0)
                load_finish(load);
}

static void on_entries(void *closure, const PGresult *result, const struct fault *lost)
{
        struct load *load = closure;
        struct query query;
        struct fault why;

        if (!lost && !load->failed) {
                if (!follow_take_entries(&load->batch, result, &why))
                        load_fail(load, &why);
                else if (load->batch.entry_count)
                        ask_for_rest(load);
        }
        if (lost)
                load_fail(load, lost);
        if (!load->failed) {
                follow_commit_query(&query);
                ask(load, &query, on_command);
        }
        if (--load->owed == 0)
                load_finish(load);
}

static void on_turn(void *closure, struct db_turn *turn, const struct fault *lost)
{
        struct load *load = closure;
        struct query query;

        if (!turn) {
                load->loaded(load->closure, NULL, lost);
                free(load);
                return;
        }
        load->turn = turn;
        follow_batch_init(&load->batch);
        follow_begin_query(&query);
        ask(load, &query, on_command);
        store_identity_query(&query, load->known);
        ask(load, &query, on_identity);
        follow_entries_query(&query, load->after, FOLLOW_ENTRIES_MAX);
        ask(load, &query, on_entries);
}

void follow_load(struct db *db, uint64_t after, uint64_t known, follow_judge_fn judge, follow_loaded_fn loaded,
        void *closure)
{
        struct load *load = must_alloc(sizeof(*load));

        *load = (struct load){.after = after, .known = known, .judge = judge, .loaded = loaded, .closure = closure};
        db_begin_turn(db, on_turn, load);
}
