/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A policy is refused for a band or a gate that no file can come to, and for no other: against every file there can be,
 * as far as bands and gates tell them apart.
 */
#include "registry/core/grade.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/core/policy_draft.h"
#include "tests/support/suite.h"

static struct policy_draft draft;
static uint64_t state = 20261126;

static unsigned below(unsigned limit)
{
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return (unsigned)(state % limit);
}

static void begin(void)
{
        draft_close(&draft);
        draft_open(&draft, "tests/data/policies/default-1.json");
}

static void set_up(void)
{
        draft.text = BUFFER_INIT;
        begin();
}

static void tear_down(void)
{
        draft_close(&draft);
}

static void must_be(bool is_sound, const char *path, unsigned round)
{
        bool was_sound = draft_read(&draft) == DOCUMENT_SOUND;

        ck_assert_msg(was_sound == is_sound && (is_sound || strcmp(draft.error.path, path) == 0),
                "round %u: %s at %s (%s), expected %s at %s:\n%s", round, was_sound ? "sound" : "refused",
                draft.error.path, draft.error.reason, is_sound ? "sound" : "refused", path, buffer_text(&draft.text));
}

/* ---------------------------------------------------------------- bands */

/* Fines of one price, samplings of another, everything else costs nothing; and four bands. */
static void write_bands(int base, int fine, int sampling, const int least[4])
{
        static const int before[4] = {90, 70, 40, 0};
        char from[64], to[64];

        begin();
        draft_must_be_sound(&draft);
        for (unsigned kind = 0; kind < PENALTY_KINDS; kind++) {
                snprintf(from, sizeof(from), "\"%s\": %d", penalty_kind_word(kind),
                        draft.policy.points[POLICY_RULE_PENALTY(kind)]);
                snprintf(to, sizeof(to), "\"%s\": %d", penalty_kind_word(kind), kind == PENALTY_FINE ? fine : 0);
                draft_edit(&draft, from, to);
        }
        snprintf(to, sizeof(to), "{\"ordinary\": 0, \"serious\": %d}", sampling);
        draft_edit(&draft, "{\"ordinary\": 10, \"serious\": 20}", to);
        snprintf(to, sizeof(to), "\"base\": %d", base);
        draft_edit(&draft, "\"base\": 100", to);
        for (unsigned i = 0; i < 4; i++) {
                snprintf(from, sizeof(from), "\"min\": %d}", before[i]);
                snprintf(to, sizeof(to), "\"min\":%d}", least[i]);
                draft_edit(&draft, from, to);
        }
        draft_edit(&draft, "\"active_listing\": \"D\"", "\"active_listing\": null");
}

static bool is_reached(int base, int fine, int sampling, int least, int limit)
{
        for (int fines = 0; fines <= base + 1; fines++) {
                for (int samplings = 0; samplings <= base + 1; samplings++) {
                        int score = base - fines * fine - samplings * sampling;

                        if (score < 0)
                                score = 0;
                        if (score >= least && score < limit)
                                return true;
                }
        }
        return false;
}

START_TEST(a_band_is_refused_exactly_when_no_number_of_records_leads_to_it)
{
        unsigned refused = 0;

        for (unsigned round = 0; round < 500; round++) {
                int base = 10 + (int)below(40);
                int fine = (int)below((unsigned)base + 5), sampling = (int)below(12);
                int least[4] = {base - (int)below(4), 0, 0, 0};
                char path[32] = "";

                least[1] = least[0] - 1 - (int)below(3);
                least[2] = least[1] - 1 - (int)below(3);
                if (least[2] < 1)
                        continue;
                write_bands(base, fine, sampling, least);
                for (unsigned i = 0; i < 4 && !*path; i++)
                        if (!is_reached(base, fine, sampling, least[i], i > 0 ? least[i - 1] : base + 1))
                                snprintf(path, sizeof(path), "bands[%u].min", i);
                must_be(!*path, path, round);
                refused += *path != '\0';
        }
        ck_assert_uint_gt(refused, 50);
        ck_assert_uint_lt(refused, 450);
}
END_TEST

/* ---------------------------------------------------------------- gates */

static const int32_t ages[] = {0, 6, 12, 24, 30}; /* in months, of deductions and certificates */

#define AGES ((int)(sizeof(ages) / sizeof(ages[0])))
#define GATES 3u

struct asked {
        unsigned of;
        int32_t months; /* 0: not asked */
        int32_t held;
        unsigned kinds; /* bit 0: GMP, bit 1: GSP */
};

static const char *gate_grade(unsigned gate)
{
        static const char *const grades[GATES] = {"X", "Y", "Z"};

        return grades[gate];
}

static void random_gates(struct asked ret[GATES])
{
        for (unsigned i = 0; i < GATES; i++) {
                ret[i].of = below(2);
                ret[i].months = below(3) ? ages[1 + below(3)] : 0;
                ret[i].kinds = below(4);
                ret[i].held = ret[i].kinds ? ages[below(4)] : 0;
                if (ret[i].kinds == 0 && ret[i].months == 0)
                        ret[i].months = 12;
        }
}

