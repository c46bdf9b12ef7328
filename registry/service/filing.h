/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Filing a record, and what corrections and withdrawals share with it: reading a message into a record.
 */
#pragma once

#include "registry/core/record.h"
#include "registry/service/fields.h"
#include "registry/service/writing.h"

/* What a message about a record may carry, in octets. */
#define FILING_AUTHORITY_OCTETS 64u
#define FILING_DOCUMENT_OCTETS 200u
#define FILING_WORD_OCTETS 32u
#define FILING_TEXT_OCTETS 8192u /* of conduct, facts, basis and the like */
#define FILING_REASON_OCTETS 1000u

/* What identifies a record beside its type, in its one form; "" after a failure. `document` was read already. */
const char *filing_read_authority(struct fields *fields, const ProtobufCBinaryData *data);
const char *filing_read_document(struct fields *fields, const char *document);

/*
 * Reads a record as somebody filed it (filing_read.c): every field by itself, then whether they may stand together.
 * `call` gives memory, the publicity regimes and the day it may not be dated after. False: the call's failure names the
 * field. `ret_code` is the party's. A record without any of what later types have is read as one that may have been
 * filed before they had it: filing_check_complete() says whether it may be.
 */
bool filing_read(
        struct call *call, const Qcr__Record *message, struct record *ret, struct org_code *ret_code);

/*
 * Has it what its type needs? Of a record whose newest version has none of it, as before types had details, none is
 * asked for, so that what was filed then can be sent again and corrected. False: the call's failure names what is
 * wanting.
 */
bool filing_check_complete(struct call *call, const struct record *record, const struct record *newest);

/* Is this the content of a stored version, whatever its guise (core/record)? */
bool filing_is_version(
        const struct record *record, const struct record *stored, const uint8_t content_hash[32]);
