/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/grade.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct policy policy;
static struct grade_inputs *inputs;
static struct grade_outcome *outcome;

static struct day day_must(const char *text)
{
        struct day day = DAY_NONE;

        ck_assert_msg(!text || day_parse(slice_text(text), &day), "%s", text);
        return day;
}

static void set_up(void)
{
        const char *root = getenv("QCR_SOURCE");
        struct document_error error;
        char path[4096];
        char json[8192];
        FILE *file;

        snprintf(path, sizeof(path), "%s/share/policies/default.json", root ? root : ".");
        file = fopen(path, "r");
        ck_assert_msg(file != NULL, "%s cannot be read", path);
        ck_assert_int_eq(policy_parse(slice_of(json, fread(json, 1, sizeof(json), file)), &policy, &error),
                DOCUMENT_SOUND);
        fclose(file);
        inputs = must_alloc(sizeof(*inputs));
        outcome = must_alloc(sizeof(*outcome));
}

static void tear_down(void)
{
        free(inputs);
        free(outcome);
}

/* ------------------------------------------------------------------- cases */

#define BIT(name) PENALTY_BIT(PENALTY_##name)

struct row {
        enum record_type type;
        uint16_t kinds;
        enum severity severity;
        uint32_t case_ref;
        const char *decided_on;
        const char *publicity_end; /* of a certificate: valid_through */
};

struct listing_row {
        enum listing_effect effect; /* 0: no more */
        const char *from;
        const char *to;
};

static void add_row(const struct row *row)
{
        bool is_certificate = row->type == RECORD_CERTIFICATE;
        struct day end = day_must(row->publicity_end);

        inputs->records[inputs->count] = (struct grade_record){
                .type = row->type,
                .kinds = row->kinds,
                .severity = row->severity,
                .certificate = is_certificate ? CERTIFICATE_ISO9001 : CERTIFICATE_NONE,
                .ordinal = inputs->count + 1,
                .case_ref = row->case_ref,
                .decided_on = day_must(row->decided_on),
                .publicity_end = is_certificate ? DAY_NONE : end,
                .valid_through = is_certificate ? end : DAY_NONE,
        };
        inputs->count++;
}

static void add_listing(const struct listing_row *row)
{
        inputs->listings[inputs->listings_count++] = (struct grade_listing){
                .effect = row->effect,
                .from = day_must(row->from),
                .to = day_must(row->to),
        };
}

#define P RECORD_PENALTY
#define TODAY "2026-11-24"
#define WORKED_EXAMPLE \
        {P, BIT(FINE), 0, 7, "2026-01-01", "2027-01-01"}, \
        {P, BIT(CLOSURE), 0, 7, "2026-01-02", "2028-01-01"}, \
        {P, BIT(WARNING), 0, 90, "2026-07-18", "2027-01-18"}, \
        {P, BIT(REVOCATION), 0, 1, "2020-01-01", "2023-01-01"}, \
        {RECORD_CERTIFICATE, 0, 0, 5, "2024-05-01", NULL}

