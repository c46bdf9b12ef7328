/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/document.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "registry/core/name.h"

static void set_error(struct document_error *error, enum document_flaw flaw, const char *path,
        const char *reason)
{
        *error = (struct document_error){.flaw = flaw};
        snprintf(error->path, sizeof(error->path), "%s", path);
        snprintf(error->reason, sizeof(error->reason), "%s", reason);
}

/* Cuts at a character's border, so that a message stays UTF-8. */
static void copy_cut(char *to, size_t size, const char *from)
{
        size_t length = strlen(from);

        if (length >= size) {
                length = size - 1;
                while (length > 0 && ((unsigned char)from[length] & 0xc0) == 0x80)
                        length--;
        }
        memcpy(to, from, length);
        to[length] = '\0';
}

static void keep_plain(char *text)
{
        for (char *c = text; *c; c++)
                if (*c < ' ' || *c > '~')
                        *c = '?';
}

static void describe(struct document_error *error, const json_t *value)
{
        char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

        if (text)
                copy_cut(error->value, sizeof(error->value), text);
        free(text);
}

/* Known keys are plain ASCII; of an unknown one only that much is repeated. */
void document_path_member(char ret[DOCUMENT_PATH], const char *at, const char *key)
{
        if (key)
                snprintf(ret, DOCUMENT_PATH, "%.60s%s%.60s", at, *at ? "." : "", key);
        else
                snprintf(ret, DOCUMENT_PATH, "%s", at);
        keep_plain(ret);
}

void document_path_item(char ret[DOCUMENT_PATH], const char *at, size_t index)
{
        snprintf(ret, DOCUMENT_PATH, "%.100s[%zu]", at, index);
}

/* jansson recurses with the text: the depth is known before it is asked. False, with the line where it is too much. */
static bool is_shallow(struct slice json, unsigned *ret_line)
{
        int depth = 0;
        bool in_string = false;
        unsigned line = 1;

        for (size_t i = 0; i < json.length; i++) {
                char c = (char)json.data[i];

                line += c == '\n';
                if (in_string && c == '\\')
                        i++;
                else if (c == '"')
                        in_string = !in_string;
                else if (!in_string && (c == '{' || c == '['))
                        depth++;
                else if (!in_string && (c == '}' || c == ']'))
                        depth--;
                if (depth > DOCUMENT_DEPTH_MAX) {
                        *ret_line = line;
                        return false;
                }
        }
        return true;
}

/* The parser's message quotes the text; what could move a cursor does not get into ours. */
static void set_syntax_error(struct document_error *error, const json_error_t *from)
{
        char reason[sizeof(error->reason)];

        snprintf(reason, sizeof(reason), "line %d, column %d: %.100s", from->line, from->column, from->text);
        keep_plain(reason);
        set_error(error, DOCUMENT_SYNTAX, "", reason);
        error->line = from->line > 0 ? (unsigned)from->line : 1;
}

void document_init(struct document *ret, struct slice json)
{
        json_error_t error;
        unsigned line;

        *ret = (struct document){0};
        if (json.length > DOCUMENT_OCTETS_MAX) {
                set_error(&ret->error, DOCUMENT_SIZE, "", "more than 65536 octets");
                return;
        }
        if (!is_shallow(json, &line)) {
                set_error(&ret->error, DOCUMENT_DEPTH, "", "nested deeper than 8");
                ret->error.line = line;
                return;
        }
        ret->root = json_loadb((const char *)json.data, json.length, JSON_REJECT_DUPLICATES, &error);
        if (ret->root)
                return;
        if (json.data && json_error_code(&error) == json_error_out_of_memory)
                abort();
        set_syntax_error(&ret->error, &error);
}

void document_done(struct document *document)
{
        json_decref(document->root);
        document->root = NULL;
}

bool document_is_sound(const struct document *document)
{
        return document->error.flaw == DOCUMENT_SOUND;
}

struct place document_root(struct document *document)
{
        struct place root = {.document = document, .value = document->root};

        if (root.value && !json_is_object(root.value))
                place_refuse(&root, NULL, DOCUMENT_TYPE, "an object is wanted");
        if (!document_is_sound(document))
                root.value = NULL;
        return root;
}

void document_canonical(const struct document *document, struct buffer *to)
{
        char *canonical = json_dumps(document->root, JSON_COMPACT | JSON_SORT_KEYS);

        assert(document_is_sound(document));
        if (!canonical)
                abort();
        buffer_add_text(to, canonical);
        free(canonical);
}

void document_hash(const struct document *document, uint8_t ret[32])
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        unsigned length = 0;

        document_canonical(document, &canonical);
        if (!EVP_Digest(canonical.data, canonical.length, ret, &length, EVP_sha256(), NULL))
                abort();
        assert(length == 32);
}

const char *document_flaw_word(enum document_flaw flaw)
{
        switch (flaw) {
        case DOCUMENT_SOUND:
                return "ok";
        case DOCUMENT_SIZE:
                return "size";
        case DOCUMENT_DEPTH:
                return "depth";
        case DOCUMENT_SYNTAX:
                return "syntax";
        case DOCUMENT_UNKNOWN:
                return "unknown_key";
        case DOCUMENT_MISSING:
                return "missing_key";
        case DOCUMENT_TYPE:
                return "type";
        case DOCUMENT_VALUE:
                return "value";
        }
        return "unknown";
}

