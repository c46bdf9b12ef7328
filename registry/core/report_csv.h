/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A report as CSV (RFC 4180, UTF-8, CRLF), for spreadsheets: a header, the rows, the row of totals. The first columns say
 * of every row which report it is of, so that tables can be put beneath one another: report, report_year, day, serial,
 * policy. Then the dimension's key; then a column each, of a share three: `x`, `x_of`, `x_per_mille`. A figure that does not
 * exist is empty. Texts that a spreadsheet would run as a formula are guarded (core/csv). Definitions and sources are in
 * the other forms only.
 */
#pragma once

#include "registry/core/report.h"

/* Appends the whole. */
void report_csv(const struct report *report, struct buffer *to);
