/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/handover.h"

#include <string.h>

void handover_encode(const struct handover *handover, struct buffer *to)
{
        buffer_add_counted(to, handover->config);
        buffer_add_counted(to, handover->ca);
        buffer_add_counted(to, handover->certificate);
        buffer_add_counted(to, handover->publicity);
        buffer_add_counted(to, handover->key);
}

bool handover_decode(struct slice bytes, struct handover *ret)
{
        struct reader r = reader_of(bytes);
        struct handover handover = {0};

        handover.config = reader_counted(&r);
        handover.ca = reader_counted(&r);
        handover.certificate = reader_counted(&r);
        handover.publicity = reader_counted(&r);
        handover.key = reader_counted(&r);
        if (!reader_is_done(&r))
                return false;
        *ret = handover;
        return true;
}

void handover_make(struct buffer *to, enum process_role role, const struct config *config,
        const struct credentials *credentials)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct handover handover = {.ca = buffer_slice(&credentials->ca)};

        config_encode(config, &text);
        handover.config = buffer_slice(&text);
        switch (role) {
        case PROCESS_WORKER:
                handover.certificate = buffer_slice(&credentials->tls_certificate);
                handover.publicity = buffer_slice(&credentials->publicity);
                handover.key = secret_slice(&credentials->tls_key);
                break;
        case PROCESS_SEALER:
                handover.certificate = buffer_slice(&credentials->lookup_certificate);
                handover.key = secret_slice(&credentials->lookup_key);
                break;
        case PROCESS_FOLLOWER:
                break;
        }
        /* Room for all of it at once: growing would leave a copy of the key behind. */
        (void)buffer_reserve(to, handover.config.length + handover.ca.length + handover.certificate.length +
                                         handover.publicity.length + handover.key.length + 64);
        handover_encode(&handover, to);
}

void handover_wipe(struct buffer *encoded)
{
        if (encoded->data)
                explicit_bzero(encoded->data, encoded->capacity);
        buffer_done(encoded);
}
