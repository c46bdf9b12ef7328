/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/view_entry.h"

#include <check.h>
#include <string.h>

#include "registry/core/inputs.h"
#include "registry/core/role.h"
#include "registry/core/verdict.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* DESIGN: an entry with five records, packed inputs included. */
#define FIVE_RECORDS_LIMIT 500u

static struct view_party party_sample(void)
{
        struct view_party party = {
                .subject = "M000100Y4",
                .code = slice_text("91350100M000100Y43"),
                .name = slice_text("福州某某有限公司"),
                .kind = PARTY_ENTERPRISE,
                .registration = REGISTRATION_ACTIVE,
                .inputs = slice_of("\1\0\0", 3),
                .version = 12,
                .grade = "B",
                .score = 70,
                .graded_on = {20000},
                .next_change = {20100},
                .policy_hash = {1, 2, 3, 4, 5, 6, 7, 8},
                .decision = 900,
        };

        return party;
}

static void must_equal(const struct view_party *a, const struct view_party *b)
{
        ck_assert_str_eq(a->subject, b->subject);
        ck_assert(slice_equal(a->code, b->code));
        ck_assert(slice_equal(a->name, b->name));
        ck_assert(slice_equal(a->merged_into, b->merged_into));
        ck_assert(slice_equal(a->inputs, b->inputs));
        ck_assert_uint_eq(a->kind, b->kind);
        ck_assert_uint_eq(a->registration, b->registration);
        ck_assert_uint_eq(a->version, b->version);
        ck_assert_str_eq(a->grade, b->grade);
        ck_assert_int_eq(a->score, b->score);
        ck_assert_int_eq(a->graded_on.number, b->graded_on.number);
        ck_assert_int_eq(a->next_change.number, b->next_change.number);
        ck_assert_mem_eq(a->policy_hash, b->policy_hash, sizeof(a->policy_hash));
        ck_assert_uint_eq(a->decision, b->decision);
}

/* Every prefix is too short and every octet more is too much. */
static void must_refuse_other_lengths(struct buffer *value, bool (*decodes)(struct slice value))
{
        ck_assert(decodes(buffer_slice(value)));
        for (size_t length = 0; length < value->length; length++)
                ck_assert_msg(!decodes(slice_of(value->data, length)), "%zu octets", length);
        buffer_add_u8(value, 0);
        ck_assert(!decodes(buffer_slice(value)));
}

static bool party_decodes(struct slice value)
{
        struct view_party party = {0};

        return view_party_decode(value, &party);
}

static bool certificate_decodes(struct slice value)
{
        struct view_certificate certificate;

        return view_certificate_decode(value, &certificate);
}

static bool person_decodes(struct slice value)
{
        struct view_person person = {0};

        return view_person_decode(value, &person);
}

static bool grade_decodes(struct slice value)
{
        struct view_grade grade;

        return view_grade_decode(value, &grade);
}

static bool meta_decodes(struct slice value)
{
        struct view_meta meta;

        return view_meta_decode(value, &meta);
}

/* ------------------------------------------------------------------ refusals */

START_TEST(a_torn_or_longer_party_is_refused)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;
        struct view_party party = party_sample();

        view_party_encode(&value, &party);
        must_refuse_other_lengths(&value, party_decodes);
}
END_TEST

