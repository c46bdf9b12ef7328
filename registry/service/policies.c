/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/approval.h"
#include "registry/service/operation.h"

static bool refuse(struct writing *writing)
{
        return failure_set(&writing->call->failure, RESULT_OPERATION_UNKNOWN, "not yet");
}

const struct act policy_add_act = {.check = refuse};
const struct act policy_activate_act = {.check = refuse};
