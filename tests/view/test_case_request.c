/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/case_request.h"

#include <check.h>
#include <string.h>

#include "tests/support/suite.h"

#define CODE "91510823141777630N"
#define NAME "剑阁县试验有限公司"

static struct arena arena;
static Qcr__CaseField fields[CASE_VALUES_MAX + 1];
static Qcr__CaseField *field_list[CASE_VALUES_MAX + 1];

static ProtobufCBinaryData octets(const void *text, size_t length)
{
        return (ProtobufCBinaryData){.len = length, .data = (uint8_t *)(uintptr_t)text};
}

static ProtobufCBinaryData text(const char *text)
{
        return octets(text, strlen(text));
}

static Qcr__CaseStep a_step(void)
{
        Qcr__CaseStep message = QCR__CASE_STEP__INIT;

        message.code = text(CODE);
        message.has_number = true;
        message.number = 1;
        message.action = text("statement");
        message.field = field_list;
        return message;
}

static Qcr__CaseStep an_opening(void)
{
        Qcr__CaseStep message = a_step();

        message.has_number = false;
        message.action = text("open");
        message.has_name = message.has_procedure = true;
        message.name = text(NAME);
        message.procedure = text("samr-44");
        return message;
}

static void add(Qcr__CaseStep *message, const char *name, ProtobufCBinaryData value)
{
        Qcr__CaseField *field = &fields[message->n_field];

        qcr__case_field__init(field);
        field->name = text(name);
        field->value = value;
        field_list[message->n_field++] = field;
}

static void setup(void)
{
        arena_init(&arena, 1 << 20);
}

static void teardown(void)
{
        arena_done(&arena);
}

static void refused(const Qcr__CaseStep *message, const char *field)
{
        struct case_request request = {.number = 77};
        const char *at = NULL, *value = NULL, *why = NULL;

        ck_assert(!case_request_read(&arena, message, &request, &at, &value, &why));
        ck_assert_str_eq(at, field);
        ck_assert_ptr_nonnull(value);
        ck_assert_uint_gt(strlen(why), 0);
        ck_assert_uint_eq(request.number, 77);
}

static struct case_request read_well(const Qcr__CaseStep *message)
{
        struct case_request request;
        const char *field, *value, *why;

        if (!case_request_read(&arena, message, &request, &field, &value, &why))
                ck_abort_msg("%s: %s", field, why);
        return request;
}

static const char *const bad_values[] = {
        "\xff\xfe",
        "\xed\xa0\x80",                     /* a surrogate */
        "\xc0\xaf",                         /* overlong */
        "事\t实",
        "事\r\n实",
        "事\x7f",
        "事\u200b实",                       /* a zero-width space */
        "事\u202e实",                       /* turns the reading around */
        "事\u2028实",                       /* a line separator that is not a line feed */
        "当事人身份证号510823198001010014，已核对",
        "51082319800101001X",
        "51082319800101001x",
        "联系电话13812345678",
};

START_TEST(a_value_that_is_no_text_or_carries_a_persons_number_is_refused_by_its_fields_name)
{
        Qcr__CaseStep message = a_step();
        const char *at, *value, *why;
        struct case_request request;

        add(&message, "received_on", text("2026-03-05"));
        add(&message, "content", text(bad_values[_i]));
        refused(&message, "content");
        ck_assert(!case_request_read(&arena, &message, &request, &at, &value, &why));
        ck_assert_str_eq(value, ""); /* it is not said back */
}
END_TEST

START_TEST(a_value_with_a_nul_is_refused)
{
        Qcr__CaseStep message = a_step();

        add(&message, "content", octets("a\0b", 3));
        refused(&message, "content");
}
END_TEST

START_TEST(a_value_is_refused_beyond_4000_octets)
{
        static char long_text[CASE_TEXT_OCTETS + 1];
        Qcr__CaseStep message = a_step();

        memset(long_text, 'x', sizeof(long_text));
        add(&message, "content", octets(long_text, CASE_TEXT_OCTETS));
        read_well(&message);
        message.n_field = 0;
        add(&message, "content", octets(long_text, CASE_TEXT_OCTETS + 1));
        refused(&message, "content");
}
END_TEST

START_TEST(more_fields_than_a_step_may_have_are_refused)
{
        Qcr__CaseStep message = a_step();

        for (unsigned i = 0; i < CASE_VALUES_MAX; i++)
                add(&message, "evidence", text("x"));
        ck_assert_uint_eq(read_well(&message).step.value_count, CASE_VALUES_MAX);
        add(&message, "evidence", text("x"));
        refused(&message, "field");
}
END_TEST

START_TEST(more_than_the_arena_holds_is_refused)
{
        Qcr__CaseStep message = a_step();

        arena_done(&arena);
        arena_init(&arena, 64);
        for (unsigned i = 0; i < 8; i++)
                add(&message, "evidence", text("0123456789abcdef"));
        refused(&message, "field");
}
END_TEST

