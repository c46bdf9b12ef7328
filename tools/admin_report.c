/* SPDX-License-Identifier: MulanPSL-2.0 */
/* qcr-admin report: figures about the population, for people, spreadsheets, programs and walls; frozen ones kept signed. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/x509.h>

#include "registry/core/report_csv.h"
#include "registry/core/report_json.h"
#include "registry/core/report_svg.h"
#include "tools/admin.h"
#include "tools/home.h"
#include "tools/language.h"
#include "tools/pki.h"
#include "tools/report_frozen.h"
#include "tools/report_make.h"
#include "tools/report_table.h"
#include "tools/show.h"

#define COMMAND "report"
#define DATABASE_ROLE "qcr_recalc"

static const char help[] =
        "Usage: qcr-admin report NAME [OPTION]...\n"
        "       qcr-admin report list [--format table|json]\n"
        "       qcr-admin report show RUN [--format FORMAT] [--out FILE]\n"
        "\n"
        "Figures about all enterprises, from one state of the registry. `list` shows which reports there are, by what, and\n"
        "those that are frozen; `show` proves a frozen one and shows it again.\n"
        "\n"
        "  grades        how many have which grade\n"
        "  sampling      pass rate of sampled batches\n"
        "  certificates  who holds valid certificates, and which end soon\n"
        "  food          food businesses with a credit file\n"
        "  brands        brands and awards held, against targets\n"
        "\n"
        "  --year Y             the year, reported as of its last day; the present year, as of today, otherwise\n"
        "  --by DIMENSION       what a row is: the first that `list` shows otherwise\n"
        "  --township CODE      only enterprises of this township, as the registry has its name or code\n"
        "  --format FORMAT      table, csv, json or svg; table otherwise\n"
        "  --json               the same as --format json\n"
        "  --out FILE           into this file, which is there whole or not at all\n"
        "  --freeze             keeps the report for good, signed by the administrator: once a year, report and dimension\n"
        "  --again              freezes another all the same\n"
        "  --as PERSON          whose key signs, a folder under people/; QCR_AS otherwise, and admin\n"
        "  --home DIR           the registry's folder; QCR_HOME otherwise\n"
        "  --database CONNINFO  without a user; QCR_DATABASE or the home's qcrd.conf otherwise\n"
        "\n"
        "Examples:\n"
        "  qcr-admin report grades --by industry\n"
        "  qcr-admin report sampling --year 2025 --format svg --out sampling-2025.svg\n"
        "  qcr-admin report food --year 2025 --freeze\n";

enum format {
        FORMAT_TABLE = 0,
        FORMAT_CSV,
        FORMAT_JSON,
        FORMAT_SVG,
};

static const char *const format_words[] = {
        [FORMAT_TABLE] = "table",
        [FORMAT_CSV] = "csv",
        [FORMAT_JSON] = "json",
        [FORMAT_SVG] = "svg",
};

struct command {
        const char *word, *run;
        const char *year, *by, *township, *out, *as, *home_flag, *database;
        enum format format;
        bool freeze, again;
        /* what the options lead to */
        const char *home;
        struct buffer conninfo;
        struct link *link;
        struct report_config config;
        struct report_request request;
        struct signer signer;
        X509 *ca;
        struct report report;
};

/* ---------------------------------------------------------------- refusals */

/* Under --format json standard output is one document, on errors too. */
static void tell_json(const struct command *command, const char *word, const char *run)
{
        if (command->format == FORMAT_JSON && run)
                printf("{\"error\":\"%s\",\"run\":\"%s\"}\n", word, run);
        else if (command->format == FORMAT_JSON)
                printf("{\"error\":\"%s\"}\n", word);
}

