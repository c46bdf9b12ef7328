/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/core/verdict.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/core/listing.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* One fine, published until this day: 90 points and A, then 100. */
#define FINE_ENDS "2027-07-17"

static struct policy policy;
static struct verdict_room *room;
static struct statement *statement;
static struct grade_inputs *inputs;
static struct buffer packed;
static uint8_t root[32];
static struct verdict_party party;
static struct verdict_facts facts;
static struct org_code code;
static struct digest digest;

static struct day day_must(const char *text)
{
        struct day day = DAY_NONE;

        ck_assert_msg(!text || day_parse(slice_text(text), &day), "%s", text);
        return day;
}

static int64_t instant_must(const char *text)
{
        int64_t at_ms = 0;

        ck_assert_msg(instant_parse(slice_text(text), &at_ms), "%s", text);
        return at_ms;
}

static void pack(void)
{
        buffer_clear(&packed);
        ck_assert(inputs_encode(inputs, &packed));
        party.inputs = buffer_slice(&packed);
}

static void add_penalty(uint16_t kinds, const char *decided_on, const char *publicity_end)
{
        inputs->records[inputs->count] = (struct grade_record){
                .type = RECORD_PENALTY,
                .kinds = kinds,
                .ordinal = inputs->count + 1,
                .case_ref = inputs->count + 1,
                .decided_on = day_must(decided_on),
                .publicity_end = day_must(publicity_end),
                .valid_through = DAY_NONE,
                .fine_fen = 100,
        };
        inputs->count++;
}

static void read_policy(void)
{
        const char *source = getenv("QCR_SOURCE");
        struct document_error error;
        char path[4096], json[8192];
        FILE *file;

        snprintf(path, sizeof(path), "%s/share/policies/default.json", source ? source : ".");
        file = fopen(path, "r");
        ck_assert_msg(file != NULL, "%s cannot be read", path);
        ck_assert_int_eq(policy_parse(slice_of(json, fread(json, 1, sizeof(json), file)), &policy, &error),
                DOCUMENT_SOUND);
        fclose(file);
}

static void set_up(void)
{
        struct org_code_report report;
        struct fault why;

        read_policy();
        room = must_alloc(sizeof(*room));
        room->reasons = room->packed = BUFFER_INIT;
        room->sha256 = &digest;
        ck_assert(digest_init(&digest, SUITE_ED25519_SHA256, &why));
        statement = must_alloc(sizeof(*statement));
        inputs = must_alloc(sizeof(*inputs));
        memset(inputs, 0, sizeof(*inputs));
        packed = BUFFER_INIT;
        memset(root, 7, sizeof(root));
        ck_assert_int_eq(org_code_parse(slice_text("91350100M000100Y43"), &code, &report), ORG_CODE_SOUND);
        party = (struct verdict_party){
                .subject = code.subject,
                .name = slice_text("福州某某有限公司"),
                .registration = REGISTRATION_ACTIVE,
                .grade = "A",
                .score = 90,
                .graded_on = day_must("2026-11-20"),
                .next_change = day_must(FINE_ENDS),
                .policy_hash = policy.hash,
                .decision = 3,
        };
        add_penalty(PENALTY_BIT(PENALTY_FINE), "2026-07-17", FINE_ENDS);
        pack();
        facts = (struct verdict_facts){
                .origin = "credit.jiange.example",
                .party = &party,
                .policy = &policy,
                .coverage = slice_text("product/SC-0810=2026-11-20"),
                .serial = 7,
                .serial_at_ms = instant_must("2026-11-24T00:00:00.000Z"),
                .root = root,
                .data_as_of_ms = instant_must("2026-11-24T04:00:00.000Z"),
        };
}

static void tear_down(void)
{
        buffer_done(&room->reasons);
        buffer_done(&room->packed);
        digest_done(&digest);
        buffer_done(&packed);
        free(room);
        free(statement);
        free(inputs);
}

static enum verdict_refusal decide_at(const char *now)
{
        int64_t now_ms = instant_must(now);

        /* The data follow the clock unless a test says otherwise. */
        facts.data_as_of_ms = now_ms - 500;
        return verdict_decide(&facts, &code, now_ms, room, statement);
}

/* What the sealer adds; then the statement must be one. */
static void must_be_a_statement(void)
{
        CLEANUP(buffer) struct buffer text = BUFFER_INIT;

        statement->nonce_size = STATEMENT_NONCE_MIN;
        ck_assert_int_eq(statement_format(statement, &text), STATEMENT_RIGHT);
}

