/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A row of a recalculation: what came out for one enterprise in one version of its standing. Its hash is a leaf of the
 * chunk's tree (RFC 9162), whose root the administrator who runs it signed: what a database shows later as a run's
 * outcome is either what was signed or is found out.
 *
 * SHA-256 over `qcr-recalc-row/v1\n`, counted subject, varint version, counted grade, signed varint score (-1 when
 * unrated), signed varint next change (INT32_MIN when it never changes).
 */
#pragma once

#include "registry/core/calendar.h"

struct recalc_row {
        const char *subject;
        uint64_t version;
        const char *grade;
        int32_t score;
        struct day next_change;
};

void recalc_row_hash(const struct recalc_row *row, uint8_t ret[32]);
