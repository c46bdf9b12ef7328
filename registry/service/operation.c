/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/operation.h"

#include "proto/qcr.pb-c.h"
#include "registry/core/role.h"

/* What operation.def's kind makes of a row: a reading has a function, an act has the parts of one. */
#define FUNCTIONS_LOOKUP .run = lookup_run
#define FUNCTIONS_FIND .run = find_run
#define FUNCTIONS_WHOAMI .run = whoami_run
#define FUNCTIONS_PING .run = ping_run
#define FUNCTIONS_RECORD_FILE .act = &filing_act
#define FUNCTIONS_RECORD_WITHDRAW .act = &withdrawal_act
#define FUNCTIONS_RECORD_LIST .run = record_list_run
#define FUNCTIONS_PENDING .run = pending_run
#define FUNCTIONS_DECIDE .act = &approval_act
#define FUNCTIONS_OFFICE_ADD .act = &people_act
#define FUNCTIONS_PERSON_ADD .act = &people_act
#define FUNCTIONS_ROLE_CHANGE .act = &people_act
#define FUNCTIONS_CERTIFICATE_ADD .act = &people_act
#define FUNCTIONS_CERTIFICATE_REVOKE .act = &people_act
#define FUNCTIONS_CASE_STEP .act = &case_step_act
#define FUNCTIONS_CASE_SHOW .run = case_show_run
#define FUNCTIONS_CASE_LIST .run = case_list_run
#define FUNCTIONS_CASE_AFFECTED .run = case_affected_run
#define FUNCTIONS_EVIDENCE_PUT .run = evidence_put_run
#define FUNCTIONS_EVIDENCE_GET .run = evidence_get_run
#define FUNCTIONS_RULE_ADD .act = &rule_act
#define FUNCTIONS_RULE_SHOW .run = rule_show_run
#define FUNCTIONS_DEPUTY_SET .act = &people_act
#define FUNCTIONS_EXPLAIN .run = explain_run
#define FUNCTIONS_POLICY_ADD .act = &policy_add_act
#define FUNCTIONS_POLICY_ACTIVATE .act = &policy_activate_act
#define FUNCTIONS_POLICY_SHOW .run = policy_show_run

static const struct operation operations[] = {
#define OPERATION(name, text, type, allowed)                       \
        {                                                          \
                .word = text,                                      \
                .message_case = QCR__REQUEST__OPERATION_##name,    \
                .kind = OPERATION_##type,                          \
                .roles = (allowed),                                \
                FUNCTIONS_##name,                                  \
        },
#include "registry/service/operation.def"
#undef OPERATION
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

const struct operation *operation_find(unsigned message_case)
{
        for (size_t i = 0; i < OPERATIONS; i++)
                if (operations[i].message_case == message_case)
                        return &operations[i];
        return NULL;
}

const struct operation *operation_table(size_t *ret_count)
{
        *ret_count = OPERATIONS;
        return operations;
}