static int usage(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int usage(const struct command *command, const char *format, ...)
{
        char text[300];
        va_list words;

        va_start(words, format);
        vsnprintf(text, sizeof(text), format, words);
        va_end(words);
        tell_json(command, "usage", NULL);
        return admin_usage(COMMAND, "%s", text);
}

static int fail(const struct command *command, const struct fault *fault)
{
        int status;

        tell_json(command, fault_word(fault->code), NULL);
        status = admin_fail(COMMAND, fault);
        return fault->code == FAULT_INPUT ? ADMIN_USAGE : status;
}

/* ---------------------------------------------------------------- the command line */

static bool format_parse(const char *word, enum format *ret)
{
        for (unsigned i = 0; i < sizeof(format_words) / sizeof(*format_words); i++)
                if (strcmp(format_words[i], word) == 0) {
                        *ret = (enum format)i;
                        return true;
                }
        return false;
}

static int take_words(struct command *command, int count, char **words)
{
        bool is_show = count > 0 && strcmp(words[0], "show") == 0, is_list = count > 0 && strcmp(words[0], "list") == 0;

        if (!count)
                return usage(command, "the name of a report is needed, or list, or show");
        command->word = words[0];
        if (is_show && count == 2)
                command->run = words[1];
        else if (is_show)
                return usage(command, "show: one run is needed; qcr-admin report list shows them");
        else if (count > 1)
                return usage(command, "%.100s: is no option", words[1]);
        if ((is_show || is_list) && (command->year || command->by || command->township || command->freeze || command->again))
                return usage(command, "%s: --year, --by, --township, --freeze, --again do not go with it", command->word);
        if (is_list && (command->out || command->format == FORMAT_CSV || command->format == FORMAT_SVG))
                return usage(command, "list: is a table or JSON on standard output");
        if (command->again && !command->freeze)
                return usage(command, "--again is for --freeze");
        return ADMIN_DONE;
}

/* ADMIN_DONE to go on, -1 for the help, else the status to end with. */
static int parse(struct command *command, int argc, char **argv)
{
        enum { YEAR = 1, BY, TOWNSHIP, FORMAT, JSON, OUT, FREEZE, AGAIN, AS, HOME, DATABASE };
        static const struct option options[] = {
                {"year", required_argument, NULL, YEAR},
                {"by", required_argument, NULL, BY},
                {"township", required_argument, NULL, TOWNSHIP},
                {"format", required_argument, NULL, FORMAT},
                {"json", no_argument, NULL, JSON},
                {"out", required_argument, NULL, OUT},
                {"freeze", no_argument, NULL, FREEZE},
                {"again", no_argument, NULL, AGAIN},
                {"as", required_argument, NULL, AS},
                {"home", required_argument, NULL, HOME},
                {"database", required_argument, NULL, DATABASE},
                {"help", no_argument, NULL, 'h'},
                {NULL, 0, NULL, 0},
        };
        int letter;

        while ((letter = getopt_long(argc, argv, ":h", options, NULL)) != -1)
                switch (letter) {
                case YEAR:
                        command->year = optarg;
                        break;
                case BY:
                        command->by = optarg;
                        break;
                case TOWNSHIP:
                        command->township = optarg;
                        break;
                case FORMAT:
                        if (!format_parse(optarg, &command->format))
                                return usage(command, "--format %.60s: table, csv, json or svg is wanted", optarg);
                        break;
                case JSON:
                        command->format = FORMAT_JSON;
                        break;
                case OUT:
                        command->out = optarg;
                        break;
                case FREEZE:
                        command->freeze = true;
                        break;
                case AGAIN:
                        command->again = true;
                        break;
                case AS:
                        command->as = optarg;
                        break;
                case HOME:
                        command->home_flag = optarg;
                        break;
                case DATABASE:
                        command->database = optarg;
                        break;
                case 'h':
                        return -1;
                default:
                        tell_json(command, "usage", NULL);
                        return admin_bad_option(COMMAND, letter, argv);
                }
        return take_words(command, argc - optind, argv + optind);
}

static int parse_year(struct command *command, int32_t present)
{
        char *end;
        long year;

        command->request.year = present;
        if (!command->year)
                return ADMIN_DONE;
        errno = 0;
        year = strtol(command->year, &end, 10);
        if (errno || strlen(command->year) != 4 || *end || year < 1600)
                return usage(command, "--year %.60s: a year is wanted, like %d", command->year, (int)present);
        if (year > present)
                return usage(command, "--year %ld: has not begun; it is %d", year, (int)present);
        command->request.year = (int32_t)year;
        return ADMIN_DONE;
}

static void add_dimensions(const struct report_kind *kind, struct buffer *to, const char *between)
{
        for (unsigned i = 0; i < REPORT_DIMENSIONS_MAX && kind->by[i]; i++)
                buffer_add_format(to, "%s%s", i ? between : "", kind->by[i]);
}

static int parse_request(struct command *command)
{
        CLEANUP(buffer) struct buffer dimensions = BUFFER_INIT;
        struct report_request *request = &command->request;
        int year, month, date;

        request->today = day_of_instant(now_ms());
        request->township = command->township;
        request->config = &command->config;
        request->kind = report_kind_find(command->word);
        if (!request->kind)
                return usage(command, "%.60s: there is no such report; qcr-admin report list shows them", command->word);
        request->by = command->by ? command->by : request->kind->by[0];
        if (!report_kind_has(request->kind, request->by)) {
                add_dimensions(request->kind, &dimensions, ", ");
                return usage(command, "--by %.60s: %s has %s", request->by, request->kind->word, buffer_text(&dimensions));
        }
        day_parts(request->today, &year, &month, &date);
        return parse_year(command, year);
}

/* ---------------------------------------------------------------- what it needs */

static bool open_store(struct command *command, bool needs_home, struct fault *why)
{
        needs_home = needs_home || (!command->database && !getenv("QCR_DATABASE"));
        if (needs_home && !home_find(command->home_flag, &command->home, why))
                return false;
        return home_conninfo(command->database, command->home, &command->conninfo, why) &&
               link_open(&command->link, buffer_text(&command->conninfo), DATABASE_ROLE, why);
}

static bool load_config(struct command *command, struct fault *why)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct document_error error;
        char path[HOME_PATH_MAX];

        if (!home_share_path("reports.json", path, why) || !file_read(path, &text, why))
                return false;
        if (report_config_parse(buffer_slice(&text), &command->config, &error))
                return true;
        return fault_set(why, FAULT_CONFIG, "%.200s: %s: %s%s%s", path, error.path[0] ? error.path : "document", error.reason,
                error.value[0] ? ": " : "", error.value);
}

