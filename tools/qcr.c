/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/qcr.h"

#include <assert.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/language.h"
#include "tools/show.h"

#define FLAGS_MAX 64u
/* What getopt_long returns: rows of the command from here, rows of `common` from there. */
#define FROM_COMMAND 0x100
#define FROM_COMMON 0x200

static const struct command *const tables[] = {
        lookup_commands,
        verify_commands,
        explain_commands,
        find_commands,
        code_commands,
        record_commands,
        approval_commands,
        case_view_commands,
        case_list_commands,
        case_file_commands,
        case_paper_commands,
        case_rule_commands,
        case_step_commands,
        identity_commands,
};

enum common_flag { COMMON_OPTION, COMMON_CONFIG, COMMON_HELP, COMMON_VERSION };

/* Flags that every command takes, before or behind its words. */
static const struct {
        const char *name;
        enum common_flag kind;
        enum option_name option;
        const char *argument;
        const char *help;
} common[] = {
        {"as", COMMON_OPTION, OPTION_AS, "NAME",
                N_("act as this person under HOME/people (default regulator)")},
        {"home", COMMON_OPTION, OPTION_HOME, "FOLDER", N_("the folder with ca/ and people/")},
        {"server", COMMON_OPTION, OPTION_SERVER, "HOST:PORT", N_("the registry's address")},
        {"ca", COMMON_OPTION, OPTION_CA, "FILE", N_("whom to believe (default HOME/ca/ca.pem)")},
        {"timeout", COMMON_OPTION, OPTION_TIMEOUT, "SECONDS",
                N_("how long to wait for an answer (default 10)")},
        {"config", COMMON_CONFIG, OPTION_COUNT, "FILE",
                N_("read options from here before the user's and the system's file")},
        {"lang", COMMON_OPTION, OPTION_LANGUAGE, "zh|en", N_("language of messages (default by locale)")},
        {"color", COMMON_OPTION, OPTION_COLOR, "auto|always|never",
                N_("colours (default auto; NO_COLOR is heeded)")},
        {"help", COMMON_HELP, OPTION_COUNT, NULL, N_("show this help")},
        {"version", COMMON_VERSION, OPTION_COUNT, NULL, N_("show the version")},
};
#define COMMON_COUNT (sizeof(common) / sizeof(common[0]))

struct parse {
        struct qcr *qcr;
        const struct command *command; /* NULL before its words */
        uint8_t *fields;
        const char *config;
        bool help;
        bool version;
};

/* ---------------------------------------------------------------------- help */

static void print_flag(struct table *rows, const char *name, const char *argument, const char *help)
{
        CLEANUP(buffer) struct buffer word = BUFFER_INIT;

        buffer_add_format(&word, "--%s%s%s", name, argument ? " " : "", argument ? argument : "");
        table_add_text(rows, buffer_text(&word));
        table_add_text(rows, _(help));
}

static void print_common(void)
{
        CLEANUP(table) struct table rows;

        table_init(&rows, 2);
        for (size_t i = 0; i < COMMON_COUNT; i++)
                print_flag(&rows, common[i].name, common[i].argument, common[i].help);
        printf("\n%s\n", _("Options of every command:"));
        table_print(&rows, "  ", stdout);
}

static void print_help(void)
{
        CLEANUP(table) struct table rows;

        printf("%s\n\n%s\n", _("Usage: qcr [OPTION...] COMMAND [OPTION...] [OPERAND...]"), _("Commands:"));
        table_init(&rows, 2);
        for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
                for (const struct command *c = tables[t]; c->words; c++) {
                        CLEANUP(buffer) struct buffer word = BUFFER_INIT;

                        buffer_add_format(&word, "%s %s", c->words, c->operands);
                        table_add_text(&rows, buffer_text(&word));
                        table_add_text(&rows, _(c->summary));
                }
        table_print(&rows, "  ", stdout);
        print_common();
        printf("\n%s\n", _("`qcr COMMAND --help` shows a command's own options with examples."));
        printf("%s\n",
                _("Exit status: 0 registered, standing, not listed (or done); 1 general; 2 usage or\n"
                  "not a code; 3 not registered; 4 listed; 5 could not answer; 6 authentic but no longer\n"
                  "current; 7 verification failed; 8 not authenticated or not allowed; 9 limit or quota;\n"
                  "10 batch with rows that are not clear; 11 refused by a rule; 12 key used before;\n"
                  "13 outcome unknown; 14 answered without a plain verdict (deregistered, revoked, withheld,\n"
                  "merged)."));
}

