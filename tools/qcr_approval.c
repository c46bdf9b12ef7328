/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `qcr pending`, `qcr approve`, `qcr reject`: the second person's side of everything that needs two. */
#include "tools/qcr.h"

#include <string.h>

#include "registry/core/calendar.h"
#include "tools/case_reading.h"
#include "tools/case_text.h"
#include "tools/language.h"
#include "tools/show.h"

struct decide_flags {
        struct act_flags act;
        const char *reason;
};

/* SERIAL, or SERIAL.ITEM where one entry files several. */
static bool parse_id(const char *text, Qcr__Decide *ret)
{
        const char *point = strchr(text, '.');
        size_t length = point ? (size_t)(point - text) : strlen(text);
        uint64_t item = 0;

        if (!number_parse(slice_of(text, length), &ret->proposal_serial) || ret->proposal_serial == 0)
                return false;
        if (point && !number_parse(slice_text(point + 1), &item))
                return false;
        ret->has_proposal_item = item != 0;
        ret->proposal_item = item;
        return true;
}

static void format_id(const Qcr__Proposal *p, struct buffer *ret)
{
        buffer_add_format(ret, "%llu", (unsigned long long)p->serial);
        if (p->item)
                buffer_add_format(ret, ".%llu", (unsigned long long)p->item);
}

static const char *at_text(const Qcr__Proposal *p, char ret[INSTANT_TEXT])
{
        if (!instant_is_valid(p->at_ms))
                return "-";
        instant_format(p->at_ms, ret);
        return ret;
}

static int ask_pending(struct qcr *qcr, struct client_answer *ret)
{
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__Pending question = QCR__PENDING__INIT;

        request.operation_case = QCR__REQUEST__OPERATION_PENDING;
        request.pending = &question;
        return qcr_ask(qcr, &request, QCR__REPLY__BODY_PROPOSALS, ret);
}

/* ------------------------------------------------------------------- pending */

static void print_proposals(const Qcr__Proposals *proposals)
{
        CLEANUP(table) struct table rows;

        table_init(&rows, 6);
        for (size_t i = 0; i < proposals->n_proposal; i++) {
                const Qcr__Proposal *p = proposals->proposal[i];
                CLEANUP(buffer) struct buffer id = BUFFER_INIT;
                char at[INSTANT_TEXT];

                format_id(p, &id);
                table_add(&rows, buffer_slice(&id));
                table_add(&rows, client_slice(p->kind));
                table_add(&rows, p->has_subject ? client_slice(p->subject) : slice_text("-"));
                table_add(&rows, client_slice(p->proposer));
                table_add_text(&rows, at_text(p, at));
                table_add(&rows, client_slice(p->summary));
        }
        table_print(&rows, "", stdout);
        if (proposals->n_proposal == 0)
                fprintf(stderr, "qcr: %s\n", _("nothing waits for a second person"));
        if (proposals->truncated)
                fprintf(stderr, "qcr: %s\n", _("there is more; these are the oldest"));
}

static json_t *proposal_document(const Qcr__Proposal *p)
{
        CLEANUP(buffer) struct buffer id = BUFFER_INIT;
        json_t *d = json_object();
        char at[INSTANT_TEXT];

        format_id(p, &id);
        output_set(d, "proposal", buffer_slice(&id));
        output_set_bytes(d, "kind", p->kind);
        output_set(d, "subject", p->has_subject ? client_slice(p->subject) : slice_of(NULL, 0));
        output_set_bytes(d, "proposer", p->proposer);
        output_set_text(d, "at", at_text(p, at));
        output_set_bytes(d, "summary", p->summary);
        return d;
}

