/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-bench recalc: `qcr-admin recalc` against the same rule in set-based SQL, on the same rows of the same database, one
 * after the other in each round; the medians of the rounds are compared, and so is every row.
 */
#include "tools/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "tools/bench_population.h"
#include "tools/home.h"

extern char **environ;

#define COMMAND "recalc"
#define ROUNDS_MAX 9
#define OUTPUT_LIMIT 65536u
#define WORDS_MAX 20u /* of a program that is run */
#define WATCH_MS 20 /* how often memory is looked at */
#define DUE_EVERY 1000

static const char help[] =
        "Usage: qcr-bench recalc --baseline FILE [OPTION]...\n"
        "\n"
        "Measures `qcr-admin recalc` on a registry that was founded for this and is empty; what is written into it does not\n"
        "rest on signatures, so that it is good for nothing else afterwards.\n"
        "\n"
        "  --baseline FILE      the rule in SQL, run by psql as the superuser in each round\n"
        "  --enterprises N      1000000 otherwise\n"
        "  --records N          a enterprise; 5 otherwise\n"
        "  --rounds N           of which the medians are taken; 3 otherwise\n"
        "  --jobs N             of qcr-admin recalc; 2 otherwise\n"
        "  --superuser NAME     postgres otherwise\n"
        "  --home DIR           the registry's folder; QCR_HOME otherwise\n"
        "  --database CONNINFO  without a user; QCR_DATABASE or the home's qcrd.conf otherwise\n"
        "  --json               one JSON document\n";

struct bench {
        const char *baseline, *superuser, *home, *database;
        long enterprises, records, rounds, jobs;
        bool is_json;
        /* what it works with */
        struct buffer conninfo;
        struct link *link;
        struct bench_policies *policies;
        struct day day;
        /* what it measured */
        int64_t population, due;
        double generated;
        double changing[ROUNDS_MAX], unchanged[ROUNDS_MAX];
        double baseline_changing[ROUNDS_MAX], baseline_unchanged[ROUNDS_MAX];
        double seconds_due, in_place;
        uint64_t rss_kib; /* the most that a run had resident, all its processes together */
        int64_t changed, differing;
};

/* --------------------------------------------------------------------- programs */

/* Resident memory of a process and its children, a page shared by several counted once (proportional set size). */
static uint64_t memory_of(pid_t pid)
{
        char path[64], line[256];
        uint64_t kib = 0, one;
        long child;
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%ld/smaps_rollup", (long)pid);
        file = fopen(path, "r");
        while (file && fgets(line, sizeof(line), file))
                if (sscanf(line, "Pss: %" SCNu64, &one) == 1)
                        kib += one;
        if (file)
                fclose(file);
        snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
        file = fopen(path, "r");
        while (file && fscanf(file, "%ld", &child) == 1)
                kib += memory_of((pid_t)child);
        if (file)
                fclose(file);
        return kib;
}

/* Reads what is there, up to the limit; false at the end. */
static bool read_some(int from, struct buffer *ret)
{
        ssize_t got = read(from, buffer_reserve(ret, 4096), 4096);

        if (got <= 0 || ret->length + (size_t)got > OUTPUT_LIMIT)
                return false;
        ret->length += (size_t)got;
        return true;
}

static bool spawn(const char *const *words, int output, pid_t *ret, struct fault *why)
{
        posix_spawn_file_actions_t actions;
        char *copies[WORDS_MAX] = {NULL}; /* the same pointers, as posix_spawn wants them */
        int error;

        for (size_t i = 0; i + 1 < WORDS_MAX && words[i]; i++)
                memcpy(&copies[i], &words[i], sizeof(copies[i]));
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        error = posix_spawnp(ret, words[0], &actions, NULL, copies, environ);
        posix_spawn_file_actions_destroy(&actions);
        return !error || fault_set(why, FAULT_SYSTEM, "%s: %s", words[0], strerror(error));
}

/* Runs a program to its end; its memory is watched meanwhile. */
static bool run_program(struct bench *bench, const char *const *words, struct buffer *ret_output, double *ret_seconds,
        struct fault *why)
{
        double started = bench_now();
        struct pollfd readable = {.events = POLLIN};
        int pipes[2], status;
        bool more = true;
        pid_t pid;

