/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Filing a record, and what corrections and withdrawals share with it: reading a message into a record.
 */
#pragma once

#include "registry/core/record.h"
#include "registry/service/fields.h"
#include "registry/service/writing.h"

/*
 * Reads a record as somebody filed it (filing_read.c): every field by itself, then whether they may stand together.
 * `call` gives memory, the publicity regimes and the day it may not be dated after. False: the call's failure names the
 * field. `ret_code` is the party's.
 */
bool filing_read(
        struct call *call, const Qcr__Record *message, struct record *ret, struct org_code *ret_code);

/* Is this the content of a stored version, whatever its guise (core/record)? */
bool filing_is_version(
        const struct record *record, const struct record *stored, const uint8_t content_hash[32]);
