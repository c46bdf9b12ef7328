/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/migrate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "tools/home.h"

#define EXIT_NO_PROGRAM 127

/* sqitch reaches the database through libpq, so that libpq's variables say all that a conninfo can. */
static void set_environment(const PQconninfoOption *options, const char *user)
{
        for (; options->keyword; options++)
                if (options->envvar && options->val)
                        setenv(options->envvar, options->val, 1);
        if (user)
                setenv("PGUSER", user, 1);
        /* Who deployed goes into sqitch's own log: the program, not whoever's login this is. */
        setenv("SQITCH_FULLNAME", "qcr-admin", 1);
        setenv("SQITCH_EMAIL", "qcr-admin@localhost", 1);
        unsetenv("SQITCH_USERNAME");
}

static void run_sqitch(const char *folder, const PQconninfoOption *options, const char *user, int output)
{
        set_environment(options, user);
        if (chdir(folder) == 0 && dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0)
                execlp("sqitch", "sqitch", "deploy", "--verify", "db:pg:", (char *)NULL);
        _exit(EXIT_NO_PROGRAM);
}

static void show(int output)
{
        char piece[4096];
        ssize_t got;

        if (lseek(output, 0, SEEK_SET) != 0)
                return;
        while ((got = read(output, piece, sizeof(piece))) > 0)
                fwrite(piece, 1, (size_t)got, stderr);
}

static bool wait_for(pid_t child, int output, struct fault *why)
{
        int status = 0;

        while (waitpid(child, &status, 0) < 0)
                if (errno != EINTR)
                        return fault_set(why, FAULT_SYSTEM, "wait for sqitch: %s", strerror(errno));
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
                return true;
        if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_PROGRAM)
                return fault_set(why, FAULT_SYSTEM,
                        "sqitch cannot be run: install the package sqitch, and name the "
                        "migrations with QCR_MIGRATIONS if they are not installed");
        show(output);
        return fault_set(why, FAULT_STORE, "sqitch could not deploy the schema; what it said stands above");
}

bool migrate_deploy(const char *conninfo, const char *user, struct fault *why)
{
        char folder[HOME_PATH_MAX];
        PQconninfoOption *options;
        char *message = NULL;
        int output;
        pid_t child;
        bool done;

        if (!home_migrations_path(folder, why))
                return false;
        options = PQconninfoParse(conninfo, &message);
        if (!options) {
                fault_set(why, FAULT_CONFIG, "--database: %s", message ? message : "not a conninfo");
                PQfreemem(message);
                return false;
        }
        output = memfd_create("sqitch", MFD_CLOEXEC);
        child = output < 0 ? -1 : fork();
        if (child == 0)
                run_sqitch(folder, options, user, output);
        PQconninfoFree(options);
        done = child > 0 ? wait_for(child, output, why)
                         : fault_set(why, FAULT_SYSTEM, "sqitch: %s", strerror(errno));
        if (output >= 0)
                close(output);
        return done;
}