        if (pipe2(pipes, O_CLOEXEC) != 0)
                return fault_set(why, FAULT_SYSTEM, "pipe: %s", strerror(errno));
        if (!spawn(words, pipes[1], &pid, why)) {
                close(pipes[0]);
                close(pipes[1]);
                return false;
        }
        close(pipes[1]);
        readable.fd = pipes[0];
        while (more) {
                uint64_t kib = memory_of(pid);

                if (kib > bench->rss_kib)
                        bench->rss_kib = kib;
                if (poll(&readable, 1, WATCH_MS) > 0)
                        more = read_some(pipes[0], ret_output);
        }
        close(pipes[0]);
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return fault_set(why, FAULT_SYSTEM, "wait: %s", strerror(errno));
        *ret_seconds = bench_now() - started;
        return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
               fault_set(why, FAULT_PEER, "%s %s ended with status %d: %.200s", words[0], words[1],
                       WIFEXITED(status) ? WEXITSTATUS(status) : -1, buffer_text(ret_output));
}

/* --------------------------------------------------------------------- baseline */

/* psql's \timing line behind the marker, in seconds. */
static bool time_behind(const char *output, const char *marker, double *ret)
{
        const char *at = strstr(output, marker);

        at = at ? strstr(at, "Time: ") : NULL;
        if (!at || sscanf(at, "Time: %lf ms", ret) != 1)
                return false;
        *ret /= 1000;
        return true;
}

static bool run_baseline(struct bench *bench, unsigned round, struct fault *why)
{
        CLEANUP(buffer) struct buffer output = BUFFER_INIT;
        CLEANUP(buffer) struct buffer conninfo = BUFFER_INIT;
        char n[32], per[32], day[DAY_TEXT + 16], quoted[DAY_TEXT];
        uint64_t rss_kib = bench->rss_kib;
        double seconds;

        day_format(bench->day, quoted);
        snprintf(n, sizeof(n), "n=%ld", bench->enterprises);
        snprintf(per, sizeof(per), "per=%ld", bench->records);
        snprintf(day, sizeof(day), "day='%s'", quoted);
        buffer_add_format(&conninfo, "%s user=%s", buffer_text(&bench->conninfo), bench->superuser);
        if (!run_program(bench, (const char *const[]){"psql", "-X", "-d", buffer_text(&conninfo), "-v", "ON_ERROR_STOP=1", "-v", n,
                    "-v", per, "-v", day, "-f", bench->baseline, NULL}, &output, &seconds, why))
                return false;
        bench->rss_kib = rss_kib; /* psql's is not asked for */
        return (time_behind(buffer_text(&output), "all rows updated", &bench->baseline_changing[round]) &&
                       time_behind(buffer_text(&output), "nothing changes", &bench->baseline_unchanged[round])) ||
               fault_set(why, FAULT_PEER, "%s did not say how long it took", bench->baseline);
}

/* ------------------------------------------------------------------------- ours */

/* `option` may be NULL. The command's JSON is the caller's to release. */
static bool run_recalc(struct bench *bench, const char *option, const char *value, double *ret_seconds, json_t **ret,
        struct fault *why)
{
        CLEANUP(buffer) struct buffer output = BUFFER_INIT;
        char jobs[16];
        const char *words[] = {"qcr-admin", "recalc", "--json", "--pace", "100", "--jobs", jobs, option, value, NULL};
        json_error_t error;

        snprintf(jobs, sizeof(jobs), "%ld", bench->jobs);
        if (!run_program(bench, words, &output, ret_seconds, why))
                return false;
        *ret = json_loads(buffer_text(&output), 0, &error);
        return *ret || fault_set(why, FAULT_PEER, "qcr-admin recalc did not print JSON: %s", error.text);
}

static int64_t number_of(const json_t *document, const char *member)
{
        return json_integer_value(json_object_get(document, member));
}

/* Rows of the baseline's grades under its second rule that are not the run's. */
static bool compare_rows(struct bench *bench, int64_t run, struct fault *why)
{
        struct query query;
        PGresult *rows;

        query_init(&query,
                "SELECT count(*) FROM qcr.standing s"
                " LEFT JOIN qcr.shadow_grade g ON g.subject = s.subject AND g.run_serial = $1::bigint AND g.version = s.version"
                " FULL JOIN public.bench_grade b ON b.subject = s.subject"
                " WHERE (b.grade::text, b.score, b.next_day) IS DISTINCT FROM"
                " (CASE WHEN g.subject IS NULL THEN s.grade ELSE g.grade END,"
                "  CASE WHEN g.subject IS NULL THEN s.score ELSE g.score END::integer,"
                "  CASE WHEN g.subject IS NULL THEN s.next_change ELSE g.next_change END)");
        query_number(&query, run);
        if (!link_query(bench->link, &query, &rows, why))
                return false;
        bench->differing += cell_number(rows, 0, 0);
        PQclear(rows);
        return true;
}

