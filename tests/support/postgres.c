/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tests/support/postgres.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>
#include <sys/wait.h>

static char directory[64];
static pid_t owner;

static void fail(const char *what, const char *more)
{
        fprintf(stderr, "postgres: %s: %s\n", what, more);
        exit(1);
}

static int run_script(const char *const *arguments)
{
        char script[512];
        const char *argv[8] = {"bash", script};
        const char *source = getenv("QCR_SOURCE");
        int status, count = 2;
        pid_t child;

        if (!source)
                fail("QCR_SOURCE", "not set");
        snprintf(script, sizeof(script), "%s/tests/support/pg.sh", source);
        while (*arguments)
                argv[count++] = *arguments++;
        argv[count] = NULL;
        child = fork();
        if (child == 0) {
                execvp("bash", (char *const *)(const void *)argv);
                _exit(127);
        }
        if (child < 0 || waitpid(child, &status, 0) != child)
                return -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void remove_directory(void)
{
        char command[96];

        if (getpid() != owner || !*directory)
                return;
        postgres_stop();
        snprintf(command, sizeof(command), "rm -rf %s", directory);
        if (system(command) != 0)
                fprintf(stderr, "postgres: %s is left\n", directory);
}

void postgres_restart(void)
{
        if (run_script((const char *const[]){"start", directory, NULL}) != 0)
                fail("start", directory);
}

const char *postgres_start(void)
{
        if (*directory)
                return directory;
        strcpy(directory, "/tmp/qcr-pg.XXXXXX");
        if (!mkdtemp(directory))
                fail("mkdtemp", directory);
        owner = getpid();
        atexit(remove_directory);
        postgres_restart();
        return directory;
}

void postgres_stop(void)
{
        if (run_script((const char *const[]){"stop", directory, NULL}) != 0)
                fprintf(stderr, "postgres: stop failed\n");
}

void postgres_kill(long pid)
{
        if (kill((pid_t)pid, SIGKILL) != 0)
                fail("kill", "no such process");
}

const char *postgres_conninfo(const char *database)
{
        static char texts[8][160];
        static unsigned next;
        char *text = texts[next++ % 8];

        snprintf(text, sizeof(texts[0]), "host=%s dbname=%s", directory, database);
        return text;
}

const char *postgres_sql(const char *database, const char *sql)
{
        static char cell[4096];
        char conninfo[200];
        PGresult *result;
        PGconn *link;

        snprintf(conninfo, sizeof(conninfo), "%s user=postgres", postgres_conninfo(database));
        link = PQconnectdb(conninfo);
        if (PQstatus(link) != CONNECTION_OK)
                fail("connect", PQerrorMessage(link));
        result = PQexec(link, sql);
        if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
                fail(sql, PQerrorMessage(link));
        cell[0] = '\0';
        if (PQntuples(result) > 0)
                snprintf(cell, sizeof(cell), "%s", PQgetvalue(result, 0, 0));
        PQclear(result);
        PQfinish(link);
        return cell;
}