static void print_command_help(const struct command *c)
{
        CLEANUP(table) struct table rows;

        printf(_("Usage: qcr %s [OPTION...] %s"), c->words, c->operands);
        printf("\n%s\n\n%s\n%s\n", _(c->summary), _("Examples:"), c->examples);
        table_init(&rows, 2);
        for (const struct flag *f = c->flags; f->name; f++)
                print_flag(&rows, f->name, f->argument, f->help);
        if (c->flags->name) {
                printf("\n%s\n", _("Options:"));
                table_print(&rows, "  ", stdout);
        }
        print_common();
}

/* ------------------------------------------------------------------- parsing */

static int take_common(struct parse *p, unsigned row, const char *value)
{
        switch (common[row].kind) {
        case COMMON_OPTION:
                options_set(&p->qcr->options, common[row].option, value);
                /* At once, so that what is wrong behind it is said in it. */
                if (common[row].option == OPTION_LANGUAGE && !language_start(value))
                        return qcr_usage(p->qcr, "language '%s': zh or en", value);
                return 0;
        case COMMON_CONFIG:
                p->config = value;
                return 0;
        case COMMON_HELP:
                p->help = true;
                return 0;
        case COMMON_VERSION:
                p->version = true;
                return 0;
        }
        return 0;
}

static int take_flag(struct parse *p, const struct flag *flag, const char *value)
{
        void *field = p->fields + flag->offset;
        struct text_list *list = field;

        switch (flag->kind) {
        case FLAG_SWITCH:
                *(bool *)field = true;
                return 0;
        case FLAG_TEXT:
                *(const char **)field = value;
                return 0;
        case FLAG_LIST:
                if (list->count == TEXT_LIST_LIMIT)
                        return qcr_usage(p->qcr, "--%s: more than %u times", flag->name, TEXT_LIST_LIMIT);
                list->texts[list->count++] = value;
                return 0;
        case FLAG_JSON:
                p->qcr->output.mode = OUTPUT_JSON;
                return 0;
        case FLAG_JSONL:
                p->qcr->output.mode = OUTPUT_JSONL;
                return 0;
        case FLAG_FIELDS: /* never getopt's: take_fields() has them */
                break;
        }
        return 0;
}

static bool has_argument(const struct flag *flag)
{
        return flag->kind == FLAG_TEXT || flag->kind == FLAG_LIST;
}

static bool is_word(const char *name, const char *word, size_t length)
{
        return strlen(name) == length && memcmp(name, word, length) == 0;
}

/* Is it one of the options of this program? Whole words only: `--ca` is not the beginning of a field. */
static bool find_option(const struct command *command, const char *word, size_t length, bool *ret_argument)
{
        for (const struct flag *f = command->flags; f->name; f++)
                if (f->kind != FLAG_FIELDS && is_word(f->name, word, length)) {
                        *ret_argument = has_argument(f);
                        return true;
                }
        for (size_t i = 0; i < COMMON_COUNT; i++)
                if (is_word(common[i].name, word, length)) {
                        *ret_argument = common[i].argument != NULL;
                        return true;
                }
        return false;
}

static int take_field(struct parse *p, struct field_list *fields, char *word, char *equals, char *next)
{
        if (fields->count == FIELD_LIST_LIMIT)
                return qcr_usage(p->qcr, "more than %u fields", FIELD_LIST_LIMIT);
        if (equals)
                *equals = '\0';
        else if (!next || strncmp(next, "--", 2) == 0)
                return qcr_usage(p->qcr, "--%s needs a value; one that begins with -- is said as --%s=VALUE", word,
                        word);
        fields->words[fields->count] = word;
        fields->values[fields->count++] = equals ? equals + 1 : next;
        return 0;
}

static void *field_list_of(const struct parse *p)
{
        for (const struct flag *f = p->command ? p->command->flags : NULL; f && f->name; f++)
                if (f->kind == FLAG_FIELDS)
                        return p->fields + f->offset;
        return NULL;
}

