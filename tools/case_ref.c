/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_ref.h"

#include <stdio.h>
#include <string.h>

#include "tools/language.h"

static int parse_code(struct qcr *qcr, struct slice text, struct org_code *ret)
{
        struct org_code_report report;
        struct failure failure;

        if (org_code_parse(text, ret, &report) == ORG_CODE_SOUND)
                return 0;
        failure_of_code(&failure, text, &report);
        return qcr_fail(qcr, &failure);
}

int case_ref_code(struct qcr *qcr, const char *text, struct org_code *ret)
{
        return parse_code(qcr, slice_text(text), ret);
}

int case_ref_parse(struct qcr *qcr, const char *text, struct case_ref *ret)
{
        const char *hyphen = strrchr(text, '-');
        uint64_t number;
        int status;

        if (!hyphen || !number_parse(slice_text(hyphen + 1), &number) || number == 0 || number > UINT32_MAX)
                return qcr_usage(qcr, "'%s': a case is CODE-N, like 91510823141777630N-18", text);
        status = parse_code(qcr, slice_of(text, (size_t)(hyphen - text)), &ret->code);
        if (status)
                return status;
        ret->number = (uint32_t)number;
        return 0;
}

void case_ref_format(const struct case_ref *ref, char ret[CASE_REF_TEXT])
{
        snprintf(ret, CASE_REF_TEXT, "%s-%u", ref->code.text, ref->number);
}
