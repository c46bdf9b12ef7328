/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A report for people: its head, an aligned table (Han characters have two columns), definitions and sources, in the
 * language of messages. A share reads `12/300 40‰`, a figure that does not exist `-`.
 */
#pragma once

#include "registry/core/report.h"

/* Appends the whole. */
void report_table(const struct report *report, bool is_chinese, struct buffer *to);
