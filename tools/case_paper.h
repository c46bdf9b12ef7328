/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A paper: a document that a step names by its SHA-256, as a file here or as octets kept by the registry. A paper
 * is handed in before the step that names it; what the registry has already is not sent again.
 */
#pragma once

#include "tools/case_ref.h"
#include "tools/qcr.h"

struct case_paper {
        const char *path;
        uint8_t sha256[32];
        uint64_t octets;
};

/* Reads the file once, for its hash. */
bool case_paper_read(const char *path, struct case_paper *ret, struct fault *why) MUST_CHECK;
/* Hands the file in, piece by piece. 0, or the exit status of what has been reported. */
int case_paper_hand_in(struct qcr *qcr, const struct case_paper *paper) MUST_CHECK;
/*
 * Fetches what the registry keeps under that hash for a case and appends it; it is what its hash says, or the
 * failure has been reported. `purpose` may be NULL.
 */
int case_paper_fetch(struct qcr *qcr, const struct case_ref *ref, const uint8_t sha256[32], const char *purpose,
        struct buffer *ret) MUST_CHECK;
