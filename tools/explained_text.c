/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/explained_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/explained_ahead.h"
#include "tools/explained_words.h"
#include "tools/language.h"

#define INDENT "  "

static void add_cell(struct table *table, struct buffer *text)
{
        table_add(table, buffer_slice(text));
        buffer_clear(text);
}

/* Number and organ of the document, if the registry could give them; else the day it was decided on. */
static void add_document_cells(struct table *table, const struct explained *e, uint32_t ordinal)
{
        const struct explained_record *record = explained_record(e, ordinal);
        const struct grade_record *input = explained_input(e, ordinal);

        if (record) {
                table_add(table, record->document);
                table_add(table, record->authority_name);
        } else if (input) {
                explained_add_day(table, _("decided on %s"), input->decided_on);
                table_add_text(table, "");
        } else {
                table_add_text(table, "");
                table_add_text(table, "");
        }
}

/* -------------------------------------------------------------------- score */

static void add_points(struct table *table, int64_t points, bool is_sum)
{
        char text[32];

        snprintf(text, sizeof(text), is_sum ? "= %lld" : "%+lld", (long long)points);
        table_add_text(table, text);
}

static void add_plain(struct table *table, const char *text)
{
        table_add_text(table, text);
        for (unsigned i = 0; i < 3; i++)
                table_add_text(table, "");
}

static void print_score(const struct explained *e)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        CLEANUP(table) struct table rows;
        int64_t sum = e->policy.base;

        table_init(&rows, 5);
        add_points(&rows, e->policy.base, false);
        add_plain(&rows, _("to begin with"));
        for (uint32_t i = 0; i < e->outcome.count; i++) {
                const struct grade_reason *reason = &e->outcome.reasons[i];

                if (reason->effect != GRADE_COUNTED)
                        continue;
                sum -= reason->points;
                add_points(&rows, -(int64_t)reason->points, false);
                explained_add_rule(&text, reason->rule);
                add_cell(&rows, &text);
                add_document_cells(&rows, e, reason->ordinal);
                explained_add_day(&rows, _("until %s"), reason->until);
        }
        add_points(&rows, sum > 0 ? sum : 0, true);
        add_plain(&rows, sum < 0 ? _("points, for there are none below 0") : _("points"));
        explained_title(_("How the score came about"));
        table_print(&rows, INDENT, stdout);
}

static void print_unrated(const struct explained *e)
{
        explained_title(_("Why there is no grade"));
        printf(_("  The policy wants %d records for a grade; there are %u, of which %u are not shown any more.\n"),
                e->policy.records_ever, e->inputs.count + e->inputs.ended, e->inputs.ended);
}

static void print_effects(const struct explained *e)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        CLEANUP(table) struct table rows;

        table_init(&rows, 2);
        for (uint32_t i = 0; i < e->outcome.count; i++) {
                const struct grade_reason *reason = &e->outcome.reasons[i];

                if (reason->effect != GRADE_VETO && reason->effect != GRADE_LIFTED)
                        continue;
                if (reason->effect == GRADE_LIFTED)
                        buffer_add_format(&text, _("all that %s asks for is met"), e->outcome.grade);
                else
                        explained_add_rule(&text, reason->rule);
                add_cell(&rows, &text);
                explained_add_day(&rows, _("until %s"), reason->until);
        }
        if (rows.cells.length == 0)
                return;
        explained_title(_("What holds or lifts the grade whatever the score"));
        table_print(&rows, INDENT, stdout);
}

/* ---------------------------------------------------------------- not counted */

static const struct grade_reason *reason_of(const struct explained *e, uint32_t ordinal)
{
        for (uint32_t i = 0; i < e->outcome.count; i++)
                if (e->outcome.reasons[i].ordinal == ordinal)
                        return &e->outcome.reasons[i];
        return NULL;
}

static bool is_asked_for(const struct policy *policy, enum certificate_kind kind)
{
        for (unsigned i = 0; i < policy->gates_count; i++)
                if (policy->gates[i].certificates >> kind & 1u)
                        return true;
        return false;
}

/* Why nothing is taken off for it; NULL: something is. */
static const char *why_not(const struct explained *e, const struct grade_record *input)
{
        const struct grade_reason *reason = reason_of(e, input->ordinal);

        if (reason && reason->effect == GRADE_COUNTED)
                return NULL;
        if (reason && reason->effect == GRADE_SUPERSEDED)
                return _("another record of the same case counts, which is no lighter");
        if (reason)
                return _("its time under this policy is over");
        if (day_is_before(e->proved.verdict.statement.as_of, input->decided_on))
                return _("does not count before its day");
        if (input->type == RECORD_CERTIFICATE)
                return is_asked_for(&e->policy, input->certificate) ?
                        _("takes nothing off; a higher grade asks for it") :
                        _("takes nothing off");
        if (record_is_negative(input->type, input->result))
                return _("this policy takes nothing off for it");
        return input->result == RECORD_RESULT_PASS ? _("passed: takes nothing off") : _("takes nothing off");
}

static void print_uncounted(const struct explained *e)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        CLEANUP(table) struct table rows;

        table_init(&rows, 4);
        for (uint32_t i = 0; i < e->inputs.count; i++) {
                const struct grade_record *input = &e->inputs.records[i];
                const struct grade_reason *reason;
                const char *why = why_not(e, input);

                if (!why)
                        continue;
                reason = reason_of(e, input->ordinal);
                if (reason)
                        explained_add_rule(&text, reason->rule);
                else
                        explained_add_name(&text, slice_text(record_type_word(input->type)));
                add_cell(&rows, &text);
                add_document_cells(&rows, e, input->ordinal);
                table_add_text(&rows, why);
        }
        if (rows.cells.length == 0 && e->inputs.ended == 0)
                return;
        explained_title(_("What does not count, and why"));
        table_print(&rows, INDENT, stdout);
        if (e->inputs.ended)
                printf("%s\n", _("  Records that are over, by law or by this policy, are not shown and take nothing off."));
}

/* ------------------------------------------------------------------ measures */

static void print_measures(const struct explained *e)
{
        const struct policy_measures *measures = policy_measures_of(&e->policy, e->outcome.grade);
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        CLEANUP(table) struct table rows;

        if (!measures || measures->count == 0)
                return;
        table_init(&rows, 2);
        for (unsigned i = 0; i < measures->count; i++) {
                const struct policy_measure *measure = &measures->measures[i];

                table_add_text(&rows, language_is_chinese() ? measure->zh : measure->en);
                buffer_add_text(&text, measure->basis);
                if (measure->item[0])
                        buffer_add_format(&text, _(" (item %s of the national list)"), measure->item);
                add_cell(&rows, &text);
        }
        buffer_add_format(&text, _("What follows from %s (%s)"), e->outcome.grade,
                explained_grade_name(e, e->outcome.grade));
        explained_title(buffer_text(&text));
        table_print(&rows, INDENT, stdout);
}

void explained_print(const struct explained *e)
{
        if (!e->has_grade)
                return;
        if (e->outcome.score < 0)
                print_unrated(e);
        else
                print_score(e);
        print_effects(e);
        print_uncounted(e);
        explained_print_days(e);
        explained_print_gates(e);
        print_measures(e);
        if (!e->has_records)
                printf("\n%s\n",
                        _("The registry could not name all of the documents: numbers are missing, the grade is whole."));
}
