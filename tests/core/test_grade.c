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

static void load_policy(const char *name)
{
        const char *root = getenv("QCR_SOURCE");
        struct document_error error;
        char path[4096];
        char json[16384];
        FILE *file;

        snprintf(path, sizeof(path), "%s/share/policies/%s.json", root ? root : ".", name);
        file = fopen(path, "r");
        ck_assert_msg(file != NULL, "%s cannot be read", path);
        ck_assert_int_eq(policy_parse(slice_of(json, fread(json, 1, sizeof(json), file)), &policy, &error),
                DOCUMENT_SOUND);
        fclose(file);
}

static void set_up(void)
{
        load_policy("default");
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

/* Two certificates that follow on each other, a fine, a sampling that passed; and then a warning. */
static void second_example(int64_t fine_fen, const char *shown_until)
{
        load_policy("quality-credit-aaa");
        add_row(&(struct row){RECORD_CERTIFICATE, 0, 0, 1, "2021-03-01", "2024-02-29"});
        add_row(&(struct row){RECORD_CERTIFICATE, 0, 0, 2, "2024-03-01", "2027-02-28"});
        add_row(&(struct row){P, BIT(FINE), 0, 61, "2025-10-20", shown_until});
        add_row(&(struct row){RECORD_SAMPLING, 0, 0, 12, "2026-05-06", NULL});
        inputs->records[2].fine_fen = fine_fen;
        inputs->records[3].result = RECORD_RESULT_PASS;
}

static void check_example(const char *day, const char *grade, const char *next_change, const char *reasons)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;

        grade_evaluate(&policy, inputs, day_must(day), outcome);
        grade_reasons_format(outcome, &line);
        ck_assert_str_eq(outcome->grade, grade);
        ck_assert_int_eq(outcome->next_change.number, day_must(next_change).number);
        ck_assert_str_eq(buffer_text(&line), reasons);
}