/* ------------------------------------------------------------------ refusals */

START_TEST(inputs_that_do_not_decode_give_no_verdict)
{
        party.inputs = slice_of(packed.data, packed.length - 1);
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_INPUTS);
}
END_TEST

static const struct {
        const char *grade;
        int32_t score;
} edited[] = {{"B", 90}, {"A", 100}, {"D", 0}, {"", -1}};

START_TEST(a_stored_grade_that_its_inputs_do_not_give_is_no_verdict)
{
        party.grade = edited[_i].grade;
        party.score = edited[_i].score;
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_LIVE);
}
END_TEST

START_TEST(a_stored_grade_of_another_policy_or_of_past_days_is_not_compared)
{
        static const uint8_t other[8] = {1};

        party.grade = "D";
        party.score = 0;
        party.next_change = day_must("2026-11-24");
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_str_eq(statement->grade, "A");
        party.next_change = DAY_NONE;
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_LIVE);
        party.policy_hash = other;
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        party.policy_hash = policy.hash;
        party.graded_on = day_must("2026-11-25");
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
}
END_TEST

START_TEST(a_policy_that_has_ended_gives_no_grade)
{
        policy.to = day_must("2026-11-23");
        ck_assert_int_eq(decide_at("2026-11-23T15:59:59.999Z"), VERDICT_GIVEN);
        ck_assert_int_eq(decide_at("2026-11-23T16:00:00.000Z"), VERDICT_POLICY);
}
END_TEST

START_TEST(no_answer_is_to_be_relied_on_past_the_policys_last_day)
{
        policy.to = day_must("2026-11-24");
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_int_eq(statement->valid_until_ms, instant_must("2026-11-24T15:59:59.999Z"));
        must_be_a_statement();
        policy.to = DAY_LAST;
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_int_eq(statement->valid_until_ms, instant_must("2026-11-25T04:00:00.000Z"));
}
END_TEST

START_TEST(data_of_the_future_give_no_verdict)
{
        int64_t now_ms = instant_must("2026-11-24T04:00:00.000Z");

        facts.data_as_of_ms = now_ms + 5 * 60 * 1000;
        ck_assert_int_eq(verdict_decide(&facts, &code, now_ms, room, statement), VERDICT_GIVEN);
        facts.data_as_of_ms++;
        ck_assert_int_eq(verdict_decide(&facts, &code, now_ms, room, statement), VERDICT_TIME);
}
END_TEST

START_TEST(data_from_behind_the_midnight_of_a_change_give_no_verdict_before_it)
{
        int64_t now_ms = instant_of_day(day_must(FINE_ENDS)) - 10;

        facts.data_as_of_ms = now_ms + 20;
        ck_assert_int_eq(verdict_decide(&facts, &code, now_ms, room, statement), VERDICT_TIME);
}
END_TEST

/* ------------------------------------------------------------------ verdicts */

static const struct {
        const char *now;
        const char *grade;
        int32_t score;
        const char *grade_day;
        const char *grade_until;
        const char *valid_until;
} days[] = {
        /* a day of 24 hours, far from any change */
        {"2026-11-24T04:00:00.000Z", "A", 90, "2026-11-24", FINE_ENDS, "2026-11-25T04:00:00.000Z"},
        /* the legal day is UTC+8's */
        {"2026-11-24T15:59:59.999Z", "A", 90, "2026-11-24", FINE_ENDS, "2026-11-25T15:59:59.999Z"},
        {"2026-11-24T16:00:00.000Z", "A", 90, "2026-11-25", FINE_ENDS, "2026-11-25T16:00:00.000Z"},
        /* the day before the change: never across its midnight */
        {"2027-07-15T16:00:00.000Z", "A", 90, "2027-07-16", FINE_ENDS, "2027-07-16T15:59:59.999Z"},
        {"2027-07-15T15:59:59.998Z", "A", 90, "2027-07-15", FINE_ENDS, "2027-07-16T15:59:59.998Z"},
        {"2027-07-16T15:59:59.998Z", "A", 90, "2027-07-16", FINE_ENDS, "2027-07-16T15:59:59.999Z"},
        /* on its day, though no job has run */
        {"2027-07-16T16:00:00.000Z", "A", 100, "2027-07-17", NULL, "2027-07-17T16:00:00.000Z"},
};

