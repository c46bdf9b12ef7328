/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/view_write.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/view/view_table.h"

struct view_writer {
        MDB_env *env;
        struct view_tables tables;  /* txn is NULL between transactions */
        struct buffer value;        /* room for one value at a time */
};

static bool writer_open_tables(struct view_writer *writer, struct fault *why)
{
        return view_writer_begin(writer, why) && view_tables_open(&writer->tables, true, why) &&
               view_writer_commit(writer, why);
}

bool view_writer_open(struct view_writer **ret, const char *directory, const char *generation, struct fault *why)
{
        struct view_writer *writer = must_alloc(sizeof(*writer));
        char path[PATH_MAX];
        int error;

        *writer = (struct view_writer){0};
        if (snprintf(path, sizeof(path), "%s/%s", directory, generation) >= (int)sizeof(path)) {
                fault_set(why, FAULT_CONFIG, "view directory: the path is too long");
                goto fail;
        }
        if (!view_env_create(&writer->env, why))
                goto fail;
        error = mdb_env_open(writer->env, path, MDB_NOTLS | MDB_NOSYNC, 0660);
        if (error) {
                view_fault(why, path, error);
                goto fail;
        }
        if (!writer_open_tables(writer, why))
                goto fail;
        *ret = writer;
        return true;
fail:
        view_writer_free(writer);
        return false;
}

void view_writer_free(struct view_writer *writer)
{
        if (!writer)
                return;
        if (writer->tables.txn)
                mdb_txn_abort(writer->tables.txn);
        if (writer->env)
                mdb_env_close(writer->env);
        buffer_done(&writer->value);
        free(writer);
}

bool view_writer_begin(struct view_writer *writer, struct fault *why)
{
        int error;

        assert(!writer->tables.txn);
        error = mdb_txn_begin(writer->env, NULL, 0, &writer->tables.txn);
        if (error) {
                writer->tables.txn = NULL;
                return view_fault(why, "view", error);
        }
        return true;
}

bool view_writer_commit(struct view_writer *writer, struct fault *why)
{
        int error;

        assert(writer->tables.txn);
        error = mdb_txn_commit(writer->tables.txn);
        writer->tables.txn = NULL;
        return error ? view_fault(why, "view", error) : true;
}

void view_writer_abort(struct view_writer *writer)
{
        if (writer->tables.txn)
                mdb_txn_abort(writer->tables.txn);
        writer->tables.txn = NULL;
}

const struct view_tables *view_writer_tables(const struct view_writer *writer)
{
        assert(writer->tables.txn);
        return &writer->tables;
}

/* -------------------------------------------------------------------- meta */

bool view_writer_meta(struct view_writer *writer, enum view_found *ret_found, struct view_meta *ret,
        struct merkle_frontier *ret_frontier, struct fault *why)
{
        enum view_found found, frontier_found;
        struct slice value, frontier;

        if (!view_tables_get(&writer->tables, VIEW_TABLE_META, slice_text(VIEW_META_KEY), &found, &value, why) ||
                !view_tables_get(&writer->tables, VIEW_TABLE_META, slice_text(VIEW_FRONTIER_KEY), &frontier_found,
                        &frontier, why))
                return false;
        if (found && frontier_found) {
                *ret_found = VIEW_ABSENT;
                return true;
        }
        if (found || frontier_found || !view_meta_decode(value, ret) ||
                !merkle_frontier_decode(frontier, ret_frontier) || ret_frontier->size != ret->serial)
                return fault_set(why, FAULT_VIEW, "the view is not of format %u", VIEW_FORMAT);
        *ret_found = VIEW_FOUND;
        return true;
}

bool view_writer_put_meta(struct view_writer *writer, const struct view_meta *meta,
        const struct merkle_frontier *frontier, struct fault *why)
{
        assert(frontier->size == meta->serial);
        buffer_clear(&writer->value);
        view_meta_encode(&writer->value, meta);
        if (!view_tables_put(&writer->tables, VIEW_TABLE_META, slice_text(VIEW_META_KEY), buffer_slice(&writer->value),
                    why))
                return false;
        buffer_clear(&writer->value);
        merkle_frontier_encode(frontier, &writer->value);
        return view_tables_put(&writer->tables, VIEW_TABLE_META, slice_text(VIEW_FRONTIER_KEY),
                buffer_slice(&writer->value), why);
}

/* ------------------------------------------------------------------- party */

static bool put_name(struct view_writer *writer, const char *subject, struct slice name_norm, bool former,
        struct fault *why)
{
        uint8_t key[32], value[VIEW_SUBJECT_OCTETS + 1];

