/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/import_waiting.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/name.h"

/* A row of the store or of the chunk. */
struct content {
        uint8_t hash[32];
        const struct import_waiting *known; /* NULL: it is of the chunk */
        struct import_row *row;
        bool is_stored; /* it waits in the store already */
        const struct import_row *first; /* the chunk's row that waits for it; NULL: this one does */
};

/* The content without its guise: two rows have the same one if record_has_content() says so of either. */
static void plain_hash(const struct record *record, uint8_t ret[32])
{
        CLEANUP(buffer) struct buffer name = BUFFER_INIT;
        struct record plain = *record;

        plain.document = "";
        plain.domain = "";
        plain.publicity_computed = DAY_NONE;
        if (name_normalise(slice_text(record->party_name), &name) == NAME_SOUND)
                plain.party_name = buffer_text(&name);
        record_hash(&plain, ret);
}

static bool is_waiting(const struct import_row *row)
{
        return row->outcome == IMPORT_HELD || row->outcome == IMPORT_PARKED;
}

static bool is_refused(const struct content *content)
{
        return content->known && content->known->outcome;
}

static bool is_parked(const struct content *content)
{
        return content->known ? content->known->is_parked : content->row->outcome == IMPORT_PARKED;
}

/* Same content side by side: refused ones first, then those of the store, then the chunk's in the file's order. */
static int compare(const void *a, const void *b)
{
        const struct content *x = a, *y = b;
        int order = memcmp(x->hash, y->hash, sizeof(x->hash));

        if (order)
                return order;
        if (is_refused(x) != is_refused(y))
                return is_refused(x) ? -1 : 1;
        if (!x->known != !y->known)
                return x->known ? -1 : 1;
        if (x->known)
                return 0;
        return x->row->line < y->row->line ? -1 : x->row->line > y->row->line;
}

static struct content *gather(const struct import_chunk *chunk, const struct import_waiting_list *known, size_t *ret)
{
        struct content *all = must_alloc((known->count + chunk->count + 1) * sizeof(*all));
        size_t count = 0;

        for (size_t i = 0; i < known->count; i++) {
                const struct import_waiting *w = &known->items[i];

                all[count] = (struct content){.known = w};
                plain_hash(&w->record, all[count++].hash);
                if (!w->outcome)
                        import_subjects_find(&chunk->subjects, w->subject)->waiting++;
        }
        for (size_t i = 0; i < chunk->count; i++)
                if (is_waiting(&chunk->rows[i])) {
                        all[count] = (struct content){.row = &chunk->rows[i]};
                        plain_hash(&chunk->rows[i].record, all[count++].hash);
                }
        qsort(all, count, sizeof(*all), compare);
        *ret = count;
        return all;
}

static void reject(struct import_row *row, const char *reason)
{
        row->outcome = IMPORT_REJECTED;
        row->reason = reason;
}

/* Rows of one content. A row that is held is another thing to ask than one that is parked. */
static void mark(struct content *same, size_t count)
{
        bool refused = is_refused(same), stored[2] = {false, false};
        const struct import_row *first[2] = {NULL, NULL};

        for (size_t i = 0; i < count; i++) {
                bool parked = is_parked(&same[i]);

                if (same[i].known) {
                        stored[parked] = true;
                } else if (refused) {
                        reject(same[i].row, "refused_before");
                } else {
                        same[i].is_stored = stored[parked];
                        same[i].first = first[parked];
                        if (!first[parked])
                                first[parked] = same[i].row;
                }
        }
}

static int compare_rows(const void *a, const void *b)
{
        const struct content *x = a, *y = b;

        return x->row->line < y->row->line ? -1 : x->row->line > y->row->line;
}

static void store(struct import_chunk *chunk, struct import_row *row)
{
        struct import_subject *subject = import_subjects_find(&chunk->subjects, row->record.subject);
        struct import_stored *stored;

        if (subject->waiting >= IMPORT_WAITING_MAX) {
                reject(row, "waiting_limit");
                return;
        }
        subject->waiting++;
        stored = import_chunk_store(chunk,
                row->outcome == IMPORT_PARKED ? IMPORT_STORED_PARKED : IMPORT_STORED_HELD, (int64_t)row->line,
                row->hash);
        stored->record = &row->record;
        stored->reason = row->reason;
}

static void settle(struct import_chunk *chunk, const struct import_waiting_list *known)
{
        size_t count, rows = 0;
        struct content *all = gather(chunk, known, &count);

        for (size_t first = 0, next; first < count; first = next) {
                for (next = first + 1; next < count && !memcmp(all[first].hash, all[next].hash, 32);)
                        next++;
                mark(&all[first], next - first);
        }
        /* In the file's order again: where there is a limit, it is the first rows that are taken. */
        for (size_t i = 0; i < count; i++)
                if (!all[i].known && is_waiting(all[i].row) && !all[i].is_stored)
                        all[rows++] = all[i];
        if (rows)
                qsort(all, rows, sizeof(*all), compare_rows);
        for (size_t i = 0; i < rows; i++)
                if (!all[i].first)
                        store(chunk, all[i].row);
                else if (all[i].first->outcome == IMPORT_REJECTED)
                        reject(all[i].row, all[i].first->reason);
        free(all);
}

bool import_waiting_settle(struct import_chunk *chunk, const struct import_context *context, struct fault *why)
{
        CLEANUP(buffer) struct buffer subjects = BUFFER_INIT;
        struct import_waiting_list known;
        size_t count = 0;

        array_begin(&subjects);
        for (size_t i = 0; i < chunk->count; i++) {
                const struct import_row *row = &chunk->rows[i];

                if (!is_waiting(row))
                        continue;
                array_text(&subjects, row->record.subject);
                count++;
                if (row->outcome == IMPORT_PARKED) {
                        array_text(&chunk->expected, row->record.subject);
                        chunk->expected_count++;
                }
        }
        array_end(&subjects);
        array_end(&chunk->expected);
        if (!count)
                return true;
        if (!import_load_waiting(context->link, buffer_text(&subjects), false, &known, why))
                return false;
        settle(chunk, &known);
        import_waiting_done(&known);
        return true;
}
