/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Grades files that another program thinks up, one JSON object a line, and says what core/grade makes of each, one JSON
 * value a line. No test of itself: an independent grader compares.
 *
 *     {"policy": {...}}                                   under which every later file is graded; true, or why not
 *     {"day": DAY, "rows": [...], "listings": [...], "ended": N}
 *
 * Rows are those of tests/support/naive_grade.py, with a whole number as their case; a listing is
 * [FROM, TO or null, EFFECT]. Each file is packed and unpacked before it is graded, and graded again reduced to what may
 * be shown: the program ends with status 1 if that says anything else, and on input that is none of these.
 */
#include "registry/core/grade.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static struct policy policy;
static struct grade_inputs given, inputs, reduced;
static struct grade_outcome outcome, again;

static void give_up(const char *what, const char *about)
{
        fprintf(stderr, "grade_walk: %s: %s\n", what, about ? about : "");
        exit(EXIT_FAILURE);
}

/* ---------------------------------------------------------------- input */

static struct day day_given(const json_t *text)
{
        struct day day = DAY_NONE;

        if (json_is_string(text) && !day_parse(slice_text(json_string_value(text)), &day))
                give_up("not a day", json_string_value(text));
        return day;
}

static struct slice word_of(const json_t *row, const char *key)
{
        const char *word = json_string_value(json_object_get(row, key));

        return slice_text(word ? word : "");
}

static struct grade_record record_of(const json_t *row, uint32_t ordinal)
{
        struct grade_record r = {
                .ordinal = ordinal,
                .case_ref = (uint64_t)json_integer_value(json_object_get(row, "case")),
                .decided_on = day_given(json_object_get(row, "decided_on")),
                .publicity_end = day_given(json_object_get(row, "publicity_end")),
                .valid_through = day_given(json_object_get(row, "valid_through")),
                .fine_fen = json_integer_value(json_object_get(row, "fine_fen")),
                .confiscated_fen = json_integer_value(json_object_get(row, "confiscated_fen")),
        };
        enum penalty_kind kind;
        size_t i;
        json_t *word;

        if (!record_type_of_word(word_of(row, "type"), &r.type))
                give_up("not a type", (const char *)word_of(row, "type").data);
        if (json_object_get(row, "severity") && !severity_of_word(word_of(row, "severity"), &r.severity))
                give_up("not a severity", (const char *)word_of(row, "severity").data);
        if (!record_result_of_word(word_of(row, "result"), &r.result))
                give_up("not a result", (const char *)word_of(row, "result").data);
        if (json_object_get(row, "certificate") && !certificate_kind_of_word(word_of(row, "certificate"), &r.certificate))
                give_up("not a certificate", (const char *)word_of(row, "certificate").data);
        json_array_foreach(json_object_get(row, "kinds"), i, word) {
                if (!penalty_kind_of_word(slice_text(json_string_value(word)), &kind))
                        give_up("not a kind", json_string_value(word));
                r.kinds |= PENALTY_BIT(kind);
        }
        return r;
}

static enum listing_effect effect_of(const char *word)
{
        for (enum listing_effect effect = LISTING_IN_FORCE; effect <= LISTING_UNKNOWN; effect++)
                if (word && strcmp(listing_effect_word(effect), word) == 0)
                        return effect;
        give_up("not an effect", word);
        return LISTING_UNKNOWN;
}

static void take_file(const json_t *file)
{
        CLEANUP(buffer) struct buffer packed = BUFFER_INIT;
        size_t i;
        json_t *item;

        given.count = given.listings_count = 0;
        given.ended = (uint32_t)json_integer_value(json_object_get(file, "ended"));
        json_array_foreach(json_object_get(file, "rows"), i, item) {
                given.records[given.count] = record_of(item, (uint32_t)i + 1);
                given.count++;
        }
        json_array_foreach(json_object_get(file, "listings"), i, item) {
                given.listings[given.listings_count++] = (struct grade_listing){
                        .from = day_given(json_array_get(item, 0)),
                        .to = day_given(json_array_get(item, 1)),
                        .effect = effect_of(json_string_value(json_array_get(item, 2))),
                };
        }
        if (!inputs_encode(&given, &packed) || !inputs_decode(buffer_slice(&packed), &inputs))
                give_up("cannot be packed", NULL);
}

/* ---------------------------------------------------------------- answers */

static json_t *day_json(struct day day)
{
        char text[DAY_TEXT];

        day_format(day, text);
        return day_is_none(day) ? json_null() : json_string(text);
}

static json_t *reasons_json(void)
{
        json_t *all = json_array();

        for (uint32_t i = 0; i < outcome.count; i++) {
                const struct grade_reason *reason = &outcome.reasons[i];
                json_t *rule = reason->effect == GRADE_LIFTED ? json_sprintf("%s %s", reason->rule, outcome.grade) :
                                                                json_string(reason->rule);

                if (reason->effect > GRADE_COUNTED)
                        json_decref(rule);
                else
                        json_array_append_new(all, json_pack("[o,o,o]", rule,
                                reason->effect == GRADE_COUNTED ? json_integer(reason->points) : json_null(),
                                day_json(reason->until)));
        }
        return all;
}

static json_t *grade_file(const json_t *file)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        CLEANUP(buffer) struct buffer line_again = BUFFER_INIT;
        struct day today = day_given(json_object_get(file, "day"));

        take_file(file);
        grade_evaluate(&policy, &inputs, today, &outcome);
        inputs_reduce(&inputs, &policy, today, &reduced);
        grade_evaluate(&policy, &reduced, today, &again);
        grade_reasons_format(&outcome, &line);
        grade_reasons_format(&again, &line_again);
        if (strcmp(outcome.grade, again.grade) != 0 || outcome.score != again.score ||
                day_compare(outcome.next_change, again.next_change) != 0 ||
                !slice_equal(buffer_slice(&line), buffer_slice(&line_again)))
                give_up("differs when reduced", buffer_text(&line));
        return json_pack("[s,o,o,o]", outcome.grade, outcome.score < 0 ? json_null() : json_integer(outcome.score),
                day_json(outcome.next_change), reasons_json());
}

static json_t *take_policy(const json_t *document)
{
        struct document_error error = {0};
        char *text = json_dumps(document, JSON_COMPACT);
        json_t *said = json_true();

        if (!text)
                give_up("not a document", NULL);
        if (policy_parse(slice_text(text), &policy, &error) != DOCUMENT_SOUND)
                said = json_sprintf("%s: %s: %s", error.path, error.value, error.reason);
        free(text);
        return said;
}

int main(void)
{
        char *line = NULL;
        size_t room = 0;

        while (getline(&line, &room, stdin) > 0) {
                json_t *order = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
                const json_t *document = json_object_get(order, "policy");
                json_t *said;

                if (!order)
                        give_up("not JSON", line);
                said = document ? take_policy(document) : grade_file(order);
                if (!said || json_dumpf(said, stdout, JSON_COMPACT | JSON_ENCODE_ANY) != 0 || puts("") < 0)
                        give_up("cannot answer", NULL);
                /* Answers to many files may wait for each other; the last of a batch asks for what there is. */
                if (json_object_get(order, "flush") && fflush(stdout) != 0)
                        give_up("cannot answer", NULL);
                json_decref(said);
                json_decref(order);
        }
        free(line);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
