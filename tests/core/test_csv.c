/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/csv.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define TEXT(literal) {literal, sizeof(literal) - 1}

struct text {
        const char *octets;
        size_t length;
};

/* Rows as one text: fields between <>, a flaw as !word@line:column, rows ending in LF. */
static void show(const struct csv_row *row, struct buffer *to)
{
        buffer_add_format(to, "%llu ", (unsigned long long)row->line);
        if (row->flaw)
                buffer_add_format(to, "!%s@%llu:%llu", csv_flaw_word(row->flaw),
                        (unsigned long long)row->flaw_line, (unsigned long long)row->flaw_column);
        for (unsigned i = 0; i < row->count; i++)
                buffer_add_format(to, "<%.*s>", (int)row->fields[i].length, (const char *)row->fields[i].data);
        buffer_add_u8(to, '\n');
}

/* In pieces of `step` octets, so that every border falls everywhere. */
static void read_all(struct text text, size_t step, struct buffer *ret)
{
        CLEANUP(csv) struct csv csv;
        const struct csv_row *row;
        size_t at = 0;

        csv_init(&csv);
        for (;;)
                switch (csv_next(&csv, &row)) {
                case CSV_ROW:
                        show(row, ret);
                        break;
                case CSV_END:
                        return;
                case CSV_MORE:
                        if (at < text.length) {
                                size_t n = text.length - at < step ? text.length - at : step;

                                csv_push(&csv, slice_of(text.octets + at, n));
                                at += n;
                        } else {
                                csv_end(&csv);
                        }
                        break;
                }
}

static const struct {
        struct text text;
        const char *rows;
} cases[] = {
        /* refusals */
        {TEXT("a,b\0c\nd\n"), "1 !csv_nul@1:4\n2 <d>\n"},
        {TEXT("a,\"b\0\nc\"\nd\n"), "1 !csv_nul@1:5\n3 <d>\n"},
        {TEXT("a,b\"c\nd\n"), "1 !csv_stray_quote@1:4\n2 <d>\n"},
        {TEXT("\"a\"b,c\nd\n"), "1 !csv_after_quote@1:4\n2 <d>\n"},
        {TEXT("a\n\"b\nc,d\n"), "1 <a>\n2 !csv_unclosed@4:1\n"},
        {TEXT("a\rb\nc\n"), "1 !csv_stray_return@1:3\n2 <c>\n"},
        {TEXT("a\r,b\nc\n"), "1 !csv_stray_return@1:3\n2 <c>\n"},
        {TEXT("a\r\r\nc\n"), "1 !csv_stray_return@1:3\n2 <c>\n"},
        {TEXT("a\r"), "1 !csv_stray_return@1:3\n"},
        {TEXT("\xef\xbb""a\n"), "1 <\xef\xbb""a>\n"},
        /* a flawed row ends where quoting says, not at the next line */
        {TEXT("x\"y,\"1\n2\n3\"\nz\n"), "1 !csv_stray_quote@1:2\n4 <z>\n"},
        {TEXT("\"x\"y,\"1\n2\"\nz\n"), "1 !csv_after_quote@1:4\n3 <z>\n"},
        /* what is read */
        {TEXT(""), ""},
        {TEXT("\n\r\n\n"), ""},
        {TEXT("\xef\xbb\xbf"), ""},
        {TEXT("\xef\xbb\xbf""a,b\n"), "1 <a><b>\n"},
        {TEXT("a,b"), "1 <a><b>\n"},
        {TEXT("a,\n,b\n,\n"), "1 <a><>\n2 <><b>\n3 <><>\n"},
        {TEXT("a,b\r\nc,d\r\n"), "1 <a><b>\n2 <c><d>\n"},
        {TEXT("\"a\",\"b,c\",\"d\"\"e\"\n"), "1 <a><b,c><d\"e>\n"},
        {TEXT("\"a\nb\r\nc\",d\ne\n"), "1 <a\nb\r\nc><d>\n4 <e>\n"},
        {TEXT("\"\"\n"), "1 <>\n"},
        {TEXT("\"\"\"\"\n"), "1 <\">\n"},
        {TEXT("\n\na\n\nb"), "3 <a>\n5 <b>\n"},
        {TEXT("处罚,\"决\n定\"\n字\"\n"), "1 <处罚><决\n定>\n3 !csv_stray_quote@3:2\n"},
};

