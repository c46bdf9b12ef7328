/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/recalc_chunk.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define TRIES_MAX 5 /* of one chunk against faster writers */

void recalc_job_init(struct recalc_job *job, const struct recalc_plan *plan, struct recalc_board *board, struct link *link,
        const struct import_runner *runner)
{
        *job = (struct recalc_job){
                .plan = plan,
                .board = board,
                .link = link,
                .runner = *runner,
                .page = recalc_page_new(plan->policy, &plan->grades, plan->day, !plan->is_shadow,
                        plan->is_shadow ? 0 : plan->chunk),
                .limit = plan->chunk,
        };
}

void recalc_job_done(struct recalc_job *job)
{
        recalc_page_free(job->page);
        copy_in_done(&job->copy);
}

/* Without gaps in the end: what a killed job had taken is given to the next. */
static int32_t chunk_number(struct recalc_job *job)
{
        unsigned free;

        if (job->chunk)
                return job->chunk;
        free = atomic_fetch_add(&job->board->next_free, 1);
        job->chunk = free < job->board->free_count ? job->board->free[free] : atomic_fetch_add(&job->board->next_chunk, 1);
        return job->chunk;
}

/* ------------------------------------------------------------ one chunk */

static bool is_catch_up(enum recalc_source source)
{
        return source == RECALC_CHANGED || source == RECALC_DUE;
}

/* What was evaluated: the rest of the range when the page was not full; of a catch-up no more than its rows. */
static void range_of(const struct recalc_job *job, const struct recalc_reading *reading, struct recalc_range *ret)
{
        const struct recalc_page *page = job->page;

        *ret = reading->range;
        if (is_catch_up(reading->source)) {
                /* Without its last octet a subject is before itself, and behind all that are before it but a few. */
                snprintf(ret->after, sizeof(ret->after), "%s", page->first);
                ret->after[strlen(ret->after) - 1] = '\0';
                snprintf(ret->last, sizeof(ret->last), "%s", page->last);
        } else if (page->is_cut || page->evaluated == reading->limit) {
                snprintf(ret->last, sizeof(ret->last), "%s", page->last);
        }
}

/* Evaluating again would come to the same. */
static bool refuse_overtaken(struct recalc_job *job, struct fault *why)
{
        job->runner.refused = RESULT_PROPOSAL_OVERTAKEN;
        return fault_set(why, FAULT_CONFIG, "another policy has been put in force; what run %s has stored was right until then and"
                " the rest of it is void: qcr-admin recalc --due stores what is left under the one in force", job->plan->run);
}

static bool save_rows(struct recalc_job *job, uint64_t serial, struct fault *why)
{
        const struct recalc_page *page = job->page;
        bool in_force;

        if (job->plan->is_shadow || !page->count)
                return true;
        if (!recalc_save_live(job->link, page->outcomes, page->count, job->plan->policy->hash, job->plan->day, serial, &in_force,
                    why))
                return false;
        return in_force || refuse_overtaken(job, why);
}

/* Under the head's lock from its first statement on. */
static bool enter(struct recalc_job *job, struct import_entry *entry, const struct recalc_chunk_row *row,
        const uint8_t root[32], struct fault *why)
{
        return import_entry_append(entry, &job->runner, job->link, why) &&
               import_insert_chunk(job->link, row->run, row->chunk, (int64_t)job->page->count, root,
                       buffer_slice(&entry->header), entry->signature, entry->serial, why) &&
               recalc_insert_chunk(job->link, row, why) && save_rows(job, entry->serial, why);
}

static bool save_chunk(struct recalc_job *job, const struct recalc_reading *reading, struct fault *why)
{
        CLEANUP(import_entry) struct import_entry entry = {.kind = "run-chunk"};
        const struct recalc_plan *plan = job->plan;
        struct recalc_page *page = job->page;
        struct recalc_chunk_row row = {
                .run = plan->run,
                .chunk = chunk_number(job),
                .is_catch_up = is_catch_up(reading->source),
                .evaluated = page->evaluated,
                .through = page->through,
        };
        uint8_t root[32];

        range_of(job, reading, &row.range);
        if (!link_begin(job->link, why))
                return false;
        if (plan->is_shadow ? !recalc_save_shadow(job->link, &job->copy, plan->serial, row.chunk, page->outcomes, page->count, why)
                            : page->count && !recalc_lock_standings(job->link, page->outcomes, &page->count, why))
                return false;
        if (!recalc_page_root(page, root, why))
                return false;
        run_chunk_format(&entry.header, plan->run, (uint64_t)row.chunk, page->count, root);
        if (!import_entry_sign(&entry, &job->runner, why) || !enter(job, &entry, &row, root, why) ||
                !link_commit(job->link, why))
                return false;
        job->chunk = 0;
        return true;
}

static bool try_chunk(struct recalc_job *job, const struct recalc_reading *reading, struct fault *why)
{
        if (!recalc_page_read(job->page, job->link, reading, why))
                return false;
        /* A range is remembered though nothing in it changed; of who was evaluated again there is nothing to remember. */
        if (is_catch_up(reading->source) && !job->page->count)
                return true;
        return save_chunk(job, reading, why);
}

