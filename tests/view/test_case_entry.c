/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "registry/view/case_entry.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "registry/view/deputy_entry.h"
#include "registry/view/rule_entry.h"
#include "tests/support/suite.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define AT_MS 1760000000000

static const struct case_value opening[] = {{"path", "with-penalty"}, {"ground", "G01"}, {"ground", "G02"}};
static const uint8_t requests[][32] = {{1, 2, 3}, {4, 5, 6}};

static struct case_event events[2];
static struct view_case sample;
static struct arena arena;

static void set_up(void)
{
        arena_init(&arena, VIEW_CASE_ARENA);
        events[0] = (struct case_event){
                .seq = 1, .serial = 7, .recorded_ms = AT_MS, .action = "open", .proposer = "officer",
                .actor = "officer", .values = opening, .value_count = 3,
        };
        events[1] = (struct case_event){
                .seq = 2, .serial = 9, .recorded_ms = AT_MS + 5, .action = "notice", .proposer = "officer",
                .actor = "superior",
        };
        sample = (struct view_case){
                .procedure = {9, 8, 7}, .office = "jiange", .count = 2, .events = events, .requests = requests,
        };
}

static void tear_down(void)
{
        arena_done(&arena);
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

static bool case_decodes(struct slice value)
{
        struct view_case entry;

        return view_case_decode(value, &arena, &entry);
}

static bool rules_decode(struct slice value)
{
        struct view_rules rules;

        return view_rules_decode(value, &rules);
}

static bool deputy_decodes(struct slice value)
{
        struct view_deputy deputy;

        return view_deputy_decode(value, &arena, &deputy);
}

/* ------------------------------------------------------------------ refusals */

START_TEST(a_torn_or_longer_case_is_refused)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;

        view_case_encode(&value, &sample);
        must_refuse_other_lengths(&value, case_decodes);
}
END_TEST

START_TEST(a_case_that_cannot_have_come_about_is_no_entry)
{
        static const struct case_value unnamed[] = {{"", "1"}}, empty[] = {{"path", ""}};
        static char long_value[CASE_TEXT_OCTETS + 2];
        const struct case_value too_long[] = {{"path", long_value}};

        memset(long_value, 'a', sizeof(long_value) - 1);
#define MUST_REFUSE(change) \
        set_up(); \
        ck_assert(view_case_is_valid(&sample)); \
        change; \
        ck_assert_msg(!view_case_is_valid(&sample), "%s", #change); \
        arena_done(&arena)

        MUST_REFUSE(sample.count = 0);
        MUST_REFUSE(sample.count = CASE_EVENTS_MAX + 1);
        MUST_REFUSE(sample.office = "");
        MUST_REFUSE(sample.office = "an-office-of-more-than-32-letters-");
        MUST_REFUSE(events[1].seq = 3);
        MUST_REFUSE(events[0].serial = 0);
        MUST_REFUSE(events[1].serial = 7);
        MUST_REFUSE(events[1].recorded_ms = AT_MS - 1);
        MUST_REFUSE(events[0].recorded_ms = INT64_MIN);
        MUST_REFUSE(events[0].action = "");
        MUST_REFUSE(events[1].proposer = "");
        MUST_REFUSE(events[1].actor = "");
        MUST_REFUSE(events[0].value_count = CASE_VALUES_MAX + 1);
        MUST_REFUSE((events[0].values = unnamed, events[0].value_count = 1));
        MUST_REFUSE((events[0].values = empty, events[0].value_count = 1));
        MUST_REFUSE((events[0].values = too_long, events[0].value_count = 1));
#undef MUST_REFUSE
        arena_init(&arena, VIEW_CASE_ARENA);
}
END_TEST

static const struct {
        const char *hex;
        const char *why;
} refused_cases[] = {
        {"01" "61" "01" "07" "00" "01" "61" "01" "61" "01" "61" "H" "8000", "a padded count"},
        {"01" "61" "00", "no events"},
        {"01" "61" "8102", "more events than there may be"},
        {"01" "61" "01" "00" "00" "01" "61" "01" "61" "01" "61" "H" "00", "a serial of 0"},
        {"01" "61" "02" "07" "00" "01" "61" "01" "61" "01" "61" "H" "00" "07" "00" "01" "61" "01" "61" "01" "61" "H"
         "00", "two events of one serial"},
        {"01" "61" "02" "07" "02" "01" "61" "01" "61" "01" "61" "H" "00" "08" "01" "01" "61" "01" "61" "01" "61" "H"
         "00", "an event before the one before"},
        {"01" "61" "01" "07" "fdffffffffffffffff01" "01" "61" "01" "61" "01" "61" "H" "00", "a time past the calendar"},
        {"01" "00" "01" "07" "00" "01" "61" "01" "61" "01" "61" "H" "00", "a NUL in the office"},
        {"01" "61" "01" "07" "00" "01" "61" "01" "61" "00" "H" "00", "an event nobody made"},
        {"01" "61" "01" "07" "00" "01" "61" "01" "61" "01" "61" "H" "41", "more values than there may be"},
        {"01" "61" "01" "07" "00" "01" "61" "01" "61" "01" "61" "H" "01" "01" "61" "00", "an empty value"},
};

/* "H" stands for the 32 octets of a hash, which every case begins with too. */
static void add_octets(struct buffer *to, const char *hex)
{
        for (int i = 0; i < 32; i++)
                buffer_add_u8(to, 0xaa);
        while (*hex) {
                uint8_t octet = 0xaa;

                if (*hex != 'H')
                        ck_assert(hex_decode(hex, 2, &octet, 1));
                for (int i = 0; i < (*hex == 'H' ? 32 : 1); i++)
                        buffer_add_u8(to, octet);
                hex += *hex == 'H' ? 1 : 2;
        }
}

START_TEST(octets_that_encode_would_not_write_are_no_case)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;

        add_octets(&value, refused_cases[_i].hex);
        ck_assert_msg(!case_decodes(buffer_slice(&value)), "%s", refused_cases[_i].why);
}
END_TEST

