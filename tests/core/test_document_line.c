/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/document_line.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static unsigned line_of(struct slice json, const char *path)
{
        struct document_error error = {.flaw = DOCUMENT_VALUE};

        snprintf(error.path, sizeof(error.path), "%s", path);
        return document_line(json, &error);
}

/* ---------------------------------------------------------------- any text */

/* What is no JSON is walked as well, to its end and not past it. */
static const char *const texts[] = {
        "", " ", "\n\n", "{", "[", "\"", "\"\\", "\\", "}", "]", ",", ":", "}}}]]]", "{]", "[}", "{\"a\"", "{\"a\":",
        "{\"a\\", "{\"a\\\"", "{,,,", "[,,,", "{\"\\ud800\":1}", "{\"\\u0000\": 1}", "{1:2}", "{{{{{{{{{{{{{{",
        "[[[[[[[[[[[[[[[[[", "\xff\xfe", "{\"a\":\xff}", "[1 2 3]", "{\"a\" \"b\" \"c\"}", "nul", "-", "/* */",
};

START_TEST(any_octets_have_a_line)
{
        for (size_t length = 0; length <= strlen(texts[_i]); length++) {
                unsigned line = line_of(slice_of(texts[_i], length), "a[3].b");

                ck_assert_uint_ge(line, 1);
                ck_assert_uint_le(line, 3);
        }
}
END_TEST

START_TEST(a_text_nested_deeper_than_a_document_is_walked_to_that_depth)
{
        ck_assert_uint_eq(line_of(slice_text("{\"a\":\n[[[[[[[[[[[\n{\"b\":\n1}]]]]]]]]]]]}"), "a[0].b"), 2);
}
END_TEST

/* ----------------------------------------------------------------- syntax */

static const struct {
        const char *text;
        unsigned line;
} broken[] = {
        {"", 1},
        {"{\n  \"a\": 1,\n}", 3},
        {"{\n  \"a\": 1\n  \"b\": 2\n}", 3},
        {"{\n  \"a\": 1,\n  \"a\": 2\n}", 3},
        {"{\n\n\n\"a\": [[[[\n[[[[[]]]]]]]]]}", 5},
};

START_TEST(what_is_no_json_has_the_line_where_it_ceases_to_be)
{
        struct document document;

        document_init(&document, slice_text(broken[_i].text));
        ck_assert(!document_is_sound(&document));
        ck_assert_uint_eq(document_line(slice_text(broken[_i].text), &document.error), broken[_i].line);
        document_done(&document);
}
END_TEST

/* ------------------------------------------------------------------ paths */

static const char sound[] =
        "\n"
        "{\n"                                    /* 2 */
        "  \"one\": 1, \"two\":\n"               /* 3 */
        "    \"a } ] , \\\" \\\\\",\n"           /* 4 */
        "  \"list\": [\n"                        /* 5 */
        "    {\"x\": 1},\n"                      /* 6 */
        "    {\n"                                /* 7 */
        "      \"x\": {\"y\": [10,\n"            /* 8 */
        "        20, [], null,\n"                /* 9 */
        "        true]}\n"                       /* 10 */
        "    }, \"three\",\n"                    /* 11 */
        "    [1,\n"                              /* 12 */
        "     2]\n"                              /* 13 */
        "  ],\n"                                 /* 14 */
        "  \"\\u5251\": 1,\n"                    /* 15 */
        "  \"剑阁\": {\"one\": 2},\n"            /* 16 */
        "  \"o\\u006ee\\u0032\": 3,\n"           /* 17 */
        "  \"lis\": {\"t\": 1},\n"               /* 18 */
        "  \"empty\": {},\n"                     /* 19 */
        "  \"last\": {\"one\":\n"                /* 20 */
        "    3}\n"                               /* 21 */
        "}\n";

static const struct {
        const char *path;
        unsigned line;
} paths[] = {
        {"", 2}, {"one", 3}, {"two", 3}, {"list", 5}, {"list[0]", 6}, {"list[0].x", 6}, {"list[1]", 7},
        {"list[1].x", 8}, {"list[1].x.y", 8}, {"list[1].x.y[0]", 8}, {"list[1].x.y[1]", 9}, {"list[1].x.y[2]", 9},
        {"list[1].x.y[3]", 9}, {"list[1].x.y[4]", 10}, {"list[2]", 11}, {"list[3]", 12}, {"list[3][0]", 12},
        {"list[3][1]", 13}, {"???", 15}, {"??????", 16}, {"??????.one", 16}, {"one2", 17}, {"lis", 18}, {"lis.t", 18},
        {"empty", 19}, {"last", 20}, {"last.one", 20},
        /* What is missing: where it is missing from. */
        {"three", 2}, {"last.two", 20}, {"empty.one", 19}, {"list[1].y", 7}, {"list[4]", 5}, {"list[0].x.y", 6},
        {"on", 2}, {"ones", 2}, {"list[1]x", 5},
};

START_TEST(a_path_has_the_line_of_its_key_or_item)
{
        ck_assert_uint_eq(line_of(slice_text(sound), paths[_i].path), paths[_i].line);
}
END_TEST

START_TEST(a_key_too_long_for_a_path_is_the_first_that_begins_like_it)
{
        static const char text[] =
                "{\"a\": {\n"
                "\"0123456789012345678901234567890123456789012345678901234567890123456789\": 1,\n"
                "\"0123456789012345678901234567890123456789012345678901234567890000000000\": 1}}";

        ck_assert_uint_eq(line_of(slice_text(text),
                "a.012345678901234567890123456789012345678901234567890123456789"), 2);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("document_line");
        TCase *cases = tcase_create("cases");

        tcase_add_loop_test(cases, any_octets_have_a_line, 0, COUNT(texts));
        tcase_add_test(cases, a_text_nested_deeper_than_a_document_is_walked_to_that_depth);
        tcase_add_loop_test(cases, what_is_no_json_has_the_line_where_it_ceases_to_be, 0, COUNT(broken));
        tcase_add_loop_test(cases, a_path_has_the_line_of_its_key_or_item, 0, COUNT(paths));
        tcase_add_test(cases, a_key_too_long_for_a_path_is_the_first_that_begins_like_it);
        suite_add_tcase(suite, cases);

        return suite_run(suite);
}
