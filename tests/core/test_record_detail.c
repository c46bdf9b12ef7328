/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/record_detail.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/share_file.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define SAMPLING "batch 2026-01\nproduct 菜籽油\nplace production\nlevel county\n"
#define ASSESSMENT "agency 某评价公司\nagency_code 91510823MA6250A19N\nstandard DB51/T 2401-2017\nrating AA\n"

/* What is given as `name=value|name=value`. */
static size_t read_values(const char *text, struct record_detail_value *ret)
{
        size_t count = 0;

        while (*text) {
                size_t length = strcspn(text, "|"), name = strcspn(text, "=");

                ret[count].name = slice_of(text, name);
                ret[count++].value = slice_of(text + name + 1, length - name - 1);
                text += length + (text[length] == '|');
        }
        return count;
}

static const struct {
        enum record_type type;
        const char *values;
        enum record_detail_flaw flaw;
        const char *name;
} refused[] = {
        {RECORD_PENALTY, "batch=1", DETAIL_UNKNOWN, "batch"},
        {RECORD_SAMPLING, "number=1", DETAIL_UNKNOWN, "number"},
        {RECORD_SAMPLING, "=1", DETAIL_UNKNOWN, ""},
        {RECORD_SAMPLING, "Batch=1", DETAIL_UNKNOWN, "Batch"},
        {RECORD_SAMPLING, "batch=1|batch=1", DETAIL_TWICE, "batch"},
        {RECORD_SAMPLING, "", DETAIL_MISSING, "batch"},
        {RECORD_SAMPLING, "batch=1|product=a|place=production", DETAIL_MISSING, "level"},
        {RECORD_SAMPLING, "batch=", DETAIL_VALUE, "batch"},
        {RECORD_SAMPLING, "batch= 1", DETAIL_VALUE, "batch"},
        {RECORD_SAMPLING, "batch=1\n2", DETAIL_VALUE, "batch"},
        {RECORD_SAMPLING, "batch=\xff", DETAIL_VALUE, "batch"},
        {RECORD_SAMPLING, "batch=1\xe2\x80\x8b", DETAIL_VALUE, "batch"},
        {RECORD_SAMPLING, "batch=e\xcc\x81", DETAIL_VALUE, "batch"}, /* not NFC */
        {RECORD_SAMPLING, "place=生产", DETAIL_VALUE, "place"},
        {RECORD_SAMPLING, "place=", DETAIL_VALUE, "place"},
        {RECORD_SAMPLING, "place=production circulation", DETAIL_VALUE, "place"},
        {RECORD_SAMPLING, "place=product", DETAIL_VALUE, "place"},
        {RECORD_SAMPLING, "notified_on=2026-02-30", DETAIL_VALUE, "notified_on"},
        {RECORD_SAMPLING, "notified_on=2026/02/03", DETAIL_VALUE, "notified_on"},
        {RECORD_SURVEY, "score=101", DETAIL_VALUE, "score"},
        {RECORD_SURVEY, "score=99.5", DETAIL_VALUE, "score"},
        {RECORD_SURVEY, "score=-1", DETAIL_VALUE, "score"},
        {RECORD_SURVEY, "score=07", DETAIL_VALUE, "score"},
        {RECORD_SURVEY, "sample=18446744073709551616", DETAIL_VALUE, "sample"},
        {RECORD_ASSESSMENT, "agency_code=91510823MA6250A19X", DETAIL_VALUE, "agency_code"},
        {RECORD_ASSESSMENT, "agency_code=91510823ma6250a19n", DETAIL_VALUE, "agency_code"},
        /* Who assessed and under which standard is never left out. */
        {RECORD_ASSESSMENT, "agency_code=91510823MA6250A19N|standard=s|rating=AA", DETAIL_MISSING, "agency"},
        {RECORD_ASSESSMENT, "agency=a|standard=s|rating=AA", DETAIL_MISSING, "agency_code"},
        {RECORD_ASSESSMENT, "agency=a|agency_code=91510823MA6250A19N|rating=AA", DETAIL_MISSING, "standard"},
};

START_TEST(a_detail_that_the_type_has_not_or_needs_or_that_is_not_of_its_form_is_refused_by_name)
{
        CLEANUP(buffer) struct buffer to = BUFFER_INIT;
        struct record_detail_value values[RECORD_DETAILS_MAX];
        size_t count = read_values(refused[_i].values, values);
        struct slice name = slice_text("untouched");

        buffer_add_text(&to, "before");
        ck_assert_int_eq(record_details_format(refused[_i].type, values, count, &to, &name), refused[_i].flaw);
        ck_assert(slice_equal(name, slice_text(refused[_i].name)));
        ck_assert_str_eq(buffer_text(&to), "before");
}
END_TEST

