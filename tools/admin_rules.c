/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-admin procedure, codes and calendar: rule documents. They are checked here, offline; brought in as proposals
 * (tools/admin_act); and shown as the registry holds them.
 */
#include "tools/admin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "registry/core/procedure.h"
#include "tools/admin_act.h"
#include "tools/home.h"
#include "tools/language.h"
#include "tools/rule_file.h"

struct rules {
        enum rule_kind kind;
        struct admin_act act;
        const char *language;
        const char *action;
        char **words; /* behind the action */
        int word_count;
};

/* ------------------------------------------------------------------------- messages */

#define USAGE(command) \
        "Usage: qcr-admin " command " check FILE...\n" \
        "       qcr-admin " command " add FILE\n" \
        "       qcr-admin " command " list\n" \
        "       qcr-admin " command " show ID\n"
#define MEANING \
        "\n" \
        "check reads documents as the registry would and says what is wrong: key, value, reason (exit 2). add " \
        "proposes\n" \
        "the next version; it holds once another administrator approves it: qcr --as NAME approve SERIAL. Cases keep " \
        "the\n" \
        "procedure they were opened under; tables and calendar are those that hold when a step is taken.\n" \
        "\n"

static const char procedure_help[] = USAGE("procedure")
        "       qcr-admin procedure diagram|matrix ID|FILE [--language zh|en]\n"
        "\n"
        "A procedure: the states of a case, who may take which step when, with which papers. diagram prints it in\n"
        "Mermaid, matrix who may do what from which state.\n"
        MEANING ADMIN_ACT_HELP;
static const char codes_help[] = USAGE("codes") "\nA code table: grounds, bases, measures, with their days.\n" MEANING
        ADMIN_ACT_HELP;
static const char calendar_help[] = USAGE("calendar")
        "\nA calendar of working days: the holidays and make-up days of the years announced.\n" MEANING ADMIN_ACT_HELP;

static const char *help_of(enum rule_kind kind)
{
        switch (kind) {
        case RULE_PROCEDURE:
                return procedure_help;
        case RULE_CODES:
                return codes_help;
        case RULE_CALENDAR:
                return calendar_help;
        }
        abort();
}

static const char *command_of(const struct rules *rules)
{
        return rule_kind_word(rules->kind);
}

static void print_rule(const struct rule *rule)
{
        char hash[65];

        hex_encode(rule->hash, sizeof(rule->hash), hash);
        printf("%s %s@%" PRId32 " %s\n", rule_kind_word(rule->kind), rule->id, rule->version, hash);
}

/* ---------------------------------------------------------------------------- files */

/* A document of the command's own kind. */
static bool read_own(
        const struct rules *rules, const char *path, struct rule *ret, struct buffer *canonical, struct fault *why)
{
        if (!rule_file_read(path, ret, canonical, why))
                return false;
        return ret->kind == rules->kind || fault_set(why, FAULT_INPUT, "%.200s: format: this is for qcr-admin %s",
                                                   path, rule_kind_word(ret->kind));
}

/* What cannot be read says so and is a failure; what is wrong in it is usage. */
static int fail_file(const struct rules *rules, const struct fault *fault)
{
        int status = admin_fail(command_of(rules), fault);

        return fault->code == FAULT_INPUT ? ADMIN_USAGE : status;
}

static int run_check(struct rules *rules)
{
        int status = ADMIN_DONE;

        for (int i = 0; i < rules->word_count; i++) {
                CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
                struct fault fault;
                struct rule rule;

                if (read_own(rules, rules->words[i], &rule, &canonical, &fault))
                        print_rule(&rule);
                else
                        status = fail_file(rules, &fault);
        }
        return status;
}

static int run_add(struct rules *rules)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__RuleAdd add = QCR__RULE_ADD__INIT;
        struct fault fault;
        struct rule rule;

        if (!read_own(rules, rules->words[0], &rule, &canonical, &fault))
                return fail_file(rules, &fault);
        add.document = (ProtobufCBinaryData){.len = canonical.length, .data = canonical.data};
        request.operation_case = QCR__REQUEST__OPERATION_RULE_ADD;
        request.rule_add = &add;
        return admin_act_propose(&rules->act, &request);
}

/* -------------------------------------------------------------------- the registry's */

static int ask(struct rules *rules, const char *id, int (*show)(void *closure, const Qcr__Reply *reply), void *closure)
{
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__RuleShow message = QCR__RULE_SHOW__INIT;

        message.kind = client_bytes(rule_kind_word(rules->kind));
        message.has_id = id != NULL;
        if (id)
                message.id = client_bytes(id);
        request.operation_case = QCR__REQUEST__OPERATION_RULE_SHOW;
        request.rule_show = &message;
        return admin_act_ask(&rules->act, &request, show, closure);
}

static int print_list(void *closure, const Qcr__Reply *reply)
{
        const struct rules *rules = closure;

        if (reply->body_case != QCR__REPLY__BODY_RULES)
                return ADMIN_FAILED;
        for (size_t i = 0; i < reply->rules->n_rule; i++) {
                const Qcr__Rule *row = reply->rules->rule[i];
                char hash[65];

                if (row->sha256.len != 32)
                        return ADMIN_FAILED;
                hex_encode(row->sha256.data, 32, hash);
                printf("%s %.*s@%" PRIu32 " %s serial %" PRIu64 "\n", command_of(rules), (int)row->id.len,
                        (const char *)row->id.data, row->version, hash, row->serial);
        }
        return ADMIN_DONE;
}

