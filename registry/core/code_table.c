/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/code_table.h"

void code_table_free(struct code_table *table)
{
        (void)table;
}
