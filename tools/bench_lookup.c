/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-bench lookup: closed-loop signed lookups. Each connection is a process of its own that asks, waits, asks again; the
 * latencies are counted by the microsecond in memory that all share, so that every percentile is of every answer.
 */
#include "tools/bench.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "tools/client.h"
#include "tools/home.h"
#include "tools/input.h"
#include "tools/options.h"

#define COMMAND "lookup"
#define CONNECTIONS_MAX 256
#define LATENCY_MAX_US 1000000u /* longer ones are counted as this */
#define CODES_MAX 1000000u

static const char help[] =
        "Usage: qcr-bench lookup [OPTION]... CODE...|-\n"
        "\n"
        "  --connections N      each asks one thing at a time; 16 otherwise\n"
        "  --seconds N          how long; 5 otherwise\n"
        "  --server-pid PID     qcrd's parent: CPU of its children is counted\n"
        "  --as, --home, --server, --ca as for qcr\n"
        "  --json               one JSON document\n"
        "\n"
        "Answers are counted when they are signed statements; they are not verified, for that is the client's work.\n";

/* What the connections share. */
struct counts {
        uint64_t answers;
        uint64_t failures;
        uint32_t latency[LATENCY_MAX_US + 1];
};

struct bench {
        struct options options;
        struct wire_options wire;
        long connections, seconds, server;
        bool is_json;
        char **codes;
        size_t code_count;
        struct counts *counts;
};

/* ------------------------------------------------------------------ one connection */

static bool ask(struct client *client, const char *code, bool *ret_answered, struct fault *why)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__Lookup lookup = QCR__LOOKUP__INIT;

        lookup.code = client_bytes(code);
        request.operation_case = QCR__REQUEST__OPERATION_LOOKUP;
        request.lookup = &lookup;
        if (client_ask(client, &request, &answer, why))
                return false;
        *ret_answered = answer.reply && answer.reply->body_case == QCR__REPLY__BODY_SEALED;
        return true;
}

static int run_connection(struct bench *bench, unsigned number)
{
        double end = bench_now() + (double)bench->seconds;
        struct client *client;
        struct fault fault;

        if (client_open(&client, &bench->wire, &fault))
                return bench_fail(COMMAND, &fault);
        for (size_t i = number; bench_now() < end; i++) {
                double started = bench_now();
                uint64_t us;
                bool answered;

                if (!ask(client, bench->codes[i % bench->code_count], &answered, &fault)) {
                        client_close(client);
                        return bench_fail(COMMAND, &fault);
                }
                us = (uint64_t)((bench_now() - started) * 1e6);
                if (us > LATENCY_MAX_US)
                        us = LATENCY_MAX_US;
                __atomic_fetch_add(answered ? &bench->counts->answers : &bench->counts->failures, 1, __ATOMIC_RELAXED);
                if (answered)
                        __atomic_fetch_add(&bench->counts->latency[us], 1, __ATOMIC_RELAXED);
        }
        client_close(client);
        return EXIT_SUCCESS;
}

/* ----------------------------------------------------------------------- all of them */