static bool is_readable(const struct place *at)
{
        return at->value && document_is_sound(at->document);
}

void place_refuse(const struct place *at, const char *key, enum document_flaw flaw, const char *reason)
{
        char path[DOCUMENT_PATH];

        if (!is_readable(at))
                return;
        document_path_member(path, at->path, key);
        set_error(&at->document->error, flaw, path, reason);
        describe(&at->document->error, key ? json_object_get(at->value, key) : at->value);
}

void place_only(const struct place *at, const char *const *keys)
{
        const char *key;
        json_t *value;

        if (is_readable(at) && !json_is_object(at->value))
                place_refuse(at, NULL, DOCUMENT_TYPE, "an object is wanted");
        if (!is_readable(at))
                return;
        json_object_foreach(at->value, key, value) {
                const char *const *known = keys;

                while (*known && strcmp(*known, key) != 0)
                        known++;
                if (!*known) {
                        place_refuse(at, key, DOCUMENT_UNKNOWN, "no such key");
                        return;
                }
        }
}

bool place_has(const struct place *at, const char *key)
{
        return is_readable(at) && json_object_get(at->value, key);
}

/* The member, or NULL with the error recorded. */
static json_t *member(const struct place *at, const char *key)
{
        json_t *value = is_readable(at) ? json_object_get(at->value, key) : NULL;

        if (!value)
                place_refuse(at, key, DOCUMENT_MISSING, "must be there");
        return value;
}

bool place_is_null(const struct place *at, const char *key)
{
        return json_is_null(member(at, key));
}

static struct place place_inside(const struct place *at, const char *key, json_t *value)
{
        struct place inside = {.document = at->document, .value = value};

        document_path_member(inside.path, at->path, key);
        return inside;
}

struct place place_object(const struct place *at, const char *key)
{
        json_t *value = member(at, key);

        if (value && !json_is_object(value)) {
                place_refuse(at, key, DOCUMENT_TYPE, "an object is wanted");
                value = NULL;
        }
        return place_inside(at, key, value);
}

struct place place_array(const struct place *at, const char *key, size_t least, size_t most)
{
        json_t *value = member(at, key);
        char reason[64];

        if (value && !json_is_array(value)) {
                place_refuse(at, key, DOCUMENT_TYPE, "an array is wanted");
                value = NULL;
        } else if (value && (json_array_size(value) < least || json_array_size(value) > most)) {
                snprintf(reason, sizeof(reason), "%zu to %zu items are wanted", least, most);
                place_refuse(at, key, DOCUMENT_VALUE, reason);
                value = NULL;
        }
        return place_inside(at, key, value);
}

size_t place_count(const struct place *array)
{
        return is_readable(array) ? json_array_size(array->value) : 0;
}

struct place place_item(const struct place *array, size_t index)
{
        struct place item = {.document = array->document};

        document_path_item(item.path, array->path, index);
        item.value = is_readable(array) ? json_array_get(array->value, index) : NULL;
        return item;
}

const char *place_string(const struct place *at)
{
        if (is_readable(at) && !json_is_string(at->value))
                place_refuse(at, NULL, DOCUMENT_TYPE, "a text is wanted");
        return is_readable(at) ? json_string_value(at->value) : "";
}

int32_t place_integer(const struct place *at, const char *key, int32_t least, int32_t most)
{
        json_t *value = member(at, key);
        char reason[64];

        if (!value)
                return 0;
        if (!json_is_integer(value)) {
                place_refuse(at, key, DOCUMENT_TYPE, "a whole number is wanted");
                return 0;
        }
        if (json_integer_value(value) < least || json_integer_value(value) > most) {
                snprintf(reason, sizeof(reason), "%d to %d is wanted", least, most);
                place_refuse(at, key, DOCUMENT_VALUE, reason);
                return 0;
        }
        return (int32_t)json_integer_value(value);
}

bool place_boolean(const struct place *at, const char *key)
{
        json_t *value = member(at, key);

        if (value && !json_is_boolean(value))
                place_refuse(at, key, DOCUMENT_TYPE, "true or false is wanted");
        return json_is_true(value);
}

struct day place_day(const struct place *at, const char *key)
{
        json_t *value = member(at, key);
        struct day day = DAY_NONE;

        if (value && !json_is_string(value))
                place_refuse(at, key, DOCUMENT_TYPE, "a date as text is wanted");
        else if (value && !day_parse(slice_of(json_string_value(value), json_string_length(value)), &day))
                place_refuse(at, key, DOCUMENT_VALUE, "a date like 2026-01-31 is wanted");
        return day;
}

void place_text(const struct place *at, const char *key, char *ret, size_t size)
{
        json_t *value = member(at, key);
        const char *text = json_string_value(value);

        *ret = '\0';
        if (!value)
                return;
        if (!text)
                place_refuse(at, key, DOCUMENT_TYPE, "a text is wanted");
        else if (json_string_length(value) >= size)
                place_refuse(at, key, DOCUMENT_VALUE, "the text is too long");
        else if (name_check_display(slice_of(text, json_string_length(value))) != NAME_SOUND)
                place_refuse(at, key, DOCUMENT_VALUE, "one line in NFC without control characters is wanted");
        else
                memcpy(ret, text, json_string_length(value) + 1);
}
