/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/explained_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/language.h"
#include "tools/show.h"

#define INDENT "  "
#define STEPS_MOST 64u     /* of the walk through the days to come */
#define STEPS_SHOWN_MOST 8u

/* -------------------------------------------------------------------- words */

static const struct {
        const char *word;
        const char *text;
} names[] = {
        {"penalty", N_("penalty")},
        {"sampling", N_("sampling")},
        {"recall", N_("recall")},
        {"complaint", N_("complaint")},
        {"accident", N_("accident")},
        {"certificate", N_("certificate")},
        {"award", N_("award")},
        {"commitment", N_("commitment")},
        {"breach", N_("breach of a commitment")},
        {"brand", N_("brand")},
        {"permit", N_("permit")},
        {"acceptance", N_("acceptance of a project")},
        {"inspection", N_("inspection")},
        {"survey", N_("survey")},
        {"assessment", N_("assessment")},
        {"warning", N_("warning")},
        {"criticism", N_("public criticism")},
        {"fine", N_("fine")},
        {"confiscation", N_("confiscation")},
        {"suspension", N_("licence suspended")},
        {"downgrade", N_("qualification downgraded")},
        {"closure", N_("business closed")},
        {"withdrawal", N_("licence withdrawn")},
        {"revocation", N_("licence revoked")},
        {"restriction", N_("restricted from business")},
        {"criminal", N_("criminal penalty")},
        {"detention", N_("detention")},
        {"ordinary", N_("ordinary")},
        {"serious", N_("serious")},
        {"listing", N_("on the blacklist")},
};

/* The word itself where this program has no name for it. */
static void add_name(struct buffer *to, struct slice word)
{
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
                if (slice_equal(word, slice_text(names[i].word))) {
                        buffer_add_text(to, _(names[i].text));
                        return;
                }
        buffer_add_slice(to, word);
}

/* `penalty.fine.serious`: a fine, serious; `sampling.ordinary`: a sampling, ordinary. */
static void add_rule(struct buffer *to, const char *rule)
{
        const char *parts = strncmp(rule, "penalty.", 8) == 0 ? rule + 8 : rule;
        const char *dot;

        if (strncmp(rule, "repeat.", 7) == 0) {
                buffer_add_format(to, _("repeated: %s"), rule + 7);
                return;
        }
        while ((dot = strchr(parts, '.'))) {
                add_name(to, slice_of(parts, (size_t)(dot - parts)));
                buffer_add_text(to, _(", "));
                parts = dot + 1;
        }
        add_name(to, slice_text(parts));
}

static void title(const char *text)
{
        printf("\n%s\n", text);
}

static void add_cell(struct table *table, struct buffer *text)
{
        table_add(table, buffer_slice(text));
        buffer_clear(text);
}

/* `words` with the day in place of their %s; an empty cell where there is no day. */
static void add_day_cell(struct table *table, const char *words, struct day day)
{
        CLEANUP(buffer) struct buffer cell = BUFFER_INIT;
        const char *place = strstr(words, "%s");
        char text[DAY_TEXT];

        day_format(day, text);
        if (!day_is_none(day)) {
                buffer_add(&cell, words, (size_t)(place - words));
                buffer_add_text(&cell, text);
                buffer_add_text(&cell, place + 2);
        }
        table_add(table, buffer_slice(&cell));
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
                add_day_cell(table, _("decided on %s"), input->decided_on);
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
                add_rule(&text, reason->rule);
                add_cell(&rows, &text);
                add_document_cells(&rows, e, reason->ordinal);
                add_day_cell(&rows, _("until %s"), reason->until);
        }
        add_points(&rows, sum > 0 ? sum : 0, true);
        add_plain(&rows, sum < 0 ? _("points, for there are none below 0") : _("points"));
        title(_("How the score came about"));
        table_print(&rows, INDENT, stdout);
}

