/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * qcr-admin policy add, list and show: policies as the registry holds them. Through the daemon, as a signed act and
 * readings.
 */
#include "tools/admin_policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "tools/admin.h"
#include "tools/home.h"
#include "tools/policy_command.h"
#include "tools/show.h"

/* ------------------------------------------------------------------------- their help */

static const char add_help[] =
        "Usage: qcr-admin policy add FILE [--json]\n"
        "\n"
        "Brings a policy in. It means nothing until it is put in force (qcr-admin policy activate), and never changes:\n"
        "another text is another version.\n"
        "\n" POLICY_COMMAND_HELP;
static const char list_help[] =
        "Usage: qcr-admin policy list [--json]\n"
        "\n"
        "Which policies there are, which is in force since which entry, and the newest complete shadow run of each.\n"
        "\n" POLICY_COMMAND_HELP;
static const char show_help[] =
        "Usage: qcr-admin policy show ID@VERSION|SHA256 [--document] [--json]\n"
        "\n"
        "One policy: what list says of it, and its document.\n"
        "\n"
        "  --document      the document alone, as it is written in files\n" POLICY_COMMAND_HELP;

/* ----------------------------------------------------------------- what is told of one */

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
        struct policy_known known;
        char hash[65];
        json_t *d;

        if (!policy_command_known(policy, &known))
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
        struct policy_command *command = closure;
        json_t *d;

        if (!policy_command_is_json(command)) {
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
static bool read_file(const char *path, struct buffer *ret, char ret_name[POLICY_COMMAND_NAME], struct fault *why)
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
                snprintf(ret_name, POLICY_COMMAND_NAME, "%s@%" PRId32, policy->id, policy->version);
        free(policy);
        if (!is_sound)
                return fault_set(why, FAULT_INPUT, "%.200s: %s%s%s%s%s", path, error.path, error.path[0] ? ": " : "",
                        error.reason, error.value[0] ? ": " : "", error.value);
        document_init(&document, buffer_slice(&json));
        document_canonical(&document, ret);
        document_done(&document);
        return true;
}

static int run_add(struct policy_command *command)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__PolicyAdd message = QCR__POLICY_ADD__INIT;
        char name[POLICY_COMMAND_NAME];
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
        const struct policy_command command = {.act.command = "policy add", .help = add_help, .wants_word = true};

        return policy_command_run(command, argc, argv, run_add);
}

/* ------------------------------------------------------------------- list and show */

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
                struct policy_known known;

                if (!policy_command_known(policy, &known))
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
        struct policy_command *command = closure;
        json_t *d = NULL;

        if (reply->body_case != QCR__REPLY__BODY_POLICIES)
                return ADMIN_FAILED;
        if (!policy_command_is_json(command))
                return print_table(reply->policies);
        output_begin_rows(&command->act.output);
        for (size_t i = 0; i < reply->policies->n_policy && (d = document_of(reply->policies->policy[i])); i++)
                output_document(&command->act.output, d);
        output_end_rows(&command->act.output);
        return d ? ADMIN_DONE : ADMIN_FAILED; /* there is always the founding's */
}

static int run_list(struct policy_command *command)
{
        return policy_command_ask(command, print_list, command);
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
        struct policy_command *command = closure;
        const Qcr__Policy *policy;
        json_t *d;

        if (reply->body_case != QCR__REPLY__BODY_POLICIES || reply->policies->n_policy != 1 ||
                !reply->policies->policy[0]->has_document)
                return ADMIN_FAILED;
        policy = reply->policies->policy[0];
        if (command->only_document)
                return print_document(policy);
        if (policy_command_is_json(command)) {
                d = document_of(policy);
                if (d)
                        output_document(&command->act.output, d);
                return d ? ADMIN_DONE : ADMIN_FAILED;
        }
        return print_table(reply->policies) == ADMIN_DONE && putchar('\n') != EOF ? print_document(policy)
                                                                                  : ADMIN_FAILED;
}

static int run_show(struct policy_command *command)
{
        return policy_command_ask(command, print_one, command);
}

int admin_policy_list(int argc, char **argv)
{
        const struct policy_command command = {.act.command = "policy list", .help = list_help};

        return policy_command_run(command, argc, argv, run_list);
}

int admin_policy_show(int argc, char **argv)
{
        const struct policy_command command = {.act.command = "policy show", .help = show_help, .wants_word = true};

        return policy_command_run(command, argc, argv, run_show);
}