        view_name_key(name_norm, key);
        memcpy(value, subject, VIEW_SUBJECT_OCTETS);
        value[VIEW_SUBJECT_OCTETS] = !former;
        if (!view_tables_remove(&writer->tables, VIEW_TABLE_NAME, slice_of(key, sizeof(key)),
                    slice_of(value, sizeof(value)), why))
                return false;
        value[VIEW_SUBJECT_OCTETS] = former;
        return view_tables_put(&writer->tables, VIEW_TABLE_NAME, slice_of(key, sizeof(key)),
                slice_of(value, sizeof(value)), why);
}

bool view_writer_put_known_as(struct view_writer *writer, const struct view_party *party, const struct slice *codes,
        size_t code_count, struct slice name_norm, const struct slice *former_norms, size_t former_count,
        struct fault *why)
{
        struct slice subject = slice_of(party->subject, VIEW_SUBJECT_OCTETS);

        if (!view_tables_put(&writer->tables, VIEW_TABLE_CODE, subject, subject, why))
                return false;
        for (size_t i = 0; i < code_count; i++)
                if (!view_tables_put(&writer->tables, VIEW_TABLE_CODE, codes[i], subject, why))
                        return false;
        for (size_t i = 0; i < former_count; i++)
                if (!put_name(writer, party->subject, former_norms[i], true, why))
                        return false;
        /* Last: a name that was given up and taken again is the present one. */
        return put_name(writer, party->subject, name_norm, false, why);
}

bool view_writer_put_party(struct view_writer *writer, const struct view_party *party, const struct slice *codes,
        size_t code_count, struct slice name_norm, const struct slice *former_norms, size_t former_count,
        struct fault *why)
{
        buffer_clear(&writer->value);
        view_party_encode(&writer->value, party);
        return view_tables_put(&writer->tables, VIEW_TABLE_PARTY, slice_of(party->subject, VIEW_SUBJECT_OCTETS),
                       buffer_slice(&writer->value), why) &&
               view_writer_put_known_as(writer, party, codes, code_count, name_norm, former_norms, former_count, why);
}

/* ------------------------------------------------------------------- people */

bool view_writer_certificate(struct view_writer *writer, const uint8_t fingerprint[32], enum view_found *ret_found,
        struct view_certificate *ret, struct fault *why)
{
        struct slice value;

        if (!view_tables_get(&writer->tables, VIEW_TABLE_CERTIFICATE, slice_of(fingerprint, 32), ret_found, &value, why))
                return false;
        return *ret_found || view_certificate_decode(value, ret) ? true :
                fault_set(why, FAULT_VIEW, "a certificate in the view cannot be read");
}

bool view_writer_person(struct view_writer *writer, struct slice person_id, enum view_found *ret_found,
        struct view_person *ret, struct fault *why)
{
        struct view_person person = {.person_id = person_id};
        struct slice value;

        if (!view_tables_get(&writer->tables, VIEW_TABLE_PERSON, person_id, ret_found, &value, why))
                return false;
        if (*ret_found)
                return true;
        if (!view_person_decode(value, &person))
                return fault_set(why, FAULT_VIEW, "a person in the view cannot be read");
        *ret = person;
        return true;
}

bool view_writer_put_certificate(struct view_writer *writer, const uint8_t fingerprint[32],
        const struct view_certificate *certificate, struct fault *why)
{
        buffer_clear(&writer->value);
        view_certificate_encode(&writer->value, certificate);
        return view_tables_put(&writer->tables, VIEW_TABLE_CERTIFICATE, slice_of(fingerprint, 32),
                buffer_slice(&writer->value), why);
}

bool view_writer_put_person(struct view_writer *writer, const struct view_person *person, struct fault *why)
{
        buffer_clear(&writer->value);
        view_person_encode(&writer->value, person);
        return view_tables_put(&writer->tables, VIEW_TABLE_PERSON, person->person_id, buffer_slice(&writer->value), why);
}

bool view_writer_put_policy(struct view_writer *writer, const uint8_t hash[32], struct slice document,
        struct fault *why)
{
        return view_tables_put(&writer->tables, VIEW_TABLE_POLICY, slice_of(hash, 32), document, why);
}

bool view_writer_put_coverage(struct view_writer *writer, const struct view_coverage *coverage, struct fault *why)
{
        size_t key;

        buffer_clear(&writer->value);
        view_coverage_key(&writer->value, coverage);
        key = writer->value.length;
        view_coverage_encode(&writer->value, coverage);
        return view_tables_put(&writer->tables, VIEW_TABLE_COVERAGE, slice_of(writer->value.data, key),
                slice_of(writer->value.data + key, writer->value.length - key), why);
}

void view_writer_check_readers(struct view_writer *writer)
{
        int dead;

        mdb_reader_check(writer->env, &dead);
}
