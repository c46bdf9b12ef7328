/* SPDX-License-Identifier: MulanPSL-2.0 */
/* qcr-admin policy: the rules by which files become grades, from the first draft to the day they are in force. */
#include "tools/admin_policy.h"

#include <stdio.h>
#include <string.h>

#include "tools/admin.h"

static const char help[] =
        "Usage: qcr-admin policy check FILE...\n"
        "       qcr-admin policy simulate FILE|ID@VERSION [--csv FILE] [--json]\n"
        "       qcr-admin policy add FILE\n"
        "       qcr-admin policy list\n"
        "       qcr-admin policy show ID@VERSION\n"
        "       qcr-admin policy activate ID@VERSION\n"
        "       qcr-admin policy rollback\n"
        "\n"
        "check reads a policy as the registry would and says what is wrong: line, key, value, reason (exit 2). simulate\n"
        "tries it on the whole population and writes nothing. add stores it. activate proposes to put it in force: all\n"
        "grades are computed aside first, and are of the new policy from the moment on at which another administrator\n"
        "approves (qcr --as NAME approve SERIAL). rollback proposes the policy that was in force before.\n"
        "Each says more with -h.\n";

static const struct {
        const char *word;
        int (*run)(int argc, char **argv);
} commands[] = {
        {"check", admin_policy_check},
        {"simulate", admin_policy_simulate},
        {"add", admin_policy_add},
        {"list", admin_policy_list},
        {"show", admin_policy_show},
        {"activate", admin_policy_activate},
        {"rollback", admin_policy_rollback},
};

int admin_policy(int argc, char **argv)
{
        if (argc < 2)
                return admin_usage("policy", "what to do is missing");
        if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)
                return admin_help(help);
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
                if (strcmp(argv[1], commands[i].word) == 0)
                        return commands[i].run(argc - 1, argv + 1);
        return admin_usage("policy", "%s: unknown", argv[1]);
}