static const struct {
        const char *name;
        struct row rows[6];
        struct listing_row listings[4];
        const char *grade;
        int32_t score;
        const char *next_change;
        const char *reasons;
} cases[] = {
        {.name = "no record is no grade", .grade = "unrated", .score = -1, .reasons = ""},
        {.name = "an award alone is a record", .rows = {{RECORD_AWARD, 0, 0, 1, "2020-01-01", NULL}},
                .grade = "A", .score = 100, .reasons = ""},
        {.name = "a record of tomorrow is none yet", .rows = {{RECORD_AWARD, 0, 0, 1, "2026-11-25", NULL}},
                .grade = "unrated", .score = -1, .next_change = "2026-11-25", .reasons = ""},
        {.name = "a warning costs 5", .rows = {{P, BIT(WARNING), 0, 1, "2026-03-24", "2027-03-24"}},
                .grade = "A", .score = 95, .next_change = "2027-03-24",
                .reasons = "penalty.warning -5 until 2027-03-24"},
        {.name = "90 is A still: lower bounds are inclusive",
                .rows = {{P, BIT(FINE), 0, 1, "2026-07-17", "2027-07-17"}}, .grade = "A", .score = 90,
                .next_change = "2027-07-17", .reasons = "penalty.fine -10 until 2027-07-17"},
        {.name = "89 would be B: 85 is",
                .rows = {{P, BIT(FINE), 0, 1, "2026-07-17", "2027-07-17"},
                        {P, BIT(WARNING), 0, 2, "2026-07-18", "2027-01-18"}},
                .grade = "B", .score = 85, .next_change = "2027-01-18",
                .reasons = "penalty.fine -10 until 2027-07-17; penalty.warning -5 until 2027-01-18"},
        {.name = "a record counts on the last day of its publicity",
                .rows = {{P, BIT(CLOSURE), 0, 1, "2025-11-25", "2026-11-25"}}, .grade = "B", .score = 70,
                .next_change = "2026-11-25", .reasons = "penalty.closure -30 until 2026-11-25"},
        {.name = "and on the next day no more, nor is it shown, but the file is rated",
                .rows = {{P, BIT(CLOSURE), 0, 1, "2025-11-24", TODAY}}, .grade = "A", .score = 100,
                .reasons = ""},
        {.name = "without publicity twelve months", .rows = {{P, BIT(FINE), 0, 1, "2025-11-25", NULL}},
                .grade = "A", .score = 90, .next_change = "2026-11-25",
                .reasons = "penalty.fine -10 until 2026-11-25"},
        {.name = "twelve months have gone by", .rows = {{P, BIT(FINE), 0, 1, "2025-11-24", NULL}},
                .grade = "A", .score = 100, .reasons = ""},
        {.name = "it counts from the day of decision", .rows = {{P, BIT(FINE), 0, 1, TODAY, "2027-01-01"}},
                .grade = "A", .score = 90, .next_change = "2027-01-01",
                .reasons = "penalty.fine -10 until 2027-01-01"},
        {.name = "and not before", .rows = {{P, BIT(FINE), 0, 1, "2026-12-01", "2027-01-01"},
                        {RECORD_COMMITMENT, 0, 0, 2, "2020-01-01", NULL}},
                .grade = "A", .score = 100, .next_change = "2026-12-01", .reasons = ""},
        {.name = "of several penalties of one decision the heaviest counts",
                .rows = {{P, BIT(WARNING) | BIT(FINE) | BIT(CONFISCATION), 0, 1, "2026-01-01", "2027-01-01"}},
                .grade = "B", .score = 80, .next_change = "2027-01-01",
                .reasons = "penalty.confiscation -20 until 2027-01-01"},
        {.name = "of equal penalties the last of the table is named",
                .rows = {{P, BIT(WARNING) | BIT(CRITICISM), 0, 1, "2026-01-01", "2027-01-01"}},
                .grade = "A", .score = 95, .next_change = "2027-01-01",
                .reasons = "penalty.criticism -5 until 2027-01-01"},
        {.name = "of several records of one case the heaviest counts",
                .rows = {{P, BIT(FINE), 0, 7, "2026-01-01", "2027-01-01"},
                        {P, BIT(CLOSURE), 0, 7, "2026-01-02", "2028-01-01"},
                        {P, BIT(WARNING), 0, 7, "2026-01-03", "2029-01-01"}},
                .grade = "B", .score = 70, .next_change = "2027-01-01",
                .reasons = "penalty.closure -30 until 2028-01-01"},
        {.name = "when the heaviest is over the next heaviest counts",
                .rows = {{P, BIT(CLOSURE), 0, 7, "2026-01-02", "2026-11-01"},
                        {P, BIT(FINE), 0, 7, "2026-01-01", "2027-01-01"}},
                .grade = "A", .score = 90, .next_change = "2027-01-01",
                .reasons = "penalty.fine -10 until 2027-01-01"},
        {.name = "of equals the one that lasts longer",
                .rows = {{P, BIT(FINE), 0, 7, "2026-01-01", "2027-01-01"},
                        {P, BIT(FINE), 0, 7, "2026-01-01", "2027-06-01"}},
                .grade = "A", .score = 90, .next_change = "2027-01-01",
                .reasons = "penalty.fine -10 until 2027-06-01"},
        {.name = "a finding of the same case falls under the penalty for it",
                .rows = {{RECORD_SAMPLING, 0, SEVERITY_ORDINARY, 7, "2026-01-01", "2027-01-01"},
                        {P, BIT(CONFISCATION), 0, 7, "2026-01-01", "2027-01-01"}},
                .grade = "B", .score = 80, .next_change = "2027-01-01",
                .reasons = "penalty.confiscation -20 until 2027-01-01"},
        {.name = "sampling by severity; none stated is ordinary",
                .rows = {{RECORD_SAMPLING, 0, SEVERITY_SERIOUS, 1, "2026-01-01", "2027-01-01"},
                        {RECORD_SAMPLING, 0, SEVERITY_NONE, 2, "2026-01-01", "2027-01-01"},
                        {RECORD_SAMPLING, 0, SEVERITY_ORDINARY, 3, "2026-01-01", "2027-01-02"}},
                .grade = "C", .score = 60, .next_change = "2027-01-01",
                .reasons = "sampling.serious -20 until 2027-01-01; sampling.ordinary -10 until 2027-01-02; "
                           "sampling.ordinary -10 until 2027-01-01"},
        {.name = "what the policy gives no points costs nothing",
                .rows = {{RECORD_ACCIDENT, 0, SEVERITY_SERIOUS, 1, "2026-01-01", "2027-01-01"}},
                .grade = "A", .score = 100, .reasons = ""},
        {.name = "40 is C still", .rows = {{P, BIT(WITHDRAWAL), 0, 1, "2026-01-01", "2027-01-01"}},
                .grade = "C", .score = 40, .next_change = "2027-01-01",
                .reasons = "penalty.withdrawal -60 until 2027-01-01"},
        {.name = "and 35 is D", .rows = {{P, BIT(WITHDRAWAL), 0, 1, "2026-01-01", "2027-01-01"},
                        {P, BIT(CRITICISM), 0, 2, "2026-01-01", "2027-01-01"}},
                .grade = "D", .score = 35, .next_change = "2027-01-01",
                .reasons = "penalty.withdrawal -60 until 2027-01-01; penalty.criticism -5 until 2027-01-01"},
        {.name = "the score never falls below 0",
                .rows = {{P, BIT(REVOCATION), 0, 1, "2026-01-01", "2028-01-01"},
                        {P, BIT(WITHDRAWAL), 0, 2, "2026-01-01", "2027-01-01"}},
                .grade = "D", .score = 0, .next_change = "2027-01-01",
                .reasons = "penalty.revocation -100 until 2028-01-01; "
                           "penalty.withdrawal -60 until 2027-01-01"},
        {.name = "a listing in force is D, even without a record",
                .listings = {{LISTING_IN_FORCE, "2026-01-01", "2029-01-01"}}, .grade = "D", .score = 100,
                .next_change = "2029-01-01", .reasons = "listing until 2029-01-01"},
        {.name = "a listing without end", .rows = {{P, BIT(FINE), 0, 1, "2026-01-01", "2027-01-01"}},
                .listings = {{LISTING_IN_FORCE, TODAY, NULL}}, .grade = "D", .score = 90,
                .next_change = "2027-01-01", .reasons = "listing; penalty.fine -10 until 2027-01-01"},
        {.name = "a listing to come", .rows = {{RECORD_AWARD, 0, 0, 1, "2020-01-01", NULL}},
                .listings = {{LISTING_IN_FORCE, "2026-12-01", NULL}}, .grade = "A", .score = 100,
                .next_change = "2026-12-01", .reasons = ""},
        {.name = "a listing that is over", .rows = {{RECORD_AWARD, 0, 0, 1, "2020-01-01", NULL}},
                .listings = {{LISTING_IN_FORCE, "2023-11-24", TODAY}}, .grade = "A", .score = 100,
                .reasons = ""},
        {.name = "suspended, quashed or unknown is not in force",
                .rows = {{RECORD_AWARD, 0, 0, 1, "2020-01-01", NULL}},
                .listings = {{LISTING_SUSPENDED, "2026-01-01", "2027-01-01"},
                        {LISTING_QUASHED, "2026-01-01", "2028-01-01"},
                        {LISTING_UNKNOWN, "2026-01-01", NULL}},
                .grade = "A", .score = 100, .reasons = ""},
        {.name = "the worked example of docs/POLICY.md", .rows = {WORKED_EXAMPLE}, .grade = "C", .score = 65,
                .next_change = "2027-01-01",
                .reasons = "penalty.closure -30 until 2028-01-01; penalty.warning -5 until 2027-01-18"},
        {.name = "and listed", .rows = {WORKED_EXAMPLE},
                .listings = {{LISTING_IN_FORCE, "2026-06-01", "2029-06-01"}}, .grade = "D", .score = 65,
                .next_change = "2027-01-01",
                .reasons = "listing until 2029-06-01; penalty.closure -30 until 2028-01-01; "
                           "penalty.warning -5 until 2027-01-18"},
};

