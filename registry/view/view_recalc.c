/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/view_recalc.h"

#include <assert.h>
#include <string.h>

#define RUN_OCTETS 16u
#define CHUNK_KEY_OCTETS (RUN_OCTETS + 4u)

static enum view_table table_of(unsigned slot)
{
        assert(slot < VIEW_SLOTS);
        return slot ? VIEW_TABLE_GRADE_1 : VIEW_TABLE_GRADE_0;
}

/* ----------------------------------------------------------------------- runs */

bool view_run_is_valid(const struct view_run *run)
{
        return run->serial > 0;
}

void view_run_encode(struct buffer *to, const struct view_run *run)
{
        assert(view_run_is_valid(run));
        buffer_add_varint(to, run->serial);
        buffer_add_varint(to, run->chunks);
        buffer_add_u8(to, run->is_shadow);
        buffer_add_u8(to, run->has_ended);
        buffer_add(to, run->certificate, sizeof(run->certificate));
}

bool view_run_decode(struct slice value, struct view_run *ret)
{
        struct reader r = reader_of(value);
        struct slice certificate;
        struct view_run run;
        uint8_t is_shadow, has_ended;

        run.serial = reader_varint(&r);
        run.chunks = reader_varint(&r);
        is_shadow = reader_u8(&r);
        has_ended = reader_u8(&r);
        run.is_shadow = is_shadow == 1;
        run.has_ended = has_ended == 1;
        certificate = reader_take(&r, sizeof(run.certificate));
        if (!reader_is_done(&r) || is_shadow > 1 || has_ended > 1 || !view_run_is_valid(&run))
                return false;
        memcpy(run.certificate, certificate.data, sizeof(run.certificate));
        *ret = run;
        return true;
}

bool view_recalc_run(struct view_writer *writer, const uint8_t run_id[16], enum view_found *ret_found,
        struct view_run *ret, struct fault *why)
{
        struct slice value;

        if (!view_tables_get(view_writer_tables(writer), VIEW_TABLE_RUN, slice_of(run_id, RUN_OCTETS), ret_found, &value,
                    why))
                return false;
        return *ret_found || view_run_decode(value, ret) ? true :
                fault_set(why, FAULT_VIEW, "a run in the view cannot be read");
}

bool view_recalc_put_run(struct view_writer *writer, const uint8_t run_id[16], const struct view_run *run,
        struct fault *why)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;

        view_run_encode(&value, run);
        return view_tables_put(view_writer_tables(writer), VIEW_TABLE_RUN, slice_of(run_id, RUN_OCTETS),
                buffer_slice(&value), why);
}

bool view_recalc_add_chunk(struct view_writer *writer, const uint8_t run_id[16], uint32_t chunk, uint64_t serial,
        bool *ret_is_new, struct fault *why)
{
        CLEANUP(buffer) struct buffer key = BUFFER_INIT;
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;
        enum view_found found;
        struct slice unused;

        buffer_add(&key, run_id, RUN_OCTETS);
        buffer_add_u32(&key, chunk);
        if (!view_tables_get(view_writer_tables(writer), VIEW_TABLE_RUN, buffer_slice(&key), &found, &unused, why))
                return false;
        *ret_is_new = found == VIEW_ABSENT;
        if (!*ret_is_new)
                return true;
        buffer_add_varint(&value, serial);
        return view_tables_put(view_writer_tables(writer), VIEW_TABLE_RUN, buffer_slice(&key), buffer_slice(&value), why);
}

bool view_recalc_forget_chunks(struct view_writer *writer, const uint8_t run_id[16], struct fault *why)
{
        const struct view_tables *tables = view_writer_tables(writer);
        struct slice after = slice_of(run_id, RUN_OCTETS), key, value;
        uint8_t removed[CHUNK_KEY_OCTETS];
        enum view_found found;

        for (;;) {
                if (!view_tables_next(tables, VIEW_TABLE_RUN, after, &found, &key, &value, why))
                        return false;
                if (found || key.length != CHUNK_KEY_OCTETS || memcmp(key.data, run_id, RUN_OCTETS) != 0)
                        return true;
                /* What was found lies where it is about to be written. */
                memcpy(removed, key.data, CHUNK_KEY_OCTETS);
                if (!view_tables_remove(tables, VIEW_TABLE_RUN, slice_of(removed, CHUNK_KEY_OCTETS), slice_of(NULL, 0),
                            why))
                        return false;
        }
}

/* ---------------------------------------------------------------------- slots */

bool view_recalc_empty_slot(struct view_writer *writer, unsigned slot, struct fault *why)
{
        return view_tables_clear(view_writer_tables(writer), table_of(slot), why);
}

bool view_recalc_put_grade(struct view_writer *writer, unsigned slot, const char *subject,
        const struct view_grade *grade, struct fault *why)
{
        uint8_t room[64];
        struct buffer octets = {.data = room, .capacity = sizeof(room)};
        struct slice key = slice_of(subject, VIEW_SUBJECT_OCTETS), value;
        const struct view_tables *tables = view_writer_tables(writer);
        struct view_grade other;
        enum view_found found;

        if (!view_tables_get(tables, table_of(slot), key, &found, &value, why))
                return false;
        if (!found && !view_grade_decode(value, &other))
                return fault_set(why, FAULT_VIEW, "a slot's grade in the view cannot be read");
        if (!found && other.version >= grade->version)
                return true;
        view_grade_encode(&octets, grade);
        return view_tables_put(tables, table_of(slot), key, buffer_slice(&octets), why);
}

/* ---------------------------------------------------------------- activations */

bool view_recalc_activate(struct view_writer *writer, const uint8_t policy_hash[32], uint64_t serial,
        struct fault *why)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;

        buffer_add_varint(&value, serial);
        return view_tables_put(view_writer_tables(writer), VIEW_TABLE_ACTIVATION, slice_of(policy_hash, 32),
                buffer_slice(&value), why);
}

bool view_recalc_was_active(struct view_writer *writer, const uint8_t policy_hash[32], bool *ret,
        struct fault *why)
{
        enum view_found found;
        struct slice value;

        if (!view_tables_get(view_writer_tables(writer), VIEW_TABLE_ACTIVATION, slice_of(policy_hash, 32), &found, &value,
                    why))
                return false;
        *ret = found == VIEW_FOUND;
        return true;
}