START_TEST(the_grade_is_todays_and_not_to_be_relied_on_past_its_change)
{
        ck_assert_int_eq(decide_at(days[_i].now), VERDICT_GIVEN);
        ck_assert_int_eq(statement->result, RESULT_FOUND);
        ck_assert_str_eq(statement->grade, days[_i].grade);
        ck_assert_int_eq(statement->score, days[_i].score);
        ck_assert_int_eq(statement->grade_day.number, day_must(days[_i].grade_day).number);
        ck_assert_int_eq(statement->grade_until.number, day_must(days[_i].grade_until).number);
        ck_assert_int_eq(statement->valid_until_ms, instant_must(days[_i].valid_until));
        ck_assert_int_eq(statement->as_of.number, statement->grade_day.number);
        must_be_a_statement();
}
END_TEST

START_TEST(a_verdict_says_all_it_rests_on)
{
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_str_eq(statement->origin, "credit.jiange.example");
        ck_assert_str_eq(statement->code, "91350100M000100Y43");
        ck_assert_str_eq(statement->subject, "M000100Y4");
        ck_assert_str_eq(statement->name, "福州某某有限公司");
        ck_assert_int_eq(statement->registration, REGISTRATION_ACTIVE);
        ck_assert_str_eq(statement->policy_id, policy.id);
        ck_assert_uint_eq(statement->policy_version, 2);
        ck_assert_mem_eq(statement->policy_hash.octets, policy.hash, 32);
        ck_assert_int_eq(statement->standing, STANDING_TRIAL);
        ck_assert_str_eq(statement->document, "");
        ck_assert_int_eq(statement->listing, LISTING_NOT_LISTED);
        ck_assert_str_eq(statement->reasons, "penalty.fine -10 until " FINE_ENDS);
        ck_assert_str_eq(statement->coverage, "product/SC-0810=2026-11-20");
        ck_assert_uint_eq(statement->serial, 7);
        ck_assert_uint_eq(statement->ledger_size, 7);
        ck_assert_int_eq(statement->known_at_ms, facts.serial_at_ms);
        ck_assert_int_eq(statement->data_as_of_ms, facts.data_as_of_ms);
        ck_assert_mem_eq(statement->ledger_root.octets, root, 32);
        ck_assert_uint_eq(statement->decision, 3);
}
END_TEST

START_TEST(a_policy_of_an_organ_is_in_force_under_its_number)
{
        strcpy(policy.organ, "国家市场监督管理总局");
        strcpy(policy.number, "国市监信规〔2026〕1号");
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_int_eq(statement->standing, STANDING_IN_FORCE);
        ck_assert_str_eq(statement->document, policy.number);
        must_be_a_statement();
}
END_TEST

START_TEST(an_enterprise_without_records_is_unrated)
{
        inputs->count = 0;
        pack();
        party.grade = "";
        party.score = -1;
        party.next_change = DAY_NONE;
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_str_eq(statement->grade, STATEMENT_UNRATED);
        ck_assert_int_eq(statement->score, STATEMENT_NO_SCORE);
        must_be_a_statement();
}
END_TEST

static const enum statement_registration ended[] = {REGISTRATION_DEREGISTERED, REGISTRATION_REVOKED};

START_TEST(a_struck_off_enterprise_is_answered_as_such_and_keeps_its_grade)
{
        party.registration = ended[_i];
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_int_eq(statement->result, RESULT_FOUND);
        ck_assert_int_eq(statement->registration, ended[_i]);
        ck_assert_str_eq(statement->grade, "A");
        must_be_a_statement();
}
END_TEST

START_TEST(a_code_that_nobody_has_is_not_registered_and_has_no_verdict)
{
        facts.party = NULL;
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_int_eq(statement->result, RESULT_NOT_REGISTERED);
        ck_assert_str_eq(statement->grade, "");
        ck_assert_int_eq(statement->listing, LISTING_NONE);
        ck_assert_int_eq(statement->valid_until_ms, instant_must("2026-11-25T04:00:00.000Z"));
        must_be_a_statement();
}
END_TEST

START_TEST(a_merged_enterprise_leads_to_its_heir_and_has_no_verdict)
{
        party.merged_into = slice_text("91110000600037341L");
        party.inputs = slice_text("");
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_int_eq(statement->result, RESULT_MERGED_INTO);
        ck_assert_str_eq(statement->merged_into, "91110000600037341L");
        ck_assert_str_eq(statement->grade, "");
        must_be_a_statement();
}
END_TEST

/* --------------------------------------------------------------- explanation */

