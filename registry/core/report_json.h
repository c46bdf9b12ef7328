/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A report as its canonical JSON document: members in the order of their keys, no white space, UTF-8. One report has one
 * document, octet for octet, so that a frozen one is known by its hash and signed by it.
 *
 * A share is {"n":N,"of":N,"per_mille":N}, per_mille null of nothing; a figure that does not exist is null.
 */
#pragma once

#include "registry/base/fault.h"
#include "registry/core/report.h"

#define REPORT_OCTETS_MAX (16u * 1024 * 1024)

/* Appends the document. */
void report_encode(const struct report *report, struct buffer *to);
/* False if `json` is not exactly what report_encode() writes of some report. Initialises `ret` in either case. */
bool report_decode(struct slice json, struct report *ret) MUST_CHECK;