START_TEST(a_text_of_more_octets_than_a_value_may_have_is_refused)
{
        CLEANUP(buffer) struct buffer to = BUFFER_INIT;
        char text[RECORD_DETAIL_OCTETS + 1];
        struct record_detail_value values[] = {
                {slice_text("matter"), slice_of(text, sizeof(text) - 1)},
                {slice_text("commitment"), slice_text("1")},
        };
        struct slice name;

        memset(text, 'x', sizeof(text));
        ck_assert_int_eq(record_details_format(RECORD_BREACH, values, 2, &to, &name), DETAIL_SOUND);
        values[0].value = slice_of(text, sizeof(text));
        ck_assert_int_eq(record_details_format(RECORD_BREACH, values, 2, &to, &name), DETAIL_VALUE);
        ck_assert(slice_equal(name, slice_text("matter")));
}
END_TEST

static const struct {
        enum record_type type;
        const char *lines;
} invalid[] = {
        {RECORD_PENALTY, "batch 1\n"},
        {RECORD_SAMPLING, ""},
        {RECORD_SAMPLING, "batch 2026-01\nproduct 菜籽油\nplace production\nlevel county"},         /* no end */
        {RECORD_SAMPLING, SAMPLING "\n"},
        {RECORD_SAMPLING, "\n" SAMPLING},
        {RECORD_SAMPLING, "product 菜籽油\nbatch 2026-01\nplace production\nlevel county\n"},       /* order */
        {RECORD_SAMPLING, "batch  2026-01\nproduct 菜籽油\nplace production\nlevel county\n"},
        {RECORD_SAMPLING, "batch 2026-01 \nproduct 菜籽油\nplace production\nlevel county\n"},
        {RECORD_SAMPLING, "batch 2026-01\nbatch 2026-01\nproduct 菜籽油\nplace production\nlevel county\n"},
        {RECORD_SAMPLING, SAMPLING "item\n"},
        {RECORD_SAMPLING, SAMPLING "item \n"},
        {RECORD_SAMPLING, SAMPLING "unknown 1\n"},
        {RECORD_RECALL, SAMPLING},
};

START_TEST(lines_that_are_not_exactly_what_formatting_writes_are_no_details)
{
        ck_assert(!record_details_is_valid(invalid[_i].type, slice_text(invalid[_i].lines)));
}
END_TEST

START_TEST(details_stand_in_the_tables_order_however_they_were_given)
{
        CLEANUP(buffer) struct buffer to = BUFFER_INIT;
        struct record_detail_value values[RECORD_DETAILS_MAX];
        size_t count = read_values("level=county|place=production|product=菜籽油|batch=2026-01", values);
        struct slice name = slice_text("untouched");

        ck_assert_int_eq(record_details_format(RECORD_SAMPLING, values, count, &to, &name), DETAIL_SOUND);
        ck_assert_str_eq(buffer_text(&to), SAMPLING);
        ck_assert(slice_equal(name, slice_text("untouched")));
        ck_assert(record_details_is_valid(RECORD_SAMPLING, slice_text(SAMPLING)));
        ck_assert(record_details_is_valid(RECORD_ASSESSMENT, slice_text(ASSESSMENT)));
        ck_assert(record_details_is_valid(RECORD_PENALTY, slice_text("")));
}
END_TEST

static void collect(void *closure, struct slice name, struct slice value)
{
        struct buffer *to = closure;

        buffer_add_slice(to, name);
        buffer_add_text(to, "=");
        buffer_add_slice(to, value);
        buffer_add_text(to, "|");
}

START_TEST(a_detail_is_found_again_by_its_name)
{
        CLEANUP(buffer) struct buffer all = BUFFER_INIT;
        struct slice value = slice_text("untouched");

        ck_assert(!record_details_get(slice_text(SAMPLING), "item", &value));
        ck_assert(!record_details_get(slice_text(SAMPLING), "atch", &value));
        ck_assert(!record_details_get(slice_text(""), "batch", &value));
        ck_assert(slice_equal(value, slice_text("untouched")));
        ck_assert(record_details_get(slice_text(SAMPLING), "level", &value));
        ck_assert(slice_equal(value, slice_text("county")));
        ck_assert(record_details_get(slice_text(ASSESSMENT), "standard", &value));
        ck_assert(slice_equal(value, slice_text("DB51/T 2401-2017")));
        record_details_each(slice_text(SAMPLING), collect, &all);
        ck_assert_str_eq(buffer_text(&all), "batch=2026-01|product=菜籽油|place=production|level=county|");
}
END_TEST

