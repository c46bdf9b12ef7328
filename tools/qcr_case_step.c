/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * `qcr case ACTION`: one step of a blacklist case. Actions and fields are the procedure's: this program sends the
 * words it is given, and the registry says which it does not know. A procedure that is added is usable at once.
 */
#include "tools/qcr.h"

#include <string.h>

#include "tools/case_explain.h"
#include "tools/case_form.h"
#include "tools/case_outcome.h"
#include "tools/language.h"

struct step_flags {
        struct act_flags act;
        bool dry_run;
        const char *after;
        const char *procedure;
        const char *code;
        const char *name;
        struct field_list fields;
};

#define STEP(member) offsetof(struct step_flags, member)

/* A step and what its message points to. */
struct step {
        Qcr__CaseStep message;
        struct case_ref ref; /* number 0: it opens a case */
        struct case_form form;
};

/* Without CASE it opens one: whose, is said by flags. */
static int take_opening(struct qcr *qcr, const struct step_flags *flags, struct step *step)
{
        if (!flags->code || !flags->name || !flags->procedure)
                return qcr_usage(qcr, "CASE is missing; to open one, --procedure ID --code CODE --name NAME");
        step->message.has_name = true;
        step->message.name = client_bytes(flags->name);
        step->message.has_procedure = true;
        step->message.procedure = client_bytes(flags->procedure);
        return case_ref_code(qcr, flags->code, &step->ref.code);
}

/* Behind a CASE the three flags of opening are fields like others: a procedure may have fields called so. */
static bool take_flags_as_fields(const struct step_flags *flags, struct step *step, struct fault *why)
{
        return (!flags->procedure || case_form_add(&step->form, "procedure", flags->procedure, why)) &&
               (!flags->code || case_form_add(&step->form, "code", flags->code, why)) &&
               (!flags->name || case_form_add(&step->form, "name", flags->name, why));
}

static int take_case(struct qcr *qcr, const struct step_flags *flags, const char *operand, struct step *step)
{
        struct fault why;
        int status = case_ref_parse(qcr, operand, &step->ref);

        if (status)
                return status;
        step->message.has_number = true;
        step->message.number = step->ref.number;
        return take_flags_as_fields(flags, step, &why) ? 0 : qcr_usage(qcr, "%s", why.text);
}

static int take_after(struct qcr *qcr, const char *after, Qcr__CaseStep *message)
{
        uint64_t seq;

        if (!after)
                return 0;
        if (!number_parse(slice_text(after), &seq) || seq == 0 || seq > UINT32_MAX)
                return qcr_usage(qcr, "--after '%s': the number of a step, as `qcr case history` shows it", after);
        message->has_after = true;
        message->after = (uint32_t)seq;
        return 0;
}

static int fill(struct qcr *qcr, const struct step_flags *flags, unsigned count, char **operands, struct step *ret)
{
        struct fault why;
        int status;

        *ret = (struct step){.message = QCR__CASE_STEP__INIT};
        status = count > 1 ? take_case(qcr, flags, operands[1], ret) : take_opening(qcr, flags, ret);
        if (!status)
                status = take_after(qcr, flags->after, &ret->message);
        if (status)
                return status;
        if (!case_form_add_all(&ret->form, &flags->fields, &why))
                return qcr_usage(qcr, "%s", why.text);
        ret->message.code = client_bytes(ret->ref.code.text);
        ret->message.action = client_bytes(operands[0]);
        ret->message.n_field = ret->form.count;
        ret->message.field = ret->form.pointers;
        return 0;
}

static void describe(const struct step_flags *flags, const struct step *step, struct table *rows)
{
        CLEANUP(buffer) struct buffer of = BUFFER_INIT;

        buffer_add_text(&of, step->ref.code.text);
        if (step->ref.number)
                buffer_add_format(&of, "-%u", step->ref.number);
        table_add_text(rows, step->ref.number ? _("case") : _("party"));
        table_add(rows, buffer_slice(&of));
        if (!step->ref.number) {
                table_add_text(rows, _("name"));
                table_add_text(rows, flags->name);
                table_add_text(rows, _("procedure"));
                table_add_text(rows, flags->procedure);
        }
        case_form_describe(&step->form, rows);
}

static void describe_grade(const Qcr__Filed *filed, struct table *rows)
{
        CLEANUP(buffer) struct buffer change = BUFFER_INIT;

        if (!filed->has_grade_before || !filed->has_grade_after)
                return;
        buffer_add_slice(&change, client_slice(filed->grade_before));
        buffer_add_text(&change, " -> ");
        buffer_add_slice(&change, client_slice(filed->grade_after));
        table_add_text(rows, _("grade"));
        table_add(rows, buffer_slice(&change));
}

