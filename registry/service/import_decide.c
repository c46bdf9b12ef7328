/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Deciding about a chunk's rows: what the file says against what the registry has. */
#include <stdlib.h>
#include <string.h>

#include "registry/service/import_chunk.h"
#include "registry/service/import_waiting.h"

struct decision {
        enum party_file_outcome outcome;
        const char *reason; /* NULL if there is none to tell */
};

/* Has the registry another kind of certificate under this number? */
static bool is_other_kind(const struct party_file *file, const struct record *record)
{
        const struct party_file_record *old =
                party_file_find(file, record->authority_code, record->document_norm, record->type);

        return old && old->type == RECORD_CERTIFICATE && old->facts.certificate != record->certificate;
}

/*
 * Several certificates of one audit may bear one number. The second must not take the place of the first unseen, and
 * whether it is one more or corrects a slip only a person can say.
 */
static struct decision decide(
        const struct party_file *file, const struct record *record, const struct import_context *context)
{
        enum party_file_outcome outcome = party_file_decide(file, record, context->policy, context->today);

        if ((outcome == PARTY_FILE_CORRECTED || outcome == PARTY_FILE_FAVOURABLE) && is_other_kind(file, record))
                return (struct decision){PARTY_FILE_FAVOURABLE, "other_certificate"};
        return (struct decision){outcome, party_file_outcome_reason(outcome)};
}

/* ---------------------------------------------------------------- records */

static bool load_for_records(
        struct import_chunk *chunk, const struct import_context *context, struct fault *why)
{
        const struct record **rows;
        size_t count = 0;
        bool done;

        for (size_t i = 0; i < chunk->count; i++)
                if (chunk->rows[i].is_sound)
                        import_subjects_name(&chunk->subjects, chunk->rows[i].record.subject);
        import_subjects_end(&chunk->subjects);
        if (!chunk->subjects.count)
                return true;
        /* A dry run must hold up nobody, however long the file is: it reads without locking. */
        if (!import_load_standing(context->link, &chunk->subjects, !context->is_dry, why) ||
                !import_load_parties(context->link, &chunk->subjects, why) ||
                !import_load_records(context->link, &chunk->subjects, why))
                return false;
        rows = must_alloc(chunk->count * sizeof(*rows));
        for (size_t i = 0; i < chunk->count; i++)
                if (chunk->rows[i].is_sound)
                        rows[count++] = &chunk->rows[i].record;
        done = import_load_versions(context->link, &chunk->subjects, rows, count, why);
        free(rows);
        return done;
}

static void decide_record(
        struct import_chunk *chunk, const struct import_context *context, struct import_row *row)
{
        struct import_subject *subject = import_subjects_find(&chunk->subjects, row->record.subject);
        struct decision decision = decide(&subject->file, &row->record, context);
        const struct party_file_record *filed;
        struct import_stored *stored;

        row->reason = decision.reason;
        switch (decision.outcome) {
        case PARTY_FILE_FILED:
        case PARTY_FILE_CORRECTED:
                row->outcome = decision.outcome == PARTY_FILE_FILED ? IMPORT_ACCEPTED : IMPORT_CORRECTED;
                filed = party_file_add(&subject->file, &row->record);
                stored = import_chunk_store(chunk, IMPORT_STORED_RECORD, (int64_t)row->line, row->hash);
                stored->record = &row->record;
                stored->version = filed->version;
                stored->ordinal = filed->facts.ordinal;
                subject->is_changed = true;
                return;
        case PARTY_FILE_UNCHANGED:
                row->outcome = IMPORT_UNCHANGED;
                return;
        case PARTY_FILE_NOT_REGISTERED:
                row->outcome = IMPORT_PARKED;
                return;
        case PARTY_FILE_NAME_MISMATCH:
        case PARTY_FILE_FAVOURABLE:
        case PARTY_FILE_WITHDRAWN:
                row->outcome = IMPORT_HELD;
                return;
        case PARTY_FILE_FULL:
                row->outcome = IMPORT_REJECTED;
                return;
        }
}

bool import_decide_records(
        struct import_chunk *chunk, const struct import_context *context, struct fault *why)
{
        if (!load_for_records(chunk, context, why))
                return false;
        for (size_t i = 0; i < chunk->count; i++)
                if (chunk->rows[i].is_sound)
                        decide_record(chunk, context, &chunk->rows[i]);
        return import_waiting_settle(chunk, context, why);
}

/* ---------------------------------------------------------------- enterprises */

