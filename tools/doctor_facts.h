/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Facts: rows that must be in a small table, each with its key and the rest of its columns as one text. What
 * the ledger's signed entries say is gathered on one side and what the tables hold on the other; the
 * comparison names every row that was added, removed or changed. Sized by persons, not by enterprises.
 */
#pragma once

#include "tools/doctor.h"

struct doctor_fact {
        const char *table; /* a literal */
        char *key;
        char *rest;
};

/* Copies the texts. */
void doctor_facts_add(struct doctor_facts *facts, const char *table, const char *key, const char *rest);
void doctor_facts_done(struct doctor_facts *facts);
/* Reports where `stored` is not what is `wanted`; sorts both. */
void doctor_facts_compare(struct doctor *doctor, struct doctor_facts *wanted, struct doctor_facts *stored);
