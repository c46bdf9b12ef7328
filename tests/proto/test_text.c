/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>

#include "proto/result.h"
#include "proto/text.h"
#include "qcr.pb-c.h"
#include "tests/support/suite.h"

static const struct {
        const char *bytes;
        size_t length;
        enum text_flaw flaw;
} cases[] = {
        {"a\0b", 3, TEXT_NUL},
        {"\xff", 1, TEXT_NOT_UTF8},
        {"\xc0\xaf", 2, TEXT_NOT_UTF8},         /* overlong '/' */
        {"\xc1\xbf", 2, TEXT_NOT_UTF8},
        {"\xe0\x80\xaf", 3, TEXT_NOT_UTF8},     /* overlong in three */
        {"\xf0\x80\x80\xaf", 4, TEXT_NOT_UTF8}, /* overlong in four */
        {"\xed\xa0\x80", 3, TEXT_NOT_UTF8},     /* surrogate */
        {"\xf4\x90\x80\x80", 4, TEXT_NOT_UTF8}, /* above U+10FFFF */
        {"\xf5\x80\x80\x80", 4, TEXT_NOT_UTF8},
        {"\xe5\x89", 2, TEXT_NOT_UTF8},         /* cut short */
        {"\xe5\x89""a", 3, TEXT_NOT_UTF8},
        {"\x80", 1, TEXT_NOT_UTF8},
        {"a\nb", 3, TEXT_CONTROL},
        {"\x7f", 1, TEXT_CONTROL},
        {"\xc2\x85", 2, TEXT_CONTROL},          /* C1 */
        {"\xe2\x80\x8b", 3, TEXT_CONTROL},      /* zero-width space */
        {"\xe2\x80\xae", 3, TEXT_CONTROL},      /* right-to-left override */
        {"\xe2\x81\xa6", 3, TEXT_CONTROL},      /* isolate */
        {"\xef\xbb\xbf", 3, TEXT_CONTROL},      /* byte order mark */
        {"123456789012345678901", 21, TEXT_TOO_LONG},
        {"", 0, TEXT_FINE},
        {"\xe5\x89\x91\xe9\x98\x81", 6, TEXT_FINE},
        {"\xf0\xa0\x80\x80", 4, TEXT_FINE},
        {"\xc2\xa0", 2, TEXT_FINE},             /* no-break space */
        {"12345678901234567890", 20, TEXT_FINE},
};

START_TEST(only_text_without_controls_passes)
{
        enum text_flaw flaw = text_check(slice_of(cases[_i].bytes, cases[_i].length), 20);

        ck_assert_msg(flaw == cases[_i].flaw, "case %d: %s", _i, text_flaw_word(flaw));
}
END_TEST

START_TEST(every_flaw_has_a_word)
{
        for (int flaw = TEXT_FINE; flaw <= TEXT_TOO_LONG; flaw++)
                ck_assert_str_ne(text_flaw_word((enum text_flaw)flaw), "unknown");
        ck_assert_str_eq(text_flaw_word((enum text_flaw)99), "unknown");
}
END_TEST

START_TEST(a_message_that_costs_more_than_its_budget_is_refused_and_says_so)
{
        CLEANUP(arena) struct arena arena;
        ProtobufCAllocator allocator;
        uint8_t costly[4000];

        /* Two octets each: an empty FoundParty inside Codes would lack its fields, so use roles of a Person. */
        for (size_t i = 0; i < sizeof(costly); i += 2)
                costly[i] = 0x22, costly[i + 1] = 0;
        arena_init(&arena, 8192);
        text_allocator_init(&allocator, &arena);
        ck_assert_ptr_null(qcr__person__unpack(&allocator, sizeof(costly), costly));
        ck_assert(arena.exhausted);
}
END_TEST

START_TEST(a_malformed_message_is_told_apart_from_a_costly_one)
{
        CLEANUP(arena) struct arena arena;
        ProtobufCAllocator allocator;

        arena_init(&arena, 8192);
        text_allocator_init(&allocator, &arena);
        ck_assert_ptr_null(qcr__call__unpack(&allocator, 3, (const uint8_t *)"\x0a\x7f\x00"));
        ck_assert(!arena.exhausted);
}
END_TEST

START_TEST(a_message_within_budget_comes_back_as_it_was_packed)
{
        CLEANUP(arena) struct arena arena;
        ProtobufCAllocator allocator;
        Qcr__Call call = QCR__CALL__INIT, *back;
        uint8_t packed[64];

        call.request = (ProtobufCBinaryData){.len = 3, .data = (uint8_t *)packed + 40};
        memcpy(packed + 40, "abc", 3);
        size_t length = qcr__call__pack(&call, packed);

        arena_init(&arena, 8192);
        text_allocator_init(&allocator, &arena);
        back = qcr__call__unpack(&allocator, length, packed);
        ck_assert_ptr_nonnull(back);
        ck_assert_uint_eq(back->request.len, 3);
        ck_assert_mem_eq(back->request.data, "abc", 3);
        ck_assert(!back->has_signature);
        qcr__call__free_unpacked(back, &allocator);
}
END_TEST

START_TEST(result_codes_keep_no_and_no_answer_apart)
{
        size_t count;
        const struct result *table = result_table(&count);

        ck_assert_uint_gt(count, 30);
        for (size_t i = 0; i < count; i++) {
                const struct result *row = &table[i];

                ck_assert_ptr_eq(result_find((unsigned)row->code), row);
                if (row->code >= 5000)
                        ck_assert_int_eq(row->exit_status, 5);
                else
                        ck_assert_int_ne(row->exit_status, 5);
                if (row->code >= 3000 && row->code < 4000)
                        ck_assert(!row->retryable);
                if (row->code < 2000)
                        ck_assert_int_eq(row->exit_status, 0);
                if (i > 0)
                        ck_assert_int_lt(table[i - 1].code, row->code);
        }
        ck_assert_ptr_null(result_find(0));
        ck_assert_ptr_null(result_find(9999));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("text");
        TCase *tcase = tcase_create("text");

        tcase_add_loop_test(tcase, only_text_without_controls_passes, 0, sizeof(cases) / sizeof(cases[0]));
        tcase_add_test(tcase, every_flaw_has_a_word);
        tcase_add_test(tcase, a_message_that_costs_more_than_its_budget_is_refused_and_says_so);
        tcase_add_test(tcase, a_malformed_message_is_told_apart_from_a_costly_one);
        tcase_add_test(tcase, a_message_within_budget_comes_back_as_it_was_packed);
        tcase_add_test(tcase, result_codes_keep_no_and_no_answer_apart);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
