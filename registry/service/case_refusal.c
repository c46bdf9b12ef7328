/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/service/case_refusal.h"

#include <stdio.h>

#include "registry/core/role.h"

void case_roles_format(struct buffer *to, uint32_t roles)
{
        unsigned left = (unsigned)__builtin_popcount(roles);

        for (unsigned i = 0; i < ROLE_COUNT; i++) {
                if (!(roles & (1u << i)))
                        continue;
                buffer_add_text(to, role_word(1u << i));
                left--;
                if (left > 0)
                        buffer_add_text(to, left == 1 ? " or " : ", ");
        }
}

/* ----------------------------------------------------- what may be done instead */

static void add_who(struct buffer *to, const struct case_option *option)
{
        buffer_add_format(to, "%s by ", option->action->word);
        case_roles_format(to, option->action->roles);
        if (option->action->second_roles) {
                buffer_add_text(to, ", confirmed by ");
                case_roles_format(to, option->action->second_roles);
        }
}

/* What may be done on the same day stands together; `from` DAY_NONE: now. */
static void add_options(struct buffer *to, const struct case_option *options, size_t count, struct day from)
{
        bool is_provisional = false, is_first = true;
        char day[DAY_TEXT];

        for (size_t i = 0; i < count; i++) {
                const struct case_option *option = &options[i];
                enum case_refusal wanted = day_is_none(from) ? CASE_GRANTED : CASE_NOT_YET;

                if (option->refusal != wanted ||
                        (wanted == CASE_NOT_YET && day_compare(option->earliest, from) != 0))
                        continue;
                if (is_first) {
                        buffer_add_text(to, to->length ? "; " : "");
                        day_format(from, day);
                        buffer_add_format(to, day_is_none(from) ? "may be done now: " : "from %s: ", day);
                }
                buffer_add_text(to, is_first ? "" : "; ");
                add_who(to, option);
                is_provisional |= option->is_provisional;
                is_first = false;
        }
        if (is_provisional && !is_first)
                buffer_add_text(to, " (provisional: the calendar of a year is not loaded)");
}

static const char *allowed_of(struct call *call, const struct case_file *file, const struct case_rules *rules)
{
        struct case_option options[PROCEDURE_ACTIONS_MAX];
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        size_t count = case_options(file, rules, options);
        struct day said = DAY_NONE;

        add_options(&text, options, count, DAY_NONE);
        for (;;) {
                struct day next = DAY_NONE;

                for (size_t i = 0; i < count; i++)
                        if (options[i].refusal == CASE_NOT_YET && day_is_before(said, options[i].earliest) &&
                                (day_is_none(next) || day_is_before(options[i].earliest, next)))
                                next = options[i].earliest;
                if (day_is_none(next))
                        break;
                add_options(&text, options, count, next);
                said = next;
        }
        return text.length ? call_text(call, buffer_slice(&text)) : NULL;
}

static const char *whose(struct call *call, uint32_t roles)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        if (!roles)
                return NULL;
        buffer_add_text(&text, "by ");
        case_roles_format(&text, roles);
        return call_text(call, buffer_slice(&text));
}

static const char *from_day(struct call *call, const struct case_verdict *verdict)
{
        char day[DAY_TEXT], text[128];

        if (day_is_none(verdict->earliest))
                return NULL;
        day_format(verdict->earliest, day);
        snprintf(text, sizeof(text), "from %s%s", day,
                verdict->is_provisional ? " (provisional: the calendar of a year is not loaded)" : "");
        return call_text(call, slice_text(text));
}

/* -------------------------------------------------------------------- refusals */

static enum result_code code_of(enum case_refusal refusal)
{
        switch (refusal) {
        case CASE_GRANTED:
                break;
        case CASE_ACTION_UNKNOWN:
        case CASE_FIELD_UNKNOWN:
        case CASE_FIELD_INVALID:
        case CASE_FIELD_TWICE:
                return RESULT_FIELD_INVALID;
        case CASE_FIELD_MISSING:
                return RESULT_FIELD_MISSING;
        case CASE_ROLE:
                return RESULT_ROLE_MISSING;
        case CASE_OFFICE:
                return RESULT_OTHER_OFFICE;
        case CASE_STATE:
        case CASE_FULL:
                return RESULT_CASE_STATE;
        case CASE_DATE_IN_FUTURE:
                return RESULT_DATE_IN_FUTURE;
        case CASE_CODE_NOT_IN_FORCE:
                return RESULT_CODE_NOT_IN_FORCE;
        case CASE_PERSON_EXCLUDED:
                return RESULT_PERSON_EXCLUDED;
        case CASE_SELF_APPROVAL:
                return RESULT_SELF_APPROVAL;
        case CASE_NEEDS_STEP:
                return RESULT_STEP_MISSING;
        case CASE_DONE_ALREADY:
                return RESULT_STEP_DONE;
        case CASE_NOT_YET:
                return RESULT_TOO_EARLY;
        case CASE_NOT_LISTED:
                return RESULT_NOT_LISTED;
        case CASE_FIELD_RULE:
                return RESULT_FIELD_FORBIDDEN;
        }
        return RESULT_STORE_UNAVAILABLE;
}

