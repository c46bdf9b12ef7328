/* SPDX-License-Identifier: MulanPSL-2.0 */
/* qcr-admin import: a department's file into the registry, signed by the administrator who runs it. */
#include "tools/admin.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "registry/service/import.h"
#include "registry/service/import_chunk.h"
#include "tools/home.h"
#include "tools/signer.h"

#define COMMAND "import"
#define DATABASE_ROLE "qcr_import"
#define BAR_WIDTH 30

static const char help[] =
        "Usage: qcr-admin import enterprises|penalties|sampling|certificates FILE [OPTION]...\n"
        "\n"
        "Imports a CSV file, UTF-8 or GB18030. A row that cannot be used stops no other. The same rows sent "
        "again\n"
        "are unchanged, so that an import that was cut off is simply run again.\n"
        "\n"
        "  --dry-run            the same decisions, and nothing stored\n"
        "  --rejects FILE       writes what was rejected as CSV, with line, column, value and reason; it can "
        "be\n"
        "                       corrected and imported again\n"
        "  --json               the summary as JSON\n"
        "  --as PERSON          whose key signs, a folder under people/; QCR_AS otherwise, and admin\n"
        "  --chunk N            rows a transaction; 1000 otherwise\n"
        "  --quiet              no progress, no remarks\n"
        "  --home DIR           the registry's folder; QCR_HOME otherwise\n"
        "  --database CONNINFO  without a user; QCR_DATABASE or the home's qcrd.conf otherwise\n"
        "\n"
        "Rows are accepted, unchanged, corrected, held (a second person decides: qcr pending), parked "
        "(until\n"
        "their enterprise arrives) or rejected. Rejected rows do not make the command fail.\n"
        "\n"
        "Example:\n"
        "  qcr-admin import penalties penalties.csv --dry-run --rejects rejects.csv\n";

struct command {
        const struct import_format *format;
        const char *file, *rejects, *as, *home, *database;
        unsigned chunk_rows;
        bool is_dry, is_json, is_quiet;
        /* what the options lead to */
        struct buffer conninfo;
        struct signer signer;
        struct publicity publicity;
        struct domain_table domains;
        int64_t started_ms;
};

/* ---------------------------------------------------------------- the command line */

static bool chunk_parse(const char *text, unsigned *ret)
{
        char *end;
        long number;

        errno = 0;
        number = strtol(text, &end, 10);
        if (errno || end == text || *end || number < 1 || number > (long)IMPORT_CHUNK_MAX)
                return false;
        *ret = (unsigned)number;
        return true;
}

static int parse_words(struct command *command, int count, char **words)
{
        if (count != 2)
                return admin_usage(COMMAND, "what to import and one file are needed");
        command->format = import_format_find(words[0]);
        if (!command->format)
                return admin_usage(COMMAND, "%s: cannot be imported", words[0]);
        command->file = words[1];
        return ADMIN_DONE;
}

/* ADMIN_DONE to go on, -1 for the help, else the status to end with. */
static int parse(struct command *command, int argc, char **argv)
{
        enum { DRY = 1, REJECTS, JSON, AS, CHUNK, QUIET, HOME, DATABASE };
        static const struct option options[] = {
                {"dry-run", no_argument, NULL, DRY},
                {"rejects", required_argument, NULL, REJECTS},
                {"json", no_argument, NULL, JSON},
                {"as", required_argument, NULL, AS},
                {"chunk", required_argument, NULL, CHUNK},
                {"quiet", no_argument, NULL, QUIET},
                {"home", required_argument, NULL, HOME},
                {"database", required_argument, NULL, DATABASE},
                {"help", no_argument, NULL, 'h'},
                {NULL, 0, NULL, 0},
        };
        int letter;

        while ((letter = getopt_long(argc, argv, ":h", options, NULL)) != -1)
                switch (letter) {
                case DRY:
                        command->is_dry = true;
                        break;
                case REJECTS:
                        command->rejects = optarg;
                        break;
                case JSON:
                        command->is_json = true;
                        break;
                case AS:
                        command->as = optarg;
                        break;
                case QUIET:
                        command->is_quiet = true;
                        break;
                case HOME:
                        command->home = optarg;
                        break;
                case DATABASE:
                        command->database = optarg;
                        break;
                case CHUNK:
                        if (!chunk_parse(optarg, &command->chunk_rows))
                                return admin_usage(
                                        COMMAND, "%s: not a number from 1 to %u", optarg, IMPORT_CHUNK_MAX);
                        break;
                case 'h':
                        return -1;
                default:
                        return admin_bad_option(COMMAND, letter, argv);
                }
        return parse_words(command, argc - optind, argv + optind);
}

/* ---------------------------------------------------------------- what it needs */

static bool load_tables(struct command *command, struct fault *why)
{
        CLEANUP(buffer) struct buffer publicity = BUFFER_INIT;
        CLEANUP(buffer) struct buffer domains = BUFFER_INIT;
        struct document_error error;
        char path[HOME_PATH_MAX];

        if (!home_share_path("publicity.json", path, why) || !file_read(path, &publicity, why))
                return false;
        if (!publicity_parse(buffer_slice(&publicity), &command->publicity, &error))
                return fault_set(why, FAULT_CONFIG, "%.150s: %s: %s", path, error.path, error.reason);
        return home_share_path("domains.csv", path, why) && file_read(path, &domains, why) &&
               domain_table_parse(buffer_slice(&domains), &command->domains, why);
}

