/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/poke.h"

#define PACKET_POKE 3

/* u8 3, u8 kind, u32 generation, u64 serial */
void poke_encode(struct buffer *to, const struct poke *poke)
{
        buffer_add_u8(to, PACKET_POKE);
        buffer_add_u8(to, (uint8_t)poke->kind);
        buffer_add_u32(to, poke->generation);
        buffer_add_u64(to, poke->serial);
}

bool poke_decode(struct slice packet, struct poke *ret)
{
        struct reader r = reader_of(packet);
        struct poke poke = {0};
        uint8_t packet_kind, kind;

        packet_kind = reader_u8(&r);
        kind = reader_u8(&r);
        poke.kind = (enum poke_kind)kind;
        poke.generation = reader_u32(&r);
        poke.serial = reader_u64(&r);
        if (!reader_is_done(&r) || packet_kind != PACKET_POKE || kind < POKE_REACH || kind > POKE_REFUSED)
                return false;
        *ret = poke;
        return true;
}
