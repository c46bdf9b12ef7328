/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/rule_cache.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/share_file.h"
#include "tests/support/suite.h"

static struct rule_cache *cache;
static struct fault why;

static void begin(void)
{
        cache = rule_cache_new();
}

static void end(void)
{
        rule_cache_free(cache);
}

/* --------------------------------------------------- rows as the store has them */

struct kept_rule {
        struct rule rule;
        struct buffer canonical;
};

static void read_document(struct slice json, struct kept_rule *ret)
{
        struct document_error error;

        ret->canonical = BUFFER_INIT;
        ck_assert_msg(rule_read(json, &ret->rule, &ret->canonical, &error) == DOCUMENT_SOUND, "%s: %s", error.path,
                error.reason);
}

static void read_file(const char *path, struct kept_rule *ret)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        source_read(path, &text);
        read_document(buffer_slice(&text), ret);
}

static void make_calendar(unsigned version, struct kept_rule *ret)
{
        char text[300];

        snprintf(text, sizeof(text),
                "{\"format\":\"qcr-calendar/1\",\"id\":\"c\",\"version\":%u,\"names\":{\"zh\":\"c\",\"en\":\"c\"},"
                "\"years\":[{\"year\":2026,\"document\":\"d\",\"holidays\":[\"2026-01-01\"],\"workdays\":[]}]}",
                version);
        read_document(slice_text(text), ret);
}

static PGresult *rows_new(void)
{
        PGresAttDesc columns[] = {{.name = (char[]){"kind"}}, {.name = (char[]){"id"}},
                {.name = (char[]){"version"}}, {.name = (char[]){"hash"}}, {.name = (char[]){"document"}}};
        PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);

        ck_assert(PQsetResultAttrs(rows, 5, columns));
        return rows;
}

static void set_bytes(PGresult *rows, int row, int column, struct slice bytes)
{
        char *text = must_alloc(2 * bytes.length + 3);

        memcpy(text, "\\x", 2);
        hex_encode(bytes.data, bytes.length, text + 2);
        ck_assert(PQsetvalue(rows, row, column, text, (int)strlen(text)));
        free(text);
}

static void set_text(PGresult *rows, int row, int column, const char *text)
{
        char *copy = must_copy_text(text);

        ck_assert(PQsetvalue(rows, row, column, copy, (int)strlen(copy)));
        free(copy);
}

static void add_row(PGresult *rows, const struct kept_rule *document, bool with_document)
{
        int row = PQntuples(rows);

        set_text(rows, row, 0, rule_kind_word(document->rule.kind));
        set_text(rows, row, 1, document->rule.id);
        set_text(rows, row, 2, "1");
        set_bytes(rows, row, 3, slice_of(document->rule.hash, sizeof(document->rule.hash)));
        if (with_document)
                set_bytes(rows, row, 4, buffer_slice(&document->canonical));
        else
                ck_assert(PQsetvalue(rows, row, 4, NULL, -1));
}

static bool take(const struct kept_rule *document, bool with_document)
{
        PGresult *rows = rows_new();
        bool is_taken;

        add_row(rows, document, with_document);
        is_taken = rule_cache_take_row(cache, rows, 0, &why);
        PQclear(rows);
        return is_taken;
}

static bool knows(const uint8_t hash[32])
{
        CLEANUP(query) struct query query;
        char hex[65];

        query_init(&query, "");
        rule_cache_known(cache, &query);
        hex_encode(hash, 32, hex);
        return strstr(query_values(&query)[0], hex) != NULL;
}

/* --------------------------------------------------------------- refusals */

START_TEST(a_document_that_is_not_what_its_hash_says_is_not_taken)
{
        struct kept_rule document;

        make_calendar(1, &document);
        document.rule.hash[0] ^= 1;
        ck_assert(!take(&document, true));
        ck_assert_int_eq(why.code, FAULT_MISMATCH);
        ck_assert_ptr_null(rule_cache_calendar(cache, document.rule.hash));
        ck_assert(!knows(document.rule.hash));
        buffer_done(&document.canonical);
}
END_TEST

START_TEST(a_document_of_another_kind_than_its_row_says_is_not_taken)
{
        struct kept_rule document;

        make_calendar(1, &document);
        document.rule.kind = RULE_CODES;
        ck_assert(!take(&document, true));
        ck_assert_int_eq(why.code, FAULT_STORE);
        buffer_done(&document.canonical);
}
END_TEST

/* It made room for others after the question said that it was here. */
START_TEST(a_rule_that_is_not_here_any_more_is_to_be_asked_for_again)
{
        struct kept_rule document;

        make_calendar(1, &document);
        ck_assert(!take(&document, false));
        ck_assert_int_eq(why.code, FAULT_CONFLICT);
        buffer_done(&document.canonical);
}
END_TEST

