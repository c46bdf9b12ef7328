/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The witness: the newest state of the ledger that this node ever showed, in a file beside the generations. A
 * view may be lost, for it is a copy; that the registry once had reached a serial may not, or a store put
 * back from an old backup would be taken for the registry's present. Durable: written aside, synced, renamed.
 *
 *     qcr-witness/v1
 *     origin ORIGIN
 *     epoch UUID
 *     serial N
 *     chain HEX
 *
 * The second file is the operator's word that another history is the registry's now: `rebuild UUID N`.
 */
#pragma once

#include <stdint.h>

#include "registry/base/fault.h"

struct view_witness {
        char origin[128];
        uint8_t epoch[16];
        uint64_t serial; /* 0: nothing was ever shown */
        uint8_t chain[32];
};

/* No file: a witness of serial 0. A file that is not a witness is a fault, never nothing. */
bool view_witness_read(const char *directory, struct view_witness *ret, struct fault *why) MUST_CHECK;
bool view_witness_write(const char *directory, const struct view_witness *witness, struct fault *why) MUST_CHECK;

struct view_rebuild {
        uint8_t epoch[16];
        uint64_t serial;
};

/* False, with `why`, when the file is there and is not such a line; `ret_there` says whether there is one. */
bool view_rebuild_read(const char *directory, bool *ret_there, struct view_rebuild *ret, struct fault *why) MUST_CHECK;
bool view_rebuild_remove(const char *directory, struct fault *why) MUST_CHECK;