/* The document of the one rule asked for. */
static int take_document(void *closure, const Qcr__Reply *reply)
{
        struct buffer *document = closure;

        if (reply->body_case != QCR__REPLY__BODY_RULES || reply->rules->n_rule != 1 ||
                !reply->rules->rule[0]->has_document)
                return ADMIN_FAILED;
        buffer_add_slice(document, client_slice(reply->rules->rule[0]->document));
        return ADMIN_DONE;
}

static int run_list(struct rules *rules)
{
        return ask(rules, NULL, print_list, rules);
}

/* As it is written in files: it may be changed, given the next version and proposed again. */
static int run_show(struct rules *rules)
{
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        int status = ask(rules, rules->words[0], take_document, &document);
        json_t *root;

        if (status != ADMIN_DONE)
                return status;
        root = json_loadb((const char *)document.data, document.length, 0, NULL);
        if (!root)
                return ADMIN_FAILED;
        status = json_dumpf(root, stdout, JSON_INDENT(1) | JSON_SORT_KEYS) == 0 && putchar('\n') != EOF
                         ? ADMIN_DONE
                         : ADMIN_FAILED;
        json_decref(root);
        return status;
}

/* ----------------------------------------------------------------------- procedures */

/* A file if there is one of that name; else what the registry holds under that id. */
static int read_procedure(struct rules *rules, const char *word, struct procedure **ret)
{
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        struct document_error error;
        struct fault fault;
        struct rule rule;
        int status = ADMIN_DONE;

        *ret = NULL;
        if (access(word, F_OK) == 0) {
                if (!read_own(rules, word, &rule, &document, &fault))
                        return fail_file(rules, &fault);
        } else {
                status = ask(rules, word, take_document, &document);
        }
        if (status == ADMIN_DONE && procedure_parse(buffer_slice(&document), ret, &error)) {
                fault_set(&fault, FAULT_INPUT, "%.100s: %s: %s", word, error.path, error.reason);
                status = admin_fail(command_of(rules), &fault);
        }
        return status;
}

static int run_drawing(struct rules *rules)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct procedure *procedure;
        int status = read_procedure(rules, rules->words[0], &procedure);

        if (status != ADMIN_DONE)
                return status;
        if (*rules->action == 'd')
                procedure_diagram(procedure, language_is_chinese(), &text);
        else
                procedure_matrix(procedure, &text);
        procedure_free(procedure);
        return fwrite(text.data, 1, text.length, stdout) == text.length ? ADMIN_DONE : ADMIN_FAILED;
}

/* ------------------------------------------------------------------------- choosing */

static const struct action {
        const char *word;
        int least, most; /* words behind it */
        bool procedures_only;
        int (*run)(struct rules *rules);
} actions[] = {
        {"check", 1, INT32_MAX, false, run_check},
        {"add", 1, 1, false, run_add},
        {"list", 0, 0, false, run_list},
        {"show", 1, 1, false, run_show},
        {"diagram", 1, 1, true, run_drawing},
        {"matrix", 1, 1, true, run_drawing},
};

static int run_action(struct rules *rules)
{
        for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
                const struct action *action = &actions[i];

                if (strcmp(action->word, rules->action) != 0 ||
                        (action->procedures_only && rules->kind != RULE_PROCEDURE))
                        continue;
                if (rules->word_count < action->least)
                        return admin_usage(command_of(rules), "%s: a word is missing", rules->action);
                if (rules->word_count > action->most)
                        return admin_usage(
                                command_of(rules), "%s: not expected here", rules->words[action->most]);
                return action->run(rules);
        }
        return admin_usage(command_of(rules), "%s: no such action", rules->action);
}

static const struct option long_options[] = {
        ADMIN_ACT_OPTIONS,
        {"language", required_argument, NULL, 'L'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

static int parse(struct rules *rules, int argc, char **argv)
{
        int letter;

        optind = 1;
        opterr = 0;
        while ((letter = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
                if (admin_act_option(&rules->act, letter, optarg))
                        continue;
                switch (letter) {
                case 'L': rules->language = optarg; break;
                case 'h': return -1;
                default: return admin_bad_option(command_of(rules), letter, argv);
                }
        }
        if (optind == argc)
                return admin_usage(command_of(rules), "say what");
        rules->action = argv[optind];
        rules->words = argv + optind + 1;
        rules->word_count = argc - optind - 1;
        return language_start(rules->language)
                       ? ADMIN_DONE
                       : admin_usage(command_of(rules), "--language %s: zh or en", rules->language);
}

static int run(enum rule_kind kind, int argc, char **argv)
{
        struct rules rules = {.kind = kind, .act.command = rule_kind_word(kind)};
        struct fault fault;
        int status = parse(&rules, argc, argv);

        if (status == -1)
                status = admin_help(help_of(kind));
        else if (status == ADMIN_DONE)
                status = admin_act_load(&rules.act, &fault) ? run_action(&rules)
                                                            : admin_fail(command_of(&rules), &fault);
        admin_act_done(&rules.act);
        return status;
}

int admin_procedure(int argc, char **argv)
{
        return run(RULE_PROCEDURE, argc, argv);
}

int admin_codes(int argc, char **argv)
{
        return run(RULE_CODES, argc, argv);
}

int admin_calendar(int argc, char **argv)
{
        return run(RULE_CALENDAR, argc, argv);
}