/* Takes out every --WORD VALUE that is no option, for a command that has fields; the rest is getopt's. */
static int take_fields(struct parse *p, int *argc, char **argv)
{
        struct field_list *fields = field_list_of(p);
        int kept = 1, i;

        for (i = 1; fields && i < *argc && strcmp(argv[i], "--") != 0; i++) {
                char *word = argv[i] + 2;
                char *equals;
                bool argument = false;
                int status;

                argv[kept] = argv[i];
                if (strncmp(argv[i], "--", 2) != 0) {
                        kept++;
                        continue;
                }
                equals = strchr(word, '=');
                if (find_option(p->command, word, equals ? (size_t)(equals - word) : strlen(word), &argument)) {
                        kept++;
                        if (argument && !equals && i + 1 < *argc)
                                argv[kept++] = argv[++i];
                        continue;
                }
                status = take_field(p, fields, word, equals, i + 1 < *argc ? argv[i + 1] : NULL);
                if (status)
                        return status;
                i += !equals;
        }
        if (!fields)
                return 0;
        while (i < *argc)
                argv[kept++] = argv[i++];
        argv[kept] = NULL;
        *argc = kept;
        return 0;
}

static void fill_getopt(const struct command *command, struct option ret[FLAGS_MAX])
{
        unsigned n = 0;

        for (int i = 0; command && command->flags[i].name; i++)
                if (command->flags[i].kind != FLAG_FIELDS)
                        ret[n++] = (struct option){command->flags[i].name, has_argument(&command->flags[i]), NULL,
                                FROM_COMMAND + i};
        for (size_t i = 0; i < COMMON_COUNT; i++)
                ret[n++] = (struct option){
                        common[i].name, common[i].argument != NULL, NULL, FROM_COMMON + (int)i};
        assert(n < FLAGS_MAX);
        ret[n] = (struct option){0};
}

/* Parses until the first operand (before the command) or through (behind it); 0 or an exit status. */
static int parse_flags(struct parse *p, int argc, char **argv)
{
        struct option rows[FLAGS_MAX];

        fill_getopt(p->command, rows);
        optind = 0;
        opterr = 0;
        for (;;) {
                int at = optind ? optind : 1;
                int c = getopt_long(argc, argv, p->command ? ":h" : "+:h", rows, NULL);
                int status = 0;

                if (c == -1)
                        return 0;
                if (c == 'h')
                        p->help = true;
                else if (c == ':')
                        status = qcr_usage(p->qcr, "%s needs a value", argv[optind - 1]);
                else if (c == '?')
                        status = qcr_usage(p->qcr, "unknown option '%s'",
                                at < argc && argv[at][0] == '-' ? argv[at] : argv[optind - 1]);
                else if (c >= FROM_COMMON)
                        status = take_common(p, (unsigned)(c - FROM_COMMON), optarg);
                else
                        status = take_flag(p, &p->command->flags[c - FROM_COMMAND], optarg);
                if (status)
                        return status;
        }
}

/* How many of the words are this command's; 0: it is another. */
static int match_words(const struct command *command, int argc, char **argv)
{
        const char *space = strchr(command->words, ' ');
        size_t first = space ? (size_t)(space - command->words) : strlen(command->words);

        if (argc < 1 || strlen(argv[0]) != first || memcmp(argv[0], command->words, first) != 0)
                return 0;
        if (!space)
                return 1;
        return argc > 1 && strcmp(argv[1], space + 1) == 0 ? 2 : 0;
}

static const struct command *find_command(int argc, char **argv, int *ret_words)
{
        for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
                for (const struct command *c = tables[t]; c->words; c++) {
                        *ret_words = match_words(c, argc, argv);
                        if (*ret_words)
                                return c;
                }
        return NULL;
}

static int unknown_command(struct qcr *qcr, int argc, char **argv)
{
        CLEANUP(buffer) struct buffer there_are = BUFFER_INIT;
        size_t length = strlen(argv[0]);

        for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
                for (const struct command *c = tables[t]; c->words; c++)
                        if (strncmp(c->words, argv[0], length) == 0 && c->words[length] == ' ')
                                buffer_add_format(
                                        &there_are, "%s'%s'", there_are.length ? ", " : "", c->words);
        if (there_are.length)
                return qcr_usage(qcr, "there is no command '%s%s%s'; there are %s", argv[0],
                        argc > 1 ? " " : "", argc > 1 ? argv[1] : "", buffer_text(&there_are));
        return qcr_usage(qcr, "there is no command '%s'", argv[0]);
}

/* Which mode an error in the words themselves is told in. */
static enum output_mode mode_of_words(int argc, char **argv)
{
        for (int i = 1; i < argc; i++) {
                if (strcmp(argv[i], "--json") == 0)
                        return OUTPUT_JSON;
                if (strcmp(argv[i], "--jsonl") == 0)
                        return OUTPUT_JSONL;
        }
        return OUTPUT_TEXT;
}

