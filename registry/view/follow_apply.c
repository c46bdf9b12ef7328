/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_apply.h"

#include <stdlib.h>
#include <string.h>

#include "registry/base/log.h"
#include "registry/view/follow_cases.h"

/*
 * One snapshot has all rows of its entries; shards without a common one may show an entry before its rows, and a row
 * before its entry.
 */
static bool rows_are_there(const struct follow_batch *batch)
{
        for (size_t i = 0; i < batch->party_count; i++) {
                const struct follow_party *row = &batch->parties[i];

                if (!row->is_there || row->party.version < row->wanted || row->party.decision > batch->identity.serial) {
                        log_event(LOG_NOTICE, "follow.row-awaited", "subject", row->party.subject);
                        return false;
                }
        }
        return true;
}

/* Does the row say what the cases say? `inputs` is room. */
static bool listings_agree(struct follow_verify *v, const struct follow_party *row, struct grade_inputs *inputs,
        bool *ret, struct fault *why)
{
        struct grade_listing listings[GRADE_LISTINGS_MAX];
        size_t count;

        if (!inputs_decode(row->party.inputs, inputs))
                return fault_set(why, FAULT_MISMATCH, "the packed inputs of %s cannot be read", row->party.subject);
        if (!follow_cases_listings(v->rules, v->writer, row->party.subject, listings, &count, why))
                return false;
        *ret = case_listings_equal(listings, count, inputs->listings, inputs->listings_count);
        return true;
}

static bool put_party(struct follow_verify *v, const struct follow_party *row, struct grade_inputs *inputs,
        struct fault *why)
{
        const struct view_party *party = &row->party;
        size_t former_count = 0;
        bool agree;

        if (!view_party_is_valid(party))
                return fault_set(why, FAULT_MISMATCH, "the rows of %s are not of their form", party->subject);
        if (!listings_agree(v, row, inputs, &agree, why))
                return false;
        /* What is left of the names when the present one is taken out are the former ones; the array is ours. */
        for (size_t i = 0; i < row->name_count; i++)
                if (!slice_equal(row->names[i], row->name_norm))
                        row->names[former_count++] = row->names[i];
        if (agree)
                return view_writer_put_party(v->writer, party, row->codes, row->code_count, row->name_norm, row->names,
                               former_count, why) &&
                       view_cases_settle(v->writer, party->subject, why);
        if (party->decision <= v->meta->serial)
                return fault_set(why, FAULT_MISMATCH, "%s is listed otherwise in its row than its cases say", party->subject);
        return view_writer_put_known_as(v->writer, party, row->codes, row->code_count, row->name_norm, row->names,
                       former_count, why) &&
               view_cases_owe(v->writer, party->subject, party->decision, why);
}

static bool put_parties(struct follow_verify *v, struct fault *why)
{
        struct grade_inputs *inputs = must_alloc(sizeof(*inputs));
        char subject[VIEW_SUBJECT_OCTETS + 1];
        enum view_found found;
        bool put = true;

        for (size_t i = 0; put && i < v->batch->party_count; i++)
                put = put_party(v, &v->batch->parties[i], inputs, why);
        free(inputs);
        if (!put || !view_cases_overdue(v->writer, v->meta->serial, &found, subject, why))
                return false;
        return found || fault_set(why, FAULT_MISMATCH, "the row of %s did not come with the step that lists it", subject);
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
        if (!put_parties(v, why))
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
        struct merkle_frontier *frontier, struct follow_rules *rules, enum follow_applied *ret, struct fault *why)
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
                .rules = rules,
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