static void write_proposals(struct output *output, const Qcr__Proposals *proposals)
{
        json_t *rows = json_array();
        json_t *d;

        if (output->mode == OUTPUT_JSONL) {
                for (size_t i = 0; i < proposals->n_proposal; i++)
                        output_document(output, proposal_document(proposals->proposal[i]));
                json_decref(rows);
                return;
        }
        for (size_t i = 0; i < proposals->n_proposal; i++)
                json_array_append_new(rows, proposal_document(proposals->proposal[i]));
        d = json_object();
        json_object_set_new(d, "exit", json_integer(EXIT_ANSWERED));
        json_object_set_new(d, "proposals", rows);
        json_object_set_new(d, "truncated", json_boolean(proposals->truncated));
        output_document(output, d);
}

static int run_pending(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        int status = ask_pending(qcr, &answer);

        (void)flags;
        (void)count;
        (void)operands;
        if (status)
                return status;
        if (qcr->output.mode == OUTPUT_TEXT)
                print_proposals(answer.reply->proposals);
        else
                write_proposals(&qcr->output, answer.reply->proposals);
        return EXIT_ANSWERED;
}

/* ----------------------------------------------------------- approve, reject */

static const Qcr__Proposal *find_proposal(const Qcr__Proposals *proposals, const Qcr__Decide *wanted)
{
        for (size_t i = 0; i < proposals->n_proposal; i++)
                if (proposals->proposal[i]->serial == wanted->proposal_serial &&
                        proposals->proposal[i]->item == wanted->proposal_item)
                        return proposals->proposal[i];
        return NULL;
}

/* One that is not among those shown may still be decided; what is wrong with it the registry says best. */
static void describe(struct table *rows, const char *id, const Qcr__Proposal *p)
{
        table_add_text(rows, _("proposal"));
        table_add_text(rows, id);
        if (!p)
                return;
        table_add_text(rows, _("kind"));
        table_add(rows, client_slice(p->kind));
        table_add_text(rows, _("proposer"));
        table_add(rows, client_slice(p->proposer));
        table_add_text(rows, _("summary"));
        table_add(rows, client_slice(p->summary));
}

/* The case a step is of: its summary begins with `case CODE-N:`. False: it would open one, or is no step of a case. */
static bool case_of(const Qcr__Proposal *p, char ret[CASE_REF_TEXT])
{
        const struct slice summary = client_slice(p->summary);
        const uint8_t *colon = summary.length ? memchr(summary.data, ':', summary.length) : NULL;
        const size_t length = colon ? (size_t)(colon - summary.data) : 0;

        if (!slice_equal(client_slice(p->kind), slice_text("case-step")) || length <= 5 ||
                length - 5 >= CASE_REF_TEXT || !memchr(summary.data, '-', length))
                return false;
        memcpy(ret, summary.data + 5, length - 5);
        ret[length - 5] = '\0';
        return true;
}

static const struct procedure_action *action_of(const struct case_reading *reading, const Qcr__Proposal *p)
{
        const struct slice summary = client_slice(p->summary);
        const uint8_t *colon = memchr(summary.data, ':', summary.length);
        const size_t left = colon ? summary.length - (size_t)(colon - summary.data) : 0;
        const uint8_t *end = left > 2 ? memchr(colon + 2, ' ', left - 2) : NULL;

        return end ? case_text_action_of(reading->procedure, slice_of(colon + 2, (size_t)(end - colon) - 2)) : NULL;
}

static void describe_step(struct table *rows, const struct case_reading *reading, const Qcr__Proposal *p)
{
        const struct procedure_action *action = action_of(reading, p);

        table_add_text(rows, _("party"));
        table_add(rows, client_slice(reading->head->name));
        for (size_t i = 0; i < p->n_field; i++) {
                CLEANUP(buffer) struct buffer name = BUFFER_INIT;
                CLEANUP(buffer) struct buffer value = BUFFER_INIT;

                case_text_field(action, client_slice(p->field[i]->name), &name);
                case_text_value(action, client_slice(p->field[i]->name), client_slice(p->field[i]->value), &value);
                table_add(rows, buffer_slice(&name));
                table_add(rows, buffer_slice(&value));
        }
}

