/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What people call a report's dimensions and the registry's words that are its keys, in both languages: a report says both. */
#pragma once

#include "registry/core/report_config.h"

void report_dimension_words(const char *by, const char **ret_zh, const char **ret_en);
/* False where the key itself is what people call it: a township, a product, an industry's code, a year. */
bool report_key_words(const struct report_config *config, const char *by, struct slice key, const char **ret_zh,
        const char **ret_en);
