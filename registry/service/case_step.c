/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/writing.h"

static bool case_step_check(struct writing *writing)
{
        return failure_set(&writing->call->failure, RESULT_OPERATION_UNKNOWN, "not built yet");
}

const struct act case_step_act = {.check = case_step_check};
