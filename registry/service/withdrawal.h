/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Withdrawing a record, because it is wrong, or repairing it (信用修复), because what it tells of was put right: proposed
 * by whoever files, approved by a second person, always. Either needs a document as much as the record did, and either
 * takes the record out of the grade from the day it is approved on.
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
        bool is_repair;
};

bool withdrawal_read(struct call *call, const Qcr__RecordWithdraw *message, struct withdrawal *ret);
void withdrawal_credit(struct call *call, const struct withdrawal *withdrawal, struct credit *ret);
/*
 * Is there a record that can be withdrawn? Or repaired: only one that stands against the enterprise can be. False: the
 * writing's failure says why not.
 */
bool withdrawal_check(struct writing *writing, const struct credit *credit, bool is_repair);
