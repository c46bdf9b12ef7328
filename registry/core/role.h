/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Roles of persons, and which of them may do what. One table feeds the code, the tests and the manual; what is
 * not in it is refused. Having a role is a fact of the view or the store; deciding by it is the runner's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum role {
        ROLE_REGULATOR = 1 << 0,  /* 监管人员: asks for grades */
        ROLE_RECORDER = 1 << 1,   /* 信息录入员: files credit records */
        ROLE_OFFICER = 1 << 2,    /* 执法人员: takes cases through the procedure */
        ROLE_REVIEWER = 1 << 3,   /* 审核人员: the second person */
        ROLE_SUPERIOR = 1 << 4,   /* 负责人: decides */
        ROLE_PUBLISHER = 1 << 5,  /* 公示人员 */
        ROLE_ADMIN = 1 << 6,      /* 系统管理员: persons, policies, runs */
        ROLE_AUDITOR = 1 << 7,    /* 审计人员 */
};

#define ROLE_COUNT 8

/*
 * Who may have a hand in cases; whose of these a step is, says its procedure. Whoever keeps persons, rules or the audit
 * takes no step of one.
 */
#define ROLES_OF_CASES (ROLE_OFFICER | ROLE_REVIEWER | ROLE_SUPERIOR | ROLE_PUBLISHER)

/* The word of one role, as in SQL; NULL if it is not one. */
const char *role_word(uint32_t role);
/* False if the word is none; `ret` untouched then. */
bool role_parse(const char *word, uint32_t *ret) __attribute__((warn_unused_result));
