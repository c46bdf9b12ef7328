/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/recalc_jobs.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TELL_NS (200 * 1000 * 1000)
#define NICE 10 /* whoever is asked something by a person goes first */

struct recalc_board *recalc_board_new(void)
{
        void *memory = mmap(NULL, sizeof(struct recalc_board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        if (memory == MAP_FAILED)
                abort();
        return memory;
}

void recalc_board_free(struct recalc_board *board)
{
        if (board)
                munmap(board, sizeof(*board));
}

/* -------------------------------------------------------------- in the job */

static bool work(const struct recalc_plan *plan, struct recalc_board *board, const char *conninfo, const char *user,
        struct import_runner *runner, struct fault *why)
{
        CLEANUP(link) struct link *link = NULL;
        struct recalc_job job;
        bool done;

        if (!link_open(&link, conninfo, user, why) || !recalc_join_jobs(link, why))
                return false;
        recalc_job_init(&job, plan, board, link, runner);
        done = recalc_job_ranges(&job, why);
        runner->refused = job.runner.refused;
        recalc_job_done(&job);
        return done;
}

static void run_job(const struct recalc_plan *plan, struct recalc_board *board, unsigned number, const char *conninfo,
        const char *user, const struct import_runner *runner)
{
        struct import_runner own = *runner;
        struct fault fault;

        /* A refusal to be nicer is none of the work's. */
        if (nice(NICE) == -1)
                errno = 0;
        if (work(plan, board, conninfo, user, &own, &fault))
                return;
        board->jobs[number].refused = own.refused;
        board->jobs[number].fault = fault;
        atomic_store(&board->stop, true);
}

/* ----------------------------------------------------------- in the parent */

/* 0: the fork failed. In the child it does not return. */
static pid_t start_job(const struct recalc_plan *plan, struct recalc_board *board, unsigned number, const char *conninfo,
        const char *user, const struct import_runner *runner, const sigset_t *mask)
{
        pid_t parent = getpid(), child = fork();

        if (child != 0)
                return child > 0 ? child : 0;
        sigprocmask(SIG_SETMASK, mask, NULL);
        /* The parent may have gone before this was asked for. */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
                _exit(1);
        run_job(plan, board, number, conninfo, user, runner);
        /* Not exit(): what the parent has open is the parent's. */
        _exit(0);
}

/* A job that was killed has said nothing: it is said for it. */
static void note_end(struct recalc_board *board, unsigned number, int status)
{
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
                return;
        if (board->jobs[number].fault.code == FAULT_NONE)
                fault_set(&board->jobs[number].fault, FAULT_SYSTEM, "a job was ended by %s %d",
                        WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        atomic_store(&board->stop, true);
}

/* Nobody can say how it ended. */
static void note_lost(struct recalc_board *board, unsigned number)
{
        fault_set(&board->jobs[number].fault, FAULT_SYSTEM, "waitpid: %s", strerror(errno));
        atomic_store(&board->stop, true);
}

static unsigned reap(struct recalc_board *board, pid_t *children, unsigned count)
{
        unsigned left = 0;
        int status;

        for (unsigned i = 0; i < count; i++) {
                pid_t ended = children[i] ? waitpid(children[i], &status, WNOHANG) : 0;

                if (ended < 0 && errno == EINTR)
                        ended = 0;
                if (ended < 0)
                        note_lost(board, i);
                else if (ended > 0)
                        note_end(board, i, status);
                if (ended)
                        children[i] = 0;
                left += children[i] != 0;
        }
        return left;
}

static void wait_for(struct recalc_board *board, pid_t *children, unsigned count, const sigset_t *wanted,
        void (*told)(void *closure), void *closure)
{
        const struct timespec time = {.tv_nsec = TELL_NS};

        while (reap(board, children, count)) {
                /* Woken by a child's end; told in between. */
                if (sigtimedwait(wanted, NULL, &time) < 0 && told)
                        told(closure);
        }
        if (told)
                told(closure);
}

static bool take_faults(const struct recalc_board *board, unsigned count, struct import_runner *runner, struct fault *why)
{
        for (unsigned i = 0; i < count; i++)
                if (board->jobs[i].fault.code != FAULT_NONE) {
                        runner->refused = board->jobs[i].refused;
                        *why = board->jobs[i].fault;
                        return false;
                }
        return true;
}

bool recalc_jobs_run(const struct recalc_plan *plan, struct recalc_board *board, unsigned count, const char *conninfo,
        const char *user, struct import_runner *runner, void (*told)(void *closure), void *closure, struct fault *why)
{
        pid_t children[RECALC_JOBS_MAX] = {0};
        /* Who ignores it, and whoever is started with that, is told of no child's end. */
        struct sigaction heed = {.sa_handler = SIG_DFL}, heeded;
        sigset_t wanted, before;

        sigaction(SIGCHLD, &heed, &heeded);
        sigemptyset(&wanted);
        sigaddset(&wanted, SIGCHLD);
        sigprocmask(SIG_BLOCK, &wanted, &before);
        for (unsigned i = 0; i < count; i++) {
                board->jobs[i].fault.code = FAULT_NONE;
                board->jobs[i].refused = RESULT_DONE;
                children[i] = start_job(plan, board, i, conninfo, user, runner, &before);
                if (!children[i]) {
                        fault_set(&board->jobs[i].fault, FAULT_SYSTEM, "fork: %s", strerror(errno));
                        atomic_store(&board->stop, true);
                }
        }
        wait_for(board, children, count, &wanted, told, closure);
        sigprocmask(SIG_SETMASK, &before, NULL);
        sigaction(SIGCHLD, &heeded, NULL);
        return take_faults(board, count, runner, why);
}