static bool load_signer(struct command *command, struct fault *why)
{
        const char *as = command->as ? command->as : getenv("QCR_AS");

        return signer_load(&command->signer, command->home, as && *as ? as : "admin", why);
}

/* ---------------------------------------------------------------- telling */

static bool put_out(const struct command *command, struct buffer *text, struct fault *why)
{
        if (command->out)
                return file_write(command->out, buffer_slice(text), 0644, why);
        if (fwrite(text->data, 1, text->length, stdout) != text->length || fflush(stdout) != 0)
                return fault_set(why, FAULT_SYSTEM, "standard output: %s", strerror(errno));
        return true;
}

static bool put_report(const struct command *command, struct fault *why)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        switch (command->format) {
        case FORMAT_TABLE:
                report_table(&command->report, language_is_chinese(), &text);
                break;
        case FORMAT_CSV:
                report_csv(&command->report, &text);
                break;
        case FORMAT_JSON:
                report_encode(&command->report, &text);
                buffer_add_u8(&text, '\n');
                break;
        case FORMAT_SVG:
                report_svg(&command->report, &text);
                break;
        }
        return put_out(command, &text, why);
}

/* ---------------------------------------------------------------- list */

struct lists {
        struct table *table;
        json_t *frozen;
};

static bool on_frozen(void *closure, const struct report_entry *entry, struct fault *why)
{
        struct lists *lists = closure;
        const struct report *report = entry->report;
        char day[DAY_TEXT] = "-", year[16] = "-";

        (void)why;
        if (report) {
                day_format(report->day, day);
                snprintf(year, sizeof(year), "%d", (int)report->year);
        }
        table_add_text(lists->table, entry->run);
        table_add_text(lists->table, report ? report->kind : "?");
        table_add_text(lists->table, report ? report->by : "?");
        table_add_text(lists->table, report && report->township ? report->township : "-");
        table_add_text(lists->table, year);
        table_add_text(lists->table, day);
        table_add_text(lists->table, entry->person);
        json_array_append_new(lists->frozen, json_pack("{s:s, s:s, s:I, s:s?, s:s?, s:s?, s:o, s:s?, s:o}", "run", entry->run,
                "person", entry->person, "frozen_serial", (json_int_t)entry->serial, "report", report ? report->kind : NULL,
                "by", report ? report->by : NULL, "township", report ? report->township : NULL, "year",
                report ? json_integer(report->year) : json_null(), "day", report ? day : NULL, "serial",
                report ? json_integer((json_int_t)report->serial) : json_null()));
        return true;
}

static json_t *kinds_json(void)
{
        json_t *kinds = json_array();

        for (unsigned i = 0; i < report_kinds_count; i++) {
                const struct report_kind *kind = &report_kinds[i];
                json_t *by = json_array();

                for (unsigned j = 0; j < REPORT_DIMENSIONS_MAX && kind->by[j]; j++)
                        json_array_append_new(by, json_string(kind->by[j]));
                json_array_append_new(kinds, json_pack("{s:s, s:s, s:s, s:o}", "report", kind->word, "zh", kind->zh, "en",
                        kind->en, "by", by));
        }
        return kinds;
}

