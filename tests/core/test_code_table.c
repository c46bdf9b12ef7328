/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/code_table.h"

#include <check.h>
#include <string.h>

#include "tests/support/share_file.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct document_error error;

static struct day day_at(const char *text)
{
        struct day day;

        ck_assert_msg(day_parse(slice_text(text), &day), "%s", text);
        return day;
}

static struct code_table *load_shipped(const char *name)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct code_table *table;
        char path[128];

        snprintf(path, sizeof(path), "share/codes/%s.json", name);
        source_read(path, &text);
        ck_assert_msg(code_table_parse(buffer_slice(&text), &table, &error) == DOCUMENT_SOUND, "%s: %s: %s", name,
                error.path, error.reason);
        ck_assert_str_eq(table->id, name);
        return table;
}

/* ---------------------------------------------------------------- refusals */

#define HEAD "\"format\":\"qcr-codes/1\",\"id\":\"t\",\"version\":1,\"names\":{\"zh\":\"表\",\"en\":\"t\"}"
#define WITH(rows) "{" HEAD ",\"rows\":[" rows "]}"
#define ROW(code, from, to, more)                                                                            \
        "{\"code\":\"" code "\",\"zh\":\"甲\",\"en\":\"a\",\"from\":\"" from "\",\"to\":" to more "}"
#define ONE(more) WITH(ROW("a", "2021-09-01", "null", more))

