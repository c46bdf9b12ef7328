/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A command about the policies that a registry has (qcr-admin policy add, list, show, activate, rollback): its command
 * line, and what the registry tells of a policy.
 */
#pragma once

#include "registry/core/policy.h"
#include "tools/admin_act.h"

#define POLICY_COMMAND_NAME (POLICY_ID + 12) /* ID@VERSION */
#define POLICY_COMMAND_HELP "  --json          as JSON\n" ADMIN_ACT_HELP

struct policy_command {
        struct admin_act act;
        const char *help;
        const char *word;   /* behind the options; NULL: none was wanted */
        bool wants_word;
        bool only_document;
};

/* One of the registry's, as it was told. */
struct policy_known {
        char name[POLICY_COMMAND_NAME];
        uint8_t hash[32];
        uint64_t active_until; /* 0: it was not in force, or is */
};

/* Reads the command line, prints the help or calls `action`; returns the exit status. */
int policy_command_run(struct policy_command command, int argc, char **argv,
        int (*action)(struct policy_command *command));
bool policy_command_is_json(const struct policy_command *command);
/* Asks for the policy that `word` names, for all where it is NULL; `show` prints them and returns the exit status. */
int policy_command_ask(struct policy_command *command, int (*show)(void *closure, const Qcr__Reply *reply),
        void *closure);
/* False: it is not what the registry may answer. */
bool policy_command_known(const Qcr__Policy *policy, struct policy_known *ret) MUST_CHECK;
