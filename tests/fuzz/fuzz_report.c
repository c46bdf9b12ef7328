/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What is read as a report is written the same, and can be shown in any form; a configuration is read or refused. */
#include <stdlib.h>

#include "registry/core/report_config.h"
#include "registry/core/report_csv.h"
#include "registry/core/report_json.h"
#include "registry/core/report_svg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static struct report_config config;
        static struct report report;
        struct document_error error;
        struct buffer text = BUFFER_INIT;

        if (report_decode(slice_of(data, size), &report)) {
                report_encode(&report, &text);
                if (!slice_equal(buffer_slice(&text), slice_of(data, size)))
                        abort();
                report_csv(&report, &text);
                report_svg(&report, &text);
        }
        if (!report_config_parse(slice_of(data, size), &config, &error) && error.flaw == DOCUMENT_SOUND)
                abort();
        report_done(&report);
        buffer_done(&text);
        return 0;
}