static void print_unrated(const struct explained *e)
{
        title(_("Why there is no grade"));
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
                        add_rule(&text, reason->rule);
                add_cell(&rows, &text);
                add_day_cell(&rows, _("until %s"), reason->until);
        }
        if (rows.cells.length == 0)
                return;
        title(_("What holds or lifts the grade whatever the score"));
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
                return is_asked_for(&e->policy, input->certificate) ? _("takes nothing off; a higher grade asks for it") :
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
                        add_rule(&text, reason->rule);
                else
                        add_name(&text, slice_text(record_type_word(input->type)));
                add_cell(&rows, &text);
                add_document_cells(&rows, e, input->ordinal);
                table_add_text(&rows, why);
        }
        if (rows.cells.length == 0 && e->inputs.ended == 0)
                return;
        title(_("What does not count, and why"));
        table_print(&rows, INDENT, stdout);
        if (e->inputs.ended)
                printf(ngettext("  %u record is not shown any more by law, and takes nothing off.\n",
                               "  %u records are not shown any more by law, and take nothing off.\n", e->inputs.ended),
                        e->inputs.ended);
}

/* ------------------------------------------------------------- days to come */

static const char *grade_name(const struct explained *e, const char *grade)
{
        const char *name = policy_grade_name(&e->policy, grade, language_is_chinese());

        return name ? name : "";
}

static void add_step(struct table *rows, const struct explained *e, const struct grade_outcome *outcome, struct day day)
{
        char score[16] = "-";

        if (outcome->score >= 0)
                snprintf(score, sizeof(score), "%d", outcome->score);
        add_day_cell(rows, "%s", day);
        table_add_text(rows, outcome->grade);
        table_add_text(rows, score);
        table_add_text(rows, grade_name(e, outcome->grade));
}

/* Day by day that something differs, as the policy has it, if nothing new is recorded. */
static void print_days(const struct explained *e)
{
        struct grade_outcome *next = must_alloc(sizeof(*next));
        CLEANUP(table) struct table rows;
        struct day day = e->outcome.next_change;
        int32_t score = e->outcome.score;
        char grade[GRADE_TEXT];
        unsigned shown = 0;

        strcpy(grade, e->outcome.grade);
        table_init(&rows, 4);
        for (unsigned i = 0; i < STEPS_MOST && shown < STEPS_SHOWN_MOST && !day_is_none(day); i++) {
                grade_evaluate(&e->policy, &e->inputs, day, next);
                if (strcmp(next->grade, grade) != 0 || next->score != score) {
                        add_step(&rows, e, next, day);
                        shown++;
                }
                strcpy(grade, next->grade);
                score = next->score;
                day = next->next_change;
        }
        free(next);
        title(_("What changes by itself, if nothing new is recorded"));
        if (shown)
                table_print(&rows, INDENT, stdout);
        else
                printf(INDENT "%s\n", _("nothing"));
}

/* -------------------------------------------------------------- higher grades */

/* The first day on which the last deduction is as old as the gate wants, or counts no more; DAY_NONE: it is so today. */
static struct day clear_from(const struct explained *e, const struct policy_gate *gate)
{
        struct day today = e->proved.verdict.statement.as_of, clear = DAY_NONE;

        for (uint32_t i = 0; i < e->outcome.count; i++) {
                const struct grade_reason *reason = &e->outcome.reasons[i];
                const struct grade_record *input = explained_input(e, reason->ordinal);
                struct day day;

                if ((reason->effect != GRADE_COUNTED && reason->effect != GRADE_SUPERSEDED) || !input)
                        continue;
                day = day_add_months(input->decided_on, gate->months_without_deduction);
                if (day_is_before(reason->until, day))
                        day = reason->until;
                if (day_is_before(today, day) && (day_is_none(clear) || day_is_before(clear, day)))
                        clear = day;
        }
        return clear;
}

