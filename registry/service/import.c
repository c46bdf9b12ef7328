/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/import.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "registry/service/import_chunk.h"
#include "registry/service/import_coverage.h"
#include "registry/service/import_file.h"
#include "registry/service/import_ledger.h"
#include "registry/service/import_rejects.h"

#define TRIES_MAX 5 /* of one chunk against faster writers */

struct import {
        const struct import_options *options;
        struct link *link;
        struct import_result *result;
        struct import_runner runner;
        struct import_tables tables;
        struct policy *policy;
        struct import_file file;
        struct import_header header;
        struct import_chunk chunk;
        struct import_save save;
        struct import_rejects rejects;
        struct import_coverage coverage;
        struct import_context context;
        int64_t next_attached;
        int64_t chunks; /* committed */
        bool has_begun; /* the run's first entry is committed */
};

/* ---------------------------------------------------------------- transactions */

static bool begin_run(struct import *import, struct fault *why)
{
        CLEANUP(import_entry) struct import_entry entry = {.kind = "run-begin"};
        struct run_header header = {
                .origin = import->runner.origin,
                .run = import->result->run,
                .kind = import->options->format->kind,
                .octets = import->file.octets,
                .person = import->runner.person,
                .at_ms = import->options->now_ms,
        };
        struct import_run_row row = {
                .run = header.run,
                .kind = header.kind,
                .person = header.person,
                .certificate = import->runner.fingerprint,
                .file_hash = import->file.hash,
                .octets = header.octets,
        };

        memcpy(header.file_hash, import->file.hash, sizeof(header.file_hash));
        run_header_format(&entry.header, &header);
        return import_entry_sign(&entry, &import->runner, why) &&
               import_entry_append(&entry, &import->runner, import->link, why) &&
               import_insert_run(
                       import->link, &row, buffer_slice(&entry.header), entry.signature, entry.serial, why);
}

/* Under the head's lock from its first append on: whatever is asked there has an answer that holds. */
static bool enter_chunk(struct import *import, struct fault *why)
{
        CLEANUP(import_entry) struct import_entry entry = {.kind = "run-chunk"};
        struct import_chunk *chunk = &import->chunk;
        int64_t number = import->chunks + 1;
        bool overtaken;
        uint8_t root[32];

        if (!import_chunk_root(chunk, root, why))
                return false;
        run_chunk_format(&entry.header, import->result->run, (uint64_t)number, chunk->stored_count, root);
        if (!import_entry_sign(&entry, &import->runner, why))
                return false;
        if (!import->has_begun && !begin_run(import, why))
                return false;
        if (!import_entry_append(&entry, &import->runner, import->link, why) ||
                !import_chunk_is_overtaken(chunk, import->link, &overtaken, why))
                return false;
        if (overtaken)
                return fault_set(why, FAULT_CONFLICT, "an enterprise arrived meanwhile");
        if (!import_insert_chunk(import->link, import->result->run, number, (int64_t)chunk->stored_count,
                    root, buffer_slice(&entry.header), entry.signature, entry.serial, why))
                return false;
        import_save_begin(&import->save, import->result->run, number, entry.serial, import->runner.person);
        import_chunk_gather(chunk, &import->context, &import->save);
        return import_save_send(&import->save, import->link, import->policy->hash, import->tables.today, why);
}

static bool commit(struct import *import, struct fault *why)
{
        struct fault inner;

        if (link_commit(import->link, &inner))
                return true;
        if (link_is_up(import->link)) {
                *why = inner;
                return false;
        }
        return fault_set(why, FAULT_STORE,
                "%.300s; whether the last chunk was stored is not known: import again, what arrived is "
                "unchanged",
                inner.text);
}

static bool try_chunk(struct import *import, struct fault *why)
{
        if (!link_begin(import->link, why) || !import_load_policy(import->link, import->policy, why) ||
                !import_chunk_decide(&import->chunk, &import->context, why))
                return false;
        if (!import->chunk.stored_count) {
                link_rollback(import->link);
                return true;
        }
        if (!enter_chunk(import, why) || !commit(import, why))
                return false;
        import->chunks++;
        import->has_begun = true;
        return true;
}

static bool end_run(struct import *import, struct fault *why)
{
        CLEANUP(import_entry) struct import_entry entry = {.kind = "run-end"};
        struct import_result *result = import->result;

        run_end_format(&entry.header, result->run, (uint64_t)import->chunks, buffer_slice(&result->json));
        if (!link_begin(import->link, why) || !import_entry_sign(&entry, &import->runner, why) ||
                (!import->has_begun && !begin_run(import, why)) ||
                !import_entry_append(&entry, &import->runner, import->link, why))
                return false;
        return import_insert_end(import->link, result->run, import->chunks, buffer_slice(&result->json),
                       buffer_slice(&entry.header), entry.signature, entry.serial, why) &&
               import_coverage_save(&import->coverage, import->link, entry.serial, why) &&
               commit(import, why);
}

/* Somebody was faster: serialisation, a deadlock, a row of the same key. Deciding again sees what they did.
 */
static bool is_conflict(const struct import *import, const struct fault *why)
{
        return why->code == FAULT_CONFLICT ||
               (why->code == FAULT_STORE && !strcmp(link_sqlstate(import->link), "23505"));
}

static bool with_tries(
        struct import *import, bool (*step)(struct import *, struct fault *), struct fault *why)
{
        for (int tries = 1;; tries++) {
                if (step(import, why))
                        return true;
                if (!link_is_up(import->link))
                        return false;
                link_rollback(import->link);
                if (tries == TRIES_MAX || !is_conflict(import, why))
                        return false;
        }
}

