/* SPDX-License-Identifier: MulanPSL-2.0 */
/* qcr-bench: measures a registry with what its users do. A figure it prints was measured in this run. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/bench.h"

static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
        const char *help;
} commands[] = {
        {"lookup", bench_lookup, "signed lookups by many connections: rate and latency"},
        {"recalc", bench_recalc, "bulk recalculation against the same rule in SQL"},
};

int bench_fail(const char *command, const struct fault *fault)
{
        fprintf(stderr, "qcr-bench %s: %s\n", command, fault->text);
        return EXIT_FAILURE;
}

int bench_usage(const char *command, const char *format, ...)
{
        va_list arguments;

        fprintf(stderr, "qcr-bench %s: ", command);
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fprintf(stderr, "; qcr-bench %s -h says how\n", command);
        return 2;
}

bool bench_number(const char *command, const char *word, long least, long most, long *ret)
{
        char *end;

        errno = 0;
        *ret = strtol(word, &end, 10);
        if (!errno && end != word && !*end && *ret >= least && *ret <= most)
                return true;
        bench_usage(command, "%s: not a number from %ld to %ld", word, least, most);
        return false;
}

double bench_now(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare(const void *left, const void *right)
{
        const double *a = left, *b = right;

        return (*a > *b) - (*a < *b);
}

double bench_median(double *values, unsigned count)
{
        qsort(values, count, sizeof(*values), compare);
        return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static int show_commands(FILE *to)
{
        fputs("Usage: qcr-bench COMMAND [OPTION]...\n\n", to);
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
                fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].help);
        fputs("\nqcr-bench COMMAND -h says more.\n", to);
        return to == stdout ? EXIT_SUCCESS : 2;
}

int main(int argc, char **argv)
{
        if (argc < 2)
                return show_commands(stderr);
        if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)
                return show_commands(stdout);
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
                if (strcmp(argv[1], commands[i].name) == 0)
                        return commands[i].run(argc - 1, argv + 1);
        fprintf(stderr, "qcr-bench: %s: no such command\n", argv[1]);
        return show_commands(stderr);
}
