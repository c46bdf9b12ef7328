/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/case_explain.h"

#include <string.h>

#include "proto/result.h"
#include "registry/core/procedure.h"
#include "tools/case_reading.h"
#include "tools/case_rules.h"
#include "tools/case_text.h"
#include "tools/language.h"

static bool ends_with(const char *text, const char *end)
{
        const size_t length = strlen(text), tail = strlen(end);

        return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* The guard that refused: its article, and its words at the end of what was said. */
static const char *rule_of(const struct procedure *procedure, const char *action, const struct failure *f)
{
        const struct procedure_action *a = case_text_action_of(procedure, slice_text(action));

        for (unsigned i = 0; a && f->article && f->detail && i < a->guard_count; i++)
                if (strcmp(a->guards[i].article, f->article) == 0 && ends_with(f->detail, a->guards[i].en))
                        return a->guards[i].zh;
        return NULL;
}

/* Is what may be done instead a list of steps, and not just a day or a role? */
static bool lists_steps(const struct failure *f)
{
        switch (f->code) {
        case RESULT_CASE_STATE:
        case RESULT_STEP_MISSING:
        case RESULT_STEP_DONE:
        case RESULT_NOT_LISTED:
                return true;
        default:
                return false;
        }
}

static void add_step(struct buffer *to, const struct case_reading *reading, const Qcr__CaseOption *option)
{
        buffer_add_text(to, to->length ? "；" : "");
        if (option->has_earliest) {
                buffer_add_slice(to, client_slice(option->earliest));
                buffer_add_text(to, option->provisional ? " 起（暂定）：" : " 起：");
        }
        buffer_add_slice(to, client_slice(option->action));
        buffer_add_format(to, " %s", case_text_action_name(reading->procedure, client_slice(option->action)));
}

static const char *steps_of(const struct case_reading *reading, struct failure *f)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        for (size_t i = 0; i < reading->head->n_option; i++) {
                const Qcr__CaseOption *option = reading->head->option[i];

                if (slice_equal(client_slice(option->refusal), slice_text("granted")) || option->has_earliest)
                        add_step(&text, reading, option);
        }
        return failure_keep(f, buffer_slice(&text));
}

static const char *first_day(struct failure *f)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        if (f->code != RESULT_TOO_EARLY || !f->allowed || strncmp(f->allowed, "from ", 5) != 0 ||
                strlen(f->allowed) < 15)
                return NULL;
        buffer_add_format(&text, "%.10s 起%s", f->allowed + 5, strstr(f->allowed, "provisional") ? "（暂定）" : "");
        return failure_keep(f, buffer_slice(&text));
}

static void explain_case(struct qcr *qcr, const struct case_explain *what, struct failure *f)
{
        CLEANUP(case_reading) struct case_reading reading = CASE_READING_INIT;
        char purpose[80];
        const char *rule;

        snprintf(purpose, sizeof(purpose), "to see why %.30s was refused", what->action);
        if (case_reading_load(qcr, what->ref, purpose, false, &reading) != 0)
                return;
        rule = rule_of(reading.procedure, what->action, f);
        if (rule)
                f->detail_shown = failure_keep(f, slice_text(rule));
        if (lists_steps(f))
                f->allowed_shown = steps_of(&reading, f);
}

static void explain_opening(struct qcr *qcr, const struct case_explain *what, struct failure *f)
{
        CLEANUP(client_answer) struct client_answer answer = CLIENT_ANSWER_INIT;
        struct procedure *procedure;
        struct document_error error;
        const char *rule;

        if (case_rules_ask(qcr, RULE_PROCEDURE, what->procedure, &answer) != 0 ||
                answer.reply->rules->n_rule != 1 ||
                procedure_parse(client_slice(answer.reply->rules->rule[0]->document), &procedure, &error) !=
                        DOCUMENT_SOUND)
                return;
        rule = rule_of(procedure, what->action, f);
        if (rule)
                f->detail_shown = failure_keep(f, slice_text(rule));
        procedure_free(procedure);
}

void case_explain(struct qcr *qcr, void *closure, struct failure *failure)
{
        const struct case_explain *what = closure;

        if (!language_is_chinese() || failure->code < RESULT_CASE_STATE || failure->code > RESULT_CODE_NOT_IN_FORCE)
                return;
        failure->allowed_shown = first_day(failure);
        qcr->is_quiet = true;
        if (what->ref->number)
                explain_case(qcr, what, failure);
        else
                explain_opening(qcr, what, failure);
        qcr->is_quiet = false;
}
