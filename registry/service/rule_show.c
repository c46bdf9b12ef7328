/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The rules that hold: which there are of a kind, or one of them with its document.
 */
#include "registry/service/reading.h"
#include "registry/store/rules.h"

#define WORD_OCTETS 32u

static void reply_rules(struct call *call, Qcr__Rule **rules, size_t count, const char *outcome)
{
        Qcr__Rules body = QCR__RULES__INIT;
        Qcr__Reply reply = QCR__REPLY__INIT;

        if (!call_audit(call, outcome))
                return;
        body.rule = rules;
        body.n_rule = count;
        reply.code = RESULT_DONE;
        reply.body_case = QCR__REPLY__BODY_RULES;
        reply.rules = &body;
        call_reply(call, &reply);
}

/* False: the row cannot be read. */
static bool rule_of(struct call *call, const PGresult *result, int row, int first, struct slice id, Qcr__Rule **ret)
{
        Qcr__Rule *rule = call_alloc(call, sizeof(*rule));
        uint8_t *hash = call_alloc(call, 32);

        qcr__rule__init(rule);
        rule->kind = call->message->rule_show->kind;
        rule->id = call_data(id);
        rule->version = (uint32_t)cell_number(result, row, first);
        rule->sha256 = call_data(slice_of(hash, 32));
        *ret = rule;
        return cell_octets(result, row, first + 1, hash, 32);
}

static void on_list(struct call *call, const PGresult *result)
{
        size_t count = (size_t)PQntuples(result);
        Qcr__Rule **rules = call_alloc(call, (count + 1) * sizeof(*rules));

        for (size_t i = 0; i < count; i++) {
                if (!rule_of(call, result, (int)i, 1, slice_text(cell_text(result, (int)i, 0)), &rules[i])) {
                        call_fail_with(call, RESULT_STORE_UNAVAILABLE);
                        return;
                }
                rules[i]->serial = (uint64_t)cell_number(result, (int)i, 3);
        }
        reply_rules(call, rules, count, "listed");
}

static void on_current(struct call *call, const PGresult *result)
{
        const Qcr__RuleShow *message = call->message->rule_show;
        struct slice id = slice_of(message->id.data, message->id.len);
        CLEANUP(buffer) struct buffer document = BUFFER_INIT;
        Qcr__Rule *rule;

        if (PQntuples(result) == 0) {
                failure_set_field(&call->failure, RESULT_NOT_THERE, "id", id, "id: there is none");
                if (call_audit(call, "not-found"))
                        call_fail(call);
                return;
        }
        if (!rule_of(call, result, 0, 0, id, &rule) || !cell_bytes(result, 0, 2, &document)) {
                call_fail_with(call, RESULT_STORE_UNAVAILABLE);
                return;
        }
        rule->serial = (uint64_t)cell_number(result, 0, 3);
        rule->has_document = true;
        rule->document = call_data(buffer_slice(&document));
        reply_rules(call, &rule, 1, "found");
}

void rule_show_run(struct call *call)
{
        const Qcr__RuleShow *message = call->message->rule_show;
        struct fields fields = call_fields(call);
        const char *kind = fields_text(&fields, "kind", &message->kind, WORD_OCTETS);
        const char *id = message->has_id ? fields_id(&fields, "id", &message->id) : NULL;
        enum rule_kind known;
        struct query query;

        if (!fields.failed && !rule_kind_of_word(slice_text(kind), &known))
                fields_refuse(&fields, RESULT_FIELD_INVALID, "kind", slice_text(kind),
                        "procedure, codes or calendar is wanted");
        if (fields.failed) {
                call_fail(call);
                return;
        }
        if (id)
                rules_current_query(&query, kind, id);
        else
                rules_list_query(&query, kind);
        reading_ask(call, &query, id ? on_current : on_list);
}