/* CPU seconds of the children of a process; 0 when nobody asked. */
static double cpu_of_children(long pid)
{
        char path[64];
        double seconds = 0;
        long child;
        FILE *children;

        if (!pid)
                return 0;
        snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", pid, pid);
        children = fopen(path, "r");
        while (children && fscanf(children, "%ld", &child) == 1) {
                unsigned long user, system;
                FILE *stat;

                snprintf(path, sizeof(path), "/proc/%ld/stat", child);
                stat = fopen(path, "r");
                if (stat && fscanf(stat, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) == 2)
                        seconds += (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
                if (stat)
                        fclose(stat);
        }
        if (children)
                fclose(children);
        return seconds;
}

static uint64_t percentile(const struct counts *counts, uint64_t per_mille)
{
        uint64_t wanted = (counts->answers * per_mille + 999) / 1000, seen = 0;

        for (uint64_t us = 0; us <= LATENCY_MAX_US; us++) {
                seen += counts->latency[us];
                if (seen >= wanted)
                        return us;
        }
        return LATENCY_MAX_US;
}

static void print(const struct bench *bench, double seconds, double cpu)
{
        const struct counts *counts = bench->counts;
        double each = counts->answers ? cpu * 1e6 / (double)counts->answers : 0;
        json_t *all;

        if (!bench->is_json) {
                printf("%" PRIu64 " answers in %.1f s on %ld connections: %.0f/s, p50 %" PRIu64 " us, p99 %" PRIu64 " us, p99.9 %"
                       PRIu64 " us, %" PRIu64 " failures", counts->answers, seconds, bench->connections,
                        (double)counts->answers / seconds, percentile(counts, 500), percentile(counts, 990),
                        percentile(counts, 999), counts->failures);
                if (bench->server)
                        printf(", %.1f us CPU an answer", each);
                putchar('\n');
                return;
        }
        all = json_pack("{s:I, s:I, s:f, s:I, s:I, s:I}", "answers", (json_int_t)counts->answers, "failures",
                (json_int_t)counts->failures, "per_second", (double)counts->answers / seconds, "p50_us",
                (json_int_t)percentile(counts, 500), "p99_us", (json_int_t)percentile(counts, 990), "p999_us",
                (json_int_t)percentile(counts, 999));
        if (bench->server)
                json_object_set_new(all, "cpu_us_per_answer", json_real(each));
        json_dumpf(all, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
        putchar('\n');
        json_decref(all);
}

static int run(struct bench *bench)
{
        double started = bench_now(), cpu = cpu_of_children(bench->server);
        int result = EXIT_SUCCESS;

        bench->counts = mmap(NULL, sizeof(*bench->counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (bench->counts == MAP_FAILED)
                return EXIT_FAILURE;
        for (unsigned i = 0; i < (unsigned)bench->connections; i++) {
                pid_t pid = fork();

                if (pid == 0)
                        _exit(run_connection(bench, i));
                if (pid < 0)
                        result = EXIT_FAILURE;
        }
        for (int status; wait(&status) > 0 || errno == EINTR;)
                if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
                        result = EXIT_FAILURE;
        print(bench, bench_now() - started, cpu_of_children(bench->server) - cpu);
        return bench->counts->answers ? result : EXIT_FAILURE;
}

static bool read_codes(struct bench *bench, int count, char **words)
{
        CLEANUP(input) struct input input;
        struct fault fault = {.code = FAULT_NONE};
        struct slice word;

        input_init(&input, (unsigned)count, words);
        bench->codes = must_alloc(CODES_MAX * sizeof(*bench->codes));
        while (bench->code_count < CODES_MAX && input_next(&input, &word, &fault)) {
                char *code = must_alloc(word.length + 1);

                memcpy(code, word.data, word.length);
                code[word.length] = '\0';
                bench->codes[bench->code_count++] = code;
        }
        if (fault.code == FAULT_NONE)
                return true;
        bench_fail(COMMAND, &fault);
        return false;
}

/* 0 to go on, -1 for the help, else the status to end with. */
static int parse(struct bench *bench, int argc, char **argv)
{
        enum { CONNECTIONS = 1, SECONDS, SERVER_PID, AS, HOME, SERVER, CA, JSON };
        static const struct option options[] = {
                {"connections", required_argument, NULL, CONNECTIONS},
                {"seconds", required_argument, NULL, SECONDS},
                {"server-pid", required_argument, NULL, SERVER_PID},
                {"as", required_argument, NULL, AS},
                {"home", required_argument, NULL, HOME},
                {"server", required_argument, NULL, SERVER},
                {"ca", required_argument, NULL, CA},
                {"json", no_argument, NULL, JSON},
                {"help", no_argument, NULL, 'h'},
                {NULL, 0, NULL, 0},
        };
        int letter;

        while ((letter = getopt_long(argc, argv, "h", options, NULL)) != -1)
                switch (letter) {
                case CONNECTIONS:
                        if (!bench_number(COMMAND, optarg, 1, CONNECTIONS_MAX, &bench->connections))
                                return 2;
                        break;
                case SECONDS:
                        if (!bench_number(COMMAND, optarg, 1, 600, &bench->seconds))
                                return 2;
                        break;
                case SERVER_PID:
                        if (!bench_number(COMMAND, optarg, 1, INT32_MAX, &bench->server))
                                return 2;
                        break;
                case AS:
                        options_set(&bench->options, OPTION_AS, optarg);
                        break;
                case HOME:
                        options_set(&bench->options, OPTION_HOME, optarg);
                        break;
                case SERVER:
                        options_set(&bench->options, OPTION_SERVER, optarg);
                        break;
                case CA:
                        options_set(&bench->options, OPTION_CA, optarg);
                        break;
                case JSON:
                        bench->is_json = true;
                        break;
                case 'h':
                        return -1;
                default:
                        return 2;
                }
        if (optind == argc)
                return bench_usage(COMMAND, "codes are missing");
        return read_codes(bench, argc - optind, argv + optind) && bench->code_count ? 0 : 2;
}

static void bench_done(struct bench *bench)
{
        for (size_t i = 0; i < bench->code_count; i++)
                free(bench->codes[i]);
        free(bench->codes);
        options_done(&bench->options);
}

int bench_lookup(int argc, char **argv)
{
        struct bench bench = {.connections = 16, .seconds = 5};
        int status = parse(&bench, argc, argv);
        struct fault fault;

        if (status == -1) {
                fputs(help, stdout);
                status = EXIT_SUCCESS;
        } else if (status == 0) {
                status = options_load(&bench.options, NULL, &fault) && options_wire(&bench.options, &bench.wire, &fault)
                                 ? run(&bench)
                                 : bench_fail(COMMAND, &fault);
        }
        bench_done(&bench);
        return status;
}
