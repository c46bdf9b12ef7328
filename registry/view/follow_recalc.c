/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/follow_recalc.h"

#include <inttypes.h>
#include <string.h>

#include "registry/core/recalc_row.h"
#include "registry/view/view_recalc.h"

#define SHADOW "shadow"

/* -------------------------------------------------------------------- headers */

/* What a signed header says (core/run_header); each kind has its own part. */
struct header {
        uint8_t run[16];
        /* of the beginning */
        struct slice origin, kind, person;
        uint64_t octets;
        int64_t at_ms;
        /* of chunk and end */
        uint64_t number;    /* of the chunk; how many chunks */
        uint64_t rows;
        uint8_t hash[32];   /* of the file, of the rows, of the summary */
};

static bool take_hash(struct lines *lines, const char *name, uint8_t *ret, size_t length)
{
        struct slice value = lines_value(lines, name);

        return hex_decode((const char *)value.data, value.length, ret, length);
}

static bool begin_parse(struct slice text, struct header *ret)
{
        struct lines lines = lines_of(text);
        struct slice first = lines_next(&lines);
        bool is_right;

        ret->origin = lines_value(&lines, "origin");
        is_right = take_hash(&lines, "run", ret->run, sizeof(ret->run));
        ret->kind = lines_value(&lines, "kind");
        is_right = take_hash(&lines, "file", ret->hash, sizeof(ret->hash)) && is_right;
        is_right = number_parse(lines_value(&lines, "octets"), &ret->octets) && is_right;
        ret->person = lines_value(&lines, "person");
        is_right = instant_parse(lines_value(&lines, "at"), &ret->at_ms) && is_right;
        return lines_is_done(&lines) && is_right && slice_equal(first, slice_text("qcr-run/v1"));
}

static bool chunk_parse(struct slice text, struct header *ret)
{
        struct lines lines = lines_of(text);
        struct slice first = lines_next(&lines);
        bool is_right;

        is_right = take_hash(&lines, "run", ret->run, sizeof(ret->run));
        is_right = number_parse(lines_value(&lines, "chunk"), &ret->number) && is_right;
        is_right = number_parse(lines_value(&lines, "rows"), &ret->rows) && is_right;
        is_right = take_hash(&lines, "root", ret->hash, sizeof(ret->hash)) && is_right;
        return lines_is_done(&lines) && is_right && slice_equal(first, slice_text("qcr-run-chunk/v1")) &&
               ret->number <= UINT32_MAX;
}

static bool end_parse(struct slice text, struct header *ret)
{
        struct lines lines = lines_of(text);
        struct slice first = lines_next(&lines);
        bool is_right;

        is_right = take_hash(&lines, "run", ret->run, sizeof(ret->run));
        is_right = number_parse(lines_value(&lines, "chunks"), &ret->number) && is_right;
        is_right = take_hash(&lines, "summary", ret->hash, sizeof(ret->hash)) && is_right;
        return lines_is_done(&lines) && is_right && slice_equal(first, slice_text("qcr-run-end/v1"));
}

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

static bool take_begin(struct follow_verify *v, const struct follow_entry *entry, const struct follow_run *from,
        const struct follow_signer *signer, struct fault *why)
{
        unsigned place = free_slot(v->meta);
        struct view_run run = {.serial = entry->serial}, other;
        struct header header;
        enum view_found found;

        if (!begin_parse(from->act.request, &header))
                return follow_refuse(why, entry, "its run's header cannot be read");
        if (!slice_equal(header.origin, v->origin) || !slice_equal(header.person, slice_text(signer->person_id)))
                return follow_refuse(why, entry, "its run's header is of another registry or person");
        if (!slice_equal(header.kind, slice_text(SHADOW)))
                return true;
        if (!view_recalc_run(v->writer, header.run, &found, &other, why))
                return false;
        if (!found)
                return follow_refuse(why, entry, "its run has begun before");
        if (!view_recalc_put_run(v->writer, header.run, &run, why) || !view_recalc_empty_slot(v->writer, place, why))
                return false;
        v->meta->slots[place] = (struct view_slot){.run_serial = entry->serial, .day = day_of_instant(header.at_ms)};
        memcpy(v->meta->slots[place].run, header.run, sizeof(header.run));
        memcpy(v->meta->slots[place].policy_hash, header.hash, sizeof(header.hash));
        return true;
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
static bool check_grades(struct follow_verify *v, const struct follow_entry *entry, const struct header *header,
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

                if (i > 0 && strcmp(grades[i - 1].subject, grades[i].subject) >= 0)
                        return follow_refuse(why, entry, "its run has two outcomes of %s", grades[i].subject);
                recalc_row_hash(&row, octets);
                merkle_leaf(v->sha256, slice_of(octets, sizeof(octets)), &leaf);
                merkle_frontier_append(&frontier, v->sha256, &leaf);
        }
        merkle_frontier_root(&frontier, v->sha256, &root);
        return count == header->rows && memcmp(root.octets, header->hash, sizeof(header->hash)) == 0 ? true :
                follow_refuse(why, entry, "its run's outcomes are not those that were signed");
}

