/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/record_kind.h"

#include <check.h>
#include <string.h>

#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define BIT(name) PENALTY_BIT(PENALTY_##name)

static const struct {
        const char *text;
        const char *unknown;
} refused[] = {
        {"", ""},
        {" 、，", ""},
        {"未知处罚", "未知处罚"},
        {"罚款、未知处罚", "未知处罚"},
        {"罚款并处没收违法所得", "罚款并处没收违法所得"},
        {"吊销许可证并处罚款", "吊销许可证并处罚款"},
        {"警告\xff", "警告\xff"},
        {"警", "警"},
        {"warning", "warning"},
};

START_TEST(a_text_with_a_word_that_is_no_known_penalty_is_refused_and_the_word_named)
{
        uint16_t kinds = 0xdead;
        struct slice unknown;

        ck_assert(!penalty_kinds_parse(slice_text(refused[_i].text), &kinds, &unknown));
        ck_assert_uint_eq(kinds, 0xdead);
        ck_assert(slice_equal(unknown, slice_text(refused[_i].unknown)));
}
END_TEST

static const struct {
        const char *text;
        uint16_t kinds;
} accepted[] = {
        {"警告", BIT(WARNING)},
        {"通报批评", BIT(CRITICISM)},
        {"罚款", BIT(FINE)},
        {"没收违法所得", BIT(CONFISCATION)},
        {"没收非法财物", BIT(CONFISCATION)},
        {"暂扣许可证件", BIT(SUSPENSION)},
        {"降低资质等级", BIT(DOWNGRADE)},
        {"责令停产停业", BIT(CLOSURE)},
        {"责令关闭", BIT(CLOSURE)},
        {"撤销许可证", BIT(WITHDRAWAL)},
        {"收回证书", BIT(WITHDRAWAL)},
        {"吊销许可证件", BIT(REVOCATION)},
        {"限制从业", BIT(RESTRICTION)},
        {"限制开展生产经营活动", BIT(RESTRICTION)},
        {"刑罚", BIT(CRIMINAL)},
        {"行政拘留", BIT(DETENTION)},
        {"没收违法所得、没收非法财物", BIT(CONFISCATION)},
        {"罚款、没收违法所得", BIT(FINE) | BIT(CONFISCATION)},
        {"罚款,警告", BIT(FINE) | BIT(WARNING)},
        {"罚款，警告", BIT(FINE) | BIT(WARNING)},
        {"罚款;警告", BIT(FINE) | BIT(WARNING)},
        {"罚款；警告", BIT(FINE) | BIT(WARNING)},
        {"罚款/警告", BIT(FINE) | BIT(WARNING)},
        {"罚款／警告", BIT(FINE) | BIT(WARNING)},
        {"罚款 警告", BIT(FINE) | BIT(WARNING)},
        {"　罚款　警告　", BIT(FINE) | BIT(WARNING)},
        {"、罚款、、警告；", BIT(FINE) | BIT(WARNING)},
        {"吊销营业执照、罚款、没收违法所得、责令关闭",
                BIT(REVOCATION) | BIT(FINE) | BIT(CONFISCATION) | BIT(CLOSURE)},
};

START_TEST(every_penalty_of_a_text_is_taken_whatever_separates_them)
{
        uint16_t kinds = 0;
        struct slice unknown;

        ck_assert(penalty_kinds_parse(slice_text(accepted[_i].text), &kinds, &unknown));
        ck_assert_uint_eq(kinds, accepted[_i].kinds);
}
END_TEST

