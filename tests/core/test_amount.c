/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/amount.h"

#include <check.h>

#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const char *const refused[] = {
        "", "-3", "+3", "1e400", "1E2", "1,2", "1,000", ".5", "5.", ".", "1.2.3", "0.1234567", " 1", "1 ", "0x10", "nan",
        "100000001", "99999999999999999999", "一", ("1\xef\xbc\x8e" "2"),
};

START_TEST(what_is_no_plain_decimal_is_refused)
{
        int64_t fen = 42;

        ck_assert(!amount_parse_wan(slice_text(refused[_i]), &fen));
        ck_assert_int_eq(fen, 42);
}
END_TEST

static const struct {
        const char *text;
        int64_t fen;
} amounts[] = {
        {"0", 0},
        {"0.2", 200000}, /* 2,000 yuan */
        {"0.000001", 1},
        {"0.1", 100000},
        {"0.07", 70000}, /* no binary fraction has these */
        {"0.29", 290000},
        {"1", 1000000},
        {"001.50", 1500000},
        {"123.456789", 123456789},
        {"100000000", INT64_C(100000000000000)},
};

START_TEST(ten_thousands_of_yuan_become_fen_exactly)
{
        int64_t fen = -1;

        ck_assert(amount_parse_wan(slice_text(amounts[_i].text), &fen));
        ck_assert_int_eq(fen, amounts[_i].fen);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("amount");
        TCase *tcase = tcase_create("amount");

        tcase_add_loop_test(tcase, what_is_no_plain_decimal_is_refused, 0, COUNT(refused));
        tcase_add_loop_test(tcase, ten_thousands_of_yuan_become_fen_exactly, 0, COUNT(amounts));
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
