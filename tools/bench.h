/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-bench's subcommands. Each gets the words behind its name with its own name first, prints what it measured (one
 * JSON document under --json) and returns 0, or 1 with a message when it could not measure.
 */
#pragma once

#include "registry/base/fault.h"

int bench_lookup(int argc, char **argv);
int bench_recalc(int argc, char **argv);

/* Prints the fault and returns 1. */
int bench_fail(const char *command, const struct fault *fault);
/* Names the word at fault, points to -h and returns 2. */
int bench_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* False, having said so, if the word is no number from `least` to `most`. */
bool bench_number(const char *command, const char *word, long least, long most, long *ret);
/* Seconds of CLOCK_MONOTONIC. */
double bench_now(void);
/* The median; sorts `values`. */
double bench_median(double *values, unsigned count);