START_TEST(a_party_that_cannot_be_is_no_entry)
{
        struct view_party party;

#define MUST_REFUSE(change) \
        party = party_sample(); \
        change; \
        ck_assert_msg(!view_party_is_valid(&party), "%s", #change)

        MUST_REFUSE(party.kind = 0);
        MUST_REFUSE(party.kind = PARTY_OTHER + 1);
        MUST_REFUSE(party.registration = REGISTRATION_NONE);
        MUST_REFUSE(party.registration = REGISTRATION_REVOKED + 1);
        MUST_REFUSE(party.code = slice_text("91350100M000100Y4"));
        MUST_REFUSE(party.code = slice_text("91350100m000100Y43"));
        MUST_REFUSE(party.name = slice_text(""));
        MUST_REFUSE(party.merged_into = slice_text("X"));
        MUST_REFUSE(party.version = 0);
        MUST_REFUSE(party.grade[0] = 'b');
        MUST_REFUSE(party.grade[0] = '\0'); /* unrated has no score */
        MUST_REFUSE(party.score = -1);
        MUST_REFUSE(party.graded_on = DAY_NONE);
        MUST_REFUSE(party.next_change = party.graded_on);
#undef MUST_REFUSE
}
END_TEST

START_TEST(a_torn_or_longer_certificate_person_or_meta_is_refused)
{
        const struct view_certificate certificate = {slice_text("reviewer"), {9}, 1000, 2000, false};
        const struct view_person person = {slice_text("reviewer"), slice_text("王审"), slice_text("scjg"), ROLE_REVIEWER, 1};
        const struct view_meta meta = {.format = VIEW_FORMAT, .origin = "credit.jiange.example"};
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;

        view_certificate_encode(&value, &certificate);
        must_refuse_other_lengths(&value, certificate_decodes);
        buffer_clear(&value);
        view_person_encode(&value, &person);
        must_refuse_other_lengths(&value, person_decodes);
        buffer_clear(&value);
        view_meta_encode(&value, &meta);
        must_refuse_other_lengths(&value, meta_decodes);
}
END_TEST

static struct view_grade grade_sample(void)
{
        return (struct view_grade){.version = 300, .grade = "AAA", .score = 100, .next_change = {20100}};
}

START_TEST(a_torn_or_longer_grade_is_refused)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;
        struct view_grade grade = grade_sample();

        view_grade_encode(&value, &grade);
        must_refuse_other_lengths(&value, grade_decodes);
}
END_TEST

START_TEST(a_grade_that_cannot_be_is_none)
{
        struct view_grade grade;

#define MUST_REFUSE(change) \
        grade = grade_sample(); \
        change; \
        ck_assert_msg(!view_grade_is_valid(&grade), "%s", #change)

        MUST_REFUSE(grade.version = 0);
        MUST_REFUSE(grade.grade[1] = 'a');
        MUST_REFUSE(grade.grade[0] = '\0'); /* unrated has no score */
        MUST_REFUSE(grade.score = -1);
        MUST_REFUSE(grade.next_change.number = INT32_MAX);
#undef MUST_REFUSE
}
END_TEST

/* Two slots, the second live. */
static struct view_meta slots_sample(void)
{
        return (struct view_meta){
                .format = VIEW_FORMAT, .origin = "credit.jiange.example", .policy_hash = {9}, .live = 2,
                .slots = {{.run_serial = 70, .run = {1}, .policy_hash = {8}, .day = {20000}},
                        {.run_serial = 40, .run = {2}, .policy_hash = {9}, .day = {19990}, .through = 60}},
        };
}

START_TEST(slots_that_cannot_be_are_refused)
{
        struct view_meta meta;

#define MUST_REFUSE(change) \
        meta = slots_sample(); \
        ck_assert(view_meta_is_valid(&meta)); \
        change; \
        ck_assert_msg(!view_meta_is_valid(&meta), "%s", #change)

        MUST_REFUSE(meta.live = 3);
        MUST_REFUSE(meta.live = 1);                 /* it has not ended */
        MUST_REFUSE(meta.slots[1].through = 0);
        MUST_REFUSE(meta.slots[1].through = 39);    /* before it began */
        MUST_REFUSE(meta.slots[1].run_serial = 0);  /* empty */
        MUST_REFUSE(meta.slots[0].day = DAY_NONE);
        MUST_REFUSE(meta.policy_hash[0] = 8);       /* another policy is in force */
#undef MUST_REFUSE
}
END_TEST

/* The live slot's number is the octet before the two of the refusal. */
START_TEST(a_live_slot_beyond_the_slots_is_refused_as_it_is_read)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;
        struct view_meta meta = slots_sample();

        view_meta_encode(&value, &meta);
        ck_assert_uint_eq(value.data[value.length - 3], 2);
        for (unsigned live = 0; live <= UINT8_MAX; live++) {
                value.data[value.length - 3] = (uint8_t)live;
                ck_assert_msg(meta_decodes(buffer_slice(&value)) == (live == 0 || live == 2), "%u", live);
        }
}
END_TEST

START_TEST(meta_of_another_format_is_refused)
{
        const struct view_meta meta = {.format = VIEW_FORMAT + 1};
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;

        view_meta_encode(&value, &meta);
        ck_assert(!meta_decodes(buffer_slice(&value)));
}
END_TEST

static const char *const bad_keys[] = {"", "product", "product/SC", "product" "\0" "", "PRODUCT" "\0" "SC", "a b" "\0" "SC"};

START_TEST(a_coverage_key_of_other_words_is_refused)
{
        static const size_t lengths[] = {0, 7, 10, 8, 10, 6};
        struct view_coverage coverage;
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;
        const struct view_coverage good = {"product", "SC-0810", {20000}};

        view_coverage_encode(&value, &good);
        ck_assert(!view_coverage_decode(slice_of(bad_keys[_i], lengths[_i]), buffer_slice(&value), &coverage));
}
END_TEST

/* --------------------------------------------------------------- round trips */

static const struct {
        const char *grade;
        int32_t score;
        int32_t next_change;
        const char *merged_into;
} parties[] = {
        {"A", 100, INT32_MIN, ""},
        {"AAA", 0, 20001, ""},
        {"", -1, INT32_MIN, ""},
        {"D", INT32_MAX, 2932896, "M000100Y4"},
};

START_TEST(a_party_comes_back_as_it_was)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;
        struct view_party party = party_sample(), back = {.subject = "M000100Y4"};

        strcpy(party.grade, parties[_i].grade);
        party.score = parties[_i].score;
        party.next_change.number = parties[_i].next_change;
        party.merged_into = slice_text(parties[_i].merged_into);
        view_party_encode(&value, &party);
        ck_assert(view_party_decode(buffer_slice(&value), &back));
        must_equal(&party, &back);
}
END_TEST

