/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/document_line.h"

#include <string.h>

/* An object or an array that is open. */
struct open {
        bool is_array;
        size_t index; /* of the item that stands next in an array */
        char path[DOCUMENT_PATH];
};

struct walk {
        struct slice json;
        size_t at;
        unsigned line;
        bool is_key;               /* a text that stands next is a member's key */
        char next[DOCUMENT_PATH];  /* the path of the value that stands next */
        int depth;
        struct open open[DOCUMENT_DEPTH_MAX];
        const char *wanted;
        size_t matched;            /* octets of the longest path so far that leads to what is wanted */
        unsigned found;            /* its line; 0 before the first */
};

static bool leads_to(const char *path, const char *wanted)
{
        size_t length = strlen(path);

        return length == 0 || (strncmp(wanted, path, length) == 0 && strchr(".[", wanted[length]) != NULL);
}

/* The first of the longest paths is it. */
static void note(struct walk *walk, const char *path)
{
        size_t length = strlen(path);

        if (leads_to(path, walk->wanted) && (walk->found == 0 || length > walk->matched)) {
                walk->matched = length;
                walk->found = walk->line;
        }
}

/* The octets of the text that begins here, with its quotes. */
static struct slice take_text(struct walk *walk)
{
        size_t start = walk->at++;

        while (walk->at < walk->json.length && walk->json.data[walk->at] != '"') {
                walk->line += walk->json.data[walk->at] == '\n';
                walk->at += walk->json.data[walk->at] == '\\' ? 2 : 1;
        }
        walk->at = walk->at < walk->json.length ? walk->at + 1 : walk->json.length;
        return slice_of(walk->json.data + start, walk->at - start);
}

static void take_key(struct walk *walk)
{
        const struct open *in = &walk->open[walk->depth - 1];
        struct slice text = take_text(walk);
        json_t *key = json_loadb((const char *)text.data, text.length, JSON_DECODE_ANY, NULL);

        document_path_member(walk->next, in->path, key ? json_string_value(key) : "");
        json_decref(key);
        walk->is_key = false;
        note(walk, walk->next);
}

/* A value begins: its path is known, or counted. */
static void begin_value(struct walk *walk)
{
        struct open *in = walk->depth > 0 ? &walk->open[walk->depth - 1] : NULL;

        if (in && in->is_array) {
                document_path_item(walk->next, in->path, in->index);
                note(walk, walk->next);
        } else if (!in) {
                note(walk, "");
        }
}

static bool open_value(struct walk *walk, bool is_array)
{
        struct open *in = &walk->open[walk->depth];

        begin_value(walk);
        if (walk->depth == DOCUMENT_DEPTH_MAX)
                return false;
        in->is_array = is_array;
        in->index = 0;
        memcpy(in->path, walk->next, sizeof(in->path));
        walk->depth++;
        walk->is_key = !is_array;
        walk->at++;
        return true;
}

static void close_value(struct walk *walk)
{
        walk->depth -= walk->depth > 0;
        walk->is_key = false;
        walk->at++;
}

static void next_value(struct walk *walk)
{
        struct open *in = walk->depth > 0 ? &walk->open[walk->depth - 1] : NULL;

        if (in)
                in->index++;
        walk->is_key = in && !in->is_array;
        walk->at++;
}

/* A number, or true, false, null; or octets that are no JSON. */
static void take_plain(struct walk *walk)
{
        begin_value(walk);
        while (walk->at < walk->json.length && !strchr(" \t\r\n,]}[{\":", walk->json.data[walk->at]))
                walk->at++;
}

/* False once nothing more can be found. */
static bool step(struct walk *walk)
{
        switch (walk->json.data[walk->at]) {
        case '\n':
                walk->line++;
                walk->at++;
                return true;
        case ' ':
        case '\t':
        case '\r':
        case ':':
        case '\0':
                walk->at++;
                return true;
        case '{':
        case '[':
                return open_value(walk, walk->json.data[walk->at] == '[');
        case '}':
        case ']':
                close_value(walk);
                return true;
        case ',':
                next_value(walk);
                return true;
        case '"':
                if (walk->is_key && walk->depth > 0) {
                        take_key(walk);
                } else {
                        begin_value(walk);
                        (void)take_text(walk);
                }
                return true;
        default:
                take_plain(walk);
                return true;
        }
}

unsigned document_line(struct slice json, const struct document_error *error)
{
        struct walk walk = {.json = json, .line = 1, .wanted = error->path};

        if (error->line)
                return error->line;
        while (walk.at < json.length && step(&walk))
                ;
        return walk.found ? walk.found : 1;
}