START_TEST(a_case_larger_than_its_arena_is_refused)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;
        struct view_case entry;
        struct arena small;

        view_case_encode(&value, &sample);
        arena_init(&small, 100);
        ck_assert(!view_case_decode(buffer_slice(&value), &small, &entry));
        arena_done(&small);
}
END_TEST

START_TEST(torn_or_longer_rules_and_deputies_are_refused)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;
        struct view_deputy_time times[] = {{"superior", {20000}, {20010}}, {"officer", {20005}, {20005}}};
        struct view_deputy deputy = {2, times};
        struct view_rules rules = {0};

        ck_assert(view_rules_set(&rules, &(struct rule){.kind = RULE_CODES, .id = "bases", .version = 3}));
        ck_assert(view_rules_set(&rules, &(struct rule){.kind = RULE_PROCEDURE, .id = "samr-44", .version = 1}));
        view_rules_encode(&value, &rules);
        must_refuse_other_lengths(&value, rules_decode);
        buffer_clear(&value);
        view_deputy_encode(&value, &deputy);
        must_refuse_other_lengths(&value, deputy_decodes);
}
END_TEST

#define H32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
        const char *hex;
        bool (*decodes)(struct slice value);
        const char *why;
} refused_values[] = {
        {"8101", rules_decode, "more rules than may hold"},
        {"01" "00" "01" "61" "01" H32, rules_decode, "a rule of no kind"},
        {"01" "04" "01" "61" "01" H32, rules_decode, "a rule of an unknown kind"},
        {"01" "01" "00" "01" H32, rules_decode, "a rule without an id"},
        {"01" "01" "01" "61" "00" H32, rules_decode, "a rule of version 0"},
        {"01" "01" "01" "61" "8080808008" H32, rules_decode, "a version past the last"},
        {"02" "01" "01" "61" "01" H32 "01" "01" "61" "02" H32, rules_decode, "one rule twice"},
        {"02" "02" "01" "61" "01" H32 "01" "01" "61" "01" H32, rules_decode, "rules out of order"},
        {"00", deputy_decodes, "a deputy of nobody"},
        {"01" "00" "00" "00", deputy_decodes, "a deputy of no name"},
        {"01" "01" "00" "00" "00", deputy_decodes, "a NUL in a name"},
        {"01" "01" "61" "c382e602" "00", deputy_decodes, "a day past the calendar"},
        {"01" "01" "61" "c082e602" "01", deputy_decodes, "a last day past the calendar"},
        {"818080808010", deputy_decodes, "more times than there may be"},
};

