/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What programs read: standard output as one JSON document, or one a line. Under --json standard output is
 * always exactly one document, on errors too: several rows make an array that is closed whatever happens in
 * between. Numbers, words and members are the same in every language.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "qcr.pb-c.h"
#include "registry/base/bytes.h"

enum output_mode {
        OUTPUT_TEXT = 0, /* for people */
        OUTPUT_JSON,     /* one document */
        OUTPUT_JSONL,    /* one document a line, written at once */
};

struct output {
        enum output_mode mode;
        bool array;      /* JSON: rows of one array */
        bool has_row;
};

/* Rows follow: an array under OUTPUT_JSON, lines under OUTPUT_JSONL, nothing for people. */
void output_begin_rows(struct output *output);
void output_end_rows(struct output *output);
/* Writes a document and takes it. Not for OUTPUT_TEXT. */
void output_document(struct output *output, json_t *document);
/* Nobody reads any more, or the disk is full. */
bool output_is_broken(void);

/* A JSON string; what is not UTF-8 is shown as tools/show shows it. Never NULL. */
json_t *output_string(struct slice text);
/* Sets a member to a string; an empty one to null. */
void output_set(json_t *document, const char *member, struct slice text);
void output_set_text(json_t *document, const char *member, const char *text); /* NULL gives null */
void output_set_bytes(json_t *document, const char *member, ProtobufCBinaryData bytes);
void output_set_number(json_t *document, const char *member, uint64_t number);
/* An array of strings. */
json_t *output_strings(size_t count, const ProtobufCBinaryData *texts);
