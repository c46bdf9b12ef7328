/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/admin_policy.h"

#include "tools/admin.h"

int admin_policy_add(int argc, char **argv)
{
        (void)argc;
        (void)argv;
        return admin_usage("policy add", "not yet");
}

int admin_policy_list(int argc, char **argv)
{
        (void)argc;
        (void)argv;
        return admin_usage("policy list", "not yet");
}

int admin_policy_show(int argc, char **argv)
{
        (void)argc;
        (void)argv;
        return admin_usage("policy show", "not yet");
}

int admin_policy_activate(int argc, char **argv)
{
        (void)argc;
        (void)argv;
        return admin_usage("policy activate", "not yet");
}

int admin_policy_rollback(int argc, char **argv)
{
        (void)argc;
        (void)argv;
        return admin_usage("policy rollback", "not yet");
}
