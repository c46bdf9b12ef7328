/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/rule.h"

const char *rule_kind_word(enum rule_kind kind)
{
        return kind == RULE_PROCEDURE ? "procedure" : kind == RULE_CODES ? "codes" : "calendar";
}
