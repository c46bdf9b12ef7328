/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/rule.h"

#include <check.h>
#include <string.h>

#include <openssl/evp.h>

#include "tests/support/share_file.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct document_error error;

/* ---------------------------------------------------------------- refusals */

#define NAMES "\"names\":{\"en\":\"n\",\"zh\":\"名\"}"

static const struct {
        const char *json;
        enum document_flaw flaw;
        const char *path;
} refused[] = {
        {"", DOCUMENT_SYNTAX, ""},
        {"[]", DOCUMENT_TYPE, ""},
        {"{}", DOCUMENT_MISSING, "format"},
        {"{\"format\":1}", DOCUMENT_TYPE, "format"},
        {"{\"format\":\"qcr-policy/1\"}", DOCUMENT_VALUE, "format"},
        {"{\"format\":\"qcr-codes/1\",\"format\":\"qcr-codes/1\"}", DOCUMENT_SYNTAX, ""},
        /* its kind's own reader looks at the rest */
        {"{\"format\":\"qcr-codes/1\",\"id\":\"t\",\"version\":1," NAMES ",\"rows\":[]}", DOCUMENT_VALUE, "rows"},
        {"{\"format\":\"qcr-calendar/1\",\"id\":\"t\",\"version\":1," NAMES ",\"years\":[]}", DOCUMENT_VALUE, "years"},
        {"{\"format\":\"qcr-procedure/1\",\"id\":\"t\",\"version\":1," NAMES ",\"basis\":\"b\",\"states\":[]}",
                DOCUMENT_MISSING, "actions"},
};

START_TEST(a_rule_that_is_not_understood_wholly_is_refused_and_nothing_is_handed_out)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        struct rule rule = {.version = 77};

        ck_assert_msg(rule_read(slice_text(refused[_i].json), &rule, &canonical, &error) == refused[_i].flaw,
                "%s: %s (%s)", refused[_i].json, document_flaw_word(error.flaw), error.path);
        ck_assert_str_eq(error.path, refused[_i].path);
        ck_assert_str_ne(error.reason, "");
        ck_assert_int_eq(rule.version, 77);
        ck_assert_uint_eq(canonical.length, 0);
}
END_TEST

static void add_row(struct buffer *to, const char *separator, unsigned code, size_t article, size_t en)
{
        buffer_add_format(to, "%s{\"article\":\"%0*d\",\"code\":\"%04u\",\"en\":\"%0*d\",\"from\":\"2021-09-01\","
                "\"to\":null,\"zh\":\"a\"}", separator, (int)article, 0, code, (int)en, 0);
}

/* A code table, canonical as it stands, of so many octets. */
static void make_table(struct buffer *to, size_t octets)
{
        static const char head[] = "{\"format\":\"qcr-codes/1\",\"id\":\"t\"," NAMES ",\"rows\":[";
        static const char tail[] = "],\"version\":1}";
        CLEANUP(buffer) struct buffer row = BUFFER_INIT;
        size_t empty, missing;
        unsigned code = 0;

        add_row(&row, ",", 0, 1, 1);
        empty = row.length - 2;
        buffer_clear(to);
        buffer_add_text(to, head);
        add_row(to, "", code++, 100, 100);
        while (octets - to->length > 2 * (empty + 200))
                add_row(to, ",", code++, 100, 100);
        missing = octets - to->length - strlen(tail) - empty;
        add_row(to, ",", code, missing / 2, missing - missing / 2);
        buffer_add_text(to, tail);
        ck_assert_uint_eq(to->length, octets);
}

START_TEST(a_rule_that_one_request_cannot_carry_is_refused)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT, canonical = BUFFER_INIT;
        struct rule rule = {0};

        make_table(&text, DOCUMENT_SENT_MAX + 1);
        ck_assert_int_eq(rule_read(buffer_slice(&text), &rule, &canonical, &error), DOCUMENT_SIZE);
        ck_assert_str_eq(error.path, "");
        make_table(&text, DOCUMENT_SENT_MAX);
        ck_assert_msg(rule_read(buffer_slice(&text), &rule, &canonical, &error) == DOCUMENT_SOUND, "%s: %s",
                error.path, error.reason);
        ck_assert(slice_equal(buffer_slice(&text), buffer_slice(&canonical)));
        /* white space does not travel */
        while (text.length <= DOCUMENT_SENT_MAX + 1)
                buffer_add_u8(&text, '\n');
        ck_assert_int_eq(rule_read(buffer_slice(&text), &rule, &canonical, &error), DOCUMENT_SOUND);
}
END_TEST

/* ---------------------------------------------------------------- what is read */