START_TEST(every_number_has_a_word_that_leads_back_to_it)
{
        enum record_type type;
        enum penalty_kind kind;
        enum severity severity;
        enum certificate_kind certificate;
        enum record_result result;

        for (unsigned i = RECORD_PENALTY; i <= RECORD_TYPE_LAST; i++) {
                ck_assert(record_type_of_word(slice_text(record_type_word((enum record_type)i)), &type));
                ck_assert_uint_eq(type, i);
        }
        for (unsigned i = 0; i < PENALTY_KINDS; i++) {
                ck_assert(penalty_kind_of_word(slice_text(penalty_kind_word((enum penalty_kind)i)), &kind));
                ck_assert_uint_eq(kind, i);
        }
        for (unsigned i = 0; i <= SEVERITY_LAST; i++) {
                ck_assert(severity_of_word(slice_text(severity_word((enum severity)i)), &severity));
                ck_assert_uint_eq(severity, i);
        }
        for (unsigned i = 0; i <= RECORD_RESULT_LAST; i++) {
                ck_assert(record_result_of_word(slice_text(record_result_word((enum record_result)i)), &result));
                ck_assert_uint_eq(result, i);
        }
        for (unsigned i = 0; i <= CERTIFICATE_LAST; i++) {
                const char *word = certificate_kind_word((enum certificate_kind)i);

                ck_assert(certificate_kind_of_word(slice_text(word), &certificate));
                ck_assert_uint_eq(certificate, i);
        }
}
END_TEST

START_TEST(what_did_not_pass_stands_against_the_enterprise)
{
        static const enum record_type negative[] = {RECORD_PENALTY, RECORD_SAMPLING, RECORD_RECALL, RECORD_COMPLAINT,
                RECORD_ACCIDENT, RECORD_BREACH, RECORD_ACCEPTANCE, RECORD_INSPECTION};
        unsigned found = 0;

        for (unsigned i = RECORD_PENALTY; i <= RECORD_TYPE_LAST; i++) {
                enum record_type type = (enum record_type)i;
                bool is_negative = found < COUNT(negative) && negative[found] == type;

                found += is_negative;
                ck_assert_int_eq(record_is_negative(type, RECORD_RESULT_NONE), is_negative);
                ck_assert_int_eq(record_is_negative(type, RECORD_RESULT_FAIL), is_negative);
                ck_assert_int_eq(record_is_negative(type, RECORD_RESULT_PASS), type == RECORD_PENALTY);
                /* What went wrong is over when its publicity is; what is valid says itself until when. */
                ck_assert(!is_negative || !record_type_has_validity(type));
        }
        ck_assert_uint_eq(found, (unsigned)COUNT(negative));
}
END_TEST

START_TEST(what_is_no_number_or_word_of_the_tables_is_refused)
{
        enum record_type type = RECORD_AWARD;
        enum record_result result;

        ck_assert(record_type_word((enum record_type)0) == NULL);
        ck_assert(record_type_word((enum record_type)(RECORD_TYPE_LAST + 1)) == NULL);
        ck_assert(penalty_kind_word((enum penalty_kind)PENALTY_KINDS) == NULL);
        ck_assert(severity_word((enum severity)(SEVERITY_LAST + 1)) == NULL);
        ck_assert(certificate_kind_word((enum certificate_kind)(CERTIFICATE_LAST + 1)) == NULL);
        ck_assert(record_result_word((enum record_result)(RECORD_RESULT_LAST + 1)) == NULL);
        ck_assert(!record_result_of_word(slice_text("passed"), &result));
        ck_assert(!record_type_of_word(slice_text(""), &type));
        ck_assert(!record_type_of_word(slice_text("Penalty"), &type));
        ck_assert(!record_type_of_word(slice_text("penalty "), &type));
        ck_assert_int_eq(type, RECORD_AWARD);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("record_kind");
        TCase *cases = tcase_create("cases");

        tcase_add_loop_test(cases,
                a_text_with_a_word_that_is_no_known_penalty_is_refused_and_the_word_named, 0,
                COUNT(refused));
        tcase_add_loop_test(cases, every_penalty_of_a_text_is_taken_whatever_separates_them, 0,
                COUNT(accepted));
        tcase_add_test(cases, every_number_has_a_word_that_leads_back_to_it);
        tcase_add_test(cases, what_did_not_pass_stands_against_the_enterprise);
        tcase_add_test(cases, what_is_no_number_or_word_of_the_tables_is_refused);
        suite_add_tcase(suite, cases);

        return suite_run(suite);
}
