/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Policies: what is refused says where and why, what is sound gives every score a grade. */
#include "registry/core/policy.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct document_error error;
        struct policy policy;

        if (policy_parse(slice_of(data, size), &policy, &error) != DOCUMENT_SOUND) {
                if (error.flaw == DOCUMENT_SOUND || error.reason[0] == '\0' ||
                        strcmp(document_flaw_word(error.flaw), "unknown") == 0)
                        abort();
                return 0;
        }
        if (policy.bands_count == 0 || policy.bands[policy.bands_count - 1].least != 0 ||
                policy.veto >= policy.bands_count)
                abort();
        for (unsigned g = 0; g < policy.gates_count; g++)
                if (!policy_grade_name(&policy, policy.gates[g].grade, true))
                        abort();
        return 0;
}