/* Who confirms a step sees all of it: its fields come with the case. 0, or an exit status. */
static int show_step(struct qcr *qcr, const char *id, const Qcr__Proposal *p, struct table *rows)
{
        CLEANUP(case_reading) struct case_reading reading = CASE_READING_INIT;
        CLEANUP(buffer) struct buffer purpose = BUFFER_INIT;
        char name[CASE_REF_TEXT];
        struct case_ref ref;
        int status;

        if (!p || !case_of(p, name))
                return 0;
        buffer_add_format(&purpose, "to decide proposal %s", id);
        status = case_ref_parse(qcr, name, &ref);
        if (!status)
                status = case_reading_load(qcr, &ref, buffer_text(&purpose), false, &reading);
        if (status)
                return status;
        for (size_t i = 0; i < reading.head->n_proposal; i++)
                if (reading.head->proposal[i]->serial == p->serial)
                        describe_step(rows, &reading, reading.head->proposal[i]);
        return 0;
}

/* False with `ret_status`: it could not be shown, or the person said no. */
static bool is_wanted(struct qcr *qcr, const char *id, const Qcr__Decide *act, int *ret_status)
{
        CLEANUP(client_answer) struct client_answer pending = CLIENT_ANSWER_INIT;
        const Qcr__Proposal *proposal;
        CLEANUP(table) struct table rows;

        table_init(&rows, 2);
        *ret_status = ask_pending(qcr, &pending);
        if (*ret_status)
                return false;
        proposal = find_proposal(pending.reply->proposals, act);
        describe(&rows, id, proposal);
        *ret_status = show_step(qcr, id, proposal, &rows);
        if (*ret_status)
                return false;
        if (qcr_confirm(qcr, act->approve ? _("Approve:") : _("Reject:"), &rows))
                return true;
        *ret_status = EXIT_GENERAL;
        return false;
}

static int decide(struct qcr *qcr, const struct decide_flags *flags, const char *id, bool approve)
{
        Qcr__Request request = QCR__REQUEST__INIT;
        Qcr__Decide act = QCR__DECIDE__INIT;
        int status;

        if (!parse_id(id, &act))
                return qcr_usage(
                        qcr, "'%s': a proposal is SERIAL or SERIAL.ITEM, as `qcr pending` shows it", id);
        if (!approve && (!flags->reason || !*flags->reason))
                return qcr_usage(qcr, "to reject needs --reason TEXT");
        act.approve = approve;
        act.has_reason = flags->reason != NULL;
        act.reason = client_bytes(flags->reason);
        if (qcr_can_ask(&flags->act) && !is_wanted(qcr, id, &act, &status))
                return status;
        request.operation_case = QCR__REQUEST__OPERATION_DECIDE;
        request.decide = &act;
        return qcr_act(qcr, &request, &flags->act);
}

static int run_approve(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        (void)count;
        return decide(qcr, flags, operands[0], true);
}

static int run_reject(struct qcr *qcr, const void *flags, unsigned count, char **operands)
{
        (void)count;
        return decide(qcr, flags, operands[0], false);
}

static const struct flag pending_flags[] = {FLAGS_JSON, FLAGS_JSONL, FLAGS_END};

static const struct flag decide_flags[] = {
        {"reason", FLAG_TEXT, offsetof(struct decide_flags, reason), "TEXT", N_("why; needed to reject")},
        FLAGS_ACT(struct decide_flags, act),
        FLAGS_JSON,
        FLAGS_END,
};

const struct command approval_commands[] = {
        {"pending", run_pending, "", 0, 0, pending_flags, N_("shows what waits for a second person"),
                "  qcr --as reviewer pending\n"},
        {"approve", run_approve, "ID", 1, 1, decide_flags,
                N_("approves what somebody else proposed; signed with your key"),
                "  qcr --as reviewer approve 4711\n"
                "  qcr --as reviewer approve 4711.12 --yes\n"},
        {"reject", run_reject, "ID", 1, 1, decide_flags,
                N_("rejects a proposal, or takes back one's own; signed with your key"),
                "  qcr --as reviewer reject 4711 --reason 'the document names another enterprise'\n"},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
