/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/quota.h"

#include <stdio.h>

#include "tests/support/suite.h"

static const struct day today = {20000}, tomorrow = {20001};

START_TEST(a_spent_quota_is_refused_and_not_counted_further)
{
        struct quota *quota = quota_new(3);

        for (int i = 0; i < 3; i++)
                ck_assert(quota_take(quota, "regulator", today));
        for (int i = 0; i < 5; i++)
                ck_assert(!quota_take(quota, "regulator", today));
        ck_assert_uint_eq(quota_left(quota, "regulator", today), 0);
        quota_free(quota);
}
END_TEST

START_TEST(nobody_has_anything_where_the_quota_is_none)
{
        struct quota *quota = quota_new(0);

        ck_assert(!quota_take(quota, "regulator", today));
        ck_assert_uint_eq(quota_left(quota, "regulator", today), 0);
        quota_free(quota);
}
END_TEST

START_TEST(one_persons_quota_is_not_anothers)
{
        struct quota *quota = quota_new(2);

        ck_assert(quota_take(quota, "regulator", today));
        ck_assert(quota_take(quota, "regulator", today));
        ck_assert_uint_eq(quota_left(quota, "officer", today), 2);
        ck_assert(quota_take(quota, "officer", today));
        ck_assert(!quota_take(quota, "regulator", today));
        quota_free(quota);
}
END_TEST

START_TEST(a_new_legal_day_is_a_new_quota)
{
        struct quota *quota = quota_new(1);

        ck_assert(quota_take(quota, "regulator", today));
        ck_assert(!quota_take(quota, "regulator", today));
        ck_assert(quota_take(quota, "regulator", tomorrow));
        ck_assert(!quota_take(quota, "regulator", tomorrow));
        quota_free(quota);
}
END_TEST

START_TEST(a_thousand_persons_are_counted_each_for_themselves)
{
        struct quota *quota = quota_new(2);
        char id[33];

        for (int round = 0; round < 2; round++)
                for (int i = 0; i < 1000; i++) {
                        snprintf(id, sizeof(id), "person-%d", i);
                        ck_assert(quota_take(quota, id, today));
                }
        for (int i = 0; i < 1000; i++) {
                snprintf(id, sizeof(id), "person-%d", i);
                ck_assert(!quota_take(quota, id, today));
        }
        quota_free(quota);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("quota");
        TCase *cases = tcase_create("quota");

        tcase_add_test(cases, a_spent_quota_is_refused_and_not_counted_further);
        tcase_add_test(cases, nobody_has_anything_where_the_quota_is_none);
        tcase_add_test(cases, one_persons_quota_is_not_anothers);
        tcase_add_test(cases, a_new_legal_day_is_a_new_quota);
        tcase_add_test(cases, a_thousand_persons_are_counted_each_for_themselves);
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
