/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Who may do what: the tables the daemon reads against the rules written down once more, role by role.
 */
#include "registry/service/operation.h"

#include <string.h>

#include "proto/qcr.pb-c.h"
#include "registry/core/role.h"
#include "registry/service/proposal.h"
#include "tests/support/suite.h"

/* One line an operation; a column a role in the order of core/role: regulator, recorder, officer, reviewer,
 * superior, publisher, admin, auditor. */
static const struct {
        const char *word;
        const char *allowed;
} rules[] = {
        {"lookup", "yyyyyyyy"},
        {"find", "yyyyyyyy"},
        {"whoami", "yyyyyyyy"},
        {"ping", "yyyyyyyy"},
        {"record-file", "-yy-----"},
        {"record-withdraw", "-yy-----"},
        {"record-list", "yyyyy-yy"},
        {"pending", "yyyyyyyy"},
        {"decide", "-yyyyyy-"},
        {"office-add", "------y-"},
        {"person-add", "------y-"},
        {"role-change", "------y-"},
        {"certificate-add", "------y-"},
        {"certificate-revoke", "------y-"},
        {"case-step", "--yyyy--"},
        {"case-show", "--yyyy-y"},
        {"case-list", "--yyyy-y"},
        {"case-affected", "----y-yy"},
        {"evidence-put", "--yyyy--"},
        {"evidence-get", "--yyyy-y"},
        {"rule-add", "------y-"},
        {"rule-show", "yyyyyyyy"},
        {"deputy-set", "------y-"},
        {"explain", "yyyyyyyy"},
        {"policy-add", "------y-"},
        {"policy-activate", "------y-"},
        {"policy-show", "yyyyyyyy"},
};

static const struct {
        const char *word;
        const char *allowed;
} seconds[] = {
        {"record-withdraw", "---yy---"},    {"record-correct", "---yy---"}, {"record-repair", "---yy---"},
        {"held-accept", "---yy---"},        {"office-add", "------y-"},     {"person-add", "------y-"},
        {"role-grant", "------y-"},         {"role-end", "------y-"},       {"certificate-add", "------y-"},
        {"certificate-revoke", "------y-"}, {"case-step", "--yyyy--"},      {"rule-add", "------y-"},
        {"deputy-set", "------y-"},         {"deputy-end", "------y-"},     {"policy-activate", "------y-"},
};

static void check_roles(const char *word, uint32_t roles, const char *allowed)
{
        for (unsigned i = 0; i < ROLE_COUNT; i++)
                ck_assert_msg(((roles >> i) & 1) == (allowed[i] == 'y'), "%s: %s", word, role_word(1u << i));
        ck_assert_uint_eq(roles >> ROLE_COUNT, 0);
}

START_TEST(an_operation_that_is_not_in_the_table_is_none)
{
        ck_assert_ptr_null(operation_find(QCR__REQUEST__OPERATION__NOT_SET));
        ck_assert_ptr_null(operation_find(15));
        ck_assert_ptr_null(operation_find(9999));
        /* One administrator's act, which means nothing before two put the policy in force. */
        ck_assert_ptr_null(proposal_find("policy-add"));
        ck_assert_ptr_null(proposal_find("policy-switch"));
}
END_TEST

START_TEST(every_operation_of_the_contract_is_in_the_table)
{
        const ProtobufCMessageDescriptor *request = &qcr__request__descriptor;

        for (unsigned i = 0; i < request->n_fields; i++)
                if (request->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
                        ck_assert_msg(
                                operation_find(request->fields[i].id) != NULL, "%s", request->fields[i].name);
}
END_TEST

START_TEST(a_role_may_do_what_the_rules_say_and_nothing_else)
{
        size_t count;
        const struct operation *table = operation_table(&count);

        ck_assert_uint_eq(count, sizeof(rules) / sizeof(rules[0]));
        for (size_t i = 0; i < count; i++) {
                ck_assert_str_eq(table[i].word, rules[i].word);
                check_roles(table[i].word, table[i].roles, rules[i].allowed);
        }
}
END_TEST

START_TEST(whoever_decides_a_proposal_has_the_role_its_kind_asks_for)
{
        size_t count;
        const struct proposal *table = proposal_table(&count);

        ck_assert_uint_eq(count, sizeof(seconds) / sizeof(seconds[0]));
        for (size_t i = 0; i < count; i++) {
                ck_assert_str_eq(table[i].word, seconds[i].word);
                ck_assert_str_eq(proposal_word(table[i].kind), seconds[i].word);
                ck_assert_ptr_eq(proposal_find(seconds[i].word), &table[i]);
                check_roles(table[i].word, table[i].roles, seconds[i].allowed);
        }
}
END_TEST

START_TEST(what_changes_the_store_is_an_act_and_nothing_else_is)
{
        static const char *const reads[] = {"lookup", "find", "whoami", "ping", "record-list", "pending",
                "case-show", "case-list", "case-affected", "evidence-put", "evidence-get", "rule-show",
                "explain", "policy-show"};
        size_t count;
        const struct operation *table = operation_table(&count);

        for (size_t i = 0; i < count; i++) {
                bool reads_only = false;

                for (size_t j = 0; j < sizeof(reads) / sizeof(reads[0]); j++)
                        reads_only = reads_only || strcmp(reads[j], table[i].word) == 0;
                ck_assert_msg((table[i].kind == OPERATION_ACT) == !reads_only, "%s", table[i].word);
                ck_assert_msg((table[i].act != NULL) == !reads_only, "%s", table[i].word);
                ck_assert_msg((table[i].run != NULL) == reads_only, "%s", table[i].word);
        }
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("operation");
        TCase *cases = tcase_create("operation");

        tcase_add_test(cases, an_operation_that_is_not_in_the_table_is_none);
        tcase_add_test(cases, every_operation_of_the_contract_is_in_the_table);
        tcase_add_test(cases, a_role_may_do_what_the_rules_say_and_nothing_else);
        tcase_add_test(cases, whoever_decides_a_proposal_has_the_role_its_kind_asks_for);
        tcase_add_test(cases, what_changes_the_store_is_an_act_and_nothing_else_is);
        suite_add_tcase(suite, cases);
        return suite_run(suite);
}
