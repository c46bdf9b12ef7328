/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Frozen reports: the canonical JSON of one, kept for good as a run of kind `report` that an administrator signed. The
 * run's header has the document's hash and length, its end the hash once more and the document itself as its summary
 * (core/run_header); there are no chunks. Both entries are made in one transaction: it is frozen or it is not.
 *
 * One a kind, dimension, township and year, unless another is asked for; none is ever replaced.
 */
#pragma once

#include <openssl/types.h>

#include "registry/core/report.h"
#include "registry/core/run_header.h"
#include "registry/store/link.h"
#include "tools/signer.h"

enum report_refusal {
        REPORT_FROZEN = 0,
        REPORT_FROZEN_BEFORE, /* there is one already */
        REPORT_SIGNER,        /* who signs may not */
};

/*
 * Freezes it. On a refusal `why` says which and `ret_refused` is set; before it, `ret_run` is the one there is. The link
 * must be in no transaction.
 */
bool report_freeze(struct link *link, const struct signer *signer, const struct report *report, bool again,
        int64_t now_ms, char ret_run[RUN_ID_TEXT], enum report_refusal *ret_refused, struct fault *why) MUST_CHECK;

/* One that is frozen, as the tables have it: nothing is proved. */
struct report_entry {
        const char *run, *person;
        uint64_t serial;             /* of its run's beginning */
        const struct report *report; /* NULL: its document cannot be read */
};
typedef bool (*report_entry_fn)(void *closure, const struct report_entry *entry, struct fault *why);
/* By serial. `each` must not use the link. */
bool report_frozen_each(struct link *link, report_entry_fn each, void *closure, struct fault *why) MUST_CHECK;

/*
 * One by its run: the document is what was signed, both headers are, and the certificate is this registry's. Initialises
 * `ret`. FAULT_INPUT: there is none; FAULT_CRYPTO: it is not what was frozen.
 */
bool report_frozen_read(struct link *link, const char *run, X509 *ca, struct report *ret, struct fault *why) MUST_CHECK;
