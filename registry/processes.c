/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/processes.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "registry/base/log.h"
#include "registry/credentials.h"
#include "registry/folders.h"
#include "registry/handover.h"
#include "registry/listeners.h"
#include "registry/sandbox.h"
#include "registry/service_manager.h"
#include "registry/service/clock.h"
#include "registry/spawn.h"
#include "registry/worker.h"

/* Who dies younger waits before the next life, twice as long each time. */
#define YOUNG_MS 1000
#define BACKOFF_FIRST_MS 50
#define BACKOFF_MOST_MS 1000
/* Workers end by themselves after WORKER_DRAIN_MS. */
#define DRAIN_GRACE_MS 2000
#define END_MS 5000

#define CHILDREN_MAX (CONFIG_WORKERS_MAX + 2)

enum phase {
        PHASE_RUNNING,
        PHASE_DRAINING,
        PHASE_ENDING,
};

struct processes;

struct child {
        struct processes *processes;
        enum process_role role;
        unsigned slot;
        unsigned generation;
        pid_t pid;              /* 0: not running */
        int64_t started_ms;
        unsigned young_deaths;  /* in a row */
        bool is_asked;          /* was told to end: its death is no news */
        bool has_reported;      /* a worker, once in the parent's life */
        int link[2];            /* ours, its */
        struct event *report;
        struct event *restart;
};

struct processes {
        const struct processes_options *options;
        struct config config;
        struct credentials credentials;
        struct listeners listeners;
        int sealer_pair[CONFIG_WORKERS_MAX][2];   /* worker's end, sealer's end */
        int follower_pair[CONFIG_WORKERS_MAX][2];
        int64_t ahead_ms;       /* the wall clock before CLOCK_BOOTTIME as it was when this began */
        struct event_base *base;
        struct event *term, *interrupt, *hup, *chld, *limit;
        struct child children[CHILDREN_MAX];
        unsigned count;
        enum phase phase;
        unsigned unreported;    /* workers that have not said yet whether they serve */
        bool view_is_usable;
        int status;
};

