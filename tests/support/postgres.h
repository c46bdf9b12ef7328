/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A private PostgreSQL for a test program, by way of tests/support/pg.sh: started once, stopped at the end
 * of the process. QCR_SOURCE names the source folder. What cannot be started ends the program with the
 * server's log on standard error.
 */
#pragma once

/* The folder of the server, also the `host` of its connection strings. */
const char *postgres_start(void);
void postgres_stop(void);
/* After postgres_stop or _kill: the same cluster again. */
void postgres_restart(void);
/* Kills one server process without a chance to say anything. */
void postgres_kill(long pid);

/* "host=... dbname=NAME", lives to the end of the program. */
const char *postgres_conninfo(const char *database);
/* Runs one statement as the superuser in `database`, blocking; the first cell as text (static), "" for none. */
const char *postgres_sql(const char *database, const char *sql);
