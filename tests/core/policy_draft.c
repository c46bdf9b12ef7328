/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tests/core/policy_draft.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void draft_open(struct policy_draft *ret, const char *path)
{
        const char *root = getenv("QCR_SOURCE");
        char whole[4096];
        FILE *file;
        size_t length;

        snprintf(whole, sizeof(whole), "%s/%s", root ? root : ".", path);
        file = fopen(whole, "r");
        ck_assert_msg(file != NULL, "%s cannot be read", whole);
        ret->text = BUFFER_INIT;
        do {
                uint8_t *room = buffer_reserve(&ret->text, 4096);

                length = fread(room, 1, 4096, file);
                ret->text.length += length;
        } while (length > 0);
        fclose(file);
}

void draft_close(struct policy_draft *draft)
{
        buffer_done(&draft->text);
}

void draft_edit(struct policy_draft *draft, const char *from, const char *to)
{
        const char *all = buffer_text(&draft->text);
        const char *at = strstr(all, from);
        struct buffer edited = BUFFER_INIT;

        ck_assert_msg(at != NULL, "%s is not there", from);
        buffer_add(&edited, all, (size_t)(at - all));
        buffer_add_text(&edited, to);
        buffer_add_text(&edited, at + strlen(from));
        buffer_done(&draft->text);
        draft->text = edited;
}

enum document_flaw draft_read(struct policy_draft *draft)
{
        return policy_parse_draft(buffer_slice(&draft->text), &draft->policy, &draft->error);
}

void draft_must_be_sound(struct policy_draft *draft)
{
        ck_assert_msg(draft_read(draft) == DOCUMENT_SOUND, "%s: %s: %s", draft->error.path, draft->error.reason,
                draft->error.value);
}

void draft_must_be_refused(struct policy_draft *draft, enum document_flaw flaw, const char *path, const char *value)
{
        memset(&draft->policy, 0x5a, sizeof(draft->policy));
        ck_assert_msg(draft_read(draft) == flaw, "%s at %s (%s)", document_flaw_word(draft->error.flaw),
                draft->error.path, draft->error.reason);
        ck_assert_int_eq(draft->error.flaw, flaw);
        ck_assert_str_eq(draft->error.path, path);
        ck_assert_str_ne(draft->error.reason, "");
        if (*value)
                ck_assert_str_eq(draft->error.value, value);
        ck_assert_int_eq(draft->policy.base, 0x5a5a5a5a);
}