static bool is_valid_on(const struct grade_record *input, unsigned kind, struct day day)
{
        return input->type == RECORD_CERTIFICATE && input->certificate == kind && !day_is_before(day, input->decided_on) &&
               (day_is_none(input->valid_through) || !day_is_before(input->valid_through, day));
}

/*
 * Since when a certificate of the kind has been held without a gap: back from today from one to the one that was valid
 * when it was issued, or ended the day before. DAY_NONE: none is held.
 */
static struct day held_since(const struct explained *e, unsigned kind)
{
        struct day today = e->proved.verdict.statement.as_of, since = DAY_NONE, day = today;
        bool is_earlier = true;

        while (is_earlier) {
                is_earlier = false;
                for (uint32_t i = 0; i < e->inputs.count; i++) {
                        const struct grade_record *input = &e->inputs.records[i];

                        if (is_valid_on(input, kind, day) && (day_is_none(since) || day_is_before(input->decided_on, since))) {
                                since = input->decided_on;
                                is_earlier = true;
                        }
                }
                if (is_earlier)
                        day = day_add(since, -1);
        }
        return since;
}

/* The first day on which it has been held for long enough, if it is renewed in time; DAY_NONE: none is held. */
static struct day held_from(const struct explained *e, const struct policy_gate *gate, unsigned kind)
{
        struct day since = held_since(e, kind);

        return day_is_none(since) ? since : day_add_months(since, gate->held_months);
}

static void add_missing(struct table *rows, const char **grade, const char *what, const char *words, struct day day)
{
        table_add_text(rows, *grade);
        table_add_text(rows, what);
        add_day_cell(rows, words, day);
        *grade = "";
}

static void add_certificates(struct table *rows, const struct explained *e, const struct policy_gate *gate,
        const char **grade)
{
        struct day today = e->proved.verdict.statement.as_of;

        for (unsigned kind = CERTIFICATE_NONE; kind <= CERTIFICATE_LAST; kind++) {
                struct day from = held_from(e, gate, kind);
                char what[160];

                if (!(gate->certificates >> kind & 1u) || (!day_is_none(from) && !day_is_before(today, from)))
                        continue;
                snprintf(what, sizeof(what), _("a valid certificate %s, held for %d months"),
                        certificate_kind_word((enum certificate_kind)kind), gate->held_months);
                add_missing(rows, grade, what, _("met on %s, if it is valid until then"), from);
        }
}

/* Grades that a gate gives and that this one is not, with what each still wants. */
static void print_gates(const struct explained *e)
{
        CLEANUP(table) struct table rows;

        table_init(&rows, 3);
        for (unsigned i = 0; i < e->policy.gates_count; i++) {
                const struct policy_gate *gate = &e->policy.gates[i];
                const struct policy_band *band = &e->policy.bands[gate->of];
                const char *grade = gate->grade;
                struct day clear = gate->months_without_deduction ? clear_from(e, gate) : DAY_NONE;
                char what[160];

                if (strcmp(grade, e->outcome.grade) == 0)
                        break;
                if (e->outcome.score < band->least) {
                        snprintf(what, sizeof(what), _("a score of at least %d"), band->least);
                        add_missing(&rows, &grade, what, "%s", DAY_NONE);
                }
                if (!day_is_none(clear)) {
                        snprintf(what, sizeof(what), _("no deduction for %d months"), gate->months_without_deduction);
                        add_missing(&rows, &grade, what, _("met on %s, if there is no new one"), clear);
                }
                add_certificates(&rows, e, gate, &grade);
        }
        if (rows.cells.length == 0)
                return;
        title(_("What higher grades still ask for"));
        table_print(&rows, INDENT, stdout);
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
        buffer_add_format(&text, _("What follows from %s (%s)"), e->outcome.grade, grade_name(e, e->outcome.grade));
        title(buffer_text(&text));
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
        print_days(e);
        print_gates(e);
        print_measures(e);
        if (!e->has_records)
                printf("\n%s\n", _("The registry could not read its documents: numbers and organs are missing, the grade is whole."));
}