START_TEST(octets_that_encode_would_not_write_are_no_rules_or_deputy)
{
        uint8_t octets[160];
        size_t length = strlen(refused_values[_i].hex) / 2;

        ck_assert(hex_decode(refused_values[_i].hex, 2 * length, octets, length));
        ck_assert_msg(!refused_values[_i].decodes(slice_of(octets, length)), "%s", refused_values[_i].why);
}
END_TEST

START_TEST(an_older_rule_never_replaces_a_newer_one)
{
        struct view_rules rules = {0};
        struct rule rule = {.kind = RULE_PROCEDURE, .id = "samr-44", .version = 2, .hash = {2}};

        ck_assert(view_rules_set(&rules, &rule));
        rule.hash[0] = 9;
        ck_assert(!view_rules_set(&rules, &rule));
        rule.version = 1;
        ck_assert(!view_rules_set(&rules, &rule));
        ck_assert_uint_eq(view_rules_find(&rules, RULE_PROCEDURE, slice_text("samr-44"))->hash[0], 2);
        ck_assert(!view_rules_find(&rules, RULE_CODES, slice_text("samr-44")));
        ck_assert(!view_rules_find(&rules, RULE_PROCEDURE, slice_text("samr-4")));
}
END_TEST

START_TEST(no_more_rules_hold_than_the_view_has_room_for)
{
        struct view_rules rules = {0};
        struct rule rule = {.kind = RULE_CODES, .version = 1};

        for (unsigned i = 0; i < VIEW_RULES_MAX; i++) {
                snprintf(rule.id, sizeof(rule.id), "table-%u", i * 7919 % VIEW_RULES_MAX);
                ck_assert(view_rules_set(&rules, &rule));
        }
        strcpy(rule.id, "one-more");
        ck_assert(!view_rules_set(&rules, &rule));
        strcpy(rule.id, "table-7");
        rule.version = 2;
        ck_assert(view_rules_set(&rules, &rule));
}
END_TEST

/* ---------------------------------------------------------------- acceptance */

START_TEST(a_case_is_read_as_it_was_kept)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT, again = BUFFER_INIT;
        struct view_case entry;

        view_case_encode(&value, &sample);
        ck_assert(view_case_decode(buffer_slice(&value), &arena, &entry));
        ck_assert_mem_eq(entry.procedure, sample.procedure, sizeof(entry.procedure));
        ck_assert_str_eq(entry.office, "jiange");
        ck_assert_uint_eq(entry.count, 2);
        ck_assert_uint_eq(entry.events[1].seq, 2);
        ck_assert_uint_eq(entry.events[1].serial, 9);
        ck_assert_int_eq(entry.events[1].recorded_ms, AT_MS + 5);
        ck_assert_str_eq(entry.events[1].action, "notice");
        ck_assert_str_eq(entry.events[1].proposer, "officer");
        ck_assert_str_eq(entry.events[1].actor, "superior");
        ck_assert_uint_eq(entry.events[0].value_count, 3);
        ck_assert_str_eq(entry.events[0].values[2].name, "ground");
        ck_assert_str_eq(entry.events[0].values[2].value, "G02");
        ck_assert_mem_eq(entry.requests[1], requests[1], 32);
        view_case_encode(&again, &entry);
        ck_assert(slice_equal(buffer_slice(&value), buffer_slice(&again)));
}
END_TEST

START_TEST(a_case_as_large_as_it_may_be_fits_its_arena)
{
        static struct case_event many[CASE_EVENTS_MAX];
        static uint8_t hashes[CASE_EVENTS_MAX][32];
        static struct case_value values[CASE_VALUES_MAX];
        static char number[CASE_NUMBER_OCTETS + 1];
        CLEANUP(buffer) struct buffer value = BUFFER_INIT;
        struct view_case entry = {.office = "jiange", .count = CASE_EVENTS_MAX, .events = many};

        memset(number, '1', CASE_NUMBER_OCTETS);
        for (unsigned v = 0; v < CASE_VALUES_MAX; v++)
                values[v] = (struct case_value){"a_name_of_as_many_as_31_letters", number};
        for (unsigned i = 0; i < CASE_EVENTS_MAX; i++) {
                many[i] = events[0];
                many[i].seq = i + 1;
                many[i].serial = i + 1;
                many[i].values = values;
                many[i].value_count = CASE_VALUES_MAX;
        }
        entry.requests = (const uint8_t (*)[32])hashes;
        view_case_encode(&value, &entry);
        ck_assert(case_decodes(buffer_slice(&value)));
        ck_assert_uint_le(arena.used, VIEW_CASE_ARENA - (CASE_EVENTS_MAX + 1) * (sizeof(many[0]) + 32) - 65536);
}
END_TEST