static const struct {
        const char *json;
        enum document_flaw flaw;
        const char *path;
} refused[] = {
        {"", DOCUMENT_SYNTAX, ""},
        {"[]", DOCUMENT_TYPE, ""},
        {"{}", DOCUMENT_MISSING, "names"},
        {"{\"format\":\"qcr-codes/2\",\"id\":\"t\",\"version\":1,\"names\":{\"zh\":\"表\",\"en\":\"t\"},\"rows\":[]}",
                DOCUMENT_VALUE, "format"},
        {"{\"format\":\"qcr-codes/1\",\"id\":\"T\",\"version\":1,\"names\":{\"zh\":\"表\",\"en\":\"t\"},\"rows\":[]}",
                DOCUMENT_VALUE, "id"},
        {"{\"format\":\"qcr-codes/1\",\"id\":\"-t\",\"version\":1,\"names\":{\"zh\":\"表\",\"en\":\"t\"},\"rows\":[]}",
                DOCUMENT_VALUE, "id"},
        {"{\"format\":\"qcr-codes/1\",\"id\":\"a--t\",\"version\":1,\"names\":{\"zh\":\"表\",\"en\":\"t\"},\"rows\":[]}",
                DOCUMENT_VALUE, "id"},
        {"{\"format\":\"qcr-codes/1\",\"id\":\"t-\",\"version\":1,\"names\":{\"zh\":\"表\",\"en\":\"t\"},\"rows\":[]}",
                DOCUMENT_VALUE, "id"},
        {"{\"format\":\"qcr-codes/1\",\"id\":\"t\",\"version\":0,\"names\":{\"zh\":\"表\",\"en\":\"t\"},\"rows\":[]}",
                DOCUMENT_VALUE, "version"},
        {"{\"format\":\"qcr-codes/1\",\"id\":\"t\",\"version\":1,\"names\":{\"zh\":\"表\"},\"rows\":[]}",
                DOCUMENT_MISSING, "names.en"},
        {"{\"format\":\"qcr-codes/1\",\"id\":\"t\",\"version\":1,\"names\":{\"zh\":\"表\",\"en\":\"t\",\"fr\":\"t\"},"
                "\"rows\":[]}", DOCUMENT_UNKNOWN, "names.fr"},
        {"{" HEAD "}", DOCUMENT_MISSING, "rows"},
        {WITH(""), DOCUMENT_VALUE, "rows"},
        {WITH("1"), DOCUMENT_TYPE, "rows[0]"},
        {WITH("{}"), DOCUMENT_MISSING, "rows[0].code"},
        {WITH("{\"code\":\"a\",\"en\":\"a\",\"from\":\"2021-09-01\",\"to\":null}"), DOCUMENT_MISSING, "rows[0].zh"},
        {WITH("{\"code\":\"a\",\"zh\":\"甲\",\"from\":\"2021-09-01\",\"to\":null}"), DOCUMENT_MISSING, "rows[0].en"},
        {WITH("{\"code\":\"a\",\"zh\":\"甲\",\"en\":\"a\",\"to\":null}"), DOCUMENT_MISSING, "rows[0].from"},
        {WITH("{\"code\":\"a\",\"zh\":\"甲\",\"en\":\"a\",\"from\":\"2021-09-01\"}"), DOCUMENT_MISSING, "rows[0].to"},
        {WITH(ROW("", "2021-09-01", "null", "")), DOCUMENT_VALUE, "rows[0].code"},
        {WITH(ROW("a b", "2021-09-01", "null", "")), DOCUMENT_VALUE, "rows[0].code"},
        {WITH(ROW("甲", "2021-09-01", "null", "")), DOCUMENT_VALUE, "rows[0].code"},
        {WITH(ROW("a_b", "2021-09-01", "null", "")), DOCUMENT_VALUE, "rows[0].code"},
        {WITH(ROW("1234567890123456789012345678901234567890", "2021-09-01", "null", "")), DOCUMENT_VALUE,
                "rows[0].code"},
        {WITH(ROW("a", "2021-9-1", "null", "")), DOCUMENT_VALUE, "rows[0].from"},
        {WITH(ROW("a", "2021-09-01", "\"2021-08-31\"", "")), DOCUMENT_VALUE, "rows[0].to"},
        {WITH(ROW("a", "2021-09-01", "\"\"", "")), DOCUMENT_VALUE, "rows[0].to"},
        {ONE(",\"until\":null"), DOCUMENT_UNKNOWN, "rows[0].until"},
        {ONE(",\"article\":\"\""), DOCUMENT_VALUE, "rows[0].article"},
        {ONE(",\"article\":null"), DOCUMENT_TYPE, "rows[0].article"},
        {ONE(",\"attributes\":[]"), DOCUMENT_TYPE, "rows[0].attributes"},
        {ONE(",\"attributes\":{\"publish\":true}"), DOCUMENT_TYPE, "rows[0].attributes.publish"},
        {ONE(",\"attributes\":{\"publish\":\"\"}"), DOCUMENT_VALUE, "rows[0].attributes.publish"},
        {ONE(",\"attributes\":{\"Publish\":\"yes\"}"), DOCUMENT_UNKNOWN, "rows[0].attributes.Publish"},
        {ONE(",\"attributes\":{\"is-public\":\"yes\"}"), DOCUMENT_UNKNOWN, "rows[0].attributes.is-public"},
        {ONE(",\"attributes\":{\"\":\"yes\"}"), DOCUMENT_UNKNOWN, "rows[0].attributes."},
        {ONE(",\"attributes\":{\"a\":\"1\",\"b\":\"1\",\"c\":\"1\",\"d\":\"1\",\"e\":\"1\",\"f\":\"1\",\"g\":\"1\","
                "\"h\":\"1\",\"i\":\"1\"}"), DOCUMENT_VALUE, "rows[0].attributes"},
        /* which of two would it be? */
        {WITH(ROW("a", "2021-09-01", "null", "") "," ROW("a", "2022-01-01", "null", "")), DOCUMENT_VALUE,
                "rows[1].code"},
        {WITH(ROW("a", "2021-09-01", "\"2022-01-01\"", "") "," ROW("a", "2022-01-01", "null", "")), DOCUMENT_VALUE,
                "rows[1].code"},
        {WITH(ROW("a", "2022-01-01", "null", "") "," ROW("b", "2021-09-01", "null", "") ","
                ROW("a", "2021-09-01", "\"2022-01-01\"", "")), DOCUMENT_VALUE, "rows[2].code"},
};

START_TEST(a_table_that_is_not_understood_wholly_is_refused_with_the_place)
{
        struct code_table *table = NULL;

        ck_assert_msg(code_table_parse(slice_text(refused[_i].json), &table, &error) == refused[_i].flaw,
                "%s: %s (%s)", refused[_i].json, document_flaw_word(error.flaw), error.path);
        ck_assert_str_eq(error.path, refused[_i].path);
        ck_assert_str_ne(error.reason, "");
        ck_assert_ptr_null(table);
        code_table_free(table);
}
END_TEST

