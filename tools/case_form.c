/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_form.h"

#include <assert.h>
#include <string.h>

static bool read_word(const char *word, char ret[CASE_FORM_WORD], struct fault *why)
{
        size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-_");

        if (length == 0 || word[length] != '\0' || length >= CASE_FORM_WORD)
                return fault_set(why, FAULT_INPUT, "--%s: a field's word has a-z, 0-9, - and _", word);
        for (size_t i = 0; i <= length; i++)
                ret[i] = word[i] == '-' ? '_' : word[i];
        return true;
}

static bool take_value(struct case_form *form, const char *value, struct fault *why)
{
        const size_t i = form->count;
        struct case_paper *paper = &form->papers[form->paper_count];

        if (*value != '@' || value[1] == '@') {
                form->fields[i].value = client_bytes(*value == '@' ? value + 1 : value);
                return true;
        }
        if (!case_paper_read(value + 1, paper, why))
                return false;
        form->paper_count++;
        hex_encode(paper->sha256, sizeof(paper->sha256), form->hashes[i]);
        form->fields[i].value = client_bytes(form->hashes[i]);
        return true;
}

bool case_form_add(struct case_form *form, const char *word, const char *value, struct fault *why)
{
        const size_t i = form->count;

        assert(i < sizeof(form->fields) / sizeof(form->fields[0]));
        form->fields[i] = (Qcr__CaseField)QCR__CASE_FIELD__INIT;
        if (!read_word(word, form->words[i], why))
                return false;
        form->fields[i].name = client_bytes(form->words[i]);
        if (!take_value(form, value, why))
                return false;
        form->pointers[i] = &form->fields[i];
        form->shown[i] = value;
        form->count++;
        return true;
}

bool case_form_add_all(struct case_form *form, const struct field_list *fields, struct fault *why)
{
        for (unsigned i = 0; i < fields->count; i++)
                if (!case_form_add(form, fields->words[i], fields->values[i], why))
                        return false;
        return true;
}

void case_form_describe(const struct case_form *form, struct table *rows)
{
        for (size_t i = 0; i < form->count; i++) {
                table_add_text(rows, form->words[i]);
                table_add_text(rows, form->shown[i]);
        }
}
