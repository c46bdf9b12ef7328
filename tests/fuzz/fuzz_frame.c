/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a client sends, cut into pieces of any size: however the octets arrive, the session says and hands on
 * the same, takes no frame above the limit, and never waits with a whole frame in hand.
 */
#include "registry/net/session.h"

#include <stdlib.h>
#include <string.h>

#include "tests/net/fake_service.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct session session;

static void on_reply(void *closure, uint64_t id, uint64_t request_id, enum frame_kind kind, struct slice payload)
{
        (void)closure, (void)id;
        session_reply(&session, request_id, kind, payload);
}

/* Gives the octets in pieces of `piece`; everything that is said is appended. */
static size_t play(struct slice bytes, size_t piece, struct buffer *said)
{
        static const uint8_t fingerprint[32];
        CLEANUP(buffer) struct buffer in = BUFFER_INIT;
        struct service *service = fake_service_new(on_reply, NULL);
        enum session_wish wish = SESSION_WANTS_OCTETS;
        size_t handed;

        session_init(&session, service, 1, 8);
        session_login(&session, fingerprint, slice_text("certificate"), INT64_MAX);
        while (bytes.length && wish != SESSION_WANTS_END) {
                size_t octets = piece < bytes.length ? piece : bytes.length, taken;

                buffer_add(&in, bytes.data, octets);
                bytes = slice_of(bytes.data + octets, bytes.length - octets);
                do {
                        wish = session_input(&session, buffer_slice(&in), &taken);
                        buffer_drop_front(&in, taken);
                } while (wish == SESSION_WANTS_TURN);
                if (wish == SESSION_WANTS_OCTETS && in.length > FRAME_CALL_LIMIT + 4)
                        abort();
        }
        buffer_add_slice(said, buffer_slice(&session.out));
        handed = service->handed;
        session_done(&session);
        service_free(service);
        return handed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP(buffer) struct buffer whole = BUFFER_INIT, pieces = BUFFER_INIT;
        size_t handed;

        if (size < 1)
                return 0;
        handed = play(slice_of(data + 1, size - 1), size, &whole);
        if (play(slice_of(data + 1, size - 1), data[0] + 1u, &pieces) != handed ||
            !slice_equal(buffer_slice(&whole), buffer_slice(&pieces)))
                abort();
        return 0;
}
