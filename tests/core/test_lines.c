/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/lines.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct {
        const char *text;
        bool right;
        uint64_t number;
} numbers[] = {
        {"", false, 0}, {"-1", false, 0}, {"+1", false, 0}, {"01", false, 0}, {"00", false, 0}, {" 1", false, 0},
        {"1 ", false, 0}, {"0x1", false, 0}, {"1e3", false, 0}, {"18446744073709551616", false, 0},
        {"99999999999999999999", false, 0}, {"0", true, 0}, {"10", true, 10},
        {"18446744073709551615", true, UINT64_MAX},
};

START_TEST(a_number_has_one_form)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        uint64_t number = 0;

        ck_assert_int_eq(number_parse(slice_text(numbers[_i].text), &number), numbers[_i].right);
        if (!numbers[_i].right)
                return;
        ck_assert_uint_eq(number, numbers[_i].number);
        number_format(number, &b);
        ck_assert_str_eq(buffer_text(&b), numbers[_i].text);
}
END_TEST

static const struct {
        const char *origin;
        bool right;
} origins[] = {
        {"", false}, {"/", false}, {"a/", false}, {"/a", false}, {"a//b", false}, {"A", false}, {"a b", false},
        {"a+b", false}, {"a\nb", false}, {"a_b", false}, {"a", true}, {"credit.example.cn/registry-1", true},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
};

START_TEST(an_origin_is_what_the_store_admits_too)
{
        ck_assert_int_eq(origin_is_valid(slice_text(origins[_i].origin)), origins[_i].right);
}
END_TEST

START_TEST(a_failure_sticks_to_the_end)
{
        struct lines lines = lines_of(slice_text("a 1\nb 2\n"));

        lines_value(&lines, "b");
        ck_assert(lines.failed);
        ck_assert_uint_eq(lines_value(&lines, "b").length, 0);
        ck_assert(!lines_is_done(&lines));
}
END_TEST

static const struct {
        const char *text;
        const char *value;
} escapes[] = {
        {"", "-"}, {"-", "\\x2d"}, {"--", "--"}, {" ", "\\x20"}, {"  ", "\\x20\\x20"}, {" a b ", "\\x20a b\\x20"},
        {"\\", "\\\\"}, {"\\x41", "\\\\x41"}, {"\n", "\\x0a"}, {"\x1b[0m", "\\x1b[0m"}, {"企业", "企业"}, {"\x7f", "\\x7f"},
};

START_TEST(a_text_has_one_escaped_form)
{
        CLEANUP(buffer) struct buffer b = BUFFER_INIT;
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        text_escape(slice_text(escapes[_i].text), &b);
        ck_assert_str_eq(buffer_text(&b), escapes[_i].value);
        ck_assert(text_unescape(slice_text(escapes[_i].value), &text));
        ck_assert_str_eq(buffer_text(&text), escapes[_i].text);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("lines");
        TCase *c = tcase_create("lines");

        tcase_add_loop_test(c, a_number_has_one_form, 0, COUNT(numbers));
        tcase_add_loop_test(c, an_origin_is_what_the_store_admits_too, 0, COUNT(origins));
        tcase_add_test(c, a_failure_sticks_to_the_end);
        tcase_add_loop_test(c, a_text_has_one_escaped_form, 0, COUNT(escapes));
        tcase_set_timeout(c, 60);
        suite_add_tcase(suite, c);
        return suite_run(suite);
}
