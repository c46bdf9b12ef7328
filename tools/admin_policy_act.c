/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-admin policy add, list, show, activate and rollback: policies as the registry holds them, and which is in force.
 * Through the daemon, as signed acts and readings; only the shadow run that a switch needs goes to the database.
 */
#include "tools/admin_policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "registry/core/policy.h"
#include "tools/admin.h"
#include "tools/admin_act.h"
#include "tools/admin_recalc.h"
#include "tools/home.h"
#include "tools/show.h"

#define NAME_TEXT (POLICY_ID + 12) /* ID@VERSION */

struct command {
        struct admin_act act;
        const char *help;
        const char *word;   /* behind the options; NULL: none was wanted */
        bool wants_word;
        bool only_document;
};

/* One of the registry's, as it was told. */
struct known {
        char name[NAME_TEXT];
        uint8_t hash[32];
        uint64_t active_until; /* 0: it was not in force, or is */
};

/* ---------------------------------------------------------------- the command line */

#define OPTIONS_HELP "  --json          as JSON\n" ADMIN_ACT_HELP

static const char add_help[] =
        "Usage: qcr-admin policy add FILE [--json]\n"
        "\n"
        "Brings a policy in. It means nothing until it is put in force (qcr-admin policy activate), and never changes:\n"
        "another text is another version.\n"
        "\n" OPTIONS_HELP;
static const char list_help[] =
        "Usage: qcr-admin policy list [--json]\n"
        "\n"
        "Which policies there are, which is in force since which entry, and the newest complete shadow run of each.\n"
        "\n" OPTIONS_HELP;
static const char show_help[] =
        "Usage: qcr-admin policy show ID@VERSION|SHA256 [--document] [--json]\n"
        "\n"
        "One policy: what list says of it, and its document.\n"
        "\n"
        "  --document      the document alone, as it is written in files\n" OPTIONS_HELP;
static const char activate_help[] =
        "Usage: qcr-admin policy activate ID@VERSION|SHA256 [--json]\n"
        "\n"
        "Proposes to put a policy in force. First it is asked whether that may be; then all grades are computed aside,\n"
        "unless a complete shadow run is there that nothing has changed since; then it is proposed with that run. From\n"
        "the moment on at which another administrator approves, every answer is of the new policy.\n"
        "\n"
        "  --database CONNINFO  without a user, for the run; QCR_DATABASE or the home's qcrd.conf otherwise\n" OPTIONS_HELP
        "\n"
        "Example:\n"
        "  qcr-admin policy activate county-food@2 && qcr --as admin2 approve 4711\n";
static const char rollback_help[] =
        "Usage: qcr-admin policy rollback [--json]\n"
        "\n"
        "Proposes to put that policy in force again which was before the present one, as activate does.\n"
        "\n"
        "  --database CONNINFO  without a user, for the run; QCR_DATABASE or the home's qcrd.conf otherwise\n" OPTIONS_HELP;

