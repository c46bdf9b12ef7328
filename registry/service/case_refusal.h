/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A refused step of a case, said to whoever asked: which rule and article, which field, and what may be done instead,
 * by whom and from when.
 */
#pragma once

#include "registry/core/case_file.h"
#include "registry/service/call.h"

/* Sets the call's failure, whose texts become the call's, and returns false. The verdict must be a refusal. */
bool case_refuse(struct call *call, const struct case_file *file, const struct case_rules *rules,
        const struct case_verdict *verdict);
/* `officer`, `reviewer or superior`, `officer, reviewer or superior`. */
void case_roles_format(struct buffer *to, uint32_t roles);
