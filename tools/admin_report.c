/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/admin.h"

int admin_report(int argc, char **argv)
{
        (void)argc;
        (void)argv;
        return admin_usage("report", "not yet");
}
