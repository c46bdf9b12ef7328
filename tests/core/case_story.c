/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "tests/core/case_story.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/role.h"

#define ARENA_OCTETS (4u << 20)

static const struct {
        const char *id, *office;
        uint32_t roles;
} cast[] = {
        {"an", "o", ROLE_OFFICER},
        {"bo", "o", ROLE_OFFICER},
        {"hu", "o", ROLE_OFFICER},
        {"cui", "o", ROLE_REVIEWER},
        {"du", "o", ROLE_SUPERIOR},
        {"er", "o", ROLE_SUPERIOR},
        {"fu", "o", ROLE_PUBLISHER},
        {"gu", "p", ROLE_OFFICER},
        {"ji", "p", ROLE_SUPERIOR},
        {"xu", "o", ROLE_OFFICER | ROLE_REVIEWER | ROLE_SUPERIOR | ROLE_PUBLISHER},
};

static void read_share(const char *folder, const char *id, struct buffer *ret)
{
        char path[1024];
        FILE *file;
        size_t n;

        snprintf(path, sizeof(path), "%s/share/%s/%s.json", getenv("QCR_SOURCE"), folder, id);
        file = fopen(path, "r");
        ck_assert_msg(file != NULL, "%s cannot be read", path);
        while ((n = fread(buffer_reserve(ret, 4096), 1, 4096, file)) > 0)
                ret->length += n;
        fclose(file);
}

static void read_rules(struct story *story)
{
        static const char *const tables[STORY_TABLES] = {"grounds", "bases", "measures"};
        struct document_error error = {0};

        for (size_t i = 0; i < STORY_TABLES; i++) {
                CLEANUP(buffer) struct buffer text = BUFFER_INIT;

                read_share("codes", tables[i], &text);
                ck_assert_int_eq(code_table_parse(buffer_slice(&text), &story->tables[i], &error), DOCUMENT_SOUND);
        }
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        read_share("calendars", "cn-workdays", &text);
        ck_assert_int_eq(work_calendar_parse(buffer_slice(&text), &story->calendar, &error), DOCUMENT_SOUND);
}

static void begin(struct story *ret, struct slice procedure)
{
        struct document_error error = {0};

        *ret = (struct story){0};
        arena_init(&ret->arena, ARENA_OCTETS);
        read_rules(ret);
        ck_assert_msg(procedure_parse(procedure, &ret->procedure, &error) == DOCUMENT_SOUND, "%s: %s (%s)", error.path,
                error.reason, error.value);
        ret->rules = (struct case_rules){
                .calendar = &ret->calendar, .tables = (const struct code_table *const *)ret->tables,
                .table_count = STORY_TABLES, .today = DAY_FIRST,
        };
        ret->file = (struct case_file){
                .subject = "MA6250A19", .number = 1, .office = "o", .procedure = ret->procedure, .events = ret->events};
}

void story_begin(struct story *ret, const char *id)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        read_share("procedures", id, &text);
        begin(ret, buffer_slice(&text));
}

void story_begin_json(struct story *ret, const char *json)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        for (const char *c = json; *c; c++)
                buffer_add_u8(&text, (uint8_t)(*c == '\'' ? '"' : *c));
        begin(ret, buffer_slice(&text));
}

void story_end(struct story *story)
{
        for (size_t i = 0; i < STORY_TABLES; i++)
                code_table_free(story->tables[i]);
        procedure_free(story->procedure);
        arena_done(&story->arena);
}

struct day story_day(const char *text)
{
        struct day day = DAY_NONE;

        ck_assert_msg(day_parse(slice_text(text), &day), "%s is no day", text);
        return day;
}

/* ---------------------------------------------------------------- steps */

static struct case_person person_of(const char *id)
{
        for (size_t i = 0; i < sizeof(cast) / sizeof(*cast); i++)
                if (strcmp(cast[i].id, id) == 0)
                        return (struct case_person){.id = cast[i].id, .office = cast[i].office, .roles = cast[i].roles};
        ck_abort_msg("nobody is called %s", id);
        abort();
}

