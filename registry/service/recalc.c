/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/recalc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "registry/service/recalc_jobs.h"

#define PARTS_A_JOB 4u  /* ranges, so that no job waits long for the last */
#define ROUNDS_MAX 16   /* of catching up with writers; what is left then is evaluated at each answer, as always */
#define TRIES_MAX 5     /* of an entry against faster writers */

struct recalc {
        const struct recalc_options *options;
        struct recalc_result *result;
        struct link *link;
        struct import_runner runner;
        struct recalc_known known; /* the unfinished run, which is gone on with or not */
        int64_t now_ms;            /* the database's */
        struct policy *policy;
        struct recalc_due due_by;
        struct recalc_subjects due;
        struct recalc_plan plan;
        struct recalc_board *board;
};

/* -------------------------------------------------------- may it be, and what */

static bool refuse(struct recalc *recalc, enum result_code code)
{
        recalc->result->refused = code;
        return false;
}

static bool refuse_second(struct recalc *recalc, struct fault *why)
{
        const struct recalc_known *known = &recalc->known;
        char at[INSTANT_TEXT];

        memcpy(recalc->result->in_the_way, known->run, sizeof(known->run));
        instant_format(known->at_ms, at);
        if (!known->serial)
                fault_set(why, FAULT_CONFIG, "another recalculation is just beginning or ending");
        else
                fault_set(why, FAULT_CONFIG, "run %s of %s is going on since %s: %" PRIu64 " of about %" PRIu64
                        " enterprises are evaluated", known->run, known->person, at, known->evaluated, recalc->result->about);
        return refuse(recalc, RESULT_RUN_GOING_ON);
}

static bool refuse_unfinished(struct recalc *recalc, struct fault *why)
{
        const struct recalc_known *known = &recalc->known;
        char at[INSTANT_TEXT];

        memcpy(recalc->result->in_the_way, known->run, sizeof(known->run));
        instant_format(known->at_ms, at);
        fault_set(why, FAULT_CONFIG, "run %s, begun by %s at %s, has not come to its end: %" PRIu64 " of about %" PRIu64
                " enterprises are evaluated; qcr-admin recalc --resume goes on with it, with --abandon it is left so and another"
                " begins", known->run, known->person, at, known->evaluated, recalc->result->about);
        return refuse(recalc, RESULT_RUN_UNFINISHED);
}

/* Nothing may be gone on with. */
static bool refuse_resume(struct recalc *recalc, struct fault *why)
{
        struct recalc_known newest;

        if (!recalc_load_newest(recalc->link, false, &newest, why))
                return false;
        memcpy(recalc->result->in_the_way, newest.run, sizeof(newest.run));
        if (!newest.serial)
                return fault_set(why, FAULT_INPUT, "no recalculation is unfinished: there has been none");
        if (newest.is_ended)
                return fault_set(why, FAULT_INPUT, "no recalculation is unfinished: the newest, run %s of serial %" PRIu64
                        ", has ended", newest.run, newest.serial);
        fault_set(why, FAULT_CONFIG, "the policy of the newest recalculation, run %s of serial %" PRIu64 ", is not in force any"
                " more: qcr-admin recalc --due stores what is left under the one in force", newest.run, newest.serial);
        return refuse(recalc, RESULT_PROPOSAL_OVERTAKEN);
}

/* Whoever checks a run checks all of it with the certificate of its beginning. */
static bool check_signer(struct recalc *recalc, struct fault *why)
{
        const struct recalc_known *known = &recalc->known;
        char held[65], wanted[65];

        if (!memcmp(known->certificate, recalc->runner.fingerprint, sizeof(known->certificate)))
                return true;
        hex_encode(recalc->runner.fingerprint, 32, held);
        hex_encode(known->certificate, 32, wanted);
        memcpy(recalc->result->in_the_way, known->run, sizeof(known->run));
        fault_set(why, FAULT_CONFIG, "run %s was begun by %s with the certificate %s and can only be gone on with under that one, not"
                " under %s; with --abandon it is left so and another begins", known->run, known->person, wanted, held);
        return refuse(recalc, RESULT_RUN_UNFINISHED);
}