START_TEST(the_policy_of_six_grades_gives_what_its_worked_example_says)
{
        second_example(3000000, "2026-10-20");
        check_example(TODAY, "AAA", "2027-03-01", "gate AAA");
        check_example("2027-03-01", "A", NULL, "");
        inputs->count = 0;
        second_example(6000000, "2028-10-20");
        check_example(TODAY, "B", "2028-10-20", "penalty.fine -15 until 2028-10-20");
        add_row(&(struct row){P, BIT(WARNING), 0, 90, "2026-06-01", "2026-12-01"});
        check_example(TODAY, "B", "2026-12-01",
                "penalty.fine -15 until 2028-10-20; penalty.warning -5 until 2026-12-01");
        check_example("2026-10-19", "D", "2026-10-20",
                "repeat.two-penalties-a-year until 2026-10-20; penalty.fine -15 until 2028-10-20; "
                "penalty.warning -5 until 2026-12-01");
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

static void add_certificate(const char *decided_on, const char *valid_through)
{
        add_row(&(struct row){RECORD_CERTIFICATE, 0, 0, 1, decided_on, valid_through});
}

static const struct {
        const char *name;
        const char *certificates[4][2]; /* from, through */
        const char *grade;
        const char *next_change;
} renewals[] = {
        {"a certificate that takes over the next day goes on holding",
                {{"2022-06-01", "2025-05-31"}, {"2025-06-01", "2028-05-31"}}, "AAA", "2028-06-01"},
        {"and so does one that takes over before its time",
                {{"2022-06-01", "2025-05-31"}, {"2025-03-01", "2028-05-31"}}, "AAA", "2028-06-01"},
        {"in whatever order they were filed",
                {{"2025-06-01", "2028-05-31"}, {"2022-06-01", "2025-05-31"}}, "AAA", "2028-06-01"},
        {"a day without one begins anew", {{"2022-06-01", "2025-05-30"}, {"2025-06-01", "2028-05-31"}}, "AA",
                NULL}, /* its three years are over when it is */
        {"a renewal without end opens the gate for good", {{"2024-06-01", "2027-05-31"}, {"2027-06-01", NULL}}, "AA",
                "2027-06-01"},
        {"one that does not come in time shuts it", {{"2022-06-01", "2027-05-31"}, {"2027-06-02", NULL}}, "AAA",
                "2027-06-01"},
        {"one inside another adds nothing", {{"2022-06-01", "2027-05-31"}, {"2024-01-01", "2024-12-31"}}, "AAA",
                "2027-06-01"},
};

START_TEST(a_certificate_is_held_without_a_gap_by_those_that_follow_on_each_other)
{
        const char *name = renewals[_i].name;

        use_gates();
        for (int i = 0; i < COUNT(renewals[0].certificates) && renewals[_i].certificates[i][0]; i++)
                add_certificate(renewals[_i].certificates[i][0], renewals[_i].certificates[i][1]);
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_msg(strcmp(outcome->grade, renewals[_i].grade) == 0, "%s: %s", name, outcome->grade);
        ck_assert_msg(outcome->next_change.number == day_must(renewals[_i].next_change).number, "%s: %d", name,
                outcome->next_change.number);
}
END_TEST

START_TEST(a_certificate_that_is_not_shown_any_more_opens_no_gate)
{
        use_gates();
        add_certificate("2020-01-01", NULL);
        inputs->records[0].publicity_end = day_must("2027-01-01");
        grade_evaluate(&policy, inputs, day_must("2026-12-31"), outcome);
        ck_assert_str_eq(outcome->grade, "AAA");
        ck_assert_int_eq(outcome->next_change.number, day_must("2027-01-01").number);
        grade_evaluate(&policy, inputs, day_must("2027-01-01"), outcome);
        ck_assert_str_eq(outcome->grade, "AA");
}
END_TEST

static const struct {
        const char *name;
        uint16_t kinds;
        enum severity severity;
        int64_t fine_fen, confiscated_fen;
        const char *reasons;
} prices[] = {
        {"an amount below the first tier costs what the kind does", BIT(FINE), SEVERITY_NONE, 499999, 0,
                "penalty.fine -10 until 2027-01-01"},
        {"a tier begins with its amount", BIT(FINE), SEVERITY_NONE, 500000, 0, "penalty.fine -15 until 2027-01-01"},
        {"a fen below the second tier is the first", BIT(FINE), SEVERITY_NONE, 1999999, 0, "penalty.fine -15 until 2027-01-01"},
        {"the last tier has no end", BIT(FINE), SEVERITY_NONE, INT64_MAX, 0, "penalty.fine -40 until 2027-01-01"},
        {"each amount has tiers of its own", BIT(FINE) | BIT(CONFISCATION), SEVERITY_NONE, 1, 100,
                "penalty.confiscation -25 until 2027-01-01"},
        {"an amount without its kind costs nothing more", BIT(WARNING), SEVERITY_NONE, 5000000, 5000000,
                "penalty.warning -5 until 2027-01-01"},
        {"a serious one costs more", BIT(FINE), SEVERITY_SERIOUS, 0, 0, "penalty.fine.serious -20 until 2027-01-01"},
        {"an ordinary one does not", BIT(FINE), SEVERITY_ORDINARY, 0, 0, "penalty.fine -10 until 2027-01-01"},
        {"of a serious one with an amount the greater number counts", BIT(FINE), SEVERITY_SERIOUS, 500000, 0,
                "penalty.fine.serious -20 until 2027-01-01"},
        {"and so it does the other way round", BIT(FINE), SEVERITY_SERIOUS, 5000000, 0,
                "penalty.fine -40 until 2027-01-01"},
        {"where serious costs the same it is not named", BIT(WARNING), SEVERITY_SERIOUS, 0, 0,
                "penalty.warning -5 until 2027-01-01"},
};

START_TEST(a_penalty_costs_by_its_amount_and_by_being_serious)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;

        policy.tiers_count[0] = 2;
        policy.tiers[0][0] = (struct policy_tier){500000, 15};
        policy.tiers[0][1] = (struct policy_tier){2000000, 40};
        policy.tiers_count[1] = 1;
        policy.tiers[1][0] = (struct policy_tier){100, 25};
        policy.points[POLICY_RULE_SERIOUS_PENALTY(PENALTY_FINE)] = 20;
        add_row(&(struct row){P, prices[_i].kinds, prices[_i].severity, 1, "2026-01-01", "2027-01-01"});
        inputs->records[0].fine_fen = prices[_i].fine_fen;
        inputs->records[0].confiscated_fen = prices[_i].confiscated_fen;
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        grade_reasons_format(outcome, &line);
        ck_assert_msg(strcmp(buffer_text(&line), prices[_i].reasons) == 0, "%s: %s", prices[_i].name, buffer_text(&line));
}
END_TEST