static const char *keep(struct story *story, const char *text, size_t length)
{
        const char *kept = arena_text(&story->arena, slice_of(text, length));

        ck_assert_ptr_nonnull(kept);
        return kept;
}

static const char *code_of(const struct procedure_field *field)
{
        if (strcmp(field->table, "grounds") == 0)
                return "44-5-1";
        return strcmp(field->table, "bases") == 0 ? "samr-44" : "licensing";
}

static const char *some_value(struct story *story, const struct procedure_field *field, const char *day)
{
        char number[32];

        switch (field->type) {
        case FIELD_TEXT:
                return "事实\n清楚";
        case FIELD_DAY:
                return day;
        case FIELD_WORD:
                return field->words[0];
        case FIELD_CODE:
                return code_of(field);
        case FIELD_NUMBER:
                return keep(story, number, (size_t)snprintf(number, sizeof(number), "剑市监〔2026〕%zu号", story->file.count));
        case FIELD_FILE:
                return "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        case FIELD_PERSON:
                return "hu";
        case FIELD_CERTIFICATE_NUMBER:
                return "51082300017";
        }
        abort();
}

static bool is_named(const char *with, const char *word)
{
        size_t length = strlen(word);

        for (const char *at = with; at && *at; at = strchr(at, ';') ? strchr(at, ';') + 1 : NULL) {
                const char *name = *at == '-' ? at + 1 : at;

                if (strncmp(name, word, length) == 0 && (name[length] == '=' || name[length] == ';' || !name[length]))
                        return true;
        }
        return false;
}

static void put(struct case_step *step, struct case_value *values, const char *name, const char *value)
{
        values[step->value_count++] = (struct case_value){.name = name, .value = value};
}

static void put_named(struct story *story, struct case_step *step, struct case_value *values, const char *with)
{
        for (const char *at = with; at && *at;) {
                size_t length = strcspn(at, ";");
                const char *equals = memchr(at, '=', length);

                if (*at != '-') {
                        ck_assert_msg(equals != NULL, "%s has no value", at);
                        put(step, values, keep(story, at, (size_t)(equals - at)),
                                keep(story, equals + 1, length - (size_t)(equals + 1 - at)));
                }
                at += length + (at[length] == ';');
        }
}

/* Required fields whose condition, if they have one, holds as the case stands. */
static bool is_wanted(const struct story *story, const struct procedure_field *field)
{
        const struct procedure_when *when = &field->when;
        const char *value;

        if (!field->is_required || (when->is_there && when->action == PROCEDURE_NONE))
                return false;
        if (!when->is_there)
                return true;
        value = case_value_of(&story->file, story->procedure->actions[when->action].word, when->field);
        for (unsigned i = 0; value && i < when->word_count; i++)
                if (strcmp(when->words[i], value) == 0)
                        return true;
        return false;
}

static struct case_step step_of(struct story *story, const struct told *told)
{
        struct case_value *values = arena_alloc(&story->arena, 2 * CASE_VALUES_MAX * sizeof(*values));
        unsigned index = procedure_action_find(story->procedure, slice_text(told->action));
        struct case_step step = {.action = told->action, .values = values, .name_differs = story->name_differs};

        ck_assert_ptr_nonnull(values);
        for (unsigned i = 0; index != PROCEDURE_NONE && i < story->procedure->actions[index].field_count; i++) {
                const struct procedure_field *field = &story->procedure->actions[index].fields[i];

                if (is_wanted(story, field) && !is_named(told->with, field->word))
                        put(&step, values, field->word, some_value(story, field, told->day));
        }
        put_named(story, &step, values, told->with);
        return step;
}

static struct case_verdict decide(struct story *story, const struct told *told, const struct case_step *step)
{
        struct case_person proposer = person_of(told->by);
        struct case_person second = person_of(told->second ? told->second : told->by);
        struct case_verdict verdict;