START_TEST(the_default_policy_gives_the_grade_that_the_documentation_says)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        const char *name = cases[_i].name;

        for (int i = 0; i < COUNT(cases[0].rows) && cases[_i].rows[i].type; i++)
                add_row(&cases[_i].rows[i]);
        for (int i = 0; i < COUNT(cases[0].listings) && cases[_i].listings[i].effect; i++)
                add_listing(&cases[_i].listings[i]);
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_msg(strcmp(outcome->grade, cases[_i].grade) == 0, "%s: %s", name, outcome->grade);
        ck_assert_msg(outcome->score == cases[_i].score, "%s: %d", name, outcome->score);
        ck_assert_msg(outcome->next_change.number == day_must(cases[_i].next_change).number, "%s: %d", name,
                outcome->next_change.number);
        grade_reasons_format(outcome, &line);
        ck_assert_msg(strcmp(buffer_text(&line), cases[_i].reasons) == 0, "%s: %s", name, buffer_text(&line));
}
END_TEST

static void use_gates(void)
{
        policy.gates_count = 2;
        policy.gates[0] = (struct policy_gate){.grade = "AAA", .of = 0, .months_without_deduction = 24,
                .certificates = 1u << CERTIFICATE_ISO9001, .held_months = 36};
        policy.gates[1] = (struct policy_gate){.grade = "AA", .of = 0, .months_without_deduction = 6};
}