START_TEST(a_rule_of_one_kind_is_not_given_as_another)
{
        struct kept_rule document;

        make_calendar(1, &document);
        ck_assert(take(&document, true));
        ck_assert_ptr_null(rule_cache_procedure(cache, document.rule.hash));
        ck_assert_ptr_null(rule_cache_codes(cache, document.rule.hash));
        ck_assert_ptr_nonnull(rule_cache_calendar(cache, document.rule.hash));
        buffer_done(&document.canonical);
}
END_TEST

/* ------------------------------------------------------------------- keeping */

START_TEST(what_is_here_is_said_to_be_and_its_document_not_asked_for_again)
{
        struct kept_rule document;

        read_file("share/procedures/samr-44.json", &document);
        ck_assert(!knows(document.rule.hash));
        ck_assert_msg(take(&document, true), "%s", why.text);
        ck_assert(knows(document.rule.hash));
        ck_assert(take(&document, false));
        ck_assert_str_eq(rule_cache_procedure(cache, document.rule.hash)->id, "samr-44");
        buffer_done(&document.canonical);
}
END_TEST

START_TEST(the_one_asked_for_longest_ago_makes_room)
{
        struct kept_rule first, second, other;

        make_calendar(1, &first);
        make_calendar(2, &second);
        ck_assert(take(&first, true));
        ck_assert(take(&second, true));
        for (unsigned i = 3; i <= RULE_CACHE_MAX + 1; i++) {
                make_calendar(i, &other);
                ck_assert(take(&other, true));
                buffer_done(&other.canonical);
                ck_assert_ptr_nonnull(rule_cache_calendar(cache, first.rule.hash));
        }
        ck_assert_ptr_null(rule_cache_calendar(cache, second.rule.hash));
        ck_assert_int_eq(rule_cache_calendar(cache, first.rule.hash)->version, 1);
        buffer_done(&first.canonical);
        buffer_done(&second.canonical);
}
END_TEST

START_TEST(tables_and_calendar_in_force_are_what_a_case_is_weighed_with)
{
        static const char *const files[] = {"share/codes/grounds.json", "share/codes/bases.json",
                "share/calendars/cn-workdays.json", "share/procedures/mirror.json"};
        const struct code_table *tables[RULE_TABLES_MAX];
        struct kept_rule documents[4];
        PGresult *rows = rows_new();
        struct rule_cache *empty = rule_cache_new();
        struct case_rules rules;
        struct rule_set set;

        for (int i = 0; i < 4; i++) {
                read_file(files[i], &documents[i]);
                add_row(rows, &documents[i], true);
        }
        ck_assert_msg(rule_cache_take(cache, rows, &set, &why), "%s", why.text);
        ck_assert(rule_cache_rules(cache, &set, (struct day){20000}, tables, &rules));
        ck_assert_uint_eq(rules.table_count, 2);
        ck_assert_str_eq(rules.tables[0]->id, "grounds");
        ck_assert_str_eq(rules.tables[1]->id, "bases");
        ck_assert_str_eq(rules.calendar->id, "cn-workdays");
        ck_assert_int_eq(rules.today.number, 20000);
        /* what has been put out meanwhile is not silently left away */
        ck_assert(!rule_cache_rules(empty, &set, (struct day){20000}, tables, &rules));
        rule_cache_free(empty);
        PQclear(rows);
        for (int i = 0; i < 4; i++)
                buffer_done(&documents[i].canonical);
}
END_TEST

START_TEST(without_a_calendar_none_is_made_up)
{
        const struct code_table *tables[RULE_TABLES_MAX];
        PGresult *rows = rows_new();
        struct case_rules rules;
        struct rule_set set;

        ck_assert(rule_cache_take(cache, rows, &set, &why));
        ck_assert(rule_cache_rules(cache, &set, (struct day){20000}, tables, &rules));
        ck_assert_ptr_null(rules.calendar);
        ck_assert_uint_eq(rules.table_count, 0);
        PQclear(rows);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("rule cache");
        TCase *cases = tcase_create("rule cache");

        tcase_add_checked_fixture(cases, begin, end);
        tcase_add_test(cases, a_document_that_is_not_what_its_hash_says_is_not_taken);
        tcase_add_test(cases, a_document_of_another_kind_than_its_row_says_is_not_taken);
        tcase_add_test(cases, a_rule_that_is_not_here_any_more_is_to_be_asked_for_again);
        tcase_add_test(cases, a_rule_of_one_kind_is_not_given_as_another);
        tcase_add_test(cases, what_is_here_is_said_to_be_and_its_document_not_asked_for_again);
        tcase_add_test(cases, the_one_asked_for_longest_ago_makes_room);
        tcase_add_test(cases, tables_and_calendar_in_force_are_what_a_case_is_weighed_with);
        tcase_add_test(cases, without_a_calendar_none_is_made_up);
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
