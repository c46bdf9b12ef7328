/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/work_calendar.h"

enum document_flaw work_calendar_parse(struct slice json, struct work_calendar *ret, struct document_error *ret_error)
{
        (void)json;
        (void)ret;
        *ret_error = (struct document_error){.flaw = DOCUMENT_SYNTAX};
        return DOCUMENT_SYNTAX;
}