static bool prepare(struct command *command, struct fault *why)
{
        const char *home;

        if (!command->as)
                command->as = getenv("QCR_AS");
        if (!command->as || !*command->as)
                command->as = "admin";
        return home_find(command->home, &home, why) && signer_load(&command->signer, home, command->as, why) &&
               home_conninfo(command->database, home, &command->conninfo, why) && load_tables(command, why);
}

/* ---------------------------------------------------------------- telling */

static void show_progress(void *closure, uint64_t octets, uint64_t all_octets, uint64_t rows)
{
        const struct command *command = closure;
        int64_t passed_ms = now_ms() - command->started_ms;
        unsigned filled = all_octets ? (unsigned)(octets * BAR_WIDTH / all_octets) : BAR_WIDTH;
        char bar[BAR_WIDTH + 1];
        uint64_t left_s;

        if (passed_ms < 1)
                passed_ms = 1;
        for (unsigned i = 0; i < BAR_WIDTH; i++)
                bar[i] = i < filled ? '#' : '.';
        bar[BAR_WIDTH] = '\0';
        left_s = octets ? (all_octets - octets) * (uint64_t)passed_ms / octets / 1000 : 0;
        fprintf(stderr, "\r[%s] %" PRIu64 " rows, %" PRIu64 " rows/s, %" PRIu64 " s left   ", bar, rows,
                rows * 1000 / (uint64_t)passed_ms, left_s);
        if (octets == all_octets)
                fputc('\n', stderr);
}

/* The name is the file's: what a terminal could take for a command is not shown. */
static void tell_unknown_column(void *closure, struct slice name)
{
        (void)closure;
        fputs("qcr-admin import: column ", stderr);
        for (size_t i = 0; i < name.length && i < 60; i++)
                fputc(name.data[i] >= 0x20 && name.data[i] != 0x7f ? name.data[i] : '?', stderr);
        fputs(" has no meaning here and is not read\n", stderr);
}

static void print_text(const struct command *command, const struct import_result *result)
{
        const struct import_summary *s = &result->summary;

        printf("%s of %s: %" PRIu64 " rows\n", command->is_dry ? "dry run" : "import", command->format->kind,
                s->rows);
        printf("  accepted  %" PRIu64 "\n  unchanged %" PRIu64 "\n  corrected %" PRIu64 "\n", s->accepted,
                s->unchanged, s->corrected);
        printf("  held      %" PRIu64 "\n  parked    %" PRIu64 "\n  rejected  %" PRIu64 "\n", s->held,
                s->parked, s->rejected);
        for (unsigned i = 0; i < s->reasons; i++)
                printf("    %-22s %" PRIu64 "\n", s->reason[i].word, s->reason[i].count);
        if (*result->run)
                printf("  run       %s\n", result->run);
}

static void print_result(const struct command *command, struct import_result *result)
{
        const struct import_summary *s = &result->summary;

        if (command->is_json)
                puts(buffer_text(&result->json));
        else
                print_text(command, result);
        if (command->is_quiet)
                return;
        if (s->inner_checks)
                fprintf(stderr,
                        "qcr-admin import: %" PRIu64 " codes hold an organization code with another check"
                        " character than GB 11714 gives\n",
                        s->inner_checks);
        if (s->types)
                fprintf(stderr,
                        "qcr-admin import: %" PRIu64 " codes are of a type that GB 32100 does not list\n",
                        s->types);
}

static int fail(const struct command *command, const struct import_result *result, const struct fault *fault)
{
        const struct result *refused = result->refused == RESULT_DONE ? NULL : result_find(result->refused);
        int status;

        /* Under --json standard output is one document, on errors too. */
        if (command->is_json)
                printf("{\"error\":\"%s\"}\n", refused ? refused->word : fault_word(fault->code));
        status = admin_fail(COMMAND, fault);
        if (result->summary.rows && !command->is_dry)
                fprintf(stderr,
                        "qcr-admin import: %" PRIu64 " rows are done and stand; %s to go on: they are unchanged then\n",
                        result->summary.rows, refused ? "have another administrator import the file again"
                                                      : "import the file again");
        return refused ? refused->exit_status : status;
}

static int run(struct command *command)
{
        CLEANUP(link) struct link *link = NULL;
        struct import_result result = {.refused = RESULT_DONE};
        struct import_options options;
        struct fault fault;
        bool shown = !command->is_quiet && isatty(STDERR_FILENO);
        int status = ADMIN_DONE;

        if (!prepare(command, &fault) ||
                !link_open(&link, buffer_text(&command->conninfo), DATABASE_ROLE, &fault))
                return fail(command, &result, &fault);
        command->started_ms = now_ms();
        options = (struct import_options){
                .format = command->format,
                .path = command->file,
                .rejects_path = command->rejects,
                .chunk_rows = command->chunk_rows,
                .is_dry = command->is_dry,
                .key = command->signer.key,
                .fingerprint = command->signer.fingerprint,
                .publicity = &command->publicity,
                .domains = &command->domains,
                .now_ms = command->started_ms,
                .progress = shown ? show_progress : NULL,
                .unknown_column = command->is_quiet ? NULL : tell_unknown_column,
                .closure = command,
        };
        if (import_run(link, &options, &result, &fault))
                print_result(command, &result);
        else
                status = fail(command, &result, &fault);
        import_result_done(&result);
        return status;
}

int admin_import(int argc, char **argv)
{
        struct command command = {.chunk_rows = IMPORT_CHUNK_DEFAULT};
        int status = parse(&command, argc, argv);

        if (status == -1)
                status = admin_help(help);
        else if (status == ADMIN_DONE)
                status = run(&command);
        buffer_done(&command.conninfo);
        domain_table_done(&command.domains);
        signer_done(&command.signer);
        return status;
}
