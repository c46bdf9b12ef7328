/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rule documents in files: read whole and in their canonical form, one by one or all that are shipped
 * (share/procedures, share/codes, share/calendars), which a registry is founded with.
 */
#pragma once

#include "registry/base/fault.h"
#include "registry/core/rule.h"
#include "registry/store/founding.h"

#define RULE_FILES_MAX 64u

/* What is shipped; each rule's document is the buffer of its number. */
struct rule_files {
        struct founding_rule rules[RULE_FILES_MAX];
        struct buffer documents[RULE_FILES_MAX];
        size_t count;
};

void rule_files_done(struct rule_files *files);
/* Appends the canonical form. The fault (FAULT_INPUT) names file, key, reason and value. */
bool rule_file_read(const char *path, struct rule *ret, struct buffer *canonical, struct fault *why) MUST_CHECK;
/* Every *.json of the three share folders, by kind and name. `ret` is zeroed; free it whatever comes back. */
bool rule_files_read(struct rule_files *ret, struct fault *why) MUST_CHECK;
