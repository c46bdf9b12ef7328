/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_apply.h"

#include <string.h>

#include "registry/base/log.h"

/* One snapshot has all rows of its entries; shards without a common one may show an entry before its rows. */
static bool rows_are_there(const struct follow_batch *batch)
{
        for (size_t i = 0; i < batch->party_count; i++)
                if (!batch->parties[i].is_there || batch->parties[i].party.version < batch->parties[i].wanted) {
                        log_event(LOG_NOTICE, "follow.row-awaited", "subject", batch->parties[i].party.subject);
                        return false;
                }
        return true;
}

static bool put_party(struct view_writer *writer, const struct follow_party *row, struct fault *why)
{
        size_t former_count = 0;

        if (!view_party_is_valid(&row->party))
                return fault_set(why, FAULT_MISMATCH, "the rows of %s are not of their form", row->party.subject);
        /* What is left of the names when the present one is taken out are the former ones; the array is ours. */
        for (size_t i = 0; i < row->name_count; i++)
                if (!slice_equal(row->names[i], row->name_norm))
                        row->names[former_count++] = row->names[i];
        return view_writer_put_party(writer, &row->party, row->codes, row->code_count, row->name_norm, row->names,
                former_count, why);
}

/*
 * The time the data are of. A batch that reaches the snapshot's head has everything committed by the heartbeat
 * it read. One that stops before has everything committed by the time of its last entry, for entries' times
 * never go back; how long ago that was is measured from the heartbeat of the same snapshot.
 */
static void bring_forward(const struct follow_batch *batch, const struct follow_pulse *pulse, struct view_meta *meta)
{
        int64_t data_ms = pulse->heartbeat_ms, seen_ms = pulse->seen_ms;

        if (pulse->heartbeat_ms == INT64_MIN)
                return; /* nobody's heart has beaten yet: the data are of no time */
        if (meta->serial < batch->identity.serial && meta->serial_at_ms < pulse->heartbeat_ms) {
                data_ms = meta->serial_at_ms;
                seen_ms -= pulse->heartbeat_ms - meta->serial_at_ms;
        }
        if (data_ms > meta->heartbeat_ms) {
                meta->heartbeat_ms = data_ms;
                meta->heartbeat_seen_ms = seen_ms;
        }
}

static bool apply_entries(struct follow_verify *v, struct fault *why)
{
        struct hash root;

        for (size_t i = 0; i < v->batch->entry_count; i++)
                if (!follow_verify_entry(v, &v->batch->entries[i], why))
                        return false;
        for (size_t i = 0; i < v->batch->party_count; i++)
                if (!put_party(v->writer, &v->batch->parties[i], why))
                        return false;
        for (size_t i = 0; i < v->batch->coverage_count; i++)
                if (!view_writer_put_coverage(v->writer, &v->batch->coverage[i], why))
                        return false;
        merkle_frontier_root(v->frontier, v->sha256, &root);
        memcpy(v->meta->root, root.octets, sizeof(v->meta->root));
        return true;
}

bool follow_apply(struct view_writer *writer, const struct follow_batch *batch, EVP_PKEY *ca_key, struct slice origin,
        struct digest *sha256, const struct follow_pulse *pulse, struct view_meta *meta,
        struct merkle_frontier *frontier, enum follow_applied *ret, struct fault *why)
{
        struct view_meta next = *meta;
        struct merkle_frontier next_frontier = *frontier;
        struct follow_verify v = {
                .writer = writer,
                .batch = batch,
                .ca_key = ca_key,
                .origin = origin,
                .sha256 = sha256,
                .meta = &next,
                .frontier = &next_frontier,
        };

        if (!rows_are_there(batch)) {
                *ret = FOLLOW_NOT_YET;
                return true;
        }
        if (!view_writer_begin(writer, why))
                return false;
        if (!apply_entries(&v, why)) {
                view_writer_abort(writer);
                return false;
        }
        bring_forward(batch, pulse, &next);
        next.schema_version = batch->identity.schema_version;
        if (!view_writer_put_meta(writer, &next, &next_frontier, why) || !view_writer_commit(writer, why)) {
                view_writer_abort(writer);
                return false;
        }
        *meta = next;
        *frontier = next_frontier;
        *ret = FOLLOW_APPLIED;
        return true;
}