static void print_kinds(void)
{
        CLEANUP(table) struct table table;

        table_init(&table, 3);
        for (unsigned i = 0; i < report_kinds_count; i++) {
                const struct report_kind *kind = &report_kinds[i];
                CLEANUP(buffer) struct buffer dimensions = BUFFER_INIT;

                add_dimensions(kind, &dimensions, " ");
                table_add_text(&table, kind->word);
                table_add_text(&table, language_is_chinese() ? kind->zh : kind->en);
                table_add_text(&table, buffer_text(&dimensions));
        }
        table_print(&table, "  ", stdout);
}

static int list(struct command *command)
{
        CLEANUP(table) struct table table;
        struct lists lists = {&table, json_array()};
        struct fault fault;
        json_t *all;

        table_init(&table, 7);
        if (!open_store(command, false, &fault) || !report_frozen_each(command->link, on_frozen, &lists, &fault)) {
                json_decref(lists.frozen);
                return fail(command, &fault);
        }
        all = json_pack("{s:o, s:o}", "reports", kinds_json(), "frozen", lists.frozen);
        if (command->format == FORMAT_JSON) {
                json_dumpf(all, stdout, JSON_COMPACT);
                putchar('\n');
        } else {
                puts(_("reports, and by what"));
                print_kinds();
                puts(_("frozen"));
                table_print(&table, "  ", stdout);
        }
        json_decref(all);
        return ADMIN_DONE;
}

/* ---------------------------------------------------------------- show, make */

static int show(struct command *command)
{
        char path[HOME_PATH_MAX];
        struct fault fault;

        if (!open_store(command, true, &fault) || !home_path(command->home, "ca/ca.pem", path, &fault) ||
                !pki_certificate_read(path, &command->ca, &fault) ||
                !report_frozen_read(command->link, command->run, command->ca, &command->report, &fault) ||
                !put_report(command, &fault))
                return fail(command, &fault);
        return ADMIN_DONE;
}

static int freeze(struct command *command)
{
        enum report_refusal refused;
        char run[RUN_ID_TEXT];
        struct fault fault;

        if (report_freeze(command->link, &command->signer, &command->report, command->again, now_ms(), run, &refused, &fault)) {
                fprintf(stderr, _("qcr-admin report: frozen as run %s\n"), run);
                return ADMIN_DONE;
        }
        if (refused == REPORT_FROZEN)
                return fail(command, &fault);
        tell_json(command, refused == REPORT_SIGNER ? "report_signer" : "report_frozen", refused == REPORT_SIGNER ? NULL : run);
        admin_fail(COMMAND, &fault);
        return ADMIN_REFUSED;
}

/* Asked before anything is kept for good. */
static bool can_put_out(const struct command *command, struct fault *why)
{
        char folder[HOME_PATH_MAX];
        char *slash;

        if (!command->out)
                return true;
        if ((size_t)snprintf(folder, sizeof(folder), "%s", command->out) >= sizeof(folder))
                return fault_set(why, FAULT_SYSTEM, "--out: the name is too long");
        slash = strrchr(folder, '/');
        if (slash)
                slash[1] = '\0';
        if (access(slash ? folder : ".", W_OK | X_OK) != 0)
                return fault_set(why, FAULT_SYSTEM, "--out %.200s: %s", command->out, strerror(errno));
        return true;
}

static int make(struct command *command)
{
        int status = parse_request(command);
        struct fault fault;

        if (status != ADMIN_DONE)
                return status;
        if (!can_put_out(command, &fault) || !load_config(command, &fault) || !open_store(command, command->freeze, &fault) ||
                (command->freeze && !load_signer(command, &fault)) ||
                !report_make(command->link, &command->request, &command->report, &fault))
                return fail(command, &fault);
        /* Frozen before it is shown: what could not be kept is not shown as if it were. */
        if (command->freeze)
                status = freeze(command);
        if (status == ADMIN_DONE && !put_report(command, &fault))
                return fail(command, &fault);
        return status;
}

int admin_report(int argc, char **argv)
{
        struct command *command = must_alloc(sizeof(*command));
        int status;

        memset(command, 0, sizeof(*command));
        status = language_start(NULL) ? parse(command, argc, argv) : ADMIN_FAILED;
        if (status == -1)
                status = admin_help(help);
        else if (status == ADMIN_DONE && strcmp(command->word, "list") == 0)
                status = list(command);
        else if (status == ADMIN_DONE && command->run)
                status = show(command);
        else if (status == ADMIN_DONE)
                status = make(command);
        report_done(&command->report);
        signer_done(&command->signer);
        X509_free(command->ca);
        buffer_done(&command->conninfo);
        link_free(command->link);
        free(command);
        return status;
}