static const struct {
        const char *name;
        struct row rows[3];
        const char *day;
        const char *grade;
        const char *next_change;
        const char *reasons;
} gate_cases[] = {
        {"three years of the certificate give the best grade until it ends",
                {{RECORD_CERTIFICATE, 0, 0, 1, "2023-11-24", "2028-05-31"}}, TODAY,
                "AAA", "2028-06-01", "gate AAA"},
        {"a day before they do not, and the day is known",
                {{RECORD_CERTIFICATE, 0, 0, 1, "2023-11-25", NULL}}, TODAY, "AA", "2026-11-25", "gate AA"},
        {"the certificate holds on its last day",
                {{RECORD_CERTIFICATE, 0, 0, 1, "2020-01-01", TODAY}}, TODAY, "AAA", "2026-11-25", "gate AAA"},
        {"a warning that counts holds the gates shut for their time, then the next opens",
                {{P, BIT(WARNING), 0, 1, "2026-10-01", "2029-10-01"},
                        {RECORD_CERTIFICATE, 0, 0, 2, "2020-01-01", NULL}},
                TODAY, "A", "2027-04-01", "penalty.warning -5 until 2029-10-01"},
        {"a warning that no longer counts is not used by the gate either",
                {{P, BIT(WARNING), 0, 1, "2026-08-01", "2026-11-01"},
                        {RECORD_CERTIFICATE, 0, 0, 2, "2020-01-01", NULL}},
                TODAY, "AAA", NULL, "gate AAA"},
        {"a gate of A does not lift B", {{P, BIT(CLOSURE), 0, 1, "2020-01-01", "2029-10-01"},
                        {RECORD_CERTIFICATE, 0, 0, 2, "2020-01-01", NULL}},
                TODAY, "B", "2029-10-01", "penalty.closure -30 until 2029-10-01"},
};