static bool run_round(struct bench *bench, unsigned round, struct fault *why)
{
        json_t *result;

        /* As the daemon's autovacuum would have it between two runs of a day. */
        if (!link_run_text(bench->link, "VACUUM (ANALYZE) qcr.shadow_grade", why) ||
                !run_recalc(bench, "--policy", "bench@2", &bench->changing[round], &result, why))
                return false;
        bench->changed = number_of(result, "changed");
        if (!compare_rows(bench, number_of(result, "serial"), why)) {
                json_decref(result);
                return false;
        }
        json_decref(result);
        if (!run_recalc(bench, NULL, NULL, &bench->unchanged[round], &result, why))
                return false;
        json_decref(result);
        return true;
}

/* One enterprise of so many has its day. */
static bool make_due(struct bench *bench, int64_t one_of, int64_t *ret_due, struct fault *why)
{
        struct query query;

        query_init(&query, "UPDATE qcr.standing SET graded_on = $1::date - 1, next_change = $1::date"
                           " WHERE abs(hashtext(subject)) % $2::integer = 0");
        query_day(&query, bench->day);
        query_number(&query, one_of);
        return link_run(bench->link, &query, ret_due, why) && link_run_text(bench->link, "VACUUM (ANALYZE) qcr.standing", why);
}

/* What is due of a thousandth, then of everybody: both are written in place. */
static bool run_due(struct bench *bench, struct fault *why)
{
        json_t *result;
        int64_t all;
        bool good;

        if (!make_due(bench, DUE_EVERY, &bench->due, why) ||
                !run_recalc(bench, "--due", NULL, &bench->seconds_due, &result, why))
                return false;
        good = number_of(result, "evaluated") == bench->due ||
               fault_set(why, FAULT_PEER, "%" PRId64 " were due, %" PRId64 " were evaluated", bench->due,
                       number_of(result, "evaluated"));
        json_decref(result);
        if (!good || !make_due(bench, 1, &all, why) || !run_recalc(bench, NULL, NULL, &bench->in_place, &result, why))
                return false;
        good = number_of(result, "changed") == all ||
               fault_set(why, FAULT_PEER, "all %" PRId64 " were due, %" PRId64 " were written", all, number_of(result, "changed"));
        json_decref(result);
        return good;
}

/* ---------------------------------------------------------------------- the whole */

static bool is_empty(struct bench *bench, struct fault *why)
{
        struct query query;
        PGresult *rows;
        bool empty;

        query_init(&query, "SELECT count(*) FROM (SELECT FROM qcr.party LIMIT 1) p");
        if (!link_query(bench->link, &query, &rows, why))
                return false;
        empty = cell_number(rows, 0, 0) == 0;
        PQclear(rows);
        return empty || fault_set(why, FAULT_CONFIG, "the registry has enterprises: found another one to measure with");
}

static bool prepare(struct bench *bench, struct fault *why)
{
        CLEANUP(link) struct link *reader = NULL;
        const char *home;

        if (!home_find(bench->home, &home, why) || !home_conninfo(bench->database, home, &bench->conninfo, why) ||
                !link_open(&bench->link, buffer_text(&bench->conninfo), bench->superuser, why) || !is_empty(bench, why))
                return false;
        setenv("QCR_HOME", home, 1);
        setenv("QCR_DATABASE", buffer_text(&bench->conninfo), 1);
        bench->policies = must_alloc(sizeof(*bench->policies));
        return run_baseline(bench, 0, why) && bench_policies_put(bench->link, bench->policies, why) &&
               link_open(&reader, buffer_text(&bench->conninfo), bench->superuser, why) &&
               bench_population_put(bench->link, reader, &bench->policies->first, bench->day, &bench->population,
                       &bench->generated, why);
}

static bool measure(struct bench *bench, struct fault *why)
{
        if (!prepare(bench, why))
                return false;
        for (unsigned round = 0; round < (unsigned)bench->rounds; round++)
                if ((round > 0 && !run_baseline(bench, round, why)) || !run_round(bench, round, why))
                        return false;
        return run_due(bench, why);
}