static bool take_chunk(struct follow_verify *v, const struct follow_entry *entry, const struct follow_run *from,
        struct fault *why)
{
        const struct follow_grade *grades;
        struct header header;
        struct view_run run;
        enum view_found found;
        bool is_new;
        size_t count;

        if (!chunk_parse(from->act.request, &header))
                return follow_refuse(why, entry, "its run's header cannot be read");
        if (!view_recalc_run(v->writer, header.run, &found, &run, why))
                return false;
        if (found)
                return true;
        if (run.has_ended)
                return follow_refuse(why, entry, "its run has ended");
        if (!view_recalc_add_chunk(v->writer, header.run, (uint32_t)header.number, entry->serial, &is_new, why))
                return false;
        if (!is_new)
                return follow_refuse(why, entry, "its run has this chunk already");
        grades = grades_of(v->batch, entry->serial, &count);
        if (!check_grades(v, entry, &header, grades, count, why))
                return false;
        run.chunks++;
        if (!view_recalc_put_run(v->writer, header.run, &run, why))
                return false;
        for (size_t i = 0; slot_of(v, &run) && i < count; i++)
                if (!view_recalc_put_grade(v->writer, free_slot(v->meta), grades[i].subject, &grades[i].grade, why))
                        return false;
        return true;
}

static bool take_end(struct follow_verify *v, const struct follow_entry *entry, const struct follow_run *from,
        struct fault *why)
{
        struct header header;
        struct view_run run;
        struct view_slot *slot;
        enum view_found found;
        struct hash summary;
        uint64_t through;

        if (!end_parse(from->act.request, &header))
                return follow_refuse(why, entry, "its run's header cannot be read");
        if (!view_recalc_run(v->writer, header.run, &found, &run, why))
                return false;
        if (found)
                return true;
        if (run.has_ended)
                return follow_refuse(why, entry, "its run has ended");
        if (run.chunks != header.number)
                return follow_refuse(why, entry, "its run has another number of chunks");
        digest_hash(v->sha256, from->summary, &summary);
        if (memcmp(summary.octets, header.hash, sizeof(header.hash)) != 0 || !summary_parse(from->summary, &through))
                return follow_refuse(why, entry, "its run's summary is not the one that was signed");
        if (through < run.serial || through >= entry->serial)
                return follow_refuse(why, entry, "its run cannot have evaluated everybody as of entry %" PRIu64, through);
        run.has_ended = true;
        if (!view_recalc_put_run(v->writer, header.run, &run, why) ||
                !view_recalc_forget_chunks(v->writer, header.run, why))
                return false;
        slot = slot_of(v, &run);
        if (slot)
                slot->through = through;
        return true;
}

bool follow_recalc_run(struct follow_verify *v, const struct follow_entry *entry, const struct follow_run *run,
        const struct follow_signer *signer, struct fault *why)
{
        if (slice_equal(run->kind, slice_text("run-begin")))
                return take_begin(v, entry, run, signer, why);
        return slice_equal(run->kind, slice_text("run-chunk")) ? take_chunk(v, entry, run, why) :
                                                                 take_end(v, entry, run, why);
}
