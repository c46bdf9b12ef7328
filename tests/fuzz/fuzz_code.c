/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Codes and names as people type them: what is accepted is canonical, and stays so. */
#include "registry/core/org_code.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_code(struct slice text)
{
        struct org_code code, again;
        struct org_code_report report;

        if (org_code_parse(text, &code, &report) != ORG_CODE_SOUND) {
                if (report.flaw == ORG_CODE_SOUND || report.position > text.length)
                        abort();
                return;
        }
        if (!org_code_parse_canonical(slice_text(code.text), &again) || strcmp(code.text, again.text) != 0 ||
                strcmp(code.subject, again.subject) != 0)
                abort();
}

static void try_name(struct slice text)
{
        CLEANUP(buffer) struct buffer once = BUFFER_INIT;
        CLEANUP(buffer) struct buffer twice = BUFFER_INIT;

        name_width(text);
        name_mask_person(text, &once);
        buffer_clear(&once);
        if (name_normalise(text, &once) != NAME_SOUND)
                return;
        /* Folding may lengthen a name past what is accepted as one. */
        if (once.length > NAME_MAX_OCTETS)
                return;
        if (name_normalise(buffer_slice(&once), &twice) != NAME_SOUND ||
                !slice_equal(buffer_slice(&once), buffer_slice(&twice)) ||
                !name_is_same(text, buffer_slice(&once)))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct slice text = slice_of(data, size);

        try_code(text);
        if (name_check_display(text) == NAME_SOUND && !name_is_same(text, text))
                abort();
        try_name(text);
        return 0;
}
