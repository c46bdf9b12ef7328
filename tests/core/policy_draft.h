/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A policy that somebody is writing: one there is, changed word by word, and what the reader says to it. */
#pragma once

#include "registry/core/policy.h"

struct policy_draft {
        struct buffer text;
        struct policy policy;
        struct document_error error;
};

/* A file of the source tree. */
void draft_open(struct policy_draft *ret, const char *path);
void draft_close(struct policy_draft *draft);
/* The first `from` becomes `to`; it must be there. */
void draft_edit(struct policy_draft *draft, const char *from, const char *to);
/* Reads it; on a flaw the policy is what it was. */
enum document_flaw draft_read(struct policy_draft *draft);
/* Fails the test, with what is wrong, unless it is sound. */
void draft_must_be_sound(struct policy_draft *draft);
/* Fails the test unless it is refused so, there. An empty `value` is not looked at. */
void draft_must_be_refused(struct policy_draft *draft, enum document_flaw flaw, const char *path, const char *value);