static bool decide_dry(struct import *import, struct fault *why)
{
        if (!import_chunk_decide(&import->chunk, &import->context, why))
                return false;
        import_save_begin(&import->save, NULL, 0, 0, NULL);
        import_chunk_gather(&import->chunk, &import->context, &import->save);
        return import_save_send(&import->save, import->link, import->policy->hash, import->tables.today, why);
}

/* ---------------------------------------------------------------- the file */

static bool finish_chunk(struct import *import, struct fault *why)
{
        const struct import_options *options = import->options;
        struct import_chunk *chunk = &import->chunk;
        struct import_summary *summary = &import->result->summary;

        if (!chunk->count)
                return true;
        if (options->is_dry ? !decide_dry(import, why) : !with_tries(import, try_chunk, why))
                return false;
        for (size_t i = 0; i < chunk->count; i++) {
                const struct import_row *row = &chunk->rows[i];

                import_summary_add(summary, row);
                if (row->outcome == IMPORT_REJECTED && !import_rejects_add(&import->rejects, row, why))
                        return false;
                if (row->outcome != IMPORT_REJECTED && options->format->is_coverage)
                        import_coverage_note(&import->coverage, &row->record, row->source_name);
        }
        import_chunk_clear(chunk);
        if (options->progress)
                options->progress(options->closure, import->file.done, import->file.octets, summary->rows);
        return true;
}

static bool read_header(struct import *import, struct fault *why)
{
        const struct import_options *options = import->options;
        const struct csv_row *row;

        if (!import_file_next(&import->file, &row, why))
                return false;
        if (!row)
                return fault_set(why, FAULT_INPUT, "the file is empty");
        if (!import_header_read(&import->header, options->format, row, why))
                return false;
        for (unsigned i = 0; options->unknown_column && i < import->header.unknown_count; i++) {
                struct slice name = import->header.names[import->header.unknown[i]];

                if (!import_is_reject_column(name))
                        options->unknown_column(options->closure, name);
        }
        return true;
}

static bool read_rows(struct import *import, struct fault *why)
{
        struct import_chunk *chunk = &import->chunk;
        const struct csv_row *row;

        for (uint64_t rows = 1;; rows++) {
                if (!import_file_next(&import->file, &row, why))
                        return false;
                if (!row)
                        return finish_chunk(import, why);
                if (rows > IMPORT_ROWS_MAX)
                        return fault_set(why, FAULT_LIMIT, "the file has more than %u rows", IMPORT_ROWS_MAX);
                import_row_read(&import->header, chunk->format, &import->tables, row, &chunk->texts,
                        &chunk->rows[chunk->count++]);
                if (chunk->count == chunk->room && !finish_chunk(import, why))
                        return false;
        }
}

static bool process(struct import *import, struct fault *why)
{
        struct import_result *result = import->result;
        bool is_dry = import->options->is_dry;

        if (!read_header(import, why) || !import_rejects_open(&import->rejects, import->options->rejects_path,
                                                 import->options->format, &import->header, why))
                return false;
        if (is_dry &&
                (!link_begin(import->link, why) || !import_load_policy(import->link, import->policy, why)))
                return false;
        if (!read_rows(import, why) || !import_rejects_close(&import->rejects, why))
                return false;
        import_summary_format(&result->summary, is_dry ? NULL : result->run, &result->json);
        if (!is_dry)
                return with_tries(import, end_run, why);
        link_rollback(import->link);
        return true;
}

static void new_run(char ret[33])
{
        uint8_t id[16];

        if (RAND_bytes(id, sizeof(id)) != 1)
                abort();
        hex_encode(id, sizeof(id), ret);
}

static void import_init(struct import *import, struct link *link, const struct import_options *options,
        struct import_result *ret)
{
        *import = (struct import){
                .options = options,
                .link = link,
                .result = ret,
                .next_attached = RUN_ATTACHED_FROM,
                .policy = must_alloc(sizeof(*import->policy)),
        };
        memset(import->policy, 0, sizeof(*import->policy));
        import->runner.refused = RESULT_DONE;
        import->runner.key = options->key;
        memcpy(import->runner.fingerprint, options->fingerprint, sizeof(import->runner.fingerprint));
        import->tables =
                (struct import_tables){options->publicity, options->domains, day_of_instant(options->now_ms)};
        import->context = (struct import_context){
                link, import->policy, import->tables.today, options->is_dry, &import->next_attached};
        import_chunk_init(&import->chunk, options->format, options->chunk_rows);
        import_save_begin(&import->save, NULL, 0, 0, NULL);
}

bool import_run(
        struct link *link, const struct import_options *options, struct import_result *ret, struct fault *why)
{
        struct import *import = must_alloc(sizeof(*import));
        struct fault ignored;
        bool done;

        assert(options->chunk_rows >= 1 && options->chunk_rows <= IMPORT_CHUNK_MAX);
        *ret = (struct import_result){.refused = RESULT_DONE};
        import_init(import, link, options, ret);
        if (!options->is_dry)
                new_run(ret->run);
        done = import_runner_load(link, options->now_ms, &import->runner, why) &&
               import_file_open(&import->file, options->path, why);
        if (done) {
                done = process(import, why);
                import_file_close(&import->file);
        }
        if (!done)
                link_rollback(link);
        ret->refused = import->runner.refused;
        if (!import_rejects_close(&import->rejects, done ? why : &ignored))
                done = false;
        import_header_done(&import->header);
        import_chunk_done(&import->chunk);
        import_save_done(&import->save);
        import_coverage_done(&import->coverage);
        free(import->policy);
        free(import);
        return done;
}

void import_result_done(struct import_result *result)
{
        buffer_done(&result->json);
}