START_TEST(a_table_has_at_most_256_rows)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct code_table *table;

        for (unsigned rows = CODE_TABLE_ROWS_MAX; rows <= CODE_TABLE_ROWS_MAX + 1; rows++) {
                buffer_clear(&text);
                buffer_add_text(&text, "{" HEAD ",\"rows\":[");
                for (unsigned i = 0; i < rows; i++)
                        buffer_add_format(&text,
                "%s{\"code\":\"%u\",\"zh\":\"甲\",\"en\":\"a\",\"from\":\"2021-09-01\","
                                "\"to\":null,\"attributes\":{\"a\":\"1\",\"b\":\"2\"}}", i ? "," : "", i);
                buffer_add_text(&text, "]}");
                ck_assert_int_eq(code_table_parse(buffer_slice(&text), &table, &error),
                        rows > CODE_TABLE_ROWS_MAX ? DOCUMENT_VALUE : DOCUMENT_SOUND);
                code_table_free(table);
        }
        ck_assert_str_eq(error.path, "rows");
}
END_TEST

/* ---------------------------------------------------------------- looking up */

#define CHANGED                                                                                              \
        WITH(ROW("a", "2023-01-01", "null", ",\"article\":\"art. 9\",\"attributes\":{\"publish\":\"no\"}") ","   \
                ROW("a", "2021-09-01", "\"2022-06-30\"", ",\"article\":\"art. 5\"") ","                      \
                ROW("b.1-X", "2024-02-29", "\"2024-02-29\"", ""))

static const struct {
        const char *code;
        const char *day;
        const char *article; /* NULL: none is in force */
} found[] = {
        {"a", "2021-08-31", NULL},
        {"a", "2021-09-01", "art. 5"},
        {"a", "2022-06-30", "art. 5"},
        {"a", "2022-07-01", NULL}, /* between the two */
        {"a", "2022-12-31", NULL},
        {"a", "2023-01-01", "art. 9"},
        {"a", "9999-12-31", "art. 9"},
        {"b.1-X", "2024-02-28", NULL},
        {"b.1-X", "2024-02-29", ""},
        {"b.1-X", "2024-03-01", NULL},
        {"b.1-x", "2024-02-29", NULL},
        {"", "2024-02-29", NULL},
        {"aa", "2024-02-29", NULL},
};

START_TEST(the_row_in_force_on_the_day_is_found)
{
        struct code_table *table;
        const struct code_row *row;

        ck_assert_int_eq(code_table_parse(slice_text(CHANGED), &table, &error), DOCUMENT_SOUND);
        row = code_table_find(table, slice_text(found[_i].code), day_at(found[_i].day));
        ck_assert_msg(!row == !found[_i].article, "%s on %s", found[_i].code, found[_i].day);
        if (row)
                ck_assert_str_eq(row->article, found[_i].article);
        code_table_free(table);
}
END_TEST

START_TEST(the_newest_row_is_shown_whatever_the_day)
{
        struct code_table *table;

        ck_assert_int_eq(code_table_parse(slice_text(CHANGED), &table, &error), DOCUMENT_SOUND);
        ck_assert_str_eq(code_table_newest(table, slice_text("a"))->article, "art. 9");
        ck_assert_ptr_nonnull(code_table_newest(table, slice_text("b.1-X")));
        ck_assert_ptr_null(code_table_newest(table, slice_text("c")));
        code_table_free(table);
}
END_TEST

START_TEST(an_attribute_that_a_row_does_not_have_is_empty)
{
        struct code_table *table;
        const struct code_row *row;

        ck_assert_int_eq(code_table_parse(slice_text(CHANGED), &table, &error), DOCUMENT_SOUND);
        row = code_table_newest(table, slice_text("a"));
        ck_assert_str_eq(code_row_attribute(row, "publish"), "no");
        ck_assert_str_eq(code_row_attribute(row, "publi"), "");
        ck_assert_str_eq(code_row_attribute(code_table_newest(table, slice_text("b.1-X")), "publish"), "");
        code_table_free(table);
}
END_TEST