START_TEST(what_passed_or_was_settled_costs_nothing_and_every_finding_costs_what_the_policy_says)
{
        static const enum record_type types[] = {RECORD_SAMPLING, RECORD_RECALL, RECORD_COMPLAINT, RECORD_ACCIDENT,
                RECORD_BREACH, RECORD_ACCEPTANCE, RECORD_INSPECTION};

        for (int i = 0; i < COUNT(types); i++) {
                policy.points[policy_rule_finding(types[i], SEVERITY_ORDINARY)] = 3 + i;
                inputs->count = 0;
                add_row(&(struct row){types[i], 0, SEVERITY_NONE, 1, "2026-01-01", "2027-01-01"});
                grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
                ck_assert_int_eq(outcome->score, 97 - i);
                if (!record_type_has_result(types[i]))
                        continue;
                inputs->records[0].result = RECORD_RESULT_FAIL;
                grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
                ck_assert_int_eq(outcome->score, 97 - i);
                inputs->records[0].result = RECORD_RESULT_PASS;
                grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
                ck_assert_int_eq(outcome->score, 100);
                ck_assert_uint_eq(outcome->count, 0);
        }
}
END_TEST

START_TEST(a_type_may_count_for_a_time_of_its_own_but_never_past_its_publicity)
{
        policy.type_months[P] = 3;
        add_row(&(struct row){P, BIT(FINE), 0, 1, "2026-09-30", "2029-08-31"});
        add_row(&(struct row){P, BIT(FINE), 0, 2, "2026-09-30", "2026-12-01"});
        add_row(&(struct row){P, BIT(FINE), 0, 3, "2026-09-30", NULL});
        add_row(&(struct row){RECORD_SAMPLING, 0, 0, 4, "2026-01-01", "2029-08-31"});
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_int_eq(outcome->score, 60);
        ck_assert_int_eq(outcome->next_change.number, day_must("2026-12-01").number);
        grade_evaluate(&policy, inputs, day_must("2026-12-01"), outcome);
        ck_assert_int_eq(outcome->next_change.number, day_must("2026-12-30").number);
        grade_evaluate(&policy, inputs, day_must("2026-12-30"), outcome);
        ck_assert_int_eq(outcome->score, 90);
}
END_TEST