/* What is due is seen from what is stored, so that another run over it takes nothing from one that was cut off. */
static bool may_pass(const struct recalc *recalc)
{
        const struct recalc_options *options = recalc->options;

        return options->resume || options->abandon || options->only_due;
}

/* Takes the lock that keeps everybody else out, or says who has it. */
static bool enter(struct recalc *recalc, struct fault *why)
{
        bool taken;

        if (!recalc_lock_run(recalc->link, &taken, why) ||
                !recalc_load_population(recalc->link, &recalc->result->about, why))
                return false;
        if (taken && !recalc_wait_for_jobs(recalc->link, why))
                return false;
        if (!recalc_load_unfinished(recalc->link, &recalc->known, why))
                return false;
        if (!taken)
                return refuse_second(recalc, why);
        if (recalc->known.serial)
                return may_pass(recalc) || refuse_unfinished(recalc, why);
        return !recalc->options->resume || refuse_resume(recalc, why);
}

static void plan_new(struct recalc *recalc)
{
        const struct recalc_options *options = recalc->options;
        struct recalc_plan *plan = &recalc->plan;
        uint8_t id[16];

        if (RAND_bytes(id, sizeof(id)) != 1)
                abort();
        hex_encode(id, sizeof(id), plan->run);
        plan->is_shadow = options->is_shadow;
        plan->only_due = options->only_due;
        plan->day = day_of_instant(recalc->now_ms);
        memcpy(recalc->result->policy_hash, options->is_shadow ? options->policy_hash : plan->activation.policy_hash, 32);
}

static void plan_known(struct recalc *recalc)
{
        const struct recalc_known *known = &recalc->known;
        struct recalc_plan *plan = &recalc->plan;

        memcpy(plan->run, known->run, sizeof(plan->run));
        plan->serial = known->serial;
        plan->is_shadow = known->is_shadow;
        plan->only_due = known->only_due;
        plan->day = known->day;
        memcpy(recalc->result->policy_hash, known->policy_hash, 32);
        recalc->result->resumed_from = known->evaluated;
        recalc->result->is_begun = recalc->result->is_resumed = true;
}

static bool check_policy(struct recalc *recalc, struct fault *why)
{
        bool is_active = !memcmp(recalc->result->policy_hash, recalc->plan.activation.policy_hash, 32);

        if (recalc->plan.is_shadow && is_active && !recalc->result->is_resumed) {
                fault_set(why, FAULT_CONFIG, "the policy is the one in force; without --policy its grades are recalculated");
                return refuse(recalc, RESULT_POLICY_ACTIVE);
        }
        if (!recalc->plan.is_shadow && !is_active) {
                fault_set(why, FAULT_CONFIG, "the policy of run %s is not in force any more: qcr-admin recalc --due stores what is"
                        " left under the one in force", recalc->plan.run);
                return refuse(recalc, RESULT_PROPOSAL_OVERTAKEN);
        }
        return true;
}

static void tell_plan(struct recalc *recalc)
{
        struct recalc_result *result = recalc->result;
        const struct recalc_plan *plan = &recalc->plan;

        memcpy(result->run, plan->run, sizeof(result->run));
        result->serial = plan->serial;
        result->is_shadow = plan->is_shadow;
        result->only_due = plan->only_due;
        result->day = plan->day;
        memcpy(result->policy_id, recalc->policy->id, sizeof(result->policy_id));
        result->policy_version = recalc->policy->version;
        result->grades = plan->grades;
}