        if (day_is_before(story->rules.today, story_day(told->day)))
                story->rules.today = story_day(told->day);
        case_decide(&story->file, step, &story->rules, &proposer, told->second ? &second : NULL, &verdict);
        return verdict;
}

struct case_verdict story_try(struct story *story, struct told told)
{
        struct case_step step = step_of(story, &told);

        return decide(story, &told, &step);
}

struct case_verdict story_do(struct story *story, struct told told)
{
        struct case_step step = step_of(story, &told);
        struct case_verdict verdict = decide(story, &told, &step);

        ck_assert_msg(verdict.refusal == CASE_GRANTED, "%s on %s is refused: %s %s %s %s", told.action, told.day,
                case_refusal_word(verdict.refusal), verdict.field ? verdict.field : "", verdict.en,
                verdict.expected ? verdict.expected : "");
        ck_assert_msg(!verdict.needs_second || told.second, "%s needs a second person", told.action);
        story->events[story->file.count] = (struct case_event){
                .seq = (uint32_t)story->file.count + 1, .serial = story->file.count + 100,
                .recorded_ms = instant_of_day(story->rules.today), .action = told.action, .proposer = told.by,
                .actor = verdict.needs_second ? told.second : told.by, .values = step.values,
                .value_count = step.value_count,
        };
        story->file.count++;
        return verdict;
}

static bool ends_with(const char *text, const char *end)
{
        size_t length = strlen(text), end_length = strlen(end);

        return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

void story_refused(struct story *story, enum case_refusal refusal, const char *says, const char *article,
        struct told told)
{
        struct case_verdict verdict = story_try(story, told);
        char earliest[DAY_TEXT];
        const char *said = verdict.expected ? verdict.expected : verdict.field ? verdict.field : earliest;

        day_format(verdict.earliest, earliest);
        ck_assert_msg(verdict.refusal == refusal, "%s on %s: %s, not %s (%s)", told.action, told.day,
                case_refusal_word(verdict.refusal), case_refusal_word(refusal), verdict.en);
        if (says)
                ck_assert_msg(strcmp(says, said) == 0 || strcmp(says, earliest) == 0, "%s on %s says %s, not %s",
                        told.action, told.day, said, says);
        if (article)
                ck_assert_msg(ends_with(verdict.article, article), "%s on %s: %s, not %s", told.action, told.day,
                        verdict.article, article);
}

/* ---------------------------------------------------------------- samr-44 up to a point */

void story_serve(struct story *story, const char *path)
{
        char with[64];

        snprintf(with, sizeof(with), "path=%s;second_officer=bo", path);
        DO("open", "2026-03-02", "an", NULL, with);
        DO("notice", "2026-03-03", "an", "bo", NULL);
        DO("serve-notice", "2026-03-04", "an", NULL, NULL);
}

void story_prepare(struct story *story, const char *path)
{
        story_serve(story, path);
        DO("legal-review", "2026-03-12", "cui", NULL, NULL);
        DO("discussion", "2026-03-12", "er", NULL, NULL);
        DO("consent", "2026-03-12", "an", "bo", NULL);
}

void story_decide(struct story *story, const char *path)
{
        story_prepare(story, path);
        DO("decide", "2026-03-12", "an", "du", NULL);
}

/* ---------------------------------------------------------------- listing times */

static const char *effect_word(enum listing_effect effect)
{
        static const char *const words[] = {"", "in-force", "suspended", "quashed", "unknown"};

        return words[effect];
}

void story_listings(const struct story *story, const char *wanted)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        struct grade_listing listings[CASE_LISTINGS_MAX];
        size_t count = case_listings(&story->file, listings);

        for (size_t i = 0; i < count; i++) {
                char from[DAY_TEXT], to[DAY_TEXT];

                day_format(listings[i].from, from);
                day_format(listings[i].to, to);
                buffer_add_format(&text, "%s%s%s %s %s", i ? "; " : "", effect_word(listings[i].effect),
                        listings[i].is_published ? "+" : "", from, to);
        }
        ck_assert_str_eq(buffer_text(&text), wanted);
}