START_TEST(rows_are_the_same_however_the_input_is_cut)
{
        for (size_t step = 1; step <= cases[_i].text.length + 1; step++) {
                CLEANUP(buffer) struct buffer rows = BUFFER_INIT;

                read_all(cases[_i].text, step, &rows);
                ck_assert_str_eq(buffer_text(&rows), cases[_i].rows);
        }
}
END_TEST

/* A header, one row made of `unit` repeated, and a row behind it. */
static void read_long(const char *unit, size_t times, const char *end, struct buffer *ret)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        for (size_t i = 0; i < times; i++)
                buffer_add_text(&text, unit);
        buffer_add_text(&text, end);
        buffer_add_text(&text, "\nnext\n");
        read_all((struct text){(const char *)text.data, text.length}, 4096, ret);
}

START_TEST(a_row_beyond_a_limit_is_flawed_and_the_next_one_read)
{
        static const struct {
                const char *unit;
                size_t times;
                const char *end;
                const char *flaw;
        } limits[] = {
                {"x", CSV_FIELD_MAX, "", NULL},
                {"x", CSV_FIELD_MAX + 1, "", "csv_field_length"},
                {"1234567,", CSV_COLUMNS_MAX - 1, "x", NULL},
                {"1234567,", CSV_COLUMNS_MAX, "x", "csv_columns"},
                {"\"", 2 * CSV_FIELD_MAX, "", NULL},
        };
        CLEANUP(buffer) struct buffer rows = BUFFER_INIT;

        read_long(limits[_i].unit, limits[_i].times, limits[_i].end, &rows);
        ck_assert_int_eq(!limits[_i].flaw, !strstr(buffer_text(&rows), "!csv"));
        if (limits[_i].flaw)
                ck_assert_ptr_nonnull(strstr(buffer_text(&rows), limits[_i].flaw));
        ck_assert_ptr_nonnull(strstr(buffer_text(&rows), "2 <next>"));
}
END_TEST

START_TEST(what_a_too_long_field_holds_never_reads_as_a_row)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        CLEANUP(buffer) struct buffer rows = BUFFER_INIT;

        buffer_add_text(&text, "\"");
        for (size_t i = 0; i < CSV_ROW_MAX; i++)
                buffer_add_text(&text, "x");
        buffer_add_text(&text, "\nforged,row\n\",end\nnext\n");
        read_all((struct text){(const char *)text.data, text.length}, 1000, &rows);
        ck_assert_ptr_null(strstr(buffer_text(&rows), "forged"));
        ck_assert_ptr_nonnull(strstr(buffer_text(&rows), "<next>"));
}
END_TEST

static const struct {
        const char *text;
        const char *field;
} guarded[] = {
        {"", ""},
        {"a", "a"},
        {"a,b", "\"a,b\""},
        {"a\"b", "\"a\"\"b\""},
        {"a\nb", "\"a\nb\""},
        {"=1+1", "\"'=1+1\""},
        {"+1", "\"'+1\""},
        {"-3", "\"'-3\""},
        {"@x", "\"'@x\""},
        {"\tx", "\"'\tx\""},
        {"'=x", "\"''=x\""},
        {"'x", "'x"},
        {"1=1", "1=1"},
};

START_TEST(a_formula_is_guarded_and_comes_back_as_it_was)
{
        CLEANUP(buffer) struct buffer field = BUFFER_INIT;
        CLEANUP(csv) struct csv csv;
        const struct csv_row *row;

        csv_add_field(&field, slice_text(guarded[_i].text), true);
        ck_assert_str_eq(buffer_text(&field), guarded[_i].field);
        if (!*guarded[_i].text)
                return;
        csv_init(&csv);
        csv_push(&csv, buffer_slice(&field));
        csv_end(&csv);
        ck_assert_int_eq(csv_next(&csv, &row), CSV_ROW);
        ck_assert_uint_eq(row->count, 1);
        ck_assert(slice_equal(csv_unguard(row->fields[0]), slice_text(guarded[_i].text)));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("csv");
        TCase *tcase = tcase_create("csv");

        tcase_add_loop_test(tcase, rows_are_the_same_however_the_input_is_cut, 0, COUNT(cases));
        tcase_add_loop_test(tcase, a_row_beyond_a_limit_is_flawed_and_the_next_one_read, 0, 5);
        tcase_add_test(tcase, what_a_too_long_field_holds_never_reads_as_a_row);
        tcase_add_loop_test(tcase, a_formula_is_guarded_and_comes_back_as_it_was, 0, COUNT(guarded));
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
