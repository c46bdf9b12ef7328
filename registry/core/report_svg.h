/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A report as a plot: SVG 1.1 without scripts, styles or outside references, labelled in Chinese; one horizontal bar a
 * row, the totals last. A stack is the plotted columns' numbers end to end, all rows on one scale; a rate runs to 1000
 * per mille and has a mark at its target. Every bar says in its <title> what it is of, with its numbers; those of a row
 * stand behind it, so that nothing rests on colour. The report's own facts are in <desc>.
 *
 * Lengths are reckoned in whole hundredths of a unit: the same report has the same octets everywhere.
 */
#pragma once

#include "registry/core/report.h"

/* Appends the whole document. */
void report_svg(const struct report *report, struct buffer *to);