START_TEST(an_entry_with_five_records_is_small)
{
        static struct grade_inputs inputs;
        CLEANUP(buffer) struct buffer packed = BUFFER_INIT, value = BUFFER_INIT;
        struct view_party party = party_sample();
        char name[STATEMENT_NAME_LIMIT + 1] = "";

        inputs.count = 5;
        for (uint32_t i = 0; i < 5; i++)
                inputs.records[i] = (struct grade_record){
                        .type = RECORD_PENALTY,
                        .kinds = PENALTY_BIT(PENALTY_FINE) | PENALTY_BIT(PENALTY_CONFISCATION),
                        .ordinal = i + 1,
                        .case_ref = 0xfffffffffffffff0u + i,
                        .decided_on = {20000 + (int32_t)i},
                        .publicity_end = {21000},
                        .valid_through = DAY_NONE,
                        .fine_fen = 100000000000,
                        .confiscated_fen = 100000000000,
                };
        ck_assert(inputs_encode(&inputs, &packed));
        party.inputs = buffer_slice(&packed);
        for (int i = 0; i < 40; i++) /* forty characters: longer than nearly every name */
                strcat(name, "司");
        party.name = slice_text(name);
        party.version = party.decision = UINT32_MAX;
        view_party_encode(&value, &party);
        ck_assert_uint_le(value.length, FIVE_RECORDS_LIMIT);
}
END_TEST

START_TEST(certificate_person_coverage_and_meta_come_back_as_they_were)
{
        const struct view_certificate certificate = {slice_text("reviewer"), {9, 8, 7}, -1000, 2000, true};
        const struct view_person person = {slice_text("reviewer"), slice_text("王审"), slice_text("scjg"), ROLE_REVIEWER, 5};
        const struct view_coverage coverage = {"environment", "SC-0810", {20000}};
        const struct view_meta meta = {
                .format = VIEW_FORMAT, .system_identifier = UINT64_MAX, .timeline = 3, .epoch = {1}, .origin = "a.b/c",
                .schema_version = 2, .boot_id = {2}, .serial = 77, .serial_at_ms = 123, .chain = {3}, .root = {4},
                .heartbeat_ms = INT64_MIN, .heartbeat_seen_ms = -5, .policy_hash = {5}, .refused = true,
                .refusal = "the store is another one",
        };
        CLEANUP(buffer) struct buffer value = BUFFER_INIT, key = BUFFER_INIT;
        struct view_certificate certificate_back;
        struct view_person person_back = {.person_id = person.person_id};
        struct view_coverage coverage_back = {0};
        struct view_meta meta_back;

        view_certificate_encode(&value, &certificate);
        ck_assert(view_certificate_decode(buffer_slice(&value), &certificate_back));
        ck_assert(slice_equal(certificate_back.person_id, certificate.person_id));
        ck_assert_mem_eq(certificate_back.public_key, certificate.public_key, 32);
        ck_assert(certificate_back.not_before_ms == -1000 && certificate_back.not_after_ms == 2000);
        ck_assert(certificate_back.revoked);
        buffer_clear(&value);
        view_person_encode(&value, &person);
        ck_assert(view_person_decode(buffer_slice(&value), &person_back));
        ck_assert(slice_equal(person_back.name, person.name) && slice_equal(person_back.office_id, person.office_id));
        ck_assert(person_back.roles == ROLE_REVIEWER && person_back.version == 5);
        buffer_clear(&value);
        view_coverage_key(&key, &coverage);
        view_coverage_encode(&value, &coverage);
        ck_assert(view_coverage_decode(buffer_slice(&key), buffer_slice(&value), &coverage_back));
        ck_assert_str_eq(coverage_back.domain, coverage.domain);
        ck_assert_str_eq(coverage_back.source, coverage.source);
        ck_assert_int_eq(coverage_back.through.number, 20000);
        buffer_clear(&value);
        view_meta_encode(&value, &meta);
        ck_assert(view_meta_decode(buffer_slice(&value), &meta_back));
        buffer_clear(&key);
        view_meta_encode(&key, &meta_back);
        ck_assert(slice_equal(buffer_slice(&key), buffer_slice(&value)));
        ck_assert_str_eq(meta_back.refusal, meta.refusal);
        ck_assert_int_eq(meta_back.heartbeat_ms, INT64_MIN);
}
END_TEST