/* `window`: months, or 0 for publicity. */
static void write_gates(const struct asked gates[GATES], int32_t window)
{
        static const char *const kinds[4] = {"", "\"gmp\"", "\"gsp\"", "\"gmp\", \"gsp\""};
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;
        char rule[64];

        begin();
        buffer_add_text(&text, "\"gates\": [");
        for (unsigned i = 0; i < GATES; i++) {
                buffer_add_format(&text, "%s{\"grade\": \"%s\", \"zh\": \"x\", \"en\": \"x\", \"of\": \"%s\"", i ? ", " : "",
                        gate_grade(i), gates[i].of == 0 ? "A" : "B");
                if (gates[i].months)
                        buffer_add_format(&text, ", \"months_without_deduction\": %d", gates[i].months);
                if (gates[i].kinds)
                        buffer_add_format(&text, ", \"certificates\": [%s], \"held_months\": %d", kinds[gates[i].kinds],
                                gates[i].held);
                buffer_add_text(&text, "}");
        }
        buffer_add_text(&text, "]");
        draft_edit(&draft, "\"gates\": []", buffer_text(&text));
        if (window) {
                snprintf(rule, sizeof(rule), "\"months\", \"months\": %d", window);
                draft_edit(&draft, "\"publicity\", \"fallback_months\": 12", rule);
        }
}

/* The policy that the gates would make, sound or not. */
static void build_gates(const struct asked gates[GATES], int32_t window, struct policy *ret)
{
        begin();
        draft_must_be_sound(&draft);
        *ret = draft.policy;
        ret->window = window ? POLICY_MONTHS : POLICY_PUBLICITY;
        ret->window_months = window ? window : 12;
        ret->gates_count = GATES;
        for (unsigned i = 0; i < GATES; i++) {
                struct policy_gate *gate = &ret->gates[i];

                *gate = (struct policy_gate){.of = gates[i].of, .months_without_deduction = gates[i].months,
                        .held_months = gates[i].held};
                snprintf(gate->grade, sizeof(gate->grade), "%s", gate_grade(i));
                gate->certificates = (gates[i].kinds & 1u ? 1u << CERTIFICATE_GMP : 0) |
                                     (gates[i].kinds & 2u ? 1u << CERTIFICATE_GSP : 0);
        }
}

static struct day months_before(int32_t months)
{
        int number = 2026 * 12 + 5 - months;
        struct day day;

        ck_assert(day_of(number / 12, number % 12 + 1, 15, &day));
        return day;
}

static void add(struct grade_inputs *inputs, struct grade_record record, int32_t age)
{
        record.ordinal = inputs->count + 1;
        record.case_ref = record.ordinal;
        record.decided_on = months_before(age);
        record.valid_through = DAY_NONE;
        inputs->records[inputs->count++] = record;
}

/* Which gates open for some file? As bits. Certificates and one deduction, of every age that any gate could ask for. */
static unsigned open_gates(const struct policy *policy)
{
        static struct grade_inputs inputs;
        static struct grade_outcome outcome;
        static const uint16_t costs[] = {0, PENALTY_BIT(PENALTY_WARNING), PENALTY_BIT(PENALTY_CLOSURE)};
        struct day far;
        unsigned open = 0;

        ck_assert(day_of(2100, 1, 1, &far));
        for (int file = 0; file < 3 * AGES * (AGES + 1) * (AGES + 1); file++) {
                uint16_t kinds = costs[file % 3];
                int age = file / 3 % AGES, gmp = file / 3 / AGES % (AGES + 1), gsp = file / 3 / AGES / (AGES + 1);

                inputs.count = 0;
                add(&inputs, (struct grade_record){.type = RECORD_AWARD, .publicity_end = DAY_NONE}, 0);
                if (kinds)
                        add(&inputs, (struct grade_record){.type = RECORD_PENALTY, .kinds = kinds, .publicity_end = far},
                                ages[age]);
                if (gmp < AGES)
                        add(&inputs, (struct grade_record){.type = RECORD_CERTIFICATE, .publicity_end = DAY_NONE,
                                .certificate = CERTIFICATE_GMP}, ages[gmp]);
                if (gsp < AGES)
                        add(&inputs, (struct grade_record){.type = RECORD_CERTIFICATE, .publicity_end = DAY_NONE,
                                .certificate = CERTIFICATE_GSP}, ages[gsp]);
                grade_evaluate(policy, &inputs, months_before(0), &outcome);
                for (unsigned i = 0; i < GATES; i++)
                        if (strcmp(outcome.grade, gate_grade(i)) == 0)
                                open |= 1u << i;
        }
        return open;
}

START_TEST(a_gate_is_refused_exactly_when_it_opens_for_no_file)
{
        static const int32_t windows[] = {0, 6, 12, 24, 36};
        static struct policy policy;
        unsigned refused = 0, rounds = 400;

        for (unsigned round = 0; round < rounds; round++) {
                struct asked gates[GATES];
                int32_t window = windows[below(5)];
                char of[32] = "", grade[32], months[64];
                unsigned open;

                random_gates(gates);
                build_gates(gates, window, &policy);
                open = open_gates(&policy);
                write_gates(gates, window);
                for (unsigned i = 0; i < GATES && !*of; i++) {
                        if (open & 1u << i)
                                continue;
                        snprintf(of, sizeof(of), "gates[%u]", i);
                        snprintf(grade, sizeof(grade), "gates[%u].grade", i);
                        snprintf(months, sizeof(months), "gates[%u].months_without_deduction", i);
                }
                refused += *of != '\0';
                if (*of && draft_read(&draft) != DOCUMENT_SOUND && strcmp(draft.error.path, months) == 0)
                        must_be(false, months, round);
                else
                        must_be(!*of, grade, round);
        }
        ck_assert_uint_gt(refused, rounds / 10);
        ck_assert_uint_lt(refused, rounds * 9 / 10);
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("policy_reach");
        TCase *cases = tcase_create("cases");

        tcase_set_timeout(cases, 60);
        tcase_add_checked_fixture(cases, set_up, tear_down);
        tcase_add_test(cases, a_band_is_refused_exactly_when_no_number_of_records_leads_to_it);
        tcase_add_test(cases, a_gate_is_refused_exactly_when_it_opens_for_no_file);
        suite_add_tcase(suite, cases);

        return suite_run(suite);
}