START_TEST(rules_are_found_and_read_as_they_were_kept)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT, again = BUFFER_INIT;
        static struct view_rules rules, read;
        struct rule rule = {.kind = RULE_CALENDAR, .id = "cn-workdays", .version = 4, .hash = {7}};

        rules.count = 0;
        ck_assert(view_rules_set(&rules, &rule));
        rule.kind = RULE_PROCEDURE;
        strcpy(rule.id, "samr-44");
        ck_assert(view_rules_set(&rules, &rule));
        strcpy(rule.id, "mirror");
        ck_assert(view_rules_set(&rules, &rule));
        rule.version = 5;
        ck_assert(view_rules_set(&rules, &rule));
        view_rules_encode(&value, &rules);
        ck_assert(view_rules_decode(buffer_slice(&value), &read));
        ck_assert_uint_eq(read.count, 3);
        ck_assert_str_eq(read.rules[0].id, "mirror");
        ck_assert_int_eq(read.rules[0].version, 5);
        ck_assert_uint_eq(read.rules[2].hash[0], 7);
        view_rules_encode(&again, &read);
        ck_assert(slice_equal(buffer_slice(&value), buffer_slice(&again)));
}
END_TEST

START_TEST(a_deputy_is_read_as_it_was_kept)
{
        CLEANUP(buffer) struct buffer value = BUFFER_INIT, again = BUFFER_INIT;
        struct view_deputy_time times[] = {{"superior", {20000}, {20010}}, {"officer", {-20005}, {-20005}}};
        struct view_deputy deputy = {2, times}, read;

        view_deputy_encode(&value, &deputy);
        ck_assert(view_deputy_decode(buffer_slice(&value), &arena, &read));
        ck_assert_uint_eq(read.count, 2);
        ck_assert_str_eq(read.times[0].person_id, "superior");
        ck_assert_int_eq(read.times[0].to.number, 20010);
        ck_assert_int_eq(read.times[1].from.number, -20005);
        view_deputy_encode(&again, &read);
        ck_assert(slice_equal(buffer_slice(&value), buffer_slice(&again)));
}
END_TEST

int main(void)
{
        Suite *suite = suite_create("case_entry");
        TCase *refusals = tcase_create("refusals");
        TCase *acceptance = tcase_create("acceptance");

        tcase_add_checked_fixture(refusals, set_up, tear_down);
        tcase_add_test(refusals, a_torn_or_longer_case_is_refused);
        tcase_add_test(refusals, a_case_that_cannot_have_come_about_is_no_entry);
        tcase_add_loop_test(
                refusals, octets_that_encode_would_not_write_are_no_case, 0, COUNT(refused_cases));
        tcase_add_test(refusals, a_case_larger_than_its_arena_is_refused);
        tcase_add_test(refusals, torn_or_longer_rules_and_deputies_are_refused);
        tcase_add_loop_test(
                refusals, octets_that_encode_would_not_write_are_no_rules_or_deputy, 0, COUNT(refused_values));
        tcase_add_test(refusals, an_older_rule_never_replaces_a_newer_one);
        tcase_add_test(refusals, no_more_rules_hold_than_the_view_has_room_for);
        suite_add_tcase(suite, refusals);

        tcase_add_checked_fixture(acceptance, set_up, tear_down);
        tcase_add_test(acceptance, a_case_is_read_as_it_was_kept);
        tcase_add_test(acceptance, a_case_as_large_as_it_may_be_fits_its_arena);
        tcase_add_test(acceptance, rules_are_found_and_read_as_they_were_kept);
        tcase_add_test(acceptance, a_deputy_is_read_as_it_was_kept);
        suite_add_tcase(suite, acceptance);
        return suite_run(suite);
}