static const struct option long_options[] = {
        ADMIN_ACT_OPTIONS,
        {"database", required_argument, NULL, 'd'},
        {"document", no_argument, NULL, 'D'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

static int parse(struct command *command, int argc, char **argv)
{
        int letter;

        optind = 1;
        opterr = 0;
        while ((letter = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
                if (admin_act_option(&command->act, letter, optarg))
                        continue;
                switch (letter) {
                case 'd': options_set(&command->act.options, OPTION_DATABASE, optarg); break;
                case 'D': command->only_document = true; break;
                case 'j': command->act.output.mode = OUTPUT_JSON; break;
                case 'h': return -1;
                default: return admin_bad_option(command->act.command, letter, argv);
                }
        }
        if (command->wants_word && optind == argc)
                return admin_usage(command->act.command, "say which");
        if (command->wants_word)
                command->word = argv[optind++];
        return optind == argc ? ADMIN_DONE : admin_usage(command->act.command, "%s: not expected here", argv[optind]);
}

static int run(struct command command, int argc, char **argv, int (*action)(struct command *command))
{
        struct fault fault;
        int status = parse(&command, argc, argv);

        if (status == -1)
                status = admin_help(command.help);
        else if (status == ADMIN_DONE)
                status = admin_act_load(&command.act, &fault) ? action(&command)
                                                              : admin_fail(command.act.command, &fault);
        admin_act_done(&command.act);
        return status;
}

static bool is_json(const struct command *command)
{
        return command->act.output.mode != OUTPUT_TEXT;
}

/* ----------------------------------------------------------------- what is told of one */

static bool known_of(const Qcr__Policy *policy, struct known *ret)
{
        if (policy->sha256.len != sizeof(ret->hash))
                return false;
        memcpy(ret->hash, policy->sha256.data, sizeof(ret->hash));
        snprintf(ret->name, sizeof(ret->name), "%.*s@%" PRIu32, (int)policy->id.len, (const char *)policy->id.data,
                policy->version);
        ret->active_until = policy->has_active_since ? 0 : policy->active_until;
        return true;
}

static void set_serial(json_t *document, const char *member, bool has, uint64_t serial)
{
        if (has)
                output_set_number(document, member, serial);
        else
                json_object_set_new(document, member, json_null());
}

/* NULL: it is not what the registry may answer. */
static json_t *document_of(const Qcr__Policy *policy)
{
        struct known known;
        char hash[65];
        json_t *d;

        if (!known_of(policy, &known))
                return NULL;
        hex_encode(known.hash, sizeof(known.hash), hash);
        d = json_object();
        output_set_text(d, "policy", known.name);
        output_set_bytes(d, "id", policy->id);
        output_set_number(d, "version", policy->version);
        output_set_text(d, "sha256", hash);
        output_set_bytes(d, "standing", policy->standing);
        output_set_number(d, "serial", policy->serial);
        set_serial(d, "active_since", policy->has_active_since, policy->active_since);
        set_serial(d, "active_until", policy->has_active_until, policy->active_until);
        set_serial(d, "run", policy->has_run_serial, policy->run_serial);
        if (policy->has_document)
                json_object_set_new(d, "document",
                        json_loadb((const char *)policy->document.data, policy->document.len, 0, NULL));
        return d;
}

static void format_serial(char ret[48], const char *before, bool has, uint64_t serial)
{
        if (has)
                snprintf(ret, 48, "%s%" PRIu64, before, serial);
        else
                snprintf(ret, 48, "-");
}

static void format_state(char ret[48], const Qcr__Policy *policy)
{
        if (policy->has_active_since)
                format_serial(ret, "in force since ", true, policy->active_since);
        else if (policy->has_active_until)
                format_serial(ret, "until ", true, policy->active_until);
        else
                snprintf(ret, 48, "never in force");
}

/* ---------------------------------------------------------------------------- add */

static int print_added(void *closure, const Qcr__Reply *reply)
{
        struct command *command = closure;
        json_t *d;

        if (!is_json(command)) {
                printf("added %s as entry %" PRIu64 "\n", command->word, reply->serial);
                return ADMIN_DONE;
        }
        d = json_object();
        output_set_text(d, "outcome", "added");
        output_set_text(d, "policy", command->word);
        output_set_number(d, "serial", reply->serial);
        output_document(&command->act.output, d);
        return ADMIN_DONE;
}

/* Its canonical form: what the registry keeps. */
static bool read_file(const char *path, struct buffer *ret, char ret_name[NAME_TEXT], struct fault *why)
{
        CLEANUP(buffer) struct buffer json = BUFFER_INIT;
        struct document_error error;
        struct document document;
        struct policy *policy;
        bool is_sound;

        if (!file_read(path, &json, why))
                return false;
        policy = must_alloc(sizeof(*policy));
        is_sound = policy_parse_draft(buffer_slice(&json), policy, &error) == DOCUMENT_SOUND;
        if (is_sound)
                snprintf(ret_name, NAME_TEXT, "%s@%" PRId32, policy->id, policy->version);
        free(policy);
        if (!is_sound)
                return fault_set(why, FAULT_INPUT, "%.200s: %s%s%s%s%s", path, error.path, error.path[0] ? ": " : "",
                        error.reason, error.value[0] ? ": " : "", error.value);
        document_init(&document, buffer_slice(&json));
        document_canonical(&document, ret);
        document_done(&document);
        return true;
}

static int run_add(struct command *command)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__PolicyAdd message = QCR__POLICY_ADD__INIT;
        char name[NAME_TEXT];
        struct fault fault;

        if (!read_file(command->word, &canonical, name, &fault)) {
                int status = admin_fail(command->act.command, &fault);

                return fault.code == FAULT_INPUT ? ADMIN_USAGE : status;
        }
        command->word = name;
        message.document = (ProtobufCBinaryData){.len = canonical.length, .data = canonical.data};
        request.operation_case = QCR__REQUEST__OPERATION_POLICY_ADD;
        request.policy_add = &message;
        return admin_act_send(&command->act, &request, print_added, command);
}

int admin_policy_add(int argc, char **argv)
{
        return run((struct command){.act.command = "policy add", .help = add_help, .wants_word = true}, argc, argv,
                run_add);
}

/* ------------------------------------------------------------------- list and show */

static int ask(struct command *command, int (*show)(void *closure, const Qcr__Reply *reply), void *closure)
{
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__PolicyShow message = QCR__POLICY_SHOW__INIT;

        message.has_policy = command->word != NULL;
        if (command->word)
                message.policy = client_bytes(command->word);
        request.operation_case = QCR__REQUEST__OPERATION_POLICY_SHOW;
        request.policy_show = &message;
        return admin_act_ask(&command->act, &request, show, closure);
}

static int print_table(const Qcr__Policies *policies)
{
        static const char *const headings[] = {"policy", "standing", "state", "entry", "shadow run", "sha256"};
        CLEANUP(table) struct table table;

        table_init(&table, sizeof(headings) / sizeof(headings[0]));
        for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
                table_add_text(&table, headings[i]);
        for (size_t i = 0; i < policies->n_policy; i++) {
                const Qcr__Policy *policy = policies->policy[i];
                char state[48], serial[48], run_serial[48], hash[65];
                struct known known;

                if (!known_of(policy, &known))
                        return ADMIN_FAILED;
                format_state(state, policy);
                format_serial(serial, "", true, policy->serial);
                format_serial(run_serial, "", policy->has_run_serial, policy->run_serial);
                hex_encode(known.hash, sizeof(known.hash), hash);
                table_add_text(&table, known.name);
                table_add(&table, client_slice(policy->standing));
                table_add_text(&table, state);
                table_add_text(&table, serial);
                table_add_text(&table, run_serial);
                table_add_text(&table, hash);
        }
        table_print(&table, "", stdout);
        return ADMIN_DONE;
}

static int print_list(void *closure, const Qcr__Reply *reply)
{
        struct command *command = closure;
        json_t *d = NULL;

        if (reply->body_case != QCR__REPLY__BODY_POLICIES)
                return ADMIN_FAILED;
        if (!is_json(command))
                return print_table(reply->policies);
        output_begin_rows(&command->act.output);
        for (size_t i = 0; i < reply->policies->n_policy && (d = document_of(reply->policies->policy[i])); i++)
                output_document(&command->act.output, d);
        output_end_rows(&command->act.output);
        return d ? ADMIN_DONE : ADMIN_FAILED; /* there is always the founding's */
}

static int run_list(struct command *command)
{
        return ask(command, print_list, command);
}

/* As it is written in files: it may be changed, given the next version and brought in. */
static int print_document(const Qcr__Policy *policy)
{
        json_t *root = json_loadb((const char *)policy->document.data, policy->document.len, 0, NULL);
        bool done = root && json_dumpf(root, stdout, JSON_INDENT(1) | JSON_SORT_KEYS) == 0 && putchar('\n') != EOF;

        json_decref(root);
        return done ? ADMIN_DONE : ADMIN_FAILED;
}

static int print_one(void *closure, const Qcr__Reply *reply)
{
        struct command *command = closure;
        const Qcr__Policy *policy;
        json_t *d;

        if (reply->body_case != QCR__REPLY__BODY_POLICIES || reply->policies->n_policy != 1 ||
                !reply->policies->policy[0]->has_document)
                return ADMIN_FAILED;
        policy = reply->policies->policy[0];
        if (command->only_document)
                return print_document(policy);
        if (is_json(command)) {
                d = document_of(policy);
                if (d)
                        output_document(&command->act.output, d);
                return d ? ADMIN_DONE : ADMIN_FAILED;
        }
        return print_table(reply->policies) == ADMIN_DONE && putchar('\n') != EOF ? print_document(policy)
                                                                                  : ADMIN_FAILED;
}

static int run_show(struct command *command)
{
        return ask(command, print_one, command);
}

int admin_policy_list(int argc, char **argv)
{
        return run((struct command){.act.command = "policy list", .help = list_help}, argc, argv, run_list);
}

int admin_policy_show(int argc, char **argv)
{
        return run((struct command){.act.command = "policy show", .help = show_help, .wants_word = true}, argc, argv,
                run_show);
}

/* ------------------------------------------------------------- activate and rollback */

struct switching {
        struct command *command;
        struct known policy;
        uint64_t run_serial;
};

static int take_one(void *closure, const Qcr__Reply *reply)
{
        struct switching *switching = closure;

        return reply->body_case == QCR__REPLY__BODY_POLICIES && reply->policies->n_policy == 1 &&
                               known_of(reply->policies->policy[0], &switching->policy)
                       ? ADMIN_DONE
                       : ADMIN_FAILED;
}

/* Of those that are not in force, the one that was last. */
static int take_previous(void *closure, const Qcr__Reply *reply)
{
        struct switching *switching = closure;

        if (reply->body_case != QCR__REPLY__BODY_POLICIES)
                return ADMIN_FAILED;
        for (size_t i = 0; i < reply->policies->n_policy; i++) {
                struct known known;

                if (!known_of(reply->policies->policy[i], &known))
                        return ADMIN_FAILED;
                if (known.active_until > switching->policy.active_until)
                        switching->policy = known;
        }
        return ADMIN_DONE;
}

static int say_nothing(void *closure, const Qcr__Reply *reply)
{
        (void)closure;
        (void)reply;
        return ADMIN_DONE;
}

static int print_proposed(void *closure, const Qcr__Reply *reply)
{
        const struct switching *switching = closure;
        struct command *command = switching->command;
        char hash[65], approve[64];
        json_t *d;

        snprintf(approve, sizeof(approve), "qcr --as NAME approve %" PRIu64, reply->serial);
        if (!is_json(command)) {
                printf("%s, with shadow run %" PRIu64 ", proposed as %" PRIu64
                       " by %s; another administrator approves it: %s\n",
                        switching->policy.name, switching->run_serial, reply->serial,
                        options_get(&command->act.options, OPTION_AS), approve);
                return ADMIN_DONE;
        }
        hex_encode(switching->policy.hash, sizeof(switching->policy.hash), hash);
        d = json_object();
        output_set_text(d, "outcome", "proposed");
        output_set_text(d, "policy", switching->policy.name);
        output_set_text(d, "sha256", hash);
        output_set_number(d, "run", switching->run_serial);
        output_set_number(d, "proposal", reply->serial);
        output_set_text(d, "approve", approve);
        output_document(&command->act.output, d);
        return ADMIN_DONE;
}

static void set_message(struct switching *switching, Qcr__PolicyActivate *message, Qcr__Request *request)
{
        message->policy_hash =
                (ProtobufCBinaryData){.len = sizeof(switching->policy.hash), .data = switching->policy.hash};
        message->run_serial = switching->run_serial;
        request->operation_case = QCR__REQUEST__OPERATION_POLICY_ACTIVATE;
        request->policy_activate = message;
}

/* An act that changes nothing: signed, under a key of its own. */
static int rehearse(struct switching *switching)
{
        struct admin_act *act = &switching->command->act;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__PolicyActivate message = QCR__POLICY_ACTIVATE__INIT;
        uint8_t key[CLIENT_KEY_OCTETS];
        struct fault fault;

        if (!client_new_key(key, &fault))
                return admin_fail(act->command, &fault);
        set_message(switching, &message, &request);
        message.has_dry_run = message.dry_run = true;
        request.has_idempotency_key = true;
        request.idempotency_key = (ProtobufCBinaryData){.len = sizeof(key), .data = key};
        return admin_act_ask(act, &request, say_nothing, NULL);
}

static int propose(struct switching *switching)
{
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__PolicyActivate message = QCR__POLICY_ACTIVATE__INIT;

        set_message(switching, &message, &request);
        return admin_act_send(&switching->command->act, &request, print_proposed, switching);
}

static bool make_run(struct switching *switching, enum result_code *ret_refused, struct fault *why)
{
        const struct options *options = &switching->command->act.options;
        CLEANUP(buffer) struct buffer conninfo = BUFFER_INIT;
        struct recalc_signer signer = {.as = options_get(options, OPTION_AS)};

        *ret_refused = RESULT_DONE;
        if (!home_find(options_get(options, OPTION_HOME), &signer.home, why) ||
                !home_conninfo(options_get(options, OPTION_DATABASE), signer.home, &conninfo, why))
                return false;
        signer.database = buffer_text(&conninfo);
        return recalc_shadow(&signer, switching->policy.hash, &switching->run_serial, ret_refused, why);
}

/* Whether it may be is asked before hours of work. */
static int propose_switch(struct switching *switching)
{
        enum result_code refused;
        struct fault fault;
        int status = rehearse(switching);

        if (status != ADMIN_DONE)
                return status;
        if (make_run(switching, &refused, &fault))
                return propose(switching);
        status = admin_fail(switching->command->act.command, &fault);
        return refused == RESULT_DONE ? status : result_find(refused)->exit_status;
}

static int run_activate(struct command *command)
{
        struct switching switching = {.command = command};
        int status = ask(command, take_one, &switching);

        return status == ADMIN_DONE ? propose_switch(&switching) : status;
}

static int run_rollback(struct command *command)
{
        struct switching switching = {.command = command};
        int status = ask(command, take_previous, &switching);

        if (status != ADMIN_DONE)
                return status;
        if (!switching.policy.active_until) {
                fprintf(stderr, "qcr-admin %s: no other policy was in force before\n", command->act.command);
                return ADMIN_REFUSED;
        }
        return propose_switch(&switching);
}

int admin_policy_activate(int argc, char **argv)
{
        return run((struct command){.act.command = "policy activate", .help = activate_help, .wants_word = true}, argc,
                argv, run_activate);
}

int admin_policy_rollback(int argc, char **argv)
{
        return run((struct command){.act.command = "policy rollback", .help = rollback_help}, argc, argv, run_rollback);
}