static void must_bind(const struct grade_inputs *bound)
{
        CLEANUP(buffer) struct buffer octets = BUFFER_INIT;
        struct hash hash;

        ck_assert(inputs_encode(bound, &octets));
        digest_hash(&digest, buffer_slice(&octets), &hash);
        ck_assert(statement->has_inputs && hash_equal(&statement->inputs, &hash));
}

START_TEST(an_explanation_says_what_a_lookup_says_and_binds_the_inputs)
{
        struct statement said;

        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert(!statement->has_inputs);
        said = *statement;
        facts.kind = STATEMENT_EXPLAIN;
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        must_be_a_statement();
        must_bind(inputs);
        said.kind = STATEMENT_EXPLAIN;
        said.has_inputs = true;
        said.inputs = statement->inputs;
        said.nonce_size = statement->nonce_size;
        ck_assert_mem_eq(statement, &said, sizeof(said));
}
END_TEST

START_TEST(what_is_over_is_bound_by_its_count_alone)
{
        struct grade_inputs *shown = must_alloc(sizeof(*shown));

        add_penalty(PENALTY_BIT(PENALTY_FINE), "2024-01-02", "2025-01-02");
        pack();
        *shown = *inputs;
        shown->count = 1;
        shown->ended = 1;
        facts.kind = STATEMENT_EXPLAIN;
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        must_bind(shown);
        free(shown);
}
END_TEST

START_TEST(where_there_is_no_grade_nothing_is_bound)
{
        facts.kind = STATEMENT_EXPLAIN;
        party.merged_into = slice_text("91110000600037341L");
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert(!statement->has_inputs);
        must_be_a_statement();
        facts.party = NULL;
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert(!statement->has_inputs);
        must_be_a_statement();
}
END_TEST

/* ------------------------------------------------------------------- listing */

static void add_listing(enum listing_effect effect, const char *from, const char *to)
{
        inputs->listings[inputs->listings_count++] = (struct grade_listing){
                .from = day_must(from),
                .to = day_must(to),
                .effect = effect,
        };
}

