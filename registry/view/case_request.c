/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/case_request.h"

bool case_request_read(struct arena *arena, const Qcr__CaseStep *message, struct case_request *ret,
        const char **ret_field, const char **ret_value, const char **ret_why)
{
        (void)arena;
        (void)message;
        (void)ret;
        *ret_field = *ret_value = *ret_why = "";
        return false;
}
