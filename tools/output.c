/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/output.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/show.h"

void output_begin_rows(struct output *output)
{
        output->array = true;
        output->has_row = false;
        if (output->mode == OUTPUT_JSON)
                fputs("[", stdout);
}

void output_end_rows(struct output *output)
{
        output->array = false;
        if (output->mode == OUTPUT_JSON)
                fputs(output->has_row ? "\n]\n" : "]\n", stdout);
}

void output_document(struct output *output, json_t *document)
{
        bool row = output->array && output->mode == OUTPUT_JSON;
        size_t flags = output->mode == OUTPUT_JSON && !row ? JSON_INDENT(2) : 0;

        assert(output->mode != OUTPUT_TEXT);
        if (row)
                fputs(output->has_row ? ",\n" : "\n", stdout);
        json_dumpf(document, stdout, flags);
        if (!row)
                fputs("\n", stdout);
        output->has_row = true;
        json_decref(document);
        if (output->mode == OUTPUT_JSONL)
                fflush(stdout);
}

bool output_is_broken(void)
{
        return ferror(stdout) != 0;
}

json_t *output_string(struct slice text)
{
        json_t *string = json_stringn(text.length ? (const char *)text.data : "", text.length);

        if (!string) {
                CLEANUP(buffer) struct buffer shown = BUFFER_INIT;

                show_text(&shown, text);
                string = json_string(buffer_text(&shown));
        }
        if (!string)
                abort();
        return string;
}

void output_set(json_t *document, const char *member, struct slice text)
{
        json_object_set_new(document, member, text.length ? output_string(text) : json_null());
}

void output_set_text(json_t *document, const char *member, const char *text)
{
        output_set(document, member, slice_text(text ? text : ""));
}

void output_set_bytes(json_t *document, const char *member, ProtobufCBinaryData bytes)
{
        output_set(document, member, slice_of(bytes.data, bytes.len));
}

void output_set_number(json_t *document, const char *member, uint64_t number)
{
        json_object_set_new(document, member, json_integer((json_int_t)number));
}

json_t *output_strings(size_t count, const ProtobufCBinaryData *texts)
{
        json_t *array = json_array();

        for (size_t i = 0; i < count; i++)
                json_array_append_new(array, output_string(slice_of(texts[i].data, texts[i].len)));
        return array;
}
