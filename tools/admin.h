/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-admin's subcommands. Each gets the words behind its name with its own name first, as a main() would,
 * prints what it did on standard output and what went wrong on standard error, and returns the exit status of
 * docs/PROTOCOL (0 done, 1 failed or findings, 2 usage, 5 the store cannot be reached).
 */
#pragma once

#include "registry/base/fault.h"

enum admin_exit {
        ADMIN_DONE = 0,
        ADMIN_FAILED = 1,
        ADMIN_USAGE = 2,
        ADMIN_CANNOT = 5,
        ADMIN_REFUSED = 11,
};

int admin_init(int argc, char **argv);
int admin_doctor(int argc, char **argv);
int admin_key(int argc, char **argv);
int admin_office(int argc, char **argv);
int admin_person(int argc, char **argv);
int admin_procedure(int argc, char **argv);
int admin_codes(int argc, char **argv);
int admin_calendar(int argc, char **argv);
int admin_view(int argc, char **argv);
int admin_import(int argc, char **argv);
int admin_policy(int argc, char **argv);
int admin_recalc(int argc, char **argv);
int admin_report(int argc, char **argv);

/* Prints the fault and returns the status that goes with its code. */
int admin_fail(const char *command, const struct fault *fault);
/* Prints `text` (the command's usage) to standard output and returns 0. */
int admin_help(const char *text);
/* What getopt_long said with `letter` (':' or '?') about the last word read: returns ADMIN_USAGE. */
int admin_bad_option(const char *command, int letter, char *const *argv);
/* Names the word at fault on standard error, points to -h and returns ADMIN_USAGE. */
int admin_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Is --json among the words, wherever the first one at fault stands? */
bool admin_wants_json(int argc, char *const *argv);
/* The same of a command whose standard output is one JSON document, on errors too: {"error": word, "reason": text}. */
int admin_json_fail(bool is_json, const char *command, const struct fault *fault);
int admin_json_usage(bool is_json, const char *command, const char *format, ...) __attribute__((format(printf, 3, 4)));
int admin_json_bad_option(bool is_json, const char *command, int letter, char *const *argv);
