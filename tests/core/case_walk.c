/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Takes a case through steps that another program thinks up, one JSON object a line, and says after each what
 * core/case_file makes of it, one JSON object a line. No test of itself: an independent model compares.
 *
 *     {"procedure": PATH}                           which every later case follows
 *     {"tables": [PATH, ...], "calendar": PATH}     the calendar may be null: no year is loaded
 *     {"reset": {"subject", "number", "office"}}    a case that is to be opened
 *     {"step": {"action", "values": [[NAME, VALUE], ...], "proposer": PERSON, "second": PERSON or null,
 *               "today": DAY, "recorded_ms": N, "name_differs": BOOL, "apply": BOOL}}
 *
 * A PERSON is {"id", "office", "roles": [WORD, ...]}. A step that is granted, has all its persons and says `apply`
 * becomes an event. Input that is none of these ends the program with status 1.
 */
#include "registry/core/case_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "registry/core/role.h"

#define TABLES_MAX 8u

struct walk {
        struct arena arena; /* of one case */
        struct procedure *procedure;
        struct code_table *tables[TABLES_MAX];
        size_t table_count;
        struct work_calendar calendar;
        bool has_calendar;
        struct case_event events[CASE_EVENTS_MAX];
        struct case_file file;
};

static void give_up(const char *what, const char *about)
{
        fprintf(stderr, "case_walk: %s: %s\n", what, about ? about : "");
        exit(EXIT_FAILURE);
}

static const char *text_of(const json_t *object, const char *key)
{
        const char *text = json_string_value(json_object_get(object, key));

        if (!text)
                give_up("a text is wanted", key);
        return text;
}

static const char *keep(struct walk *walk, const char *text)
{
        const char *kept = arena_text(&walk->arena, slice_text(text));

        if (!kept)
                give_up("too much for one case", NULL);
        return kept;
}

/* ---------------------------------------------------------------- rules */

static void load(const char *path, struct buffer *ret)
{
        FILE *file = path ? fopen(path, "r") : NULL;
        size_t n;

        if (!file)
                give_up("cannot be read", path);
        while ((n = fread(buffer_reserve(ret, 4096), 1, 4096, file)) > 0)
                ret->length += n;
        fclose(file);
}

static void must_be_sound(enum document_flaw flaw, const char *path, const struct document_error *error)
{
        if (flaw == DOCUMENT_SOUND)
                return;
        fprintf(stderr, "%s: %s: %s\n", path, error->path, error->reason);
        give_up("is not sound", path);
}

static void load_procedure(struct walk *walk, const char *path)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct document_error error = {0};

        load(path, &text);
        procedure_free(walk->procedure);
        must_be_sound(procedure_parse(buffer_slice(&text), &walk->procedure, &error), path, &error);
}

static void load_tables(struct walk *walk, const json_t *paths, const json_t *calendar)
{
        struct document_error error = {0};
        size_t i;
        json_t *path;

        json_array_foreach(paths, i, path) {
                CLEANUP(buffer) struct buffer text = BUFFER_INIT;

                if (walk->table_count == TABLES_MAX)
                        give_up("too many tables", NULL);
                load(json_string_value(path), &text);
                must_be_sound(code_table_parse(buffer_slice(&text), &walk->tables[walk->table_count++], &error),
                        json_string_value(path), &error);
        }
        walk->has_calendar = json_is_string(calendar);
        if (walk->has_calendar) {
                CLEANUP(buffer) struct buffer text = BUFFER_INIT;

                load(json_string_value(calendar), &text);
                must_be_sound(work_calendar_parse(buffer_slice(&text), &walk->calendar, &error),
                        json_string_value(calendar), &error);
        }
}

/* ---------------------------------------------------------------- a case and a step */

static void reset(struct walk *walk, const json_t *about)
{
        arena_done(&walk->arena);
        walk->file = (struct case_file){
                .subject = keep(walk, text_of(about, "subject")),
                .number = (uint32_t)json_integer_value(json_object_get(about, "number")),
                .office = keep(walk, text_of(about, "office")),
                .procedure = walk->procedure,
                .events = walk->events,
        };
}

static struct case_person person_of(struct walk *walk, const json_t *about)
{
        struct case_person person = {
                .id = keep(walk, text_of(about, "id")), .office = keep(walk, text_of(about, "office"))};
        size_t i;
        json_t *word;

        json_array_foreach(json_object_get(about, "roles"), i, word) {
                uint32_t role = 0;

                if (!json_is_string(word) || !role_parse(json_string_value(word), &role))
                        give_up("not a role", json_string_value(word));
                person.roles |= role;
        }
        return person;
}

static struct case_step step_of(struct walk *walk, const json_t *about)
{
        const json_t *given = json_object_get(about, "values");
        struct case_step step = {
                .action = keep(walk, text_of(about, "action")),
                .value_count = json_array_size(given),
                .name_differs = json_is_true(json_object_get(about, "name_differs")),
        };
        struct case_value *values = arena_alloc(&walk->arena, (step.value_count + 1) * sizeof(*values));
        size_t i;
        json_t *pair;

        json_array_foreach(given, i, pair) {
                if (!json_is_string(json_array_get(pair, 0)) || !json_is_string(json_array_get(pair, 1)))
                        give_up("a value is [NAME, VALUE]", step.action);
                values[i].name = keep(walk, json_string_value(json_array_get(pair, 0)));
                values[i].value = keep(walk, json_string_value(json_array_get(pair, 1)));
        }
        step.values = values;
        return step;
}

