/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/import_chunk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/merkle.h"

void import_chunk_init(struct import_chunk *chunk, const struct import_format *format, size_t rows)
{
        *chunk = (struct import_chunk){.format = format, .room = rows};
        chunk->rows = must_alloc(rows * sizeof(*chunk->rows));
        arena_init(&chunk->texts, rows * IMPORT_ROW_TEXTS);
}

static void forget_try(struct import_chunk *chunk)
{
        chunk->stored_count = 0;
        chunk->attached_count = 0;
        chunk->expected_count = 0;
        free(chunk->attached);
        chunk->attached = NULL;
        import_waiting_done(&chunk->waiting);
        import_subjects_begin(&chunk->subjects);
        array_begin(&chunk->expected);
}

void import_chunk_clear(struct import_chunk *chunk)
{
        forget_try(chunk);
        chunk->count = 0;
        arena_done(&chunk->texts);
        arena_init(&chunk->texts, chunk->room * IMPORT_ROW_TEXTS);
}

void import_chunk_done(struct import_chunk *chunk)
{
        import_chunk_clear(chunk);
        import_subjects_done(&chunk->subjects);
        buffer_done(&chunk->expected);
        free(chunk->stored);
        free(chunk->rows);
}

struct import_stored *import_chunk_store(
        struct import_chunk *chunk, enum import_stored_kind kind, int64_t row_no, const uint8_t hash[32])
{
        struct import_stored *stored;

        if (chunk->stored_count == chunk->stored_room) {
                chunk->stored_room = chunk->stored_room ? 2 * chunk->stored_room : 256;
                chunk->stored = must_resize(chunk->stored, chunk->stored_room * sizeof(*chunk->stored));
        }
        stored = &chunk->stored[chunk->stored_count++];
        *stored = (struct import_stored){.kind = kind, .row_no = row_no};
        memcpy(stored->hash, hash, sizeof(stored->hash));
        return stored;
}

bool import_chunk_decide(struct import_chunk *chunk, const struct import_context *context, struct fault *why)
{
        forget_try(chunk);
        assert(!chunk->texts.exhausted);
        for (size_t i = 0; i < chunk->count; i++)
                if (chunk->rows[i].is_sound) {
                        chunk->rows[i].outcome = IMPORT_UNDECIDED;
                        chunk->rows[i].reason = NULL;
                }
        if (chunk->format->record)
                return import_decide_records(chunk, context, why);
        return import_decide_enterprises(chunk, context, why);
}

bool import_chunk_is_overtaken(
        const struct import_chunk *chunk, struct link *link, bool *ret, struct fault *why)
{
        static const char arrived[] = "SELECT count(*) FROM qcr.party WHERE subject = ANY ($1::text[])";
        static const char parked[] =
                "SELECT count(*) FROM qcr.waiting_row w LEFT JOIN qcr.waiting_row_end e USING (subject, "
                "run_id, row_no)"
                " WHERE w.subject = ANY ($1::text[]) AND w.state = 'parked' AND e.outcome IS NULL";
        bool arriving = !chunk->format->record;
        struct query query;
        PGresult *rows;

        *ret = false;
        if (!chunk->expected_count)
                return true;
        query_init(&query, arriving ? parked : arrived);
        query_slice(&query, buffer_slice(&chunk->expected));
        if (!link_query(link, &query, &rows, why))
                return false;
        *ret = cell_number(rows, 0, 0) != (int64_t)(arriving ? chunk->waiting.count : 0);
        PQclear(rows);
        return true;
}

static int compare_stored(const void *a, const void *b)
{
        int64_t x = ((const struct import_stored *)a)->row_no, y = ((const struct import_stored *)b)->row_no;

        return x < y ? -1 : x > y;
}

