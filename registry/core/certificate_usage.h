/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a certificate of the registry's own CA may be used for: its critical
 * extended key usage holds exactly one of these. A key signs one kind of thing;
 * a certificate for another kind proves nothing here.
 *
 * The arc is 2.25 (ITU-T X.667), under a random number below 2^28 and not a
 * whole UUID of 128 bits: readers in wide use (cryptography 38, Go's
 * crypto/x509) refuse a certificate with a wider arc, and evidence must open
 * everywhere.
 */
#pragma once

#define USAGE_LOOKUP_SIGNING_OID "2.25.231276143.1" /* heads of answer batches */
#define USAGE_PERSON_OID "2.25.231276143.2"         /* client certificates; acts are signed with their keys */
#define USAGE_LOG_SIGNING_OID "2.25.231276143.3"    /* checkpoints of the decision log */
