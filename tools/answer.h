/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An answer as it is shown: the verdict's exit status, its lines for people, its members for programs. Only
 * what tools/proof has judged authentic gets here; everything shown is parsed from the verified octets.
 */
#pragma once

#include "tools/output.h"
#include "tools/proof.h"

/* 0 registered, standing, not listed; 3; 4; 14. Listed comes first: it holds for a party struck off too. */
int answer_exit(const struct statement *s);
/* The verdict in words, English, to be translated. */
const char *answer_headline(const struct statement *s);

/* The view of one answer. `receipt` is a file, or NULL. */
void answer_print(const struct proved *proved, const char *receipt, bool colours);
/* One answer in one line, for batches. `columns` is how wide the code's column is. */
void answer_print_row(const struct proved *proved, bool colours);
/* A row that is no answer: the code as given and what there is instead of one. */
void answer_print_no_answer(struct slice code, const char *headline, const char *reason, bool colours);

/* The statement's lines as members, `_` for `-`. The caller's, to add to. */
json_t *answer_document(const struct proved *proved);