static void apply(struct walk *walk, const struct case_step *step, const char *proposer, const char *actor,
        int64_t recorded_ms)
{
        walk->events[walk->file.count] = (struct case_event){
                .seq = (uint32_t)walk->file.count + 1, .serial = walk->file.count + 1, .recorded_ms = recorded_ms,
                .action = step->action, .proposer = proposer, .actor = actor,
                .values = step->values, .value_count = step->value_count,
        };
        walk->file.count++;
}

/* ---------------------------------------------------------------- answers */

static json_t *day_json(struct day day)
{
        char text[DAY_TEXT];

        if (day_is_none(day))
                return json_null();
        day_format(day, text);
        return json_string(text);
}

static json_t *text_json(const char *text)
{
        return text ? json_string(text) : json_null();
}

static json_t *listings_json(const struct case_file *file)
{
        struct grade_listing listings[CASE_LISTINGS_MAX];
        size_t count = case_listings(file, listings);
        json_t *all = json_array();

        for (size_t i = 0; i < count; i++)
                json_array_append_new(all, json_pack("[s,o,o,b]", listing_effect_word(listings[i].effect),
                        day_json(listings[i].from), day_json(listings[i].to), (int)listings[i].is_published));
        return all;
}

static json_t *deadlines_json(const struct case_file *file, const struct case_rules *rules)
{
        struct case_deadline deadlines[PROCEDURE_DEADLINES_MAX];
        size_t count = case_deadlines(file, rules, deadlines);
        json_t *all = json_array();

        for (size_t i = 0; i < count; i++)
                json_array_append_new(all, json_pack("[s,o,b,b]", deadlines[i].deadline->word,
                        day_json(deadlines[i].day), (int)deadlines[i].is_done, (int)deadlines[i].is_late));
        return all;
}

static json_t *options_json(const struct case_file *file, const struct case_rules *rules)
{
        struct case_option options[PROCEDURE_ACTIONS_MAX];
        size_t count = case_options(file, rules, options);
        json_t *all = json_array();

        for (size_t i = 0; i < count; i++)
                json_array_append_new(all, json_pack("[s,s,o,o]", options[i].action->word,
                        case_refusal_word(options[i].refusal), text_json(options[i].expected),
                        day_json(options[i].earliest)));
        return all;
}

static json_t *answer(const struct case_file *file, const struct case_rules *rules, const struct case_verdict *verdict)
{
        return json_pack("{s:s,s:o,s:o,s:o,s:s,s:b,s:s,s:o,s:b,s:b,s:o,s:o,s:o,s:o}",
                "refusal", case_refusal_word(verdict->refusal),
                "field", text_json(verdict->field),
                "expected", text_json(verdict->expected),
                "earliest", day_json(verdict->earliest),
                "article", verdict->article,
                "needs_second", (int)verdict->needs_second,
                "state", case_state_word(file),
                "day", day_json(verdict->day),
                "late", (int)verdict->is_late,
                "provisional", (int)verdict->is_provisional,
                "listings", listings_json(file),
                "deadlines", deadlines_json(file, rules),
                "options", options_json(file, rules),
                "term_end", day_json(case_term_end(file)));
}

static json_t *take(struct walk *walk, const json_t *about)
{
        const json_t *second_given = json_object_get(about, "second");
        bool has_second = json_is_object(second_given);
        struct case_person proposer = person_of(walk, json_object_get(about, "proposer"));
        struct case_person second = has_second ? person_of(walk, second_given) : (struct case_person){0};
        struct case_step step = step_of(walk, about);
        struct case_rules rules = {
                .calendar = walk->has_calendar ? &walk->calendar : NULL,
                .tables = (const struct code_table *const *)walk->tables, .table_count = walk->table_count,
        };
        struct case_verdict verdict;

        if (!day_parse(slice_text(text_of(about, "today")), &rules.today))
                give_up("not a day", text_of(about, "today"));
        case_decide(&walk->file, &step, &rules, &proposer, has_second ? &second : NULL, &verdict);
        if (verdict.refusal == CASE_GRANTED && (has_second || !verdict.needs_second) &&
                json_is_true(json_object_get(about, "apply"))) {
                if (walk->file.count == 0)
                        walk->file.office = proposer.office;
                apply(walk, &step, proposer.id, verdict.needs_second ? second.id : proposer.id,
                        json_integer_value(json_object_get(about, "recorded_ms")));
        }
        return answer(&walk->file, &rules, &verdict);
}

static json_t *obey(struct walk *walk, const json_t *order)
{
        const json_t *about;

        if ((about = json_object_get(order, "procedure")))
                load_procedure(walk, json_string_value(about));
        else if ((about = json_object_get(order, "tables")))
                load_tables(walk, about, json_object_get(order, "calendar"));
        else if ((about = json_object_get(order, "reset")))
                reset(walk, about);
        else if ((about = json_object_get(order, "step")))
                return take(walk, about);
        else
                give_up("not an order", NULL);
        return json_object();
}

int main(void)
{
        static struct walk walk;
        char *line = NULL;
        size_t room = 0;

        arena_init(&walk.arena, SIZE_MAX);
        while (getline(&line, &room, stdin) > 0) {
                json_t *order = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
                json_t *said;

                if (!order)
                        give_up("not JSON", line);
                said = obey(&walk, order);
                if (!said || json_dumpf(said, stdout, JSON_COMPACT) != 0 || puts("") < 0 || fflush(stdout) != 0)
                        give_up("cannot answer", NULL);
                json_decref(said);
                json_decref(order);
        }
        free(line);
        for (size_t i = 0; i < walk.table_count; i++)
                code_table_free(walk.tables[i]);
        procedure_free(walk.procedure);
        arena_done(&walk.arena);
        return EXIT_SUCCESS;
}
