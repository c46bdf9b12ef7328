/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/amount.h"

static bool is_digit(uint8_t octet)
{
        return octet >= '0' && octet <= '9';
}

bool amount_parse_wan(struct slice text, int64_t *ret_fen)
{
        int64_t whole = 0, part = 0, unit = AMOUNT_WAN_FEN;
        size_t i = 0, decimals;

        for (; i < text.length && is_digit(text.data[i]); i++) {
                whole = 10 * whole + (text.data[i] - '0');
                if (whole > AMOUNT_WAN_MAX)
                        return false;
        }
        if (!i)
                return false;
        if (i < text.length) {
                if (text.data[i++] != '.')
                        return false;
                for (decimals = i; i < text.length && is_digit(text.data[i]) && unit > 1; i++) {
                        unit /= 10;
                        part += unit * (text.data[i] - '0');
                }
                if (i == decimals || i < text.length)
                        return false;
        }
        *ret_fen = whole * AMOUNT_WAN_FEN + part;
        return true;
}
