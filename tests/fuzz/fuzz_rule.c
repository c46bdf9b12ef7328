/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rule documents: what is refused says where and why; what is taken reads the same from its canonical form, refers to
 * nothing that is not there, and can be asked and drawn.
 */
#include "registry/core/rule.h"

#include <stdlib.h>
#include <string.h>

#include "registry/core/code_table.h"
#include "registry/core/procedure.h"
#include "registry/core/work_calendar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
        if (!condition)
                abort();
}

static bool is_action(const struct procedure *procedure, unsigned action)
{
        return action == PROCEDURE_NONE || action < procedure->action_count;
}

static void check_when(const struct procedure *procedure, const struct procedure_when *when)
{
        must(!when->is_there || is_action(procedure, when->action));
        must(!when->is_there || when->action != PROCEDURE_NONE || when->field);
        for (unsigned i = 0; i < when->word_count; i++)
                must(when->words[i]);
}

static void check_action(const struct procedure *procedure, const struct procedure_action *action)
{
        must(action->roles && action->from);
        must(action->to == PROCEDURE_NONE || action->to < procedure->state_count);
        must(!(action->from & PROCEDURE_FROM_NONE) || action->to != PROCEDURE_NONE);
        must(!action->day_field || procedure_field_find(action, slice_text(action->day_field)));
        check_when(procedure, &action->effect_when);
        for (unsigned i = 0; i < action->field_count; i++) {
                check_when(procedure, &action->fields[i].when);
                must((action->fields[i].type == FIELD_CODE) == (action->fields[i].table != NULL));
                must((action->fields[i].type == FIELD_WORD) == (action->fields[i].word_count > 0));
        }
        for (unsigned i = 0; i < action->guard_count; i++) {
                const struct procedure_guard *guard = &action->guards[i];

                check_when(procedure, &guard->when);
                must(guard->article && guard->zh && guard->en);
                must(is_action(procedure, guard->action) && is_action(procedure, guard->since));
                must(is_action(procedure, guard->waiver));
                must((guard->kind == GUARD_WINDOW) == (guard->window != PROCEDURE_NONE));
                must(guard->window == PROCEDURE_NONE || guard->window < procedure->window_count);
        }
}

static void add_move(void *closure, const char *from, const char *action, const char *to, bool needs_second,
        bool excludes_opener)
{
        buffer_add_format(closure, "%s%s%s%d%d", from ? from : "", action, to, needs_second, excludes_opener);
}

static void check_procedure(struct slice json)
{
        CLEANUP(buffer) struct buffer drawn = BUFFER_INIT;
        struct document_error error;
        struct procedure *procedure;

        must(procedure_parse(json, &procedure, &error) == DOCUMENT_SOUND);
        must(!procedure->arena.exhausted);
        for (unsigned i = 0; i < procedure->action_count; i++)
                check_action(procedure, &procedure->actions[i]);
        for (unsigned i = 0; i < procedure->window_count; i++)
                must(procedure->windows[i].opens < procedure->action_count);
        for (unsigned i = 0; i < procedure->deadline_count; i++)
                must(procedure->deadlines[i].from_count && procedure->deadlines[i].until_count);
        procedure_each_transition(procedure, add_move, &drawn);
        procedure_diagram(procedure, true, &drawn);
        procedure_diagram(procedure, false, &drawn);
        procedure_matrix(procedure, &drawn);
        procedure_free(procedure);
}

static void check_codes(struct slice json)
{
        struct document_error error;
        struct code_table *table;

        must(code_table_parse(json, &table, &error) == DOCUMENT_SOUND);
        for (unsigned i = 0; i < table->count; i++) {
                const struct code_row *row = &table->rows[i];

                must(code_table_find(table, slice_text(row->code), row->from) == row);
                must(code_table_newest(table, slice_text(row->code)));
        }
        code_table_free(table);
}

static void check_calendar(struct slice json)
{
        struct work_calendar calendar;
        struct document_error error;

        must(work_calendar_parse(json, &calendar, &error) == DOCUMENT_SOUND);
        for (unsigned i = 0; i < calendar.count; i++) {
                bool is_provisional = false;
                struct day day, end;

                must(day_of(calendar.years[i].year, 1, 1, &day));
                end = work_calendar_add(&calendar, day, 7, &is_provisional);
                must(day_is_before(day, end) && work_calendar_is_working(&calendar, end));
                end = work_calendar_settle(&calendar, day, NULL);
                must(!day_is_before(end, day) && work_calendar_is_working(&calendar, end));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        CLEANUP(buffer) struct buffer canonical = BUFFER_INIT, again = BUFFER_INIT;
        struct document_error error;
        struct rule rule, same;

        if (rule_read(slice_of(data, size), &rule, &canonical, &error) != DOCUMENT_SOUND) {
                must(error.flaw != DOCUMENT_SOUND && error.reason[0] != '\0');
                must(canonical.length == 0);
                return 0;
        }
        must(canonical.length <= DOCUMENT_SENT_MAX);
        must(rule_read(buffer_slice(&canonical), &same, &again, &error) == DOCUMENT_SOUND);
        must(memcmp(&rule, &same, sizeof(rule)) == 0);
        must(slice_equal(buffer_slice(&canonical), buffer_slice(&again)));
        switch (rule.kind) {
        case RULE_PROCEDURE:
                check_procedure(buffer_slice(&canonical));
                break;
        case RULE_CODES:
                check_codes(buffer_slice(&canonical));
                break;
        case RULE_CALENDAR:
                check_calendar(buffer_slice(&canonical));
                break;
        }
        return 0;
}
