/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Bringing in a rule document (core/rule): one administrator proposes it, another approves. Both times it is read
 * whole and asked whether it is the next version; only the second time it is stored, with the moves it allows.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/service/approval.h"
#include "registry/service/rule_cache.h"
#include "registry/store/rules.h"
#include "registry/view/rule_entry.h"

struct rule_change {
        struct rule rule;
        struct slice document; /* canonical; of the call */
        int32_t newest;        /* version there is; 0: none */
        bool is_known;         /* this very document */
        uint64_t others;       /* of its kind that hold */
        uint64_t all;          /* rules that hold */
};

/* What was wrong with the document, at which of its keys. */
static bool refuse_document(struct call *call, const struct document_error *error)
{
        const char *path = call_text(call, slice_text(error->path[0] ? error->path : "document"));

        return failure_set_field(&call->failure, RESULT_RULE_INVALID, path,
                slice_text(call_text(call, slice_text(error->value))), "%s: %s", path, error->reason);
}

static bool read_change(struct call *call, const Qcr__RuleAdd *message, struct rule_change *ret)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT;
        struct document_error error;

        *ret = (struct rule_change){0};
        if (rule_read(slice_of(message->document.data, message->document.len), &ret->rule, &canonical, &error))
                return refuse_document(call, &error);
        ret->document = slice_of(call_text(call, buffer_slice(&canonical)), canonical.length);
        return true;
}

/* ----------------------------------------------------------------- loading */

static void on_newest(struct writing *writing, const PGresult *result)
{
        writing->rule->newest = (int32_t)cell_number(result, 0, 0);
        writing->rule->is_known = cell_bool(result, 0, 1);
        writing->rule->others = (uint64_t)cell_number(result, 0, 2);
        writing->rule->all = (uint64_t)cell_number(result, 0, 3);
}

static void load_newest(struct writing *writing, struct rule_change *change)
{
        struct query query;

        writing->rule = change;
        rules_newest_query(&query, &change->rule);
        writing_send(writing, &query, on_newest);
}

/* ------------------------------------------------------------------- rules */

/* Steps are weighed with all tables and the one calendar at once. NULL: there is room for one more rule. */
static const char *no_room(const struct rule_change *change)
{
        if (change->rule.kind == RULE_CALENDAR && change->others)
                return "there is one calendar, under another id";
        if (change->rule.kind == RULE_CODES && change->others >= RULE_TABLES_MAX)
                return "there are as many code tables as there may be";
        return change->all >= VIEW_RULES_MAX ? "there are as many rules as there may be" : NULL;
}

static bool decide(struct writing *writing, const struct rule_change *change)
{
        struct failure *failure = &writing->call->failure;
        const char *reason = change->newest ? NULL : no_room(change);
        char version[16];

        if (reason)
                return failure_set_field(failure, RESULT_RULE_INVALID, "id", slice_text(change->rule.id), "id: %s", reason);

        if (change->is_known)
                return failure_set_field(failure, RESULT_ALREADY_THERE, "document", slice_of(NULL, 0),
                        "document: there is this one, as %s %s", rule_kind_word(change->rule.kind), change->rule.id);
        if (change->rule.version == change->newest + 1)
                return true;
        snprintf(version, sizeof(version), "%" PRId32, change->rule.version);
        return failure_set_field(failure, RESULT_RULE_INVALID, "version",
                slice_text(call_text(writing->call, slice_text(version))),
                "version: the next one of %s %s is %" PRId32, rule_kind_word(change->rule.kind), change->rule.id,
                change->newest + 1);
}

/* ----------------------------------------------------------------- the act */

static bool rule_act_check(struct writing *writing)
{
        struct rule_change *change = call_alloc(writing->call, sizeof(*change));

        writing->data = change;
        return read_change(writing->call, writing->call->message->rule_add, change);
}

static void rule_act_load(struct writing *writing)
{
        load_newest(writing, writing->data);
}

static enum act_decision rule_act_decide(struct writing *writing)
{
        if (!decide(writing, writing->data))
                return ACT_REFUSED;
        writing_propose(writing, NULL);
        return ACT_WRITE;
}

static void rule_act_save(struct writing *writing)
{
        const struct rule_change *change = writing->data;
        char hash[65], summary[160];

        hex_encode(change->rule.hash, sizeof(change->rule.hash), hash);
        snprintf(summary, sizeof(summary), "%s %s %s@%" PRId32 ", %s", proposal_word(PROPOSAL_RULE_ADD),
                rule_kind_word(change->rule.kind), change->rule.id, change->rule.version, hash);
        writing_reply_proposal(writing, "proposed");
        writing_save_proposal(writing, proposal_word(PROPOSAL_RULE_ADD), NULL, summary);
}

const struct act rule_act = {
        .check = rule_act_check,
        .load = rule_act_load,
        .decide = rule_act_decide,
        .save = rule_act_save,
};

/* -------------------------------------------------------------- its effect */

static bool rule_effect_read(struct writing *writing, struct approval *approval)
{
        struct rule_change *change = call_alloc(writing->call, sizeof(*change));

        approval->data = change;
        return read_change(writing->call, approval->proposed->rule_add, change) || approval_overtaken(writing);
}

static void rule_effect_load(struct writing *writing, struct approval *approval)
{
        struct query query;

        rules_lock_query(&query);
        writing_send(writing, &query, NULL);
        load_newest(writing, approval->data);
}

static bool rule_effect_decide(struct writing *writing, struct approval *approval)
{
        return decide(writing, approval->data) || approval_overtaken(writing);
}

static void save_transitions(struct writing *writing, const struct rule_change *change)
{
        struct document_error error;
        struct procedure *procedure;
        struct query query;

        if (change->rule.kind != RULE_PROCEDURE)
                return;
        if (procedure_parse(change->document, &procedure, &error))
                abort(); /* it was sound a moment ago */
        rules_transitions_insert(&query, procedure);
        procedure_free(procedure);
        writing_send(writing, &query, NULL);
}

static void rule_effect_save(struct writing *writing, struct approval *approval)
{
        const struct rule_change *change = approval->data;
        struct query query;

        rules_insert(&query, &change->rule, change->document, writing->serial);
        writing_send_one(writing, &query);
        rules_current_set(&query, &change->rule);
        writing_send_one(writing, &query);
        save_transitions(writing, change);
}

const struct proposal_effect rule_effect = {
        .message_case = QCR__REQUEST__OPERATION_RULE_ADD,
        .read = rule_effect_read,
        .load = rule_effect_load,
        .decide = rule_effect_decide,
        .save = rule_effect_save,
};