/* The rule's own words where it has some. */
static const char *words_of(const struct case_verdict *verdict)
{
        return *verdict->en ? verdict->en : result_find(code_of(verdict->refusal))->meaning;
}

static void set_text(struct failure *failure, const struct case_file *file, const struct case_verdict *verdict)
{
        enum result_code code = code_of(verdict->refusal);
        const char *about = verdict->field;

        switch (verdict->refusal) {
        case CASE_ACTION_UNKNOWN:
                failure_set(failure, code, "action: %s has no such step", file->procedure->id);
                return;
        case CASE_STATE:
                failure_set(failure, code, "the case is %s: %s is not taken then",
                        file->count ? case_state_word(file) : "not opened", verdict->action->word);
                return;
        case CASE_FULL:
                failure_set(failure, code, "the case holds as many steps or times of listing as it may");
                return;
        case CASE_FIELD_UNKNOWN:
                failure_set(failure, code, "%s: the step has no such field", about);
                return;
        case CASE_FIELD_TWICE:
                failure_set(failure, code, "%s: may be there once", about);
                return;
        case CASE_NEEDS_STEP:
        case CASE_DONE_ALREADY:
                about = verdict->expected;
                break;
        case CASE_GRANTED:
        case CASE_ROLE:
        case CASE_OFFICE:
        case CASE_FIELD_MISSING:
        case CASE_FIELD_INVALID:
        case CASE_DATE_IN_FUTURE:
        case CASE_CODE_NOT_IN_FORCE:
        case CASE_PERSON_EXCLUDED:
        case CASE_SELF_APPROVAL:
        case CASE_NOT_YET:
        case CASE_NOT_LISTED:
        case CASE_FIELD_RULE:
                break;
        }
        failure_set(failure, code, "%s%s%s", about ? about : "", about ? ": " : "", words_of(verdict));
}

static const char *allowed_for(struct call *call, const struct case_file *file, const struct case_rules *rules,
        const struct case_verdict *verdict)
{
        switch (verdict->refusal) {
        case CASE_ROLE:
                return whose(call, verdict->roles);
        case CASE_SELF_APPROVAL:
                return "another person may confirm it; you may take it back by rejecting it";
        case CASE_NOT_YET:
                return from_day(call, verdict);
        case CASE_STATE:
        case CASE_FULL:
        case CASE_NEEDS_STEP:
        case CASE_DONE_ALREADY:
        case CASE_NOT_LISTED:
                return allowed_of(call, file, rules);
        case CASE_GRANTED:
        case CASE_ACTION_UNKNOWN:
        case CASE_OFFICE:
        case CASE_FIELD_UNKNOWN:
        case CASE_FIELD_MISSING:
        case CASE_FIELD_INVALID:
        case CASE_FIELD_TWICE:
        case CASE_DATE_IN_FUTURE:
        case CASE_CODE_NOT_IN_FORCE:
        case CASE_PERSON_EXCLUDED:
        case CASE_FIELD_RULE:
                break;
        }
        return NULL;
}

bool case_refuse(struct call *call, const struct case_file *file, const struct case_rules *rules,
        const struct case_verdict *verdict)
{
        struct failure *failure = &call->failure;

        set_text(failure, file, verdict);
        if (verdict->refusal == CASE_ACTION_UNKNOWN)
                failure->field = "action";
        if (verdict->field)
                failure->field = call_text(call, slice_text(verdict->field));
        if (verdict->value)
                failure->value = slice_text(call_text(call, slice_text(verdict->value)));
        if (*verdict->article)
                failure->article = call_text(call, slice_text(verdict->article));
        failure->allowed = allowed_for(call, file, rules, verdict);
        return false;
}