static const struct {
        const char *path;
        enum rule_kind kind;
        const char *id;
} shipped[] = {
        {"share/procedures/samr-44.json", RULE_PROCEDURE, "samr-44"},
        {"share/procedures/mirror.json", RULE_PROCEDURE, "mirror"},
        {"share/codes/grounds.json", RULE_CODES, "grounds"},
        {"share/codes/bases.json", RULE_CODES, "bases"},
        {"share/codes/measures.json", RULE_CODES, "measures"},
        {"share/calendars/cn-workdays.json", RULE_CALENDAR, "cn-workdays"},
};

START_TEST(a_rule_says_what_it_is_and_is_known_by_the_hash_of_what_is_stored)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT, canonical = BUFFER_INIT, again = BUFFER_INIT;
        struct rule rule, same;
        uint8_t hash[32];

        source_read(shipped[_i].path, &text);
        buffer_add_text(&canonical, "before ");
        ck_assert_msg(rule_read(buffer_slice(&text), &rule, &canonical, &error) == DOCUMENT_SOUND, "%s: %s: %s (%s)",
                shipped[_i].path, error.path, error.reason, error.value);
        ck_assert_int_eq(rule.kind, shipped[_i].kind);
        ck_assert_str_eq(rule.id, shipped[_i].id);
        ck_assert_int_eq(rule.version, 1);
        ck_assert(!strncmp(buffer_text(&canonical), "before {", 8));
        buffer_drop_front(&canonical, strlen("before "));
        ck_assert(EVP_Digest(canonical.data, canonical.length, hash, NULL, EVP_sha256(), NULL));
        ck_assert_mem_eq(hash, rule.hash, sizeof(hash));
        ck_assert_int_eq(rule_read(buffer_slice(&canonical), &same, &again, &error), DOCUMENT_SOUND);
        ck_assert_mem_eq(&same, &rule, sizeof(rule));
        ck_assert(slice_equal(buffer_slice(&canonical), buffer_slice(&again)));
}
END_TEST

/* From Python: json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False). */
#define SMALL                                                                                                \
        "{ \"version\": 7, \"id\": \"t\", \"format\": \"qcr-codes/1\", \"rows\": [ {\"to\": null, \"from\": "          \
        "\"2021-09-01\", \"en\": \"a\\/b\", \"zh\": \"\\u7532\", \"code\": \"x\"} ], \"names\": {\"en\": \"n\", "      \
        "\"zh\": \"名\"} }\n"
#define SMALL_CANONICAL                                                                                      \
        "{\"format\":\"qcr-codes/1\",\"id\":\"t\",\"names\":{\"en\":\"n\",\"zh\":\"名\"},\"rows\":[{\"code\":\"x\","     \
        "\"en\":\"a/b\",\"from\":\"2021-09-01\",\"to\":null,\"zh\":\"甲\"}],\"version\":7}"
#define SMALL_HASH "16cec09811f7e96f04d3c0f956d7d52c3d51ff45348fda2f83745fdfc513ae96"

START_TEST(the_canonical_form_is_what_other_programs_make_of_it)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        struct rule rule;
        char hash[65];

        ck_assert_int_eq(rule_read(slice_text(SMALL), &rule, &canonical, &error), DOCUMENT_SOUND);
        ck_assert_str_eq(buffer_text(&canonical), SMALL_CANONICAL);
        hex_encode(rule.hash, sizeof(rule.hash), hash);
        ck_assert_str_eq(hash, SMALL_HASH);
        ck_assert_int_eq(rule.version, 7);
}
END_TEST

START_TEST(kinds_have_words_and_other_words_are_none)
{
        enum rule_kind kind = RULE_CODES;

        for (unsigned k = RULE_PROCEDURE; k <= RULE_KIND_LAST; k++) {
                ck_assert(rule_kind_of_word(slice_text(rule_kind_word((enum rule_kind)k)), &kind));
                ck_assert_uint_eq(kind, k);
        }
        kind = RULE_CODES;
        ck_assert(!rule_kind_of_word(slice_text("policy"), &kind));
        ck_assert(!rule_kind_of_word(slice_text(""), &kind));
        ck_assert_int_eq(kind, RULE_CODES);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("rule");
        TCase *tcase = tcase_create("rule");

        tcase_add_loop_test(tcase, a_rule_that_is_not_understood_wholly_is_refused_and_nothing_is_handed_out, 0,
                COUNT(refused));
        tcase_add_test(tcase, a_rule_that_one_request_cannot_carry_is_refused);
        tcase_add_loop_test(tcase, a_rule_says_what_it_is_and_is_known_by_the_hash_of_what_is_stored, 0,
                COUNT(shipped));
        tcase_add_test(tcase, the_canonical_form_is_what_other_programs_make_of_it);
        tcase_add_test(tcase, kinds_have_words_and_other_words_are_none);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
