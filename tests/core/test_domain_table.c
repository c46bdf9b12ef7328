/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/domain_table.h"

#include <check.h>

#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const char table_text[] =
        "by,text,domain\n"
        "conduct,质量,product\n"
        "conduct,工程质量,engineering\n"
        "conduct,排放,environment\n"
        "office,生态环境,environment\n"
        "office,文化,service\n"
        "default,,product\n";

static const char *const refused[] = {
        "",
        "by,text,domain\n",                                  /* no default */
        "by,text,domain\nconduct,a,product\n",               /* none either */
        "by,text,domain\nconduct,a,weather\ndefault,,product\n",
        "by,text,domain\nperson,a,product\ndefault,,product\n",
        "by,text,domain\nconduct,,product\ndefault,,product\n",
        "by,text,domain\nconduct,a\ndefault,,product\n",
        "by,text,domain\ndefault,x,product\n",
        "by,text,domain\nconduct,\"a,product\n",
};

START_TEST(a_table_without_a_default_or_with_unknown_words_is_refused)
{
        struct domain_table table;
        struct fault why;

        ck_assert(!domain_table_parse(slice_text(refused[_i]), &table, &why));
        domain_table_done(&table);
}
END_TEST

static const struct {
        const char *conduct;
        const char *office;
        const char *domain;
} cases[] = {
        {"产品质量不合格", "剑阁县文化旅游和体育局", "product"},  /* what was done goes before who decided */
        {"未办理工程质量监督手续", "", "engineering"},            /* the longer text goes before the shorter */
        {"超标排放水污染物", "剑阁县市场监督管理局", "environment"},
        {"超标排 放", "", "environment"},                         /* spaces are none of the words */
        {"其他", "广元市剑阁生态环境局", "environment"},
        {"", "剑阁县文化旅游和体育局", "service"},
        {"其他", "某局", "product"},
        {"", "", "product"},
};

START_TEST(conduct_says_the_domain_then_the_office_then_the_default)
{
        struct domain_table table;
        struct fault why;

        ck_assert(domain_table_parse(slice_text(table_text), &table, &why));
        ck_assert_str_eq(domain_table_find(&table, slice_text(cases[_i].conduct), slice_text(cases[_i].office)),
                cases[_i].domain);
        domain_table_done(&table);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("domain_table");
        TCase *tcase = tcase_create("domain_table");

        tcase_add_loop_test(tcase, a_table_without_a_default_or_with_unknown_words_is_refused, 0, COUNT(refused));
        tcase_add_loop_test(tcase, conduct_says_the_domain_then_the_office_then_the_default, 0, COUNT(cases));
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
