/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/recalc_row.h"

#include <openssl/sha.h>

#include "registry/base/bytes.h"

void recalc_row_hash(const struct recalc_row *row, uint8_t ret[32])
{
        uint8_t room[128];
        struct buffer octets = {.data = room, .capacity = sizeof(room)};

        buffer_add_text(&octets, "qcr-recalc-row/v1\n");
        buffer_add_counted(&octets, slice_text(row->subject));
        buffer_add_varint(&octets, row->version);
        buffer_add_counted(&octets, slice_text(row->grade));
        buffer_add_signed_varint(&octets, row->score);
        buffer_add_signed_varint(&octets, row->next_change.number);
        SHA256(octets.data, octets.length, ret);
}
