/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The rows of a founding: ledger serial 1 and everything the founding document names (core/founding), written
 * in the caller's transaction. The rows say nothing the document does not; doctor compares them.
 */
#pragma once

#include "registry/core/founding.h"
#include "registry/core/policy.h"
#include "registry/core/rule.h"
#include "registry/store/identity.h"
#include "registry/store/link.h"

struct founding_rule {
        struct rule rule;
        struct slice document; /* canonical; its SHA-256 is the rule's hash */
};

struct founding_rows {
        struct slice document;
        const uint8_t *signature;             /* ED25519_SIGNATURE_SIZE octets */
        const struct founding *founding;      /* what `document` says */
        const int64_t (*validity)[2];         /* from and until, ms, of each of its certificates */
        struct slice policy_document;         /* canonical; its SHA-256 is the policy's hash */
        const struct policy *policy;
        const struct founding_rule *rules;    /* one for each of the founding's rule hashes */
        size_t rule_count;
};

/* Is a registry founded in this database? False, too, where the schema is not deployed. */
bool founding_exists(struct link *link, bool *ret, struct fault *why) MUST_CHECK;
/* FAULT_CONFLICT when the ledger has begun already. */
bool founding_store(struct link *link, const struct founding_rows *rows, struct fault *why) MUST_CHECK;