static bool make_plan(struct recalc *recalc, struct fault *why)
{
        struct recalc_plan *plan = &recalc->plan;

        plan->policy = recalc->policy;
        if (!recalc_load_now(recalc->link, &recalc->now_ms, why) ||
                !import_runner_load(recalc->link, recalc->now_ms, &recalc->runner, why) ||
                !recalc_load_activation(recalc->link, &plan->activation, why))
                return false;
        if (recalc->options->resume && !check_signer(recalc, why))
                return false;
        if (recalc->options->resume)
                plan_known(recalc);
        else
                plan_new(recalc);
        if (!check_policy(recalc, why) ||
                !recalc_load_policy(recalc->link, recalc->result->policy_hash, recalc->policy, why))
                return false;
        plan->pace = recalc->options->pace;
        plan->chunk = recalc->options->chunk;
        if (!plan->chunk)
                plan->chunk = plan->is_shadow ? RECALC_PAGE : RECALC_PAGE_LIVE;
        recalc_grades_of(recalc->policy, &plan->grades);
        tell_plan(recalc);
        return true;
}

/* ---------------------------------------------------------------- entries */

static bool with_tries(struct recalc *recalc, bool (*step)(struct recalc *, struct fault *), struct fault *why)
{
        for (int tries = 1; !step(recalc, why); tries++) {
                if (!link_is_up(recalc->link))
                        return false;
                link_rollback(recalc->link);
                if (tries == TRIES_MAX || why->code != FAULT_CONFLICT)
                        return false;
        }
        return true;
}

static bool begin_run(struct recalc *recalc, struct fault *why)
{
        CLEANUP(import_entry) struct import_entry entry = {.kind = "run-begin"};
        const struct recalc_plan *plan = &recalc->plan;
        struct run_header header = {
                .origin = recalc->runner.origin,
                .run = plan->run,
                .kind = plan->is_shadow ? "shadow" : "recalc",
                .person = recalc->runner.person,
                .at_ms = recalc->now_ms,
        };
        struct import_run_row row = {
                .run = plan->run,
                .kind = header.kind,
                .person = header.person,
                .certificate = recalc->runner.fingerprint,
                .file_hash = recalc->policy->hash,
        };

        memcpy(header.file_hash, recalc->policy->hash, sizeof(header.file_hash));
        run_header_format(&entry.header, &header);
        if (!import_entry_sign(&entry, &recalc->runner, why) || !link_begin(recalc->link, why) ||
                !import_entry_append(&entry, &recalc->runner, recalc->link, why) ||
                !import_insert_run(recalc->link, &row, buffer_slice(&entry.header), entry.signature, entry.serial, why) ||
                !recalc_insert_run(recalc->link, entry.serial, plan->run, plan->is_shadow, recalc->policy->hash, plan->day,
                        plan->only_due, plan->activation.serial, why) ||
                !link_commit(recalc->link, why))
                return false;
        recalc->plan.serial = recalc->result->serial = entry.serial;
        recalc->result->is_begun = true;
        return true;
}

/* What the run came to is counted from its chunks, so that it is the same however often it was gone on with. */
static bool end_run(struct recalc *recalc, struct fault *why)
{
        CLEANUP(import_entry) struct import_entry entry = {.kind = "run-end"};
        CLEANUP(buffer) struct buffer summary = BUFFER_INIT;
        const struct recalc_plan *plan = &recalc->plan;
        struct recalc_result *result = recalc->result;
        struct recalc_known stored;

        if (!recalc_load_run(recalc->link, plan->run, &stored, why))
                return false;
        result->evaluated = stored.evaluated;
        result->changed = stored.changed;
        buffer_add_format(&summary, "{\"changed\":%" PRIu64 ",\"evaluated\":%" PRIu64 ",\"through\":%" PRIu64 "}",
                stored.changed, stored.evaluated, result->through);
        run_end_format(&entry.header, plan->run, stored.chunks, buffer_slice(&summary));
        if (!import_entry_sign(&entry, &recalc->runner, why) || !link_begin(recalc->link, why) ||
                !import_entry_append(&entry, &recalc->runner, recalc->link, why) ||
                !import_insert_end(recalc->link, plan->run, (int64_t)stored.chunks, buffer_slice(&summary),
                        buffer_slice(&entry.header), entry.signature, entry.serial, why))
                return false;
        if (plan->is_shadow && !recalc_insert_end(recalc->link, plan->serial, result->through, stored.evaluated, stored.changed, why))
                return false;
        return link_commit(recalc->link, why);
}

