/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Withdrawing a record: proposed by whoever files, approved by a second person, always; that the record is
 * taken back needs a document as much as the record did.
 */
#pragma once

#include "registry/service/credit.h"

struct withdrawal {
        struct org_code code;
        const char *authority_code;
        const char *document;
        const char *document_norm;
        enum record_type type;
        const char *reason;
        const char *basis_document;
};

bool withdrawal_read(struct call *call, const Qcr__RecordWithdraw *message, struct withdrawal *ret);
void withdrawal_credit(struct call *call, const struct withdrawal *withdrawal, struct credit *ret);
/* Is there a record that can be withdrawn? False: the writing's failure says why not. */
bool withdrawal_check(struct writing *writing, const struct credit *credit);
