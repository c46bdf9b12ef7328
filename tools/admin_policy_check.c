/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/admin_policy.h"

#include "tools/admin.h"

int admin_policy_check(int argc, char **argv)
{
        (void)argc;
        (void)argv;
        return admin_usage("policy check", "not yet");
}