START_TEST(a_grade_comes_back_as_it_was)
{
        const struct view_grade grades[] = {grade_sample(), {.version = 1, .score = -1, .next_change = DAY_NONE},
                {.version = UINT64_MAX, .grade = "D", .score = 0, .next_change = DAY_NONE}};

        for (size_t i = 0; i < sizeof(grades) / sizeof(grades[0]); i++) {
                CLEANUP(buffer) struct buffer value = BUFFER_INIT;
                struct view_grade back;

                view_grade_encode(&value, &grades[i]);
                ck_assert(view_grade_decode(buffer_slice(&value), &back));
                ck_assert_uint_eq(back.version, grades[i].version);
                ck_assert_str_eq(back.grade, grades[i].grade);
                ck_assert_int_eq(back.score, grades[i].score);
                ck_assert_int_eq(back.next_change.number, grades[i].next_change.number);
        }
}
END_TEST

START_TEST(slots_come_back_as_they_were)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;
        struct view_meta meta = slots_sample(), back;

        view_meta_encode(&value, &meta);
        ck_assert(view_meta_decode(buffer_slice(&value), &back));
        ck_assert_uint_eq(back.live, 2);
        for (unsigned i = 0; i < VIEW_SLOTS; i++) {
                ck_assert_uint_eq(back.slots[i].run_serial, meta.slots[i].run_serial);
                ck_assert_mem_eq(back.slots[i].run, meta.slots[i].run, sizeof(back.slots[i].run));
                ck_assert_mem_eq(back.slots[i].policy_hash, meta.slots[i].policy_hash, sizeof(back.slots[i].policy_hash));
                ck_assert_int_eq(back.slots[i].day.number, meta.slots[i].day.number);
                ck_assert_uint_eq(back.slots[i].through, meta.slots[i].through);
        }
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("view_entry");
        TCase *tcase = tcase_create("view_entry");

        tcase_add_test(tcase, a_torn_or_longer_party_is_refused);
        tcase_add_test(tcase, a_party_that_cannot_be_is_no_entry);
        tcase_add_test(tcase, a_torn_or_longer_certificate_person_or_meta_is_refused);
        tcase_add_test(tcase, a_torn_or_longer_grade_is_refused);
        tcase_add_test(tcase, a_grade_that_cannot_be_is_none);
        tcase_add_test(tcase, slots_that_cannot_be_are_refused);
        tcase_add_test(tcase, a_live_slot_beyond_the_slots_is_refused_as_it_is_read);
        tcase_add_test(tcase, meta_of_another_format_is_refused);
        tcase_add_loop_test(tcase, a_coverage_key_of_other_words_is_refused, 0, COUNT(bad_keys));
        tcase_add_loop_test(tcase, a_party_comes_back_as_it_was, 0, COUNT(parties));
        tcase_add_test(tcase, an_entry_with_five_records_is_small);
        tcase_add_test(tcase, certificate_person_coverage_and_meta_come_back_as_they_were);
        tcase_add_test(tcase, a_grade_comes_back_as_it_was);
        tcase_add_test(tcase, slots_come_back_as_they_were);
        suite_add_tcase(suite, tcase);
        return suite_run(suite);
}