START_TEST(a_gate_lifts_only_while_everything_that_it_asks_for_holds)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        const char *name = gate_cases[_i].name;

        use_gates();
        for (int i = 0; i < COUNT(gate_cases[0].rows) && gate_cases[_i].rows[i].type; i++)
                add_row(&gate_cases[_i].rows[i]);
        grade_evaluate(&policy, inputs, day_must(gate_cases[_i].day), outcome);
        ck_assert_msg(strcmp(outcome->grade, gate_cases[_i].grade) == 0, "%s: %s", name, outcome->grade);
        ck_assert_msg(outcome->next_change.number == day_must(gate_cases[_i].next_change).number,
                "%s: %d", name, outcome->next_change.number);
        grade_reasons_format(outcome, &line);
        ck_assert_msg(strcmp(buffer_text(&line), gate_cases[_i].reasons) == 0, "%s: %s", name,
                buffer_text(&line));
}
END_TEST

START_TEST(a_listing_shuts_every_gate)
{
        use_gates();
        add_row(&(struct row){RECORD_CERTIFICATE, 0, 0, 1, "2020-01-01", NULL});
        add_listing(&(struct listing_row){LISTING_IN_FORCE, "2026-01-01", "2027-01-01"});
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_str_eq(outcome->grade, "D");
        ck_assert_uint_eq(outcome->count, 1);
        ck_assert_int_eq(outcome->reasons[0].effect, GRADE_VETO);
}
END_TEST

START_TEST(a_veto_never_lifts_a_grade_that_is_lower_already)
{
        policy.veto = 1;
        add_row(&(struct row){P, BIT(REVOCATION), 0, 1, "2026-01-01", "2027-01-01"});
        add_listing(&(struct listing_row){LISTING_IN_FORCE, "2026-01-01", "2027-01-01"});
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_str_eq(outcome->grade, "D");
        inputs->count = 0;
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_str_eq(outcome->grade, "B");
}
END_TEST

START_TEST(a_policy_may_count_months_but_never_past_the_publicity)
{
        policy.window = POLICY_MONTHS;
        policy.window_months = 6;
        add_row(&(struct row){P, BIT(FINE), 0, 1, "2026-08-31", "2029-08-31"});
        add_row(&(struct row){P, BIT(FINE), 0, 2, "2026-08-31", "2026-12-01"});
        add_row(&(struct row){P, BIT(FINE), 0, 3, "2026-08-31", NULL}); /* six months: 28 February */
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_int_eq(outcome->score, 70);
        ck_assert_int_eq(outcome->next_change.number, day_must("2026-12-01").number);
        grade_evaluate(&policy, inputs, day_must("2026-12-01"), outcome);
        ck_assert_int_eq(outcome->score, 80);
        ck_assert_int_eq(outcome->next_change.number, day_must("2027-02-28").number);
        grade_evaluate(&policy, inputs, day_must("2027-02-28"), outcome);
        ck_assert_int_eq(outcome->score, 100);
        ck_assert(day_is_none(outcome->next_change));
}
END_TEST

START_TEST(every_record_counts_where_the_policy_does_not_gather_cases)
{
        policy.heaviest_per_case = false;
        add_row(&(struct row){P, BIT(FINE), 0, 7, "2026-01-01", "2027-01-01"});
        add_row(&(struct row){P, BIT(CLOSURE), 0, 7, "2026-01-01", "2027-01-01"});
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_int_eq(outcome->score, 60);
}
END_TEST

START_TEST(superseded_and_expired_records_are_reasons_that_the_line_leaves_out)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        static const enum grade_effect effects[] = {GRADE_COUNTED, GRADE_SUPERSEDED, GRADE_EXPIRED};
        static const uint32_t ordinals[] = {2, 1, 3};

        add_row(&(struct row){P, BIT(FINE), 0, 7, "2026-01-01", "2027-01-01"});
        add_row(&(struct row){P, BIT(CLOSURE), 0, 7, "2026-01-01", "2027-01-01"});
        add_row(&(struct row){P, BIT(REVOCATION), 0, 8, "2020-01-01", "2023-01-01"});
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_uint_eq(outcome->count, 3);
        for (int i = 0; i < 3; i++) {
                ck_assert_int_eq(outcome->reasons[i].effect, effects[i]);
                ck_assert_uint_eq(outcome->reasons[i].ordinal, ordinals[i]);
        }
        grade_reasons_format(outcome, &line);
        ck_assert_str_eq(buffer_text(&line), "penalty.closure -30 until 2027-01-01");
}
END_TEST

