/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Where qcr-admin takes a policy from: a file, or the registry's own by ID@VERSION or by its hash (64 hexadecimal
 * digits), or the one in force.
 */
#pragma once

#include "registry/core/policy.h"
#include "registry/store/link.h"

/* One of the registry's own: ID@VERSION, or a hash. FAULT_INPUT: there is none; FAULT_CONFIG: the word is neither. */
bool policy_source_stored(const char *word, struct link *link, struct policy *ret, struct fault *why) MUST_CHECK;
/* A word with a `/` or that ends in `.json` is a file. The fault names file, key, reason; or the policy that is not there. */
bool policy_source_read(const char *word, struct link *link, struct policy *ret, struct fault *why) MUST_CHECK;
/* The policy in force. `ret_serial`: of its activation; may be NULL. */
bool policy_source_active(struct link *link, struct policy *ret, uint64_t *ret_serial, struct fault *why) MUST_CHECK;
