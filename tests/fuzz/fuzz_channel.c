/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Packets of the inner channels, which a stolen worker writes: what decodes encodes to the same octets. */
#include "registry/service/channel.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be(struct slice packet, const struct buffer *again)
{
        if (!slice_equal(packet, buffer_slice(again)))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP(buffer) struct buffer again = BUFFER_INIT;
        struct slice packet = slice_of(data, size);
        struct seal_request request;
        struct seal_answer answer;
        struct poke poke;

        if (seal_request_decode(packet, &request)) {
                seal_request_encode(&again, &request);
                must_be(packet, &again);
        } else if (seal_answer_decode(packet, &answer)) {
                seal_answer_encode(&again, &answer);
                must_be(packet, &again);
        } else if (poke_decode(packet, &poke)) {
                poke_encode(&again, &poke);
                must_be(packet, &again);
        }
        return 0;
}
