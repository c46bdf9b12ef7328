/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Checking a dossier, offline. In this order: the archive is one, every member is where it must be and none besides;
 * rules and papers are what their hashes say; every signature is true, by a certificate for persons of the CA that
 * is believed; the steps follow from one another under the procedure; what is derived is what stands there.
 *
 * Roles and offices are not in a dossier: whoever signed is taken to have had the role, which the ledger proves.
 */
#pragma once

#include "tools/case_dossier.h"
#include "tools/proof.h"

struct dossier_flaw {
        const char *word;               /* stable: which of the checks did not hold */
        char member[CASE_ARCHIVE_NAME]; /* where; "" for the whole */
        char detail[160];
};

/*
 * NULL-free answer: true and `ret` set (slices of `octets`), or false with the flaw; `ret` must be released either way.
 */
bool dossier_check(struct slice octets, const struct proof *proof, struct dossier *ret, struct dossier_flaw *ret_flaw)
        MUST_CHECK;