static void print(struct bench *bench)
{
        unsigned rounds = (unsigned)bench->rounds;
        double changing = bench_median(bench->changing, rounds), unchanged = bench_median(bench->unchanged, rounds);
        double baseline_changing = bench_median(bench->baseline_changing, rounds);
        double baseline_unchanged = bench_median(bench->baseline_unchanged, rounds);
        json_t *all;

        if (!bench->is_json) {
                printf("%" PRId64 " enterprises of %ld records (made in %.1f s), %u rounds, %ld jobs; seconds are medians\n",
                        bench->population, bench->records, bench->generated, rounds, bench->jobs);
                printf("  aside, all change        %8.2f, baseline %8.2f: %6.1f times as fast, %" PRId64 " outcomes written\n",
                        changing, baseline_changing, baseline_changing / changing, bench->changed);
                printf("  in place, none changes   %8.2f, baseline %8.2f: %6.1f times as fast\n", unchanged,
                        baseline_unchanged, baseline_unchanged / unchanged);
                printf("  in place, all due        %8.2f\n", bench->in_place);
                printf("  in place, %-8" PRId64 " due   %8.3f: %.2f %% of all due, %.2f %% of all change aside\n", bench->due,
                        bench->seconds_due, 100 * bench->seconds_due / bench->in_place, 100 * bench->seconds_due / changing);
                printf("  memory %.1f MiB, rows that differ %" PRId64 "\n", (double)bench->rss_kib / 1024, bench->differing);
                return;
        }
        all = json_pack("{s:I, s:I, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:f, s:f, s:I, s:I}", "enterprises",
                (json_int_t)bench->population, "records", (json_int_t)bench->records, "rounds", (int)rounds,
                "seconds_generating", bench->generated, "seconds_changing", changing, "seconds_unchanged", unchanged,
                "baseline_changing", baseline_changing, "baseline_unchanged", baseline_unchanged,
                "seconds_due", bench->seconds_due, "due", (json_int_t)bench->due, "seconds_in_place", bench->in_place,
                "rss_mib", (double)bench->rss_kib / 1024,
                "changed", (json_int_t)bench->changed, "differing", (json_int_t)bench->differing);
        json_dumpf(all, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
        putchar('\n');
        json_decref(all);
}

/* 0 to go on, -1 for the help, else the status to end with. */
static int parse(struct bench *bench, int argc, char **argv)
{
        enum { BASELINE = 1, ENTERPRISES, RECORDS, ROUNDS, JOBS, SUPERUSER, HOME, DATABASE, JSON };
        static const struct option options[] = {
                {"baseline", required_argument, NULL, BASELINE},
                {"enterprises", required_argument, NULL, ENTERPRISES},
                {"records", required_argument, NULL, RECORDS},
                {"rounds", required_argument, NULL, ROUNDS},
                {"jobs", required_argument, NULL, JOBS},
                {"superuser", required_argument, NULL, SUPERUSER},
                {"home", required_argument, NULL, HOME},
                {"database", required_argument, NULL, DATABASE},
                {"json", no_argument, NULL, JSON},
                {"help", no_argument, NULL, 'h'},
                {NULL, 0, NULL, 0},
        };
        int letter;

        while ((letter = getopt_long(argc, argv, "h", options, NULL)) != -1)
                switch (letter) {
                case BASELINE:
                        bench->baseline = optarg;
                        break;
                case ENTERPRISES:
                        if (!bench_number(COMMAND, optarg, 1, 10000000, &bench->enterprises))
                                return 2;
                        break;
                case RECORDS:
                        if (!bench_number(COMMAND, optarg, 1, 1000, &bench->records))
                                return 2;
                        break;
                case ROUNDS:
                        if (!bench_number(COMMAND, optarg, 1, ROUNDS_MAX, &bench->rounds))
                                return 2;
                        break;
                case JOBS:
                        if (!bench_number(COMMAND, optarg, 1, 64, &bench->jobs))
                                return 2;
                        break;
                case SUPERUSER:
                        bench->superuser = optarg;
                        break;
                case HOME:
                        bench->home = optarg;
                        break;
                case DATABASE:
                        bench->database = optarg;
                        break;
                case JSON:
                        bench->is_json = true;
                        break;
                case 'h':
                        return -1;
                default:
                        return 2;
                }
        if (argc > optind)
                return bench_usage(COMMAND, "%s: nothing is wanted there", argv[optind]);
        return bench->baseline ? 0 : bench_usage(COMMAND, "--baseline is missing");
}

int bench_recalc(int argc, char **argv)
{
        struct bench bench = {.superuser = "postgres", .enterprises = 1000000, .records = 5, .rounds = 3, .jobs = 2,
                .day = day_of_instant(now_ms())};
        int status = parse(&bench, argc, argv);
        struct fault fault;

        if (status == -1) {
                fputs(help, stdout);
                status = EXIT_SUCCESS;
        } else if (status == 0 && measure(&bench, &fault)) {
                print(&bench);
                status = bench.differing ? EXIT_FAILURE : EXIT_SUCCESS;
        } else if (status == 0) {
                status = bench_fail(COMMAND, &fault);
        }
        free(bench.policies);
        buffer_done(&bench.conninfo);
        link_free(bench.link);
        return status;
}
