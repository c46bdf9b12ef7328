/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Amounts of money. Departments' files write them in units of ten thousand yuan (万元) with up to six
 * decimals; here they are integers of fen, so that a sum is exact and nobody is fined a binary fraction. Six
 * decimals of ten thousand yuan are hundredths of a yuan, that is fen: nothing is rounded, what does not fit
 * is refused.
 */
#pragma once

#include "registry/base/bytes.h"
#include "registry/base/fault.h"

#define AMOUNT_WAN_FEN 1000000   /* fen in 1 万元 */
#define AMOUNT_WAN_MAX 100000000 /* 1 万亿元: beyond is a slip of the keyboard */

/*
 * Digits, perhaps a point and one to six digits: `0.2` is 2,000 yuan. No sign, no exponent, no thousands
 * separators, no spaces. False otherwise; `ret_fen` untouched then.
 */
bool amount_parse_wan(struct slice text, int64_t *ret_fen) MUST_CHECK;
