/* SPDX-License-Identifier: MulanPSL-2.0 */
/* qcr-admin: what an administrator does with a registry that is not a person's act through the daemon. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/admin.h"
#include "tools/output.h"

struct command {
        const char *name;
        int (*run)(int argc, char **argv);
        const char *help;
};

static const struct command commands[] = {
        {"calendar", admin_calendar, "check, propose and show calendars of working days"},
        {"codes", admin_codes, "check, propose and show code tables"},
        {"doctor", admin_doctor, "prove that everything rests on signed entries, and name what does not"},
        {"import", admin_import, "bring in a department's file of enterprises or penalties"},
        {"init", admin_init, "make a registry: schema, keys, founders"},
        {"key", admin_key, "renew the keys qcrd uses; make keys for people"},
        {"office", admin_office, "propose an office"},
        {"person", admin_person, "propose persons, roles, certificates, deputies"},
        {"policy", admin_policy, "check, add, try and put in force policies; go back to the one before"},
        {"procedure", admin_procedure, "check, propose, show and draw procedures of cases"},
        {"recalc", admin_recalc, "recalculate grades in bulk"},
        {"report", admin_report, "grades and indicators per township and year"},
        {"view", admin_view, "accept a database the follower refused"},
};

int admin_fail(const char *command, const struct fault *fault)
{
        fprintf(stderr, "qcr-admin %s: %s\n", command, fault->text);
        switch (fault->code) {
        case FAULT_STORE:
        case FAULT_PEER:
        case FAULT_SEALER:
        case FAULT_STALE:
        case FAULT_VIEW:
        case FAULT_MISMATCH:
                return ADMIN_CANNOT;
        case FAULT_NONE:
        case FAULT_SYSTEM:
        case FAULT_CONFIG:
        case FAULT_INPUT:
        case FAULT_LIMIT:
        case FAULT_CRYPTO:
        case FAULT_CONFLICT:
                return ADMIN_FAILED;
        }
        return ADMIN_FAILED;
}

int admin_help(const char *text)
{
        return fputs(text, stdout) < 0 || fflush(stdout) != 0 ? ADMIN_FAILED : ADMIN_DONE;
}

int admin_usage(const char *command, const char *format, ...)
{
        va_list arguments;

        fprintf(stderr, "qcr-admin %s: ", command);
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fprintf(stderr, "; qcr-admin %s -h says how\n", command);
        return ADMIN_USAGE;
}

int admin_bad_option(const char *command, int letter, char *const *argv)
{
        const char *word = argv[optind - 1];

        if (letter == ':')
                return admin_usage(command, "%s: a value is missing", word);
        return admin_usage(command, "%s: unknown option", word);
}

/* ---------------------------------------------------------------- for programs */

static void tell_json(bool is_json, const char *word, const char *reason)
{
        struct output output = {.mode = OUTPUT_JSON};
        json_t *document = json_object();

        output_set_text(document, "error", word);
        output_set_text(document, "reason", reason);
        if (is_json)
                output_document(&output, document);
        else
                json_decref(document);
}

bool admin_wants_json(int argc, char *const *argv)
{
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
                if (strcmp(argv[i], "--json") == 0)
                        return true;
        return false;
}

int admin_json_fail(bool is_json, const char *command, const struct fault *fault)
{
        tell_json(is_json, fault_word(fault->code), fault->text);
        return admin_fail(command, fault);
}

int admin_json_usage(bool is_json, const char *command, const char *format, ...)
{
        char text[300];
        va_list words;

        va_start(words, format);
        vsnprintf(text, sizeof(text), format, words);
        va_end(words);
        tell_json(is_json, "usage", text);
        return admin_usage(command, "%s", text);
}

int admin_json_bad_option(bool is_json, const char *command, int letter, char *const *argv)
{
        return admin_json_usage(is_json, command, letter == ':' ? "%.200s: a value is missing" : "%.200s: unknown option",
                argv[optind - 1]);
}

static int show_commands(FILE *to)
{
        fputs("Usage: qcr-admin COMMAND [OPTION]...\n\n", to);
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
                fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].help);
        fputs("\nqcr-admin COMMAND -h says more.\n", to);
        return to == stdout ? ADMIN_DONE : ADMIN_USAGE;
}

int main(int argc, char **argv)
{
        int status;

        setlocale(LC_CTYPE, "");
        if (argc < 2)
                return show_commands(stderr);
        if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
                return show_commands(stdout);
        if (strcmp(argv[1], "--version") == 0)
                return printf("qcr-admin %s\n", QCR_VERSION) < 0 ? ADMIN_FAILED : ADMIN_DONE;
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
                if (strcmp(argv[1], commands[i].name) != 0)
                        continue;
                status = commands[i].run(argc - 1, argv + 1);
                /* What did not reach its reader was not done for them. */
                if (fflush(stdout) != 0 && status == ADMIN_DONE) {
                        fprintf(stderr, "qcr-admin: write: %s\n", strerror(errno));
                        status = ADMIN_FAILED;
                }
                return status;
        }
        fprintf(stderr, "qcr-admin: %s: no such command\n", argv[1]);
        return show_commands(stderr);
}
