/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tools/explained_ahead.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/explained_words.h"
#include "tools/language.h"

#define INDENT "  "
#define STEPS_MOST 64u /* of the walk through the days to come */
#define STEPS_SHOWN_MOST 8u

/* ------------------------------------------------------------- days to come */

static void add_step(struct table *rows, const struct explained *e, const struct grade_outcome *outcome, struct day day)
{
        char score[16] = "-";

        if (outcome->score >= 0)
                snprintf(score, sizeof(score), "%d", outcome->score);
        explained_add_day(rows, "%s", day);
        table_add_text(rows, outcome->grade);
        table_add_text(rows, score);
        table_add_text(rows, explained_grade_name(e, outcome->grade));
}

void explained_print_days(const struct explained *e)
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
        explained_title(_("What changes by itself, if nothing new is recorded"));
        if (shown)
                table_print(&rows, INDENT, stdout);
        else
                printf(INDENT "%s\n", _("nothing"));
}

/* -------------------------------------------------------------- higher grades */

/* The first day on which the last deduction is as old as the gate wants or counts no more; DAY_NONE: it is today. */
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
        return input->type == RECORD_CERTIFICATE && input->certificate == kind &&
               !day_is_before(day, input->decided_on) &&
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

                        if (is_valid_on(input, kind, day) &&
                                (day_is_none(since) || day_is_before(input->decided_on, since))) {
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
        explained_add_day(rows, words, day);
        *grade = "";
}

static void add_certificates(struct table *rows, const struct explained *e, const struct policy_gate *gate,
        const char **grade)
{
        struct day today = e->proved.verdict.statement.as_of;

        for (unsigned kind = CERTIFICATE_NONE; kind <= CERTIFICATE_LAST; kind++) {
                const char *word = certificate_kind_word((enum certificate_kind)kind);
                struct day from = held_from(e, gate, kind);
                char what[160];

                if (!(gate->certificates >> kind & 1u) || (!day_is_none(from) && !day_is_before(today, from)))
                        continue;
                if (gate->held_months)
                        snprintf(what, sizeof(what), _("a valid certificate %s, held for %d months"), word,
                                gate->held_months);
                else
                        snprintf(what, sizeof(what), _("a valid certificate %s"), word);
                add_missing(rows, grade, what, _("met on %s, if it is valid until then"), from);
        }
}

/* No gate lifts what a listing or a repeat rule holds down. */
static void add_vetoes(struct table *rows, const struct explained *e, const char **grade)
{
        for (uint32_t i = 0; i < e->outcome.count; i++) {
                const struct grade_reason *reason = &e->outcome.reasons[i];
                CLEANUP(buffer) struct buffer what = BUFFER_INIT;

                if (reason->effect != GRADE_VETO)
                        continue;
                buffer_add_text(&what, _("an end of what holds the grade down: "));
                explained_add_rule(&what, reason->rule);
                add_missing(rows, grade, buffer_text(&what), _("met on %s, if there is no new one"), reason->until);
        }
}

static void add_score(struct table *rows, const struct explained *e, const struct policy_gate *gate, const char **grade)
{
        int32_t least = e->policy.bands[gate->of].least;
        char what[160];

        if (e->outcome.score >= least)
                return;
        snprintf(what, sizeof(what), _("a score of at least %d"), least);
        add_missing(rows, grade, e->outcome.score < 0 ? _("records enough for a grade") : what, "%s", DAY_NONE);
}

static void add_clear_months(struct table *rows, const struct explained *e, const struct policy_gate *gate,
        const char **grade)
{
        struct day clear = gate->months_without_deduction ? clear_from(e, gate) : DAY_NONE;
        char what[160];

        if (day_is_none(clear))
                return;
        snprintf(what, sizeof(what), _("no deduction for %d months"), gate->months_without_deduction);
        add_missing(rows, grade, what, _("met on %s, if there is no new one"), clear);
}

/* Points alone give more than it does, once nothing holds the grade down. */
static bool is_outdone(const struct explained *e, const struct policy_gate *gate)
{
        return gate->of > 0 && e->outcome.score >= e->policy.bands[gate->of - 1].least;
}

void explained_print_gates(const struct explained *e)
{
        CLEANUP(table) struct table rows;
        struct policy_scale scale;
        unsigned place;

        policy_scale(&e->policy, &scale);
        place = policy_scale_place(&scale, e->outcome.grade);
        table_init(&rows, 3);
        for (unsigned i = 0; i < e->policy.gates_count; i++) {
                const struct policy_gate *gate = &e->policy.gates[i];
                const char *grade = gate->grade;

                if (policy_scale_place(&scale, grade) >= place || is_outdone(e, gate))
                        continue;
                add_score(&rows, e, gate, &grade);
                add_vetoes(&rows, e, &grade);
                add_clear_months(&rows, e, gate, &grade);
                add_certificates(&rows, e, gate, &grade);
        }
        if (rows.cells.length == 0)
                return;
        explained_title(_("What higher grades still ask for"));
        table_print(&rows, INDENT, stdout);
}