/* ---------------------------------------------------------------- what is shipped */

static const struct {
        const char *table;
        const char *code;
        const char *day;
        const char *attribute;
        const char *value; /* NULL: the code is not in force */
} shipped[] = {
        {"grounds", "44-5-1", "2021-08-31", "field", NULL},
        {"grounds", "44-5-1", "2021-09-01", "field", "food"},
        {"grounds", "44-11", "2026-11-24", "field", "refusal"},
        {"grounds", "44-7-3", "2026-11-24", "verified", "no"},
        {"grounds", "83-5", "2021-08-31", "field", "licence"},
        {"grounds", "83-5", "2021-09-01", "field", NULL},
        {"bases", "samr-44", "2026-11-24", "publish", "yes"},
        {"bases", "samr-107", "2025-12-24", "publish", NULL},
        {"bases", "samr-107", "2025-12-25", "publish", "yes"},
        {"bases", "ndrc-36", "2026-03-31", "publish", NULL},
        {"bases", "ndrc-36", "2026-04-01", "publish", "yes"},
        {"bases", "saic-83", "2021-09-01", "publish", NULL},
        /* a county has no power to publish on a rule of its own */
        {"bases", "county-2014", "2026-11-24", "publish", "no"},
        {"measures", "key-supervision", "2026-11-24", "national_item", "纳入重点监管范围"},
        /* nor to take a measure that the national list does not have */
        {"measures", "county-no-recommendation", "2026-11-24", "national_item", ""},
};

START_TEST(shipped_codes_hold_from_the_day_of_their_rule)
{
        struct code_table *table = load_shipped(shipped[_i].table);
        const struct code_row *row =
                code_table_find(table, slice_text(shipped[_i].code), day_at(shipped[_i].day));

        ck_assert_msg(!row == !shipped[_i].value, "%s on %s", shipped[_i].code, shipped[_i].day);
        if (row)
                ck_assert_str_eq(code_row_attribute(row, shipped[_i].attribute), shipped[_i].value);
        code_table_free(table);
}
END_TEST

START_TEST(every_shipped_row_says_whether_its_rule_was_read_and_names_it)
{
        static const char *const names[] = {"grounds", "bases", "measures"};

        for (int n = 0; n < COUNT(names); n++) {
                struct code_table *table = load_shipped(names[n]);

                for (unsigned i = 0; i < table->count; i++) {
                        const char *verified = code_row_attribute(&table->rows[i], "verified");

                        ck_assert_msg(!strcmp(verified, "yes") || !strcmp(verified, "no"), "%s", table->rows[i].code);
                        ck_assert_str_ne(table->rows[i].article, "");
                }
                code_table_free(table);
        }
}
END_TEST

START_TEST(every_shipped_basis_says_whether_it_allows_publication)
{
        struct code_table *table = load_shipped("bases");

        for (unsigned i = 0; i < table->count; i++) {
                const char *publish = code_row_attribute(&table->rows[i], "publish");

                ck_assert_msg(!strcmp(publish, "yes") || !strcmp(publish, "no"), "%s", table->rows[i].code);
                if (!strcmp(code_row_attribute(&table->rows[i], "level"), "county"))
                        ck_assert_str_eq(publish, "no");
        }
        code_table_free(table);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("code_table");
        TCase *tcase = tcase_create("code_table");

        tcase_add_loop_test(tcase, a_table_that_is_not_understood_wholly_is_refused_with_the_place, 0, COUNT(refused));
        tcase_add_test(tcase, a_table_has_at_most_256_rows);
        tcase_add_loop_test(tcase, the_row_in_force_on_the_day_is_found, 0, COUNT(found));
        tcase_add_test(tcase, the_newest_row_is_shown_whatever_the_day);
        tcase_add_test(tcase, an_attribute_that_a_row_does_not_have_is_empty);
        tcase_add_loop_test(tcase, shipped_codes_hold_from_the_day_of_their_rule, 0, COUNT(shipped));
        tcase_add_test(tcase, every_shipped_row_says_whether_its_rule_was_read_and_names_it);
        tcase_add_test(tcase, every_shipped_basis_says_whether_it_allows_publication);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