static const struct {
        const char *name;
        struct row rows[5];
        const char *grade;
        const char *next_change;
        const char *reasons;
} repeat_cases[] = {
        {"two cases are not three", {{P, BIT(WARNING), 0, 1, "2026-03-01", "2028-03-01"},
                                            {P, BIT(WARNING), 0, 2, "2026-04-01", "2028-03-01"}},
                "A", "2028-03-01", "penalty.warning -5 until 2028-03-01; penalty.warning -5 until 2028-03-01"},
        {"three of one case are one", {{P, BIT(WARNING), 0, 1, "2026-03-01", "2028-03-01"},
                                              {P, BIT(WARNING), 0, 1, "2026-04-01", "2028-03-01"},
                                              {P, BIT(WARNING), 0, 1, "2026-05-01", "2028-03-01"}},
                "A", "2028-03-01", "penalty.warning -5 until 2028-03-01"},
        {"three hold the grade down until the months of the first are over",
                {{P, BIT(WARNING), 0, 1, "2026-03-01", "2028-03-01"}, {P, BIT(WARNING), 0, 2, "2026-04-01", "2028-03-01"},
                        {P, BIT(WARNING), 0, 3, "2026-05-01", "2028-03-01"}},
                "C", "2027-03-01",
                "repeat.three until 2027-03-01; penalty.warning -5 until 2028-03-01; penalty.warning -5 until 2028-03-01; "
                "penalty.warning -5 until 2028-03-01"},
        {"or until one of them does not count any more",
                {{P, BIT(WARNING), 0, 1, "2026-03-01", "2028-03-01"}, {P, BIT(WARNING), 0, 2, "2026-04-01", "2026-12-01"},
                        {P, BIT(WARNING), 0, 3, "2026-05-01", "2028-03-01"}},
                "C", "2026-12-01",
                "repeat.three until 2026-12-01; penalty.warning -5 until 2028-03-01; penalty.warning -5 until 2028-03-01; "
                "penalty.warning -5 until 2026-12-01"},
        {"a fourth keeps it holding", {{P, BIT(WARNING), 0, 1, "2026-03-01", "2026-12-01"},
                                              {P, BIT(WARNING), 0, 2, "2026-04-01", "2026-12-01"},
                                              {P, BIT(WARNING), 0, 3, "2026-05-01", "2026-12-02"},
                                              {P, BIT(WARNING), 0, 4, "2026-06-01", "2026-12-03"}},
                "C", "2026-12-01",
                "repeat.three until 2026-12-01; penalty.warning -5 until 2026-12-03; penalty.warning -5 until 2026-12-02; "
                "penalty.warning -5 until 2026-12-01; penalty.warning -5 until 2026-12-01"},
        {"other types are not meant", {{P, BIT(WARNING), 0, 1, "2026-03-01", "2028-03-01"},
                                              {P, BIT(WARNING), 0, 2, "2026-04-01", "2028-03-01"},
                                              {RECORD_ACCIDENT, 0, 0, 3, "2026-05-01", "2028-03-01"}},
                "A", "2028-03-01", "penalty.warning -5 until 2028-03-01; penalty.warning -5 until 2028-03-01"},
        {"a serious one is enough for a rule of serious ones",
                {{RECORD_COMPLAINT, 0, SEVERITY_SERIOUS, 1, "2026-03-01", "2026-12-01"}}, "D", "2026-12-01",
                "repeat.serious until 2026-12-01"},
        {"an ordinary one is not", {{RECORD_COMPLAINT, 0, SEVERITY_ORDINARY, 1, "2026-03-01", "2026-12-01"}}, "A", NULL, ""},
        {"one to come begins it on its day", {{RECORD_COMPLAINT, 0, SEVERITY_SERIOUS, 1, "2026-12-01", "2027-12-01"},
                                                     {RECORD_AWARD, 0, 0, 1, "2020-01-01", NULL}},
                "A", "2026-12-01", ""},
};

START_TEST(a_repeat_rule_holds_the_grade_down_while_enough_cases_count)
{
        CLEANUP(buffer) struct buffer line = BUFFER_INIT;
        const char *name = repeat_cases[_i].name;

        policy.repeats_count = 2;
        policy.repeats[0] = (struct policy_repeat){.word = "repeat.three", .types = 1u << P | 1u << RECORD_SAMPLING,
                .count = 3, .months = 12, .band = 2};
        policy.repeats[1] = (struct policy_repeat){.word = "repeat.serious", .types = 1u << RECORD_COMPLAINT,
                .severity = SEVERITY_SERIOUS, .count = 1, .months = 60, .band = 3};
        for (int i = 0; i < COUNT(repeat_cases[0].rows) && repeat_cases[_i].rows[i].type; i++)
                add_row(&repeat_cases[_i].rows[i]);
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_msg(strcmp(outcome->grade, repeat_cases[_i].grade) == 0, "%s: %s", name, outcome->grade);
        ck_assert_msg(outcome->next_change.number == day_must(repeat_cases[_i].next_change).number, "%s: %d", name,
                outcome->next_change.number);
        grade_reasons_format(outcome, &line);
        ck_assert_msg(strcmp(buffer_text(&line), repeat_cases[_i].reasons) == 0, "%s: %s", name, buffer_text(&line));
}
END_TEST