static const char *const bad_words[] = {"", "Open", "op en", "open\n", "открыть", "open_case",
        "a-word-that-is-longer-than-any-of-them"};

START_TEST(an_action_is_a_word)
{
        Qcr__CaseStep message = a_step();

        message.action = text(bad_words[_i]);
        refused(&message, "action");
}
END_TEST

START_TEST(a_fields_name_is_a_word_and_what_is_none_is_not_said_back)
{
        static const char *const names[] = {"", "Content", "con-tent", "con tent", "内容"};
        Qcr__CaseStep message = a_step();

        add(&message, names[_i], text("x"));
        refused(&message, "field");
}
END_TEST

START_TEST(a_code_that_is_none_is_refused)
{
        Qcr__CaseStep message = a_step();

        message.code = text("91510823141777630X");
        refused(&message, "code");
        message.code = octets("", 0);
        refused(&message, "code");
}
END_TEST

START_TEST(opening_names_the_party_and_the_procedure)
{
        Qcr__CaseStep message = an_opening();

        message.has_name = false;
        refused(&message, "name");
        message = an_opening();
        message.name = text("剑阁县\n有限公司");
        refused(&message, "name");
        message = an_opening();
        message.has_procedure = false;
        refused(&message, "procedure");
        message = an_opening();
        message.procedure = text("../samr-44");
        refused(&message, "procedure");
        message = an_opening();
        message.has_after = true;
        message.after = 3;
        refused(&message, "after");
}
END_TEST

START_TEST(a_step_of_a_case_names_neither_again)
{
        Qcr__CaseStep message = a_step();

        message.number = 0;
        refused(&message, "number");
        message = a_step();
        message.has_name = true;
        message.name = text(NAME);
        refused(&message, "name");
        message = a_step();
        message.has_procedure = true;
        message.procedure = text("samr-44");
        refused(&message, "procedure");
}
END_TEST

START_TEST(an_opening_is_read_whole)
{
        Qcr__CaseStep message = an_opening();
        struct case_request request;

        add(&message, "evidence", text("b"));
        add(&message, "facts", text("一、事实\n二、经过 18位代码 91510823141777630N"));
        add(&message, "evidence", text("a"));
        request = read_well(&message);
        ck_assert_str_eq(request.code.text, CODE);
        ck_assert_str_eq(request.code.subject, "141777630");
        ck_assert_str_eq(request.name, NAME);
        ck_assert_str_eq(request.procedure, "samr-44");
        ck_assert_str_eq(request.step.action, "open");
        ck_assert_uint_eq(request.number, 0);
        ck_assert_uint_eq(request.after, 0);
        ck_assert(!request.step.name_differs);
        ck_assert_uint_eq(request.step.value_count, 3);
        ck_assert_str_eq(request.step.values[0].value, "b");
        ck_assert_str_eq(request.step.values[1].name, "facts");
        ck_assert_str_eq(request.step.values[2].value, "a"); /* as they stood */
}
END_TEST

START_TEST(a_step_of_a_case_is_read_whole)
{
        Qcr__CaseStep message = a_step();
        struct case_request request;

        message.number = 12;
        message.has_after = true;
        message.after = 9;
        request = read_well(&message);
        ck_assert_uint_eq(request.number, 12);
        ck_assert_uint_eq(request.after, 9);
        ck_assert_str_eq(request.name, "");
        ck_assert_str_eq(request.procedure, "");
        ck_assert_uint_eq(request.step.value_count, 0);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("case-request");
        TCase *test = tcase_create("case-request");

        tcase_add_checked_fixture(test, setup, teardown);
        tcase_add_loop_test(test, a_value_that_is_no_text_or_carries_a_persons_number_is_refused_by_its_fields_name, 0,
                sizeof(bad_values) / sizeof(*bad_values));
        tcase_add_test(test, a_value_with_a_nul_is_refused);
        tcase_add_test(test, a_value_is_refused_beyond_4000_octets);
        tcase_add_test(test, more_fields_than_a_step_may_have_are_refused);
        tcase_add_test(test, more_than_the_arena_holds_is_refused);
        tcase_add_loop_test(test, an_action_is_a_word, 0, sizeof(bad_words) / sizeof(*bad_words));
        tcase_add_loop_test(test, a_fields_name_is_a_word_and_what_is_none_is_not_said_back, 0, 5);
        tcase_add_test(test, a_code_that_is_none_is_refused);
        tcase_add_test(test, opening_names_the_party_and_the_procedure);
        tcase_add_test(test, a_step_of_a_case_names_neither_again);
        tcase_add_test(test, an_opening_is_read_whole);
        tcase_add_test(test, a_step_of_a_case_is_read_whole);
        suite_add_tcase(suite, test);
        return suite_run(suite);
}