/* ------------------------------------------------------------------- running */

int qcr_fail(struct qcr *qcr, struct failure *failure)
{
        int status = failure->exit_status;

        if (!qcr->is_quiet) {
                if (qcr->explain && failure->code && qcr->output.mode == OUTPUT_TEXT)
                        qcr->explain(qcr, qcr->explain_closure, failure);
                failure_report(failure, &qcr->output, qcr->error_colours);
        }
        failure_done(failure);
        return status;
}

int qcr_usage(struct qcr *qcr, const char *format, ...)
{
        struct failure failure;
        char text[400], shown[400];
        va_list args;

        va_start(args, format);
        vsnprintf(text, sizeof(text), format, args);
        va_end(args);
        va_start(args, format);
        vsnprintf(shown, sizeof(shown), _(format), args);
        va_end(args);
        failure_of_usage(&failure, text, shown);
        return qcr_fail(qcr, &failure);
}

static int settle_options(struct parse *p)
{
        struct options *options = &p->qcr->options;
        const char *colour;
        struct fault why;

        if (!options_load(options, p->config, &why))
                return qcr_usage(p->qcr, "%s", why.text);
        if (options_get(options, OPTION_LANGUAGE) && !language_start(options_get(options, OPTION_LANGUAGE)))
                return qcr_usage(p->qcr, "language '%s': zh or en", options_get(options, OPTION_LANGUAGE));
        colour = options_get(options, OPTION_COLOR);
        if (colour && !show_is_colour_choice(colour))
                return qcr_usage(p->qcr, "color '%s': auto, always or never", colour);
        p->qcr->colours = show_wants_colour(colour, stdout);
        p->qcr->error_colours = show_wants_colour(colour, stderr);
        return 0;
}

static int run_command(struct parse *p, int argc, char **argv)
{
        const struct command *c = p->command;
        unsigned count;
        int status;

        status = take_fields(p, &argc, argv);
        if (!status)
                status = parse_flags(p, argc, argv);
        if (!status)
                status = settle_options(p);
        if (status)
                return status;
        if (p->help) {
                print_command_help(c);
                return 0;
        }
        count = (unsigned)(argc - optind);
        if (count < c->least)
                return qcr_usage(p->qcr, "%s: %s is missing", c->words, c->operands);
        if (count > c->most)
                return qcr_usage(
                        p->qcr, "%s: '%s' is one word too many", c->words, argv[optind + (int)c->most]);
        return c->run(p->qcr, p->fields, count, argv + optind);
}

static int run(struct qcr *qcr, int argc, char **argv)
{
        _Alignas(max_align_t) uint8_t fields[FLAGS_SIZE_MAX] = {0};
        struct parse p = {.qcr = qcr, .fields = fields};
        int words;
        int status = parse_flags(&p, argc, argv);

        if (status)
                return status;
        if (p.version) {
                printf("qcr %s\n", QCR_VERSION);
                return 0;
        }
        if (p.help && optind == argc) {
                status = settle_options(&p);
                if (!status)
                        print_help();
                return status;
        }
        if (optind == argc)
                return qcr_usage(qcr, "no command");
        argc -= optind;
        argv += optind;
        p.command = find_command(argc, argv, &words);
        if (!p.command)
                return unknown_command(qcr, argc, argv);
        qcr->output.mode = OUTPUT_TEXT;
        for (const struct flag *f = p.command->flags; f->name; f++)
                if (f->kind == FLAG_JSON || f->kind == FLAG_JSONL)
                        qcr->output.mode = mode_of_words(argc, argv);
        /* getopt takes the word before the first option for the program's name. */
        return run_command(&p, argc - words + 1, argv + words - 1);
}

int main(int argc, char **argv)
{
        struct qcr qcr = {.output.mode = mode_of_words(argc, argv)};
        int status;

        /* A server that goes away is an answer, not a signal. */
        signal(SIGPIPE, SIG_IGN);
        if (!language_start(NULL))
                return EXIT_GENERAL;
        status = run(&qcr, argc, argv);
        client_close(qcr.client);
        options_done(&qcr.options);
        if (fflush(stdout) != 0 || output_is_broken()) {
                fprintf(stderr, "qcr: %s\n", _("standard output cannot be written"));
                return EXIT_GENERAL;
        }
        return status;
}
