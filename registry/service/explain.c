/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/call.h"
#include "registry/service/operation.h"

void explain_run(struct call *call)
{
        call_fail_with(call, RESULT_OPERATION_UNKNOWN);
}
