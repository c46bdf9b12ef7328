/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A form: the fields of a step as they were typed, before they are a message. Which fields a step has is its
 * procedure's matter, and the registry's to refuse; this program only knows `--WORD VALUE`, that `-` in a word is
 * `_`, that `@PATH` is a document and stands for its SHA-256, and that `@@` begins a text with one `@`.
 */
#pragma once

#include "tools/case_paper.h"
#include "tools/show.h"

#define CASE_FORM_WORD 40u /* octets of a field's word, with its NUL */

struct case_form {
        size_t count;
        char words[FIELD_LIST_LIMIT + 3][CASE_FORM_WORD];
        char hashes[FIELD_LIST_LIMIT + 3][65];
        Qcr__CaseField fields[FIELD_LIST_LIMIT + 3];
        Qcr__CaseField *pointers[FIELD_LIST_LIMIT + 3]; /* as the message wants them */
        const char *shown[FIELD_LIST_LIMIT + 3];        /* what was typed */
        size_t paper_count;
        struct case_paper papers[FIELD_LIST_LIMIT + 3];
};

/* False when a word cannot be one or a document cannot be read. Texts are those of who calls. */
bool case_form_add(struct case_form *form, const char *word, const char *value, struct fault *why) MUST_CHECK;
bool case_form_add_all(struct case_form *form, const struct field_list *fields, struct fault *why) MUST_CHECK;
/* Rows of word and value, for the question before. */
void case_form_describe(const struct case_form *form, struct table *rows);
