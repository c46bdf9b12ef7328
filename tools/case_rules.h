/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rule documents as the registry has them in force: procedures, code tables, calendars. */
#pragma once

#include "registry/core/rule.h"
#include "tools/qcr.h"

/* 0, or the exit status of what has been reported. `id` NULL: which there are. */
int case_rules_ask(struct qcr *qcr, enum rule_kind kind, const char *id, struct client_answer *ret) MUST_CHECK;
/* Kind, id, version, hash, serial; the caller's. */
json_t *case_rules_document(const Qcr__Rule *rule);
