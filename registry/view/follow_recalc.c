/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_recalc.h"

#include <inttypes.h>
#include <string.h>

#include "registry/core/recalc_row.h"
#include "registry/core/run_header.h"
#include "registry/view/view_recalc.h"

/* -------------------------------------------------------------------- summary */

/* The number of a member that comes next in canonical JSON; false with what is left unspecified. */
static bool take_member(struct slice *rest, const char *before, uint64_t *ret)
{
        size_t length = strlen(before), digits = 0;

        if (rest->length < length || memcmp(rest->data, before, length) != 0)
                return false;
        *rest = slice_of(rest->data + length, rest->length - length);
        while (digits < rest->length && rest->data[digits] >= '0' && rest->data[digits] <= '9')
                digits++;
        if (!number_parse(slice_of(rest->data, digits), ret))
                return false;
        *rest = slice_of(rest->data + digits, rest->length - digits);
        return true;
}

/* {"changed":N,"evaluated":N,"through":N} */
static bool summary_parse(struct slice text, uint64_t *ret_through)
{
        uint64_t changed, evaluated;

        return take_member(&text, "{\"changed\":", &changed) && take_member(&text, ",\"evaluated\":", &evaluated) &&
               take_member(&text, ",\"through\":", ret_through) && slice_equal(text, slice_text("}"));
}

/* ---------------------------------------------------------------------- slots */

/* The one no answer is made from: a shadow run's to take, and the next policy's to be found in. */
static unsigned free_slot(const struct view_meta *meta)
{
        return meta->live == 1 ? 1 : 0;
}

/* The free slot if this run still has it; NULL when a later one took it. */
static struct view_slot *slot_of(struct follow_verify *v, const struct view_run *run)
{
        struct view_slot *slot = &v->meta->slots[free_slot(v->meta)];

        return slot->run_serial == run->serial ? slot : NULL;
}

bool follow_recalc_switch(struct follow_verify *v, const struct follow_entry *entry, const uint8_t policy_hash[32],
        uint64_t run_serial, struct fault *why)
{
        unsigned place = free_slot(v->meta);
        const struct view_slot *slot = &v->meta->slots[place];

        if (slot->run_serial == 0 || slot->run_serial != run_serial)
                return follow_refuse(why, entry, "the recalculation it names is not the newest one");
        if (slot->through == 0)
                return follow_refuse(why, entry, "the recalculation it names has not ended");
        if (memcmp(slot->policy_hash, policy_hash, sizeof(slot->policy_hash)) != 0)
                return follow_refuse(why, entry, "the recalculation it names is of another policy");
        v->meta->live = (uint8_t)(place + 1);
        return true;
}

/* ----------------------------------------------------------------------- runs */

/* Has the run to enter more chunks or its end? It goes on with the certificate of its beginning. */
static bool load_run(struct follow_verify *v, const struct follow_entry *entry, const struct follow_run *from,
        const uint8_t id[RUN_ID_OCTETS], struct view_run *ret, struct fault *why)
{
        enum view_found found;

        if (!view_recalc_run(v->writer, id, &found, ret, why))
                return false;
        if (found)
                return follow_refuse(why, entry, "its run has not begun");
        if (ret->has_ended)
                return follow_refuse(why, entry, "its run has ended");
        if (memcmp(ret->certificate, from->act.certificate, sizeof(ret->certificate)) != 0)
                return follow_refuse(why, entry, "its run was begun with another certificate");
        return true;
}

static bool take_slot(struct follow_verify *v, const struct follow_entry *entry, const struct run_header_read *header,
        struct fault *why)
{
        unsigned place = free_slot(v->meta);
        struct view_slot *slot = &v->meta->slots[place];

        if (!view_recalc_empty_slot(v->writer, place, why))
                return false;
        *slot = (struct view_slot){.run_serial = entry->serial, .day = day_of_instant(header->at_ms)};
        memcpy(slot->run, header->run, sizeof(header->run));
        memcpy(slot->policy_hash, header->file_hash, sizeof(header->file_hash));
        return true;
}

static bool take_begin(struct follow_verify *v, const struct follow_entry *entry, const struct follow_run *from,
        const struct follow_signer *signer, struct fault *why)
{
        struct view_run run = {.serial = entry->serial}, other;
        struct run_header_read header;
        enum view_found found;
        bool is_recalc;

        if (!run_header_parse(from->act.request, &header))
                return follow_refuse(why, entry, "its run's header cannot be read");
        if (!slice_equal(header.origin, v->origin) || !slice_equal(header.person, slice_text(signer->person_id)))
                return follow_refuse(why, entry, "its run's header is of another registry or person");
        run.is_shadow = slice_equal(header.kind, slice_text("shadow"));
        is_recalc = run.is_shadow || slice_equal(header.kind, slice_text("recalc"));
        /* Graded for a day to come its outcomes would pass for those of every day until then. */
        if (is_recalc && day_is_before(day_of_instant(entry->at_ms), day_of_instant(header.at_ms)))
                return follow_refuse(why, entry, "its run is for a day to come");
        if (!view_recalc_run(v->writer, header.run, &found, &other, why))
                return false;
        if (!found)
                return follow_refuse(why, entry, "its run has begun before");
        memcpy(run.certificate, from->act.certificate, sizeof(run.certificate));
        return view_recalc_put_run(v->writer, header.run, &run, why) &&
               (!run.is_shadow || take_slot(v, entry, &header, why));
}

