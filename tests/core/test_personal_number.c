/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/personal_number.h"

#include <check.h>

#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define BOTH (PERSONAL_IDENTITY | PERSONAL_MOBILE)

static const struct {
        const char *text;
        unsigned kinds;
        const char *masked;
} texts[] = {
        /* GB 11643-1999's own example */
        {"身份证11010519491231002X。", BOTH, "身份证1***************2X。"},
        {"11010519491231002x", BOTH, "1***************2x"},
        {"电话13800138000，", BOTH, "电话1********00，"},
        {"电话13800138000，", PERSONAL_IDENTITY, "电话13800138000，"},
        /* a wrong check character is still somebody's number, unless it is an organization's code */
        {"110105194912310021", BOTH, "1***************21"},
        {"91510823MA6250A19N", BOTH, "91510823MA6250A19N"},
        {"915108236893466842", BOTH, "915108236893466842"},
        {"110105199913310021", BOTH, "110105199913310021"}, /* no such month */
        {"A11010519491231002X", BOTH, "A11010519491231002X"},
        {"剑市监处罚〔2024〕20号", BOTH, "剑市监处罚〔2024〕20号"},
        {"12345678901", BOTH, "12345678901"},
        {"", BOTH, ""},
};

START_TEST(personal_numbers_are_masked_and_codes_are_not)
{
        CLEANUP(buffer) struct buffer masked = BUFFER_INIT;

        personal_mask(slice_text(texts[_i].text), texts[_i].kinds, &masked);
        ck_assert_str_eq(buffer_text(&masked), texts[_i].masked);
}
END_TEST

START_TEST(an_identity_number_has_its_own_check_character)
{
        ck_assert(personal_is_identity(slice_text("11010519491231002X")));
        ck_assert(!personal_is_identity(slice_text("110105194912310021")));
        ck_assert(!personal_is_identity(slice_text("91510823MA6250A19N")));
        ck_assert(!personal_is_identity(slice_text("")));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("personal_number");
        TCase *tcase = tcase_create("personal_number");

        tcase_add_loop_test(tcase, personal_numbers_are_masked_and_codes_are_not, 0, COUNT(texts));
        tcase_add_test(tcase, an_identity_number_has_its_own_check_character);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
