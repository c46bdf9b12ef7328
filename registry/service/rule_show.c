/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/call.h"

void rule_show_run(struct call *call)
{
        call_fail_with(call, RESULT_OPERATION_UNKNOWN);
}
