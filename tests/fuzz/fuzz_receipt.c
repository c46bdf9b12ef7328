/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What decodes as a receipt is encoded again octet by octet, and without a trusted root nothing is authentic. */
#include <stdlib.h>

#include "registry/core/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        CLEANUP(receipt) struct receipt receipt = {.bytes = BUFFER_INIT};
        struct trust trust = {.suites = SUITE_BIT(SUITE_ED25519_SHA256)};
        struct evidence_verdict verdict;
        struct digest digest;
        struct fault why;

        if (receipt_decode(slice_of(data, size), &receipt) != RECEIPT_RIGHT)
                return 0;
        receipt_encode(&receipt.evidence, &again);
        if (!slice_equal(buffer_slice(&again), slice_of(data, size)))
                abort();
        if (!digest_init(&digest, SUITE_ED25519_SHA256, &why) ||
                evidence_verify(&receipt.evidence, &trust, &digest, &verdict) == EVIDENCE_AUTHENTIC)
                abort();
        digest_done(&digest);
        return 0;
}
