/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/policy_command.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/admin.h"

static const struct option long_options[] = {
        ADMIN_ACT_OPTIONS,
        {"database", required_argument, NULL, 'd'},
        {"document", no_argument, NULL, 'D'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {0},
};

static int parse(struct policy_command *command, int argc, char **argv)
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

int policy_command_run(struct policy_command command, int argc, char **argv,
        int (*action)(struct policy_command *command))
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

bool policy_command_is_json(const struct policy_command *command)
{
        return command->act.output.mode != OUTPUT_TEXT;
}

bool policy_command_known(const Qcr__Policy *policy, struct policy_known *ret)
{
        if (policy->sha256.len != sizeof(ret->hash))
                return false;
        memcpy(ret->hash, policy->sha256.data, sizeof(ret->hash));
        snprintf(ret->name, sizeof(ret->name), "%.*s@%" PRIu32, (int)policy->id.len, (const char *)policy->id.data,
                policy->version);
        ret->active_until = policy->has_active_since ? 0 : policy->active_until;
        return true;
}

int policy_command_ask(struct policy_command *command, int (*show)(void *closure, const Qcr__Reply *reply),
        void *closure)
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
