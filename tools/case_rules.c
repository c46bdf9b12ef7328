/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_rules.h"

int case_rules_ask(struct qcr *qcr, enum rule_kind kind, const char *id, struct client_answer *ret)
{
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__RuleShow question = QCR__RULE_SHOW__INIT;

        question.kind = client_bytes(rule_kind_word(kind));
        question.has_id = id != NULL;
        question.id = client_bytes(id);
        request.operation_case = QCR__REQUEST__OPERATION_RULE_SHOW;
        request.rule_show = &question;
        return qcr_ask(qcr, &request, QCR__REPLY__BODY_RULES, ret);
}

json_t *case_rules_document(const Qcr__Rule *rule)
{
        json_t *d = json_object();
        char hash[65] = "";

        if (rule->sha256.len == 32)
                hex_encode(rule->sha256.data, 32, hash);
        output_set_bytes(d, "kind", rule->kind);
        output_set_bytes(d, "id", rule->id);
        output_set_number(d, "version", rule->version);
        output_set_text(d, "sha256", hash);
        output_set_number(d, "serial", rule->serial);
        return d;
}