static bool load_for_enterprises(
        struct import_chunk *chunk, const struct import_context *context, struct fault *why)
{
        for (size_t i = 0; i < chunk->count; i++)
                if (chunk->rows[i].is_sound)
                        import_subjects_name(&chunk->subjects, chunk->rows[i].party.subject);
        import_subjects_end(&chunk->subjects);
        if (!chunk->subjects.count) {
                array_end(&chunk->expected);
                return true;
        }
        if (!import_load_standing(context->link, &chunk->subjects, !context->is_dry, why) ||
                !import_load_parties(context->link, &chunk->subjects, why) ||
                !import_load_codes(context->link, &chunk->subjects, why) ||
                !import_load_records(context->link, &chunk->subjects, why))
                return false;
        for (size_t i = 0; i < chunk->subjects.count; i++)
                if (!chunk->subjects.items[i].party_version) {
                        array_text(&chunk->expected, chunk->subjects.items[i].file.subject);
                        chunk->expected_count++;
                }
        array_end(&chunk->expected);
        return !chunk->expected_count ||
               import_load_waiting(context->link, buffer_text(&chunk->expected), true, &chunk->waiting, why);
}

static bool has_code(const struct import_subject *subject, const char *code)
{
        for (size_t i = 0; i < subject->codes_count; i++)
                if (!strcmp(subject->codes[i], code))
                        return true;
        return false;
}

static void add_code(struct import_subject *subject, const char *code)
{
        if (subject->codes_count == subject->codes_room) {
                subject->codes_room = subject->codes_room ? 2 * subject->codes_room : 2;
                subject->codes = must_resize(subject->codes, subject->codes_room * sizeof(*subject->codes));
        }
        subject->codes[subject->codes_count++] = code;
}

/* Another state than the newest is a new version: an enterprise can go back to a name, or be restored. */
static void decide_enterprise(struct import_chunk *chunk, struct import_row *row)
{
        struct import_subject *subject = import_subjects_find(&chunk->subjects, row->party.subject);
        struct import_stored *stored;

        if (subject->party_version && !memcmp(subject->row_hash, row->hash, sizeof(row->hash))) {
                row->outcome = IMPORT_UNCHANGED;
                return;
        }
        row->outcome = subject->party_version ? IMPORT_CORRECTED : IMPORT_ACCEPTED;
        stored = import_chunk_store(chunk, IMPORT_STORED_PARTY, (int64_t)row->line, row->hash);
        stored->party = &row->party;
        stored->name_norm = row->name_norm;
        stored->version = ++subject->party_version;
        stored->is_new_code = !has_code(subject, row->party.code);
        if (stored->is_new_code)
                add_code(subject, row->party.code);
        memcpy(subject->row_hash, row->hash, sizeof(row->hash));
        party_file_add_name(&subject->file, row->party.name);
        subject->file.is_registered = true;
        subject->is_changed = true;
}

/* What was parked is decided about like a row of today; what may not simply be filed waits for a person now.
 */
static void attach(struct import_chunk *chunk, const struct import_context *context,
        const struct import_waiting *waiting)
{
        struct import_subject *subject = import_subjects_find(&chunk->subjects, waiting->subject);
        const struct record *record = &waiting->record;
        struct decision decision = decide(&subject->file, record, context);
        const struct party_file_record *filed;
        struct import_stored *stored;

        switch (decision.outcome) {
        case PARTY_FILE_FILED:
        case PARTY_FILE_CORRECTED:
                filed = party_file_add(&subject->file, record);
                stored = import_chunk_store(
                        chunk, IMPORT_STORED_RECORD, (*context->next_attached)++, waiting->row_hash);
                stored->record = record;
                stored->version = filed->version;
                stored->ordinal = filed->facts.ordinal;
                break;
        case PARTY_FILE_NAME_MISMATCH:
        case PARTY_FILE_FAVOURABLE:
        case PARTY_FILE_WITHDRAWN:
                stored = import_chunk_store(
                        chunk, IMPORT_STORED_HELD, (*context->next_attached)++, waiting->row_hash);
                stored->record = record;
                stored->reason = decision.reason;
                break;
        case PARTY_FILE_UNCHANGED:
                break;
        case PARTY_FILE_NOT_REGISTERED:
        case PARTY_FILE_FULL:
                return;
        }
        chunk->attached[chunk->attached_count++] = waiting;
}

bool import_decide_enterprises(
        struct import_chunk *chunk, const struct import_context *context, struct fault *why)
{
        if (!load_for_enterprises(chunk, context, why))
                return false;
        for (size_t i = 0; i < chunk->count; i++)
                if (chunk->rows[i].is_sound)
                        decide_enterprise(chunk, &chunk->rows[i]);
        chunk->attached = must_alloc((chunk->waiting.count + 1) * sizeof(struct import_waiting *));
        for (size_t i = 0; i < chunk->waiting.count; i++)
                attach(chunk, context, &chunk->waiting.items[i]);
        return true;
}