START_TEST(the_line_of_reasons_is_held_to_600_octets_and_says_how_many_more)
{
        size_t longest = 0;

        for (uint32_t count = 1; count <= GRADE_RECORDS_MAX; count += count < 40 ? 1 : 41) {
                CLEANUP(buffer) struct buffer line = BUFFER_INIT;
                unsigned shown = 0, more = 0;

                inputs->count = 0;
                for (uint32_t i = 0; i < count; i++)
                        add_row(&(struct row){P, BIT(CONFISCATION), 0, i, "2026-01-01", "2027-01-01"});
                grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
                buffer_add_text(&line, ">");
                grade_reasons_format(outcome, &line);
                for (const char *c = buffer_text(&line); (c = strstr(c, "penalty.confiscation -20")); c++)
                        shown++;
                if (strstr(buffer_text(&line), "... and "))
                        more = (unsigned)atoi(strstr(buffer_text(&line), "... and ") + 8);
                ck_assert_uint_eq(shown + more, count);
                ck_assert_uint_ne(more, 1);
                ck_assert_uint_le(line.length - 1, GRADE_REASONS_TEXT);
                longest = line.length - 1 > longest ? line.length - 1 : longest;
        }
        ck_assert_uint_gt(longest, GRADE_REASONS_TEXT - 60);
}
END_TEST

START_TEST(every_effect_has_its_stable_word)
{
        ck_assert_str_eq(grade_effect_word(GRADE_VETO), "veto");
        ck_assert_str_eq(grade_effect_word(GRADE_LIFTED), "lifted");
        ck_assert_str_eq(grade_effect_word(GRADE_COUNTED), "counted");
        ck_assert_str_eq(grade_effect_word(GRADE_SUPERSEDED), "superseded");
        ck_assert_str_eq(grade_effect_word(GRADE_EXPIRED), "expired");
}
END_TEST

START_TEST(a_file_as_full_as_it_may_be_is_graded)
{
        for (uint32_t i = 0; i < GRADE_RECORDS_MAX; i++)
                add_row(&(struct row){P, BIT(WARNING), 0, i % 2 ? 0 : i, "2026-01-01", "2027-01-01"});
        for (uint32_t i = 0; i < GRADE_LISTINGS_MAX; i++)
                add_listing(&(struct listing_row){LISTING_IN_FORCE, "2026-01-01", "2027-01-01"});
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_str_eq(outcome->grade, "D");
        ck_assert_uint_eq(outcome->count, GRADE_RECORDS_MAX + GRADE_LISTINGS_MAX);
        inputs->listings_count = 0;
        use_gates();
        policy.gates[0] = (struct policy_gate){.grade = "DD", .of = 3, .months_without_deduction = 1};
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_str_eq(outcome->grade, "DD");
        ck_assert_uint_eq(outcome->count, GRADE_RECORDS_MAX + 1);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("grade");
        TCase *table = tcase_create("cases");

        tcase_add_checked_fixture(table, set_up, tear_down);
        tcase_add_loop_test(table, the_default_policy_gives_the_grade_that_the_documentation_says, 0,
                COUNT(cases));
        tcase_add_loop_test(table, a_gate_lifts_only_while_everything_that_it_asks_for_holds, 0,
                COUNT(gate_cases));
        tcase_add_test(table, a_listing_shuts_every_gate);
        tcase_add_test(table, a_veto_never_lifts_a_grade_that_is_lower_already);
        tcase_add_test(table, a_policy_may_count_months_but_never_past_the_publicity);
        tcase_add_test(table, every_record_counts_where_the_policy_does_not_gather_cases);
        tcase_add_test(table, superseded_and_expired_records_are_reasons_that_the_line_leaves_out);
        tcase_add_test(table, the_line_of_reasons_is_held_to_600_octets_and_says_how_many_more);
        tcase_add_test(table, a_file_as_full_as_it_may_be_is_graded);
        tcase_add_test(table, every_effect_has_its_stable_word);
        suite_add_tcase(suite, table);

        return suite_run(suite);
}
