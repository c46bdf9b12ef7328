/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What putting a policy in force needs of recalculation: a complete shadow run under it that is the newest one. If there
 * is none, or enterprises have changed since, one is made, with a progress bar, as `qcr-admin recalc --policy` would.
 */
#pragma once

#include <stdint.h>

#include "proto/result.h"
#include "registry/base/fault.h"

struct recalc_signer {
        const char *database;    /* conninfo; NULL: libpq's own */
        const char *user;        /* NULL: qcr_recalc */
        const char *home, *as;   /* whose certificate and key: HOME/people/AS */
};

/*
 * `*ret_serial` is that of the run's beginning. `*ret_refused` says beside a fault which rule stands against a run
 * (another one is going on or unfinished, the person may not); RESULT_DONE when none does.
 */
bool recalc_shadow(const struct recalc_signer *signer, const uint8_t policy_hash[32], uint64_t *ret_serial,
        enum result_code *ret_refused, struct fault *why) MUST_CHECK;