/* A value of the form that fills the most octets it can. */
static struct slice longest(const struct record_detail *detail, char *room)
{
        switch (detail->form) {
        case DETAIL_TEXT:
        case DETAIL_MARK:
                memset(room, 'x', RECORD_DETAIL_OCTETS);
                return slice_of(room, RECORD_DETAIL_OCTETS);
        case DETAIL_DAY: return slice_text("9999-12-31");
        case DETAIL_NUMBER:
                return slice_of(room, (size_t)sprintf(room, "%llu",
                                              (unsigned long long)(detail->most ? detail->most : UINT64_MAX)));
        case DETAIL_WORD: return slice_of(detail->words, strcspn(detail->words, " "));
        case DETAIL_CODE: return slice_text("91510823MA6250A19N");
        }
        ck_abort();
}

START_TEST(every_type_takes_all_its_details_at_once_within_the_limits)
{
        CLEANUP(buffer) struct buffer to = BUFFER_INIT;
        struct record_detail_value values[RECORD_DETAILS_MAX];
        char room[RECORD_DETAILS_MAX][RECORD_DETAIL_OCTETS];
        size_t count;
        const struct record_detail *details = record_details_of((enum record_type)_i, &count);
        struct slice name;

        ck_assert_uint_le(count, RECORD_DETAILS_MAX);
        ck_assert((count == 0) == (_i == RECORD_PENALTY));
        for (size_t i = 0; i < count; i++) {
                ck_assert_int_eq(details[i].type, _i);
                ck_assert_uint_eq(strspn(details[i].name, "abcdefghijklmnopqrstuvwxyz_"), strlen(details[i].name));
                ck_assert((details[i].words != NULL) == (details[i].form == DETAIL_WORD));
                ck_assert(*details[i].zh && *details[i].en);
                ck_assert_ptr_eq(record_detail_find((enum record_type)_i, slice_text(details[i].name)), &details[i]);
                values[i] = (struct record_detail_value){slice_text(details[i].name), longest(&details[i], room[i])};
        }
        ck_assert_int_eq(record_details_format((enum record_type)_i, values, count, &to, &name), DETAIL_SOUND);
        ck_assert_uint_le(to.length, RECORD_DETAILS_OCTETS);
        ck_assert(record_details_is_valid((enum record_type)_i, buffer_slice(&to)));
}
END_TEST

static const struct {
        enum record_type type;
        const char *name;
        const char *text;
} described[] = {
        {RECORD_SAMPLING, "batch", "one line of text, at most 300 octets"},
        {RECORD_SAMPLING, "place", "one of production, circulation"},
        {RECORD_SAMPLING, "notified_on", "a day like 2026-11-02"},
        {RECORD_SURVEY, "score", "a whole number, at most 100"},
        {RECORD_SURVEY, "sample", "a whole number"},
        {RECORD_ASSESSMENT, "agency_code", "an organization code or a unified social credit code"},
};

START_TEST(a_detail_says_what_its_value_may_be)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        record_detail_describe(record_detail_find(described[_i].type, slice_text(described[_i].name)), &text);
        ck_assert_str_eq(buffer_text(&text), described[_i].text);
}
END_TEST

static void add_value(const struct record_detail *detail, struct buffer *to)
{
        static const char *const forms[] = {[DETAIL_TEXT] = "text", [DETAIL_MARK] = "text", [DETAIL_DAY] = "day", [DETAIL_NUMBER] = "number",
                [DETAIL_CODE] = "code"};

        if (detail->form != DETAIL_WORD)
                buffer_add_text(to, forms[detail->form]);
        if (detail->most)
                buffer_add_format(to, ", at most %llu", (unsigned long long)detail->most);
        for (const char *word = detail->words; word && *word; word += strspn(word, " ")) {
                buffer_add_format(to, "%s`%.*s`", word == detail->words ? "" : " ", (int)strcspn(word, " "), word);
                word += strcspn(word, " ");
        }
}

static size_t count_of(const char *text, const char *what)
{
        size_t count = 0;

        for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
                count++;
        return count;
}