static int64_t now_ms(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct timeval interval(int64_t ms)
{
        return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

/* Who is meant, for the log; lives to the end of the block. */
#define CHILD_NAME(child) child_name((char[32]){0}, child)
static const char *child_name(char *room, const struct child *child)
{
        if (child->role == PROCESS_WORKER)
                snprintf(room, 32, "worker/%u", child->slot);
        else
                snprintf(room, 32, "%s", process_role_word(child->role));
        return room;
}

/* The node's own name where the configuration has none. */
static bool name_node(struct config *config, struct fault *why)
{
        char name[65];

        if (*config->node)
                return true;
        if (gethostname(name, sizeof(name)) != 0 || !memchr(name, '\0', sizeof(name)) || !*name)
                return fault_set(why, FAULT_CONFIG, "the host has no name that can be used: give 'node'");
        snprintf(config->node, sizeof(config->node), "%s", name);
        return true;
}

/* ----------------------------------------------------------------- starting */

static unsigned list_descriptors(const struct child *child, int ret[2 + CONFIG_WORKERS_MAX])
{
        const struct processes *processes = child->processes;
        unsigned count = 0;

        ret[count++] = child->link[1];
        switch (child->role) {
        case PROCESS_WORKER:
                ret[count++] = processes->listeners.fd[child->slot];
                ret[count++] = processes->sealer_pair[child->slot][0];
                ret[count++] = processes->follower_pair[child->slot][0];
                break;
        case PROCESS_SEALER:
                for (unsigned i = 0; i < processes->config.workers; i++)
                        ret[count++] = processes->sealer_pair[i][1];
                break;
        case PROCESS_FOLLOWER:
                for (unsigned i = 0; i < processes->config.workers; i++)
                        ret[count++] = processes->follower_pair[i][1];
                break;
        }
        return count;
}

static void plan_restart(struct child *child);

static void start(struct child *child)
{
        struct process_identity identity = {
                .role = child->role,
                .slot = child->slot,
                .generation = ++child->generation,
                .parent = getpid(),
                .ahead_ms = child->processes->ahead_ms,
        };
        struct buffer handover = BUFFER_INIT;
        int fds[2 + CONFIG_WORKERS_MAX];
        unsigned count = list_descriptors(child, fds);
        struct fault why;

        handover_make(&handover, child->role, &child->processes->config, &child->processes->credentials);
        child->started_ms = now_ms();
        child->is_asked = false;
        if (spawn(&identity, buffer_slice(&handover), fds, count, &child->pid, &why)) {
                log_event(LOG_INFO, "process.start", "who", CHILD_NAME(child), "pid", LOG_NUMBER(child->pid),
                        "generation", LOG_NUMBER(child->generation));
        } else {
                log_event(LOG_ERR, "process.start", "who", CHILD_NAME(child), "why", why.text);
                plan_restart(child);
        }
        handover_wipe(&handover);
}

static void on_restart(evutil_socket_t fd, short what, void *closure)
{
        struct child *child = closure;

        (void)fd, (void)what;
        if (child->processes->phase == PHASE_RUNNING && child->pid == 0)
                start(child);
}

static void plan_restart(struct child *child)
{
        bool was_young = now_ms() - child->started_ms < YOUNG_MS && !child->is_asked;
        int64_t wait_ms = 0;
        struct timeval wait;

        child->young_deaths = was_young ? child->young_deaths + 1 : 0;
        if (child->young_deaths > 0) {
                unsigned doublings = child->young_deaths - 1 < 5 ? child->young_deaths - 1 : 5;

                wait_ms = (int64_t)BACKOFF_FIRST_MS << doublings;
        }
        wait = interval(wait_ms < BACKOFF_MOST_MS ? wait_ms : BACKOFF_MOST_MS);
        evtimer_add(child->restart, &wait);
}

/* ---------------------------------------------------------------- readiness */

static void write_port_file(const struct processes *processes)
{
        const char *path = processes->config.port_file;
        char temporary[CONFIG_TEXT_OCTETS + 8];
        FILE *file;

        if (!*path)
                return;
        snprintf(temporary, sizeof(temporary), "%s.new", path);
        file = fopen(temporary, "we");
        if (!file || fprintf(file, "%u\n", processes->listeners.port) < 0 || fclose(file) != 0 ||
            rename(temporary, path) != 0)
                log_event(LOG_ERR, "port-file", "path", path, "why", strerror(errno));
}

static void announce(const struct processes *processes)
{
        log_event(LOG_NOTICE, "ready", "port", LOG_NUMBER(processes->listeners.port), "view",
                processes->view_is_usable ? "usable" : "unusable");
        if (processes->options->ready_fd >= 0) {
                if (dprintf(processes->options->ready_fd, "ready port=%u\n", processes->listeners.port) < 0)
                        log_event(LOG_WARNING, "ready-fd", "why", strerror(errno));
                close(processes->options->ready_fd);
        }
        service_manager_tell("READY=1");
}

/* A worker says, once in each of its lives, that it serves. */
static void on_report(evutil_socket_t fd, short what, void *closure)
{
        struct child *child = closure;
        struct processes *processes = child->processes;
        char octet = 0;

        (void)what;
        if (recv(fd, &octet, 1, MSG_DONTWAIT) != 1 || child->has_reported)
                return;
        child->has_reported = true;
        processes->view_is_usable = processes->view_is_usable && octet == PROCESS_READY;
        if (--processes->unreported == 0)
                announce(processes);
}

/* ------------------------------------------------------------------- ending */

static unsigned tell(struct processes *processes, bool workers, int number)
{
        unsigned running = 0;

        for (unsigned i = 0; i < processes->count; i++) {
                struct child *child = &processes->children[i];

                if (child->pid == 0 || (child->role == PROCESS_WORKER) != workers)
                        continue;
                child->is_asked = true;
                kill(child->pid, number);
                running++;
        }
        return running;
}

/* Where nobody of a phase is left, the next begins. */
static void advance(struct processes *processes)
{
        struct timeval wait = interval(END_MS);
        unsigned workers = 0, others = 0;

        for (unsigned i = 0; i < processes->count; i++) {
                if (processes->children[i].role == PROCESS_WORKER)
                        workers += processes->children[i].pid != 0;
                else
                        others += processes->children[i].pid != 0;
        }
        if (processes->phase == PHASE_DRAINING && workers == 0) {
                processes->phase = PHASE_ENDING;
                tell(processes, false, SIGTERM);
                evtimer_add(processes->limit, &wait);
        }
        if (processes->phase == PHASE_ENDING && others == 0)
                event_base_loopbreak(processes->base);
}

static void on_limit(evutil_socket_t fd, short what, void *closure)
{
        struct processes *processes = closure;

        (void)fd, (void)what;
        log_event(LOG_WARNING, "stop.late");
        tell(processes, processes->phase == PHASE_DRAINING, SIGKILL);
}

static void on_term(evutil_socket_t number, short what, void *closure)
{
        struct processes *processes = closure;
        struct timeval wait = interval(WORKER_DRAIN_MS + DRAIN_GRACE_MS);

        (void)number, (void)what;
        if (processes->phase != PHASE_RUNNING) {
                log_event(LOG_WARNING, "stop.at-once");
                tell(processes, true, SIGKILL);
                tell(processes, false, SIGKILL);
                processes->status = EXIT_FAILURE;
                event_base_loopbreak(processes->base);
                return;
        }
        log_event(LOG_NOTICE, "stop");
        service_manager_tell("STOPPING=1");
        processes->phase = PHASE_DRAINING;
        tell(processes, true, SIGTERM);
        evtimer_add(processes->limit, &wait);
        advance(processes);
}

static void log_death(const struct child *child, int status)
{
        int64_t age_ms = now_ms() - child->started_ms;
        bool is_news = !child->is_asked && !(WIFEXITED(status) && WEXITSTATUS(status) == PROCESS_EXIT_AGAIN);

        log_event(is_news ? LOG_WARNING : LOG_INFO, "process.end", "who", CHILD_NAME(child), "pid",
                LOG_NUMBER(child->pid), "status", WIFEXITED(status) ? LOG_NUMBER(WEXITSTATUS(status)) : NULL,
                "signal", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : NULL,
                "why", WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS ? "a forbidden system call" : NULL,
                "age_ms", LOG_NUMBER(age_ms));
}

static void on_child(evutil_socket_t number, short what, void *closure)
{
        struct processes *processes = closure;
        int status;
        pid_t pid;

        (void)number, (void)what;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
                for (unsigned i = 0; i < processes->count; i++) {
                        struct child *child = &processes->children[i];

                        if (child->pid != pid)
                                continue;
                        log_death(child, status);
                        child->pid = 0;
                        if (processes->phase == PHASE_RUNNING)
                                plan_restart(child);
                }
        }
        advance(processes);
}

/* ---------------------------------------------------------------- reloading */

static void hand_anew(struct processes *processes)
{
        struct buffer handover = BUFFER_INIT;

        handover_make(&handover, PROCESS_WORKER, &processes->config, &processes->credentials);
        for (unsigned i = 0; i < processes->count; i++) {
                struct child *child = &processes->children[i];

                if (child->pid == 0)
                        continue; /* it will be given the new ones when it starts */
                if (child->role != PROCESS_WORKER) {
                        child->is_asked = true;
                        kill(child->pid, SIGTERM);
                } else if (send(child->link[0], handover.data, handover.length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
                        log_event(LOG_ERR, "reload.send", "who", CHILD_NAME(child), "why", strerror(errno));
                }
        }
        handover_wipe(&handover);
}

static void on_hup(evutil_socket_t number, short what, void *closure)
{
        struct processes *processes = closure;
        CLEANUP(buffer) struct buffer kept = BUFFER_INIT;
        struct config *config = must_alloc(sizeof(*config));
        struct credentials credentials;
        struct fault why;

        (void)number, (void)what;
        if (processes->phase == PHASE_RUNNING) {
                if (config_read(processes->options->config_path, config, &why) && name_node(config, &why) &&
                    credentials_read(&credentials, config, &why)) {
                        config_keep_fixed(config, &processes->config, &kept);
                        if (kept.length)
                                log_event(LOG_WARNING, "reload.needs-restart", "keys", buffer_text(&kept));
                        processes->config = *config;
                        credentials_done(&processes->credentials);
                        processes->credentials = credentials;
                        log_set_level((int)config->log_level);
                        log_event(LOG_NOTICE, "reload");
                        hand_anew(processes);
                } else {
                        log_event(LOG_ERR, "reload.refused", "fault", fault_word(why.code), "why", why.text);
                }
        }
        free(config);
}

/* -------------------------------------------------------------------- begin */

static bool open_pair(int pair[2], struct fault *why)
{
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
                return fault_set(why, FAULT_SYSTEM, "socket pair: %s", strerror(errno));
        return true;
}

static bool add_child(struct processes *processes, enum process_role role, unsigned slot, struct fault *why)
{
        struct child *child = &processes->children[processes->count];

        *child = (struct child){.processes = processes, .role = role, .slot = slot};
        if (!open_pair(child->link, why))
                return false;
        child->report = event_new(processes->base, child->link[0], EV_READ | EV_PERSIST, on_report, child);
        child->restart = evtimer_new(processes->base, on_restart, child);
        event_add(child->report, NULL);
        processes->count++;
        return true;
}

static bool open_all(struct processes *processes, struct fault *why)
{
        const struct config *config = &processes->config;

        processes->ahead_ms = clock_ahead_ms();
        processes->base = event_base_new();
        if (!processes->base)
                return fault_set(why, FAULT_SYSTEM, "no event base");
        if (!folders_prepare(config, why) || !listeners_open(&processes->listeners, config, why))
                return false;
        write_port_file(processes);
        for (unsigned i = 0; i < config->workers; i++)
                if (!open_pair(processes->sealer_pair[i], why) || !open_pair(processes->follower_pair[i], why))
                        return false;
        if (!add_child(processes, PROCESS_FOLLOWER, 0, why) || !add_child(processes, PROCESS_SEALER, 0, why))
                return false;
        for (unsigned i = 0; i < config->workers; i++)
                if (!add_child(processes, PROCESS_WORKER, i, why))
                        return false;
        processes->unreported = (unsigned)config->workers;
        processes->view_is_usable = true;
        processes->term = evsignal_new(processes->base, SIGTERM, on_term, processes);
        processes->interrupt = evsignal_new(processes->base, SIGINT, on_term, processes);
        processes->hup = evsignal_new(processes->base, SIGHUP, on_hup, processes);
        processes->chld = evsignal_new(processes->base, SIGCHLD, on_child, processes);
        processes->limit = evtimer_new(processes->base, on_limit, processes);
        event_add(processes->term, NULL);
        event_add(processes->interrupt, NULL);
        event_add(processes->hup, NULL);
        event_add(processes->chld, NULL);
        return sandbox_parent(why);
}

static void close_all(struct processes *processes)
{
        struct event *const events[] = {
                processes->term, processes->interrupt, processes->hup, processes->chld, processes->limit,
        };

        for (unsigned i = 0; i < processes->count; i++) {
                event_free(processes->children[i].report);
                event_free(processes->children[i].restart);
                close(processes->children[i].link[0]);
                close(processes->children[i].link[1]);
        }
        for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
                if (events[i])
                        event_free(events[i]);
        if (processes->base)
                event_base_free(processes->base);
        listeners_close(&processes->listeners);
        credentials_done(&processes->credentials);
        /* The channels end with the program. */
        free(processes);
}

int processes_run(const struct processes_options *options)
{
        struct processes *processes = must_alloc(sizeof(*processes));
        struct fault why;
        int status;

        processes->options = options;
        umask(0007); /* the view's files are the group's too */
        if (!config_read(options->config_path, &processes->config, &why) || !name_node(&processes->config, &why) ||
            !credentials_read(&processes->credentials, &processes->config, &why) || !open_all(processes, &why)) {
                log_event(LOG_ERR, "start", "fault", fault_word(why.code), "why", why.text);
                close_all(processes);
                return why.code == FAULT_CONFIG ? 2 : EXIT_FAILURE;
        }
        log_set_level((int)processes->config.log_level);
        for (unsigned i = 0; i < processes->count; i++)
                start(&processes->children[i]);
        event_base_dispatch(processes->base);
        status = processes->status;
        log_event(LOG_NOTICE, "stopped", "status", LOG_NUMBER(status));
        close_all(processes);
        return status;
}
