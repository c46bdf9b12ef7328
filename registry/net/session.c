/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/net/session.h"

#include <assert.h>
#include <string.h>

/* What a session's state does with octets. */
typedef enum session_wish (*session_take_fn)(struct session *session, struct slice bytes, size_t *ret_taken);

void session_init(struct session *session, struct service *service, uint64_t id, unsigned in_flight_max)
{
        *session = (struct session){
                .service = service,
                .id = id,
                .state = SESSION_HANDSHAKEN,
                .in_flight_max = in_flight_max,
        };
}

void session_done(struct session *session)
{
        if (session->in_flight > 0)
                service_forget(session->service, session->id);
        buffer_done(&session->certificate);
        buffer_done(&session->out);
}

/* Says why and closes. */
static void fail(struct session *session, enum session_end end, enum result_code code, const char *text)
{
        CLEANUP(buffer) struct buffer payload = BUFFER_INIT;

        service_failure(session->service, code, text, &payload);
        frame_encode(&session->out, FRAME_FAILURE, 0, buffer_slice(&payload));
        session->end = end;
        session->refusal = code;
        session->state = SESSION_CLOSING;
}

static const char *meaning(enum result_code code)
{
        const struct result *row = result_find(code);

        assert(row);
        return row->meaning;
}

void session_login(struct session *session, const uint8_t fingerprint[32], struct slice certificate,
        int64_t certificate_until_ms)
{
        CLEANUP(buffer) struct buffer payload = BUFFER_INIT;
        enum result_code code;

        assert(session->state == SESSION_HANDSHAKEN);
        code = service_login(session->service, fingerprint, &session->peer);
        if (code != RESULT_DONE) {
                fail(session, SESSION_UNKNOWN_PEER, code, meaning(code));
                return;
        }
        buffer_add_slice(&session->certificate, certificate);
        session->peer.certificate = buffer_slice(&session->certificate);
        session->peer.certificate_until_ms = certificate_until_ms;
        service_greeting(session->service, &session->peer, &payload);
        frame_encode(&session->out, FRAME_GREETING, 0, buffer_slice(&payload));
        session->state = SESSION_READY;
}

void session_recheck(struct session *session)
{
        enum result_code code;

        if (session->state != SESSION_READY)
                return;
        code = service_recheck(session->service, &session->peer);
        if (code != RESULT_DONE)
                fail(session, SESSION_REVOKED, code, meaning(code));
}

static void take_call(struct session *session, const struct frame *frame)
{
        if (session->in_flight >= session->in_flight_max) {
                CLEANUP(buffer) struct buffer payload = BUFFER_INIT;

                service_failure(session->service, RESULT_TOO_MANY_IN_FLIGHT, meaning(RESULT_TOO_MANY_IN_FLIGHT),
                        &payload);
                frame_encode(&session->out, FRAME_FAILURE, frame->request_id, buffer_slice(&payload));
                return;
        }
        session->in_flight++; /* before the call: the answer may come from inside */
        service_call(session->service, &session->peer, session->id, frame->request_id, frame->payload);
}

/* One frame off the front. False: the octets are not enough, or the session is closing. */
static bool take_frame(struct session *session, struct slice bytes, size_t *taken)
{
        struct frame frame;
        size_t octets;

        switch (frame_parse(slice_of(bytes.data + *taken, bytes.length - *taken), FRAME_CALL_LIMIT, &frame, &octets)) {
        case FRAME_NOT_YET:
                return false;
        case FRAME_TOO_LARGE:
                fail(session, SESSION_FRAME_TOO_LARGE, RESULT_FRAME_TOO_LARGE, meaning(RESULT_FRAME_TOO_LARGE));
                return false;
        case FRAME_MALFORMED:
                fail(session, SESSION_FRAME_MALFORMED, RESULT_FRAME_MALFORMED, meaning(RESULT_FRAME_MALFORMED));
                return false;
        case FRAME_WHOLE:
                break;
        }
        *taken += octets;
        if (frame.kind != FRAME_CALL) {
                fail(session, SESSION_FRAME_MALFORMED, RESULT_FRAME_MALFORMED, "clients send calls only");
                return false;
        }
        session_recheck(session);
        if (session->state != SESSION_READY)
                return false;
        take_call(session, &frame);
        return true;
}

static enum session_wish take_when_ready(struct session *session, struct slice bytes, size_t *ret_taken)
{
        unsigned calls = 0;

        *ret_taken = 0;
        while (take_frame(session, bytes, ret_taken))
                if (++calls == SESSION_CALLS_PER_TURN)
                        return SESSION_WANTS_TURN;
        return session->state == SESSION_CLOSING ? SESSION_WANTS_END : SESSION_WANTS_OCTETS;
}

/* A client speaks after the greeting; octets that came with its handshake wait for the login. */
static enum session_wish take_when_handshaken(struct session *session, struct slice bytes, size_t *ret_taken)
{
        (void)session, (void)bytes;
        *ret_taken = 0;
        return SESSION_WANTS_TURN;
}

static enum session_wish take_when_closing(struct session *session, struct slice bytes, size_t *ret_taken)
{
        (void)session;
        *ret_taken = bytes.length;
        return SESSION_WANTS_END;
}

static const session_take_fn take_in[] = {
        [SESSION_HANDSHAKEN] = take_when_handshaken,
        [SESSION_READY] = take_when_ready,
        [SESSION_CLOSING] = take_when_closing,
};

enum session_wish session_input(struct session *session, struct slice bytes, size_t *ret_taken)
{
        return take_in[session->state](session, bytes, ret_taken);
}

void session_reply(struct session *session, uint64_t request_id, enum frame_kind kind, struct slice payload)
{
        assert(session->in_flight > 0);
        session->in_flight--;
        if (session->end != SESSION_REVOKED)
                frame_encode(&session->out, kind, request_id, payload);
}

bool session_close_if_idle(struct session *session)
{
        if (session->state == SESSION_READY && session->in_flight == 0) {
                session->end = SESSION_DRAINED;
                session->state = SESSION_CLOSING;
        }
        return session->state == SESSION_CLOSING;
}

bool session_is_over(const struct session *session)
{
        return session->state == SESSION_CLOSING && session->out.length == 0 &&
               (session->in_flight == 0 || session->end == SESSION_REVOKED);
}

const char *session_end_word(enum session_end end)
{
        switch (end) {
        case SESSION_OPEN:
                return "open";
        case SESSION_UNKNOWN_PEER:
                return "unknown-peer";
        case SESSION_REVOKED:
                return "revoked";
        case SESSION_FRAME_TOO_LARGE:
                return "frame-too-large";
        case SESSION_FRAME_MALFORMED:
                return "frame-malformed";
        case SESSION_DRAINED:
                return "drained";
        }
        return "unknown";
}