/* Somebody was faster: reading and evaluating again sees what they did. */
static bool is_conflict(const struct recalc_job *job, const struct fault *why)
{
        return why->code == FAULT_CONFLICT || (why->code == FAULT_STORE && !strcmp(link_sqlstate(job->link), "23505"));
}

static bool make_chunk(struct recalc_job *job, const struct recalc_reading *reading, struct fault *why)
{
        for (int tries = 1; !try_chunk(job, reading, why); tries++) {
                if (!link_is_up(job->link))
                        return false;
                link_rollback(job->link);
                if (tries == TRIES_MAX || !is_conflict(job, why))
                        return false;
        }
        return true;
}

/* --------------------------------------------------------------- the pace */

static int64_t now_ns(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void rest(const struct recalc_job *job, int64_t worked_ns)
{
        int64_t rest_ns = worked_ns * (100 - (int64_t)job->plan->pace) / job->plan->pace;
        struct timespec time = {.tv_sec = rest_ns / 1000000000, .tv_nsec = rest_ns % 1000000000};

        if (rest_ns > 0)
                nanosleep(&time, NULL);
}

static void post(struct recalc_job *job)
{
        const struct recalc_page *page = job->page;

        atomic_fetch_add(&job->board->evaluated, page->evaluated);
        atomic_fetch_add(&job->board->changed, page->count);
        for (unsigned i = 0; i < job->plan->grades.count; i++)
                atomic_fetch_add(&job->board->by_grade[i], page->by_grade[i]);
        if (job->told)
                job->told(job->closure);
}

static bool make_paced(struct recalc_job *job, const struct recalc_reading *reading, struct fault *why)
{
        int64_t began_ns = now_ns();

        if (!make_chunk(job, reading, why))
                return false;
        post(job);
        rest(job, now_ns() - began_ns);
        return true;
}

/* In place a page is longer where little changes, so that about as much is written under the head's lock each time. */
static void adapt(struct recalc_job *job)
{
        unsigned least = job->plan->chunk, most = least * (RECALC_PAGE / RECALC_PAGE_LIVE);

        if (job->plan->is_shadow)
                return;
        if (job->page->is_cut)
                job->limit = job->limit / 4 > least ? job->limit / 4 : least;
        else if (job->page->count < least / 4)
                job->limit = 2 * job->limit < most ? 2 * job->limit : most;
}

/* Page after page of what `reading` says, until one is not full. `*ret_through`: what the first of them saw. */
static bool make_all(struct recalc_job *job, struct recalc_reading *reading, uint64_t *ret_through, bool *ret_changed,
        struct fault *why)
{
        bool is_first = true, is_full = true;

        *ret_changed = false;
        while (is_full && !atomic_load(&job->board->stop)) {
                reading->limit = job->limit;
                if (!make_paced(job, reading, why))
                        return false;
                if (is_first)
                        *ret_through = job->page->through;
                is_first = false;
                *ret_changed |= job->page->evaluated > 0;
                is_full = (job->page->is_cut || job->page->evaluated == reading->limit) &&
                          strcmp(job->page->last, reading->range.last) < 0;
                snprintf(reading->range.after, sizeof(reading->range.after), "%s", job->page->last);
                adapt(job);
        }
        return true;
}

bool recalc_job_range(struct recalc_job *job, const struct recalc_range *range, struct fault *why)
{
        struct recalc_reading reading = {
                .source = job->plan->is_shadow ? RECALC_ALL : RECALC_LIVE,
                .range = *range,
                .activation = job->plan->activation,
        };
        uint64_t through;
        bool changed;

        return make_all(job, &reading, &through, &changed, why);
}

bool recalc_job_ranges(struct recalc_job *job, struct fault *why)
{
        const struct recalc_ranges *ranges = &job->plan->ranges;
        unsigned i;

        while (!atomic_load(&job->board->stop) && (i = atomic_fetch_add(&job->board->next_range, 1)) < ranges->count)
                if (!recalc_job_range(job, &ranges->items[i], why))
                        return false;
        return true;
}

bool recalc_job_catch_up(
        struct recalc_job *job, uint64_t through, uint64_t *ret_through, bool *ret_changed, struct fault *why)
{
        struct recalc_reading reading = {
                .source = RECALC_CHANGED,
                .range = {RECALC_FIRST, RECALC_LAST},
                .run_serial = job->plan->serial,
                .through = through,
        };

        return make_all(job, &reading, ret_through, ret_changed, why);
}

/* Behind what the page has evaluated of it, or behind `end`. */
static size_t behind_page(const struct recalc_page *page, const struct recalc_subjects *due, size_t next, size_t end)
{
        if (!page->is_cut)
                return end;
        while (next < end && strcmp(due->items[next], page->last) <= 0)
                next++;
        return next;
}

bool recalc_job_due(struct recalc_job *job, const struct recalc_subjects *due, struct fault *why)
{
        struct recalc_reading reading = {
                .source = RECALC_DUE,
                .activation = job->plan->activation,
                .day = job->plan->day,
        };
        size_t next = 0;

        while (next < due->count) {
                reading.subjects = due->items + next;
                reading.subjects_count = due->count - next < job->limit ? due->count - next : job->limit;
                if (!make_paced(job, &reading, why))
                        return false;
                next = behind_page(job->page, due, next, next + reading.subjects_count);
                adapt(job);
        }
        return true;
}