/* --------------------------------------------------------------- the work */

static void tell(void *closure)
{
        struct recalc *recalc = closure;
        const struct recalc_options *options = recalc->options;
        struct recalc_result *result = recalc->result;

        result->evaluated = result->resumed_from + atomic_load(&recalc->board->evaluated);
        result->changed = atomic_load(&recalc->board->changed) + (result->is_resumed ? recalc->known.changed : 0);
        if (options->progress)
                options->progress(options->closure, result);
}

static bool prepare_board(struct recalc *recalc, struct fault *why)
{
        struct recalc_board *board = recalc->board;
        size_t count;

        if (!recalc_load_free_chunks(recalc->link, recalc->plan.run, board->free, RECALC_FREE_MAX, &count, why))
                return false;
        board->free_count = (unsigned)count;
        /* All that is not free below the highest has a chunk. */
        atomic_store(&board->next_chunk, (int)((recalc->result->is_resumed ? recalc->known.chunks : 0) + count + 1));
        return true;
}

/* The gaps, cut where the key space is cut. */
static bool prepare_ranges(struct recalc *recalc, struct fault *why)
{
        struct recalc_ranges gaps = {0}, parts = {0};
        bool done = recalc_load_gaps(recalc->link, recalc->plan.run, &gaps, why) &&
                    recalc_load_bounds(recalc->link, recalc->options->jobs * PARTS_A_JOB, &parts, why);

        for (size_t g = 0; done && g < gaps.count; g++)
                for (size_t p = 0; p < parts.count; p++) {
                        const struct recalc_range *gap = &gaps.items[g], *part = &parts.items[p];
                        const char *after = strcmp(gap->after, part->after) > 0 ? gap->after : part->after;
                        const char *last = strcmp(gap->last, part->last) < 0 ? gap->last : part->last;

                        if (strcmp(after, last) < 0)
                                recalc_ranges_add(&recalc->plan.ranges, after, last);
                }
        recalc_ranges_done(&gaps);
        recalc_ranges_done(&parts);
        return done;
}

static bool catch_up(struct recalc *recalc, struct recalc_job *job, struct fault *why)
{
        uint64_t *through = &recalc->result->through;
        bool changed = true;

        if (!recalc_load_through(recalc->link, recalc->plan.run, through, why))
                return false;
        for (int round = 0; changed && round < ROUNDS_MAX; round++)
                if (!recalc_job_catch_up(job, *through, through, &changed, why))
                        return false;
        return true;
}

/* What is done on this process's own connection. */
static bool work_here(struct recalc *recalc, bool (*step)(struct recalc *, struct recalc_job *, struct fault *),
        struct fault *why)
{
        struct recalc_job job;
        bool done;

        recalc_job_init(&job, &recalc->plan, recalc->board, recalc->link, &recalc->runner);
        job.told = tell;
        job.closure = recalc;
        done = step(recalc, &job, why);
        recalc->runner.refused = job.runner.refused;
        recalc_job_done(&job);
        return done;
}

static bool do_due(struct recalc *recalc, struct recalc_job *job, struct fault *why)
{
        struct recalc_subjects *due = &recalc->due;
        bool is_full = true;

        while (is_full) {
                if (!recalc_job_due(job, due, why))
                        return false;
                is_full = due->count == RECALC_DUE_MAX;
                if (is_full && !recalc_read_due(recalc->link, &recalc->due_by, due->items[due->count - 1], due, why))
                        return false;
        }
        return true;
}

