/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A record form: what `qcr record file` is given, as words, before it is a message. It comes from flags, from
 * a JSON file with the same names (`_` for `-`), or from both; a flag goes before the file. Amounts, days,
 * kinds and words are read here, so that a slip is named at once; what may stand together, and which details a type
 * has, the registry decides itself.
 */
#pragma once

#include <jansson.h>

#include "qcr.pb-c.h"
#include "registry/base/fault.h"
#include "registry/core/record_detail.h"
#include "tools/qcr.h"
#include "tools/show.h"

#define RECORD_FORM_KINDS 12u

struct record_form {
        struct act_flags act;
        bool dry_run;
        const char *json_file;
        const char *code;
        const char *name;
        const char *type;
        const char *domain;
        const char *authority_code;
        const char *authority;
        const char *document;
        struct text_list kind;
        const char *severity;
        const char *fine;
        const char *fine_fen;
        const char *confiscated;
        const char *confiscated_fen;
        const char *decided_on;
        const char *publicity_end;
        const char *result;
        const char *certificate;
        const char *valid_through;
        struct text_list detail; /* NAME=VALUE */
        const char *conduct;
        const char *facts;
        const char *basis;
        const char *penalty;
        const char *content;
        const char *licence;
        const char *remark;
        /* Those of the flags, then those of the file: of the two, filled by record_form_load(). */
        struct record_detail_value details[RECORD_DETAILS_MAX];
        unsigned details_count;
};

extern const struct flag record_form_flags[];

/* The message of a form, and what its pointers lead to besides the form's texts. */
struct record_message {
        Qcr__Record record;
        ProtobufCBinaryData kinds[RECORD_FORM_KINDS];
        Qcr__RecordDetail details[RECORD_DETAILS_MAX];
        Qcr__RecordDetail *detail_rows[RECORD_DETAILS_MAX];
};

/*
 * Takes the details apart, and fills what no flag gave. The form's texts then live as long as `ret_document`, the
 * caller's to release.
 */
bool record_form_load(struct record_form *form, json_t **ret_document, struct fault *why) MUST_CHECK;
/* `ret` must stay where it is: its record points into it. */
bool record_form_message(
        const struct record_form *form, struct record_message *ret, struct fault *why) MUST_CHECK;
/* Rows of label and value, for the question before. */
void record_form_describe(const struct record_form *form, struct table *rows);
/*
 * Adds to a refusal about a detail which ones the form's type has, `*` behind those it needs. To any other it adds
 * nothing.
 */
void record_form_explain(const struct record_form *form, struct failure *failure);
/* Yuan with up to two decimals, exactly: `20000`, `0.5`, `1999.99`. */
bool record_form_yuan(struct slice text, uint64_t *ret_fen) MUST_CHECK;