START_TEST(a_listed_enterprise_is_listed_until_the_day_the_listing_ends)
{
        add_listing(LISTING_IN_FORCE, "2026-11-01", "2026-11-26");
        pack();
        party.policy_hash = root;
        ck_assert_int_eq(decide_at("2026-11-25T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_int_eq(statement->listing, LISTING_LISTED);
        ck_assert_int_eq(statement->listing_since.number, day_must("2026-11-01").number);
        ck_assert_int_eq(statement->listing_until.number, day_must("2026-11-26").number);
        ck_assert_str_eq(statement->grade, "D");
        ck_assert_int_eq(statement->valid_until_ms, instant_must("2026-11-25T15:59:59.999Z"));
        must_be_a_statement();
        ck_assert_int_eq(decide_at("2026-11-25T16:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_int_eq(statement->listing, LISTING_NOT_LISTED);
        must_be_a_statement();
}
END_TEST

START_TEST(a_listing_to_come_ends_todays_answer)
{
        policy.has_veto = false; /* so that the grade does not change with it */
        party.policy_hash = root;
        add_listing(LISTING_IN_FORCE, "2026-11-25", NULL);
        pack();
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_int_eq(statement->listing, LISTING_NOT_LISTED);
        ck_assert_int_eq(statement->valid_until_ms, instant_must("2026-11-24T15:59:59.999Z"));
}
END_TEST

static const struct {
        const char *day;
        enum statement_listing listing;
        const char *since;
        const char *next_change;
} listings[] = {
        {"2026-01-09", LISTING_NOT_LISTED, NULL, "2026-01-10"},
        {"2026-01-10", LISTING_BASIS_QUASHED, "2026-01-10", "2026-02-01"},
        {"2026-02-01", LISTING_LISTED, "2026-02-01", "2026-02-20"},
        {"2026-02-19", LISTING_LISTED, "2026-02-01", "2026-02-20"},
        {"2026-02-20", LISTING_STAYED, "2026-02-15", "2026-03-01"},
        {"2026-03-01", LISTING_LAPSED, "2026-02-10", "2026-03-10"},
        {"2026-03-10", LISTING_BASIS_QUASHED, "2026-01-10", "2026-04-01"},
        {"2026-04-01", LISTING_NOT_LISTED, NULL, NULL},
};

START_TEST(of_several_times_the_gravest_speaks)
{
        struct listing_state state;

        add_listing(LISTING_QUASHED, "2026-01-10", "2026-04-01");
        add_listing(LISTING_IN_FORCE, "2026-02-01", "2026-02-20");
        add_listing(LISTING_UNKNOWN, "2026-02-10", "2026-03-10");
        add_listing(LISTING_SUSPENDED, "2026-02-15", "2026-03-01");
        listing_on(inputs, day_must(listings[_i].day), &state);
        ck_assert_int_eq(state.listing, listings[_i].listing);
        ck_assert_int_eq(state.since.number, day_must(listings[_i].since).number);
        ck_assert_int_eq(state.next_change.number, day_must(listings[_i].next_change).number);
}
END_TEST

static const struct {
        const char *day;
        enum statement_published published;
        const char *since;
        const char *next_change;
} publications[] = {
        {"2026-01-10", PUBLISHED_NO, "2026-01-10", "2026-02-01"},
        {"2026-02-01", PUBLISHED_YES, "2026-01-10", "2026-03-01"},
        {"2026-03-01", PUBLISHED_NO, "2026-01-10", "2026-04-01"},
        {"2026-04-01", PUBLISHED_NO, "2026-01-20", "2026-05-01"},
};

START_TEST(a_listing_is_published_if_any_of_those_that_speak_is)
{
        struct listing_state state;

        add_listing(LISTING_IN_FORCE, "2026-01-10", "2026-04-01");
        add_listing(LISTING_QUASHED, "2026-01-20", "2026-05-01");
        add_listing(LISTING_IN_FORCE, "2026-02-01", "2026-03-01");
        inputs->listings[2].is_published = true;
        listing_on(inputs, day_must(publications[_i].day), &state);
        ck_assert_int_eq(state.is_published, publications[_i].published == PUBLISHED_YES);
        ck_assert_int_eq(state.since.number, day_must(publications[_i].since).number);
        ck_assert_int_eq(state.next_change.number, day_must(publications[_i].next_change).number);
}
END_TEST

START_TEST(a_verdict_says_whether_the_listing_is_published)
{
        char now[64];

        add_listing(LISTING_IN_FORCE, "2026-01-10", "2026-04-01");
        add_listing(LISTING_QUASHED, "2026-01-20", "2026-05-01");
        add_listing(LISTING_IN_FORCE, "2026-02-01", "2026-03-01");
        inputs->listings[2].is_published = true;
        pack();
        party.policy_hash = root;
        snprintf(now, sizeof(now), "%sT04:00:00.000Z", publications[_i].day);
        ck_assert_int_eq(decide_at(now), VERDICT_GIVEN);
        ck_assert_int_eq(statement->published, publications[_i].published);
        must_be_a_statement();
}
END_TEST

START_TEST(a_lapsed_listing_is_neither_listed_nor_clear_and_grades_as_if_it_were_not_there)
{
        add_listing(LISTING_UNKNOWN, "2026-11-01", NULL);
        pack();
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_str_eq(statement_listing_word(statement->listing), "unknown");
        ck_assert_int_eq(statement->listing_since.number, day_must("2026-11-01").number);
        ck_assert_int_eq(statement->published, PUBLISHED_NO);
        ck_assert_str_eq(statement->grade, "A");
        must_be_a_statement();
}
END_TEST

/* Of a past answer: a day and an instant that were asked for. */
static void ask_as_of(const char *day)
{
        static const uint8_t no_outcome[8];

        facts.kind = STATEMENT_AS_OF;
        facts.as_of = day_must(day);
        facts.known_at_ms = instant_must("2026-11-22T00:00:00.000Z");
        facts.ledger_size = 12;
        party.policy_hash = no_outcome; /* nothing is stored with it that could be compared */
}

static const struct {
        const char *day;
        const char *grade;
        int32_t score;
} past_days[] = {
        {"2026-07-16", "unrated", -1}, /* the day before the first record */
        {"2026-07-17", "A", 90},
        {"2026-11-24", "A", 90},
};

START_TEST(a_past_answer_is_of_the_day_and_the_knowledge_asked_for)
{
        ask_as_of(past_days[_i].day);
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_str_eq(statement->grade, past_days[_i].grade);
        ck_assert_int_eq(statement->score, past_days[_i].score);
        ck_assert_int_eq(statement->kind, STATEMENT_AS_OF);
        ck_assert_int_eq(statement->as_of.number, day_must(past_days[_i].day).number);
        ck_assert_int_eq(statement->known_at_ms, instant_must("2026-11-22T00:00:00.000Z"));
        ck_assert_uint_eq(statement->serial, 7);
        ck_assert_uint_eq(statement->ledger_size, 12);
        /* what is past does not change: no day of a change shortens it */
        ck_assert_int_eq(statement->valid_until_ms, instant_must("2026-11-24T04:00:00.000Z") + VERDICT_VALID_MS);
        must_be_a_statement();
}
END_TEST

START_TEST(a_withheld_answer_says_nothing_of_the_enterprise)
{
        ask_as_of("2026-11-20");
        facts.is_withheld = true;
        ck_assert_int_eq(decide_at("2026-11-24T04:00:00.000Z"), VERDICT_GIVEN);
        ck_assert_int_eq(statement->result, RESULT_WITHHELD);
        ck_assert_str_eq(statement->subject, "");
        ck_assert_str_eq(statement->name, "");
        ck_assert_str_eq(statement->grade, "");
        ck_assert_int_eq(statement->listing, LISTING_NONE);
        ck_assert_uint_eq(statement->decision, STATEMENT_NO_DECISION);
        must_be_a_statement();
}
END_TEST

START_TEST(every_kind_of_party_has_its_word)
{
        enum party_kind kind;

        for (int i = PARTY_ENTERPRISE; i <= PARTY_OTHER; i++) {
                ck_assert(party_kind_parse(party_kind_word((enum party_kind)i), &kind));
                ck_assert_int_eq(kind, i);
        }
        ck_assert(!party_kind_parse("person", &kind));
        ck_assert(!party_kind_parse("", &kind));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("verdict");
        TCase *tcase = tcase_create("verdict");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_test(tcase, inputs_that_do_not_decode_give_no_verdict);
        tcase_add_loop_test(tcase, a_stored_grade_that_its_inputs_do_not_give_is_no_verdict, 0, COUNT(edited));
        tcase_add_test(tcase, a_stored_grade_of_another_policy_or_of_past_days_is_not_compared);
        tcase_add_test(tcase, a_policy_that_has_ended_gives_no_grade);
        tcase_add_test(tcase, no_answer_is_to_be_relied_on_past_the_policys_last_day);
        tcase_add_test(tcase, data_of_the_future_give_no_verdict);
        tcase_add_test(tcase, data_from_behind_the_midnight_of_a_change_give_no_verdict_before_it);
        tcase_add_loop_test(tcase, the_grade_is_todays_and_not_to_be_relied_on_past_its_change, 0, COUNT(days));
        tcase_add_test(tcase, a_verdict_says_all_it_rests_on);
        tcase_add_test(tcase, a_policy_of_an_organ_is_in_force_under_its_number);
        tcase_add_test(tcase, an_enterprise_without_records_is_unrated);
        tcase_add_loop_test(tcase, a_struck_off_enterprise_is_answered_as_such_and_keeps_its_grade, 0, COUNT(ended));
        tcase_add_test(tcase, a_code_that_nobody_has_is_not_registered_and_has_no_verdict);
        tcase_add_test(tcase, a_merged_enterprise_leads_to_its_heir_and_has_no_verdict);
        tcase_add_test(tcase, an_explanation_says_what_a_lookup_says_and_binds_the_inputs);
        tcase_add_test(tcase, what_is_over_is_bound_by_its_count_alone);
        tcase_add_test(tcase, where_there_is_no_grade_nothing_is_bound);
        tcase_add_test(tcase, a_listed_enterprise_is_listed_until_the_day_the_listing_ends);
        tcase_add_test(tcase, a_listing_to_come_ends_todays_answer);
        tcase_add_loop_test(tcase, of_several_times_the_gravest_speaks, 0, COUNT(listings));
        tcase_add_loop_test(tcase, a_listing_is_published_if_any_of_those_that_speak_is, 0, COUNT(publications));
        tcase_add_loop_test(tcase, a_verdict_says_whether_the_listing_is_published, 0, COUNT(publications));
        tcase_add_test(tcase, a_lapsed_listing_is_neither_listed_nor_clear_and_grades_as_if_it_were_not_there);
        tcase_add_loop_test(tcase, a_past_answer_is_of_the_day_and_the_knowledge_asked_for, 0, COUNT(past_days));
        tcase_add_test(tcase, a_withheld_answer_says_nothing_of_the_enterprise);
        tcase_add_test(tcase, every_kind_of_party_has_its_word);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