START_TEST(a_repeat_rule_holds_before_too_few_records_make_a_file_unrated)
{
        policy.records_ever = 5;
        policy.repeats_count = 1;
        policy.repeats[0] = (struct policy_repeat){.word = "repeat.one", .types = 1u << P, .count = 1, .months = 12, .band = 1};
        add_row(&(struct row){P, BIT(WARNING), 0, 1, "2026-03-01", "2028-03-01"});
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_str_eq(outcome->grade, "B");
        ck_assert_int_eq(outcome->next_change.number, day_must("2027-03-01").number);
        grade_evaluate(&policy, inputs, outcome->next_change, outcome);
        ck_assert_str_eq(outcome->grade, "unrated");
        ck_assert_int_eq(outcome->score, -1);
}
END_TEST

START_TEST(records_that_were_taken_out_because_they_ended_still_make_a_file_rated)
{
        policy.records_ever = 3;
        inputs->ended = 2;
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_str_eq(outcome->grade, "unrated");
        add_row(&(struct row){RECORD_AWARD, 0, 0, 1, "2026-12-01", NULL});
        add_row(&(struct row){RECORD_AWARD, 0, 0, 1, "2026-11-30", NULL});
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert_int_eq(outcome->next_change.number, day_must("2026-11-30").number);
        grade_evaluate(&policy, inputs, outcome->next_change, outcome);
        ck_assert_str_eq(outcome->grade, "A");
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

START_TEST(a_record_to_come_that_never_counts_changes_nothing_on_any_day)
{
        policy.records_ever = 0;
        add_row(&(struct row){P, BIT(FINE), 0, 1, "2026-12-01", "2026-12-01"});
        add_row(&(struct row){P, BIT(CLOSURE), 0, 2, "2026-12-05", "2026-12-02"});
        grade_evaluate(&policy, inputs, day_must(TODAY), outcome);
        ck_assert(day_is_none(outcome->next_change));
        grade_evaluate(&policy, inputs, day_must("2026-12-05"), outcome);
        ck_assert_uint_eq(outcome->count, 0);
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
        tcase_add_test(table, the_policy_of_six_grades_gives_what_its_worked_example_says);
        tcase_add_loop_test(table, a_gate_lifts_only_while_everything_that_it_asks_for_holds, 0,
                COUNT(gate_cases));
        tcase_add_loop_test(table, a_certificate_is_held_without_a_gap_by_those_that_follow_on_each_other, 0,
                COUNT(renewals));
        tcase_add_test(table, a_certificate_that_is_not_shown_any_more_opens_no_gate);
        tcase_add_loop_test(table, a_penalty_costs_by_its_amount_and_by_being_serious, 0, COUNT(prices));
        tcase_add_test(table,
                what_passed_or_was_settled_costs_nothing_and_every_finding_costs_what_the_policy_says);
        tcase_add_test(table, a_type_may_count_for_a_time_of_its_own_but_never_past_its_publicity);
        tcase_add_loop_test(table, a_repeat_rule_holds_the_grade_down_while_enough_cases_count, 0, COUNT(repeat_cases));
        tcase_add_test(table, a_repeat_rule_holds_before_too_few_records_make_a_file_unrated);
        tcase_add_test(table, records_that_were_taken_out_because_they_ended_still_make_a_file_rated);
        tcase_add_test(table, a_listing_shuts_every_gate);
        tcase_add_test(table, a_veto_never_lifts_a_grade_that_is_lower_already);
        tcase_add_test(table, a_policy_may_count_months_but_never_past_the_publicity);
        tcase_add_test(table, a_record_to_come_that_never_counts_changes_nothing_on_any_day);
        tcase_add_test(table, every_record_counts_where_the_policy_does_not_gather_cases);
        tcase_add_test(table, superseded_and_expired_records_are_reasons_that_the_line_leaves_out);
        tcase_add_test(table, the_line_of_reasons_is_held_to_600_octets_and_says_how_many_more);
        tcase_add_test(table, a_file_as_full_as_it_may_be_is_graded);
        tcase_add_test(table, every_effect_has_its_stable_word);
        suite_add_tcase(suite, table);

        return suite_run(suite);
}