static bool work(struct recalc *recalc, struct fault *why)
{
        const struct recalc_options *options = recalc->options;

        if (!prepare_board(recalc, why))
                return false;
        if (recalc->plan.only_due)
                return work_here(recalc, do_due, why);
        if (!prepare_ranges(recalc, why))
                return false;
        if (recalc->plan.ranges.count && !recalc_jobs_run(&recalc->plan, recalc->board, options->jobs, options->conninfo,
                                                 options->user, &recalc->runner, tell, recalc, why))
                return false;
        return !recalc->plan.is_shadow || work_here(recalc, catch_up, why);
}

/* ------------------------------------------------------------------ a run */

static bool load_due(struct recalc *recalc, struct fault *why)
{
        recalc->due_by.activation = recalc->plan.activation;
        recalc->due_by.day = recalc->plan.day;
        return recalc_load_since(recalc->link, &recalc->plan.activation, &recalc->due_by.since, why) &&
               recalc_read_due(recalc->link, &recalc->due_by, RECALC_FIRST, &recalc->due, why);
}

/* A switch between planning and the head's lock makes it another run. */
static bool plan_and_begin(struct recalc *recalc, struct fault *why)
{
        if (!make_plan(recalc, why) || (recalc->plan.only_due && !load_due(recalc, why)))
                return false;
        if (recalc->result->is_resumed)
                return true;
        /* A day on which nothing is due leaves no trace. */
        recalc->result->is_nothing_due = recalc->plan.only_due && !recalc->due.count;
        return recalc->result->is_nothing_due || begin_run(recalc, why);
}

static bool run(struct recalc *recalc, struct fault *why)
{
        if (!enter(recalc, why) || !with_tries(recalc, plan_and_begin, why))
                return false;
        if (recalc->result->is_nothing_due)
                return true;
        return work(recalc, why) && with_tries(recalc, end_run, why);
}

bool recalc_run(const struct recalc_options *options, struct recalc_result *ret, struct fault *why)
{
        struct recalc recalc = {.options = options, .result = ret};
        bool done;

        *ret = (struct recalc_result){.refused = RESULT_DONE};
        recalc.runner.key = options->key;
        recalc.runner.verb = "recalculate";
        recalc.runner.refused = RESULT_DONE;
        memcpy(recalc.runner.fingerprint, options->fingerprint, sizeof(recalc.runner.fingerprint));
        recalc.policy = must_alloc(sizeof(*recalc.policy));
        recalc.board = recalc_board_new();
        done = link_open(&recalc.link, options->conninfo, options->user, why) && run(&recalc, why);
        if (!done && ret->refused == RESULT_DONE)
                ret->refused = recalc.runner.refused;
        for (unsigned i = 0; i < ret->grades.count; i++)
                ret->by_grade[i] = atomic_load(&recalc.board->by_grade[i]);
        link_free(recalc.link);
        recalc_board_free(recalc.board);
        recalc_ranges_done(&recalc.plan.ranges);
        recalc_subjects_done(&recalc.due);
        free(recalc.policy);
        return done;
}

static bool find_complete(struct link *link, const uint8_t policy_hash[32], uint64_t *ret_serial, struct fault *why)
{
        struct recalc_known known;
        int64_t now_ms;
        bool changed;

        *ret_serial = 0;
        if (!recalc_load_now(link, &now_ms, why) || !recalc_load_newest(link, true, &known, why))
                return false;
        if (!known.serial || !known.is_ended || memcmp(known.policy_hash, policy_hash, 32) != 0 ||
                day_compare(known.day, day_of_instant(now_ms)) != 0)
                return true;
        if (!recalc_load_is_changed(link, known.through, &changed, why))
                return false;
        if (!changed)
                *ret_serial = known.serial;
        return true;
}

bool recalc_find_complete(const char *conninfo, const char *user, const uint8_t policy_hash[32], uint64_t *ret_serial,
        struct fault *why)
{
        CLEANUP(link) struct link *link = NULL;

        return link_open(&link, conninfo, user, why) && find_complete(link, policy_hash, ret_serial, why);
}