bool import_chunk_root(struct import_chunk *chunk, uint8_t ret[32], struct fault *why)
{
        CLEANUP(digest) struct digest digest;
        struct merkle_frontier frontier;
        struct hash hash;

        if (!digest_init(&digest, SUITE_ED25519_SHA256, why))
                return false;
        if (chunk->stored_count)
                qsort(chunk->stored, chunk->stored_count, sizeof(*chunk->stored), compare_stored);
        merkle_frontier_init(&frontier);
        for (size_t i = 0; i < chunk->stored_count; i++) {
                assert(!i || chunk->stored[i - 1].row_no < chunk->stored[i].row_no);
                merkle_leaf(&digest, slice_of(chunk->stored[i].hash, 32), &hash);
                merkle_frontier_append(&frontier, &digest, &hash);
        }
        merkle_frontier_root(&frontier, &digest, &hash);
        memcpy(ret, hash.octets, 32);
        return true;
}

/* ---------------------------------------------------------------- gathering */

/* What a person reads before deciding: which document, and how the names differ. */
static void summarise(const struct import_stored *stored, struct buffer *ret)
{
        buffer_clear(ret);
        buffer_add_format(ret, "%s: %s, %s, %s", stored->reason, stored->record->document,
                stored->record->authority_name, stored->record->party_name);
}

static void gather_stored(
        const struct import_stored *stored, struct buffer *summary, struct import_save *save)
{
        switch (stored->kind) {
        case IMPORT_STORED_PARTY:
                import_save_party(save, stored->party, stored->name_norm, stored->version, stored->hash,
                        stored->row_no);
                if (stored->is_new_code)
                        import_save_code(save, stored->party);
                return;
        case IMPORT_STORED_RECORD:
                import_save_record(
                        save, stored->record, stored->version, stored->ordinal, stored->hash, stored->row_no);
                return;
        case IMPORT_STORED_HELD:
                summarise(stored, summary);
                import_save_waiting(save, stored->record, stored->reason, buffer_text(summary), stored->hash,
                        stored->row_no);
                return;
        case IMPORT_STORED_PARKED:
                import_save_waiting(save, stored->record, stored->reason, NULL, stored->hash, stored->row_no);
                return;
        }
}

/* What evaluating takes; too large for a stack. */
struct evaluation {
        struct grade_inputs inputs;
        struct grade_outcome outcome;
        struct buffer octets;
};

static void gather_standing(const struct import_subject *subject, const struct import_context *context,
        struct evaluation *of, struct import_save *save)
{
        struct import_standing standing = {
                .version = subject->version + 1,
                .policy_hash = context->policy->hash,
                .graded_on = context->today,
        };

        party_file_inputs(&subject->file, &of->inputs);
        grade_evaluate(context->policy, &of->inputs, context->today, &of->outcome);
        buffer_clear(&of->octets);
        /* Every record was checked when it was read, so that what cannot be packed cannot have come here. */
        if (!inputs_encode(&of->inputs, &of->octets))
                abort();
        standing.inputs = buffer_slice(&of->octets);
        standing.grade = of->outcome.grade;
        standing.score = of->outcome.score;
        standing.next_change = of->outcome.next_change;
        standing.is_history = !subject->version || strcmp(subject->grade, of->outcome.grade) ||
                              subject->score != of->outcome.score ||
                              day_compare(subject->next_change, of->outcome.next_change) ||
                              memcmp(subject->policy_hash, context->policy->hash, 32);
        import_save_standing(save, subject->file.subject, &standing);
}

void import_chunk_gather(
        const struct import_chunk *chunk, const struct import_context *context, struct import_save *save)
{
        CLEANUP(buffer) struct buffer summary = BUFFER_INIT;
        struct evaluation *evaluation;

        for (size_t i = 0; i < chunk->stored_count; i++)
                if (save->run || chunk->stored[i].kind <= IMPORT_STORED_RECORD)
                        gather_stored(&chunk->stored[i], &summary, save);
        if (!save->run)
                return;
        for (size_t i = 0; i < chunk->attached_count; i++)
                import_save_attached(save, chunk->attached[i]->subject, chunk->attached[i]->run,
                        chunk->attached[i]->row_no);
        evaluation = must_alloc(sizeof(*evaluation));
        evaluation->octets = BUFFER_INIT;
        for (size_t i = 0; i < chunk->subjects.count; i++)
                if (chunk->subjects.items[i].is_changed)
                        gather_standing(&chunk->subjects.items[i], context, evaluation, save);
        buffer_done(&evaluation->octets);
        free(evaluation);
}
