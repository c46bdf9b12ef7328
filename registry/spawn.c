/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "registry/handover.h"

/* Places are 0 to 2, the pipe, the parent and what a process with the most channels has. */
#define PLACES_END (PROCESS_FIRST_FD + (int)CONFIG_WORKERS_MAX)
#define EXEC_FAILED 127

/* From here to exec: nothing that needs a lock, and no way back. */
static void put_in_place(int from, int place)
{
        if (dup2(from, place) != place)
                _exit(EXEC_FAILED);
}

static void become(const struct process_identity *identity, int pipe_fd, const int *fds, unsigned count)
{
        char slot[12], generation[12], parent[24], ahead[24];
        char role[16];
        char name[] = "qcrd", role_word[] = "--role", slot_word[] = "--slot";
        char generation_word[] = "--generation", parent_word[] = "--parent", ahead_word[] = "--ahead";
        char *const arguments[] = {
                name, role_word, role, slot_word, slot, generation_word, generation, parent_word, parent, ahead_word,
                ahead, NULL,
        };
        int high[2 + CONFIG_WORKERS_MAX], null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        sigset_t none;

        snprintf(role, sizeof(role), "%s", process_role_word(identity->role));
        snprintf(slot, sizeof(slot), "%u", identity->slot);
        snprintf(generation, sizeof(generation), "%u", identity->generation);
        snprintf(parent, sizeof(parent), "%ld", identity->parent);
        snprintf(ahead, sizeof(ahead), "%" PRId64, identity->ahead_ms);
        (void)setpgid(0, 0);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        /* First out of the way, then into place: no place may be taken while somebody stands there. */
        pipe_fd = fcntl(pipe_fd, F_DUPFD_CLOEXEC, PLACES_END);
        for (unsigned i = 0; i < count; i++)
                high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, PLACES_END);
        put_in_place(null, STDIN_FILENO);
        put_in_place(pipe_fd, PROCESS_HANDOVER_FD);
        for (unsigned i = 0; i < count; i++)
                put_in_place(high[i], PROCESS_PARENT_FD + (int)i);
        (void)close_range(PROCESS_PARENT_FD + count, ~0u, 0);
        execv("/proc/self/exe", arguments);
        _exit(EXEC_FAILED);
}

bool spawn(const struct process_identity *identity, struct slice handover, const int *fds, unsigned count,
        pid_t *ret_pid, struct fault *why)
{
        int ends[2];
        pid_t pid;

        if (handover.length > PROCESS_HANDOVER_LIMIT)
                return fault_set(why, FAULT_LIMIT, "configuration and certificates have %zu octets", handover.length);
        if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
                return fault_set(why, FAULT_SYSTEM, "pipe: %s", strerror(errno));
        (void)fcntl(ends[1], F_SETPIPE_SZ, 65536); /* the default; a pipe past the user's share has less */
        if (write(ends[1], handover.data, handover.length) != (ssize_t)handover.length ||
            fcntl(ends[0], F_SETFL, 0) != 0) {
                (void)fault_set(why, FAULT_SYSTEM, "handing over: %s", strerror(errno));
                close(ends[0]);
                close(ends[1]);
                return false;
        }
        pid = fork();
        if (pid == 0)
                become(identity, ends[0], fds, count);
        close(ends[0]);
        close(ends[1]);
        if (pid < 0)
                return fault_set(why, FAULT_SYSTEM, "fork: %s", strerror(errno));
        *ret_pid = pid;
        return true;
}