static bool has_row(const char *text, enum record_type type, const struct record_detail *detail)
{
        CLEANUP(buffer) struct buffer row = BUFFER_INIT;
        const char *bold = detail->is_required ? "**" : "";

        buffer_add_format(&row, "\n| `%s` | %s`%s`%s | ", record_type_word(type), bold, detail->name, bold);
        add_value(detail, &row);
        buffer_add_format(&row, " | %s | %s |\n", detail->zh, detail->en);
        return strstr(text, buffer_text(&row)) != NULL;
}

START_TEST(the_manual_has_the_details_of_the_table_and_no_other)
{
        CLEANUP(buffer) struct buffer manual = BUFFER_INIT;
        const char *details;
        size_t rows = 0;

        source_read("docs/RECORDS.md", &manual);
        details = strstr(buffer_text(&manual), "\n## Details\n");
        ck_assert_ptr_nonnull(details);
        for (unsigned type = RECORD_PENALTY; type <= RECORD_TYPE_LAST; type++) {
                size_t count;
                const struct record_detail *all = record_details_of((enum record_type)type, &count);

                for (size_t i = 0; i < count; i++)
                        ck_assert_msg(has_row(details, (enum record_type)type, &all[i]), "%s", all[i].name);
                rows += count;
        }
        ck_assert_uint_eq(count_of(details, "\n| `"), rows);
}
END_TEST

START_TEST(the_manual_says_what_each_type_has)
{
        CLEANUP(buffer) struct buffer manual = BUFFER_INIT;
        CLEANUP(buffer) struct buffer row = BUFFER_INIT;
        enum record_type type = (enum record_type)_i;
        const char *types, *at;

        source_read("docs/RECORDS.md", &manual);
        types = strstr(buffer_text(&manual), "\n## Types\n");
        ck_assert_ptr_nonnull(types);
        buffer_add_format(&row, "\n| `%s` | ", record_type_word(type));
        at = strstr(types, buffer_text(&row));
        ck_assert_ptr_nonnull(at);
        buffer_clear(&row);
        buffer_add(&row, at + 1, strcspn(at + 1, "\n") + 1);
        /* The two columns of `yes`: severity, and behind it, last, valid for a time. */
        ck_assert_uint_eq(count_of(buffer_text(&row), "| yes | |\n"), record_type_is_finding(type));
        ck_assert_uint_eq(count_of(buffer_text(&row), "| yes |\n"), record_type_has_validity(type));
        ck_assert_uint_eq(count_of(buffer_text(&row), "`pass`"), record_type_has_result(type));
        ck_assert_uint_eq(count_of(buffer_text(&row), "| never |"), !record_is_negative(type, RECORD_RESULT_NONE));
        ck_assert_uint_eq(count_of(buffer_text(&row), "| unless "), record_type_has_result(type));
}
END_TEST

START_TEST(every_flaw_says_what_is_wrong)
{
        ck_assert_ptr_null(record_detail_flaw_text(DETAIL_SOUND));
        for (int flaw = DETAIL_UNKNOWN; flaw <= DETAIL_VALUE; flaw++)
                ck_assert_ptr_nonnull(record_detail_flaw_text((enum record_detail_flaw)flaw));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("record_detail");
        TCase *tcase = tcase_create("record_detail");

        tcase_add_loop_test(tcase,
                a_detail_that_the_type_has_not_or_needs_or_that_is_not_of_its_form_is_refused_by_name, 0,
                COUNT(refused));
        tcase_add_test(tcase, a_text_of_more_octets_than_a_value_may_have_is_refused);
        tcase_add_loop_test(tcase, lines_that_are_not_exactly_what_formatting_writes_are_no_details, 0, COUNT(invalid));
        tcase_add_test(tcase, details_stand_in_the_tables_order_however_they_were_given);
        tcase_add_test(tcase, a_detail_is_found_again_by_its_name);
        tcase_add_loop_test(tcase, every_type_takes_all_its_details_at_once_within_the_limits, RECORD_PENALTY,
                RECORD_TYPE_LAST + 1);
        tcase_add_loop_test(tcase, a_detail_says_what_its_value_may_be, 0, COUNT(described));
        tcase_add_test(tcase, the_manual_has_the_details_of_the_table_and_no_other);
        tcase_add_loop_test(tcase, the_manual_says_what_each_type_has, RECORD_PENALTY, RECORD_TYPE_LAST + 1);
        tcase_add_test(tcase, every_flaw_says_what_is_wrong);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
