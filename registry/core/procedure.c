/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/procedure.h"

void procedure_free(struct procedure *procedure)
{
        (void)procedure;
}