/* Outcomes of an entry, which stand together. */
static const struct follow_grade *grades_of(const struct follow_batch *batch, uint64_t serial, size_t *ret_count)
{
        size_t first = 0, end;

        while (first < batch->grade_count && batch->grades[first].serial < serial)
                first++;
        for (end = first; end < batch->grade_count && batch->grades[end].serial == serial;)
                end++;
        *ret_count = end - first;
        return &batch->grades[first];
}

/* Are they those the chunk's person signed the root of? */
static bool check_grades(struct follow_verify *v, const struct follow_entry *entry, const struct run_chunk_read *header,
        const struct follow_grade *grades, size_t count, struct fault *why)
{
        struct merkle_frontier frontier;
        struct hash leaf, root;
        uint8_t octets[32];

        merkle_frontier_init(&frontier);
        for (size_t i = 0; i < count; i++) {
                const struct view_grade *grade = &grades[i].grade;
                const struct recalc_row row = {
                        .subject = grades[i].subject,
                        .version = grade->version,
                        .grade = *grade->grade ? grade->grade : GRADE_UNRATED,
                        .score = grade->score,
                        .next_change = grade->next_change,
                };

                if (!grades[i].is_sound)
                        return follow_refuse(why, entry, "its run's outcome of %s is none", grades[i].subject);
                if (i > 0 && strcmp(grades[i - 1].subject, grades[i].subject) >= 0)
                        return follow_refuse(why, entry, "its run has two outcomes of %s", grades[i].subject);
                recalc_row_hash(&row, octets);
                merkle_leaf(v->sha256, slice_of(octets, sizeof(octets)), &leaf);
                merkle_frontier_append(&frontier, v->sha256, &leaf);
        }
        merkle_frontier_root(&frontier, v->sha256, &root);
        return count == header->rows && memcmp(root.octets, header->root, sizeof(header->root)) == 0 ? true :
                follow_refuse(why, entry, "its run's outcomes are not those that were signed");
}

/* Of a shadow run: its outcomes are those that were signed, and are kept if the run still has the slot. */
static bool take_grades(struct follow_verify *v, const struct follow_entry *entry, const struct view_run *run,
        const struct run_chunk_read *header, struct fault *why)
{
        size_t count;
        const struct follow_grade *grades = grades_of(v->batch, entry->serial, &count);

        if (!check_grades(v, entry, header, grades, count, why))
                return false;
        for (size_t i = 0; slot_of(v, run) && i < count; i++)
                if (!view_recalc_put_grade(v->writer, free_slot(v->meta), grades[i].subject, &grades[i].grade, why))
                        return false;
        return true;
}

static bool take_chunk(struct follow_verify *v, const struct follow_entry *entry, const struct follow_run *from,
        struct fault *why)
{
        struct run_chunk_read header;
        struct view_run run;
        bool is_new;

        if (!run_chunk_parse(from->act.request, &header))
                return follow_refuse(why, entry, "its run's header cannot be read");
        if (!load_run(v, entry, from, header.run, &run, why) ||
                !view_recalc_add_chunk(v->writer, header.run, header.chunk, entry->serial, &is_new, why))
                return false;
        if (!is_new)
                return follow_refuse(why, entry, "its run has this chunk already");
        if (run.is_shadow && !take_grades(v, entry, &run, &header, why))
                return false;
        run.chunks++;
        return view_recalc_put_run(v->writer, header.run, &run, why);
}

/* Of a shadow run: it has evaluated everybody as of the entry that its summary names. */
static bool take_through(struct follow_verify *v, const struct follow_entry *entry, const struct view_run *run,
        struct slice summary, struct fault *why)
{
        struct view_slot *slot = slot_of(v, run);
        uint64_t through;

        if (!summary_parse(summary, &through))
                return follow_refuse(why, entry, "its run's summary cannot be read");
        if (through < run->serial || through >= entry->serial)
                return follow_refuse(why, entry, "its run cannot have evaluated everybody as of entry %" PRIu64, through);
        if (slot)
                slot->through = through;
        return true;
}

static bool take_end(struct follow_verify *v, const struct follow_entry *entry, const struct follow_run *from,
        struct fault *why)
{
        struct run_end_read header;
        struct view_run run;
        struct hash summary;

        if (!run_end_parse(from->act.request, &header))
                return follow_refuse(why, entry, "its run's header cannot be read");
        if (!load_run(v, entry, from, header.run, &run, why))
                return false;
        if (run.chunks != header.chunks)
                return follow_refuse(why, entry, "its run has another number of chunks");
        digest_hash(v->sha256, from->summary, &summary);
        if (memcmp(summary.octets, header.summary_hash, sizeof(header.summary_hash)) != 0)
                return follow_refuse(why, entry, "its run's summary is not the one that was signed");
        if (run.is_shadow && !take_through(v, entry, &run, from->summary, why))
                return false;
        run.has_ended = true;
        return view_recalc_put_run(v->writer, header.run, &run, why) &&
               view_recalc_forget_chunks(v->writer, header.run, why);
}

bool follow_recalc_run(struct follow_verify *v, const struct follow_entry *entry, const struct follow_run *run,
        const struct follow_signer *signer, struct fault *why)
{
        if (slice_equal(run->kind, slice_text("run-begin")))
                return take_begin(v, entry, run, signer, why);
        return slice_equal(run->kind, slice_text("run-chunk")) ? take_chunk(v, entry, run, why) :
                                                                 take_end(v, entry, run, why);
}