/* What it would do, as the registry says it, and the question. False with `ret_status`: it is not to be done. */
static bool is_wanted(struct qcr *qcr, const struct step_flags *flags, struct step *step, Qcr__Request *request,
        int *ret_status)
{
        CLEANUP(client_answer) struct client_answer preview = CLIENT_ANSWER_INIT;
        CLEANUP(table) struct table rows;

        table_init(&rows, 2);
        step->message.has_dry_run = step->message.dry_run = true;
        *ret_status = qcr_preview(qcr, request, &preview);
        step->message.has_dry_run = step->message.dry_run = false;
        if (*ret_status)
                return false;
        describe(flags, step, &rows);
        if (preview.reply->filed->case_outcome)
                case_outcome_describe(preview.reply->filed->case_outcome, slice_of(NULL, 0), &rows);
        describe_grade(preview.reply->filed, &rows);
        if (qcr_confirm(qcr, _("Take this step:"), &rows))
                return true;
        *ret_status = EXIT_GENERAL;
        return false;
}

static int hand_in(struct qcr *qcr, const struct case_form *form)
{
        for (size_t i = 0; i < form->paper_count; i++) {
                int status = case_paper_hand_in(qcr, &form->papers[i]);

                if (status)
                        return status;
        }
        return 0;
}

static int take_step(struct qcr *qcr, const struct step_flags *flags, struct step *step)
{
        Qcr__Request request = QCR__REQUEST__INIT;
        int status;

        request.operation_case = QCR__REQUEST__OPERATION_CASE_STEP;
        request.case_step = &step->message;
        step->message.has_dry_run = step->message.dry_run = flags->dry_run;
        status = hand_in(qcr, &step->form);
        if (status)
                return status;
        if (!flags->dry_run && qcr_can_ask(&flags->act) && !is_wanted(qcr, flags, step, &request, &status))
                return status;
        return qcr_act(qcr, &request, &flags->act);
}

static int run_step(struct qcr *qcr, const void *fields, unsigned count, char **operands)
{
        const struct step_flags *flags = fields;
        struct step step;
        struct case_explain what = {.ref = &step.ref, .procedure = flags->procedure, .action = operands[0]};
        int status = fill(qcr, flags, count, operands, &step);

        if (status)
                return status;
        qcr->explain = case_explain;
        qcr->explain_closure = &what;
        status = take_step(qcr, flags, &step);
        qcr->explain = NULL;
        return status;
}

static const struct flag step_flags[] = {
        {"procedure", FLAG_TEXT, STEP(procedure), "ID", N_("to open a case: the procedure, as samr-44 or mirror")},
        {"code", FLAG_TEXT, STEP(code), "CODE", N_("to open a case: code of the party")},
        {"name", FLAG_TEXT, STEP(name), "NAME", N_("to open a case: name of the party")},
        {"FIELD", FLAG_FIELDS, STEP(fields), "VALUE",
                N_("any field of the step, as `qcr case procedure` lists them; @PATH hands a document in")},
        {"after", FLAG_TEXT, STEP(after), "SEQ", N_("refuse if the case has a step after this one")},
        {"dry-run", FLAG_SWITCH, STEP(dry_run), NULL, N_("say what it would do; the step is not taken")},
        FLAGS_ACT(struct step_flags, act),
        FLAGS_JSON,
        FLAGS_END,
};

#define STEP_EXAMPLES                                                                                        \
        "  qcr --as officer case open --procedure samr-44 --code 91510823141777630N \\\n"                    \
        "      --name 剑阁县诚盛农业开发有限公司 --path with-penalty --filing-number '剑市监立〔2026〕7号' \\\n"  \
        "      --filed-on 2026-09-01 --ground ... --facts ... --evidence @inspection.pdf ...\n"              \
        "  qcr --as officer case serve-notice 91510823141777630N-18 --method direct \\\n"                     \
        "      --received-on 2026-09-10 --receipt @receipt.pdf --dry-run\n"                                  \
        "  qcr --as publisher case publish 91510823141777630N-18 --channel ... --published-on 2026-11-02\n"

const struct command case_step_commands[] = {
        {"case step", run_step, "ACTION [CASE]", 1, 2, step_flags,
                N_("as `case ACTION`, for an action that is called as one of the words above"), STEP_EXAMPLES},
        {"case", run_step, "ACTION [CASE]", 1, 2, step_flags,
                N_("takes a step of a case: any action of its procedure; signed with your key"), STEP_EXAMPLES},
        {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL},
};
