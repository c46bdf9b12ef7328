/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/outbox.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>

#define LENGTH_OCTETS 4u
#define PACKETS_A_CALL 64u

void outbox_done(struct outbox *outbox)
{
        buffer_done(&outbox->bytes);
}

static size_t packet_length(const struct outbox *outbox, size_t at)
{
        struct reader r = reader_of(slice_of(outbox->bytes.data + at, LENGTH_OCTETS));

        return reader_u32(&r);
}

/* The sent front is given up when it is the larger half: each octet moves at most once. */
static void outbox_compact(struct outbox *outbox)
{
        if (outbox->front == outbox->bytes.length)
                buffer_clear(&outbox->bytes);
        else if (outbox->front > outbox->bytes.length / 2)
                buffer_drop_front(&outbox->bytes, outbox->front);
        else
                return;
        outbox->front = 0;
}

struct buffer *outbox_begin(struct outbox *outbox)
{
        outbox_compact(outbox);
        outbox->open = outbox->bytes.length;
        buffer_add_u32(&outbox->bytes, 0);
        return &outbox->bytes;
}

void outbox_end(struct outbox *outbox)
{
        size_t length = outbox->bytes.length - outbox->open - LENGTH_OCTETS;
        uint8_t *at = outbox->bytes.data + outbox->open;

        assert(length > 0 && length <= UINT32_MAX);
        for (unsigned i = 0; i < LENGTH_OCTETS; i++)
                at[i] = (uint8_t)(length >> (8 * (LENGTH_OCTETS - 1 - i)));
        while (outbox->bytes.length - outbox->front > OUTBOX_LIMIT && outbox->front < outbox->open) {
                outbox->front += LENGTH_OCTETS + packet_length(outbox, outbox->front);
                outbox->dropped++;
        }
}

bool outbox_is_empty(const struct outbox *outbox)
{
        return outbox->front == outbox->bytes.length;
}

int outbox_flush(struct outbox *outbox, int fd)
{
        while (!outbox_is_empty(outbox)) {
                struct mmsghdr messages[PACKETS_A_CALL] = {0};
                struct iovec parts[PACKETS_A_CALL];
                size_t at = outbox->front;
                unsigned count = 0;
                int sent;

                for (; count < PACKETS_A_CALL && at < outbox->bytes.length; count++) {
                        size_t length = packet_length(outbox, at);

                        parts[count] = (struct iovec){outbox->bytes.data + at + LENGTH_OCTETS, length};
                        messages[count].msg_hdr = (struct msghdr){.msg_iov = &parts[count], .msg_iovlen = 1};
                        at += LENGTH_OCTETS + length;
                }
                sent = sendmmsg(fd, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
                if (sent < 0)
                        return errno == EAGAIN || errno == EINTR ? 0 : errno;
                for (int i = 0; i < sent; i++)
                        outbox->front += LENGTH_OCTETS + packet_length(outbox, outbox->front);
        }
        outbox_compact(outbox);
        return 0;
}
