/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Data as it is shipped: what a test says of it must hold wherever it is installed. QCR_SOURCE says where it is.
 */
#pragma once

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/base/bytes.h"

/* Appends the file of the source tree. */
static inline void source_read(const char *path, struct buffer *to)
{
        const char *root = getenv("QCR_SOURCE");
        char whole[4096];
        FILE *file;
        size_t length;

        snprintf(whole, sizeof(whole), "%s/%s", root ? root : ".", path);
        file = fopen(whole, "r");
        ck_assert_msg(file != NULL, "%s cannot be read", whole);
        while ((length = fread(buffer_reserve(to, 4096), 1, 4096, file)))
                to->length += length;
        fclose(file);
}

/* The text with the first `from` replaced, which must be there. */
static inline void text_edit(struct buffer *text, const char *from, const char *to)
{
        const char *all = buffer_text(text);
        const char *at = strstr(all, from);
        struct buffer edited = BUFFER_INIT;

        ck_assert_msg(at != NULL, "%s is not there", from);
        buffer_add(&edited, all, (size_t)(at - all));
        buffer_add_text(&edited, to);
        buffer_add_text(&edited, at + strlen(from));
        buffer_done(text);
        *text = edited;
}
